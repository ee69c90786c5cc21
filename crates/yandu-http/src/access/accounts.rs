//! The accounts of the city, for the system administrator.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::{Account, AccountId, Filter, RoleId, Status, TokenId};

use super::Asker;
use super::account::{NewToken, TokenLine, TokenList, TokenRequest, request};
use crate::Result;
use crate::etag::revision_tag;
use crate::extract::{Body, Bytes, Path, Query};
use crate::page::{After, Limit};
use crate::precondition::revisions;
use crate::problem::Problem;
use crate::state::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_accounts, create_account))
        .routes(routes!(import_accounts))
        .routes(routes!(show_account, change_account))
        .routes(routes!(invite))
        .routes(routes!(reset))
        .routes(routes!(end_sessions))
        .routes(routes!(take_second_factor_away))
        .routes(routes!(unlock))
        .routes(routes!(list_account_tokens, create_account_token))
        .routes(routes!(revoke_account_token))
        .routes(routes!(list_roles))
}

/// An account.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AccountLine {
    pub id: String,
    /// `person`, `service` or `organisation`.
    pub kind: String,
    pub name: String,
    pub department: Option<String>,
    pub division: Option<String>,
    pub uscc: Option<String>,
    pub roles: Vec<String>,
    /// `invited`, `active` or `disabled`.
    pub status: String,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub locked_until: Option<Timestamp>,
    pub has_second_factor: bool,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub password_changed_at: Option<Timestamp>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub changed_at: Timestamp,
    pub revision: u64,
}

/// Accounts by their ids.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AccountPage {
    pub accounts: Vec<AccountLine>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    #[schema(pattern = "^[a-z][a-z0-9._-]{0,62}$")]
    pub id: String,
    /// `person` where it is missing, or `service` or `organisation`.
    #[serde(default)]
    pub kind: Option<String>,
    pub name: String,
    #[serde(default)]
    pub department: Option<String>,
    #[serde(default)]
    pub division: Option<String>,
    #[serde(default)]
    pub uscc: Option<String>,
    #[serde(default)]
    pub roles: BTreeSet<String>,
}

/// What is to be another one. What is left out stays; an empty text takes a value away.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AccountChange {
    pub name: Option<String>,
    pub department: Option<String>,
    pub division: Option<String>,
    pub uscc: Option<String>,
    pub roles: Option<BTreeSet<String>>,
    pub disabled: Option<bool>,
}

/// A link that sets a password once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Link {
    /// Its secret; the page `/invitation#<secret>` takes it.
    pub link: String,
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AccountsImported {
    pub accounts: Vec<AccountLine>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RoleLine {
    pub id: String,
    /// In Chinese.
    pub title: String,
    pub title_en: Option<String>,
}

/// What accounts and grants can refer to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Roles {
    pub roles: Vec<RoleLine>,
    pub departments: Vec<String>,
    pub divisions: Vec<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// A part of the id or of the name.
    q: Option<String>,
    role: Option<String>,
    department: Option<String>,
    /// `invited`, `active` or `disabled`.
    status: Option<String>,
    /// Only those that are locked because too many logins have failed.
    #[serde(default)]
    locked: bool,
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<AccountId>>,
    /// Accounts of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

/// Lists accounts.
#[utoipa::path(get, path = "/accounts", tag = "access", params(Asked), responses((status = 200, body = AccountPage), Problem))]
async fn list_accounts(
    Shared(state): Shared<State>,
    Query(asked): Query<Asked>,
) -> Result<Json<AccountPage>> {
    let wrong = |what: &str, text: &str| {
        Problem::new(
            "invalid-parameter",
            format!("`{text}` is no {what} of an account"),
        )
    };
    let status = asked
        .status
        .as_deref()
        .map(|text| Status::from_name(text).ok_or_else(|| wrong("status", text)));
    let role = asked
        .role
        .as_deref()
        .map(|text| text.parse::<RoleId>().map_err(|_| wrong("role", text)));
    let filter = Filter {
        text: asked.q,
        role: role.transpose()?,
        department: asked.department,
        status: status.transpose()?,
        is_locked: asked.locked,
    };
    let after = asked.after.map(|after| after.0);
    let accounts = state.door().accounts();
    let found = accounts
        .list(&filter, after.as_ref(), asked.limit.and_one())
        .await?;
    let (found, next) = asked.limit.cut(found, |account| account.id.clone());
    Ok(Json(AccountPage {
        accounts: found.into_iter().map(AccountLine::from).collect(),
        next,
    }))
}

/// Makes an account. A person and an organisation are invited next; a service is given a token.
#[utoipa::path(post, path = "/accounts", tag = "access", request_body = NewAccount, responses((status = 201, body = AccountLine), Problem))]
async fn create_account(
    Shared(state): Shared<State>,
    asker: Asker,
    Body(new): Body<NewAccount>,
) -> Result<(StatusCode, Json<AccountLine>)> {
    let kind = match new.kind.as_deref() {
        None => yandu_access::Kind::Person,
        Some(kind) => yandu_access::Kind::from_name(kind).ok_or_else(|| {
            Problem::new(
                "invalid-account",
                format!("`kind`: `{kind}` is no kind of account"),
            )
            .with_help("there are person, service and organisation".to_owned())
        })?,
    };
    let new = yandu_access::NewAccount {
        id: id(&new.id)?,
        kind,
        name: new.name,
        department: new.department,
        division: new.division,
        uscc: new.uscc,
        roles: roles(new.roles)?,
    };
    let account = state.door().accounts().create(asker.name(), new).await?;
    Ok((StatusCode::CREATED, Json(account.into())))
}

/// Makes many accounts at once from a table in csv: all of its rows, or none.
#[utoipa::path(
    post,
    path = "/accounts/import",
    tag = "access",
    request_body(content = String, content_type = "text/csv"),
    responses((status = 201, body = AccountsImported), Problem)
)]
async fn import_accounts(
    Shared(state): Shared<State>,
    asker: Asker,
    Bytes(bytes): Bytes,
) -> Result<(StatusCode, Json<AccountsImported>)> {
    let made = state.door().accounts().import(asker.name(), &bytes).await?;
    let accounts = made.into_iter().map(AccountLine::from).collect();
    Ok((StatusCode::CREATED, Json(AccountsImported { accounts })))
}

