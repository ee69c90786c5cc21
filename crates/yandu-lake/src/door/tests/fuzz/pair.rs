//! Two lakes that show one reader the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{Field, Schema, SchemaRef};
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use tempfile::TempDir;
use yandu_words::Mask;
use yandu_words::id::DatasetId;

use super::question::Question;
use super::value::{self, Cell, SECRET_NUMBERS, Value};
use super::{Told, told};
use crate::door::Broken;
use crate::lineage::tests::random::generate::{self, Column, Type};
use crate::{
    Change, Commit, Lake, MaskKey, Options, Permit, Principal, ReadPoint, Rights, Session, Sight,
    TableSpec, Term, Vectors, compile_row_condition, full_schema,
};

/// The batches of rows that stay, and of those that are undone.
const KEPT: &str = "b";
const GONE: &str = "gone";

/// The key of a table that has one: whole numbers from 1 of the rows that are seen.
pub(super) const KEY: &str = "id";
pub(super) const SEEN: usize = 9;

/// A row with its batch and its place there.
type Placed<'a> = (&'a Vec<Cell>, &'static str, i64);

/// Which rows are seen, as SQL and as Rust has it.
#[derive(Debug, Clone)]
enum Condition {
    All,
    NotEqual(usize, Value),
    Less(usize, Value),
    Known(usize),
}

impl Condition {
    fn draw(rng: &mut StdRng, columns: &[Column]) -> Self {
        // No condition reads floating-point numbers, and everybody sees the key.
        let places = (0..columns.len()).filter(|place| {
            let (name, kind) = &columns[*place];
            name != KEY && *kind != Type::Float
        });
        let place = *places.collect::<Vec<_>>().choose(rng).unwrap();
        let kind = columns[place].1;
        match rng.random_range(0..8) {
            0 => Self::All,
            1..4 if kind != Type::Moment => Self::NotEqual(place, Value::open(rng, kind)),
            4..7 if !matches!(kind, Type::Moment | Type::Truth) => {
                Self::Less(place, Value::bound(rng, kind))
            }
            _ => Self::Known(place),
        }
    }

    fn sql(&self, columns: &[Column]) -> Option<String> {
        let compared = |place: &usize, sign: &str, value: &Value| {
            let (name, kind) = &columns[*place];
            Some(format!("{name} {sign} {}", value.sql(*kind)?))
        };
        match self {
            Self::All => None,
            Self::NotEqual(place, value) => compared(place, "<>", value),
            Self::Less(place, value) => compared(place, "<", value),
            Self::Known(place) => Some(format!("{} IS NOT NULL", columns[*place].0)),
        }
    }

    fn sees(&self, row: &[Cell]) -> bool {
        match self {
            Self::All => true,
            Self::NotEqual(place, value) => row[*place].as_ref().is_some_and(|cell| cell != value),
            Self::Less(place, value) => row[*place].as_ref().is_some_and(|cell| cell < value),
            Self::Known(place) => row[*place].is_some(),
        }
    }
}

/// What of a column is seen.
#[derive(Debug, Clone, PartialEq)]
enum Shown {
    Plain,
    Masked(Mask),
    Hidden,
}

impl Shown {
    fn draw(rng: &mut StdRng, (name, kind): &Column) -> Self {
        if name == KEY {
            return Self::Plain;
        }
        match rng.random_range(0..20) {
            0..12 => Self::Plain,
            12 => Self::Hidden,
            _ => Self::Masked(value::mask(rng, *kind)),
        }
    }

    fn mask(&self) -> Option<&Mask> {
        match self {
            Self::Masked(mask) => Some(mask),
            Self::Plain | Self::Hidden => None,
        }
    }

    /// Another value that is shown alike.
    fn disguised(&self, rng: &mut StdRng, kind: Type, cell: Option<&Value>) -> Cell {
        match self {
            Self::Plain => cell.cloned(),
            Self::Masked(mask) => value::under(rng, mask, kind, cell),
            Self::Hidden => Some(Value::secret(rng, kind)),
        }
    }
}

/// One of the permissions under which a table is read.
#[derive(Debug)]
struct Part {
    condition: Condition,
    /// Of each column.
    shown: Vec<Shown>,
}

/// One table as it is in both lakes.
pub(super) struct Table {
    name: &'static str,
    pub(super) columns: Vec<Column>,
    parts: Vec<Part>,
    /// The rows that are seen, of the one lake and of the other.
    seen: [Vec<Vec<Cell>>; 2],
    unseen: [Vec<Vec<Cell>>; 2],
    /// Rows, seen or not, that were taken out of their files again.
    gone: [Vec<Vec<Cell>>; 2],
}

