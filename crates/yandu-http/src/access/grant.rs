//! Grants, for the security administrator.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::{Conflict, Grant, GrantFilter, GrantId, GranteeKind};
use yandu_policy::Way;
use yandu_words::Grade;
use yandu_words::id::DatasetId;

use super::Asker;
use super::accounts::named_in;
use crate::Result;
use crate::extract::{Body, Path, Query};
use crate::precondition;
use crate::problem::Problem;
use crate::state::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_grants, give_grant))
        .routes(routes!(show_grant))
        .routes(routes!(revoke_grant))
}

/// Who is granted something.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Grantee {
    /// `person`, `service`, `organisation`, `department` or `role`.
    pub kind: String,
    /// The id of an account or of a role, or the name of a department.
    pub id: String,
}

/// What is granted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrant {
    pub to: Grantee,
    #[schema(example = "population.resident")]
    pub dataset: String,
    /// The columns that are shown; all where it is missing.
    #[serde(default)]
    pub columns: Option<BTreeSet<String>>,
    /// A condition on rows in SQL; all rows where it is missing.
    #[serde(default)]
    #[schema(example = "township = '320902'")]
    pub rows: Option<String>,
    /// The grade up to which values are shown as they are; of higher ones their masks are shown.
    #[schema(example = "general-2")]
    pub up_to: String,
    /// Masks of single columns, such as `keep 3 4`.
    #[serde(default)]
    pub masks: BTreeMap<String, String>,
    pub purpose: String,
    #[serde(default)]
    pub basis: Option<String>,
    /// The first moment at which it holds; at once where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<Timestamp>,
    /// The first moment at which it does not hold any more.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// How often it may be used; as often as one likes where it is missing.
    #[serde(default)]
    pub uses: Option<u32>,
    /// `page`, `export`, `interface`; `page` alone where it is missing.
    #[serde(default)]
    pub ways: Option<BTreeSet<String>>,
}

/// A grant, and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GrantLine {
    #[schema(example = "G12")]
    pub id: String,
    pub granted: NewGrant,
    pub used: u32,
    pub is_in_force: bool,
    pub given_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub given_at: Timestamp,
    pub revoked_by: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub revoked_at: Option<Timestamp>,
    pub revoked_why: Option<String>,
    /// Why it shows nothing though it holds.
    pub broken: Option<String>,
    /// What other policies take back of it while it holds, such as an entry of the negative list that came later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<ConflictLine>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct GrantList {
    /// The newest first.
    pub grants: Vec<GrantLine>,
}

/// Why something is ended.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Why {
    pub why: String,
}

/// Something that a grant would show and a policy forbids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConflictLine {
    #[schema(example = "negative-list/N3")]
    pub policy: String,
    pub basis: Option<String>,
    /// Somebody who would see it.
    pub account: String,
    /// Absent where the whole dataset is forbidden.
    pub column: Option<String>,
    pub grant: String,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Only grants of this dataset.
    dataset: Option<String>,
    /// Only grants that this account reads under: to itself, to its department and to its roles.
    #[param(example = "wang")]
    account: Option<String>,
    /// Only grants to this department and to accounts of it.
    department: Option<String>,
}

/// Lists grants, the newest first; those that have ended too.
#[utoipa::path(get, path = "/grants", tag = "access", params(Asked), responses((status = 200, body = GrantList), Problem))]
async fn list_grants(
    Shared(state): Shared<State>,
    Query(asked): Query<Asked>,
) -> Result<Json<GrantList>> {
    let dataset = asked.dataset.as_deref().map(|id| {
        id.parse::<DatasetId>()
            .map_err(|error| Problem::new("invalid-parameter", error.to_string()))
    });
    let account = match asked.account.as_deref() {
        None => None,
        Some(name) => Some(state.door().accounts().find(&named_in(name)?).await?),
    };
    let filter = GrantFilter {
        dataset: dataset.transpose()?,
        account,
        department: asked.department,
        ..GrantFilter::default()
    };
    let grants = state.door().grants(&filter).await?;
    let mut lines = Vec::with_capacity(grants.len());
    for grant in grants {
        lines.push(line(&state, grant).await?);
    }
    Ok(Json(GrantList { grants: lines }))
}

/// Gives a grant. What the negative list forbids is refused, with the entry and an example. `If-Match` may name the set of
/// policies under which it was looked at.
#[utoipa::path(post, path = "/grants", tag = "access", params(("If-Match" = Option<String>, Header, description = "The hash of the policies under which it was looked at.")), request_body = NewGrant, responses((status = 201, body = GrantLine), Problem))]
async fn give_grant(
    Shared(state): Shared<State>,
    asker: Asker,
    headers: HeaderMap,
    Body(new): Body<NewGrant>,
) -> Result<(StatusCode, Json<GrantLine>)> {
    let granted = granted(new)?;
    let seen = precondition::policies(&headers);
    let door = state.door();
    let grant = door.give(asker.name(), granted, seen.as_deref()).await?;
    Ok((StatusCode::CREATED, Json(line(&state, grant).await?)))
}

