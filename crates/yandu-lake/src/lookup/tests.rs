use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray, StringViewArray};
use arrow::datatypes::DataType;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use yandu_words::Mask;

use super::Lookup;
use crate::fixture::{Fixture, people_from, person_schema, person_spec};
use crate::lineage::tests::random::texts;
use crate::memory::Part;
use crate::{
    Change, MaskKey, Permit, Principal, ReadPoint, Rights, Session, Sight, TableSpec, Term,
    compile_row_condition,
};

const BY_ID: &str = "SELECT * FROM population.person WHERE id = $1";

/// The types of values as a client of the wire gives them.
const TYPES: [DataType; 2] = [DataType::Utf8, DataType::Int64];

fn text(value: &str) -> ArrayRef {
    Arc::new(StringArray::from(vec![value]))
}

fn number(value: i64) -> ArrayRef {
    Arc::new(Int64Array::from(vec![value]))
}

fn lines(rows: &[RecordBatch]) -> Vec<Vec<String>> {
    let mut lines = texts(rows);
    lines.sort_unstable();
    lines
}

/// All columns, some of them under masks.
fn permit(rows: Option<&str>, masks: &[(&str, Mask)]) -> Permit {
    let schema = person_schema();
    let masks: BTreeMap<&str, &Mask> = masks.iter().map(|(name, mask)| (*name, mask)).collect();
    let fields = schema.fields().iter();
    let columns = fields.map(|field| {
        let mask = masks.get(field.name().as_str());
        (field.name().clone(), mask.map(|mask| (*mask).clone()))
    });
    Permit {
        name: "p".into(),
        rows: rows.map(|rows| compile_row_condition(&schema, rows, &BTreeMap::new()).unwrap()),
        columns: columns.collect(),
        key: Some(MaskKey::new([7; 32])),
        term: Term::default(),
    }
}

fn reader(lake: &Fixture, permits: Vec<Permit>) -> Session {
    let rights = Rights::new("p1", [(lake.id.clone(), Sight::new(permits))]);
    let reader = Principal::with_rights("reader", Arc::new(rights));
    lake.lake.session(&reader, ReadPoint::default())
}

fn everything(lake: &Fixture) -> Session {
    let me = Principal::local_administrator();
    lake.lake.session(&me, ReadPoint::default())
}

async fn lookup(session: &Session, sql: &str) -> Option<Lookup> {
    let types = &TYPES[..sql.matches('$').count().min(2)];
    session.lookup(sql, types).await.unwrap()
}

/// What the engine answers.
async fn asked(session: &Session, sql: &str, values: &[ArrayRef]) -> Vec<Vec<String>> {
    let session = session.clone().with_parameters(values).unwrap();
    lines(&session.query(sql).await.unwrap().collect().await.unwrap())
}

fn any_permits(rng: &mut StdRng) -> Vec<Permit> {
    let rows = [
        None,
        Some("height > 1000 or height is null"),
        Some("name < 'n5'"),
        Some("starts_with(id, '0001')"),
        Some("born <> date '1971-01-01' and income > 5000.00"),
    ];
    let masks = [
        ("name", Mask::Hash),
        ("name", Mask::Keep { first: 1, last: 0 }),
        ("income", Mask::Null),
        ("height", Mask::Null),
        ("opens", Mask::Null),
    ];
    let count = rng.random_range(1..=2);
    let permits = (0..count).map(|_| {
        let some = rng.random_range(0..3);
        let masks: Vec<_> = masks.choose_multiple(rng, some).cloned().collect();
        permit(rows.choose(rng).copied().flatten(), &masks)
    });
    permits.collect()
}