/// Shows an account.
#[utoipa::path(
    get,
    path = "/accounts/{id}",
    tag = "access",
    params(("id" = String, Path)),
    responses((status = 200, body = AccountLine, headers(("ETag" = String, description = "Its revision."))), Problem)
)]
async fn show_account(Shared(state): Shared<State>, Path(named): Path<String>) -> Result<Response> {
    let account = state.door().accounts().find(&named_in(&named)?).await?;
    Ok(tagged(account))
}

/// Changes an account. What it reads at this moment ends.
#[utoipa::path(
    patch,
    path = "/accounts/{id}",
    tag = "access",
    params(
        ("id" = String, Path),
        ("If-Match" = Option<String>, Header, description = "Tag of the revision that the change is made to.")
    ),
    request_body = AccountChange,
    responses((status = 200, body = AccountLine, headers(("ETag" = String, description = "The new revision."))), Problem)
)]
async fn change_account(
    Shared(state): Shared<State>,
    asker: Asker,
    headers: HeaderMap,
    Path(named): Path<String>,
    Body(change): Body<AccountChange>,
) -> Result<Response> {
    let accounts = state.door().accounts();
    let named = named_in(&named)?;
    let expected = match revisions(&headers).as_deref() {
        Some([revision]) => *revision,
        _ => accounts.find(&named).await?.revision,
    };
    let change = yandu_access::AccountChange {
        name: change.name,
        department: change.department,
        division: change.division,
        uscc: change.uscc,
        roles: change.roles.map(roles).transpose()?,
        disabled: change.disabled,
    };
    let account = accounts
        .change(asker.name(), &named, expected, change)
        .await?;
    state.door().forget(named.as_str(), account.revision);
    Ok(tagged(account))
}

/// Makes the link by which somebody takes up a new account.
#[utoipa::path(post, path = "/accounts/{id}/invitation", tag = "access", params(("id" = String, Path)), responses((status = 201, body = Link), Problem))]
async fn invite(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(named): Path<String>,
) -> Result<(StatusCode, Json<Link>)> {
    let link = state
        .door()
        .accounts()
        .invite(asker.name(), &named_in(&named)?)
        .await?;
    Ok((StatusCode::CREATED, Json(link.into())))
}

/// Makes the link by which somebody sets a new password. Their sessions end.
#[utoipa::path(post, path = "/accounts/{id}/reset", tag = "access", params(("id" = String, Path)), responses((status = 201, body = Link), Problem))]
async fn reset(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(named): Path<String>,
) -> Result<(StatusCode, Json<Link>)> {
    let named = named_in(&named)?;
    let accounts = state.door().accounts();
    let link = accounts.reset(asker.name(), &named).await?;
    let revision = accounts.find(&named).await?.revision;
    state.door().forget(named.as_str(), revision);
    Ok((StatusCode::CREATED, Json(link.into())))
}

/// Ends all sessions of an account.
#[utoipa::path(delete, path = "/accounts/{id}/sessions", tag = "access", params(("id" = String, Path)), responses((status = 204, description = "They have ended."), Problem))]
async fn end_sessions(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(named): Path<String>,
) -> Result<StatusCode> {
    let named = named_in(&named)?;
    state
        .door()
        .accounts()
        .end_sessions(asker.name(), &named)
        .await?;
    let revision = state.door().accounts().find(&named).await?.revision;
    state.door().forget(named.as_str(), revision);
    Ok(StatusCode::NO_CONTENT)
}