/// Shows a grant.
#[utoipa::path(get, path = "/grants/{id}", tag = "access", params(("id" = String, Path)), responses((status = 200, body = GrantLine), Problem))]
async fn show_grant(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
) -> Result<Json<GrantLine>> {
    let grant = state.door().grant(number(&id)?).await?;
    Ok(Json(line(&state, grant).await?))
}

/// Ends a grant now, also for the queries that read under it.
#[utoipa::path(post, path = "/grants/{id}/revocation", tag = "access", params(("id" = String, Path)), request_body = Why, responses((status = 200, body = GrantLine), Problem))]
async fn revoke_grant(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<String>,
    Body(why): Body<Why>,
) -> Result<Json<GrantLine>> {
    let grant = state
        .door()
        .revoke(asker.name(), number(&id)?, &why.why)
        .await?;
    Ok(Json(line(&state, grant).await?))
}

pub(super) fn number(id: &str) -> Result<GrantId> {
    id.parse()
        .map_err(|why: String| Problem::new("no-grant", why))
}

fn dataset(id: &str) -> Result<DatasetId> {
    id.parse()
        .map_err(|error: yandu_words::IdError| Problem::new("invalid-grant", error.to_string()))
}

pub(super) fn grade(name: &str) -> Result<Grade> {
    Grade::from_name(name).ok_or_else(|| {
        let known = Grade::ALL.map(Grade::name).join(", ");
        Problem::new("invalid-grant", format!("`{name}` is no grade"))
            .with_help(format!("there are {known}"))
    })
}

pub(super) fn granted(new: NewGrant) -> Result<yandu_access::NewGrant> {
    let kind = GranteeKind::from_name(&new.to.kind).ok_or_else(|| {
        let known = GranteeKind::ALL.map(GranteeKind::name).join(", ");
        Problem::new(
            "invalid-grant",
            format!("`to`: `{}` is nobody's kind", new.to.kind),
        )
        .with_help(format!("there are {known}"))
    })?;
    let ways = match new.ways {
        None => BTreeSet::from([Way::Page]),
        Some(ways) => ways
            .iter()
            .map(|name| {
                Way::from_name(name).ok_or_else(|| {
                    Problem::new("invalid-grant", format!("`ways`: `{name}` is no way"))
                        .with_help("there are page, export and interface".to_owned())
                })
            })
            .collect::<Result<_>>()?,
    };
    Ok(yandu_access::NewGrant {
        to: yandu_access::Grantee {
            kind,
            id: new.to.id,
        },
        dataset: dataset(&new.dataset)?,
        columns: new.columns,
        rows: new.rows,
        up_to: grade(&new.up_to)?,
        masks: new.masks,
        purpose: new.purpose,
        basis: new.basis,
        from: new.from,
        until: new.until,
        uses: new.uses,
        ways,
    })
}

async fn line(state: &State, grant: Grant) -> Result<GrantLine> {
    let is_in_force = grant.is_in_force(state.now());
    let withheld = state.door().taken_back(&grant).await?;
    let withheld = withheld.into_iter().map(ConflictLine::from);
    let revoked = grant.revoked;
    let granted = grant.granted;
    Ok(GrantLine {
        id: grant.id.to_string(),
        used: grant.used,
        is_in_force,
        given_by: grant.given_by,
        given_at: grant.given_at,
        revoked_by: revoked.as_ref().map(|ended| ended.by.clone()),
        revoked_at: revoked.as_ref().map(|ended| ended.at),
        revoked_why: revoked.map(|ended| ended.why),
        broken: grant.broken,
        withheld: withheld.collect(),
        granted: NewGrant {
            to: Grantee {
                kind: granted.to.kind.name().to_owned(),
                id: granted.to.id,
            },
            dataset: granted.dataset.to_string(),
            columns: granted.columns,
            rows: granted.rows,
            up_to: granted.up_to.name().to_owned(),
            masks: granted.masks,
            purpose: granted.purpose,
            basis: granted.basis,
            from: granted.from,
            until: granted.until,
            uses: granted.uses,
            ways: Some(
                granted
                    .ways
                    .iter()
                    .map(|way| way.name().to_owned())
                    .collect(),
            ),
        },
    })
}

impl From<Conflict> for ConflictLine {
    fn from(conflict: Conflict) -> Self {
        Self {
            policy: conflict.policy.to_string(),
            basis: conflict.basis.map(|basis| basis.to_string()),
            account: conflict.account,
            column: conflict.column,
            grant: conflict.grant.to_string(),
        }
    }
}
