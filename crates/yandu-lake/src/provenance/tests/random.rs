//! Provenance against the answers of the engine: over the contributing rows alone a query gives the chosen row as before,
//! and without one of them it does not.

use std::collections::BTreeSet;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;

use crate::lineage::tests::random::generate::{Generator, TABLES};
use crate::lineage::tests::random::{Rows, add_rows, schema_of, texts, values, with_places};
use crate::{
    Amount, Contribution, Lake, Options, Principal, Provenance, ReadPoint, Session, full_schema,
};

/// Queries that are tried at least, and at most.
const QUERIES: std::ops::Range<usize> = 56..600;
/// Rows whose provenance had no doubts, before the test is content.
const EXACT: usize = 80;
/// Rows that are followed up without deciding anything: of most random queries a row decides something too.
const FORTH: usize = 20;
/// Rows of an answer that are chosen.
const CHOSEN: usize = 3;

const ALL: Amount = Amount {
    rows: 1_000,
    counted: true,
};

struct World {
    _folder: TempDir,
    lake: Lake,
    session: Session,
    tables: Vec<(&'static str, RecordBatch)>,
    others: usize,
}

impl World {
    async fn new(rng: &mut StdRng) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::new(folder.path());
        options.threads = 2;
        let lake = Lake::open(options).unwrap();
        let mut tables = Vec::new();
        for (table, columns) in TABLES {
            let count = rng.random_range(6..14);
            let columns: Vec<ArrayRef> = columns
                .iter()
                .map(|(_, data_type)| values(rng, *data_type, count))
                .collect();
            let schema = full_schema(&schema_of(table));
            let rows = RecordBatch::try_new(schema, with_places(&columns)).unwrap();
            add_rows(&lake, &format!("r.{table}"), table, &rows).await;
            tables.push((table, rows));
        }
        Self {
            session: lake.session(&Principal::local_administrator(), ReadPoint::default()),
            lake,
            _folder: folder,
            tables,
            others: 0,
        }
    }

    async fn ask(&self, sql: &str) -> crate::Result<Vec<RecordBatch>> {
        self.session.query(sql).await?.collect().await
    }

    /// The query over tables of which only these rows are left.
    async fn over(&mut self, sql: &str, keep: &dyn Fn(&str, i64) -> bool) -> String {
        let mut sql = sql.to_owned();
        for (table, rows) in &self.tables {
            if !sql.contains(&format!("{{{table}}}")) {
                continue;
            }
            let kept = (1..=rows.num_rows() as i64).map(|row| Some(keep(table, row)));
            let kept = filter_record_batch(rows, &kept.collect::<BooleanArray>()).unwrap();
            self.others += 1;
            let dataset = format!("r.{table}_{}", self.others);
            add_rows(&self.lake, &dataset, table, &kept).await;
            sql = sql.replace(&format!("{{{table}}}"), &dataset);
        }
        sql
    }
}

fn whole(sql: &str) -> String {
    TABLES.iter().fold(sql.to_owned(), |sql, (table, _)| {
        sql.replace(&format!("{{{table}}}"), &format!("r.{table}"))
    })
}

fn places(contribution: &Contribution) -> BTreeSet<i64> {
    let rows = texts(std::slice::from_ref(&contribution.rows));
    rows.iter()
        .map(|row| row.last().unwrap().parse().unwrap())
        .collect()
}

fn contribution<'a>(found: &'a Provenance, table: &str) -> Option<&'a Contribution> {
    found.of(&format!("r.{table}").parse().unwrap())
}

fn times(rows: &Rows, row: &[String]) -> usize {
    rows.iter().filter(|other| *other == row).count()
}

/// A row of the answer by the values of all its columns; names that come twice are taken once.
fn chosen(batch: &RecordBatch, row: usize) -> RecordBatch {
    let schema = batch.schema();
    let mut seen = BTreeSet::new();
    let columns: Vec<usize> = (0..batch.num_columns())
        .filter(|place| seen.insert(schema.field(*place).name().clone()))
        .collect();
    batch.slice(row, 1).project(&columns).unwrap()
}

#[derive(Debug, Default)]
struct Totals {
    refused: usize,
    open: usize,
    empty: usize,
    exact: usize,
    doubted: usize,
    doubted_and_same: usize,
    /// Contributors that were taken out.
    taken: usize,
    shapes: BTreeSet<&'static str>,
}

fn seed() -> u64 {
    let seed: u64 = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    println!("YANDU_SEED={seed}");
    seed
}

