//! Which identity at the provider comes in to which account.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::{Identified, Identity, IdentityId};

use super::account::own;
use super::accounts::named_in;
use super::openid::{OpenidBegun, begin_link, configured, forget_proved, link_proved, proved_for};
use super::{Asker, with_cookies};
use crate::Result;
use crate::address::Base;
use crate::extract::{Body, Path};
use crate::line::Line;
use crate::problem::Problem;
use crate::state::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_identities, link_myself))
        .routes(routes!(link_proved_identity, forget_proved_identity))
        .routes(routes!(remove_identity))
        .routes(routes!(list_account_identities, link_account_identity))
        .routes(routes!(remove_account_identity))
}

/// Somebody at a provider of identities who comes in to an account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IdentityLine {
    pub id: String,
    pub issuer: String,
    /// What the issuer calls them for ever (`sub`).
    pub subject: String,
    /// What the provider called them when they came last.
    pub name: Option<String>,
    /// An account, the local administrator, or `(provider)` where a claim has named the account.
    pub linked_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub linked_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct IdentityList {
    pub identities: Vec<IdentityLine>,
    /// Whom the provider has proved in this session, for its owner to say whether the account is to be linked to them.
    pub proved: Option<ProvedIdentity>,
}

/// Somebody at a provider of identities to whom an account is to be linked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProvedIdentity {
    pub issuer: String,
    /// What the issuer calls them for ever (`sub`).
    pub subject: String,
    /// What the provider calls them.
    pub name: Option<String>,
}

/// Whom the owner of an account was shown, and a proof that they are there.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkConfirmation {
    /// The issuer of whom was shown and is to be linked.
    pub issuer: String,
    /// What the issuer calls them for ever (`sub`).
    pub subject: String,
    #[schema(format = Password)]
    pub password: String,
    /// The six digits of the second factor, where the account has one.
    #[serde(default)]
    pub code: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIdentity {
    /// The claim `sub` of whoever is to come in.
    pub subject: String,
}

/// Lists one's identities at the provider.
#[utoipa::path(get, path = "/account/identities", tag = "access", responses((status = 200, body = IdentityList), Problem))]
async fn list_identities(
    Shared(state): Shared<State>,
    asker: Asker,
    headers: HeaderMap,
) -> Result<Json<IdentityList>> {
    let found = state.door().accounts().identities_of(own(&asker)?).await?;
    let proved = proved_for(&state, &asker, &headers);
    Ok(Json(IdentityList {
        proved: proved.map(ProvedIdentity::from),
        ..found.into()
    }))
}

/// Begins to link one's account to oneself at the provider; the browser that asks goes to the address.
#[utoipa::path(post, path = "/account/identities", tag = "access", responses((status = 200, body = OpenidBegun), Problem))]
async fn link_myself(
    Shared(state): Shared<State>,
    asker: Asker,
    base: Base,
    line: Line,
) -> Result<Response> {
    begin_link(&state, &asker, &base, line).await
}

/// Links one's account to whom the provider has proved in this session, and one was shown, with a proof that one is there.
#[utoipa::path(post, path = "/account/identities/proved", tag = "access", request_body = LinkConfirmation, responses((status = 201, body = IdentityLine), Problem))]
async fn link_proved_identity(
    Shared(state): Shared<State>,
    asker: Asker,
    headers: HeaderMap,
    Body(confirmed): Body<LinkConfirmation>,
) -> Result<Response> {
    let identity = link_proved(&state, &asker, &headers, &confirmed).await?;
    let answer = (StatusCode::CREATED, Json(IdentityLine::from(identity))).into_response();
    Ok(with_cookies(answer, [forget_proved()]))
}

/// Forgets whom the provider has proved; the account is not linked.
#[utoipa::path(delete, path = "/account/identities/proved", tag = "access", responses((status = 204, description = "Nobody is to be linked any more."), Problem))]
async fn forget_proved_identity(asker: Asker) -> Result<Response> {
    own(&asker)?;
    let answer = StatusCode::NO_CONTENT.into_response();
    Ok(with_cookies(answer, [forget_proved()]))
}

/// Takes one of one's identities away; sessions that were begun with it end.
#[utoipa::path(delete, path = "/account/identities/{id}", tag = "access", params(("id" = String, Path)), responses((status = 204, description = "It is gone."), Problem))]
async fn remove_identity(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    let accounts = state.door().accounts();
    accounts
        .remove_identity(asker.name(), own(&asker)?, identity_in(&id)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the identities that come in to an account.
#[utoipa::path(get, path = "/accounts/{id}/identities", tag = "access", params(("id" = String, Path)), responses((status = 200, body = IdentityList), Problem))]
async fn list_account_identities(
    Shared(state): Shared<State>,
    Path(named): Path<String>,
) -> Result<Json<IdentityList>> {
    let accounts = state.door().accounts();
    let found = accounts.identities_of(&named_in(&named)?).await?;
    Ok(Json(found.into()))
}

/// Links an account to somebody at the provider, who comes in to it from now on.
#[utoipa::path(post, path = "/accounts/{id}/identities", tag = "access", params(("id" = String, Path)), request_body = NewIdentity, responses((status = 201, body = IdentityLine), Problem))]
async fn link_account_identity(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(named): Path<String>,
    Body(new): Body<NewIdentity>,
) -> Result<(StatusCode, Json<IdentityLine>)> {
    let named = named_in(&named)?;
    let identified = Identified {
        issuer: configured(&state)?.provider.issuer().to_owned(),
        subject: new.subject,
        account: None,
        name: None,
        has_second_factor: false,
    };
    let accounts = state.door().accounts();
    let identity = accounts
        .link_identity(asker.name(), &named, &identified)
        .await?;
    Ok((StatusCode::CREATED, Json(identity.into())))
}

/// Takes an identity of an account away; sessions that were begun with it end.
#[utoipa::path(delete, path = "/accounts/{id}/identities/{identity}", tag = "access", params(("id" = String, Path), ("identity" = String, Path)), responses((status = 204, description = "It is gone."), Problem))]
async fn remove_account_identity(
    Shared(state): Shared<State>,
    asker: Asker,
    Path((named, id)): Path<(String, String)>,
) -> Result<StatusCode> {
    let named = named_in(&named)?;
    let accounts = state.door().accounts();
    accounts
        .remove_identity(asker.name(), &named, identity_in(&id)?)
        .await?;
    let revision = accounts.find(&named).await?.revision;
    state.door().forget(named.as_str(), revision);
    Ok(StatusCode::NO_CONTENT)
}

fn identity_in(address: &str) -> Result<IdentityId> {
    address
        .parse()
        .map_err(|why: String| Problem::new("no-identity", why))
}

impl From<Identity> for IdentityLine {
    fn from(identity: Identity) -> Self {
        Self {
            id: identity.id.to_string(),
            issuer: identity.issuer,
            subject: identity.subject,
            name: identity.name,
            linked_by: identity.linked_by,
            linked_at: identity.linked_at,
            last_used_at: identity.last_used_at,
        }
    }
}

impl From<Identified> for ProvedIdentity {
    fn from(identified: Identified) -> Self {
        Self {
            issuer: identified.issuer,
            subject: identified.subject,
            name: identified.name,
        }
    }
}

impl From<Vec<Identity>> for IdentityList {
    fn from(found: Vec<Identity>) -> Self {
        Self {
            identities: found.into_iter().map(IdentityLine::from).collect(),
            proved: None,
        }
    }
}
