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