async fn change(lake: &Fixture, rng: &mut StdRng, number: usize) {
    let name = format!("c{number}");
    let ids: Vec<String> = (0..rng.random_range(1..40))
        .map(|_| format!("{:05}", rng.random_range(0..20_500)))
        .collect();
    let mut ids = ids;
    ids.sort_unstable();
    ids.dedup();
    let named: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), name.as_str())).collect();
    match rng.random_range(0..4) {
        0 => {
            let rows = people_from(&name, 1, &named);
            lake.commit(&rows, &name, Change::Append).await.unwrap();
        }
        1 => {
            lake.upsert(&name, &named).await;
        }
        2 => {
            lake.lake.fold(&lake.id).await.unwrap();
        }
        _ => {
            let rows = people_from(&name, 1, &named);
            lake.lake.append(&lake.id, &rows, b"").await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_look_up_gives_what_the_engine_gives_to_any_reader_of_any_state() {
    let seed: u64 = rand::random();
    println!("seed {seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let lake = Fixture::with_vectors(|options| {
        // Of more than one block, and of more than one row group.
        options.row_group_rows = 9_000;
        options.lookup_bytes = 1 << rng.random_range(10..24);
    });
    let ids: Vec<String> = (0..20_000).map(|id| format!("{id:05}")).collect();
    let names: Vec<String> = (0..20_000).map(|id| format!("n{}", id % 97)).collect();
    let first: Vec<(&str, &str)> = ids
        .iter()
        .map(String::as_str)
        .zip(names.iter().map(String::as_str))
        .collect();
    lake.commit(&people_from("b1", 1, &first), "b1", Change::Append)
        .await
        .unwrap();
    let questions = [
        BY_ID,
        "SELECT name, income AS much, name AS again FROM population.person p WHERE $1 = p.id AND height > $2",
        "SELECT opens, seen_at, born FROM population.person WHERE id = $1 AND name <> 'n7' AND (height < $2 OR height IS NULL)",
        "SELECT id FROM population.person WHERE id = $1 AND name LIKE 'n%' AND born IN (date '1990-01-01', born)",
    ];
    let mut found = 0;
    for round in 0..12 {
        change(&lake, &mut rng, round).await;
        let session = match rng.random_range(0..4) {
            0 => everything(&lake),
            _ => reader(&lake, any_permits(&mut rng)),
        };
        for sql in questions {
            let Some(lookup) = lookup(&session, sql).await else {
                panic!("seed {seed}: {sql} is no look-up");
            };
            for _ in 0..6 {
                let id = format!("{:05}", rng.random_range(0..20_600));
                let mut values = vec![text(&id), number(rng.random_range(0..20_000))];
                values.truncate(lookup.values.fields().len());
                let rows = lookup.rows(&session, &values).await;
                let Some(rows) = rows else {
                    panic!("seed {seed}: {sql} with {id} is not answered");
                };
                found += rows.rows.num_rows();
                let expected = asked(&session, sql, &values).await;
                assert_eq!(
                    lines(&[rows.rows]),
                    expected,
                    "seed {seed}: {sql} with {id}"
                );
            }
        }
    }
    assert!(found > 0, "seed {seed}: nothing was ever found");
}

#[tokio::test]
async fn other_questions_are_left_to_the_engine() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    let session = everything(&lake);
    for sql in [
        "SELECT * FROM population.person WHERE name = $1",
        "SELECT * FROM population.person WHERE id > $1",
        "SELECT * FROM population.person WHERE id = $1 OR id = '2'",
        "SELECT * FROM population.person WHERE id = name",
        "SELECT * FROM population.person WHERE id = $1 ORDER BY id",
        "SELECT * FROM population.person WHERE id = $1 LIMIT 1",
        "SELECT count(*) FROM population.person WHERE id = $1",
        "SELECT upper(name) FROM population.person WHERE id = $1",
        "SELECT * FROM population.person WHERE id = $1 AND random() < 2",
        "SELECT * FROM population.person WHERE id = $1 AND born < now()",
        "SELECT * FROM population.person WHERE id = $1 AND 1 / (height - 151) = 0",
        "SELECT * FROM population.person WHERE id = $1 AND height = name",
        "SELECT * FROM population.person WHERE id = $1 AND EXISTS (SELECT 1)",
        "SELECT a.* FROM population.person a JOIN population.person b ON a.id = b.id WHERE a.id = $1",
        "SELECT * FROM (SELECT name AS id FROM population.person) WHERE id = $1",
    ] {
        assert!(lookup(&session, sql).await.is_none(), "{sql}");
    }
    assert!(lookup(&session, BY_ID).await.is_some());
    // Of a value that a mask stands for, the stored one is not looked for.
    let masked = reader(&lake, vec![permit(None, &[("id", Mask::Hash)])]);
    assert!(lookup(&masked, BY_ID).await.is_none());
    let past = lake
        .lake
        .session(&Principal::local_administrator(), lake.at(0));
    assert!(lookup(&past, BY_ID).await.is_none());
    // A table without a key.
    let spec = TableSpec {
        key: Vec::new(),
        ..person_spec()
    };
    lake.lake.declare(spec).unwrap();
    assert!(lookup(&session, BY_ID).await.is_none());
}

#[tokio::test]
async fn a_look_up_holds_for_its_rights_and_its_table_alone() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    let ending = permit(None, &[]);
    let term = ending.term.clone();
    let session = reader(&lake, vec![ending]);
    let found = lookup(&session, BY_ID).await.unwrap();
    let one = [text("1")];
    assert_eq!(found.rows(&session, &one).await.unwrap().rows.num_rows(), 1);
    // The rights of another reader, even if they show the same.
    let other = reader(&lake, vec![permit(None, &[])]);
    assert!(found.rows(&other, &one).await.is_none());
    assert!(found.rows(&everything(&lake), &one).await.is_none());
    // A value of another type is another question.
    let view: ArrayRef = Arc::new(StringViewArray::from(vec!["1"]));
    assert!(found.rows(&session, &[view]).await.is_none());
    assert!(found.rows(&session, &[]).await.is_none());
    let none: ArrayRef = Arc::new(StringArray::from(vec![None::<&str>]));
    assert_eq!(
        found.rows(&session, &[none]).await.unwrap().rows.num_rows(),
        0
    );
    term.end();
    assert!(found.rows(&session, &one).await.is_none());

    let session = everything(&lake);
    let found = lookup(&session, BY_ID).await.unwrap();
    assert!(found.rows(&session, &one).await.is_some());
    lake.lake.declare(person_spec()).unwrap();
    assert!(found.rows(&session, &one).await.is_none());
}

