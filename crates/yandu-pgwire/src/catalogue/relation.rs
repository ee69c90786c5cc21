//! The datasets that a reader may see, with the numbers that the catalogue knows them by.

use std::collections::{BTreeMap, BTreeSet};

use yandu_lake::Session;
use yandu_pack::Packs;

use crate::types::ColumnType;

/// The first number that is no system's.
const FIRST: u32 = 16_384;
/// The last one, so that it is a positive number of 32 bits for everybody.
const LAST: u32 = i32::MAX as u32;

pub(super) const CATALOGUE_OID: u32 = 11;
pub(super) const PUBLIC_OID: u32 = 2_200;
pub(super) const INFORMATION_OID: u32 = 13_000;

/// What a reader may see.
pub(crate) struct Relations {
    pub(crate) namespaces: Vec<Namespace>,
    pub(crate) all: Vec<Relation>,
}

pub(crate) struct Namespace {
    pub(crate) oid: u32,
    pub(crate) name: String,
}

/// One dataset.
pub(crate) struct Relation {
    pub(crate) oid: u32,
    pub(crate) schema_oid: u32,
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) title: Option<String>,
    pub(crate) attributes: Vec<Attribute>,
}

/// One column that is seen.
pub(crate) struct Attribute {
    /// From 1.
    pub(crate) number: i16,
    pub(crate) name: String,
    pub(crate) column: ColumnType,
    pub(crate) title: Option<String>,
}

impl Relations {
    /// Numbers follow from names, so that they are the same in every connection, and depend on nothing that is hidden.
    pub(super) fn of(session: &Session, packs: &Packs) -> Self {
        let mut taken = BTreeSet::new();
        let mut schemas: BTreeMap<String, u32> = BTreeMap::new();
        let datasets = session.datasets();
        for id in &datasets {
            schemas.entry(id.parts().0.to_owned()).or_default();
        }
        for (name, oid) in &mut schemas {
            *oid = number(name, &mut taken);
        }
        let mut all = Vec::new();
        for id in datasets {
            // A permit may end in between.
            let Ok(schema) = session.schema(&id) else {
                continue;
            };
            let declared = packs.dataset(&id).map(yandu_pack::Dataset::file);
            let pack = id.parts().0;
            let attributes = schema.fields().iter().enumerate();
            let attributes = attributes.map(|(place, field)| {
                let title = declared.and_then(|file| {
                    let column = file
                        .columns
                        .iter()
                        .find(|(name, _)| name.as_str() == field.name());
                    column.map(|(_, column)| column.title.zh.clone())
                });
                Attribute {
                    number: place as i16 + 1,
                    name: field.name().clone(),
                    column: ColumnType::of(field.data_type()),
                    title,
                }
            });
            all.push(Relation {
                oid: number(id.as_str(), &mut taken),
                schema_oid: schemas.get(pack).copied().unwrap_or_default(),
                schema: pack.to_owned(),
                name: id.name().to_owned(),
                title: declared.map(|file| file.title.zh.clone()),
                attributes: attributes.collect(),
            });
        }
        let own = [
            (CATALOGUE_OID, super::SCHEMA),
            (PUBLIC_OID, "public"),
            (INFORMATION_OID, "information_schema"),
        ];
        let own = own.into_iter().map(|(oid, name)| (name.to_owned(), oid));
        let namespaces = own
            .chain(schemas)
            .map(|(name, oid)| Namespace { oid, name })
            .collect();
        Self { namespaces, all }
    }

    pub(crate) fn by_oid(&self, oid: u32) -> Option<&Relation> {
        self.all.iter().find(|relation| relation.oid == oid)
    }
}

/// A number for a name that nothing before it has.
fn number(name: &str, taken: &mut BTreeSet<u32>) -> u32 {
    let hash = blake3::hash(name.as_bytes());
    let bytes = hash.as_bytes().first_chunk().copied().unwrap_or_default();
    let mut number = FIRST + u32::from_le_bytes(bytes) % (LAST - FIRST);
    while !taken.insert(number) {
        number = if number == LAST { FIRST } else { number + 1 };
    }
    number
}
