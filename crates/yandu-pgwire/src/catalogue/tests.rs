use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::util::display::array_value_to_string;
use yandu_lake::{Lake, Options, Permit, Principal, ReadPoint, Rights, Sight, TableSpec, Term};
use yandu_pack::Packs;

use super::{Seen, beside, information, spec, table};
use crate::settings::Settings;

/// A lake of two datasets; the folder is removed with it.
fn lake(tables: &[&str]) -> (tempfile::TempDir, Lake) {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::open(Options::new(folder.path())).unwrap();
    for id in tables {
        let schema = Schema::new(vec![
            Field::new("id", DataType::Utf8View, true),
            Field::new("income", DataType::Decimal128(12, 2), true),
        ]);
        let spec = TableSpec {
            id: id.parse().unwrap(),
            schema: Arc::new(schema),
            key: Vec::new(),
        };
        lake.declare(spec).unwrap();
    }
    (folder, lake)
}

/// Somebody who sees one column of one dataset.
fn reader() -> Principal {
    let permit = Permit {
        name: "permit".into(),
        rows: None,
        columns: BTreeMap::from([("id".to_owned(), None)]),
        key: None,
        term: Term::default(),
    };
    let sight = ("population.person".parse().unwrap(), Sight::new([permit]));
    Principal::with_rights("wang", Arc::new(Rights::new("hash", [sight])))
}

fn seen_by(lake: &Lake, principal: &Principal, path: &str) -> Seen {
    let mut settings = Settings::new("wang_abc123");
    settings.set("search_path", Some(path.to_owned())).unwrap();
    let session = lake.session(principal, ReadPoint::default());
    Seen::new(session, Arc::new(Packs::default()), settings)
}

/// What a question is made of whose reader sees one dataset.
pub(crate) fn seen(path: &str) -> Seen {
    let (folder, lake) = lake(&["population.person"]);
    let seen = seen_by(&lake, &reader(), path);
    seen.relations();
    drop(folder);
    seen
}

async fn told(lake: &Lake, principal: &Principal, sql: &str) -> Vec<String> {
    let seen = Arc::new(seen_by(lake, principal, "public"));
    let session = lake
        .session(principal, ReadPoint::default())
        .beside(beside(&seen));
    let rows = session.query(sql).await.unwrap().collect().await.unwrap();
    let cells = |batch: &RecordBatch| -> Vec<String> {
        let row = |row: usize| {
            let cells = batch.columns().iter();
            let cells = cells.map(|column| array_value_to_string(column, row).unwrap());
            cells.collect::<Vec<_>>().join("|")
        };
        (0..batch.num_rows()).map(row).collect()
    };
    rows.iter().flat_map(cells).collect()
}

#[tokio::test]
async fn the_catalogue_holds_what_its_reader_may_see() {
    let (_folder, lake) = lake(&["population.person", "health.record"]);
    let relations = "SELECT c.relname, n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace ORDER BY 1";
    assert_eq!(
        told(&lake, &reader(), relations).await,
        ["person|population"]
    );
    let all = told(&lake, &Principal::local_administrator(), relations).await;
    assert_eq!(all, ["person|population", "record|health"]);
    let columns = "SELECT attname, format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute ORDER BY attnum";
    assert_eq!(told(&lake, &reader(), columns).await, ["id|text"]);
    let information =
        "SELECT table_schema, column_name, data_type FROM pg_information_schema.columns";
    assert_eq!(
        told(&lake, &reader(), information).await,
        ["population|id|text"]
    );
    for hidden in ["health", "record", "income"] {
        for place in [
            "pg_class WHERE relname",
            "pg_namespace WHERE nspname",
            "pg_attribute WHERE attname",
        ] {
            let sql = format!("SELECT * FROM pg_catalog.{place} = '{hidden}'");
            assert!(told(&lake, &reader(), &sql).await.is_empty(), "{sql}");
        }
    }
    let by_name = "SELECT yandu_regclass('health.record'), yandu_regclass('nowhere.record')";
    assert_eq!(told(&lake, &reader(), by_name).await, ["|"]);
}

#[tokio::test]
async fn numbers_do_not_depend_on_what_is_hidden() {
    let sql = "SELECT oid, relnamespace FROM pg_catalog.pg_class";
    let mut answers = Vec::new();
    for tables in [
        &["population.person"][..],
        &["health.record", "population.person", "zoo.animal"],
    ] {
        let (_folder, lake) = lake(tables);
        answers.push(told(&lake, &reader(), sql).await);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].len(), 1);
}

#[test]
fn every_table_has_columns_and_a_name_of_its_own() {
    let seen = seen("public");
    let mut names = Vec::new();
    for (name, make) in table::TABLES.iter().chain(information::TABLES) {
        assert!(make(&seen).num_columns() > 2, "{name}");
        names.push(*name);
    }
    for (name, columns) in spec::EMPTY.iter().chain(information::EMPTY) {
        assert!(spec::empty(columns).num_columns() > 2, "{name}");
        names.push(*name);
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn a_name_without_a_schema_is_looked_for_along_the_path() {
    assert_eq!(
        seen("a, population").schema_of("person").as_deref(),
        Some("population")
    );
    assert_eq!(seen("public").schema_of("person"), None);
    assert_eq!(seen("population").schema_of("other"), None);
}
