//! Packs that change over the life of a city, through the built program.

use serde_json::json;

use crate::support::{MEMBER, Place};

const ROLL: &str = "number,会员姓名,age\n1,王芳,30\n02,李强,20\n3号,张伟,31\n";

fn place() -> Place {
    let place = Place::with_pack();
    place.write("roll.csv", ROLL);
    place
        .yandu(&[
            "collect",
            "roll.csv",
            "--dataset",
            "club.member",
            "--mode",
            "upsert",
        ])
        .ok();
    place
}

fn numbers_become_integers(place: &Place) {
    let changed = MEMBER.replace("{zh: 会员号}, type: text", "{zh: 会员号}, type: integer");
    place.write("packs/club/datasets/member.yaml", &changed);
}

const ROWS: [&str; 3] = [
    "sql",
    "SELECT number, name FROM club.member ORDER BY name",
    "--json",
];

#[test]
fn a_new_title_is_installed_by_the_next_command() {
    let place = place();
    place.write(
        "packs/club/datasets/member.yaml",
        &MEMBER.replace("会员, en", "成员, en"),
    );
    let listed = place.yandu(&["dataset", "list", "--json"]).ok();
    assert!(listed.stdout.contains("成员"), "{}", listed.stdout);
    assert_eq!(listed.stderr, "");
    let history = place.yandu(&["pack", "history", "--json"]).ok().json();
    assert_eq!(history["changes"][0]["kind"], "change");
    assert_eq!(history["changes"][1]["kind"], "install");
    let plan = place.yandu(&["pack", "plan"]).ok();
    assert_eq!(plan.stdout, "the packs are the installed ones\n");
}

#[test]
fn a_change_of_a_type_is_planned_applied_and_rolled_back() {
    let place = place();
    let before = place.yandu(&ROWS).ok().json()["rows"].clone();
    numbers_become_integers(&place);
    let other = place.yandu(&ROWS).ok();
    assert_eq!(other.json()["rows"], before, "the installed packs are used");
    assert!(
        other.stderr.contains("`yandu pack plan`"),
        "{}",
        other.stderr
    );
    let plan = place.yandu(&["pack", "plan", "--json"]).ok().json();
    assert_eq!(plan["state"], "waiting");
    assert_eq!(plan["datasets"][0]["effect"], "convert");
    assert_eq!(plan["datasets"][0]["counts"]["rows_quarantined"], 1);
    let text = place.yandu(&["pack", "plan"]).ok().stdout;
    for part in [
        "column-type number: text → integer (convert)",
        "3 rows: 3 converted, 1 to quarantine",
        "number: 1",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    place.yandu(&["pack", "apply", "--reason", " "]).fails();
    place
        .yandu(&["pack", "apply", "--reason", "号码改为整数"])
        .ok();
    let rows = place.yandu(&ROWS).ok();
    assert_eq!(rows.json()["rows"], json!([[2, "李强"], [1, "王芳"]]));
    assert_eq!(rows.stderr, "");
    let quarantined = place
        .yandu(&["quarantine", "list", "club.member", "--json"])
        .ok()
        .json();
    assert_eq!(quarantined["rows"][0]["reasons"][0]["reason"], "number");
    let told = place
        .yandu(&["pack", "rollback", "2", "--plan", "--json"])
        .ok()
        .json();
    assert_eq!(told["datasets"][0]["counts"]["rows_returned"], 1);
    place
        .yandu(&["pack", "rollback", "2", "--reason", "标准撤回"])
        .ok();
    let back = place.yandu(&ROWS).ok();
    assert_eq!(back.json()["rows"], before);
    let history = place.yandu(&["pack", "history"]).ok().stdout;
    assert!(
        history.contains("标准撤回") && history.contains("rollback"),
        "{history}"
    );
}

#[test]
fn a_running_server_goes_on_with_the_packs_that_are_applied() {
    let place = place();
    let server = place.serve();
    numbers_become_integers(&place);
    let (status, plan) = server.get("/api/v1/packs/change");
    assert_eq!(status, 200, "{plan}");
    assert!(plan.contains(r#""state":"waiting""#), "{plan}");
    let (status, refused) = server.post(
        "/api/v1/packs/change/apply",
        "application/json",
        r#"{"reason": "x", "seen": "0"}"#,
    );
    assert_eq!(status, 409, "{refused}");
    let (status, applied) = server.post(
        "/api/v1/packs/change/apply",
        "application/json",
        r#"{"reason": "号码改为整数"}"#,
    );
    assert_eq!(status, 200, "{applied}");
    let rows = place.yandu(&ROWS).ok();
    assert_eq!(rows.json()["rows"], json!([[2, "李强"], [1, "王芳"]]));
    let shown = place
        .yandu(&["dataset", "show", "club.member", "--json"])
        .ok()
        .json();
    assert_eq!(shown["columns"][0]["type"], "integer", "{shown}");
    let (status, back) = server.post(
        "/api/v1/packs/history/2/rollback",
        "application/json",
        r#"{"reason": "标准撤回"}"#,
    );
    assert_eq!(status, 200, "{back}");
    let rows = place.yandu(&ROWS).ok().json();
    assert_eq!(rows["rows"].as_array().unwrap().len(), 3);
}

#[test]
fn a_query_is_saved_as_a_model_and_removed_again() {
    let place = place();
    let save = |sql: &str| {
        place.yandu(&[
            "model",
            "save",
            "by_age",
            "--title",
            "各年龄人数",
            "--sql",
            sql,
            "--reason",
            "月报用",
            "--json",
        ])
    };
    let refused = save("SELECT age, count(*) FROM club.member GROUP BY age").fails();
    assert!(
        refused.stderr.contains("model-refused"),
        "{}",
        refused.stderr
    );
    save("SELECT age, count(*) AS people FROM club.member GROUP BY age").ok();
    place.yandu(&["model", "run", "site.by_age"]).ok();
    let rows = [
        "sql",
        "SELECT age, people FROM site.by_age ORDER BY age",
        "--json",
    ];
    assert_eq!(
        place.yandu(&rows).ok().json()["rows"],
        json!([[20, 1], [30, 1], [31, 1]])
    );
    let shown = place
        .yandu(&["dataset", "show", "site.by_age", "--json"])
        .ok()
        .stdout;
    assert!(
        shown.contains("年龄") && shown.contains("各年龄人数"),
        "{shown}"
    );
    place
        .yandu(&["model", "remove", "site.by_age", "--reason", "不再使用"])
        .ok();
    place.yandu(&rows).fails();
}
