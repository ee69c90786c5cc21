//! A city of three datasets and some models, in a folder that is gone with the test.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use arrow::util::display::array_value_to_string;
use serde_json::{Value, json};
use yandu_check::key::{KeySet, hash_rows};
use yandu_lake::{
    Change, Commit, Committed, Lake, Options, Principal, ReadPoint, TableSpec, Vectors,
};
use yandu_pack::{AnyCondition, Packs};
use yandu_store::{DataFolder, Store};
use yandu_words::id::{BatchId, DatasetId};

use crate::refresh::pass::conform;
use crate::run::{Run, Trigger};
use crate::transform::{Refreshed, Transform};

const PACK: &str = "pack: t\nversion: 1.0.0\ntitle: {zh: 试验, en: Trial}\n";

const PERSON: &str = "
  id:     {title: {zh: 编号}, type: text}
  name:   {title: {zh: 姓名}, type: text, required: false}
  place:  {title: {zh: 地方}, type: text, required: false}
  age:    {title: {zh: 年龄}, type: integer, required: false}
  income: {title: {zh: 收入}, type: 'decimal(12,2)', required: false}
  weight: {title: {zh: 体重}, type: float, required: false}
  born:   {title: {zh: 出生}, type: date, required: false}
";
const PLACE: &str = "
  code:   {title: {zh: 代码}, type: text}
  title:  {title: {zh: 名称}, type: text, required: false}
  county: {title: {zh: 县}, type: text, required: false}
";
const EVENT: &str = "
  person: {title: {zh: 人}, type: text, required: false}
  kind:   {title: {zh: 种类}, type: text, required: false}
  amount: {title: {zh: 数}, type: integer, required: false}
";

pub(crate) fn id(text: &str) -> DatasetId {
    text.parse().unwrap()
}

/// A model as a test writes it.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) name: String,
    pub(crate) sql: String,
    /// Column and type, in order.
    pub(crate) columns: Vec<(&'static str, &'static str)>,
    pub(crate) key: Vec<&'static str>,
    /// What stands below its columns, such as checks.
    pub(crate) lines: &'static str,
}

impl Written {
    pub(crate) fn new(
        name: &str,
        sql: &str,
        columns: &[(&'static str, &'static str)],
        key: &[&'static str],
    ) -> Self {
        Self {
            name: name.to_owned(),
            sql: sql.to_owned(),
            columns: columns.to_vec(),
            key: key.to_vec(),
            lines: "",
        }
    }

    fn id(&self) -> DatasetId {
        id(&format!("t.{}", self.name))
    }
}

pub(crate) struct City {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) transform: Transform,
    pub(crate) models: Vec<Written>,
    batches: u64,
}

