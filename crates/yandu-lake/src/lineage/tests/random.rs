//! Lineage against the answers of the engine: one column of one table gets other values, and only what lineage names
//! may answer otherwise.

pub(crate) mod generate;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Int64Array, RecordBatch, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::{Field, Schema, SchemaRef};
use arrow::util::display::array_value_to_string;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tempfile::TempDir;

use self::generate::{Generator, TABLES, Type};
use crate::{
    Change, Commit, FlowKind, Lake, Options, OutputColumn, Principal, ReadPoint, Session,
    SqlLineage, TableSpec, full_schema,
};

const QUERIES: usize = 84;
const CHANGES: usize = 3;

pub(crate) type Rows = Vec<Vec<String>>;

/// One table whose column has other values.
struct Changed {
    table: &'static str,
    column: &'static str,
    /// The name of the dataset that holds it.
    dataset: String,
}

struct World {
    _folder: TempDir,
    session: Session,
    changed: Vec<Changed>,
}

impl World {
    async fn new(rng: &mut StdRng) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::new(folder.path());
        options.threads = 2;
        let lake = Lake::open(options).unwrap();
        let mut changed = Vec::new();
        for (table, columns) in TABLES {
            let count = rng.random_range(6..14);
            let base: Vec<ArrayRef> = columns
                .iter()
                .map(|(_, data_type)| values(rng, *data_type, count))
                .collect();
            add(&lake, &format!("r.{table}"), table, &base).await;
            for (place, (column, data_type)) in columns.into_iter().enumerate() {
                for change in 0..CHANGES {
                    let mut other = base.clone();
                    other[place] = values(rng, data_type, count);
                    let dataset = format!("r.{table}_{column}_{change}");
                    add(&lake, &dataset, table, &other).await;
                    changed.push(Changed {
                        table,
                        column,
                        dataset,
                    });
                }
            }
        }
        Self {
            session: lake.session(&Principal::local_administrator(), ReadPoint::default()),
            _folder: folder,
            changed,
        }
    }

    /// The answer, with one table put for another.
    async fn ask(&self, sql: &str, instead: Option<&Changed>) -> crate::Result<Rows> {
        let rows = self.session.query(&over(sql, instead)).await?;
        Ok(texts(&rows.collect().await?))
    }
}

/// The cells as text.
pub(crate) fn texts(batches: &[RecordBatch]) -> Rows {
    let rows = batches.iter().flat_map(|batch| {
        (0..batch.num_rows()).map(|row| {
            let cells = batch.columns().iter();
            cells
                .map(|column| {
                    let cell = array_value_to_string(column, row).unwrap();
                    if column.is_null(row) {
                        "NULL".to_owned()
                    } else {
                        cell
                    }
                })
                .collect()
        })
    });
    rows.collect()
}

fn over(sql: &str, instead: Option<&Changed>) -> String {
    TABLES.iter().fold(sql.to_owned(), |sql, (table, _)| {
        let dataset = match instead {
            Some(changed) if changed.table == *table => changed.dataset.clone(),
            _ => format!("r.{table}"),
        };
        sql.replace(&format!("{{{table}}}"), &dataset)
    })
}

pub(crate) fn values(rng: &mut StdRng, data_type: Type, count: usize) -> ArrayRef {
    if data_type == Type::Text {
        let texts = (0..count).map(|_| {
            let text = ["a", "b", "c", "ab"][rng.random_range(0..4)];
            rng.random_ratio(9, 10).then_some(text)
        });
        return Arc::new(texts.collect::<StringViewArray>());
    }
    let numbers = (0..count).map(|_| rng.random_ratio(9, 10).then(|| rng.random_range(0..5)));
    cast(&numbers.collect::<Int64Array>(), &data_type.stored()).unwrap()
}

pub(crate) fn schema_of(table: &str) -> SchemaRef {
    let (_, columns) = TABLES.into_iter().find(|(name, _)| *name == table).unwrap();
    let fields = columns.map(|(name, data_type)| Field::new(name, data_type.stored(), true));
    Arc::new(Schema::new(fields.to_vec()))
}

async fn add(lake: &Lake, dataset: &str, table: &str, columns: &[ArrayRef]) {
    let schema = full_schema(&schema_of(table));
    let rows = RecordBatch::try_new(schema, with_places(columns)).unwrap();
    add_rows(lake, dataset, table, &rows).await;
}

/// The columns of a table with those of the system after them.
pub(crate) fn with_places(columns: &[ArrayRef]) -> Vec<ArrayRef> {
    let count = columns[0].len();
    let mut columns = columns.to_vec();
    columns.push(Arc::new(StringViewArray::from_iter_values(
        std::iter::repeat_n("b", count),
    )));
    columns.push(Arc::new(Int64Array::from_iter_values(1..=count as i64)));
    columns
}

/// Makes a dataset with the columns of a table, and these rows.
pub(crate) async fn add_rows(lake: &Lake, dataset: &str, table: &str, rows: &RecordBatch) {
    let id = dataset.parse().unwrap();
    let schema = schema_of(table);
    lake.declare(TableSpec {
        id: dataset.parse().unwrap(),
        schema: Arc::clone(&schema),
        key: Vec::new(),
    })
    .unwrap();
    let mut writer = lake.writer(&id).unwrap();
    writer.write(rows).unwrap();
    let commit = Commit {
        batch: "b".parse().unwrap(),
        into: None,
        change: Change::Append,
        files: writer.finish().unwrap(),
        operation: "collect".to_owned(),
    };
    lake.commit(&id, commit).await.unwrap();
}

