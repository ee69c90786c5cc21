use std::path::Path;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema};
use serde_json::{Value, json};
use yandu_lake::{Change, Commit, Lake, Options, Principal, TableSpec};
use yandu_pack::{AnyCondition, Packs};
use yandu_store::{Clock, DataFolder, Store};
use yandu_words::DatasetId;

use crate::{Answer, Ask, Metrics};

const KINDS: &str = "codes: base.kind\ntitle: {zh: 制式}\nvalues: {4G: {zh: 四代, en: Fourth}, 5G: {zh: 五代}, 6G: {zh: 六代}}\n";
const PACK: &str = "pack: base\nversion: 1.0.0\ntitle: {zh: 试验, en: Trial}\n";

const DATASETS: [(&str, &str, &str, &str); 4] = [
    (
        "datasets/division.yaml",
        "collect",
        "[code]",
        "code: text, name: text, kind: text, parent: text?",
    ),
    (
        "datasets/managing_unit.yaml",
        "collect",
        "[code]",
        "code: text, name: text, kind: text",
    ),
    (
        "datasets/unit_area.yaml",
        "collect",
        "[unit, division]",
        "unit: text, division: text, valid_from: date, valid_to: date?",
    ),
    (
        "models/cell.yaml",
        "model",
        "[month, division, kind]",
        "month: date, division: text?, kind: codes base.kind?, opened: integer?, in_use: integer?, cost: 'decimal(14,2)?', level: float?",
    ),
];

/// Metrics of the trial, by name, with what is special to each.
const METRICS: [(&str, &str); 6] = [
    (
        "opened",
        "measure: sum(opened)\ntime: {column: month, grain: month}\ndirection: up\nfresh: 20 d\nthresholds: {below: 2}",
    ),
    (
        "in_use",
        "measure: sum(in_use)\ntime: {column: month, grain: month, across: last}\nbaseline: {value: 40, period: 2024-12, source: 年报}",
    ),
    (
        "share",
        "measure: '100.0 * sum(opened) / sum(in_use)'\ntime: {column: month, grain: month}\ncomparison: change",
    ),
    (
        "cost",
        "measure: sum(cost)\ntime: {column: month, grain: month}",
    ),
    (
        "level",
        "measure: avg(level)\ntime: {column: month, grain: month}\ndirection: down",
    ),
    (
        "of_five",
        "where: kind = '5G'\nmeasure: sum(opened)\ntime: {column: month, grain: month}",
    ),
];

pub(super) struct City {
    folder: tempfile::TempDir,
    pub(super) metrics: Metrics,
    pub(super) lake: Lake,
    commits: u64,
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn columns(written: &str) -> String {
    let column = |column: &str| {
        let (name, data_type) = column.split_once(": ").unwrap();
        let data_type = data_type.trim_matches('\'');
        let required = !data_type.ends_with('?');
        let data_type = data_type.trim_end_matches('?');
        let kind = match data_type.strip_prefix("codes ") {
            Some(codes) => format!("codes: {codes}"),
            None => format!("type: '{data_type}'"),
        };
        format!("  {name}: {{title: {{zh: 列}}, {kind}, required: {required}}}\n")
    };
    let mut text = String::new();
    let mut rest = written;
    while let Some((one, more)) = rest.split_once(", ") {
        text.push_str(&column(one));
        rest = more;
    }
    text + &column(rest)
}

pub(super) fn packs(folder: &Path, change: impl Fn(&str, String) -> String) -> Packs {
    let pack = folder.join("packs/base");
    write(&pack.join("pack.yaml"), PACK);
    for (path, origin, key, written) in DATASETS {
        let name = Path::new(path).file_stem().unwrap().to_str().unwrap();
        let text = format!(
            "dataset: base.{name}\ntitle: {{zh: 表}}\nowner: 某局\norigin: {origin}\nsharing: {{class: unconditional}}\n\
             opening: closed\nrefresh: monthly\nkey: {key}\ncolumns:\n{}",
            columns(written)
        );
        write(&pack.join(path), &text);
    }
    write(&pack.join("models/cell.sql"), "select 1");
    write(&pack.join("codes/kind.yaml"), KINDS);
    for (name, special) in METRICS {
        let text = format!(
            "metric: base.{name}\ntitle: {{zh: 数}}\nowner: 某局\nformula: 数一数\nbasis: 试验\nunit: 座\nof: base.cell\n\
             dimensions:\n  area: {{column: division, kind: area}}\n  kind: {{}}\n{special}\n"
        );
        write(
            &pack.join(format!("metrics/{name}.yaml")),
            &change(name, text),
        );
    }
    let loaded = Packs::load(&[folder.join("packs")], &AnyCondition);
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    loaded.packs
}

pub(super) fn ask(metric: &str) -> Ask {
    Ask::newest(format!("base.{metric}").parse().unwrap())
}

/// The number of the last point of a question without `by`.
pub(super) fn value(answer: &Answer) -> Option<f64> {
    match answer.groups.first()?.points.last()?.value {
        yandu_lake::Number::Value(value) => Some(value),
        _ => None,
    }
}

/// A clock that stands at noon of the city's day.
fn noon(day: &str) -> Clock {
    Clock::standing(format!("{day}T04:00:00Z").parse().unwrap())
}

impl City {
    /// A city on a day, whose clock stands.
    pub(super) async fn on(day: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let packs = packs(folder.path(), |_, text| text);
        let data = DataFolder::open(&folder.path().join("data")).unwrap();
        let store = Store::open_with(&data.records(), noon(day)).await.unwrap();
        let lake = Lake::open(Options {
            threads: 1,
            ..Options::new(data.root())
        })
        .unwrap();
        for dataset in packs.datasets() {
            lake.declare(TableSpec {
                id: dataset.id().clone(),
                schema: dataset.schema(),
                key: dataset.file().key.iter().map(ToString::to_string).collect(),
            })
            .unwrap();
        }
        let metrics = Metrics::open(store, lake.clone(), &packs).await.unwrap();
        let mut city = Self {
            folder,
            metrics,
            lake,
            commits: 0,
        };
        city.areas().await;
        city
    }

