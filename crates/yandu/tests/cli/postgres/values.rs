//! Values and names, as they come and go.

use serde_json::json;

use super::{client, town};
use crate::town::reading_rows;

#[test]
fn psycopg_reads_values_of_every_type_as_text_and_in_binary() {
    let town = town();
    let Some(answer) = client(&town, "psycopg_values") else {
        return;
    };
    assert_eq!(answer["text"], reading_rows());
    assert_eq!(answer["binary"], reading_rows());
    let names = [
        "number", "place", "amount", "share", "open", "day", "clock", "seen_at",
    ];
    assert_eq!(answer["names"], json!(names));
    assert_eq!(
        answer["types"],
        json!([20, 25, 1700, 701, 16, 1082, 1083, 1114])
    );
    assert_eq!(answer["amount"], json!([12, 2]));
    assert_eq!(answer["array"], json!([[1, 2, null], ["a,b", "城"]]));
    assert_eq!(answer["zone"], "Asia/Shanghai");
}

#[test]
fn psycopg_gives_values_of_every_type_and_gets_them_back() {
    let town = town();
    let Some(wrong) = client(&town, "psycopg_parameters") else {
        return;
    };
    assert_eq!(wrong, json!([]));
}

#[test]
fn cursors_give_as_many_rows_as_are_fetched() {
    let town = town();
    let Some(answer) = client(&town, "psycopg_cursors") else {
        return;
    };
    assert_eq!(
        answer,
        json!({
            "sum": 500_500,
            "fetches": [2, 1, 0],
            "fetched": [[1], [2]],
            "moved": "MOVE 1",
            "rest": "FETCH 0",
            "after": "34000",
        })
    );
}

#[test]
fn catalogues_name_what_may_be_seen_and_nothing_else() {
    let town = town();
    let Some(answer) = client(&town, "catalogues") else {
        return;
    };
    let told = answer.to_string();
    assert!(!told.contains("\"hidden\""), "{told}");
    let of = |sql: &str| answer[sql].clone();
    assert_eq!(
        of("SELECT relname FROM pg_class ORDER BY 1"),
        json!([["member"], ["reading"]])
    );
    let schemas = json!([["club"], ["information_schema"], ["pg_catalog"], ["public"]]);
    assert_eq!(
        of("SELECT nspname FROM pg_catalog.pg_namespace ORDER BY 1"),
        schemas
    );
    assert_eq!(
        of("SELECT schema_name FROM information_schema.schemata ORDER BY 1"),
        schemas
    );
    assert_eq!(
        of(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'club.member'::regclass AND attnum > 0 ORDER BY attnum"
        ),
        json!([["number"], ["name"], ["age"]])
    );
    assert_eq!(
        of("SELECT current_database(), current_schema(), version() LIKE 'PostgreSQL 15%'"),
        json!([["yandu", "public", true]])
    );
    assert_eq!(
        of("SELECT mod(-7, 3), mod(count(*), 4) FROM club.member"),
        json!([[-1, 2]])
    );
    assert_eq!(
        of("SELECT table_schema, table_name FROM information_schema.tables ORDER BY 1, 2"),
        json!([["club", "member"], ["club", "reading"]])
    );
    assert_eq!(
        of("SELECT obj_description('club.member'::regclass, 'pg_class')"),
        json!([["会员"]])
    );
    assert_eq!(
        of(
            "SELECT to_regclass('club.hidden'), has_table_privilege('club.member', 'SELECT'), has_table_privilege('club.member', 'INSERT')"
        ),
        json!([[null, true, false]])
    );
    assert_eq!(
        of(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'reading' ORDER BY ordinal_position"
        ),
        json!([
            ["number", "bigint"],
            ["place", "text"],
            ["amount", "numeric"],
            ["share", "double precision"],
            ["open", "boolean"],
            ["day", "date"],
            ["clock", "time without time zone"],
            ["seen_at", "timestamp without time zone"]
        ])
    );
    assert_eq!(answer["path"], 2);
}
