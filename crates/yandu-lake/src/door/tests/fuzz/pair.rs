//! Two lakes that show one reader the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use tempfile::TempDir;
use yandu_words::Mask;
use yandu_words::id::DatasetId;

use super::told;
use crate::door::Broken;
use crate::lineage::tests::random::generate::{TABLES, Type};
use crate::lineage::tests::random::schema_of;
use crate::{
    Change, Commit, Lake, MaskKey, Options, Permit, Principal, ReadPoint, Rights, Session, Sight,
    TableSpec, Term, Vectors, compile_row_condition, full_schema,
};

/// What only hidden rows and values hold. A reader who is told one of them was told too much.
pub(super) const SECRETS: [&str; 3] = ["秘(", "秘[", "秘\\"];
pub(super) const SECRET_NUMBERS: std::ops::Range<i64> = 904_000..904_010;

/// The batches of rows that stay, and of those that are undone.
const KEPT: &str = "b";
const GONE: &str = "gone";

/// A row with its batch and its place there.
type Placed<'a> = (&'a Vec<Cell>, &'static str, i64);

#[derive(Debug, Clone, PartialEq)]
enum Cell {
    Int(Option<i64>),
    Text(Option<String>),
}

/// Which rows are seen, as SQL and as Rust has it.
#[derive(Debug, Clone)]
enum Condition {
    All,
    NotEqual(usize, i64),
    Less(usize, i64),
    Known(usize),
}

impl Condition {
    fn draw(rng: &mut StdRng, columns: &[(&str, Type); 4]) -> Self {
        let numbers: Vec<usize> = (0..4)
            .filter(|place| columns[*place].1 == Type::Int)
            .collect();
        let number = *numbers.choose(rng).unwrap();
        match rng.random_range(0..8) {
            0 => Self::All,
            1 | 2 => Self::NotEqual(number, rng.random_range(0..5)),
            3 | 4 => Self::Less(number, rng.random_range(3..6)),
            _ => Self::Known(rng.random_range(0..4)),
        }
    }

    fn sql(&self, columns: &[(&str, Type); 4]) -> Option<String> {
        let name = |place: &usize| columns[*place].0;
        match self {
            Self::All => None,
            Self::NotEqual(place, value) => Some(format!("{} <> {value}", name(place))),
            Self::Less(place, value) => Some(format!("{} < {value}", name(place))),
            Self::Known(place) => Some(format!("{} IS NOT NULL", name(place))),
        }
    }

    fn column(&self) -> Option<usize> {
        match self {
            Self::All => None,
            Self::NotEqual(place, _) | Self::Less(place, _) | Self::Known(place) => Some(*place),
        }
    }