    /// The same city on a later day.
    pub(super) async fn moved(&mut self, day: &str) {
        let packs = packs(self.folder.path(), |_, text| text);
        let data = DataFolder::open(&self.folder.path().join("data")).unwrap();
        let store = Store::open_with(&data.records(), noon(day)).await.unwrap();
        let metrics = Metrics::open(store, self.lake.clone(), &packs).await;
        self.metrics = metrics.unwrap();
    }

    async fn areas(&mut self) {
        let division = |code: &str, name: &str, kind: &str, parent: Option<&str>| json!({"code": code, "name": name, "kind": kind, "parent": parent});
        let divisions = [
            division("320900", "盐城市", "city", None),
            division("320902", "亭湖区", "district", Some("320900")),
            division("320903", "盐都区", "district", Some("320900")),
            division("320902001", "五星街道", "street", Some("320902")),
            division("320902010", "科城街道", "street", Some("320902")),
            division("320903100", "张庄街道", "street", Some("320903")),
        ];
        self.write("base.division", &divisions).await;
        let units = [
            json!({"code": "tinghu", "name": "亭湖区", "kind": "district"}),
            json!({"code": "yandu", "name": "盐都区", "kind": "district"}),
            json!({"code": "yannan", "name": "盐南高新区", "kind": "zone"}),
        ];
        self.write("base.managing_unit", &units).await;
        let areas = [
            json!({"unit": "tinghu", "division": "320902", "valid_from": "2020-01-01", "valid_to": null}),
            json!({"unit": "yandu", "division": "320903", "valid_from": "2020-01-01", "valid_to": null}),
            json!({"unit": "yannan", "division": "320902010", "valid_from": "2020-01-01", "valid_to": null}),
        ];
        self.write("base.unit_area", &areas).await;
    }

    /// Puts these rows in the place of all of a dataset.
    pub(super) async fn write(&mut self, dataset: &str, rows: &[Value]) {
        let id: DatasetId = dataset.parse().unwrap();
        self.commits += 1;
        let batch = format!("20250101-000000-{:06}", self.commits);
        let schema = self.lake.schema(&id).unwrap();
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
        let mut writer = self.lake.writer(&id).unwrap();
        if let Some(rows) = reader.next() {
            writer.write(&rows.unwrap()).unwrap();
        }
        let commit = Commit {
            batch: batch.parse().unwrap(),
            into: None,
            change: Change::Replace,
            files: writer.finish().unwrap(),
            operation: "collect".to_owned(),
        };
        self.lake.commit(&id, commit).await.unwrap();
    }

    pub(super) async fn ask(&self, ask: &Ask) -> Answer {
        self.try_ask(ask).await.unwrap()
    }

    pub(super) async fn try_ask(&self, ask: &Ask) -> crate::Result<Answer> {
        let me = Principal::local_administrator();
        self.metrics.ask(&me, ask).await
    }

    /// Adds a file to the pack.
    pub(super) fn add_file(&self, path: &str, text: &str) {
        write(&self.folder.path().join("packs/base").join(path), text);
        self.declare(|_, text| text);
    }

    /// Declares the metrics anew, each text changed.
    pub(super) fn declare(&self, change: impl Fn(&str, String) -> String) {
        self.metrics.set_packs(&packs(self.folder.path(), change));
    }
}
