//! Random models over random tables, after random deliveries: what a refresh leaves is what the query gives.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};
use yandu_words::id::BatchId;

use super::city::{City, Written, id};
use crate::run::Mode;
use crate::transform::Refreshed;

const PLACES: [&str; 6] = ["p1", "p2", "p3", "p4", "p5", "p6"];
const COUNTIES: [&str; 3] = ["东", "西", "南"];
const KINDS: [&str; 3] = ["a", "b", "c"];

fn maybe<T: Into<Value>>(random: &mut StdRng, value: T) -> Value {
    if random.random_bool(0.15) {
        Value::Null
    } else {
        value.into()
    }
}

fn person(random: &mut StdRng, id: u32) -> Value {
    let place = *PLACES.choose(random).unwrap();
    let age = random.random_range(0..90);
    let income = f64::from(random.random_range(0..200_000)) / 100.0;
    let weight = f64::from(random.random_range(60..200)) / 2.0;
    let born = format!(
        "19{:02}-0{}-1{}",
        random.random_range(30..99),
        random.random_range(1..9),
        random.random_range(0..9)
    );
    json!({
        "id": format!("n{id}"), "name": maybe(random, format!("人{}", id % 7)), "place": maybe(random, place),
        "age": maybe(random, age), "income": maybe(random, income), "weight": maybe(random, weight), "born": maybe(random, born),
    })
}

fn people(random: &mut StdRng, count: usize, among: u32) -> Vec<Value> {
    let mut ids: Vec<u32> = (0..among).collect();
    rand::seq::SliceRandom::shuffle(ids.as_mut_slice(), random);
    ids.into_iter()
        .take(count)
        .map(|id| person(random, id))
        .collect()
}

fn places(random: &mut StdRng, count: usize) -> Vec<Value> {
    let codes: Vec<&str> = PLACES.choose_multiple(random, count).copied().collect();
    codes
        .into_iter()
        .map(|code| {
            let title = format!("地{}", random.random_range(0..3));
            let county = *COUNTIES.choose(random).unwrap();
            json!({"code": code, "title": maybe(random, title), "county": maybe(random, county)})
        })
        .collect()
}

fn events(random: &mut StdRng, count: usize, among: u32) -> Vec<Value> {
    (0..count)
        .map(|_| {
            let person = format!("n{}", random.random_range(0..among + 5));
            let kind = *KINDS.choose(random).unwrap();
            let amount = random.random_range(-5..50);
            json!({"person": maybe(random, person), "kind": maybe(random, kind), "amount": maybe(random, amount)})
        })
        .collect()
}

fn condition(random: &mut StdRng) -> &'static str {
    [
        "true",
        "p.age > 20",
        "p.income < 1500.00",
        "p.place IS NOT NULL",
        "p.name <> '人3'",
        "p.born < date '1970-01-01' OR p.age IS NULL",
        "p.place IN ('p1', 'p2', 'p3')",
    ]
    .choose(random)
    .unwrap()
}

