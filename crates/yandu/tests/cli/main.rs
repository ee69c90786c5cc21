//! The built program from outside: whole walks, as a user and a client of the server see them.

#[cfg(test)]
mod addresses;
#[cfg(test)]
mod faces;
#[cfg(test)]
mod forms;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod keeping;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod packs;
#[cfg(test)]
mod papers;
#[cfg(test)]
mod plan;
#[cfg(test)]
mod readers;
#[cfg(test)]
mod support;
#[cfg(test)]
mod walk;

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::{Place, Run};

const ROLL: &str = "number,会员姓名,age\n1,王芳,30\n2,李强,200\n3,张伟,31\n";

fn walk() -> Place {
    let place = Place::with_pack();
    place.write("roll.csv", ROLL);
    place
}

#[test]
fn a_file_becomes_governed_data_and_can_be_taken_back() {
    let place = walk();
    let collected = place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member", "--json"])
        .ok()
        .json();
    for (key, value) in [
        ("status", json!("collected")),
        ("rows_in", json!(3)),
        ("rows_kept", json!(2)),
        ("rows_superseded", json!(0)),
        ("rows_quarantined", json!(1)),
        ("version", json!(0)),
        ("encoding", json!("UTF-8")),
    ] {
        assert_eq!(collected[key], value, "{key} of {collected}");
    }
    assert_eq!(collected["findings"][0]["reason"], "age-range");
    let batch = collected["batch"].as_str().unwrap();

    let shown = place.yandu(&["batch", "show", batch]).ok();
    assert!(
        shown.stdout.contains("年龄超出范围") && shown.stdout.contains("row 2: 200"),
        "{}",
        shown.stdout
    );
    let listed = place
        .yandu(&["quarantine", "list", batch, "--json"])
        .ok()
        .json();
    assert_eq!(listed["rows"][0]["row"], 2);
    place
        .yandu(&["quarantine", "export", batch, "--out", "back.xlsx"])
        .ok();
    assert!(
        std::fs::read(place.path("back.xlsx"))
            .unwrap()
            .starts_with(b"PK")
    );
    let refused = place
        .yandu(&[
            "quarantine",
            "release",
            batch,
            "2",
            "--reason",
            "x",
            "--json",
        ])
        .fails();
    assert_eq!(
        refused.json()["refused"][0]["reasons"],
        json!(["age-range"])
    );
    place
        .yandu(&[
            "quarantine",
            "correct",
            batch,
            "2",
            "age=20",
            "--reason",
            "电话核实",
        ])
        .ok();
    place
        .yandu(&["quarantine", "release", batch, "2", "--reason", "已更正"])
        .ok();

    let sql = "SELECT number, age FROM club.member ORDER BY number";
    let csv = place.yandu(&["sql", sql, "--format", "csv"]).ok();
    assert_eq!(csv.stdout, "number,age\n1,30\n2,20\n3,31\n");
    let answer = place.yandu(&["sql", sql, "--json"]).ok().json();
    assert_eq!(answer["rows"], json!([["1", 30], ["2", 20], ["3", 31]]));
    let table = place.yandu(&["sql", "SELECT '盐城' AS city, 5 AS n"]).ok();
    assert_eq!(table.stdout, "city  n\n────  ─\n盐城  5\n");
    let before = place
        .yandu(&[
            "sql",
            "SELECT count(*) AS n FROM club.member",
            "--at",
            "club.member=0",
            "--json",
        ])
        .ok();
    assert_eq!(before.json()["rows"], json!([[2]]));

    let versions = place
        .yandu(&["dataset", "versions", "club.member", "--json"])
        .ok()
        .json();
    assert_eq!(versions["versions"].as_array().unwrap().len(), 2);
    let restored = place
        .yandu(&[
            "dataset",
            "restore",
            "club.member",
            "--version",
            "0",
            "--reason",
            "误放",
            "--json",
        ])
        .ok();
    assert_eq!(restored.json()["version"], 2);
    assert!(
        place
            .yandu(&["dataset", "show", "club.member"])
            .ok()
            .stdout
            .contains("rows       2\n")
    );

    place.write("more.csv", "number,name,age\n7,赵敏,7\n");
    let more = place
        .yandu(&["collect", "more.csv", "--dataset", "club.member", "--json"])
        .ok()
        .json();
    let undone = place
        .yandu(&[
            "batch",
            "undo",
            more["batch"].as_str().unwrap(),
            "--reason",
            "误交",
            "--json",
        ])
        .ok();
    assert_eq!(undone.json()["status"], "undone");
    let count = place
        .yandu(&["sql", "SELECT count(*) AS n FROM club.member", "--json"])
        .ok()
        .json();
    assert_eq!(count["rows"], json!([[2]]));
    let all = place.yandu(&["batch", "list", "--json"]).ok().json();
    assert_eq!(all["batches"].as_array().unwrap().len(), 2);
}

#[test]
fn a_second_delivery_changes_nothing() {
    let place = walk();
    place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member"])
        .ok();
    let again = place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member", "--json"])
        .ok()
        .json();
    assert_eq!(
        (&again["status"], &again["version"]),
        (&json!("unchanged"), &json!(null))
    );
}

