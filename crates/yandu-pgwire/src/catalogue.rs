//! The catalogue of PostgreSQL, over what one reader may see: clients look into it before they ask anything.
//!
//! It is ours. The crate `datafusion-pg-catalog` would turn on what the engine is built without, and its tables are the
//! engine's own, which the lake's two checks refuse; here are tables in memory, made when a question names them.

mod function;
mod information;
mod relation;
mod spec;
mod table;

use std::sync::{Arc, OnceLock};

use yandu_lake::{Beside, Session};
use yandu_pack::Packs;

use crate::settings::Settings;

pub(crate) use function::{SUBSCRIPTS, TABLE, TABLE_NAME, TYPE};
pub(crate) use information::SCHEMA as INFORMATION;
use relation::Relations;

/// The schema of the catalogue.
pub(crate) const SCHEMA: &str = "pg_catalog";
/// The only database.
pub(crate) const DATABASE: &str = "yandu";

/// What the catalogue of one question is made of.
pub(crate) struct Seen {
    session: Session,
    packs: Arc<Packs>,
    settings: Settings,
    user: String,
    /// Made when something asks for it.
    relations: OnceLock<Relations>,
}

impl Seen {
    pub(crate) fn new(session: Session, packs: Arc<Packs>, settings: Settings) -> Self {
        Self {
            user: settings
                .get("session_authorization")
                .unwrap_or_default()
                .to_owned(),
            session,
            packs,
            settings,
            relations: OnceLock::new(),
        }
    }

    pub(crate) fn relations(&self) -> &Relations {
        self.relations
            .get_or_init(|| Relations::of(&self.session, &self.packs))
    }

    /// The schemas in which a name without one is looked for.
    pub(crate) fn search_path(&self) -> Vec<String> {
        let path = self.settings.get("search_path").unwrap_or_default();
        let names = path.split(',').map(|name| name.trim().trim_matches('"'));
        names
            .filter(|name| !name.is_empty())
            .map(|name| name.replace("$user", &self.user))
            .collect()
    }

    /// The dataset that a name without a schema means, by its schema.
    pub(crate) fn schema_of(&self, name: &str) -> Option<String> {
        let path = self.search_path();
        path.into_iter().find(|schema| {
            let mut relations = self.relations().all.iter();
            relations.any(|relation| relation.schema == *schema && relation.name == name)
        })
    }
}

/// The catalogue for one question.
pub(crate) fn beside(seen: &Arc<Seen>) -> Arc<Beside> {
    let mut beside = Beside::default();
    for (schema, tables) in [(SCHEMA, table::TABLES), (INFORMATION, information::TABLES)] {
        for (name, make) in tables {
            let seen = Arc::clone(seen);
            beside = beside.with_table(schema, name, move || make(&seen));
        }
    }
    for (schema, tables) in [(SCHEMA, spec::EMPTY), (INFORMATION, information::EMPTY)] {
        for (name, columns) in tables {
            beside = beside.with_table(schema, name, || spec::empty(columns));
        }
    }
    Arc::new(function::add(beside, seen))
}

/// Whether the catalogue has a table of this name.
pub(crate) fn has_table(name: &str) -> bool {
    table::TABLES.iter().any(|(known, _)| *known == name)
        || spec::EMPTY.iter().any(|(known, _)| *known == name)
}

/// Whether nothing ever stands in a table of the catalogue.
pub(crate) fn is_empty(name: &str) -> bool {
    spec::EMPTY.iter().any(|(known, _)| *known == name)
}

/// Whether the information schema of PostgreSQL has a table of this name here.
pub(crate) fn has_information(name: &str) -> bool {
    information::TABLES.iter().any(|(known, _)| *known == name)
        || information::EMPTY.iter().any(|(known, _)| *known == name)
}

#[cfg(test)]
pub(crate) mod tests;
