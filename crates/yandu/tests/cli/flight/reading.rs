//! Values, metadata and streams.

use serde_json::json;

use super::{client, town};
use crate::town::reading_rows;

#[test]
fn adbc_reads_values_of_every_type() {
    let town = town();
    let Some(answer) = client(&town, "values") else {
        return;
    };
    assert_eq!(answer["rows"], reading_rows());
    assert_eq!(
        answer["types"],
        json!([
            "int64",
            "string",
            "decimal128(12, 2)",
            "double",
            "bool",
            "date32[day]",
            "time64[us]",
            "timestamp[us]"
        ])
    );
    assert_eq!(answer["lists"], json!([[1, 2, null], ["x", "城"]]));
    assert_eq!(answer["schema"], json!(["int64", "string"]));
    assert_eq!(answer["none"], json!([]));
    assert_eq!(answer["explained"], true);
    assert_eq!(answer["bearer"], json!([[3]]));
}

#[test]
fn adbc_gives_values_and_gets_them_back() {
    let town = town();
    let Some(wrong) = client(&town, "parameters") else {
        return;
    };
    assert_eq!(wrong, json!([]));
}

#[test]
fn metadata_names_what_may_be_seen_and_nothing_else() {
    let town = town();
    let Some(answer) = client(&town, "metadata") else {
        return;
    };
    assert_eq!(
        answer["objects"],
        json!([
            [
                "yandu",
                "club",
                "member",
                "TABLE",
                ["number", "name", "age"]
            ],
            [
                "yandu",
                "club",
                "reading",
                "TABLE",
                [
                    "number", "place", "amount", "share", "open", "day", "clock", "seen_at"
                ]
            ],
        ])
    );
    assert_eq!(answer["few"], json!(["reading"]));
    assert_eq!(answer["kinds"], json!(["TABLE"]));
    assert_eq!(answer["vendor"], "Yandu");
    assert_eq!(
        answer["member"],
        json!([["number", "string"], ["name", "string"], ["age", "int64"]])
    );
    let same = |name: &str| answer[name].to_string().replace(name, "…");
    assert_eq!(same("hidden"), same("nowhere"));
    assert_eq!(
        answer["titles"]["member"],
        json!(["会员号", "姓名", "年龄"])
    );
    assert_eq!(answer["titles"].as_object().unwrap().len(), 2);
    assert_eq!(answer["keys"], json!([["number"], ["number"], [], []]));
    assert_eq!(answer["foreign"], json!([0, 0]));
    assert!(answer["types"].to_string().contains("DECIMAL"), "{answer}");
    assert_eq!(answer["info"], true);
    assert_eq!(
        answer["actions"],
        json!([
            "CancelFlightInfo",
            "CancelQuery",
            "ClosePreparedStatement",
            "CloseSession",
            "CreatePreparedStatement"
        ])
    );
}

#[test]
fn rows_are_sent_while_they_are_read() {
    let town = town();
    let Some(answer) = client(&town, "stream") else {
        return;
    };
    assert_eq!(answer["rows"], 3_000_000);
    assert_eq!(answer["sum"], 4_500_001_500_000_u64);
    assert!(answer["batches"].as_u64().unwrap() > 100, "{answer}");
    // Of a hundred billion rows the first ones come without the others.
    assert_eq!(answer["first"], true);
    assert_eq!(answer["after"], json!([[1]]));
}