/// The rows without some columns, in an order of their own.
fn without(rows: &Rows, hidden: &BTreeSet<usize>) -> Rows {
    let mut kept: Rows = rows
        .iter()
        .map(|row| {
            let cells = row.iter().enumerate();
            cells
                .filter(|(place, _)| !hidden.contains(place))
                .map(|(_, cell)| cell.clone())
                .collect()
        })
        .collect();
    kept.sort();
    kept
}

fn names(column: &OutputColumn, changed: &Changed) -> bool {
    column.from.iter().any(|flow| is_of(flow, changed))
}

fn is_of(flow: &crate::Flow, changed: &Changed) -> bool {
    flow.dataset.name() == changed.table && flow.column == changed.column
}

/// What one query showed.
#[derive(Default)]
struct Seen {
    /// The named pairs of input column and output (or all outputs) that a query over the changed table could show.
    named: BTreeSet<(String, String)>,
    shown: BTreeSet<(String, String)>,
    comparisons: usize,
}

impl Seen {
    /// Holds one changed answer against lineage.
    fn compare(
        &mut self,
        lineage: &SqlLineage,
        changed: &Changed,
        before: &Rows,
        after: &Rows,
    ) -> Result<(), String> {
        let source = format!("{}.{}", changed.table, changed.column);
        let hidden: BTreeSet<usize> = (0..lineage.columns.len())
            .filter(|place| names(&lineage.columns[*place], changed))
            .collect();
        let decides = lineage.whole.iter().any(|flow| is_of(flow, changed));
        self.comparisons += 1;
        if decides {
            let named = (source.clone(), "*".to_owned());
            if without(before, &BTreeSet::new()) != without(after, &BTreeSet::new()) {
                self.shown.insert(named.clone());
            }
            self.named.insert(named);
        } else if without(before, &hidden) != without(after, &hidden) {
            return Err(format!(
                "a change of `{source}` changed more than lineage names"
            ));
        }
        for place in hidden {
            let others = (0..lineage.columns.len())
                .filter(|other| *other != place)
                .collect();
            let named = (source.clone(), format!("{place}"));
            if without(before, &others) != without(after, &others) {
                self.shown.insert(named.clone());
            }
            self.named.insert(named);
        }
        Ok(())
    }
}

/// Shares of what lineage names that some change made visible.
#[derive(Default)]
struct Totals {
    asked: usize,
    refused: Vec<String>,
    open: usize,
    comparisons: usize,
    named: usize,
    shown: usize,
    kinds: BTreeMap<FlowKind, usize>,
}

async fn try_query(world: &World, sql: &str, totals: &mut Totals) -> Result<(), String> {
    let before = match world.ask(sql, None).await {
        Ok(before) => before,
        Err(error) => {
            let why = format!(
                "{error} {:?}: {}",
                std::error::Error::source(&error),
                over(sql, None)
            );
            totals.refused.push(why);
            return Ok(());
        }
    };
    let lineage = world
        .session
        .lineage(&over(sql, None))
        .await
        .map_err(|error| format!("{error}: {:?}", std::error::Error::source(&error)))?;
    let again = world.ask(sql, None).await.unwrap_or_default();
    let nothing = BTreeSet::new();
    if without(&before, &nothing) != without(&again, &nothing) {
        totals.open += 1;
        return Ok(());
    }
    totals.asked += 1;
    for flow in lineage
        .columns
        .iter()
        .flat_map(|column| &column.from)
        .chain(&lineage.whole)
    {
        *totals.kinds.entry(flow.kind).or_default() += 1;
    }
    let mut seen = Seen::default();
    for changed in &world.changed {
        if !sql.contains(&format!("{{{}}}", changed.table)) {
            continue;
        }
        let Ok(after) = world.ask(sql, Some(changed)).await else {
            continue;
        };
        seen.compare(&lineage, changed, &before, &after)
            .map_err(|what| format!("{what}\n{}", super::in_words(&lineage)))?;
    }
    totals.comparisons += seen.comparisons;
    totals.named += seen.named.len();
    totals.shown += seen.shown.len();
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_changed_column_changes_only_what_lineage_names() {
    let seed: u64 = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    println!("YANDU_SEED={seed}");
    let mut rng = StdRng::seed_from_u64(seed);
    let world = World::new(&mut rng).await;
    let mut totals = Totals::default();
    let mut generator = Generator::new(rng);
    for number in 0..QUERIES {
        let query = generator.query(number % Generator::shape_count(), number % 4);
        if let Err(what) = try_query(&world, &query.sql, &mut totals).await {
            panic!(
                "YANDU_SEED={seed} query {number}: {what}\n{}",
                over(&query.sql, None)
            );
        }
    }
    println!(
        "{} queries, {} refused by the engine, {} with an open answer; {} comparisons; {} of {} named flows shown ({} %)",
        totals.asked,
        totals.refused.len(),
        totals.open,
        totals.comparisons,
        totals.shown,
        totals.named,
        totals.shown * 100 / totals.named.max(1),
    );
    println!("{:?}\n{:?}", generator.shapes, totals.kinds);
    for sql in totals.refused.iter().take(8) {
        println!("refused: {sql}");
    }
    assert!(
        totals.asked > QUERIES / 2,
        "the engine refused {} queries",
        totals.refused.len()
    );
    assert_eq!(generator.shapes.len(), Generator::shape_count());
    assert_eq!(
        totals.kinds.len(),
        FlowKind::ALL.len(),
        "a kind of flow never came"
    );
    // Most of what is named must be real: a lineage that names everything would promise nothing.
    assert!(totals.shown * 2 > totals.named, "lineage is too wide");
}
