//! Receipts of what programs read, on each of their ways in. A page has two rows here: three readings are more, and two members are not.

use serde_json::{Value, json};

use crate::town::Town;

fn town() -> Town {
    let listening = [
        "--pg-listen",
        "127.0.0.1:0",
        "--flight-listen",
        "127.0.0.1:0",
    ];
    Town::listening(&[&listening[..], &["--set", "query_rows=2"]].concat())
}

/// What a function of the script beside this file answers; `None` where its clients are not installed.
fn client(town: &Town, function: &str) -> Option<Value> {
    let address = town.server.postgres.as_deref().unwrap();
    let (host, port) = address.rsplit_once(':').unwrap();
    let line = json!({
        "host": host,
        "port": port,
        "uri": town.server.flight,
        "url": town.server.url(),
        "user": town.token["token"]["login"],
        "password": town.token["secret"],
    });
    town.script("receipts.py", function, &line)
}

/// A receipt, as somebody is told who may see all of them.
fn receipt(town: &Town, id: &Value) -> Value {
    let path = format!("/api/v1/exports/{}", id.as_str().unwrap());
    let (status, body) = town.server.get(&path);
    assert_eq!(status, 200, "{body}");
    serde_json::from_str(&body).unwrap()
}

/// What every receipt of this token says.
fn is_of_token(town: &Town, receipt: &Value) {
    assert_eq!(receipt["reader"], "bridge", "{receipt}");
    assert_eq!(receipt["name"], "桥", "{receipt}");
    assert_eq!(receipt["token"], town.token["token"]["id"], "{receipt}");
    assert_eq!(receipt["way"], "interface", "{receipt}");
    assert!(receipt["policy"].as_str().unwrap().len() >= 32, "{receipt}");
    assert_eq!(receipt["read"][0]["rights"].as_str().unwrap().len(), 32);
}

