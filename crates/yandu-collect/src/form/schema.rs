//! A form as a JSON Schema (draft 2020-12), for pages and programs that fill it.

use serde_json::{Map, Value, json};
use yandu_pack::declare::{Column, Form, FormField};
use yandu_pack::{Dataset, Packs};
use yandu_words::ValueType;

/// What is filled, and in which order.
#[derive(Debug, Clone, PartialEq)]
pub struct FormSchema {
    pub schema: Value,
    pub order: Vec<String>,
}

/// The schema of the values of a report.
pub fn schema(packs: &Packs, dataset: &Dataset, form: &Form) -> FormSchema {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in &form.fields {
        let name = field.column.as_str();
        let Some(column) = dataset.column(name) else {
            continue;
        };
        if column.required {
            required.push(name.to_owned());
        }
        properties.insert(name.to_owned(), property(packs, field, column));
    }
    FormSchema {
        order: properties.keys().cloned().collect(),
        schema: json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        }),
    }
}

fn property(packs: &Packs, field: &FormField, column: &Column) -> Value {
    let mut property = type_of(column.value_type());
    let mut put = |name: &str, value: Value| property.insert(name.to_owned(), value);
    put("title", column.title.zh.clone().into());
    let help = field.help.as_ref().map(|help| help.zh.clone());
    if let Some(help) = help.or_else(|| column.about.clone()) {
        put("description", help.into());
    }
    let codes = column.codes.as_ref().and_then(|id| packs.code_list(id));
    if let Some(list) = codes {
        let choices = list.values.iter();
        let choices = choices.map(|(code, title)| json!({"const": code, "title": title.zh}));
        put("oneOf", choices.collect());
    }
    Value::Object(property)
}

fn type_of(value_type: ValueType) -> Map<String, Value> {
    let (name, format) = match value_type {
        ValueType::Text => ("string", None),
        ValueType::Integer => ("integer", None),
        ValueType::Decimal { .. } | ValueType::Float => ("number", None),
        ValueType::Boolean => ("boolean", None),
        ValueType::Date => ("string", Some("date")),
        ValueType::Time => ("string", Some("time")),
        ValueType::Timestamp => ("string", Some("date-time")),
    };
    let mut property = Map::new();
    property.insert("type".to_owned(), name.into());
    property.extend(format.map(|format| ("format".to_owned(), format.into())));
    property
}
