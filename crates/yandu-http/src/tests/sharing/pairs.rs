//! Non-interference: two cities that differ only in rows and values that a reader must not see share the same files with it, by
//! names, sizes, counts and order.
//!
//! `YANDU_SEED` makes the same pairs again.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch,
    StringViewArray, Time64MicrosecondArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use serde_json::Value;
use yandu_lake::{
    Change, Commit, Lake, Permit, Principal, Rights, Sight, TableSpec, Term, compile_row_condition,
    full_schema,
};
use yandu_words::Mask;
use yandu_words::id::DatasetId;

use crate::sharing::listed;
use crate::tests::city::City;

const PAIRS: usize = 32;

/// More rows than a piece of a file, and than a batch of the engine.
const MANY: usize = 9_000;

/// The areas that permits show, one each. Rows of other areas are hidden, and rows of none.
const AREAS: [&str; 3] = ["a", "b", "c"];

/// Values of hidden rows and cells begin here; those that are seen are below [`OPEN`].
const SECRET: i64 = 904_000;
const OPEN: i64 = 30;

/// The columns beside the area.
const COLUMNS: [(&str, Kind); 8] = [
    ("number", Kind::Integer),
    ("name", Kind::Text),
    ("fee", Kind::Decimal),
    ("rate", Kind::Float),
    ("born", Kind::Date),
    ("seen", Kind::Timestamp),
    ("opens", Kind::Time),
    ("is_old", Kind::Boolean),
];

/// The type of a column.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Integer,
    Text,
    Decimal,
    Float,
    Date,
    Timestamp,
    Time,
    Boolean,
}

/// What the value of a column is made from.
type Cell = Option<i64>;

impl Kind {
    fn data_type(self) -> DataType {
        match self {
            Self::Integer => DataType::Int64,
            Self::Text => DataType::Utf8View,
            Self::Decimal => DataType::Decimal128(12, 2),
            Self::Float => DataType::Float64,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::Time => DataType::Time64(TimeUnit::Microsecond),
            Self::Boolean => DataType::Boolean,
        }
    }

    fn array(self, cells: impl Iterator<Item = Cell>) -> ArrayRef {
        match self {
            Self::Integer => Arc::new(cells.collect::<Int64Array>()),
            Self::Text => {
                let texts = cells.map(|cell| cell.map(|cell| format!("{cell:06}")));
                Arc::new(texts.collect::<StringViewArray>())
            }
            Self::Decimal => {
                let cents = cells.map(|cell| cell.map(i128::from));
                let cents = cents.collect::<Decimal128Array>();
                Arc::new(cents.with_precision_and_scale(12, 2).unwrap())
            }
            Self::Float => {
                let quarters = cells.map(|cell| cell.map(|cell| cell as f64 / 4.0));
                Arc::new(quarters.collect::<Float64Array>())
            }
            Self::Date => {
                let days = cells.map(|cell| cell.map(|cell| cell as i32));
                Arc::new(days.collect::<Date32Array>())
            }
            Self::Timestamp => {
                let moments = cells.map(|cell| cell.map(|cell| cell * 3_600_000_001));
                Arc::new(moments.collect::<TimestampMicrosecondArray>())
            }
            Self::Time => {
                let times = cells.map(|cell| cell.map(|cell| cell * 1_001));
                Arc::new(times.collect::<Time64MicrosecondArray>())
            }
            Self::Boolean => {
                let truths = cells.map(|cell| cell.map(|cell| cell % 2 == 1));
                Arc::new(truths.collect::<BooleanArray>())
            }
        }
    }
}

/// What of a column is seen.
#[derive(Debug, Clone)]
enum Shown {
    Plain,
    Masked(Mask),
    Hidden,
}

impl Shown {
    fn draw(rng: &mut StdRng, kind: Kind) -> Self {
        let masks = match kind {
            Kind::Integer | Kind::Decimal | Kind::Float => {
                vec![Mask::Null, Mask::Step { by: 10 }]
            }
            Kind::Text => {
                let value = "ab".to_owned();
                let keep = Mask::Keep { first: 4, last: 0 };
                vec![Mask::Null, Mask::Fixed { value }, keep]
            }
            Kind::Date | Kind::Timestamp | Kind::Time | Kind::Boolean => vec![Mask::Null],
        };
        match rng.random_range(0..8) {
            0..4 => Self::Plain,
            4 => Self::Hidden,
            _ => Self::Masked(masks.choose(rng).unwrap().clone()),
        }
    }