/// A model that groups.
fn grouped(random: &mut StdRng, name: &str) -> Written {
    const AGGREGATES: [(&str, &str, &str); 11] = [
        ("count(*)", "people", "integer"),
        ("count(p.age)", "known", "integer"),
        ("sum(p.age)", "years", "integer"),
        ("sum(p.income)", "income", "decimal(22,2)"),
        ("min(p.age)", "youngest", "integer"),
        ("max(p.born)", "last_born", "date"),
        ("max(p.name)", "last_name", "text"),
        ("avg(p.age)", "mean_age", "float"),
        ("avg(p.income)", "mean_income", "decimal(16,6)"),
        ("sum(p.weight)", "weight", "float"),
        ("count(*) FILTER (WHERE p.age >= 60)", "old", "integer"),
    ];
    let (from, groups): (&str, &[(&str, &'static str)]) = *[
        ("t.person p", &[("coalesce(p.place, '-')", "place")][..]),
        ("t.person p", &[("coalesce(p.place, '-')", "place"), ("coalesce(p.age, 0) / 30", "third")]),
        ("t.person p JOIN t.place c ON c.code = p.place", &[("coalesce(c.county, '-')", "county")]),
        ("t.person p JOIN t.place c ON c.code = p.place", &[("c.code", "code")]),
        ("t.person p LEFT JOIN t.place c ON c.code = p.place", &[("coalesce(c.title, '-')", "title")]),
        ("t.event e JOIN t.person p ON p.id = e.person", &[("coalesce(e.kind, '-')", "kind")]),
        ("t.event e JOIN t.person p ON p.id = e.person", &[("p.id", "id")]),
        ("(SELECT * FROM t.person WHERE age < 30 UNION ALL SELECT * FROM t.person WHERE age > 50) p", &[("coalesce(p.place, '-')", "place")]),
    ]
    .choose(random)
    .unwrap();
    let chosen: Vec<_> = {
        let count = random.random_range(1..4);
        AGGREGATES.choose_multiple(random, count).collect()
    };
    let having = *["", " HAVING count(*) > 1", " HAVING count(p.age) >= 2"]
        .choose(random)
        .unwrap();
    let mut selected: Vec<String> = groups
        .iter()
        .map(|(expr, name)| format!("{expr} AS {name}"))
        .collect();
    selected.extend(
        chosen
            .iter()
            .map(|(expr, name, _)| format!("{expr} AS {name}")),
    );
    let by: Vec<&str> = groups.iter().map(|group| group.0).collect();
    let mut columns: Vec<(&'static str, &'static str)> = groups
        .iter()
        .map(|(_, name)| (*name, if *name == "third" { "integer" } else { "text" }))
        .collect();
    columns.extend(
        chosen
            .iter()
            .map(|(_, name, data_type)| (*name, *data_type)),
    );
    let condition = condition(random);
    Written {
        name: name.to_owned(),
        sql: format!(
            "SELECT {} FROM {from} WHERE {condition} GROUP BY {}{having}",
            selected.join(", "),
            by.join(", ")
        ),
        key: groups.iter().map(|group| group.1).collect(),
        columns,
        lines: "",
    }
}

/// A model whose rows follow from single rows, or from those that share a key.
fn rowwise(random: &mut StdRng, name: &str) -> Written {
    let condition = condition(random);
    let (sql, columns, key): (String, &[(&'static str, &'static str)], &[&'static str]) = match random.random_range(0..9) {
        0 => (
            format!("SELECT p.id, p.name, coalesce(p.age, 0) * 2 AS twice FROM t.person p WHERE {condition}"),
            &[("id", "text"), ("name", "text"), ("twice", "integer")],
            &["id"],
        ),
        1 => (
            format!("SELECT p.id, c.title FROM t.person p JOIN t.place c ON c.code = p.place WHERE {condition}"),
            &[("id", "text"), ("title", "text")],
            &["id"],
        ),
        2 => (
            format!("SELECT p.id, c.title, p.age FROM t.person p LEFT JOIN t.place c ON c.code = p.place WHERE {condition}"),
            &[("id", "text"), ("title", "text"), ("age", "integer")],
            &["id"],
        ),
        3 => (
            format!("SELECT p.id, p.place FROM t.person p LEFT JOIN t.place c ON c.code = p.place WHERE c.code IS NULL AND ({condition})"),
            &[("id", "text"), ("place", "text")],
            &["id"],
        ),
        4 => (
            format!(
                "SELECT 'no-place' AS gap, p.id AS id FROM t.person p LEFT JOIN t.place c ON c.code = p.place WHERE c.code IS NULL AND ({condition}) \
                 UNION ALL SELECT 'empty' AS gap, c.code AS id FROM t.place c LEFT JOIN t.person p ON p.place = c.code WHERE p.id IS NULL"
            ),
            &[("gap", "text"), ("id", "text")],
            &["gap", "id"],
        ),
        5 => (
            "SELECT p.id AS id, count(e.amount) AS events, sum(e.amount) AS amount FROM t.person p \
             LEFT JOIN t.event e ON e.person = p.id GROUP BY p.id"
                .to_owned(),
            &[("id", "text"), ("events", "integer"), ("amount", "integer")],
            &["id"],
        ),
        6 => (
            format!(
                "SELECT coalesce(p.id, c.code) AS id, p.name, c.title FROM (SELECT * FROM t.person p WHERE p.age < 10 AND ({condition})) p \
                 FULL JOIN t.place c ON c.code = p.id"
            ),
            &[("id", "text"), ("name", "text"), ("title", "text")],
            &["id"],
        ),
        7 => (
            "SELECT DISTINCT coalesce(p.place, '-') AS place FROM t.person p WHERE p.age > 40".to_owned(),
            &[("place", "text")],
            &["place"],
        ),
        _ => (
            "SELECT n.place, n.people, c.title FROM (SELECT place, count(DISTINCT name) AS people FROM t.person GROUP BY place) n \
             JOIN t.place c ON c.code = n.place"
                .to_owned(),
            &[("place", "text"), ("people", "integer"), ("title", "text")],
            &["place"],
        ),
    };
    Written::new(name, &sql, columns, key)
}

/// One random change of the city, in words.
async fn change(city: &mut City, random: &mut StdRng, done: &mut Vec<(String, BatchId)>) -> String {
    let among = 60;
    let (dataset, how, rows) = match random.random_range(0..12) {
        0..=4 => ("t.person", "upsert", people(random, 4, among)),
        5 | 6 => ("t.event", "append", events(random, 5, among)),
        7 => ("t.place", "upsert", places(random, 2)),
        8 => ("t.person", "snapshot", people(random, 40, among)),
        9 if !done.is_empty() => {
            let at = random.random_range(0..done.len());
            let (dataset, batch) = done.remove(at);
            let by = city.next_batch();
            let lake = city.transform.lake().clone();
            lake.undo(&id(&dataset), batch.clone(), by).await.unwrap();
            return format!("undo {batch} of {dataset}");
        }
        10 => {
            let lake = city.transform.lake().clone();
            lake.compact(&id("t.person")).await.unwrap();
            return "compact t.person".to_owned();
        }
        _ => ("t.person", "upsert", people(random, 12, among)),
    };
    let batch = city.deliver(dataset, how, &rows).await;
    done.push((dataset.to_owned(), batch.clone()));
    format!("{how} {} rows into {dataset} as {batch}", rows.len())
}

/// Refreshes that were incremental, and all.
async fn history(seed: u64) -> (usize, usize) {
    let mut random = StdRng::seed_from_u64(seed);
    let mut models = Vec::new();
    for number in 0..4 {
        models.push(grouped(&mut random, &format!("g{number}")));
        models.push(rowwise(&mut random, &format!("r{number}")));
    }
    models.push(Written::new(
        "above",
        &format!(
            "SELECT {0}, count(*) AS rows_there FROM t.g0 GROUP BY {0}",
            models[0].key[0]
        ),
        &[(models[0].key[0], "text"), ("rows_there", "integer")],
        &[models[0].key[0]],
    ));
    let mut city = City::new(models).await;
    let mut done = Vec::new();
    let first = people(&mut random, 50, 60);
    city.deliver("t.person", "snapshot", &first).await;
    let rows = places(&mut random, 5);
    city.deliver("t.place", "snapshot", &rows).await;
    let rows = events(&mut random, 40, 60);
    city.deliver("t.event", "append", &rows).await;
    let (mut incremental, mut all) = (0, 0);
    let mut story = Vec::new();
    for step in 0..14 {
        if step > 0 {
            for _ in 0..random.random_range(1..3) {
                story.push(change(&mut city, &mut random, &mut done).await);
            }
        }
        for (model, refreshed) in city.refresh().await {
            match refreshed {
                Refreshed::Ran(run) => {
                    assert_eq!(run.error, None, "seed {seed}: {model} {story:#?}");
                    story.push(format!("{model} {:?}: {}", run.mode, run.why));
                    if step > 0 {
                        all += 1;
                        incremental += usize::from(run.mode == Mode::Incremental);
                    }
                }
                Refreshed::Fresh => {}
                Refreshed::Left(why) => panic!("seed {seed}: {model} was left: {why}"),
            }
        }
        city.agree(&format!("seed {seed}: {story:#?}")).await;
    }
    (incremental, all)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_leaves_what_the_query_gives_whatever_was_delivered() {
    let (mut incremental, mut all) = (0, 0);
    let first: u64 = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    for number in 0..4 {
        let seed = first.wrapping_add(number);
        println!("YANDU_SEED={seed}");
        let (some, of) = history(seed).await;
        incremental += some;
        all += of;
    }
    println!("{incremental} of {all} refreshes were incremental");
    assert!(incremental * 3 > all, "{incremental} of {all}");
}
