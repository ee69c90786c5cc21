//! A shared table, as whoever asks sees it.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use jiff::Timestamp;
use serde::Deserialize;
use yandu_lake::{Principal, ReadPoint, Session};
use yandu_policy::Way;
use yandu_words::id::DatasetId;

use super::SHARE;
use crate::Result;
use crate::access::Asker;
use crate::problem::Problem;
use crate::state::State;

/// A program, or whoever holds the data folder. Who has logged in on a page takes files there.
pub(super) struct Reader {
    pub(super) asker: Asker,
    pub(super) principal: Principal,
}

impl FromRequestParts<State> for Reader {
    type Rejection = Box<Problem>;

    async fn from_request_parts(parts: &mut Parts, state: &State) -> Result<Self, Box<Problem>> {
        let asker = Asker::from_request_parts(parts, state).await?;
        match asker {
            Asker::Token(_) | Asker::Local => Ok(Self {
                principal: asker.counted_reader(state, Way::Interface),
                asker,
            }),
            Asker::Session(_) | Asker::Visitor => {
                Err(Problem::new("not-permitted", "this is for programs")
                    .with_help("show a token of your account".to_owned()))
            }
        }
    }
}

impl Reader {
    pub(super) fn session(&self, state: &State) -> Session {
        state.lake().session(&self.principal, ReadPoint::default())
    }

    /// The key of what is seen of a dataset. Whoever has no rights above them sees everything as long as they are who they are.
    pub(super) fn rights(&self, state: &State, dataset: &DatasetId) -> Option<String> {
        match self.principal.rights() {
            None => Some(of_administrator(state)),
            Some(rights) => rights.fingerprint(dataset, state.now()),
        }
    }
}

/// The key of everything. Before there is a system administrator everybody here has it, and afterwards not any more.
pub(super) fn of_administrator(state: &State) -> String {
    let is_claimed = state.door().accounts().is_claimed();
    format!("everything-{}", if is_claimed { "claimed" } else { "open" })
}

/// Where a table is named in an address.
pub(super) type Named = (String, String, String);

/// Which state of a table is wanted; the newest where nothing is said.
#[derive(Debug, Default, Clone, Deserialize)]
pub(super) struct At {
    pub(super) version: Option<u64>,
    pub(super) timestamp: Option<String>,
}

/// A table at a version.
pub(super) struct Table {
    pub(super) dataset: DatasetId,
    pub(super) version: u64,
    pub(super) session: Session,
    /// The question whose answer its files are.
    pub(super) sql: String,
    /// The key of what is seen of it.
    pub(super) rights: String,
}

impl Table {
    /// The table of a name at a version; what may not be seen is not there.
    pub(super) async fn open(
        state: &State,
        reader: &Reader,
        (share, schema, table): &Named,
        at: &At,
    ) -> Result<Self> {
        is_share(share)?;
        let name = format!("{schema}.{table}").to_ascii_lowercase();
        let absent = || Problem::new("not-found", format!("there is no table `{name}`"));
        let dataset: DatasetId = name.parse().map_err(|_| absent())?;
        // What has ended is not there either.
        let visible = reader.session(state).schema(&dataset);
        let visible = visible.map_err(|_| absent())?;
        let rights = reader.rights(state, &dataset).ok_or_else(absent)?;
        let version = version(state, &dataset, at).await?;
        let columns = visible.fields().iter();
        let columns: Vec<String> = columns.map(|field| field.name().clone()).collect();
        let point = ReadPoint {
            versions: BTreeMap::from([(dataset.clone(), version)]),
            ..ReadPoint::default()
        };
        Ok(Self {
            sql: question(&dataset, &columns, &key(state, &dataset)),
            session: state.lake().session(&reader.principal, point),
            dataset,
            version,
            rights,
        })
    }
}

pub(super) fn is_share(name: &str) -> Result<()> {
    if name.eq_ignore_ascii_case(SHARE) {
        return Ok(());
    }
    Err(Problem::new(
        "not-found",
        format!("there is no share `{name}`"),
    ))
}

/// The id of a table, the same for ever: a UUID that follows from its name.
pub(super) fn uuid(dataset: &DatasetId) -> String {
    let hash = blake3::derive_key(
        "yandu 2026 id of a shared table",
        dataset.as_str().as_bytes(),
    );
    let (id, _) = hash.split_at(16);
    let id = id.try_into().unwrap_or_default();
    uuid::Builder::from_custom_bytes(id).into_uuid().to_string()
}

async fn version(state: &State, dataset: &DatasetId, at: &At) -> Result<u64> {
    let lake = state.lake();
    let none = || Problem::new("no-version", format!("`{dataset}` has no such version"));
    match (at.version, &at.timestamp) {
        (Some(_), Some(_)) => Err(Problem::new(
            "invalid-parameter",
            "`version` and `timestamp` exclude each other",
        )),
        (Some(version), None) => {
            let newest = lake.version(dataset).await?;
            let is_there = newest.is_some_and(|newest| version <= newest);
            is_there.then_some(version).ok_or_else(none)
        }
        (None, Some(text)) => {
            let time: Timestamp = text.parse().map_err(|_| {
                Problem::new(
                    "invalid-parameter",
                    format!("`timestamp`: `{text}` is no time"),
                )
                .with_help("write it as `2026-01-01T00:00:00Z`".to_owned())
            })?;
            let versions = lake.versions(dataset).await?;
            let before = versions.iter().filter(|one| one.committed_at <= time);
            before.map(|one| one.version).max().ok_or_else(none)
        }
        (None, None) => lake.version(dataset).await?.ok_or_else(none),
    }
}

/// The columns of the key, as the dataset declares them.
fn key(state: &State, dataset: &DatasetId) -> Vec<String> {
    let packs = state.collector().packs();
    let declared = packs.dataset(dataset);
    let key = declared.map(|dataset| dataset.file().key.clone());
    let key = key.unwrap_or_default();
    key.iter().map(ToString::to_string).collect()
}

/// Every visible column, in an order that follows from what is visible alone: rows that are alike in every column may change
/// places without anybody's seeing it.
fn question(dataset: &DatasetId, columns: &[String], key: &[String]) -> String {
    let named = |names: &[&String]| {
        let quoted = names.iter().map(|name| format!("\"{name}\""));
        quoted.collect::<Vec<_>>().join(", ")
    };
    let (first, rest): (Vec<&String>, Vec<&String>) =
        columns.iter().partition(|column| key.contains(column));
    let order = [first, rest].concat();
    let (schema, table) = dataset.as_str().split_once('.').unwrap_or_default();
    format!(
        "SELECT {} FROM \"{schema}\".\"{table}\" ORDER BY {}",
        named(&columns.iter().collect::<Vec<_>>()),
        named(&order)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_ordered_by_the_key_and_then_by_everything_else() {
        let names = |names: &[&str]| {
            names
                .iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let dataset: DatasetId = "club.member".parse().unwrap();
        assert_eq!(
            question(
                &dataset,
                &names(&["name", "number"]),
                &names(&["number", "hidden"])
            ),
            r#"SELECT "name", "number" FROM "club"."member" ORDER BY "number", "name""#
        );
    }

    #[test]
    fn a_table_has_the_same_id_for_ever() {
        let id = |text: &str| uuid(&text.parse().unwrap());
        assert_eq!(id("club.member"), id("club.member"));
        assert_ne!(id("club.member"), id("club.other"));
        assert_eq!(id("club.member").len(), 36);
    }
}