    /// Another cell that is shown alike.
    fn disguised(&self, rng: &mut StdRng, kind: Kind, cell: Cell) -> Cell {
        let unit = match (self, kind) {
            (Self::Plain, _) => return cell,
            (Self::Masked(Mask::Keep { .. }), _) => 100,
            (Self::Masked(Mask::Step { .. }), Kind::Integer) => 10,
            (Self::Masked(Mask::Step { .. }), Kind::Decimal) => 1_000,
            (Self::Masked(Mask::Step { .. }), Kind::Float) => 40,
            _ => return secret(rng),
        };
        Some(cell? / unit * unit + rng.random_range(0..unit))
    }
}

fn secret(rng: &mut StdRng) -> Cell {
    (!rng.random_ratio(1, 10)).then(|| SECRET + rng.random_range(0..10))
}

fn open(rng: &mut StdRng) -> Cell {
    (!rng.random_ratio(1, 10)).then(|| rng.random_range(0..OPEN))
}

#[derive(Debug, Clone)]
struct Row {
    area: Option<&'static str>,
    /// Of each of [`COLUMNS`].
    cells: Vec<Cell>,
}

/// One table as it is in both cities.
struct Table {
    /// What each permit shows of [`COLUMNS`]. The area is seen by all.
    permits: Vec<Vec<Shown>>,
    seen: [Vec<Row>; 2],
    hidden: [Vec<Row>; 2],
}

impl Table {
    fn draw(rng: &mut StdRng) -> Self {
        let count = rng.random_range(1..=AREAS.len());
        let permits = (0..count).map(|_| {
            let columns = COLUMNS.iter();
            let shown = columns.map(|(_, kind)| Shown::draw(rng, *kind));
            shown.collect::<Vec<_>>()
        });
        let permits: Vec<Vec<Shown>> = permits.collect();
        let rows = if rng.random_ratio(1, 8) {
            MANY
        } else {
            rng.random_range(0..60)
        };
        let mut seen: [Vec<Row>; 2] = Default::default();
        for _ in 0..rows {
            let place = rng.random_range(0..count);
            let row = Row {
                area: Some(AREAS[place]),
                cells: COLUMNS.iter().map(|_| open(rng)).collect(),
            };
            let shown = permits[place].iter().zip(COLUMNS).zip(&row.cells);
            let disguised =
                shown.map(|((shown, (_, kind)), cell)| shown.disguised(rng, kind, *cell));
            let disguised = Row {
                area: row.area,
                cells: disguised.collect(),
            };
            seen[0].push(row);
            seen[1].push(disguised);
        }
        let many = if rng.random_ratio(1, 4) {
            MANY
        } else {
            rng.random_range(1..60)
        };
        let mut counts = [rng.random_range(1..6), many];
        counts.shuffle(rng);
        let hidden = counts.map(|count| (0..count).map(|_| hidden(rng, permits.len())).collect());
        Self {
            permits,
            seen,
            hidden,
        }
    }

    fn principal(&self, id: &DatasetId) -> Principal {
        let values = BTreeMap::new();
        let permits = self.permits.iter().zip(AREAS).map(|(shown, area)| {
            let columns = shown.iter().zip(COLUMNS);
            let columns = columns.filter_map(|(shown, (name, _))| match shown {
                Shown::Plain => Some((name.to_owned(), None)),
                Shown::Masked(mask) => Some((name.to_owned(), Some(mask.clone()))),
                Shown::Hidden => None,
            });
            let sql = format!("area = '{area}'");
            Permit {
                name: area.into(),
                rows: Some(compile_row_condition(&schema(), &sql, &values).unwrap()),
                columns: columns.chain([("area".to_owned(), None)]).collect(),
                key: None,
                term: Term::default(),
            }
        });
        let rights = Rights::new("pairs", [(id.clone(), Sight::new(permits))]);
        Principal::with_rights("reader", Arc::new(rights))
    }

