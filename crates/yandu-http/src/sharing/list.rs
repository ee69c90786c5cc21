//! What is shared with whoever asks: shares, schemas and tables.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State as Shared;
use serde::{Deserialize, Serialize};
use yandu_words::id::DatasetId;

use super::SHARE;
use super::table::{self, Reader};
use crate::Result;
use crate::extract::{Path, Query};
use crate::page::{self, After};
use crate::problem::Problem;
use crate::state::State;

/// Which part of a list is wanted.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Part {
    #[serde(rename = "maxResults")]
    most: Option<usize>,
    #[serde(rename = "pageToken")]
    after: Option<After<String>>,
}

/// A part of a list.
#[derive(Debug, Serialize)]
pub(super) struct Items<T> {
    items: Vec<T>,
    #[serde(rename = "nextPageToken", skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl Part {
    /// The part of items that have an order by a key.
    fn of<T>(self, items: Vec<T>, key: impl Fn(&T) -> String) -> Items<T> {
        let after = self.after.map(|after| after.0);
        let most = self.most.unwrap_or(usize::MAX);
        let mut items: Vec<T> = items
            .into_iter()
            .filter(|item| after.as_ref().is_none_or(|after| key(item) > *after))
            .collect();
        let has_more = items.len() > most;
        items.truncate(most);
        let next = items.last().filter(|_| has_more);
        let next = next.map(|last| page::key(&key(last)));
        Items { items, next }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Share {
    name: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Schema {
    name: String,
    share: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Table {
    name: String,
    schema: String,
    share: &'static str,
    id: String,
}

#[derive(Debug, Serialize)]
pub(super) struct OneShare {
    share: Share,
}

pub(super) async fn shares(_reader: Reader, Query(part): Query<Part>) -> Json<Items<Share>> {
    Json(part.of(vec![Share { name: SHARE }], |share| share.name.to_owned()))
}

pub(super) async fn share(_reader: Reader, Path(share): Path<String>) -> Result<Json<OneShare>> {
    table::is_share(&share)?;
    Ok(Json(OneShare {
        share: Share { name: SHARE },
    }))
}

pub(super) async fn schemas(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(share): Path<String>,
    Query(part): Query<Part>,
) -> Result<Json<Items<Schema>>> {
    table::is_share(&share)?;
    let datasets = reader.session(&state).datasets();
    let names: BTreeSet<&str> = datasets.iter().map(|id| names(id).0).collect();
    let schemas = names.into_iter().map(|name| Schema {
        name: name.to_owned(),
        share: SHARE,
    });
    Ok(Json(
        part.of(schemas.collect(), |schema| schema.name.clone()),
    ))
}

pub(super) async fn tables(
    Shared(state): Shared<State>,
    reader: Reader,
    Path((share, schema)): Path<(String, String)>,
    Query(part): Query<Part>,
) -> Result<Json<Items<Table>>> {
    table::is_share(&share)?;
    let mut tables = tables_of(&state, &reader);
    tables.retain(|table| table.schema.eq_ignore_ascii_case(&schema));
    if tables.is_empty() {
        return Err(Problem::new(
            "not-found",
            format!("there is no schema `{schema}`"),
        ));
    }
    Ok(Json(part.of(tables, |table| table.name.clone())))
}

pub(super) async fn all_tables(
    Shared(state): Shared<State>,
    reader: Reader,
    Path(share): Path<String>,
    Query(part): Query<Part>,
) -> Result<Json<Items<Table>>> {
    table::is_share(&share)?;
    let tables = tables_of(&state, &reader);
    Ok(Json(part.of(tables, |table| {
        format!("{}.{}", table.schema, table.name)
    })))
}

/// The tables that a reader may see, by their names.
fn tables_of(state: &State, reader: &Reader) -> Vec<Table> {
    let mut datasets = reader.session(state).datasets();
    datasets.sort();
    let tables = datasets.iter().map(|id| {
        let (schema, name) = names(id);
        Table {
            name: name.to_owned(),
            schema: schema.to_owned(),
            share: SHARE,
            id: table::uuid(id),
        }
    });
    tables.collect()
}

/// The pack and the name in it.
fn names(id: &DatasetId) -> (&str, &str) {
    id.as_str().split_once('.').unwrap_or((id.as_str(), ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_cut_into_parts_that_follow_each_other() {
        let all = || vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let part = |text: &str| serde_json::from_str::<Part>(text).unwrap();
        let first = part(r#"{"maxResults": 2}"#).of(all(), Clone::clone);
        assert_eq!(first.items, ["a", "b"]);
        let next = format!(
            r#"{{"maxResults": 2, "pageToken": "{}"}}"#,
            first.next.unwrap()
        );
        let second = part(&next).of(all(), Clone::clone);
        assert_eq!((second.items, second.next), (vec!["c".to_owned()], None));
        let whole = part("{}").of(all(), Clone::clone);
        assert_eq!((whole.items.len(), whole.next), (3, None));
    }
}