    fn sees(&self, row: &[Cell]) -> bool {
        let number = |place: usize| match &row[place] {
            Cell::Int(value) => *value,
            Cell::Text(_) => None,
        };
        match self {
            Self::All => true,
            Self::NotEqual(place, value) => number(*place).is_some_and(|found| found != *value),
            Self::Less(place, value) => number(*place).is_some_and(|found| found < *value),
            Self::Known(place) => !matches!(&row[*place], Cell::Int(None) | Cell::Text(None)),
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
    fn draw(rng: &mut StdRng, data_type: Type) -> Self {
        match rng.random_range(0..20) {
            0..12 => Self::Plain,
            12 => Self::Hidden,
            13 | 14 => Self::Masked(Mask::Null),
            15 | 16 => Self::Masked(Mask::Hash),
            _ => Self::Masked(match data_type {
                Type::Int => Mask::Step { by: 3 },
                Type::Text if rng.random_bool(0.5) => Mask::Keep { first: 0, last: 1 },
                Type::Text => Mask::Fixed {
                    value: "ab".to_owned(),
                },
            }),
        }
    }

    /// Another value that is shown alike.
    fn disguised(&self, rng: &mut StdRng, cell: &Cell) -> Cell {
        match (self, cell) {
            (Self::Hidden | Self::Masked(Mask::Null | Mask::Fixed { .. }), Cell::Int(_)) => {
                Cell::Int(Some(rng.random_range(SECRET_NUMBERS)))
            }
            (Self::Hidden | Self::Masked(Mask::Null | Mask::Fixed { .. }), Cell::Text(_)) => {
                Cell::Text(Some((*SECRETS.choose(rng).unwrap()).to_owned()))
            }
            (Self::Masked(Mask::Step { .. }), Cell::Int(Some(value))) => {
                Cell::Int(Some(value.div_euclid(3) * 3 + rng.random_range(0..3)))
            }
            (Self::Masked(Mask::Keep { .. }), Cell::Text(Some(text))) => {
                let last = text.chars().last();
                let count = text.chars().count();
                // A text of one sign is covered whole.
                let last = last.filter(|_| count > 1).unwrap_or('(');
                let before = std::iter::repeat_n('秘', count.saturating_sub(1));
                Cell::Text(Some(before.chain([last]).collect()))
            }
            _ => cell.clone(),
        }
    }
}

/// One table as it is in both lakes.
struct Table {
    name: &'static str,
    columns: [(&'static str, Type); 4],
    condition: Condition,
    shown: Vec<Shown>,
    /// The rows that are seen, of the one lake and of the other.
    seen: [Vec<Vec<Cell>>; 2],
    unseen: [Vec<Vec<Cell>>; 2],
    /// Rows, seen or not, that were taken out of their files again.
    gone: [Vec<Vec<Cell>>; 2],
}

impl Table {
    fn draw(rng: &mut StdRng, name: &'static str, columns: [(&'static str, Type); 4]) -> Self {
        let condition = Condition::draw(rng, &columns);
        let shown: Vec<Shown> = columns
            .iter()
            .map(|(_, kind)| Shown::draw(rng, *kind))
            .collect();
        let mut seen = Vec::new();
        while seen.len() < 9 {
            let row = row(rng, &columns, false);
            if condition.sees(&row) {
                seen.push(row);
            }
        }
        let disguised = seen
            .iter()
            .map(|row: &Vec<Cell>| {
                let cells = row.iter().enumerate();
                cells
                    .map(|(place, cell)| {
                        // What the condition reads stays, so that the same rows are seen.
                        if condition.column() == Some(place) {
                            cell.clone()
                        } else {
                            shown[place].disguised(rng, cell)
                        }
                    })
                    .collect()
            })
            .collect();
        let few = rng.random_range(0..6);
        let many = if rng.random_ratio(1, 8) {
            4_000
        } else {
            rng.random_range(0..40)
        };
        let mut unseen = [few, many].map(|count| {
            let mut rows = Vec::new();
            for _ in 0..count * 4 {
                let row = row(rng, &columns, true);
                if rows.len() < count && !condition.sees(&row) {
                    rows.push(row);
                }
            }
            rows
        });
        if rng.random_bool(0.5) {
            unseen.swap(0, 1);
        }
        let gone = [(); 2].map(|()| {
            let count = rng.random_range(0..6);
            let mut gone = Vec::new();
            gone.resize_with(count, || {
                let is_unseen = rng.random_bool(0.5);
                row(rng, &columns, is_unseen)
            });
            gone
        });
        Self {
            name,
            columns,
            condition,
            shown,
            seen: [seen, disguised],
            unseen,
            gone,
        }
    }

    fn id(&self) -> DatasetId {
        format!("r.{}", self.name).parse().unwrap()
    }

    fn permit(&self) -> Permit {
        let values = BTreeMap::new();
        let rows = self.condition.sql(&self.columns);
        let shown = self.shown.iter().zip(&self.columns);
        let columns = shown.filter_map(|(shown, (name, _))| match shown {
            Shown::Plain => Some(((*name).to_owned(), None)),
            Shown::Masked(mask) => Some(((*name).to_owned(), Some(mask.clone()))),
            Shown::Hidden => None,
        });
        // Queries settle ties by the place of a row, which is the same in both lakes here.
        let places = ["_batch", "_row"].map(|name| (name.to_owned(), None));
        Permit {
            name: "some of it".into(),
            rows: rows
                .map(|sql| compile_row_condition(&schema_of(self.name), &sql, &values).unwrap()),
            columns: columns.chain(places).collect(),
            key: Some(MaskKey::new([3; 32])),
            term: Term::default(),
        }
    }

    /// Writes the rows in two commits and a tail, those that are seen between those that are not. Vectors, or files that
    /// were written anew, lack those that are gone.
    async fn fill(&self, rng: &mut StdRng, lake: &Lake, side: usize) {
        let spec = TableSpec {
            id: self.id(),
            schema: schema_of(self.name),
            key: Vec::new(),
        };
        lake.declare(spec).unwrap();
        let seen = self.seen[side].iter().zip(1_i64..);
        let unseen = self.unseen[side].iter().zip(1_000_000..);
        let gone = self.gone[side].iter().zip(2_000_000..);
        let mut parts: [Vec<Placed>; 3] = Default::default();
        let is_together = rng.random_ratio(1, 3);
        for (row, place) in seen {
            let part = if is_together { 0 } else { place as usize % 3 };
            parts[part].push((row, KEPT, place));
        }
        for (row, place) in unseen {
            parts[rng.random_range(0..3)].push((row, KEPT, place));
        }
        for (row, place) in gone {
            parts[rng.random_range(0..2)].push((row, GONE, place));
        }
        for (number, mut rows) in parts.into_iter().enumerate() {
            rows.shuffle(rng);
            let rows = batch(&self.columns, self.name, &rows);
            if number == 2 {
                let [gone, undone] = [GONE, "undone"].map(|name| name.parse().unwrap());
                lake.undo(&self.id(), gone, undone).await.unwrap();
                lake.append(&self.id(), &rows, b"tail").await.unwrap();
                continue;
            }
            let mut writer = lake.writer(&self.id()).unwrap();
            writer.write(&rows).unwrap();
            let commit = Commit {
                batch: format!("b{number}").parse().unwrap(),
                into: None,
                change: Change::Append,
                files: writer.finish().unwrap(),
                operation: "collect".to_owned(),
            };
            lake.commit(&self.id(), commit).await.unwrap();
        }
    }
}

fn row(rng: &mut StdRng, columns: &[(&str, Type); 4], is_unseen: bool) -> Vec<Cell> {
    let mut cells = Vec::new();
    for (_, kind) in columns {
        let is_empty = rng.random_ratio(1, 10);
        cells.push(match kind {
            Type::Int if is_empty => Cell::Int(None),
            Type::Text if is_empty => Cell::Text(None),
            Type::Int if is_unseen && rng.random_bool(0.5) => {
                Cell::Int(Some(rng.random_range(SECRET_NUMBERS)))
            }
            Type::Text if is_unseen => Cell::Text(Some((*SECRETS.choose(rng).unwrap()).to_owned())),
            Type::Int => Cell::Int(Some(rng.random_range(0..5))),
            Type::Text => Cell::Text(Some(
                (*["a", "b", "ab", "7", "12"].choose(rng).unwrap()).to_owned(),
            )),
        });
    }
    cells
}

fn batch(columns: &[(&str, Type); 4], name: &str, rows: &[Placed]) -> RecordBatch {
    let mut arrays: Vec<ArrayRef> = columns
        .iter()
        .enumerate()
        .map(|(place, (_, kind))| {
            let cells = rows.iter().map(|(row, ..)| &row[place]);
            match kind {
                Type::Int => {
                    let numbers = cells.map(|cell| match cell {
                        Cell::Int(value) => *value,
                        Cell::Text(_) => None,
                    });
                    Arc::new(numbers.collect::<Int64Array>()) as ArrayRef
                }
                Type::Text => {
                    let texts = cells.map(|cell| match cell {
                        Cell::Text(value) => value.as_deref(),
                        Cell::Int(_) => None,
                    });
                    Arc::new(texts.collect::<StringViewArray>())
                }
            }
        })
        .collect();
    arrays.push(Arc::new(StringViewArray::from_iter_values(
        rows.iter().map(|(_, batch, _)| *batch),
    )));
    arrays.push(Arc::new(Int64Array::from_iter_values(
        rows.iter().map(|(.., place)| *place),
    )));
    RecordBatch::try_new(full_schema(&schema_of(name)), arrays).unwrap()
}

/// Two lakes, and one reader of both.
pub(super) struct Pair {
    _folders: [TempDir; 2],
    lakes: [Lake; 2],
    pub(super) readers: [Session; 2],
    pub(super) about: String,
}

impl Pair {
    pub(super) async fn draw(rng: &mut StdRng, broken: Option<Broken>) -> Self {
        let tables = TABLES.map(|(name, columns)| Table::draw(rng, name, columns));
        let with_vectors = rng.random_bool(0.7);
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let mut lakes = Vec::new();
        let mut readers = Vec::new();
        for (side, folder) in folders.iter().enumerate() {
            let mut options = Options::new(folder.path());
            options.threads = 2;
            options.broken = broken;
            if with_vectors {
                options.vectors = Vectors::ALWAYS;
            }
            let lake = Lake::open(options).unwrap();
            for table in &tables {
                table.fill(rng, &lake, side).await;
            }
            let sights = tables
                .iter()
                .map(|table| (table.id(), Sight::new([table.permit()])));
            let rights = Rights::new("fuzz", sights);
            let reader = Principal::with_rights("reader", Arc::new(rights));
            readers.push(lake.session(&reader, ReadPoint::default()));
            lakes.push(lake);
        }
        let about = tables
            .iter()
            .map(|table| format!("{}: {:?} {:?}", table.name, table.condition, table.shown))
            .collect::<Vec<_>>()
            .join("\n");
        let pair = Self {
            _folders: folders,
            lakes: lakes.try_into().unwrap(),
            readers: readers.try_into().unwrap_or_else(|_| unreachable!()),
            about,
        };
        for (reader, lake) in pair.readers.iter().zip(&pair.lakes) {
            for table in &tables {
                let counted = told(reader, &format!("SELECT count(*) FROM {}", table.id())).await;
                assert_eq!(counted, Ok(vec!["9".to_owned()]), "{}", pair.about);
            }
            lake.estimates_made().await;
        }
        pair
    }
}
