//! Tools that people have.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::{client, line, town};
use crate::town::reading_rows;

#[test]
fn psql_describes_what_it_sees() {
    let town = town();
    let Some(answer) = client(&town, "psql_walk") else {
        return;
    };
    let told = |command: &str| {
        let [code, stdout, stderr] = answer[command].as_array().unwrap().as_slice() else {
            panic!("{answer}");
        };
        assert_eq!(stderr, "", "{command}");
        assert_eq!(code, 0, "{command}");
        stdout.as_str().unwrap().to_owned()
    };
    assert!(told(r"\dn").contains("club|"));
    assert_eq!(told(r"\dt club.*").lines().count(), 2);
    assert!(told(r"\d club.member").contains("age|bigint"));
    assert!(told(r"\d+ club.reading").contains("numeric(12,2)"));
    assert!(told(r"\l").contains("yandu|"));
    assert!(told(r"\du").starts_with("bridge_"));
    assert_eq!(
        told("SELECT name, age FROM club.member ORDER BY number"),
        "王*|30\n赵*|39\n"
    );
    assert_eq!(
        told("SELECT 1; SELECT count(*) FROM club.reading"),
        "1\n3\n"
    );
    assert_eq!(told(""), "");
    assert_eq!(told(r"\df club.*"), "");
    for (command, fault) in [
        (r"\dv club.*", "Did not find any"),
        (r"\di club.*", "Did not find any"),
        (
            "INSERT INTO club.member VALUES ('9', 'x', 1)",
            "here can only be read",
        ),
    ] {
        assert_eq!(answer[command][1], "", "{command}");
        let stderr = answer[command][2].as_str().unwrap();
        assert!(stderr.contains(fault), "{command}: {stderr}");
    }
    let refused = |sql: &str| {
        assert_eq!(answer[sql][0], 1, "{sql}");
        answer[sql][2].as_str().unwrap().to_owned()
    };
    let hidden = refused("SELECT * FROM club.hidden");
    let nowhere = refused("SELECT * FROM club.nowhere");
    assert!(hidden.contains("LINE 1"), "{hidden}");
    let same = |text: &str| text.split('^').next().unwrap().replace("hidden", "nowhere");
    assert_eq!(same(&hidden), same(&nowhere));
}

#[test]
fn asyncpg_prepares_fetches_and_gives_up() {
    let town = town();
    let Some(answer) = client(&town, "asyncpg_walk") else {
        return;
    };
    assert_eq!(answer["rows"], reading_rows());
    assert_eq!(answer["found"], json!([1]));
    assert_eq!(answer["prepared"], json!([42, null, [1, null]]));
    assert_eq!(answer["cursor"], json!([250, 250]));
    assert_eq!(answer["hidden"], "42P01");
    assert_eq!(answer["late"], 1);
}

#[test]
fn sqlalchemy_reflects_datasets_and_reads_them() {
    let town = town();
    let Some(answer) = client(&town, "sqlalchemy_walk") else {
        return;
    };
    assert_eq!(
        answer["schemas"],
        json!(["club", "information_schema", "public"])
    );
    assert_eq!(answer["tables"], json!(["member", "reading"]));
    assert_eq!(answer["views"], json!([]));
    assert_eq!(answer["columns"][2], json!(["amount", "NUMERIC(12, 2)"]));
    assert_eq!(answer["comment"], "会员");
    assert_eq!(answer["has"], json!([true, false]));
    assert_eq!(answer["rows"], json!([[1, "盐城市亭湖区"]]));
    assert_eq!(answer["count"], 3);
}

#[test]
fn dbt_tests_a_source_and_shows_it() {
    let town = town();
    let Some(answer) = client(&town, "dbt_walk") else {
        return;
    };
    let told = |name: &str| answer[name][1].as_str().unwrap().to_owned();
    assert_eq!(answer["debug"][0], 0, "{}", told("debug"));
    assert!(told("debug").contains("All checks passed!"));
    // One test of three fails, because a place is missing.
    assert_eq!(answer["test"][0], 1, "{}", told("test"));
    assert!(
        told("test").contains("PASS=2 WARN=0 ERROR=1"),
        "{}",
        told("test")
    );
    assert_eq!(answer["show"][0], 0, "{}", told("show"));
    assert!(told("show").contains("盐城市亭湖区"), "{}", told("show"));
}

#[test]
fn odbc_lists_and_reads() {
    let town = town();
    let Some(answer) = client(&town, "odbc_walk") else {
        return;
    };
    if answer.is_null() {
        eprintln!("skipped: the ODBC driver of PostgreSQL is not installed; `make test` does");
        return;
    }
    assert_eq!(answer["tables"], json!(["member", "reading"]));
    assert_eq!(answer["columns"][2], json!(["age", "int8"]));
    assert_eq!(
        answer["rows"],
        json!([[1, "盐城市亭湖区", "1234.50", "2024-02-29"]])
    );
    assert_eq!(answer["hidden"], "42P01");
}

#[test]
fn jdbc_lists_prepares_and_fetches() {
    const DRIVER: &str = "/usr/share/java/postgresql.jar";
    let is_there =
        Path::new(DRIVER).is_file() && Command::new("java").arg("-version").output().is_ok();
    if !is_there {
        eprintln!("skipped: Java and the JDBC driver are not installed; `make test` does");
        return;
    }
    let town = town();
    let line = line(&town);
    let text = |name: &str| line[name].as_str().unwrap().to_owned();
    let url = format!("jdbc:postgresql://{}:{}/yandu", text("host"), text("port"));
    let program = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/Jdbc.java");
    let output = Command::new("java")
        .args(["-Dstdout.encoding=UTF-8", "-cp", DRIVER, program, &url])
        .args([text("user"), text("password")])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(
        told,
        "tables [member, reading]\ncolumns number:text name:text age:int8\nkeys 0 types true\n\
         row 1 盐城市亭湖区 1234.50 2024-02-29 true\nsum 500500\nfault 42P01\nfault 25006\n"
    );
}
