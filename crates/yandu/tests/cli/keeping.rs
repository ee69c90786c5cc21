//! Backups of a working city, and a clock that stands.

use serde_json::{Value, json};

use crate::support::walk;

fn people(place: &crate::support::Place, data: &str) -> String {
    let sql = "SELECT number, name, _batch, _row FROM club.member ORDER BY number";
    let asked = place.yandu_in(data, &["sql", sql, "--format", "csv"]);
    asked.ok().stdout
}

#[test]
fn a_working_city_is_backed_up_and_put_back_elsewhere() {
    let place = walk();
    let server = place.serve();
    let collect = ["collect", "roll.csv", "--dataset", "club.member"];
    place.yandu(&collect).ok();
    let row = r#"{"number": "9", "name": "赵敏"}"#;
    let written = server.post("/api/v1/datasets/club.member/rows", "application/json", row);
    assert_eq!(written.0, 201, "{}", written.1);
    let first = place.yandu(&["backup", "kept", "--json"]).ok().json();
    assert_eq!(first["backup"]["batches"], 2);
    assert_eq!(first["backup"]["rows"], 2);
    let before = people(&place, "data");
    assert!(before.contains("赵敏"), "{before}");

    place.write("roll.csv", "number,会员姓名,age\n7,孙悦,30\n");
    place.yandu(&collect).ok();
    let second = place.yandu(&["backup", "kept"]).ok();
    assert!(second.stdout.contains("--with-key"), "{}", second.stdout);
    let checked = place.yandu(&["restore", "kept", "--check"]).ok();
    assert!(checked.stdout.contains("is whole"), "{}", checked.stdout);
    let listed = place.yandu(&["restore", "kept", "--list", "--json"]).ok();
    assert_eq!(listed.json().as_array().unwrap().len(), 2);

    let id = first["backup"]["id"].as_str().unwrap();
    let restored = ["restore", "kept", "--backup", id];
    place.yandu_in("old", &restored).ok();
    assert_eq!(people(&place, "old"), before);
    place.yandu_in("new", &["restore", "kept"]).ok();
    assert_eq!(people(&place, "new"), people(&place, "data"));
    let batches = |data| {
        let listed = place.yandu_in(data, &["batch", "list", "--json"]);
        listed.ok().json()
    };
    assert_eq!(batches("new"), batches("data"));
    let again = place.yandu_in("old", &restored).fails();
    assert!(again.stderr.contains("`--data`"), "{}", again.stderr);
    for none in ["old", "nothing"] {
        let none = place.yandu(&["restore", none, "--list"]).fails();
        assert!(
            none.stderr.contains("holds no backups") && none.stderr.contains("`yandu backup DIR`"),
            "{}",
            none.stderr
        );
    }
    drop(server);
    // Without a server it works in the process.
    let alone = place
        .yandu(&["backup", "kept", "--keep", "1", "--json"])
        .ok();
    assert_eq!(alone.json()["backup"]["has_key"], false);
    let left = place.yandu(&["restore", "kept", "--list", "--json"]).ok();
    assert_eq!(left.json().as_array().unwrap().len(), 1);
    let lists = std::fs::read_dir(place.path("kept/backups")).unwrap();
    let list = lists.map(|entry| entry.unwrap().path()).next().unwrap();
    std::fs::write(&list, "{}").unwrap();
    let damaged = place.yandu(&["restore", "kept", "--list"]).ok();
    assert!(
        damaged.stdout.contains("cannot be used"),
        "{}",
        damaged.stdout
    );
    place.yandu(&["backup", "kept", "--keep", "1"]).ok();
    let inside = place.yandu(&["backup", "data/kept"]).fails();
    assert!(inside.stderr.contains("data folder"), "{}", inside.stderr);
}

#[test]
fn a_clock_that_stands_gives_every_run_the_same_times() {
    let told = || {
        let place = walk();
        let mut server = place.serve_with(&["--now", "2025-06-01T09:00"]);
        assert!(
            server
                .get("/readyz")
                .1
                .starts_with("ready, the clock stands at 2025-06-01T01:00:00"),
        );
        let clock: Value = serde_json::from_str(&server.get("/api/v1/clock").1).unwrap();
        assert_eq!(clock["is_standing"], json!(true));
        place
            .yandu(&["collect", "roll.csv", "--dataset", "club.member"])
            .ok();
        let versions = place.yandu(&["dataset", "versions", "club.member", "--json"]);
        let versions = versions.ok().json().to_string();
        assert!(versions.contains("2025-06-01T01:00:00"), "{versions}");
        let batches = place.yandu(&["batch", "list"]).ok().stdout;
        assert!(batches.contains("20250601-010000-"), "{batches}");
        let log = server.stop();
        assert!(log.contains("the clock stands"), "{log}");
    };
    told();
    told();
    let refused = walk().yandu(&["serve", "--now", "tomorrow"]).fails();
    assert!(refused.stderr.contains("tomorrow"), "{}", refused.stderr);
}

#[test]
fn a_file_is_looked_at_and_mapped_before_it_is_collected() {
    let place = walk();
    place.write("odd.csv", "编码,称呼\n1,王芳\n");
    let shown = place
        .yandu(&[
            "collect",
            "odd.csv",
            "--dataset",
            "club.member",
            "--preview",
        ])
        .ok();
    for words in ["编码", "required and not in the file", "missing-columns"] {
        assert!(shown.stdout.contains(words), "{words}: {}", shown.stdout);
    }
    let mapped = ["--header", "编码=number", "--header", "称呼=name"];
    let mut command = vec!["collect", "odd.csv", "--dataset", "club.member", "--json"];
    command.extend(mapped);
    assert_eq!(place.yandu(&command).ok().json()["rows_kept"], 1);
    let odd = place
        .yandu(&[
            "collect",
            "odd.csv",
            "--dataset",
            "club.member",
            "--header",
            "编码",
        ])
        .fails();
    assert!(odd.stderr.contains("HEADER=COLUMN"), "{}", odd.stderr);
}
