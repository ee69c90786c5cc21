//! One table of staff: a code that may be no number and no pattern, a salary that may be a divisor.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use tempfile::TempDir;
use yandu_words::Mask;
use yandu_words::id::DatasetId;

use crate::door::Broken;
use crate::fixture::{batch, lines};
use crate::{
    Change, Commit, Lake, Options, Permit, Principal, ReadPoint, Result, Rights, Session, Sight,
    TableSpec, Term, compile_row_condition, full_schema,
};

pub(super) struct Person {
    pub(super) id: i64,
    pub(super) dept: &'static str,
    pub(super) salary: i64,
    pub(super) code: String,
}

pub(super) struct World {
    _folder: TempDir,
    pub(super) lake: Lake,
}

pub(super) fn staff() -> DatasetId {
    "hr.staff".parse().unwrap()
}

pub(super) fn schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("id", DataType::Int64, true),
        Field::new("dept", DataType::Utf8View, true),
        Field::new("salary", DataType::Int64, true),
        Field::new("code", DataType::Utf8View, true),
    ]))
}

/// People with ids from 1, all of departments that a reader of `open` sees.
pub(super) fn visible() -> Vec<Person> {
    (1..=40)
        .map(|id| Person {
            id,
            dept: ["a", "b", "c"][id as usize % 3],
            salary: 100 + id,
            code: (1000 + id).to_string(),
        })
        .collect()
}

/// People of the department that nobody sees: what they hold makes careless expressions fail.
pub(super) fn hidden(count: i64) -> Vec<Person> {
    (0..count)
        .map(|n| Person {
            id: 500 + n,
            dept: "secret",
            salary: 20 + n % 3,
            code: ["(", "no number", "[秘密"][n as usize % 3].to_owned(),
        })
        .collect()
}

impl World {
    pub(super) async fn new(people: &[Person]) -> Self {
        Self::with(people, None).await
    }

    pub(super) async fn with(people: &[Person], broken: Option<Broken>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::new(folder.path());
        options.threads = 2;
        options.broken = broken;
        let lake = Lake::open(options).unwrap();
        let spec = TableSpec {
            id: staff(),
            schema: schema(),
            key: vec!["id".to_owned()],
        };
        lake.declare(spec).unwrap();
        let world = Self {
            _folder: folder,
            lake,
        };
        world.append("b1", people).await;
        world
    }

    pub(super) async fn append(&self, name: &str, people: &[Person]) {
        let rows = rows(name, people);
        let mut writer = self.lake.writer(&staff()).unwrap();
        writer.write(&rows).unwrap();
        let commit = Commit {
            batch: batch(name),
            into: None,
            change: Change::Append,
            files: writer.finish().unwrap(),
            operation: "collect".to_owned(),
        };
        self.lake.commit(&staff(), commit).await.unwrap();
    }

    pub(super) fn as_reader(&self, permits: impl IntoIterator<Item = Permit>) -> Session {
        let rights = Rights::new("p1", [(staff(), Sight::new(permits))]);
        let reader = Principal::with_rights("reader", Arc::new(rights));
        self.lake.session(&reader, ReadPoint::default())
    }

    /// A reader who sees all columns of the departments that are not secret.
    pub(super) fn open(&self) -> Session {
        self.as_reader([permit("open", Some("dept <> 'secret'"), PLAIN)])
    }
}

/// People as a batch brings them.
pub(super) fn rows(name: &str, people: &[Person]) -> RecordBatch {
    let texts = |pick: fn(&Person) -> &str| -> ArrayRef {
        Arc::new(StringViewArray::from_iter_values(people.iter().map(pick)))
    };
    let numbers = |pick: fn(&Person) -> i64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(people.iter().map(pick)))
    };
    let columns = vec![
        numbers(|person| person.id),
        texts(|person| person.dept),
        numbers(|person| person.salary),
        texts(|person| &person.code),
        Arc::new(StringViewArray::from_iter_values(std::iter::repeat_n(
            name,
            people.len(),
        ))),
        Arc::new(Int64Array::from_iter_values(1..=people.len() as i64)),
    ];
    RecordBatch::try_new(full_schema(&schema()), columns).unwrap()
}

/// All columns as they are stored.
pub(super) const PLAIN: &[(&str, Option<Mask>)] = &[
    ("id", None),
    ("dept", None),
    ("salary", None),
    ("code", None),
];

pub(super) fn permit(name: &str, rows: Option<&str>, columns: &[(&str, Option<Mask>)]) -> Permit {
    Permit {
        name: name.into(),
        rows: rows.map(|rows| compile_row_condition(&schema(), rows, &BTreeMap::new()).unwrap()),
        columns: columns
            .iter()
            .map(|(column, mask)| ((*column).to_owned(), mask.clone()))
            .collect(),
        key: None,
        term: Term::default(),
    }
}

/// Rows as lines, in order, or the error.
pub(super) async fn asked(session: &Session, sql: &str) -> Result<Vec<String>> {
    let rows = session.query(sql).await?.collect().await?;
    let mut lines = lines(&rows);
    lines.sort_unstable();
    Ok(lines)
}

/// What a reader is told: rows, or the error with its cause.
pub(super) async fn told(session: &Session, sql: &str) -> String {
    match asked(session, sql).await {
        Ok(lines) => lines.join("\n"),
        Err(error) => format!("{}: {error}", error.code()),
    }
}