#[tokio::test]
async fn a_value_that_cannot_be_what_it_is_compared_with_is_told_by_the_engine() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    let session = everything(&lake);
    let sql = "SELECT * FROM population.person WHERE id = $1 AND height = CAST($2 AS SMALLINT)";
    let found = lookup(&session, sql).await.unwrap();
    for (id, height, is_answered) in [("1", 151, true), ("9", 151, true), ("9", 99_999, false)] {
        let values = [text(id), number(height)];
        let answer = found.rows(&session, &values).await;
        assert_eq!(answer.is_some(), is_answered, "{id} {height}");
        let asking = session.clone().with_parameters(&values).unwrap();
        assert_eq!(
            asking.query(sql).await.is_ok(),
            is_answered,
            "{id} {height}"
        );
    }
}

#[tokio::test]
async fn a_look_up_that_waits_for_a_switch_is_not_answered_by_the_table_before() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    let session = everything(&lake);
    let found = lookup(&session, BY_ID).await.unwrap();
    let switching = lake.lake.inner.switching.write().await;
    let asking = tokio::spawn({
        let (found, session) = (found.clone(), session.clone());
        async move { found.rows(&session, &[text("1")]).await.is_some() }
    });
    tokio::task::yield_now().await;
    lake.lake.declare(person_spec()).unwrap();
    drop(switching);
    assert!(!asking.await.unwrap());
}

#[tokio::test]
async fn what_was_looked_up_is_kept_and_no_more_than_may_be() {
    let ids: Vec<String> = (0..20_000).map(|id| format!("{id:05}")).collect();
    let rows: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), id.as_str())).collect();
    for (most, is_kept) in [(64 << 20, true), (1 << 20, false)] {
        let lake = Fixture::with(|options| {
            options.row_group_rows = 9_000;
            options.lookup_bytes = most;
        });
        lake.commit(&people_from("b1", 1, &rows), "b1", Change::Append)
            .await
            .unwrap();
        let session = everything(&lake);
        let found = lookup(&session, BY_ID).await.unwrap();
        let look = async |id: usize| {
            let rows = found.rows(&session, &[text(&format!("{id:05}"))]).await;
            assert!(lake.lake.inner.memory.bytes() <= most);
            rows.map(|found| found.rows.num_rows())
        };
        for id in (0..20_000).step_by(997) {
            assert_eq!(look(id).await, Some(1), "{id}");
        }
        assert!(lake.lake.inner.memory.bytes() > 0);
        // Nothing is read any more, or it is.
        for file in lake.listed().await {
            let table = lake.lake.table(&lake.id).unwrap();
            std::fs::remove_file(file.full_path(&table.folder)).unwrap();
        }
        let mut answered = Vec::new();
        for id in (0..20_000).step_by(997) {
            answered.push(look(id).await.is_some());
        }
        assert_eq!(answered.iter().all(|one| *one), is_kept, "{answered:?}");
    }
}

#[tokio::test]
async fn footers_and_filters_count_among_what_is_kept() {
    let ids: Vec<String> = (0..20_000).map(|id| format!("{id:05}")).collect();
    let rows: Vec<(&str, &str)> = ids.iter().map(|id| (id.as_str(), id.as_str())).collect();
    for (most, is_kept) in [(64 << 20, true), (0, false)] {
        let lake = Fixture::with(|options| {
            options.row_group_rows = 9_000;
            options.lookup_bytes = most;
        });
        lake.commit(&people_from("b1", 1, &rows), "b1", Change::Append)
            .await
            .unwrap();
        let memory = &lake.lake.inner.memory;
        // The engine asks the same filters.
        let sql = "SELECT name FROM population.person WHERE id = '00007'";
        assert_eq!(lake.query(sql).await, "00007");
        let filters = memory.bytes_of(Part::Filters { column: 0 });
        assert_eq!(filters > 10_000, is_kept, "{filters}");
        assert_eq!(memory.bytes(), filters);

        let session = everything(&lake);
        let found = lookup(&session, BY_ID).await.unwrap();
        let rows = found.rows(&session, &[text("00007")]).await.unwrap();
        assert_eq!(rows.rows.num_rows(), 1);
        assert_eq!(memory.bytes_of(Part::Filters { column: 0 }), filters);
        let footers = memory.bytes_of(Part::Footer);
        assert_eq!(footers > 0, is_kept);
        assert_eq!(memory.bytes() > filters + footers, is_kept);
    }
}
