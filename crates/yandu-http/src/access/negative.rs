//! The negative list, for the security administrator.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::{Entry, EntryId};

use super::Asker;
use super::grant::{ConflictLine, Why, grade};
use crate::Result;
use crate::extract::{Body, Path};
use crate::precondition;
use crate::problem::Problem;
use crate::state::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_negative_entries, add_negative_entry))
        .routes(routes!(remove_negative_entry))
}

/// What may not be shared.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntry {
    /// One dataset; or else `pack`; or else all.
    #[serde(default)]
    pub dataset: Option<String>,
    #[serde(default)]
    pub pack: Option<String>,
    /// Only these columns are withheld.
    #[serde(default)]
    pub columns: Option<BTreeSet<String>>,
    /// Only values of this grade and above are withheld.
    #[serde(default)]
    pub from_grade: Option<String>,
    /// The departments that may have it all the same.
    #[serde(default)]
    pub except: BTreeSet<String>,
    /// The law, and its article.
    pub basis: String,
    pub about: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EntryLine {
    #[schema(example = "N3")]
    pub id: String,
    pub entry: NewEntry,
    pub added_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub added_at: Timestamp,
    pub removed_by: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub removed_at: Option<Timestamp>,
    pub removed_why: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NegativeList {
    /// The newest first; entries that were taken off too.
    pub entries: Vec<EntryLine>,
}

/// A new entry, and what it takes back of grants in force.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EntryAdded {
    pub entry: EntryLine,
    pub conflicts: Vec<ConflictLine>,
}

/// Shows the negative list (负面清单).
#[utoipa::path(get, path = "/negative-list", tag = "access", responses((status = 200, body = NegativeList), Problem))]
async fn list_negative_entries(Shared(state): Shared<State>) -> Result<Json<NegativeList>> {
    let entries = state.door().negative_list().await?;
    Ok(Json(NegativeList {
        entries: entries.into_iter().map(EntryLine::from).collect(),
    }))
}

/// Adds an entry. It holds at once, against every permit. `If-Match` may name the set of policies under which it was looked at.
#[utoipa::path(post, path = "/negative-list", tag = "access", params(("If-Match" = Option<String>, Header, description = "The hash of the policies under which it was looked at.")), request_body = NewEntry, responses((status = 201, body = EntryAdded), Problem))]
async fn add_negative_entry(
    Shared(state): Shared<State>,
    asker: Asker,
    headers: HeaderMap,
    Body(new): Body<NewEntry>,
) -> Result<(StatusCode, Json<EntryAdded>)> {
    let seen = precondition::policies(&headers);
    let door = state.door();
    let forbidden = door.forbid(asker.name(), entry(new)?, seen.as_deref());
    let (entry, conflicts) = forbidden.await?;
    let added = EntryAdded {
        entry: entry.into(),
        conflicts: conflicts.into_iter().map(ConflictLine::from).collect(),
    };
    Ok((StatusCode::CREATED, Json(added)))
}

/// Takes an entry off the list.
#[utoipa::path(post, path = "/negative-list/{id}/removal", tag = "access", params(("id" = String, Path)), request_body = Why, responses((status = 204, description = "It does not hold any more."), Problem))]
async fn remove_negative_entry(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<String>,
    Body(why): Body<Why>,
) -> Result<StatusCode> {
    let id = entry_number(&id)?;
    state.door().allow_again(asker.name(), id, &why.why).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) fn entry(new: NewEntry) -> Result<yandu_access::NewEntry> {
    let wrong = |error: yandu_words::IdError| Problem::new("invalid-grant", error.to_string());
    Ok(yandu_access::NewEntry {
        dataset: new
            .dataset
            .map(|id| id.parse())
            .transpose()
            .map_err(wrong)?,
        pack: new.pack.map(|id| id.parse()).transpose().map_err(wrong)?,
        columns: new.columns,
        from_grade: new.from_grade.as_deref().map(grade).transpose()?,
        except: new.except,
        basis: new.basis,
        about: new.about,
    })
}

pub(super) fn entry_number(id: &str) -> Result<EntryId> {
    id.parse()
        .map_err(|why: String| Problem::new("no-negative-entry", why))
}

impl From<Entry> for EntryLine {
    fn from(entry: Entry) -> Self {
        let removed = entry.removed;
        let of = entry.entry;
        Self {
            id: entry.id.to_string(),
            added_by: entry.added_by,
            added_at: entry.added_at,
            removed_by: removed.as_ref().map(|ended| ended.by.clone()),
            removed_at: removed.as_ref().map(|ended| ended.at),
            removed_why: removed.map(|ended| ended.why),
            entry: NewEntry {
                dataset: of.dataset.map(|id| id.to_string()),
                pack: of.pack.map(|id| id.to_string()),
                columns: of.columns,
                from_grade: of.from_grade.map(|grade| grade.name().to_owned()),
                except: of.except,
                basis: of.basis,
                about: of.about,
            },
        }
    }
}
