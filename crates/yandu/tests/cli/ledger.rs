//! The ledger from the command line, without a server and through one.

use serde_json::{Value, json};

use crate::support::Place;

#[test]
fn the_ledger_is_kept_from_the_command_line() {
    let place = Place::with_pack();
    place.write("roll.csv", "number,会员姓名,age\n1,王芳,30\n2,李强,31\n");
    place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member"])
        .ok();
    let listed = place.yandu(&["ledger", "list", "--json"]).ok().json();
    assert_eq!(listed["total"], 1);
    let shown = place
        .yandu(&["ledger", "show", "club.member", "--json"])
        .ok()
        .json();
    assert_eq!(shown["facts"]["rows"], 2, "{shown}");
    assert_eq!(shown["facts"]["version"], 0);
    assert!(shown["facts"]["score"].is_number(), "{shown}");
    assert!(shown["facts"]["last_batch"].is_string());

    let fields = r#"{"title": {"zh": "路灯设施"}, "owner": "亭湖区城管局", "division": "320902"}"#;
    place
        .yandu(&["ledger", "register", "tinghu.lamp", fields])
        .ok();
    let found = place
        .yandu(&["ledger", "search", "ldss", "--json"])
        .ok()
        .json();
    assert_eq!(found["entries"][0]["id"], "tinghu.lamp");
    place
        .yandu(&[
            "ledger",
            "move",
            "tinghu.lamp",
            "--to",
            "reviewed",
            "--reason",
            "已核对",
        ])
        .ok();
    let refused = place.yandu(&[
        "ledger",
        "move",
        "tinghu.lamp",
        "--to",
        "published",
        "--reason",
        "发布",
    ]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("lacks") && refused.stderr.contains("code"),
        "{}",
        refused.stderr
    );
    let history = place
        .yandu(&["ledger", "history", "tinghu.lamp", "--json"])
        .ok()
        .json();
    assert_eq!(history["revisions"][0]["reason"], "已核对");

    let lines: String = (0..50)
        .map(|number| {
            let line = json!({"id": format!("county.e{number}"), "title": {"zh": format!("渔船登记{number}")}, "owner": "射阳县农业农村局", "division": "320924"});
            format!("{line}\n")
        })
        .collect();
    place.write("entries.jsonl", &format!("{lines}oops\n"));
    let imported = place
        .yandu(&["ledger", "import", "entries.jsonl", "--json"])
        .ok()
        .json();
    assert_eq!(
        (&imported["created"], &imported["faulty"]),
        (&json!(50), &json!(1))
    );
    let text = place.yandu(&["ledger", "import", "entries.jsonl"]).ok();
    assert!(
        text.stdout.contains("50 unchanged") && text.stdout.contains("line 51"),
        "{}",
        text.stdout
    );

    let mut server = place.serve();
    let through: Value = place
        .yandu(&["ledger", "search", "渔船", "--division", "320924", "--json"])
        .ok()
        .json();
    assert_eq!(through["total"], 50);
    let rollup = place.yandu(&["ledger", "rollup", "--json"]).ok().json();
    assert_eq!(rollup["total"]["entries"], 52);
    place.yandu(&["ledger", "indicators"]).ok();
    server.stop();
}

#[test]
fn a_set_of_indicators_is_answered_by_its_name() {
    let place = Place::with_pack();
    place.write("roll.csv", "number,会员姓名\n1,王芳\n");
    place.write(
        "packs/club/indicators/county.yaml",
        "indicators: club.county\ntitle: {zh: 县级指标}\nsample: true\nitems:\n  - {id: A1, title: {zh: 条目数}, unit: 个, measure: {count: {}}}\n",
    );
    place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member"])
        .ok();
    let told = place
        .yandu(&["ledger", "indicators", "club.county", "--json"])
        .ok()
        .json();
    assert_eq!(told["items"][0]["city"]["value"], 1.0, "{told}");
}

#[test]
fn the_ledger_is_listed_page_by_page_and_exported_for_the_next_import() {
    let place = Place::with_pack();
    place.write("roll.csv", "number,会员姓名\n1,王芳\n");
    place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member"])
        .ok();
    let lines: String = (0..5)
        .map(|number| {
            let line = json!({"id": format!("county.e{number}"), "title": {"zh": format!("渔船登记{number}")}, "owner": "射阳县农业农村局"});
            format!("{line}\n")
        })
        .collect();
    place.write("entries.jsonl", &lines);
    place.yandu(&["ledger", "import", "entries.jsonl"]).ok();
    let list = [
        "ledger",
        "list",
        "--owner",
        "射阳县农业农村局",
        "--limit",
        "3",
        "--json",
    ];
    let first = place.yandu(&list).ok().json();
    let next = first["next"].as_str().unwrap();
    let mut more = list.to_vec();
    more.extend(["--after", next]);
    let second = place.yandu(&more).ok().json();
    assert_eq!(second["entries"].as_array().unwrap().len(), 2);

    let export = [
        "ledger",
        "export",
        "out.jsonl",
        "--owner",
        "射阳县农业农村局",
    ];
    place.yandu(&export).ok();
    let exported = std::fs::read_to_string(place.path("out.jsonl")).unwrap();
    assert_eq!(exported.lines().count(), 5, "{exported}");
    let again = place
        .yandu(&["ledger", "import", "out.jsonl", "--json"])
        .ok()
        .json();
    assert_eq!(again["unchanged"], 5, "{again}");
    place.yandu(&["ledger", "export", "out.csv"]).ok();
    let table = std::fs::read_to_string(place.path("out.csv")).unwrap();
    assert!(
        table.contains("渔船登记4") && table.contains("会员"),
        "{table}"
    );
    let nameless = place.yandu(&["ledger", "export", "out"]).fails();
    assert!(nameless.stderr.contains("--format"), "{}", nameless.stderr);
    let wrong = place.yandu(&["ledger", "export", "out.pdf"]).fails();
    assert!(wrong.stderr.contains("`xlsx`"), "{}", wrong.stderr);
    assert!(!place.path("out.pdf").exists() && !place.path(".out.pdf.part").exists());
}
