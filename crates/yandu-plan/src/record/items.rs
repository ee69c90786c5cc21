//! A plan as items with keys, as they are stored and compared.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Plan;
use crate::{Error, Result};

/// Items by their keys, such as `figure/12`.
pub(crate) type Items = BTreeMap<String, Value>;

/// The parts of a plan as they are stored: kind, key, text.
pub(crate) type Kept = BTreeMap<(String, String), String>;

/// One field of an item that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ItemChange {
    /// `figure/12`, `point/3` …
    pub item: String,
    /// Absent where the whole item came or went.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub from: Value,
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub to: Value,
}

/// How two states of items differ, item by item and field by field.
pub(crate) fn difference(before: &Items, after: &Items) -> Vec<ItemChange> {
    let mut changes = Vec::new();
    let mut keys: Vec<&String> = before.keys().chain(after.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    for key in keys {
        match (before.get(key), after.get(key)) {
            (Some(Value::Object(from)), Some(Value::Object(to))) => {
                fields(key, "", from, to, &mut changes);
            }
            (from, to) if from != to => changes.push(ItemChange {
                item: key.clone(),
                field: None,
                from: from.cloned().unwrap_or_default(),
                to: to.cloned().unwrap_or_default(),
            }),
            _ => {}
        }
    }
    changes
}

fn fields(
    item: &str,
    inside: &str,
    from: &Map<String, Value>,
    to: &Map<String, Value>,
    changes: &mut Vec<ItemChange>,
) {
    let mut names: Vec<&String> = from.keys().chain(to.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let field = if inside.is_empty() {
            name.clone()
        } else {
            format!("{inside}.{name}")
        };
        match (from.get(name), to.get(name)) {
            (Some(Value::Object(from)), Some(Value::Object(to))) => {
                fields(item, &field, from, to, changes);
            }
            (from, to) if from != to => changes.push(ItemChange {
                item: item.to_owned(),
                field: Some(field),
                from: from.cloned().unwrap_or_default(),
                to: to.cloned().unwrap_or_default(),
            }),
            _ => {}
        }
    }
}

fn put<K: ToString, T: Serialize>(
    kept: &mut Kept,
    kind: &str,
    items: &BTreeMap<K, T>,
) -> Result<()> {
    for (key, item) in items {
        kept.insert(
            (kind.to_owned(), key.to_string()),
            serde_json::to_string(item)?,
        );
    }
    Ok(())
}

fn take<K: std::str::FromStr + Ord, T: DeserializeOwned>(
    kept: &Kept,
    kind: &str,
) -> Result<BTreeMap<K, T>> {
    let first = (kind.to_owned(), String::new());
    kept.range(first..)
        .take_while(|((of, _), _)| of == kind)
        .map(|((_, key), text)| {
            let key = key
                .parse()
                .map_err(|_| Error::damaged("the key of an item"))?;
            Ok((key, serde_json::from_str(text)?))
        })
        .collect()
}

impl Plan {
    /// The parts as they are stored, the head apart.
    pub(crate) fn kept(&self) -> Result<Kept> {
        let mut kept = Kept::new();
        put(&mut kept, "piece", &self.pieces)?;
        put(&mut kept, "point", &self.points)?;
        put(&mut kept, "figure", &self.figures)?;
        put(&mut kept, "offer", &self.offers)?;
        put(&mut kept, "finding", &self.findings)?;
        put(&mut kept, "task", &self.tasks)?;
        put(&mut kept, "node", &self.nodes)?;
        put(&mut kept, "binding", &self.bindings)?;
        put(&mut kept, "document", &self.documents)?;
        put(&mut kept, "evidence", &self.evidence)?;
        put(&mut kept, "change", &self.changes)?;
        put(&mut kept, "closing", &self.closings)?;
        Ok(kept)
    }

    /// Fills the parts of a plan that has only a head.
    pub(crate) fn fill(&mut self, kept: &Kept) -> Result<()> {
        self.pieces = take(kept, "piece")?;
        self.points = take(kept, "point")?;
        self.figures = take(kept, "figure")?;
        self.offers = take(kept, "offer")?;
        self.findings = take(kept, "finding")?;
        self.tasks = take(kept, "task")?;
        self.nodes = take(kept, "node")?;
        self.bindings = take(kept, "binding")?;
        self.documents = take(kept, "document")?;
        self.evidence = take(kept, "evidence")?;
        self.changes = take(kept, "change")?;
        self.closings = take(kept, "closing")?;
        Ok(())
    }
}

/// The parts as items that can be compared.
pub(crate) fn items_of(kept: &Kept) -> Result<Items> {
    kept.iter()
        .map(|((kind, key), text)| Ok((format!("{kind}/{key}"), serde_json::from_str(text)?)))
        .collect()
}

impl Plan {
    /// What the plan binds people to: its points with their units, its targets, its tasks and its nodes.
    pub(crate) fn binding(&self) -> Result<Items> {
        let mut items = Items::new();
        for point in self.points.values() {
            items.insert(
                format!("point/{}", point.number),
                serde_json::json!({
                    "title": point.title,
                    "lead": point.lead,
                    "supports": point.supports,
                }),
            );
        }
        for target in self.targets() {
            items.insert(
                format!("target/{}", target.number),
                serde_json::json!({
                    "point": target.point,
                    "literal": target.literal,
                    "said": target.said,
                }),
            );
        }
        for task in self.tasks.values() {
            let mut said = serde_json::to_value(&task.said)?;
            if let Some(said) = said.as_object_mut() {
                said.insert("target".to_owned(), task.target.into());
                said.insert("county".to_owned(), task.county.clone().into());
            }
            items.insert(format!("task/{}", task.id), said);
        }
        for node in self.nodes.values() {
            items.insert(
                format!("node/{}", node.id),
                serde_json::to_value(&node.said)?,
            );
        }
        Ok(items)
    }
}
