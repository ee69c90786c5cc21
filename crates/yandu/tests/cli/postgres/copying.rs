//! `COPY … TO STDOUT`, as psql, psycopg, pandas and asyncpg take it.

use serde_json::{Value, json};

use super::{line, town};
use crate::town::{Town, reading_rows};

fn client(town: &Town, function: &str) -> Option<Value> {
    town.script("postgres_copy.py", function, &line(town))
}

#[test]
fn psql_copies_a_question_and_a_dataset_in_text_and_csv() {
    let town = town();
    let Some(answer) = client(&town, "psql_copies") else {
        return;
    };
    let told = |name: &str| {
        let [code, stdout, stderr] = answer[name].as_array().unwrap().as_slice() else {
            panic!("{answer}");
        };
        assert_eq!((code, stderr), (&json!(0), &json!("")), "{name}");
        stdout.as_str().unwrap().to_owned()
    };
    assert_eq!(told("text"), "1\t王*\t30\n4\t赵*\t39\n");
    assert_eq!(told("csv"), "number,who\n\"1\",王*\n\"4\",赵*\n");
    assert_eq!(
        told("dataset"),
        "number|place\n1|盐城市亭湖区\n2|O'Hara, \"B\"\n3|-\n"
    );
    assert_eq!(told("file"), "COPY 3\n");
    assert_eq!(
        answer["saved"],
        "1,盐城市亭湖区\n2,\"O'Hara, \"\"B\"\"\"\n3,\n"
    );
    assert_eq!(told("several"), "1\n王*\n2\n");
    let refused = |name: &str| answer[name][2].as_str().unwrap().to_owned();
    let delivered = refused("in");
    assert!(delivered.contains("not copied in here"), "{delivered}");
    assert!(delivered.contains("yandu collect"), "{delivered}");
    assert!(
        refused("server").contains("STDOUT"),
        "{}",
        refused("server")
    );
    let same = |name: &str| refused(name).replace(name, "…");
    assert!(same("hidden").contains("there is no dataset"), "{answer}");
    assert_eq!(same("hidden"), same("nowhere"));
}

#[test]
fn psycopg_copies_rows_as_text_and_in_binary_and_stops_when_it_wants() {
    let town = town();
    let Some(answer) = client(&town, "psycopg_copies") else {
        return;
    };
    assert_eq!(
        answer["text"],
        json!([["1", "盐城市亭湖区"], ["2", "O'Hara, \"B\""], ["3", null]])
    );
    assert_eq!(answer["binary"], reading_rows());
    assert_eq!(answer["empty"], json!([[], []]));
    assert_eq!(
        answer["many"],
        json!([300_000, 45_000_150_000_u64, 300_000])
    );
    assert_eq!(
        answer["pandas"],
        json!([["number", "name"], [1, 4], ["王*", "赵*"]])
    );
    assert_eq!(answer["cancelled"], "57014");
    assert_eq!(answer["late"], "57014");
    assert_eq!(answer["failed"], "22012");
    assert_eq!(answer["in"], "25006");
    assert_eq!(answer["after"], 1);
    assert_eq!(answer["position"], "14");
}

#[test]
fn asyncpg_copies_a_question_and_a_dataset() {
    let town = town();
    let Some(answer) = client(&town, "asyncpg_copies") else {
        return;
    };
    assert_eq!(answer["status"], json!(["COPY 2", "COPY 3"]));
    assert_eq!(answer["query"], "number\tname\n1\t王*\n4\t赵*\n");
    assert_eq!(
        answer["table"],
        "number,place\n\"1\",\"盐城市亭湖区\"\n\"2\",\"O'Hara, \"\"B\"\"\"\n\"3\",\n"
    );
    assert_eq!(answer["hidden"], "42P01");
}