#[test]
fn answers_over_the_postgresql_protocol_leave_receipts_that_their_client_is_told_of() {
    let mut town = town();
    let Some(answer) = client(&town, "wire") else {
        return;
    };
    assert_eq!(answer["before"], Value::Null);
    // Three look-ups of one kind, on two connections, with other values.
    let short = &answer["short"];
    assert_eq!(short[0], short[1]);
    assert_eq!(short[0], short[2]);
    assert_eq!(answer["back"], short[0]);
    let counted = receipt(&town, &short[0]);
    is_of_token(&town, &counted);
    assert_eq!(counted["form"], "postgresql");
    assert_eq!(
        counted["sql"],
        "SELECT name FROM club.member WHERE number = ?"
    );
    assert_eq!(
        (&counted["answers"], &counted["rows"]),
        (&json!(4), &json!(3))
    );
    assert_eq!(
        (&counted["state"], &counted["sha256"]),
        (&json!("open"), &Value::Null)
    );
    assert_eq!(counted["read"][0]["dataset"], "club.member");
    assert_eq!(
        counted["read"][0]["permits"],
        json!(["club/programs-members"])
    );
    // What reads no dataset has none, so that the one before stays.
    assert_eq!(answer["nothing"], short[2]);
    assert_eq!(answer["catalogue"], short[2]);
    // More than a page has its own, with the values that were given.
    let long = receipt(&town, &answer["long"]);
    is_of_token(&town, &long);
    assert_eq!(
        (&long["rows"], &long["state"]),
        (&json!(3), &json!("complete"))
    );
    assert_eq!(long["values"], json!(["10"]));
    assert_eq!(long["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(answer["shown"], answer["long"]);
    // Of a cursor that is closed before its end only what was fetched has left.
    let cursor = receipt(&town, &answer["cursor"]);
    assert_eq!(
        (&cursor["answers"], &cursor["rows"]),
        (&json!(1), &json!(2))
    );
    // Of one whose rows are passed over it is told how many there are, and no row.
    let passed = &answer["passed"];
    assert_eq!(passed[0], "MOVE 3");
    let passed = receipt(&town, &passed[1]);
    is_of_token(&town, &passed);
    assert_eq!(
        (&passed["answers"], &passed["rows"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(
        passed["sql"],
        "SELECT place FROM club.reading WHERE number < ?"
    );
    let stopped = receipt(&town, &answer["stopped"]);
    assert_eq!(
        (&stopped["state"], &stopped["rows"]),
        (&json!("broken"), &json!(3))
    );
    // A copy is a file, however short: its receipt fits the bytes that came.
    let copied = receipt(&town, &answer["copy"]["receipt"]);
    is_of_token(&town, &copied);
    assert_eq!(copied["sha256"], answer["copy"]["sha256"]);
    assert_eq!(copied["bytes"], answer["copy"]["bytes"]);
    assert_eq!(copied["rows"], 2);
    assert_eq!(
        copied["sql"],
        "COPY (SELECT number, name FROM club.member) TO STDOUT (FORMAT csv, HEADER)"
    );
    let broken = receipt(&town, &answer["cancelled"]);
    assert_eq!(broken["state"], "broken", "{broken}");
    assert_eq!(broken["broken"], "the query was cancelled by its client");
    let log = town.server.stop();
    assert!(!log.contains("panicked"), "{log}");
    // What was counted is ended with the program, and there at the next start.
    town.server = town.place.serve();
    let counted = receipt(&town, &short[0]);
    assert_eq!(
        (&counted["answers"], &counted["state"]),
        (&json!(4), &json!("complete"))
    );
}

#[test]
fn answers_of_arrow_flight_name_their_receipts_in_a_header() {
    let town = town();
    let Some(answer) = client(&town, "flight") else {
        return;
    };
    let counted = receipt(&town, &answer["short"][0]);
    assert_eq!(answer["short"][0], answer["short"][1]);
    is_of_token(&town, &counted);
    assert_eq!(counted["form"], "arrow-flight");
    assert_eq!(
        (&counted["answers"], &counted["rows"]),
        (&json!(2), &json!(3))
    );
    let long = receipt(&town, &answer["long"]);
    is_of_token(&town, &long);
    assert_eq!(
        (&long["rows"], &long["state"]),
        (&json!(3), &json!("complete"))
    );
    assert!(long["bytes"].as_u64().unwrap() > 100, "{long}");
    assert_eq!(answer["nothing"], Value::Null);
}

#[test]
fn answers_of_ckan_and_pages_of_sql_to_a_token_are_counted_and_longer_ones_have_their_own() {
    let town = town();
    let Some(answer) = client(&town, "http") else {
        return;
    };
    for (what, sql) in [
        (
            "search_sql",
            "SELECT name FROM club.member WHERE number = ?",
        ),
        ("page", "SELECT age FROM club.member WHERE number = ?"),
    ] {
        assert_eq!(answer[what][0], answer[what][1], "{what}: {answer}");
        let counted = receipt(&town, &answer[what][0]);
        is_of_token(&town, &counted);
        assert_eq!(
            (&counted["form"], &counted["sql"]),
            (&json!("json"), &json!(sql))
        );
        assert_eq!(
            (&counted["answers"], &counted["rows"]),
            (&json!(2), &json!(2)),
            "{what}"
        );
    }
    let search = receipt(&town, &answer["search"][0]);
    assert_eq!(search["answers"], 1, "{search}");
    assert!(
        search["sql"].as_str().unwrap().contains("LIMIT ?"),
        "{search}"
    );
    let long = receipt(&town, &answer["long"][0]);
    is_of_token(&town, &long);
    assert_eq!(
        (&long["rows"], &long["state"]),
        (&json!(3), &json!("complete"))
    );
    assert_eq!(long["sha256"], answer["long"][1]);
    assert_eq!(long["bytes"], answer["long"][2]);
    let dump = receipt(&town, &answer["dump"][0]);
    is_of_token(&town, &dump);
    assert_eq!((&dump["form"], &dump["rows"]), (&json!("tsv"), &json!(2)));
    assert_eq!(dump["sha256"], answer["dump"][1]);
    // Whoever administers this machine is no program, and is shown a page.
    assert_eq!(answer["local"], Value::Null);
    let raw = receipt(&town, &answer["raw"][0]);
    assert_eq!(
        (&raw["form"], &raw["reader"]),
        (&json!("delivery"), &json!("local-administrator"))
    );
    assert_eq!(raw["sha256"], answer["raw"][1]);
    assert_eq!(raw["bytes"], answer["raw"][2]);
    assert_eq!(raw["batch"], answer["batch"]);
}