/// Takes the second factor of an account away, whose owner has lost it.
#[utoipa::path(delete, path = "/accounts/{id}/second-factor", tag = "access", params(("id" = String, Path)), responses((status = 204, description = "It is gone."), Problem))]
async fn take_second_factor_away(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(named): Path<String>,
) -> Result<StatusCode> {
    let accounts = state.door().accounts();
    accounts
        .remove_second_factor(asker.name(), &named_in(&named)?)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the lock of an account before its time, which began because too many logins have failed.
#[utoipa::path(delete, path = "/accounts/{id}/lock", tag = "access", params(("id" = String, Path)), responses((status = 204, description = "It is not locked any more."), Problem))]
async fn unlock(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(named): Path<String>,
) -> Result<StatusCode> {
    let accounts = state.door().accounts();
    accounts.unlock(asker.name(), &named_in(&named)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the tokens of an account.
#[utoipa::path(get, path = "/accounts/{id}/tokens", tag = "access", params(("id" = String, Path)), responses((status = 200, body = TokenList), Problem))]
async fn list_account_tokens(
    Shared(state): Shared<State>,
    Path(named): Path<String>,
) -> Result<Json<TokenList>> {
    let tokens = state
        .door()
        .accounts()
        .tokens_of(&named_in(&named)?)
        .await?;
    Ok(Json(TokenList {
        tokens: tokens.into_iter().map(TokenLine::from).collect(),
    }))
}

/// Makes a token of a service, which cannot log in to make one.
#[utoipa::path(post, path = "/accounts/{id}/tokens", tag = "access", params(("id" = String, Path)), request_body = TokenRequest, responses((status = 201, body = NewToken), Problem))]
async fn create_account_token(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(named): Path<String>,
    Body(asked): Body<TokenRequest>,
) -> Result<(StatusCode, Json<NewToken>)> {
    let named = named_in(&named)?;
    let accounts = state.door().accounts();
    if accounts.find(&named).await?.kind != yandu_access::Kind::Service {
        return Err(Problem::new(
            "account-status",
            format!("`{named}` makes its tokens itself"),
        )
        .with_help("only a service is given one by an administrator".to_owned()));
    }
    let made = accounts
        .create_token(asker.name(), &named, request(asked)?)
        .await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Revokes a token of an account.
#[utoipa::path(delete, path = "/accounts/{id}/tokens/{token}", tag = "access", params(("id" = String, Path), ("token" = String, Path)), responses((status = 204, description = "It is revoked."), Problem))]
async fn revoke_account_token(
    Shared(state): Shared<State>,
    asker: Asker,
    Path((named, token)): Path<(String, String)>,
) -> Result<StatusCode> {
    let token: TokenId = token
        .parse()
        .map_err(|_| Problem::new("no-token", "there is no such token"))?;
    let accounts = state.door().accounts();
    accounts
        .revoke_token(asker.name(), &named_in(&named)?, &token)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the roles, departments and divisions that there are.
#[utoipa::path(get, path = "/roles", tag = "access", responses((status = 200, body = Roles), Problem))]
async fn list_roles(Shared(state): Shared<State>) -> Json<Roles> {
    let known = state.door().accounts().known();
    let roles = known.roles.iter().map(|(id, title)| RoleLine {
        id: id.to_string(),
        title: title.zh.clone(),
        title_en: title.en.clone(),
    });
    Json(Roles {
        roles: roles.collect(),
        departments: known.departments.iter().cloned().collect(),
        divisions: known.divisions.iter().cloned().collect(),
    })
}

/// The account that an address names.
pub(super) fn named_in(address: &str) -> Result<AccountId> {
    address
        .parse()
        .map_err(|error: yandu_words::IdError| Problem::new("no-account", error.to_string()))
}

pub(super) fn id(text: &str) -> Result<AccountId> {
    text.parse()
        .map_err(|error: yandu_words::IdError| Problem::new("invalid-account", error.to_string()))
}

pub(super) fn roles(named: BTreeSet<String>) -> Result<BTreeSet<RoleId>> {
    let roles = named.into_iter().map(|role| {
        let parsed = role.parse::<RoleId>();
        parsed.map_err(|error| Problem::new("invalid-account", format!("`roles`: {error}")))
    });
    roles.collect()
}

fn tagged(account: Account) -> Response {
    let tag = [(header::ETAG, revision_tag(&account.revision.to_string()))];
    (tag, Json(AccountLine::from(account))).into_response()
}

impl From<Account> for AccountLine {
    fn from(account: Account) -> Self {
        Self {
            id: account.id.to_string(),
            kind: account.kind.name().to_owned(),
            name: account.name,
            department: account.department,
            division: account.division,
            uscc: account.uscc,
            roles: account.roles.iter().map(ToString::to_string).collect(),
            status: account.status.name().to_owned(),
            locked_until: account.locked_until,
            has_second_factor: account.has_second_factor,
            password_changed_at: account.password_changed_at,
            created_at: account.created_at,
            changed_at: account.changed_at,
            revision: account.revision,
        }
    }
}

impl From<yandu_access::Link> for Link {
    fn from(link: yandu_access::Link) -> Self {
        Self {
            link: link.secret.reveal().to_owned(),
            ends_at: link.ends_at,
        }
    }
}