impl Table {
    fn draw(rng: &mut StdRng, name: &'static str) -> Self {
        let columns = columns(rng);
        let count = *[1, 1, 1, 2, 2, 3].choose(rng).unwrap();
        let parts = (0..count).map(|_| Part {
            condition: Condition::draw(rng, &columns),
            shown: columns
                .iter()
                .map(|column| Shown::draw(rng, column))
                .collect(),
        });
        let parts = parts.collect();
        let mut table = Self {
            name,
            columns,
            parts,
            seen: Default::default(),
            unseen: Default::default(),
            gone: Default::default(),
        };
        table.fill_in(rng);
        table
    }

    /// Draws the rows.
    fn fill_in(&mut self, rng: &mut StdRng) {
        let mut seen = Vec::new();
        while seen.len() < SEEN {
            let row = self.row(rng, seen.len() as i64 + 1, false);
            if self.sees(&row) {
                seen.push(row);
            }
        }
        let disguised = seen.iter().map(|row| self.disguised(rng, row)).collect();
        self.seen = [seen, disguised];
        let few = rng.random_range(0..6);
        let many = if rng.random_ratio(1, 8) {
            4_000
        } else {
            rng.random_range(0..40)
        };
        self.unseen = [few, many].map(|count: usize| {
            let mut rows = Vec::new();
            for _ in 0..count * 8 {
                if rows.len() == count {
                    break;
                }
                let row = self.row(rng, SECRET_NUMBERS.start + rows.len() as i64, true);
                if !self.sees(&row) {
                    rows.push(row);
                }
            }
            rows
        });
        if rng.random_bool(0.5) {
            self.unseen.swap(0, 1);
        }
        // A row that is undone would give its key back to the one that it replaced.
        if !self.is_keyed() {
            self.gone = [(); 2].map(|()| {
                let count = rng.random_range(0..6);
                let mut gone = Vec::new();
                gone.resize_with(count, || {
                    let is_unseen = rng.random_bool(0.5);
                    self.row(rng, 0, is_unseen)
                });
                gone
            });
        }
    }

    pub(super) fn id(&self) -> DatasetId {
        format!("r.{}", self.name).parse().unwrap()
    }

    pub(super) fn is_keyed(&self) -> bool {
        self.columns[0].0 == KEY
    }

    fn schema(&self) -> SchemaRef {
        let columns = self.columns.iter();
        let fields = columns.map(|(name, kind)| Field::new(name, kind.stored(), true));
        Arc::new(Schema::new(fields.collect::<Vec<_>>()))
    }

    fn row(&self, rng: &mut StdRng, id: i64, is_unseen: bool) -> Vec<Cell> {
        let columns = self.columns.iter();
        let cells = columns.map(|(name, kind)| {
            if name == KEY {
                return Some(Value::Number(id));
            }
            if rng.random_ratio(1, 10) {
                return None;
            }
            let is_secret = is_unseen && (*kind == Type::Text || rng.random_bool(0.5));
            Some(if is_secret {
                Value::secret(rng, *kind)
            } else {
                Value::open(rng, *kind)
            })
        });
        cells.collect()
    }

    fn verdicts(&self, row: &[Cell]) -> Vec<bool> {
        let parts = self.parts.iter();
        parts.map(|part| part.condition.sees(row)).collect()
    }

    fn sees(&self, row: &[Cell]) -> bool {
        self.verdicts(row).contains(&true)
    }

    /// What is seen of a column in a row: what leaves most of the value, and of such as leave as much the first.
    fn shown(&self, row: &[Cell], place: usize) -> &Shown {
        let showing = self.parts.iter().filter(|part| part.condition.sees(row));
        let showing = showing.map(|part| &part.shown[place]);
        let all = showing.filter(|shown| **shown != Shown::Hidden);
        let most = all.min_by(|one, other| Mask::by_what_is_left(one.mask(), other.mask()));
        most.unwrap_or(&Shown::Hidden)
    }

    /// Another row that is shown alike.
    fn disguised(&self, rng: &mut StdRng, row: &[Cell]) -> Vec<Cell> {
        let verdicts = self.verdicts(row);
        let mut other = row.to_vec();
        for (place, cell) in row.iter().enumerate() {
            let kind = self.columns[place].1;
            let shown = self.shown(row, place);
            other[place] = shown.disguised(rng, kind, cell.as_ref());
            // Which conditions hold of a row decides what is shown of it.
            if self.verdicts(&other) != verdicts {
                other[place] = cell.clone();
            }
        }
        other
    }

