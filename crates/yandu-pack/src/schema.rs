//! The JSON Schemas of the files of a pack, generated from the declarations.
//!
//! Editors use them for completion and the reader for validation, so that both say the same.

use std::collections::HashSet;
use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use crate::declare::{
    BoardFile, ClassificationFile, CodeListFile, DatasetFile, IndicatorFile, MetricFile, PackFile,
    PageFile, SourceFile, TestFile,
};

/// The kinds of files that a pack declares things in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    Pack,
    Dataset,
    Model,
    Codes,
    Source,
    Page,
    Indicators,
    Classification,
    Metric,
    Board,
    Test,
}

impl FileKind {
    pub const ALL: [Self; 11] = [
        Self::Pack,
        Self::Dataset,
        Self::Model,
        Self::Codes,
        Self::Source,
        Self::Page,
        Self::Indicators,
        Self::Classification,
        Self::Metric,
        Self::Board,
        Self::Test,
    ];

    /// The word for such a file, which is also the name of its schema: `schemas/dataset.schema.json`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pack => "pack",
            Self::Dataset => "dataset",
            Self::Model => "model",
            Self::Codes => "codes",
            Self::Source => "source",
            Self::Page => "page",
            Self::Indicators => "indicators",
            Self::Classification => "classification",
            Self::Metric => "metric",
            Self::Board => "board",
            Self::Test => "test",
        }
    }

    /// The folder of a pack that holds such files; `None` for the one file at its top.
    pub fn folder(self) -> Option<&'static str> {
        match self {
            Self::Pack => None,
            Self::Dataset => Some("datasets"),
            Self::Model => Some("models"),
            Self::Codes => Some("codes"),
            Self::Source => Some("sources"),
            Self::Page => Some("pages"),
            Self::Indicators => Some("indicators"),
            Self::Classification => Some("classification"),
            Self::Metric => Some("metrics"),
            Self::Board => Some("boards"),
            Self::Test => Some("tests"),
        }
    }

    /// The JSON Schema (draft 2020-12) of such a file.
    pub fn schema(self) -> &'static Value {
        match self {
            Self::Pack => &PACK,
            Self::Dataset => &DATASET,
            Self::Model => &MODEL,
            Self::Codes => &CODES,
            Self::Source => &SOURCE,
            Self::Page => &PAGE,
            Self::Indicators => &INDICATORS,
            Self::Classification => &CLASSIFICATION,
            Self::Metric => &METRIC,
            Self::Board => &BOARD,
            Self::Test => &TEST,
        }
    }
}

static PACK: LazyLock<Value> = LazyLock::new(generate::<PackFile>);
static DATASET: LazyLock<Value> = LazyLock::new(dataset);
static MODEL: LazyLock<Value> = LazyLock::new(model);
static CODES: LazyLock<Value> = LazyLock::new(generate::<CodeListFile>);
static SOURCE: LazyLock<Value> = LazyLock::new(generate::<SourceFile>);
static PAGE: LazyLock<Value> = LazyLock::new(generate::<PageFile>);
static INDICATORS: LazyLock<Value> = LazyLock::new(generate::<IndicatorFile>);
static CLASSIFICATION: LazyLock<Value> = LazyLock::new(generate::<ClassificationFile>);
static METRIC: LazyLock<Value> = LazyLock::new(generate::<MetricFile>);
static BOARD: LazyLock<Value> = LazyLock::new(generate::<BoardFile>);
static TEST: LazyLock<Value> = LazyLock::new(generate::<TestFile>);

fn generate<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(WithoutNull));
    settings
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

/// Of a dataset without SQL no input can be absent.
fn dataset() -> Value {
    let mut schema = generate::<DatasetFile>();
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.shift_remove("may_be_absent");
    }
    schema
}

/// A model is a dataset of one origin.
fn model() -> Value {
    let mut schema = generate::<DatasetFile>();
    if let Value::Object(root) = &mut schema {
        root.insert("title".to_owned(), json!("ModelFile"));
        root.insert(
            "description".to_owned(),
            json!("`models/*.yaml`: a dataset whose rows are those of the SELECT in the file `.sql` beside it."),
        );
        if let Some(Value::Object(properties)) = root.get_mut("properties") {
            properties.insert(
                "origin".to_owned(),
                json!({"description": "Where the rows come from: a SQL select over other datasets.", "const": "model"}),
            );
            properties.shift_remove("form");
        }
    }
    drop_unused(&mut schema);
    schema
}

/// Drops the definitions that nothing refers to, and then those that only they referred to.
fn drop_unused(schema: &mut Value) {
    loop {
        let mut used = HashSet::new();
        used_in(schema, &mut used);
        let Some(Value::Object(parts)) = schema.get_mut("$defs") else {
            return;
        };
        let before = parts.len();
        parts.retain(|name, _| used.contains(name));
        if parts.len() == before {
            return;
        }
    }
}

/// Collects the names of the definitions that a schema refers to.
fn used_in(schema: &Value, used: &mut HashSet<String>) {
    match schema {
        Value::Object(keys) => {
            let name = keys.get("$ref").and_then(Value::as_str);
            let name = name.and_then(|name| name.strip_prefix("#/$defs/"));
            used.extend(name.map(ToOwned::to_owned));
            keys.values().for_each(|value| used_in(value, used));
        }
        Value::Array(values) => values.iter().for_each(|value| used_in(value, used)),
        _ => {}
    }
}

/// A key that may be left out may not be null: an empty value in YAML is a forgotten one.
///
/// Of a `oneOf` nothing is taken, so a null that means something stays; so does that of a cell of a test.
#[derive(Clone)]
struct WithoutNull;

impl Transform for WithoutNull {
    fn transform(&mut self, schema: &mut Schema) {
        let Some(Value::Object(properties)) = schema.get_mut("properties") else {
            return;
        };
        for property in properties.values_mut().filter_map(Value::as_object_mut) {
            remove_null(property);
        }
    }
}

fn remove_null(property: &mut Map<String, Value>) {
    let is_null =
        |value: &Value| value == "null" || value.get("type").is_some_and(|kind| kind == "null");
    if let Some(Value::Array(kinds)) = property.get_mut("type") {
        kinds.retain(|kind| !is_null(kind));
        if let [only] = kinds.as_slice() {
            let only = only.clone();
            property.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(kinds)) = property.get_mut("anyOf") {
        let before = kinds.len();
        kinds.retain(|kind| !is_null(kind));
        if kinds.len() < before
            && let [Value::Object(only)] = kinds.as_slice()
        {
            let only = only.clone();
            property.remove("anyOf");
            property.extend(only);
        }
    }
    if property.get("default").is_some_and(Value::is_null) {
        property.remove("default");
    }
}
