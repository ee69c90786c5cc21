//! A small lake for tests: one table of people.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringViewArray,
    Time64MicrosecondArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use arrow::util::display::array_value_to_string;
use yandu_check::key::{KeySet, hash_rows};
use yandu_words::id::{BatchId, DatasetId};

use crate::file::DataFile;
use crate::{
    Change, Commit, Committed, Lake, Now, Options, Principal, ReadPoint, Result, TableSpec, Vectors,
};

pub(crate) struct Fixture {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) lake: Lake,
    pub(crate) id: DatasetId,
}

pub(crate) fn person_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("id", DataType::Utf8View, true),
        Field::new("name", DataType::Utf8View, true),
        Field::new("born", DataType::Date32, true),
        Field::new("income", DataType::Decimal128(12, 2), true),
        Field::new(
            "seen_at",
            DataType::Timestamp(TimeUnit::Microsecond, None),
            true,
        ),
        Field::new("opens", DataType::Time64(TimeUnit::Microsecond), true),
        Field::new("height", DataType::Int64, true),
    ]))
}

pub(crate) fn person_spec() -> TableSpec {
    TableSpec {
        id: "population.person".parse().unwrap(),
        schema: person_schema(),
        key: vec!["id".to_owned()],
    }
}

/// Rows of people: each is an id and a name, the rest follows from the place.
pub(crate) fn people(batch: &str, rows: &[(&str, &str)]) -> RecordBatch {
    people_from(batch, 1, rows)
}

pub(crate) fn people_from(batch: &str, first_row: i64, rows: &[(&str, &str)]) -> RecordBatch {
    let count = rows.len() as i64;
    let places = first_row..first_row + count;
    let texts = |pick: fn(&(&str, &str)) -> String| -> ArrayRef {
        Arc::new(StringViewArray::from_iter_values(rows.iter().map(pick)))
    };
    let columns: Vec<ArrayRef> = vec![
        texts(|row| row.0.to_owned()),
        texts(|row| row.1.to_owned()),
        Arc::new(Date32Array::from_iter_values(
            places.clone().map(|n| n as i32 * 365),
        )),
        Arc::new(
            Decimal128Array::from_iter_values(places.clone().map(|n| i128::from(n) * 12_345))
                .with_precision_and_scale(12, 2)
                .unwrap(),
        ),
        Arc::new(TimestampMicrosecondArray::from_iter_values(
            places.clone().map(|n| n * 1_000_000_001),
        )),
        Arc::new(Time64MicrosecondArray::from_iter_values(
            places.clone().map(|n| n * 1_000_000),
        )),
        Arc::new(
            places
                .clone()
                .map(|n| (n % 3 != 0).then_some(150 + n))
                .collect::<Int64Array>(),
        ),
        Arc::new(StringViewArray::from_iter_values(std::iter::repeat_n(
            batch,
            rows.len(),
        ))),
        Arc::new(Int64Array::from_iter_values(places)),
    ];
    RecordBatch::try_new(crate::full_schema(&person_schema()), columns).unwrap()
}

pub(crate) fn keys_of(rows: &RecordBatch) -> KeySet {
    hash_rows(&[Arc::clone(rows.column(0))], rows.num_rows())
        .into_iter()
        .flatten()
        .collect()
}

pub(crate) fn batch(name: &str) -> BatchId {
    name.parse().unwrap()
}