fn dataset(name: &str, origin: &str, key: &[&str], columns: &str, lines: &str) -> String {
    let key = match key {
        [] => String::new(),
        key => format!("key: [{}]\n", key.join(", ")),
    };
    format!(
        "dataset: t.{name}\ntitle: {{zh: 表}}\nowner: 某局\norigin: {origin}\nsharing: {{class: unconditional}}\n\
         opening: closed\nrefresh: daily\n{key}columns:{columns}\n{lines}"
    )
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

pub(crate) fn write_packs(folder: &Path, models: &[Written]) -> Arc<Packs> {
    let pack = folder.join("packs/t");
    write(&pack.join("pack.yaml"), PACK);
    let datasets = [
        ("person", &["id"][..], PERSON),
        ("place", &["code"], PLACE),
        ("event", &[], EVENT),
    ];
    for (name, key, columns) in datasets {
        let text = dataset(name, "collect", key, columns, "");
        write(&pack.join(format!("datasets/{name}.yaml")), &text);
    }
    for model in models {
        let columns: String = model
            .columns
            .iter()
            .map(|(name, data_type)| {
                let required = model.key.contains(name);
                format!(
                    "\n  {name}: {{title: {{zh: 列}}, type: '{data_type}', required: {required}}}"
                )
            })
            .collect();
        let text = dataset(&model.name, "model", &model.key, &columns, model.lines);
        write(&pack.join(format!("models/{}.yaml", model.name)), &text);
        write(&pack.join(format!("models/{}.sql", model.name)), &model.sql);
    }
    let loaded = Packs::load(&[folder.join("packs")], &AnyCondition);
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    Arc::new(loaded.packs)
}

pub(crate) async fn open(data: &Path, packs: &Arc<Packs>) -> Transform {
    let data = DataFolder::open(data).unwrap();
    let store = Store::open(&data.records()).await.unwrap();
    // Of these small tables some processes write files anew where others name the rows that are gone.
    let vectors = if rand::random() {
        Vectors::ALWAYS
    } else {
        Vectors::default()
    };
    let options = Options {
        threads: 2,
        vectors,
        // Tables of tests are small: their files get indexes too, and several row groups.
        index_rows: 1,
        row_group_rows: 16,
        ..Options::new(data.root())
    };
    let lake = Lake::open(options).unwrap();
    for dataset in packs.datasets() {
        lake.declare(TableSpec {
            id: dataset.id().clone(),
            schema: dataset.schema(),
            key: dataset.file().key.iter().map(ToString::to_string).collect(),
        })
        .unwrap();
    }
    Transform::open(data, store, lake, Arc::clone(packs))
        .await
        .unwrap()
}

impl City {
    pub(crate) async fn new(models: Vec<Written>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let packs = write_packs(folder.path(), &models);
        let transform = open(&folder.path().join("data"), &packs).await;
        Self {
            folder,
            transform,
            models,
            batches: 0,
        }
    }

    pub(crate) fn next_batch(&mut self) -> BatchId {
        self.batches += 1;
        format!("20260101-000000-{:06}", self.batches)
            .parse()
            .unwrap()
    }

    /// Delivers rows, each an object.
    pub(crate) async fn deliver(&mut self, dataset: &str, how: &str, rows: &[Value]) -> BatchId {
        let batch = self.next_batch();
        let dataset = id(dataset);
        deliver(self.transform.lake(), &dataset, &batch, how, rows).await;
        batch
    }

    pub(crate) async fn two_people(&mut self) {
        let rows = [
            json!({"id": "a", "place": "x", "age": 30}),
            json!({"id": "b", "place": "y", "age": 40}),
        ];
        self.deliver("t.person", "snapshot", &rows).await;
    }

    pub(crate) async fn refresh(&self) -> Vec<(DatasetId, Refreshed)> {
        self.transform
            .run_all(Trigger::Request, false, None)
            .await
            .unwrap()
    }

    pub(crate) async fn run_of(&self, model: &str) -> Run {
        let runs = self
            .transform
            .runs(Some(&id(model)), None, 1)
            .await
            .unwrap();
        runs.into_iter().next().unwrap()
    }

    pub(crate) async fn held(&self, model: &str) -> Vec<String> {
        let written = self
            .models
            .iter()
            .find(|written| written.id() == id(model))
            .unwrap();
        held(&self.transform, written).await
    }

    /// The folder of a model in the lake.
    pub(crate) fn folder_of(&self, model: &str) -> PathBuf {
        let root = &self.transform.lake().options().root;
        root.join(model.replace('.', "/"))
    }

    /// How many data files stand in it, whether a version lists them or not.
    pub(crate) fn files_of(&self, model: &str) -> usize {
        let Ok(entries) = std::fs::read_dir(self.folder_of(model)) else {
            return 0;
        };
        entries
            .filter(|entry| {
                let path = entry.as_ref().unwrap().path();
                path.extension().is_some_and(|found| found == "parquet")
            })
            .count()
    }

    /// What every model holds is what its query gives now.
    pub(crate) async fn agree(&self, why: &str) {
        agree(&self.transform, &self.models, why).await;
    }
}

pub(crate) async fn deliver(
    lake: &Lake,
    dataset: &DatasetId,
    batch: &BatchId,
    how: &str,
    rows: &[Value],
) -> Committed {
    let schema = lake.schema(dataset).unwrap();
    let fields: Vec<Field> = schema
        .fields()
        .iter()
        .map(|field| match field.data_type() {
            DataType::Utf8View => Field::new(field.name(), DataType::Utf8, true),
            other => Field::new(field.name(), other.clone(), true),
        })
        .collect();
    let mut text = String::new();
    for (place, row) in rows.iter().enumerate() {
        let mut row = row.clone();
        row["_batch"] = batch.as_str().into();
        row["_row"] = (place as u64 + 1).into();
        text.push_str(&row.to_string());
        text.push('\n');
    }
    let mut reader = arrow::json::ReaderBuilder::new(Arc::new(Schema::new(fields)))
        .with_batch_size(rows.len().max(1))
        .build(text.as_bytes())
        .unwrap();
    let mut writer = lake.writer(dataset).unwrap();
    let mut keys = KeySet::default();
    if let Some(rows) = reader.next() {
        let rows: RecordBatch = rows.unwrap();
        let key = rows
            .column_by_name("id")
            .or_else(|| rows.column_by_name("code"));
        if let Some(key) = key {
            let key: ArrayRef = Arc::clone(key);
            keys.extend(hash_rows(&[key], rows.num_rows()).into_iter().flatten());
        }
        writer.write(&rows).unwrap();
    }
    let change = match how {
        "append" => Change::Append,
        "snapshot" => Change::Replace,
        "upsert" => Change::Upsert {
            keys: Arc::new(keys),
        },
        other => panic!("{other}"),
    };
    let commit = Commit {
        batch: batch.clone(),
        into: None,
        change,
        files: writer.finish().unwrap(),
        operation: "collect".to_owned(),
    };
    lake.commit(dataset, commit).await.unwrap()
}

pub(crate) async fn held(transform: &Transform, model: &Written) -> Vec<String> {
    let columns: Vec<&str> = model.columns.iter().map(|column| column.0).collect();
    let sql = format!("SELECT {} FROM t.{}", columns.join(", "), model.name);
    lines(transform, model, &sql).await
}

pub(crate) async fn agree(transform: &Transform, models: &[Written], why: &str) {
    for model in models {
        let held = held(transform, model).await;
        let asked = lines(transform, model, &model.sql).await;
        assert_eq!(held, asked, "{why}\n{}: {}", model.name, model.sql);
    }
}

async fn lines(transform: &Transform, model: &Written, sql: &str) -> Vec<String> {
    let session = transform
        .lake()
        .session(&Principal::local_administrator(), ReadPoint::default());
    let rows = session.query(sql).await.unwrap().collect().await.unwrap();
    let packs = transform.packs();
    let schema = packs.dataset(&model.id()).unwrap().schema();
    let mut lines: Vec<String> = rows
        .iter()
        .map(|rows| conform(&model.id(), rows, &schema).unwrap().0)
        .flat_map(|rows| {
            (0..rows.num_rows())
                .map(|row| {
                    rows.columns()
                        .iter()
                        .map(|column| array_value_to_string(column, row).unwrap())
                        .collect::<Vec<_>>()
                        .join("|")
                })
                .collect::<Vec<_>>()
        })
        .collect();
    lines.sort();
    lines
}

type OnStep = Box<dyn Fn(&str) + Send + Sync>;

/// Lets a test look at the folder between two steps of a refresh.
#[derive(Default)]
pub(crate) struct Steps(Mutex<Option<OnStep>>);

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
