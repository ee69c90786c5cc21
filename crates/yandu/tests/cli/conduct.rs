//! How the program behaves as a command: failures, secrets and settings.

use serde_json::Value;

use crate::support::{Run, walk};

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
