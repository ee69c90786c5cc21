//! A row of a table over the entry that is there.

use crate::content::{Column, Content};
use crate::edit::read;
use crate::{Error, Result};

/// The entry after a row: the fields that the table says, and all others as they were.
pub(super) fn merged(before: &Content, row: &Content, said: &[&str]) -> Result<Content> {
    let (mut content, new) = (serde_json::to_value(before)?, serde_json::to_value(row)?);
    for field in said {
        let path = match *field {
            "title" => "/title/zh".to_owned(),
            field => format!("/{}", field.replace('.', "/")),
        };
        let value = match *field {
            "columns" => serde_json::to_value(columns(&before.columns, &row.columns))?,
            _ => new.pointer(&path).cloned().unwrap_or_default(),
        };
        if let Some(place) = content.pointer_mut(&path) {
            *place = value;
        }
    }
    read(content).map_err(|error| told(error, said))
}

/// A key of columns that the table no longer names is a fault of the table.
fn told(error: Error, said: &[&str]) -> Error {
    match error {
        Error::Invalid { field, why } if field == "key" && !said.contains(&"key") => {
            Error::invalid("columns", format!("{why}, which the key of the entry has"))
        }
        error => error,
    }
}

/// A table that describes columns is followed. One that names them by their titles, and says their types at most, leaves the
/// rest of those that are known as it is.
fn columns(before: &[Column], row: &[Column]) -> Vec<Column> {
    let is_described = |column: &Column| {
        column.name != column.title.zh
            || column.title.en.is_some()
            || column.standard.is_some()
            || column.grade.is_some()
            || column.about.is_some()
    };
    if row.iter().any(is_described) {
        return row.to_vec();
    }
    let mut known: Vec<Option<&Column>> = before.iter().map(Some).collect();
    row.iter()
        .map(|new| {
            let is_it = |column: &&mut Option<&Column>| {
                column.is_some_and(|old| old.title.zh == new.title.zh || old.name == new.name)
            };
            let old = known.iter_mut().find(is_it).and_then(Option::take);
            let mut column = old.unwrap_or(new).clone();
            if new.value_type.is_some() {
                column.value_type.clone_from(&new.value_type);
            }
            column
        })
        .collect()
}
