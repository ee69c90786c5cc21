//! Packs that change over the life of a city, through the built program.

use std::path::Path;

use serde_json::json;

use crate::support::{MEMBER, Place, walk};

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
fn the_pack_of_the_guide_is_checked_and_tested() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let guide = std::fs::read_to_string(repository.join("docs/packs.md")).unwrap();
    let place = Place::with_pack();
    let mut files = 0;
    for part in guide.split("```yaml\n# parking/").skip(1) {
        let (part, _) = part.split_once("\n```").expect("the part ends");
        let (name, text) = part.split_once('\n').expect("the part has a name");
        place.write(&format!("guide/parking/{name}"), text);
        files += 1;
    }
    assert_eq!(files, 5);
    place.write("guide/parking/README.md", "停车");
    std::os::unix::fs::symlink(repository.join("packs/base"), place.path("guide/base")).unwrap();
    let checked = place
        .yandu(&["pack", "check", "--packs", "guide"])
        .ok()
        .stdout;
    assert!(checked.contains("0 errors, 0 warnings"), "{checked}");
    let tested = place
        .yandu(&["pack", "test", "guide/parking", "--packs", "guide"])
        .ok()
        .stdout;
    assert!(tested.contains("1 passed, 0 failed"), "{tested}");
}

#[test]
fn settings_of_a_site_are_set_on_the_command_line_and_in_the_file() {
    let place = Place::with_pack();
    place.write("roll.csv", "number,会员姓名,age\n1,王芳,30\n2,李强,20\n");
    place.write(
        "packs/club/pack.yaml",
        "pack: club\nversion: 0.1.0\ntitle: {zh: 社团}\nsettings:\n  oldest: {title: {zh: 最大年龄}, default: 150}\n  area: {title: {zh: 区划}, default: \"320900\"}\n  since: {title: {zh: 起始日}, default: \"2025-01-01\"}\n",
    );
    let checked = MEMBER.replace(
        "column: age, between: [0, 150]",
        "expect: \"age < ${oldest}\"",
    );
    place.write("packs/club/datasets/member.yaml", &checked);
    let kept = |settings: &[&str]| {
        let mut command = vec!["collect", "roll.csv", "--dataset", "club.member", "--json"];
        command.extend(settings);
        let _ = std::fs::remove_dir_all(place.path("data"));
        place.yandu(&command).ok().json()["rows_kept"].clone()
    };
    assert_eq!(kept(&[]), 2);
    assert_eq!(kept(&["--set", "settings.club.oldest=25"]), 1);
    assert_eq!(kept(&["--set", "settings.club.oldest=20.5"]), 1);
    assert_eq!(kept(&["--set", "settings.club.area=320902"]), 2);
    place.write(
        "yandu.toml",
        "[settings.club]\noldest = 30\narea = 320902\nsince = 2026-01-01\n",
    );
    assert_eq!(kept(&[]), 1);
    let wrong = place
        .yandu(&["--set", "settings.club.oldest=old", "dataset", "list"])
        .fails();
    assert!(
        wrong.stderr.contains("is a number, and not a text"),
        "{}",
        wrong.stderr
    );
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
    let listed = place.yandu(&["dataset", "list"]).ok().stdout;
    let model = listed.lines().find(|line| line.starts_with("site.by_age"));
    assert!(
        model.is_some_and(|line| line.contains(':')),
        "the list says when the model was refreshed: {listed}"
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

#[test]
fn packs_are_made_checked_tested_and_listed() {
    let place = walk();
    place.write("停车场.csv", "泊位编号,停车场名称,身份证号,泊位数\n0001,人民公园,320902198810050513,20\n0002,盐渎公园,32092219600322206X,35\n");
    let made = place
        .yandu(&[
            "pack",
            "new",
            "parking",
            "--from",
            "停车场.csv",
            "--dataset",
            "lot",
            "--json",
        ])
        .ok()
        .json();
    assert_eq!(made["dataset"], "parking.lot");
    assert_eq!(made["columns"].as_array().unwrap().len(), 4);
    let checked = place.yandu(&["pack", "check", "packs/parking"]);
    assert_eq!(checked.code, 0, "{}{}", checked.stdout, checked.stderr);
    let tested = place.yandu(&["pack", "test", "packs/parking", "--json"]);
    assert_eq!(
        (tested.code, &tested.json()["failed"]),
        (0, &json!(0)),
        "{}",
        tested.stdout
    );
    let packs = place.yandu(&["pack", "list", "--json"]).ok().json();
    assert_eq!(packs["packs"].as_array().unwrap().len(), 2);
    place.yandu(&["pack", "new", "empty_one"]).ok();
    let reserved = place.yandu(&["pack", "new", "order"]).fails();
    assert!(
        reserved.stderr.contains("`order` is a word of SQL"),
        "{}",
        reserved.stderr
    );
    place
        .yandu(&["pack", "new", "beside", "--packs", "packs/parking"])
        .ok();
    assert!(
        place.path("packs/beside/pack.yaml").is_file(),
        "a pack stands beside others"
    );
    std::fs::remove_dir_all(place.path("packs/beside")).unwrap();
    let lost = place
        .yandu(&["pack", "new", "lost", "--from", "lost.csv"])
        .fails();
    assert!(
        lost.stderr.contains("cannot open `lost.csv`"),
        "{}",
        lost.stderr
    );
    let empty = place.yandu(&["pack", "test", "packs/empty_one"]);
    assert_eq!(empty.code, 0, "{}{}", empty.stdout, empty.stderr);
    assert!(
        place
            .yandu(&["pack", "new", "parking"])
            .fails()
            .stderr
            .contains("error: cannot make the pack in")
    );

    place.write(
        "packs/club/pack.yaml",
        "pack: club\nversion: 0.1.0\ntitel: {zh: 社团}\n",
    );
    let wrong = place.yandu(&["pack", "check"]).fails();
    assert!(
        wrong.stdout.contains("pack.yaml:3:1") && wrong.stdout.contains("`titel`"),
        "{}",
        wrong.stdout
    );
    let wrong = place.yandu(&["pack", "check", "--json"]).fails().json();
    let problems = wrong["problems"].as_array().unwrap();
    let unknown = problems
        .iter()
        .find(|problem| problem["code"] == "unknown-key")
        .unwrap();
    assert_eq!(
        unknown["span"],
        json!({"line": 3, "column": 1, "length": 5})
    );
    let refused = place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member"])
        .fails();
    assert!(
        refused.stderr.starts_with("error: the packs have errors\n"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_draft_is_checked_in_place_of_the_pack_of_its_name_that_is_configured() {
    let place = Place::with_pack();
    let model = "dataset: club.age\ntitle: {zh: 年龄}\nowner: 市民政局\norigin: model\n\
        sharing: {class: unconditional}\nopening: open\nrefresh: daily\nkey: [age]\ncolumns:\n  \
        age: {title: {zh: 年龄}, type: integer}\n";
    for folder in ["packs/club", "drafts/club"] {
        place.write(&format!("{folder}/models/age.yaml"), model);
    }
    place.write(
        "packs/club/models/age.sql",
        "SELECT DISTINCT age FROM club.member WHERE age IS NOT NULL",
    );
    place.write("drafts/club/models/age.sql", "SELECT age FROM club.age");
    for name in ["pack.yaml", "datasets/member.yaml"] {
        let text = std::fs::read_to_string(place.path(&format!("packs/club/{name}"))).unwrap();
        place.write(&format!("drafts/club/{name}"), &text);
    }
    place.yandu(&["pack", "check", "packs/club"]).ok();
    for draft in ["drafts/club", "drafts"] {
        let wrong = place
            .yandu(&["pack", "check", draft, "--json"])
            .fails()
            .json();
        let codes: Vec<_> = wrong["problems"]
            .as_array()
            .unwrap()
            .iter()
            .map(|problem| problem["code"].clone())
            .collect();
        assert!(codes.contains(&json!("model-cycle")), "{codes:?}");
    }
}

const AGE: &str = "dataset: club.age\ntitle: {zh: 年龄}\nowner: 市民政局\norigin: model\n\
    sharing: {class: unconditional}\nopening: open\nrefresh: daily\nkey: [number]\ncolumns:\n  \
    number: {title: {zh: 会员号}, type: text}\n  age: {title: {zh: 年龄}, type: integer, required: false}\n";
const READS: &str = "@id(\"reads\")\n@up_to(\"general-1\")\npermit (principal, action == Action::\"read\", \
    resource == Dataset::\"club.member\");\n";

fn graded(grade: &str) -> String {
    let age = format!("{{zh: 年龄}}, type: integer, grade: {grade}");
    MEMBER.replace("{zh: 年龄}, type: integer", &age)
}

/// The kinds of events of packs and policies, the newest first, with whoever did it and of which change.
fn told(server: &crate::support::Server) -> Vec<String> {
    let (status, events) = server.get("/api/v1/access-events");
    assert_eq!(status, 200, "{events}");
    let events: serde_json::Value = serde_json::from_str(&events).unwrap();
    let mut lines = Vec::new();
    for event in events["events"].as_array().unwrap() {
        let kind = event["kind"].as_str().unwrap();
        if !kind.starts_with("pack") && !kind.starts_with("policies") {
            continue;
        }
        let policy = &event["detail"]["policy"];
        assert!(policy["to"].is_string(), "{event}");
        assert_ne!(policy["from"], policy["to"], "{event}");
        assert_eq!(event["actor"], "local-administrator");
        lines.push(format!("{kind} {}", event["subject"].as_str().unwrap()));
    }
    lines
}

#[test]
fn what_check_refuses_takes_no_force_and_is_told() {
    let place = place();
    place.write("packs/club/models/age.yaml", AGE);
    place.write(
        "packs/club/models/age.sql",
        "SELECT number, age FROM club.member",
    );
    place.yandu(&["pack", "list"]).ok();
    place.yandu(&ROWS).ok();
    place.write("packs/club/datasets/member.yaml", &graded("general-3"));
    let checked = place.yandu(&["pack", "check"]).fails();
    assert!(
        checked.stdout.contains("grade-too-low"),
        "{}",
        checked.stdout
    );
    let refused = place.yandu(&["pack", "apply", "--reason", "提级"]).fails();
    assert!(
        refused.stderr.contains("grade-too-low"),
        "{}",
        refused.stderr
    );
    let mut server = place.serve();
    let (status, ready) = server.get("/readyz");
    assert_eq!(status, 200);
    assert!(ready.contains("have errors"), "{ready}");
    let (status, plan) = server.get("/api/v1/packs/change");
    assert_eq!(status, 409, "{plan}");
    assert!(plan.contains("grade-too-low"), "{plan}");
    let listed = place
        .yandu(&["dataset", "show", "club.member", "--json"])
        .ok();
    assert!(!listed.stdout.contains("general-3"), "{}", listed.stdout);
    place.write("packs/club/datasets/member.yaml", MEMBER);
    let (status, _) = server.get("/api/v1/packs/change");
    assert_eq!(status, 200);
    assert_eq!(server.get("/readyz").1, "ready\n");
    assert!(server.stop().contains("grade-too-low"));
    // What cannot be read at all takes no force either, and keeps nobody from starting.
    place.write("packs/club/datasets/member.yaml", "dataset: [");
    let rows = place.yandu(&ROWS).ok();
    assert!(
        rows.stderr.contains("the packs have errors"),
        "{}",
        rows.stderr
    );
}

#[test]
fn what_opens_anything_waits_for_a_reason_and_is_on_record() {
    let place = place();
    place.write("packs/club/datasets/member.yaml", &graded("general-3"));
    place.yandu(&ROWS).ok();
    place.write("packs/club/datasets/member.yaml", &graded("general-2"));
    place.write("packs/club/policies/reads.cedar", READS);
    let other = place.yandu(&ROWS).ok();
    assert!(
        other.stderr.contains("opens more than before"),
        "{}",
        other.stderr
    );
    let plan = place.yandu(&["pack", "plan"]).ok().stdout;
    for part in [
        "opens: grade club.member age: general-3 → general-2",
        "opens: policies club",
        "somebody confirms it",
    ] {
        assert!(plan.contains(part), "{part} is not in\n{plan}");
    }
    let server = place.serve();
    let before = told(&server);
    assert_eq!(before, ["packs-changed 2", "packs-changed 1"]);
    place.yandu(&["pack", "apply", "--reason", "标准调整"]).ok();
    let (_, lowerings) = server.get("/api/v1/classification/lowerings");
    let lowerings: serde_json::Value = serde_json::from_str(&lowerings).unwrap();
    let lowered = &lowerings["decided"][0];
    assert_eq!(
        (
            &lowered["name"],
            &lowered["before"],
            &lowered["grade"],
            &lowered["reason"]
        ),
        (
            &json!("age"),
            &json!("general-3"),
            &json!("general-2"),
            &json!("标准调整")
        ),
        "{lowerings}"
    );
    place
        .yandu(&["pack", "rollback", "3", "--reason", "撤回"])
        .ok();
    let after = told(&server);
    assert_eq!(after[..2], ["packs-rolled-back 4", "packs-changed 3"]);
}

#[test]
fn other_policies_of_the_city_are_told_at_the_next_start_and_once() {
    let place = place();
    place.write("city/policies/reads.cedar", READS);
    let city = ["--set", "city=city"];
    let expected = ["policies-changed city", "packs-changed 1"];
    for _ in 0..2 {
        let mut server = place.serve_with(&city);
        assert_eq!(told(&server), expected);
        server.stop();
    }
}

#[test]
fn policies_of_the_city_are_checked_beside_packs_whose_grades_are_wrong() {
    let place = Place::with_pack();
    place.write("packs/club/models/age.yaml", AGE);
    place.write(
        "packs/club/models/age.sql",
        "SELECT number, age FROM club.member",
    );
    place.write("packs/club/datasets/member.yaml", &graded("general-3"));
    place.write(
        "city/policies/reads.cedar",
        &READS.replace("club.member", "club.membre"),
    );
    let checked = place
        .yandu(&["pack", "check", "--set", "city=city"])
        .fails();
    for part in ["grade-too-low", "reads.cedar"] {
        assert!(
            checked.stdout.contains(part),
            "{part} is not in {}",
            checked.stdout
        );
    }
}
