//! The files of a saved model, written from what its SQL gives and where that comes from.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use arrow::datatypes::{DataType, Schema};
use serde_json::{Map, Value, json};
use yandu_lake::{FlowKind, SqlLineage};
use yandu_pack::Packs;
use yandu_words::Grade;
use yandu_words::id::{ColumnName, DatasetId};

use super::{SITE, SavedModel};
use crate::{Error, Result};

/// Who answers for a model when nobody is named.
const OWNER: &str = "市数据局";
const README: &str = "# 本级加工模型\n\n本级自存的查询，每个是一个加工模型。由程序维护：用 `yandu model save` 和 `yandu model delete` 增删。\n";

/// The file of the dataset that a model makes.
pub(super) fn dataset(
    packs: &Packs,
    id: &DatasetId,
    model: &SavedModel,
    columns: &Schema,
    lineage: &SqlLineage,
) -> Result<String> {
    let mut declared: Vec<(String, Value)> = Vec::new();
    for field in columns.fields() {
        let refuse = |message: String| Error::Model {
            name: model.name.clone(),
            message,
            line: None,
            column: None,
            help: Some("name the column with `AS`, in small letters, digits and `_`".to_owned()),
        };
        let name = field.name();
        if name.parse::<ColumnName>().is_err() {
            return Err(refuse(format!("`{name}` is no name of a column")));
        }
        if declared.iter().any(|(known, _)| known == name) {
            return Err(refuse(format!("two columns have the name `{name}`")));
        }
        let value_type = type_of(field.data_type()).ok_or_else(|| {
            refuse(format!(
                "the column `{name}` has a type that no dataset has"
            ))
        })?;
        declared.push((name.clone(), column(packs, name, &value_type, lineage)));
    }
    let quoted = |text: &str| Value::from(text).to_string();
    let mut text = format!("dataset: {id}\ntitle: {{zh: {}}}\n", quoted(&model.title));
    if let Some(about) = model
        .about
        .as_ref()
        .filter(|about| !about.trim().is_empty())
    {
        text.push_str(&format!("about: {}\n", quoted(about)));
    }
    let owner = model
        .owner
        .as_deref()
        .filter(|owner| !owner.trim().is_empty());
    text.push_str(&format!(
        "owner: {}\norigin: model\nsharing: {{class: conditional}}\nopening: closed\nrefresh: irregular\ncolumns:\n",
        quoted(owner.unwrap_or(OWNER))
    ));
    for (name, column) in declared {
        text.push_str(&format!("  {name}: {column}\n"));
    }
    Ok(text)
}

/// A column: that of an input where it is copied, and otherwise its type; in either case no less sensitive than what it
/// comes from.
fn column(packs: &Packs, name: &str, value_type: &str, lineage: &SqlLineage) -> Value {
    let flows = lineage
        .column(name)
        .map(|column| column.from.as_slice())
        .unwrap_or_default();
    let direct: Vec<_> = flows.iter().filter(|flow| flow.kind.is_direct()).collect();
    let mut declared = Map::new();
    let copied = match direct.as_slice() {
        [flow] if flow.kind == FlowKind::Copied => packs
            .dataset(&flow.dataset)
            .and_then(|dataset| dataset.column(&flow.column)),
        _ => None,
    };
    let source = copied.and_then(|column| serde_json::to_value(column).ok());
    match &source {
        Some(source) => {
            for key in [
                "title", "about", "standard", "type", "codes", "unit", "mask",
            ] {
                if let Some(value) = source.get(key) {
                    declared.insert(key.to_owned(), value.clone());
                }
            }
        }
        None => {
            declared.insert("title".to_owned(), json!({ "zh": name }));
        }
    }
    if !["standard", "type", "codes"]
        .iter()
        .any(|key| declared.contains_key(*key))
    {
        declared.insert("type".to_owned(), value_type.into());
    }
    declared.insert("required".to_owned(), false.into());
    let grades = direct
        .iter()
        .filter_map(|flow| packs.dataset(&flow.dataset)?.column_grade(&flow.column));
    if let Some(grade) = grades.max().filter(|grade| *grade > Grade::General1) {
        declared.insert("grade".to_owned(), json!(grade));
    }
    Value::Object(declared)
}

fn type_of(data_type: &DataType) -> Option<String> {
    Some(match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "text".to_owned(),
        DataType::Int8
        | DataType::Int16
        | DataType::Int32
        | DataType::Int64
        | DataType::UInt8
        | DataType::UInt16
        | DataType::UInt32
        | DataType::UInt64 => "integer".to_owned(),
        DataType::Decimal128(precision, scale) if *scale >= 0 => {
            format!("decimal({precision},{scale})")
        }
        DataType::Float32 | DataType::Float64 => "float".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Time64(_) => "time".to_owned(),
        DataType::Timestamp(_, _) => "timestamp".to_owned(),
        _ => return None,
    })
}

/// The packs that a model reads from.
pub(super) fn needs(lineage: &SqlLineage) -> BTreeSet<String> {
    let packs = lineage.inputs.iter().map(|id| id.parts().0.to_owned());
    packs.filter(|pack| pack != SITE).collect()
}

/// Writes `pack.yaml`, a version further, with what was needed before and what is needed now.
pub(super) fn pack(folder: &Path, needs: &BTreeSet<String>) -> io::Result<()> {
    let path = folder.join("pack.yaml");
    let before = fs::read_to_string(&path).unwrap_or_default();
    let line = |key: &str| before.lines().find_map(|line| line.strip_prefix(key));
    let mut all = needs.clone();
    if let Some(known) = line("needs: ") {
        let known = known.trim_matches(['[', ']']).split(", ");
        all.extend(known.filter(|pack| !pack.is_empty()).map(ToOwned::to_owned));
    }
    let revision: u32 = line("version: 1.0.")
        .and_then(|revision| revision.parse().ok())
        .unwrap_or(0);
    let needs: Vec<String> = all.into_iter().collect();
    let text = format!(
        "pack: {SITE}\nversion: 1.0.{}\ntitle: {{zh: 本级加工模型, en: Models of the site}}\nneeds: [{}]\n",
        (revision + 1) % 100_000,
        needs.join(", ")
    );
    fs::write(&path, text)?;
    fs::write(folder.join("README.md"), README)
}