/// A clock that goes on by a second each time it is read.
fn ticking() -> Now {
    let seconds = AtomicI64::new(1_750_000_000);
    Now::from(move || {
        let second = seconds.fetch_add(1, Ordering::Relaxed);
        jiff::Timestamp::from_second(second).unwrap()
    })
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::new(folder.path());
        options.threads = 2;
        options.now = ticking();
        change(&mut options);
        let lake = Lake::open(options).unwrap();
        lake.declare(person_spec()).unwrap();
        Self {
            folder,
            lake,
            id: person_spec().id,
        }
    }

    /// A lake in which a deletion vector names whatever rows are taken out of a file.
    pub(crate) fn with_vectors(change: impl FnOnce(&mut Options)) -> Self {
        Self::with(|options| {
            options.vectors = Vectors::ALWAYS;
            change(options);
        })
    }

    /// A version of the table.
    pub(crate) fn at(&self, version: u64) -> ReadPoint {
        ReadPoint {
            versions: [(self.id.clone(), version)].into(),
            ..ReadPoint::default()
        }
    }

    /// The files of the newest version.
    pub(crate) async fn listed(&self) -> Vec<DataFile> {
        let table = self.lake.table(&self.id).unwrap();
        let version = table.present().await.unwrap().version;
        version.map_or_else(Vec::new, |version| version.files.to_vec())
    }

    /// The same folder as a new process would see it.
    pub(crate) fn reopened(&self) -> Lake {
        let lake = Lake::open(Options::new(self.folder.path())).unwrap();
        lake.declare(person_spec()).unwrap();
        lake
    }

    pub(crate) async fn commit(
        &self,
        rows: &RecordBatch,
        name: &str,
        change: Change,
    ) -> Result<Committed> {
        self.commit_into(None, rows, name, change).await
    }

    /// Rows of a batch that come later than the batch.
    pub(crate) async fn commit_into(
        &self,
        into: Option<&str>,
        rows: &RecordBatch,
        name: &str,
        change: Change,
    ) -> Result<Committed> {
        let mut writer = self.lake.writer(&self.id)?;
        writer.write(rows)?;
        let files = writer.finish()?;
        self.lake
            .commit(
                &self.id,
                Commit {
                    batch: batch(name),
                    into: into.map(batch),
                    change,
                    files,
                    operation: if into.is_some() { "release" } else { "collect" }.to_owned(),
                },
            )
            .await
    }

    pub(crate) async fn append(&self, name: &str, rows: &[(&str, &str)]) -> Committed {
        self.commit(&people(name, rows), name, Change::Append)
            .await
            .unwrap()
    }

    pub(crate) async fn upsert(&self, name: &str, rows: &[(&str, &str)]) -> Committed {
        let rows = people(name, rows);
        let keys = Arc::new(keys_of(&rows));
        self.commit(&rows, name, Change::Upsert { keys })
            .await
            .unwrap()
    }

    pub(crate) async fn query(&self, sql: &str) -> String {
        query(&self.lake, sql, ReadPoint::default()).await
    }

    pub(crate) async fn everything(&self) -> String {
        self.query("SELECT * FROM population.person ORDER BY id, _batch, _row")
            .await
    }
}

/// The rows of a query, cells between `|`, a line each.
pub(crate) async fn query(lake: &Lake, sql: &str, at: ReadPoint) -> String {
    try_query(lake, sql, at).await.unwrap()
}

pub(crate) async fn try_query(lake: &Lake, sql: &str, at: ReadPoint) -> Result<String> {
    let rows = lake
        .session(&Principal::local_administrator(), at)
        .query(sql)
        .await?
        .collect()
        .await?;
    Ok(lines(&rows).join("\n"))
}

pub(crate) fn lines(batches: &[RecordBatch]) -> Vec<String> {
    batches
        .iter()
        .flat_map(|rows| {
            (0..rows.num_rows()).map(|row| {
                rows.columns()
                    .iter()
                    .map(|column| array_value_to_string(column, row).unwrap())
                    .collect::<Vec<_>>()
                    .join("|")
            })
        })
        .collect()
}

type OnStep = Box<dyn Fn(&str) + Send + Sync>;

/// Lets a test look at the folder between two steps.
#[derive(Default)]
pub(crate) struct Steps(std::sync::Mutex<Option<OnStep>>);

impl std::fmt::Debug for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Steps")
    }
}

impl Steps {
    pub(crate) fn set(&self, on_step: impl Fn(&str) + Send + Sync + 'static) {
        *self.0.lock().unwrap() = Some(Box::new(on_step));
    }

    pub(crate) fn at(&self, step: &str) {
        if let Some(on_step) = self.0.lock().unwrap().as_ref() {
            on_step(step);
        }
    }
}