/// Holds some rows of an answer against their provenance.
async fn try_query(
    world: &mut World,
    rng: &mut StdRng,
    sql: &str,
    totals: &mut Totals,
    is_linear: bool,
) -> Result<(), String> {
    let Ok(answer) = world.ask(&whole(sql)).await else {
        totals.refused += 1;
        return Ok(());
    };
    let before = texts(&answer);
    let mut again = texts(&world.ask(&whole(sql)).await.unwrap());
    let mut sorted = before.clone();
    sorted.sort();
    again.sort();
    if sorted != again {
        totals.open += 1;
        return Ok(());
    }
    let filled: Vec<&RecordBatch> = answer.iter().filter(|rows| rows.num_rows() > 0).collect();
    if filled.is_empty() {
        totals.empty += 1;
        return Ok(());
    }
    for _ in 0..CHOSEN {
        let batch = filled[rng.random_range(0..filled.len())];
        let number = rng.random_range(0..batch.num_rows());
        let row = texts(&[batch.slice(number, 1)]).remove(0);
        let found = world
            .session
            .provenance(&whole(sql), &chosen(batch, number), ALL)
            .await
            .map_err(|error| format!("{error}: {:?}", std::error::Error::source(&error)))?;
        let mut kept: Vec<(&str, Option<BTreeSet<i64>>)> = Vec::new();
        for (table, _) in TABLES {
            let places = contribution(&found, table)
                .filter(|found| !found.decides)
                .map(places);
            kept.push((table, places));
        }
        let is_kept = |table: &str, row: i64| {
            kept.iter()
                .find(|(name, _)| *name == table)
                .and_then(|(_, places)| places.as_ref())
                .is_none_or(|places| places.contains(&row))
        };
        let over = world.over(sql, &is_kept).await;
        let after = world.ask(&over).await.map(|rows| texts(&rows));
        // All rows of a dataset that decides too are kept, and some of them may be without a partner now, which is another row.
        let has_others = found
            .contributions
            .iter()
            .any(|found| found.contributes && found.decides);
        let is_same = after.as_ref().is_ok_and(|after| {
            let (now, then) = (times(after, &row), times(&before, &row));
            now == then || has_others && now > then
        });
        let doubts: Vec<&String> = found
            .contributions
            .iter()
            .flat_map(|found| &found.doubts)
            .collect();
        if doubts.is_empty() {
            totals.exact += 1;
            if !is_same {
                return Err(format!(
                    "the row {row:?} of\n{before:?}\nneeds more than {kept:?}, over which there is\n{after:?}"
                ));
            }
        } else {
            totals.doubted += 1;
            totals.doubted_and_same += usize::from(is_same);
        }
        let decides = found.contributions.iter().any(|found| found.decides);
        if is_linear && doubts.is_empty() && !decides {
            take_out(world, rng, sql, &row, &before, &found, totals).await?;
        }
    }
    Ok(())
}