#[test]
fn a_refused_file_is_one_object_and_exit_code_1() {
    let place = walk();
    place.write("empty.csv", "");
    let refused = place
        .yandu(&["collect", "empty.csv", "--dataset", "club.member", "--json"])
        .fails();
    assert_eq!(
        (&refused.json()["status"], &refused.json()["error"]["code"]),
        (&json!("refused"), &json!("empty-file"))
    );
    assert_eq!(
        refused
            .stderr
            .lines()
            .filter(|line| line.starts_with("error"))
            .count(),
        0,
        "{}",
        refused.stderr
    );
    let told = place
        .yandu(&["collect", "empty.csv", "--dataset", "club.member"])
        .fails();
    assert!(
        told.stderr.contains("error: the file is empty\n"),
        "{}",
        told.stderr
    );
    assert!(told.stderr.contains("help: "), "{}", told.stderr);
}

#[test]
fn failures_say_what_to_do_and_usage_is_exit_code_2() {
    let place = walk();
    let lost = place.yandu(&["batch", "list"]).fails();
    assert_eq!(
        lost.stderr,
        "error: there is no data folder `data`\nhelp: name it with `--data`; `yandu serve` and `yandu collect` make a new one\n"
    );
    assert_eq!(lost.stdout, "");
    assert!(!place.path("data").exists(), "looking makes no folder");
    let nameless = place.yandu(&["collect", "roll.csv"]).fails();
    assert!(
        nameless.stderr.contains("help: add `--dataset ID`"),
        "{}",
        nameless.stderr
    );
    place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member"])
        .ok();
    let wrong = place
        .yandu(&["sql", "SELECT '城', nme FROM club.member"])
        .fails();
    assert!(
        wrong.stderr.starts_with(
            "error: there is no column `nme`\n  |\n1 | SELECT '城', nme FROM club.member\n  |              ^\n"
        ),
        "{}",
        wrong.stderr
    );
    let as_json = place
        .yandu(&["batch", "show", "20200101-000000-000000", "--json"])
        .fails();
    let error: Value = serde_json::from_str(&as_json.stderr).unwrap();
    assert_eq!(error["error"]["code"], "no-batch");
    assert_eq!(place.yandu(&["batch", "show"]).code, 2);
    assert_eq!(place.yandu(&["fly"]).code, 2);
    let settings = place
        .yandu(&["--set", "query_second=1", "dataset", "list"])
        .fails();
    assert!(
        settings.stderr.contains("there is no key `query_second`"),
        "{}",
        settings.stderr
    );
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
fn secrets_are_stored_by_name_and_never_shown() {
    let place = walk();
    for looking in [&["secret", "list"][..], &["secret", "remove", "air_token"]] {
        let lost = place.yandu(looking).fails();
        assert!(
            lost.stderr.contains("there is no data folder"),
            "{}",
            lost.stderr
        );
    }
    assert!(!place.path("data").exists(), "looking makes no folder");
    let long = place.with_stdin(&["secret", "set", "air_token"], &"x".repeat(70_000));
    assert!(long.fails().stderr.contains("more than 65536 bytes"));
    place
        .with_stdin(&["secret", "set", "air_token"], "s3cret-value\n")
        .ok();
    let listed = place.yandu(&["secret", "list"]).ok();
    assert!(
        listed.stdout.contains("air_token") && !listed.stdout.contains("s3cret"),
        "{}",
        listed.stdout
    );
    assert_eq!(
        place
            .yandu(&["secret", "remove", "air_token", "--json"])
            .ok()
            .json()["status"],
        "removed"
    );
    assert_eq!(
        place
            .yandu(&["secret", "remove", "air_token", "--json"])
            .ok()
            .json()["status"],
        "absent"
    );
    assert_eq!(
        place
            .with_stdin(&["secret", "set", "Air Token"], "x")
            .fails()
            .code,
        1
    );
}

#[test]
fn a_simulated_city_is_collected() {
    let place = walk();
    let written = place
        .yandu(&[
            "city",
            "simulate",
            "--people",
            "300",
            "--seed",
            "1",
            "--out",
            "city",
            "--only",
            "residents",
            "--json",
        ])
        .ok();
    assert_eq!(written.json()["people"], 300);
    assert!(place.path("city/truth.json").is_file());
}

#[test]
fn commands_reach_the_server_that_holds_the_folder() {
    let place = walk();
    let mut server = place.serve();
    let collected = place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member", "--json"])
        .ok()
        .json();
    assert_eq!(
        (&collected["status"], &collected["rows_in"]),
        (&json!("collected"), &json!(3))
    );
    let csv = place
        .yandu(&[
            "sql",
            "SELECT number FROM club.member ORDER BY number",
            "--format",
            "csv",
        ])
        .ok();
    assert_eq!(csv.stdout, "number\n1\n3\n");
    let written = server.post(
        "/api/v1/datasets/club.member/rows",
        "application/json",
        r#"{"number": "9", "name": "赵敏", "age": 9}"#,
    );
    assert_eq!(written.0, 201, "{}", written.1);
    let count = place
        .yandu(&["sql", "SELECT count(*) AS n FROM club.member", "--json"])
        .ok()
        .json();
    assert_eq!(count["rows"], json!([[3]]));
    assert_eq!(server.get("/readyz").0, 200);
    assert!(server.get("/").1.contains("盐渎"));

    let second = place.yandu(&["serve", "--listen", "127.0.0.1:0"]).fails();
    assert!(
        second
            .stderr
            .contains("is in use by the server at 127.0.0.1:"),
        "{}",
        second.stderr
    );

    let log = server.stop();
    assert!(log.contains("stopped"), "{log}");
    assert!(
        !log.contains("ERROR") && !log.contains("WARN"),
        "the log is clean: {log}"
    );
    assert!(
        !log.contains("赵敏") && !log.contains("SELECT"),
        "no bodies in the log: {log}"
    );
    let after = place
        .yandu(&["sql", "SELECT count(*) AS n FROM club.member", "--json"])
        .ok()
        .json();
    assert_eq!(
        after["rows"],
        json!([[3]]),
        "what was acknowledged is there"
    );
}

#[test]
fn a_watched_folder_is_collected_by_the_server() {
    let place = walk();
    let mut server = place.serve();
    place.write("data/inbox/club/roll.csv", ROLL);
    let end = Instant::now() + Duration::from_mins(1);
    let found = loop {
        let page: Value =
            serde_json::from_str(&server.get("/api/v1/batches?dataset=club.member").1).unwrap();
        if let Some(batch) = page["batches"]
            .get(0)
            .filter(|batch| batch["status"] == "collected")
        {
            break batch.clone();
        }
        assert!(Instant::now() < end, "nothing was collected: {page}");
        std::thread::sleep(Duration::from_millis(200));
    };
    assert_eq!(
        (&found["source"], &found["rows_in"]),
        (&json!("club.member_export"), &json!(3))
    );
    server.stop();
    let by_hand = place.yandu(&["collect", "club.member_export"]).ok();
    assert_eq!(by_hand.stdout, "nothing new for club.member\n");
}

#[test]
fn a_stopped_server_rolls_back_what_it_cannot_finish() {
    let place = walk();
    let rows: Vec<String> = (0..400_000)
        .map(|number| format!("{number},王芳,30"))
        .collect();
    let large = format!("number,name,age\n{}\n", rows.join("\n"));
    place.write("large.csv", &large);
    let mut server = place.serve_with(&["--set", "grace_seconds=0", "--threads", "1"]);
    let body = json!({"dataset": "club.member", "path": place.path("large.csv")}).to_string();
    let accepted = server.post("/api/v1/batches", "application/json", &body);
    assert_eq!(accepted.0, 202, "{}", accepted.1);
    let log = server.stop();
    assert!(!log.contains("ERROR"), "{log}");
    let batches = place.yandu(&["batch", "list", "--json"]).ok().json();
    let status = batches["batches"][0]["status"].as_str().unwrap().to_owned();
    let count = place
        .yandu(&["sql", "SELECT count(*) AS n FROM club.member", "--json"])
        .ok()
        .json();
    let expected = if status == "collected" {
        json!([[400_000]])
    } else {
        json!([[0]])
    };
    assert!(
        matches!(status.as_str(), "rolled-back" | "collected"),
        "{status}"
    );
    assert_eq!(count["rows"], expected, "{status}");
}

#[test]
fn only_this_machine_is_served() {
    let place = walk();
    let open = place.yandu(&["serve", "--listen", "0.0.0.0:0"]).fails();
    assert!(
        open.stderr.contains("can be reached from other machines"),
        "{}",
        open.stderr
    );
    assert!(!place.path("data").exists(), "nothing was opened");
    assert!(
        place
            .yandu(&["serve", "--listen", "nonsense"])
            .fails()
            .stderr
            .contains("is no address to listen on")
    );
}

#[test]
fn the_configuration_file_lies_under_the_environment_and_the_flags() {
    let place = walk();
    place
        .yandu(&["collect", "roll.csv", "--dataset", "club.member"])
        .ok();
    place.write("yandu.toml", "query_rows = 1\n");
    let rows = |run: Run| run.ok().json()["rows"].as_array().unwrap().len();
    let sql = ["sql", "SELECT number FROM club.member", "--json"];
    assert_eq!(rows(place.yandu(&sql)), 1);
    assert_eq!(
        rows(place.with_environment(&sql, &[("YANDU_QUERY_ROWS", "2")])),
        2
    );
    let flags = ["--set", "query_rows=1", sql[0], sql[1], sql[2]];
    assert_eq!(
        rows(place.with_environment(&flags, &[("YANDU_QUERY_ROWS", "2")])),
        1
    );
    place.write("yandu.toml", "query_row = 1\n");
    let wrong = place.yandu(&sql).fails();
    assert!(
        wrong
            .stderr
            .contains("`yandu.toml` line 1: unknown field `query_row`"),
        "{}",
        wrong.stderr
    );
}