    /// Writes the rows of one of the cities in two commits, those that are seen between those that are not. Some of these wait in the
    /// tail.
    async fn fill(&self, rng: &mut StdRng, lake: &Lake, id: &DatasetId, side: usize) {
        let spec = TableSpec {
            id: id.clone(),
            schema: schema(),
            key: Vec::new(),
        };
        lake.declare(spec).unwrap();
        let mut parts: [Vec<&Row>; 3] = Default::default();
        for row in &self.seen[side] {
            parts[rng.random_range(0..2)].push(row);
        }
        for row in &self.hidden[side] {
            parts[rng.random_range(0..3)].push(row);
        }
        let [first, second, mut waiting] = parts;
        for (name, mut rows) in [("b1", first), ("b2", second)] {
            rows.shuffle(rng);
            let mut writer = lake.writer(id).unwrap();
            writer.write(&batch(name, &rows)).unwrap();
            let commit = Commit {
                batch: name.parse().unwrap(),
                into: None,
                change: Change::Append,
                files: writer.finish().unwrap(),
                operation: "collect".to_owned(),
            };
            lake.commit(id, commit).await.unwrap();
        }
        waiting.shuffle(rng);
        if !waiting.is_empty() {
            let rows = batch("b3", &waiting);
            lake.append(id, &rows, b"tail").await.unwrap();
        }
    }
}

/// A row that none of so many permits shows.
fn hidden(rng: &mut StdRng, permits: usize) -> Row {
    let others = AREAS.into_iter().skip(permits).map(Some);
    let areas: Vec<_> = others.chain([Some("x"), None]).collect();
    let is_secret = rng.random_bool(0.5);
    let cells = COLUMNS
        .iter()
        .map(|_| if is_secret { secret(rng) } else { open(rng) });
    Row {
        cells: cells.collect(),
        area: *areas.choose(rng).unwrap(),
    }
}

fn schema() -> SchemaRef {
    let columns = COLUMNS.iter();
    let columns = columns.map(|(name, kind)| Field::new(*name, kind.data_type(), true));
    let area = Field::new("area", DataType::Utf8View, true);
    Arc::new(Schema::new(columns.chain([area]).collect::<Vec<_>>()))
}

fn batch(name: &str, rows: &[&Row]) -> RecordBatch {
    let columns = COLUMNS.iter().enumerate();
    let columns =
        columns.map(|(place, (_, kind))| kind.array(rows.iter().map(|row| row.cells[place])));
    let mut arrays: Vec<ArrayRef> = columns.collect();
    let areas = rows.iter().map(|row| row.area);
    arrays.push(Arc::new(areas.collect::<StringViewArray>()));
    let batches = std::iter::repeat_n(name, rows.len());
    arrays.push(Arc::new(StringViewArray::from_iter_values(batches)));
    let places = 1..=rows.len() as i64;
    arrays.push(Arc::new(Int64Array::from_iter_values(places)));
    RecordBatch::try_new(full_schema(&schema()), arrays).unwrap()
}

/// A source of chance, the same again under `YANDU_SEED`.
fn chance() -> (u64, StdRng) {
    let seed: u64 = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    println!("YANDU_SEED={seed}");
    (seed, StdRng::seed_from_u64(seed))
}

/// A table that is drawn anew, and the lists of its one reader in both cities.
async fn lists(
    rng: &mut StdRng,
    cities: &[City; 2],
    number: usize,
    is_ordered: bool,
) -> (Table, [Value; 2]) {
    let table = Table::draw(rng);
    let name = format!("pair_{number}");
    let id: DatasetId = format!("club.{name}").parse().unwrap();
    let principal = table.principal(&id);
    let mut lists = [Value::Null, Value::Null];
    for (side, city) in cities.iter().enumerate() {
        table.fill(rng, city.state.lake(), &id, side).await;
        let named = ("club", name.as_str());
        lists[side] = listed::files(&city.state, &principal, named, is_ordered).await;
    }
    (table, lists)
}

#[tokio::test]
async fn cities_that_differ_in_what_is_hidden_share_the_same_files() {
    let (seed, mut rng) = chance();
    let cities = [City::found().await, City::found().await];
    for number in 0..PAIRS {
        let (table, [one, other]) = lists(&mut rng, &cities, number, true).await;
        let about = format!("seed {seed}, pair {number}: {:?}", table.permits);
        assert!(one == other, "{about}\n{one}\n---\n{other}");
        let files = one["files"].as_array().unwrap().iter();
        let rows: u64 = files.map(|file| file["rows"].as_u64().unwrap()).sum();
        assert_eq!(rows, table.seen[0].len() as u64, "{about}");
    }
}

#[tokio::test]
async fn files_whose_order_follows_from_what_is_stored_are_found_out() {
    let (seed, mut rng) = chance();
    let cities = [City::found().await, City::found().await];
    for number in 0..PAIRS {
        let (_, [one, other]) = lists(&mut rng, &cities, number, false).await;
        if one != other {
            println!("found by pair {number}");
            return;
        }
    }
    panic!("seed {seed}: all of {PAIRS} pairs had the same files");
}
