//! One entry of a file.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{Fault, fault};
use crate::Error;
use crate::content::Content;
use crate::edit::{check_owner, read};
use crate::entry::EntryId;
use crate::facts::Facts;
use crate::status::Status;

/// What an entry that was exported says of itself beside its content; the ledger knows it by itself.
const KNOWN: [&str; 11] = [
    "revision",
    "is_pack",
    "lacks",
    "moves",
    "duties",
    "inherited",
    "created_at",
    "updated_at",
    "published_at",
    "highlight",
    "reason",
];

/// Fields of an entry, `sharing.class` and `title.en` among them.
pub(super) type Said = Arc<[&'static str]>;

pub(super) struct Line {
    pub(super) number: u64,
    pub(super) id: EntryId,
    /// Of a table, the fields that it has headers for: it says nothing of the others.
    pub(super) said: Option<Said>,
    pub(super) content: Content,
    pub(super) status: Option<Status>,
    pub(super) facts: Option<Facts>,
}

impl Line {
    pub(super) fn read(
        number: u64,
        mut fields: Map<String, Value>,
        said: Option<Said>,
    ) -> Result<Self, Fault> {
        let name = fields
            .get("id")
            .and_then(Value::as_str)
            .map(|id| id.chars().take(200).collect::<String>());
        let told = |error: Error| fault(number, name.clone(), &error);
        let id = id_of(&mut fields).map_err(told)?;
        let status = status_of(&mut fields).map_err(told)?;
        let facts = facts_of(&mut fields).map_err(told)?;
        for field in KNOWN {
            fields.remove(field);
        }
        if !fields.contains_key("title") {
            return Err(told(Error::invalid("title", "an entry has a title")));
        }
        let content = read(fields.into()).map_err(told)?;
        if said.as_ref().is_none_or(|said| said.contains(&"owner")) {
            check_owner(&content).map_err(told)?;
        }
        Ok(Self {
            number,
            id,
            said,
            content,
            status,
            facts,
        })
    }
}

/// The id, or one made of the code of the resource.
fn id_of(fields: &mut Map<String, Value>) -> Result<EntryId, Error> {
    let id = fields.remove("id").unwrap_or_default();
    let text = match (&id, fields.get("code")) {
        (Value::String(id), _) => id.clone(),
        (Value::Null, Some(Value::String(code))) => code
            .chars()
            .map(|sign| match sign {
                '/' | ' ' | ':' => '-',
                sign => sign.to_ascii_lowercase(),
            })
            .collect(),
        (Value::Null, _) => return Err(Error::invalid("id", "there is no id and no code")),
        _ => return Err(Error::invalid("id", "it is no text")),
    };
    text.parse()
        .map_err(|error: crate::EntryIdError| Error::invalid("id", error.to_string()))
}

fn status_of(fields: &mut Map<String, Value>) -> Result<Option<Status>, Error> {
    match fields.remove("status") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) => Status::from_name(&name).map(Some).ok_or_else(|| {
            let name: String = name.chars().take(60).collect();
            Error::invalid("status", format!("`{name}` is no status"))
        }),
        Some(_) => Err(Error::invalid("status", "it is no text")),
    }
}

fn facts_of(fields: &mut Map<String, Value>) -> Result<Option<Facts>, Error> {
    let Some(mut facts) = fields.remove("facts").filter(|facts| !facts.is_null()) else {
        return Ok(None);
    };
    if let Some(facts) = facts.as_object_mut() {
        facts.remove("uses_30_days");
    }
    let facts: Facts = serde_json::from_value(facts)
        .map_err(|error| Error::invalid("facts", error.to_string()))?;
    if facts
        .score
        .is_some_and(|score| !(0.0..=100.0).contains(&score))
    {
        return Err(Error::invalid("facts", "a score is from 0 to 100"));
    }
    if [facts.rows, facts.bytes, facts.version]
        .into_iter()
        .flatten()
        .any(|count| i64::try_from(count).is_err())
    {
        return Err(Error::invalid("facts", "a count is too large"));
    }
    Ok(Some(facts))
}
