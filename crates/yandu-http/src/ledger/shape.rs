//! Entries as they are shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::inherited::Inherited;
use crate::batch::word;

/// A name in Chinese, and in English where somebody has written it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Title {
    pub zh: String,
    pub en: Option<String>,
}

/// Whether other departments may have the data, on which ground, and how they get it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Sharing {
    /// `unconditional`, `conditional` or `none`.
    pub class: Option<String>,
    pub basis: Option<String>,
    pub condition: Option<String>,
    /// `system-link`, `online-query`, `online-view`, `service`, `download`, `copy` or `other`.
    pub method: Option<String>,
}

/// One item of the data.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EntryColumn)]
pub struct Column {
    pub name: String,
    pub title: Title,
    #[serde(rename = "type")]
    pub value_type: Option<String>,
    pub standard: Option<String>,
    pub grade: Option<String>,
    pub about: Option<String>,
}

/// What became of the data; absent is what nobody has measured.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
pub struct Facts {
    pub rows: Option<u64>,
    pub bytes: Option<u64>,
    pub version: Option<u64>,
    pub last_batch: Option<String>,
    /// When the newest delivery came.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_at: Option<Timestamp>,
    /// Quality, 0 to 100.
    pub score: Option<f64>,
    /// Whether the newest delivery is as new as was promised.
    pub fresh: Option<bool>,
    pub uses_30_days: u64,
}

/// Who has to do what with an entry.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Duty {
    /// `owner`, `steward`, `contact` or `told-when-late`.
    pub role: String,
    /// Absent where nobody has it.
    pub who: Option<String>,
}

/// An entry of the ledger.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    #[schema(example = "population.resident")]
    pub id: String,
    /// The code of the resource: classification code and serial.
    pub code: Option<String>,
    pub title: Title,
    pub about: Option<String>,
    /// The department that provides the data.
    pub owner: String,
    /// Its unified social credit code.
    pub owner_code: Option<String>,
    pub steward: Option<String>,
    pub contact: Option<String>,
    /// Who is told when a delivery is late, where it is not the steward.
    pub late_contact: Option<String>,
    pub duties: Vec<Duty>,
    /// `collect`, `model`, `matter`, `form` or `observe`.
    pub origin: Option<String>,
    /// `table`, `api`, `file` or `stream`.
    pub kind: String,
    pub grade: Option<String>,
    /// What flows into a model of the packs; absent for everything else, and in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inherited: Option<Inherited>,
    pub sharing: Sharing,
    /// `open`, `conditional` or `closed`.
    pub opening: Option<String>,
    pub opening_condition: Option<String>,
    /// `real-time`, `hourly`, `daily`, `weekly`, `ten-daily`, `monthly`, `quarterly`, `half-yearly`, `yearly` or `irregular`.
    pub refresh: Option<String>,
    /// A division code.
    pub division: Option<String>,
    pub theme: Option<String>,
    pub tags: Vec<String>,
    /// The points of the work plan that it serves.
    pub points: Vec<u8>,
    /// Entries that belong with it.
    pub related: Vec<String>,
    /// The columns whose values together name a row.
    pub key: Vec<String>,
    /// Absent in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<Column>>,
    /// `drafted`, `reviewed`, `published`, `changed` or `withdrawn`.
    pub status: String,
    /// Where it may be moved from here.
    pub moves: Vec<String>,
    pub revision: u64,
    /// Whether a dataset of the installed packs stands behind it.
    pub is_pack: bool,
    /// The elements that it needs and does not have. All but `key` are needed to publish it.
    pub lacks: Vec<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub published_at: Option<Timestamp>,
    pub facts: Facts,
}

impl From<yandu_words::Title> for Title {
    fn from(title: yandu_words::Title) -> Self {
        Self {
            zh: title.zh,
            en: title.en,
        }
    }
}

impl From<yandu_ledger::Column> for Column {
    fn from(column: yandu_ledger::Column) -> Self {
        Self {
            name: column.name,
            title: column.title.into(),
            value_type: column.value_type,
            standard: column.standard,
            grade: column.grade.map(|grade| grade.name().to_owned()),
            about: column.about,
        }
    }
}

impl From<yandu_ledger::Entry> for Entry {
    fn from(entry: yandu_ledger::Entry) -> Self {
        let duties = entry
            .duties()
            .into_iter()
            .map(|duty| Duty {
                role: word(&duty.role),
                who: duty.who,
            })
            .collect();
        let content = entry.content;
        let facts = entry.facts;
        Self {
            id: entry.id.to_string(),
            code: content.code,
            title: content.title.into(),
            about: content.about,
            owner: content.owner,
            owner_code: content.owner_code,
            steward: content.steward,
            contact: content.contact,
            late_contact: content.late_contact,
            duties,
            origin: content.origin.as_ref().map(word),
            kind: content.kind.name().to_owned(),
            grade: content.grade.map(|grade| grade.name().to_owned()),
            inherited: None,
            sharing: Sharing {
                class: content.sharing.class.as_ref().map(word),
                basis: content.sharing.basis,
                condition: content.sharing.condition,
                method: content
                    .sharing
                    .method
                    .map(|method| method.name().to_owned()),
            },
            opening: content.opening.as_ref().map(word),
            opening_condition: content.opening_condition,
            refresh: content.refresh.map(|refresh| refresh.name().to_owned()),
            division: content.division,
            theme: content.theme,
            tags: content.tags,
            points: content.points,
            related: content.related,
            key: content.key,
            columns: Some(content.columns.into_iter().map(Column::from).collect()),
            status: entry.status.name().to_owned(),
            moves: entry
                .status
                .moves()
                .iter()
                .map(|to| to.name().to_owned())
                .collect(),
            revision: entry.revision,
            is_pack: entry.is_pack,
            lacks: entry
                .lacks
                .iter()
                .map(|element| element.name().to_owned())
                .collect(),
            created_at: entry.created_at,
            updated_at: entry.updated_at,
            published_at: entry.published_at,
            facts: Facts {
                rows: facts.rows,
                bytes: facts.bytes,
                version: facts.version,
                last_batch: facts.last_batch,
                last_at: facts.last_at,
                score: facts.score,
                fresh: facts.fresh,
                uses_30_days: entry.uses_30_days,
            },
        }
    }
}

/// One change of an entry.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    pub revision: u64,
    /// `created`, `edited`, `moved`, `synced` or `imported`.
    pub kind: String,
    pub who: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    pub reason: Option<String>,
    /// Absent in the first revision.
    pub status_from: Option<String>,
    pub status_to: String,
    pub changes: Vec<Change>,
}

/// One field that changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EntryChange)]
pub struct Change {
    #[schema(example = "columns.mobile")]
    pub field: String,
    #[schema(value_type = Value)]
    pub from: serde_json::Value,
    #[schema(value_type = Value)]
    pub to: serde_json::Value,
}

impl From<yandu_ledger::Revision> for Revision {
    fn from(revision: yandu_ledger::Revision) -> Self {
        Self {
            revision: revision.revision,
            kind: word(&revision.kind),
            who: revision.who,
            at: revision.at,
            reason: revision.reason,
            status_from: revision.status_from.map(|status| status.name().to_owned()),
            status_to: revision.status_to.name().to_owned(),
            changes: revision
                .changes
                .into_iter()
                .map(|change| Change {
                    field: change.field,
                    from: change.from,
                    to: change.to,
                })
                .collect(),
        }
    }
}
