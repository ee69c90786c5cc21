//! What changed between two contents, field by field.

use serde_json::{Map, Value};

use crate::content::Content;
use crate::revision::Change;

pub(crate) fn diff(before: &Content, after: &Content) -> serde_json::Result<Vec<Change>> {
    let mut changes = Vec::new();
    // Of a thousand entries none has changed at most starts, and texts are dear.
    if before == after {
        return Ok(changes);
    }
    let (before, after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
    if let (Value::Object(before), Value::Object(after)) = (before, after) {
        for (field, to) in after {
            let from = before.get(&field).cloned().unwrap_or_default();
            compare(field, from, to, &mut changes);
        }
    }
    Ok(changes)
}

fn compare(field: String, from: Value, to: Value, changes: &mut Vec<Change>) {
    if from == to {
        return;
    }
    match (field.as_str(), from, to) {
        ("title" | "sharing", Value::Object(from), Value::Object(to)) => {
            inside(&field, &from, &to, changes);
        }
        ("columns", Value::Array(from), Value::Array(to)) => columns(&from, &to, changes),
        (_, from, to) => changes.push(Change { field, from, to }),
    }
}

fn inside(
    field: &str,
    from: &Map<String, Value>,
    to: &Map<String, Value>,
    changes: &mut Vec<Change>,
) {
    let mut keys: Vec<&String> = to.keys().collect();
    keys.extend(from.keys().filter(|key| !to.contains_key(*key)));
    for key in keys {
        let (from, to) = (
            from.get(key).cloned().unwrap_or_default(),
            to.get(key).cloned().unwrap_or_default(),
        );
        if from != to {
            let field = format!("{field}.{key}");
            changes.push(Change { field, from, to });
        }
    }
}

/// Columns one by one; where their order is another, or names are there twice, as a whole.
fn columns(from: &[Value], to: &[Value], changes: &mut Vec<Change>) {
    let (old, new) = (by_name(from), by_name(to));
    let are_named = old.len() == from.len() && new.len() == to.len();
    let stay = |columns: &[Value]| -> Vec<String> {
        let names = columns.iter().filter_map(name);
        names
            .filter(|name| old.contains_key(*name) && new.contains_key(*name))
            .map(ToOwned::to_owned)
            .collect()
    };
    if are_named && stay(from) == stay(to) {
        inside("columns", &old, &new, changes);
    } else {
        changes.push(Change {
            field: "columns".to_owned(),
            from: Value::Array(from.to_vec()),
            to: Value::Array(to.to_vec()),
        });
    }
}

fn by_name(columns: &[Value]) -> Map<String, Value> {
    columns
        .iter()
        .filter_map(|column| Some((name(column)?.to_owned(), column.clone())))
        .collect()
}

fn name(column: &Value) -> Option<&str> {
    column.get("name")?.as_str()
}

#[cfg(test)]
mod tests {
    use yandu_words::Title;

    use super::*;
    use crate::content::Column;

    fn column(name: &str, title: &str) -> Column {
        Column {
            name: name.to_owned(),
            title: Title {
                zh: title.to_owned(),
                en: None,
            },
            value_type: None,
            standard: None,
            grade: None,
            about: None,
        }
    }

    #[test]
    fn a_change_is_told_by_the_field_and_the_column_that_it_is_in() {
        let mut before = Content::titled(Title::new("旧", "Old"), "市公安局");
        before.columns = vec![column("a", "甲"), column("b", "乙")];
        let mut after = before.clone();
        after.title.zh = "新".to_owned();
        after.sharing.basis = Some("条例".to_owned());
        after.columns = vec![column("a", "甲"), column("b", "丙"), column("c", "丁")];
        let fields: Vec<String> = diff(&before, &after)
            .unwrap()
            .into_iter()
            .map(|change| change.field)
            .collect();
        assert_eq!(
            fields,
            ["title.zh", "sharing.basis", "columns.b", "columns.c"]
        );
        assert!(diff(&before, &before).unwrap().is_empty());
    }

    #[test]
    fn another_order_of_the_columns_is_a_change() {
        let mut before = Content::titled(Title::new("表", "Table"), "市公安局");
        before.columns = vec![column("a", "甲"), column("b", "乙")];
        let mut after = before.clone();
        after.columns.reverse();
        let changes = diff(&before, &after).unwrap();
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].field, "columns");
        after.columns[0].title.zh = "戊".to_owned();
        let changes = diff(&before, &after).unwrap();
        assert_eq!(changes.len(), 1, "the order is not lost behind a title");
        assert_eq!(changes[0].field, "columns");
        assert_eq!(changes[0].from[1]["name"], "b");
    }
}