/// Takes one contributing row out: the chosen row must then come less often, or not at all.
async fn take_out(
    world: &mut World,
    rng: &mut StdRng,
    sql: &str,
    row: &[String],
    before: &Rows,
    found: &Provenance,
    totals: &mut Totals,
) -> Result<(), String> {
    let all: Vec<(&str, i64)> = TABLES
        .iter()
        .flat_map(|(table, _)| {
            let places = contribution(found, table).map(places).unwrap_or_default();
            places.into_iter().map(move |place| (*table, place))
        })
        .collect();
    if all.is_empty() {
        return Err(format!("nothing contributed to {row:?}"));
    }
    let (table, place) = all[rng.random_range(0..all.len())];
    let over = world
        .over(sql, &|other, row| (other, row) != (table, place))
        .await;
    let after = texts(&world.ask(&over).await.unwrap());
    totals.taken += 1;
    if times(&after, row) >= times(before, row) {
        return Err(format!(
            "the row {row:?} is there without row {place} of `{table}`"
        ));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_is_the_same_over_the_rows_that_contributed_to_it_alone() {
    let seed = seed();
    let mut rng = StdRng::seed_from_u64(seed);
    let mut world = World::new(&mut rng).await;
    let mut totals = Totals::default();
    let mut generator = Generator::new(StdRng::seed_from_u64(rng.random()));
    for number in 0..QUERIES.end {
        if number >= QUERIES.start && totals.exact >= EXACT {
            break;
        }
        let query = generator.query(number % Generator::shape_count(), number % 3);
        if let Err(what) = try_query(&mut world, &mut rng, &query.sql, &mut totals, false).await {
            panic!(
                "YANDU_SEED={seed} query {number}: {what}\n{}",
                whole(&query.sql)
            );
        }
    }
    totals.shapes = generator.shapes.keys().copied().collect();
    println!("{totals:?}");
    assert_eq!(totals.shapes.len(), Generator::shape_count());
    // A provenance that doubts everything would promise nothing.
    assert!(totals.exact >= EXACT, "{totals:?}");
    assert!(totals.doubted > 0, "{totals:?}");
}

/// Takes one row out of a table: only rows that it takes part in may be others then, and each of these names it among its
/// own when there are no doubts.
async fn go_forth(
    world: &mut World,
    rng: &mut StdRng,
    sql: &str,
    totals: &mut Totals,
) -> Result<(), String> {
    let Ok(answer) = world.ask(&whole(sql)).await else {
        totals.refused += 1;
        return Ok(());
    };
    let before = texts(&answer);
    let read: Vec<usize> = (0..world.tables.len())
        .filter(|place| sql.contains(&format!("{{{}}}", world.tables[*place].0)))
        .collect();
    let Some(place) = read.get(rng.random_range(0..read.len().max(1))) else {
        return Ok(());
    };
    let (table, rows) = world.tables[*place].clone();
    let number = rng.random_range(0..rows.num_rows());
    let row = rows.slice(number, 1).project(&[4, 5]).unwrap();
    let dataset = format!("r.{table}").parse().unwrap();
    let found = world
        .session
        .touched(&whole(sql), &dataset, &row, 1_000)
        .await
        .map_err(|error| format!("{error}: {:?}", std::error::Error::source(&error)))?;
    let touched = texts(std::slice::from_ref(&found.rows));
    if found.decides {
        return Ok(());
    }
    let over = world
        .over(sql, &|other, place| {
            (other, place) != (table, number as i64 + 1)
        })
        .await;
    let Ok(after) = world.ask(&over).await else {
        totals.refused += 1;
        return Ok(());
    };
    let after = texts(&after);
    for row in &before {
        if times(&after, row) < times(&before, row) && !touched.contains(row) {
            return Err(format!(
                "row {} of `{table}` takes part in {row:?}, and only {touched:?} are named",
                number + 1
            ));
        }
        totals.taken += usize::from(times(&after, row) < times(&before, row));
    }
    if !found.doubts.is_empty() || touched.is_empty() {
        totals.doubted += usize::from(!found.doubts.is_empty());
        return Ok(());
    }
    totals.exact += 1;
    let chosen = chosen(&found.rows, rng.random_range(0..found.rows.num_rows()));
    let back = world.session.provenance(&whole(sql), &chosen, ALL).await;
    let back = back.map_err(|error| error.to_string())?;
    let places = contribution(&back, table).map(places).unwrap_or_default();
    if !places.contains(&(number as i64 + 1)) {
        return Err(format!(
            "row {} of `{table}` takes part in {chosen:?}, which names {places:?}",
            number + 1
        ));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_rows_that_a_row_takes_part_in_are_others_without_it_and_they_lead_back_to_it() {
    let seed = seed();
    let mut rng = StdRng::seed_from_u64(seed);
    let mut world = World::new(&mut rng).await;
    let mut totals = Totals::default();
    let mut generator = Generator::new(StdRng::seed_from_u64(rng.random()));
    for number in 0..QUERIES.end {
        if number >= QUERIES.start && totals.exact >= FORTH {
            break;
        }
        let query = generator.query(number % Generator::shape_count(), number % 3);
        if let Err(what) = go_forth(&mut world, &mut rng, &query.sql, &mut totals).await {
            panic!(
                "YANDU_SEED={seed} query {number}: {what}\n{}",
                whole(&query.sql)
            );
        }
    }
    println!("{totals:?}");
    assert!(totals.exact >= FORTH && totals.taken > FORTH, "{totals:?}");
}

/// Whether each derivation of a row of the query needs each of its rows.
fn is_linear(sql: &str) -> bool {
    let others = [
        "DISTINCT",
        "GROUP",
        "UNION (",
        "UNION SELECT",
        "INTERSECT",
        "EXCEPT",
        "SEMI",
        "ANTI",
        "LEFT",
        "RIGHT",
        "FULL",
        "OVER",
        "LIMIT",
        "RECURSIVE",
        "LATERAL",
        "EXISTS",
        "max(",
        "min(",
        "sum(",
        "count(",
        "first_value(",
        "unnest(",
    ];
    !others.iter().any(|word| sql.contains(word))
        && sql.matches("(SELECT").count()
            == sql.matches("FROM (SELECT").count() + sql.matches("JOIN (SELECT").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_is_another_without_a_row_that_contributed_to_it() {
    let seed = seed();
    let mut rng = StdRng::seed_from_u64(seed);
    let mut world = World::new(&mut rng).await;
    let mut totals = Totals::default();
    let mut generator = Generator::new(StdRng::seed_from_u64(rng.random()));
    let mut number = 0;
    while totals.taken < 60 {
        number += 1;
        assert!(number < 4_000, "{totals:?}");
        let query = generator.query(number, number % 3);
        if !is_linear(&query.sql) {
            continue;
        }
        let grouped = {
            let columns: BTreeSet<&String> = query.columns.iter().map(|(name, _)| name).collect();
            let columns: Vec<&str> = columns.iter().map(|name| name.as_str()).collect();
            let columns = columns.join(", ");
            format!(
                "SELECT {columns}, count(*) AS n FROM ({}) AS grouped GROUP BY {columns}",
                query.sql
            )
        };
        for sql in [query.sql.as_str(), grouped.as_str()] {
            if let Err(what) = try_query(&mut world, &mut rng, sql, &mut totals, true).await {
                panic!("YANDU_SEED={seed} query {number}: {what}\n{}", whole(sql));
            }
        }
    }
    println!("{totals:?}");
}
