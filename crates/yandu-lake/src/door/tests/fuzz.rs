//! Non-interference: two lakes that differ only in rows and values that a reader must not see, and random queries of the
//! reader to both. Rows, errors, plans, explanations and the information schema have to be the same.
//!
//! `YANDU_DOOR_QUERIES=100000` asks more of them, `YANDU_DOOR_SEED` a run again.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{Rng, SeedableRng};
use tempfile::TempDir;
use yandu_words::Mask;
use yandu_words::id::DatasetId;

use crate::door::Broken;
use crate::lineage::tests::random::generate::{Generator, TABLES, Type};
use crate::lineage::tests::random::{schema_of, texts};
use crate::{
    Change, Commit, Lake, MaskKey, Options, Permit, Principal, ReadPoint, Rights, Session, Sight,
    TableSpec, Term, compile_row_condition, full_schema,
};

/// Queries of one pair of lakes.
const QUERIES: usize = 200;

/// A query that takes longer says nothing.
const SLOW: Duration = Duration::from_secs(3);

/// What only hidden rows and values hold. A reader who is told one of them was told too much.
const SECRETS: [&str; 3] = ["秘(", "秘[", "秘\\"];
const SECRET_NUMBERS: std::ops::Range<i64> = 904_000..904_010;

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
        Self {
            name,
            columns,
            condition,
            shown,
            seen: [seen, disguised],
            unseen,
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

    /// Writes the rows in two commits and a tail, those that are seen between those that are not.
    async fn fill(&self, rng: &mut StdRng, lake: &Lake, side: usize) {
        let spec = TableSpec {
            id: self.id(),
            schema: schema_of(self.name),
            key: Vec::new(),
        };
        lake.declare(spec).unwrap();
        let seen = self.seen[side].iter().zip(1_i64..);
        let unseen = self.unseen[side].iter().zip(1_000_000..);
        let mut parts: [Vec<(&Vec<Cell>, i64)>; 3] = Default::default();
        let is_together = rng.random_ratio(1, 3);
        for (row, place) in seen {
            let part = if is_together { 0 } else { place as usize % 3 };
            parts[part].push((row, place));
        }
        for (row, place) in unseen {
            parts[rng.random_range(0..3)].push((row, place));
        }
        for (number, mut rows) in parts.into_iter().enumerate() {
            rows.shuffle(rng);
            let rows = batch(&self.columns, self.name, &rows);
            if number == 2 {
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

fn batch(columns: &[(&str, Type); 4], name: &str, rows: &[(&Vec<Cell>, i64)]) -> RecordBatch {
    let mut arrays: Vec<ArrayRef> = columns
        .iter()
        .enumerate()
        .map(|(place, (_, kind))| {
            let cells = rows.iter().map(|(row, _)| &row[place]);
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
        std::iter::repeat_n("b", rows.len()),
    )));
    arrays.push(Arc::new(Int64Array::from_iter_values(
        rows.iter().map(|(_, place)| *place),
    )));
    RecordBatch::try_new(full_schema(&schema_of(name)), arrays).unwrap()
}

/// Two lakes, and one reader of both.
struct Pair {
    _folders: [TempDir; 2],
    lakes: [Lake; 2],
    readers: [Session; 2],
    about: String,
}

impl Pair {
    async fn draw(rng: &mut StdRng, broken: Option<Broken>) -> Self {
        let tables = TABLES.map(|(name, columns)| Table::draw(rng, name, columns));
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let mut lakes = Vec::new();
        let mut readers = Vec::new();
        for (side, folder) in folders.iter().enumerate() {
            let mut options = Options::new(folder.path());
            options.threads = 2;
            options.broken = broken;
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
                assert_eq!(counted.rows, Ok(vec!["9".to_owned()]), "{}", pair.about);
            }
            lake.estimates_made().await;
        }
        pair
    }
}

#[derive(Debug, Clone, PartialEq)]
struct Told {
    rows: Result<Vec<String>, String>,
}

async fn told(reader: &Session, sql: &str) -> Told {
    let rows = async { reader.query(sql).await?.collect().await }.await;
    let rows = rows.map(|rows| {
        let mut lines: Vec<String> = texts(&rows).into_iter().map(|row| row.join("|")).collect();
        lines.sort_unstable();
        lines
    });
    Told {
        rows: rows.map_err(|error| format!("{}: {error}", error.code())),
    }
}

/// An error without the values that it speaks of: of two rows that fail either may come first.
fn kind_of(error: &str) -> String {
    let mut quoted = false;
    let mut kind: String = error
        .chars()
        .filter(|sign| {
            if *sign == '\'' || *sign == '"' {
                quoted = !quoted;
                return false;
            }
            !quoted && !sign.is_ascii_digit()
        })
        .collect();
    // The patterns themselves are written over several lines.
    kind.truncate(
        kind.find("regex parse error")
            .map_or(kind.len(), |place| place + 17),
    );
    kind
}

/// A query, and others around it that fail on some values, or tell how it is carried out.
fn question(rng: &mut StdRng, generator: &mut Generator) -> String {
    let shape = rng.random_range(0..Generator::shape_count());
    let depth = rng.random_range(0..3);
    let query = generator.query(shape, depth);
    let inner = TABLES.iter().fold(query.sql.clone(), |sql, (table, _)| {
        sql.replace(&format!("{{{table}}}"), &format!("r.{table}"))
    });
    let of_kind = |kind: Type| {
        let columns = query
            .columns
            .iter()
            .filter(move |(_, found)| *found == kind);
        columns.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let number = of_kind(Type::Int).choose(rng).cloned();
    let text = of_kind(Type::Text).choose(rng).cloned();
    // A value of rows that are seen, or one of those that are not.
    let constant = if rng.random_bool(0.5) {
        rng.random_range(0..6)
    } else {
        rng.random_range(SECRET_NUMBERS)
    };
    let wrapped = match (rng.random_range(0..32), number, text) {
        (0, Some(x), _) => {
            format!("SELECT * FROM ({inner}) AS w WHERE 10 / (w.{x} - {constant}) > 1")
        }
        (1, _, Some(x)) => {
            format!("SELECT * FROM ({inner}) AS w WHERE CAST(w.{x} AS INT) > {constant}")
        }
        (2, _, Some(x)) => {
            format!("SELECT count(*) FROM ({inner}) AS w WHERE regexp_like('ab', w.{x})")
        }
        (3, Some(x), _) => format!("SELECT max(CAST(w.{x} AS SMALLINT)) FROM ({inner}) AS w"),
        (4, Some(x), _) => format!(
            "SELECT w.{x}, row_number() OVER (PARTITION BY 5 % (w.{x} - {constant}) ORDER BY w.{x}) IS NULL FROM ({inner}) AS w"
        ),
        (5, _, Some(x)) => {
            format!("SELECT w.{x} FROM ({inner}) AS w WHERE w.{x} LIKE 'a%' OR w.{x} = '7'")
        }
        (6, Some(x), _) => format!(
            "SELECT w.{x} FROM ({inner}) AS w WHERE w.{x} IN (1, 3, 904003) OR w.{x} IS NULL"
        ),
        (7, Some(x), _) => format!(
            "SELECT w.{x} FROM ({inner}) AS w WHERE EXISTS (SELECT 1 FROM r.a AS e WHERE e.k = w.{x} AND 4 / (e.g - {constant}) < 1)"
        ),
        (8, Some(x), _) => {
            format!("SELECT w.{x} FROM ({inner}) AS w ORDER BY w.{x} NULLS LAST LIMIT 3")
        }
        (9, Some(x), _) => format!(
            "SELECT v.n FROM (VALUES (1), (4), (904001)) AS v (n) JOIN ({inner}) AS w ON w.{x} = v.n"
        ),
        (10, Some(x), _) => format!(
            "SELECT w.{x} FROM ({inner}) AS w EXCEPT SELECT e.k FROM r.b AS e WHERE 100 / (e.k - {constant}) > 20"
        ),
        (11, Some(x), _) => format!("SELECT sum(w.{x} * 9223372036854775807) FROM ({inner}) AS w"),
        (12, Some(x), _) => format!(
            "SELECT w.{x} FROM ({inner}) AS w ORDER BY 10 / (w.{x} - {constant}), w.{x} LIMIT 2"
        ),
        (13, Some(x), _) => format!(
            "SELECT v.n FROM (VALUES (0), (1)) AS v (n) JOIN ({inner}) AS w ON 10 / (w.{x} - {constant}) = v.n"
        ),
        (14 | 20..32, ..) => {
            let (table, column) = *[("a", "n"), ("a", "g"), ("b", "m"), ("c", "p")]
                .choose(rng)
                .unwrap();
            let secret = rng.random_range(SECRET_NUMBERS);
            format!(
                "SELECT v.n FROM (VALUES (0), (1)) AS v (n) JOIN r.{table} AS e ON 10 / (e.{column} - {secret}) = v.n"
            )
        }
        (15, ..) => {
            format!("SELECT min(e.g) FROM r.b AS e WHERE e.k < 4 AND 10 / (e.m - {constant}) > 1")
        }
        _ => inner,
    };
    match rng.random_range(0..10) {
        0..3 => format!("EXPLAIN {wrapped}"),
        3 => format!("EXPLAIN VERBOSE {wrapped}"),
        4 if rng.random_ratio(1, 8) => format!("EXPLAIN ANALYZE {wrapped}"),
        5 if rng.random_ratio(1, 8) => {
            "SELECT * FROM information_schema.columns WHERE table_schema = 'r'".to_owned()
        }
        5 if rng.random_ratio(1, 8) => {
            "SELECT * FROM information_schema.tables WHERE table_schema = 'r'".to_owned()
        }
        _ => wrapped,
    }
}

#[derive(Debug, Default)]
struct Counts {
    answered: usize,
    failed: usize,
    plans: usize,
    /// Queries that fail on rows that are seen, or not, as these come in batches.
    by_batches: usize,
    /// Queries whose joins make too many rows.
    slow: usize,
    spent: [Duration; 2],
}

/// Asks both lakes; what is wrong when they tell apart.
async fn compare(pair: &Pair, sql: &str, counts: &mut Counts) -> Result<(), String> {
    let mut both = Vec::new();
    for (side, reader) in pair.readers.iter().enumerate() {
        let begun = Instant::now();
        let Ok(told) = tokio::time::timeout(SLOW, told(reader, sql)).await else {
            counts.slow += 1;
            return Ok(());
        };
        both.push(told.rows);
        counts.spent[side] += begun.elapsed();
    }
    let is_same = match (&both[0], &both[1]) {
        (Ok(one), Ok(other)) => one == other,
        (Err(one), Err(other)) => kind_of(one) == kind_of(other),
        _ => false,
    };
    let shown = format!("{both:?}");
    // What the query itself says of such numbers may be reckoned with in its plan.
    let is_asked = SECRET_NUMBERS
        .clone()
        .any(|number| sql.contains(&number.to_string()));
    let has_number = !is_asked
        && SECRET_NUMBERS
            .clone()
            .any(|number| shown.contains(&number.to_string()));
    let tells = SECRETS
        .iter()
        .any(|secret| shown.contains(&secret.escape_debug().to_string()))
        || has_number;
    if sql.starts_with("EXPLAIN") {
        counts.plans += 1;
    } else if both[0].is_ok() {
        counts.answered += 1;
    } else {
        counts.failed += 1;
    }
    if !tells && (is_same || is_same_sometimes(pair, sql, &both).await) {
        return Ok(());
    }
    if !tells && both[0].is_ok() != both[1].is_ok() && is_same_row_by_row(pair, sql).await {
        counts.by_batches += 1;
        return Ok(());
    }
    let [one, other] = [&both[0], &both[1]].map(|told| match told {
        Ok(lines) => lines.join("\n"),
        Err(error) => error.clone(),
    });
    let different = one
        .lines()
        .zip(other.lines())
        .find(|(one, other)| one != other);
    Err(format!(
        "{sql}\n{}\nfirst line that is different: {different:#?}\n{one}\n---\n{other}",
        pair.about
    ))
}

/// The engine plans some queries in one of several ways, by chance, and gives one of several answers to a few. Each lake
/// has to show what the other did then.
async fn is_same_sometimes(pair: &Pair, sql: &str, both: &[Result<Vec<String>, String>]) -> bool {
    let mut shown = [false, false];
    for _ in 0..40 {
        for side in 0..2 {
            shown[side] |= told(&pair.readers[side], sql).await.rows == both[1 - side];
        }
        if shown == [true, true] {
            return true;
        }
    }
    false
}

/// `a AND b` leaves `b` out where no row of a batch meets `a`, and which rows come in one batch follows from how files are
/// read. A query that can fail on rows that are seen fails or does not by that. Row by row it has one answer.
async fn is_same_row_by_row(pair: &Pair, sql: &str) -> bool {
    let mut answers = Vec::new();
    for reader in &pair.readers {
        answers.push(told(&reader.clone().row_by_row(), sql).await.rows);
    }
    match (&answers[0], &answers[1]) {
        (Err(one), Err(other)) => kind_of(one) == kind_of(other),
        (one, other) => one == other,
    }
}

fn seed() -> u64 {
    let given = std::env::var("YANDU_DOOR_SEED").ok();
    given.map_or_else(rand::random, |seed| seed.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_reader_asks_tells_two_lakes_apart_that_differ_in_what_is_hidden() {
    let wanted: usize =
        std::env::var("YANDU_DOOR_QUERIES").map_or(20_000, |count| count.parse().unwrap());
    let seed = seed();
    println!("seed {seed}, {wanted} queries");
    let mut rng = StdRng::seed_from_u64(seed);
    let mut generator = Generator::new(StdRng::seed_from_u64(seed ^ 1));
    let mut counts = Counts::default();
    let mut asked = 0;
    while asked < wanted {
        let pair = Pair::draw(&mut rng, None).await;
        for _ in 0..QUERIES {
            let sql = question(&mut rng, &mut generator);
            asked += 1;
            if let Err(leak) = compare(&pair, &sql, &mut counts).await {
                panic!("seed {seed}: {leak}");
            }
        }
    }
    println!("{counts:?}");
    // Most queries have an answer, and some fail on values that are seen.
    assert!(counts.answered * 3 > asked, "{counts:?}");
    assert!(
        counts.by_batches * 100 < asked && counts.slow * 100 < asked,
        "{counts:?}"
    );
    assert!(
        counts.failed * 40 > asked && counts.plans * 5 > asked,
        "{counts:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_barrier_that_is_broken_is_found_out_within_a_minute() {
    let seed = seed();
    println!("seed {seed}");
    for broken in Broken::FOUND {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut generator = Generator::new(StdRng::seed_from_u64(seed ^ 1));
        let mut counts = Counts::default();
        let begun = Instant::now();
        let mut asked = 0;
        let found = 'found: loop {
            let pair = Pair::draw(&mut rng, Some(broken)).await;
            for _ in 0..QUERIES {
                let sql = question(&mut rng, &mut generator);
                asked += 1;
                if compare(&pair, &sql, &mut counts).await.is_err() {
                    break 'found true;
                }
            }
            if begun.elapsed() > Duration::from_mins(1) {
                break false;
            }
        };
        assert!(
            found,
            "seed {seed}: {broken:?} was not found in {asked} queries"
        );
        println!(
            "{broken:?}: found by query {asked} after {:?}",
            begun.elapsed()
        );
    }
}
