//! Whether rows of a trail give again what they are said to have made.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::city::{City, list};
use super::number::cell;

/// Numbers of one sum in two orders.
const CLOSE: f64 = 1e-9;
/// A quotient of decimals, which SQL cuts after some digits.
const ROUNDED: f64 = 1e-6;

pub(super) fn are_same(one: f64, other: f64) -> bool {
    are_within(CLOSE, one, other)
}

fn are_within(share: f64, one: f64, other: f64) -> bool {
    (one - other).abs() <= share * one.abs().max(other.abs()).max(1.0)
}

/// The measure over the rows of the model that a trail names gives the number.
pub(super) fn number(city: &City, told: &Value, value: f64) -> Result<(), String> {
    let (definition, trail) = (&told["definition"], &told["trail"]);
    let text = |name: &str| definition[name].as_str().unwrap_or_default();
    let model = text("model");
    let condition = definition["condition"].as_str().unwrap_or("true");
    let sql = format!(
        "select cast({} as double) as number from {model} where ({condition}) and ({})",
        text("measure"),
        these(city, trail)?
    );
    let versions = json!({model: trail["version"]});
    let rows = city.query(&sql, &versions)?;
    let again = rows.first().and_then(|row| row.first()?.as_f64());
    if again.is_some_and(|again| are_within(ROUNDED, again, value)) {
        return Ok(());
    }
    Err(format!("the rows of {model} give {again:?}"))
}

/// The query of a step over the contributing rows alone gives the rows of the step again, here and in every model below. Says
/// whether the trail named all of them, without which nothing can be said.
pub(super) fn rows(city: &City, step: &Value) -> Result<bool, String> {
    let made = &step["made"];
    let Some(sql) = made["sql"].as_str() else {
        return Ok(true);
    };
    let inputs: Vec<&Value> = list(made, "inputs").collect();
    let mut are_all = made["partial"] == false && step["more"] == false;
    for input in &inputs {
        are_all &= is_exact(input);
        are_all &= rows(city, input)?;
    }
    if are_all {
        once_more(city, step, sql, &inputs)?;
    }
    Ok(are_all)
}

fn is_exact(input: &Value) -> bool {
    let is_doubted = list(input, "doubts").next().is_some() || !input["gone"].is_null();
    !is_doubted && input["more"] == false && input["decides"] == false
}

fn once_more(city: &City, step: &Value, sql: &str, inputs: &[&Value]) -> Result<(), String> {
    let mut kept: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut versions = Map::new();
    for input in inputs {
        let dataset = input["dataset"].as_str().unwrap_or_default();
        versions.insert(dataset.to_owned(), input["version"].clone());
        if input["contributes"] == true {
            kept.entry(dataset).or_default().push(these(city, input)?);
        }
    }
    let mut narrowed = sql.to_owned();
    for (dataset, conditions) in kept {
        let condition = conditions.join(" or ");
        let rows = format!("(select * from {dataset} where {condition})");
        narrowed = replaced(&narrowed, dataset, &rows);
    }
    let columns: Vec<&str> = list(step, "columns")
        .filter_map(|column| column["name"].as_str())
        .filter(|name| !name.starts_with('_'))
        .collect();
    let names = columns.join(", ");
    let condition = these(city, step)?;
    let again = format!("select {names} from ({narrowed}\n) as again where {condition}");
    let again = city.query(&again, &Value::Object(versions))?;
    let before: Vec<Vec<Value>> = list(step, "rows")
        .map(|row| {
            columns
                .iter()
                .map(|name| cell(step, row, name).cloned())
                .collect()
        })
        .collect::<Result<_, String>>()?;
    let dataset = &step["dataset"];
    if before.len() != again.len() {
        return Err(format!(
            "of {} rows of {dataset} their rows give {}",
            before.len(),
            again.len()
        ));
    }
    for row in &before {
        let is_there = again.iter().any(|other| {
            row.iter()
                .zip(other)
                .all(|(one, other)| match (one.as_f64(), other.as_f64()) {
                    (Some(one), Some(other)) => are_same(one, other),
                    _ => one == other,
                })
        });
        if !is_there {
            return Err(format!(
                "the rows below {dataset} do not give {row:?} but {again:?}"
            ));
        }
    }
    Ok(())
}

/// A condition that the rows of a step fulfil and no others: the key of a model, the place of a row of a delivery.
fn these(city: &City, step: &Value) -> Result<String, String> {
    let dataset = step["dataset"].as_str().unwrap_or_default();
    let is_model = step["origin"] == "model";
    let declared = if is_model {
        city.get(&format!("/datasets/{dataset}"))
    } else {
        Value::Null
    };
    let mut key: Vec<&str> = list(&declared, "key").filter_map(Value::as_str).collect();
    if key.is_empty() {
        key = vec!["_batch", "_row"];
    }
    // Rows that differ in the last column alone are one list: a query takes only so many comparisons.
    let Some((last, first)) = key.split_last() else {
        return Ok("false".to_owned());
    };
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in list(step, "rows") {
        let same: Vec<String> = first
            .iter()
            .map(|column| Ok(equals(step, column, cell(step, row, column)?)))
            .collect::<Result<_, String>>()?;
        let value = literal(step, last, cell(step, row, last)?);
        groups.entry(same.join(" and ")).or_default().push(value);
    }
    let groups = groups.into_iter().map(|(mut same, values)| {
        if !same.is_empty() {
            same.push_str(" and ");
        }
        let is_missing = if values.iter().any(|value| value == "null") {
            format!(" or {last} is null")
        } else {
            String::new()
        };
        format!("({same}({last} in ({}){is_missing}))", values.join(", "))
    });
    let any: Vec<String> = groups.collect();
    Ok(if any.is_empty() {
        "false".to_owned()
    } else {
        format!("({})", any.join(" or "))
    })
}

fn equals(step: &Value, column: &str, value: &Value) -> String {
    match value {
        Value::Null => format!("{column} is null"),
        value => format!("{column} = {}", literal(step, column, value)),
    }
}

/// A value of a column as SQL writes it.
fn literal(step: &Value, column: &str, value: &Value) -> String {
    let declared = list(step, "columns").find(|known| known["name"] == column);
    let kind = declared.and_then(|column| column["type"].as_str());
    match value {
        Value::String(text) => {
            let quoted = format!("'{}'", text.replace('\'', "''"));
            match kind {
                Some(kind @ ("date" | "timestamp")) => format!("{kind} {quoted}"),
                _ => quoted,
            }
        }
        other => other.to_string(),
    }
}

/// A text with the name of a dataset replaced, where it is not a part of a longer one.
fn replaced(text: &str, name: &str, by: &str) -> String {
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || sign == '_' || sign == '.';
    let mut parts = text.split(name).peekable();
    let mut whole = String::new();
    while let Some(part) = parts.next() {
        whole.push_str(part);
        let Some(next) = parts.peek() else { break };
        let is_whole = !part.ends_with(is_part) && !next.starts_with(is_part);
        whole.push_str(if is_whole { by } else { name });
    }
    whole
}