    fn permits(&self) -> Vec<Permit> {
        let values = BTreeMap::new();
        let schema = self.schema();
        let parts = self.parts.iter().zip(1_u8..);
        let permits = parts.map(|(part, number)| {
            let rows = part.condition.sql(&self.columns);
            let shown = part.shown.iter().zip(&self.columns);
            let columns = shown.filter_map(|(shown, (name, _))| match shown {
                Shown::Plain => Some((name.clone(), None)),
                Shown::Masked(mask) => Some((name.clone(), Some(mask.clone()))),
                Shown::Hidden => None,
            });
            // Queries settle ties by the place of a row, which is the same in both lakes here.
            let places = ["_batch", "_row"].map(|name| (name.to_owned(), None));
            Permit {
                name: format!("part {number}").into(),
                rows: rows.map(|sql| compile_row_condition(&schema, &sql, &values).unwrap()),
                columns: columns.chain(places).collect(),
                key: Some(MaskKey::new([number; 32])),
                term: Term::default(),
            }
        });
        permits.collect()
    }

    /// Writes the rows in two commits and a tail, those that are seen between those that are not. Vectors, or files that
    /// were written anew, lack those that are gone.
    async fn fill(&self, rng: &mut StdRng, lake: &Lake, side: usize) {
        let key = self.is_keyed().then(|| KEY.to_owned());
        let spec = TableSpec {
            id: self.id(),
            schema: self.schema(),
            key: key.into_iter().collect(),
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
            let rows = self.batch(&rows);
            if number == 2 {
                if !self.is_keyed() {
                    let [gone, undone] = [GONE, "undone"].map(|name| name.parse().unwrap());
                    lake.undo(&self.id(), gone, undone).await.unwrap();
                }
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

    fn batch(&self, rows: &[Placed]) -> RecordBatch {
        let columns = self.columns.iter().enumerate();
        let columns = columns.map(|(place, (_, kind))| {
            value::array(*kind, rows.iter().map(|(row, ..)| &row[place]))
        });
        let mut arrays: Vec<ArrayRef> = columns.collect();
        arrays.push(Arc::new(StringViewArray::from_iter_values(
            rows.iter().map(|(_, batch, _)| *batch),
        )));
        arrays.push(Arc::new(Int64Array::from_iter_values(
            rows.iter().map(|(.., place)| *place),
        )));
        RecordBatch::try_new(full_schema(&self.schema()), arrays).unwrap()
    }
}

/// Some columns of some types, and a key before them or none.
fn columns(rng: &mut StdRng) -> Vec<Column> {
    let mut kinds = vec![Type::Int, Type::Text];
    for _ in 0..rng.random_range(0..6) {
        kinds.push(*Type::ALL.choose(rng).unwrap());
    }
    kinds.shuffle(rng);
    let named = kinds.into_iter().enumerate().map(|(place, kind)| {
        let letter = match kind {
            Type::Int => 'n',
            Type::Text => 's',
            Type::Decimal => 'm',
            Type::Float => 'f',
            Type::Date => 'd',
            Type::Moment => 't',
            Type::Truth => 'b',
        };
        (format!("{letter}{place}"), kind)
    });
    let key = rng.random_ratio(1, 3);
    let key = key.then(|| (KEY.to_owned(), Type::Int));
    key.into_iter().chain(named).collect()
}

/// Two lakes, and one reader of both.
pub(super) struct Pair {
    _folders: [TempDir; 2],
    _lakes: [Lake; 2],
    pub(super) tables: [Table; 3],
    pub(super) readers: [Session; 2],
    pub(super) about: String,
}

impl Pair {
    pub(super) async fn draw(rng: &mut StdRng, broken: Option<Broken>) -> Self {
        let tables = ["a", "b", "c"].map(|name| Table::draw(rng, name));
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
                .map(|table| (table.id(), Sight::new(table.permits())));
            let rights = Rights::new("fuzz", sights);
            let reader = Principal::with_rights("reader", Arc::new(rights));
            readers.push(lake.session(&reader, ReadPoint::default()));
            lakes.push(lake);
        }
        let about = tables
            .iter()
            .map(|table| format!("{}: {:?} {:?}", table.name, table.columns, table.parts))
            .collect::<Vec<_>>()
            .join("\n");
        let counted: Told = Ok(vec![SEEN.to_string()]);
        for (reader, lake) in readers.iter().zip(&lakes) {
            for table in &tables {
                let sql = format!("SELECT count(*) FROM {}", table.id());
                assert_eq!(told(reader, &Question::of(sql)).await, counted, "{about}");
            }
            lake.estimates_made().await;
        }
        Self {
            _folders: folders,
            _lakes: lakes.try_into().unwrap(),
            tables,
            readers: readers.try_into().unwrap_or_else(|_| unreachable!()),
            about,
        }
    }

    /// The tables as queries are made over them.
    pub(super) fn schemas(&self) -> Vec<generate::Table> {
        let tables = self.tables.iter();
        tables
            .map(|table| (table.name.to_owned(), table.columns.clone()))
            .collect()
    }
}
