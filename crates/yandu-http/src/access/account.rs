//! What one does with one's own account.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::{AccountId, Scope, Session, SessionId, Token, TokenId};

use super::Asker;
use super::policy::{Sights, sights};
use crate::Result;
use crate::extract::{Body, Path};
use crate::problem::Problem;
use crate::state::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(change_password))
        .routes(routes!(change_expired_password))
        .routes(routes!(begin_second_factor, confirm_second_factor))
        .routes(routes!(remove_second_factor))
        .routes(routes!(list_sessions))
        .routes(routes!(end_session))
        .routes(routes!(list_tokens, create_token))
        .routes(routes!(revoke_token))
        .routes(routes!(own_sights))
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// Needed where nobody is logged in.
    #[serde(default)]
    pub account: Option<String>,
    #[schema(format = Password)]
    pub old: String,
    #[schema(format = Password)]
    pub new: String,
    /// The six digits of the second factor, where nobody is logged in.
    #[serde(default)]
    pub code: Option<String>,
}

/// What an authenticator is set up with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Enrolment {
    /// `otpauth://totp/…`
    pub uri: String,
    /// The same for typing, in Base32.
    pub secret: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactor {
    /// The six digits that the authenticator shows.
    pub code: String,
}

/// A proof of both factors.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FactorRemoval {
    #[schema(format = Password)]
    pub password: String,
    pub code: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SessionLine {
    pub id: String,
    pub purpose: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub seen_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub ends_at: Timestamp,
    /// The browser, as it calls itself.
    pub agent: Option<String>,
    /// The address that it was made from.
    pub address: Option<String>,
    /// With what it was begun: `password` or `openid`.
    pub means: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SessionList {
    pub sessions: Vec<SessionLine>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    pub name: String,
    /// `read`, `deliver`, `manage`.
    pub scope: BTreeSet<String>,
    /// What it is for; policies and grants for that purpose hold for whoever shows it. One line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenLine {
    pub id: String,
    pub name: String,
    /// The user that it logs in as over the PostgreSQL protocol; tokens of before there was one have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    pub scope: Vec<String>,
    /// What it is for; absent of one that is for nothing in particular.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenList {
    pub tokens: Vec<TokenLine>,
}

/// A token with its secret, which is shown this once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NewToken {
    pub secret: String,
    pub token: TokenLine,
}

/// Changes one's password. All other sessions end.
#[utoipa::path(put, path = "/account/password", tag = "access", request_body = PasswordChange, responses((status = 204, description = "It is changed."), Problem))]
async fn change_password(
    Shared(state): Shared<State>,
    asker: Asker,
    Body(change): Body<PasswordChange>,
) -> Result<StatusCode> {
    let keep = match &asker {
        Asker::Session(session) => Some(&session.id),
        _ => None,
    };
    let accounts = state.door().accounts();
    accounts
        .change_password(own(&asker)?, &change.old, &change.new, keep)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes a password that is too old to log in with.
#[utoipa::path(post, path = "/account/expired-password", tag = "access", request_body = PasswordChange, responses((status = 204, description = "It is changed."), Problem))]
async fn change_expired_password(
    Shared(state): Shared<State>,
    Body(change): Body<PasswordChange>,
) -> Result<StatusCode> {
    let account = change.account.as_deref().unwrap_or_default();
    let accounts = state.door().accounts();
    accounts
        .change_expired(account, &change.old, &change.new, change.code.as_deref())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins to set up a second factor; it is asked for from its confirmation on.
#[utoipa::path(post, path = "/account/second-factor", tag = "access", responses((status = 200, body = Enrolment), Problem))]
async fn begin_second_factor(
    Shared(state): Shared<State>,
    asker: Asker,
) -> Result<Json<Enrolment>> {
    let begun = state
        .door()
        .accounts()
        .begin_second_factor(own(&asker)?)
        .await?;
    Ok(Json(Enrolment {
        uri: begun.uri.reveal().to_owned(),
        secret: begun.secret.reveal().to_owned(),
    }))
}

/// Confirms the second factor with a code of it.
#[utoipa::path(put, path = "/account/second-factor", tag = "access", request_body = SecondFactor, responses((status = 204, description = "It is asked for from now on."), Problem))]
async fn confirm_second_factor(
    Shared(state): Shared<State>,
    asker: Asker,
    Body(factor): Body<SecondFactor>,
) -> Result<StatusCode> {
    let accounts = state.door().accounts();
    accounts
        .confirm_second_factor(own(&asker)?, &factor.code)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes one's second factor away, with the password and a code.
#[utoipa::path(post, path = "/account/second-factor/removal", tag = "access", request_body = FactorRemoval, responses((status = 204, description = "It is gone."), Problem))]
async fn remove_second_factor(
    Shared(state): Shared<State>,
    asker: Asker,
    Body(proof): Body<FactorRemoval>,
) -> Result<StatusCode> {
    let accounts = state.door().accounts();
    accounts
        .give_up_second_factor(own(&asker)?, &proof.password, &proof.code)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists one's sessions.
#[utoipa::path(get, path = "/account/sessions", tag = "access", responses((status = 200, body = SessionList), Problem))]
async fn list_sessions(Shared(state): Shared<State>, asker: Asker) -> Result<Json<SessionList>> {
    let this = match &asker {
        Asker::Session(session) => Some(session.id.clone()),
        _ => None,
    };
    let sessions = state.door().accounts().sessions_of(own(&asker)?).await?;
    let line = |session: Session| SessionLine {
        is_this: this.as_ref() == Some(&session.id),
        id: session.id.to_string(),
        purpose: session.purpose,
        created_at: session.created_at,
        seen_at: session.seen_at,
        ends_at: session.ends_at,
        agent: session.client.agent,
        address: session.client.address,
        means: session.means.name().to_owned(),
    };
    Ok(Json(SessionList {
        sessions: sessions.into_iter().map(line).collect(),
    }))
}

/// Ends one of one's sessions.
#[utoipa::path(delete, path = "/account/sessions/{id}", tag = "access", params(("id" = String, Path)), responses((status = 204, description = "It has ended."), Problem))]
async fn end_session(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    let id: SessionId = id
        .parse()
        .map_err(|_| Problem::new("no-session", "there is no such session"))?;
    let accounts = state.door().accounts();
    accounts
        .end_session(asker.name(), own(&asker)?, &id)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists one's tokens.
#[utoipa::path(get, path = "/account/tokens", tag = "access", responses((status = 200, body = TokenList), Problem))]
async fn list_tokens(Shared(state): Shared<State>, asker: Asker) -> Result<Json<TokenList>> {
    let tokens = state.door().accounts().tokens_of(own(&asker)?).await?;
    Ok(Json(TokenList {
        tokens: tokens.into_iter().map(TokenLine::from).collect(),
    }))
}

/// Makes a token for a program that works for one.
#[utoipa::path(post, path = "/account/tokens", tag = "access", request_body = TokenRequest, responses((status = 201, body = NewToken), Problem))]
async fn create_token(
    Shared(state): Shared<State>,
    asker: Asker,
    Body(asked): Body<TokenRequest>,
) -> Result<(StatusCode, Json<NewToken>)> {
    let request = request(asked)?;
    let accounts = state.door().accounts();
    let made = accounts
        .create_token(asker.name(), own(&asker)?, request)
        .await?;
    Ok((StatusCode::CREATED, Json(made.into())))
}

/// Revokes one of one's tokens.
#[utoipa::path(delete, path = "/account/tokens/{id}", tag = "access", params(("id" = String, Path)), responses((status = 204, description = "It is revoked."), Problem))]
async fn revoke_token(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<StatusCode> {
    let id: TokenId = id
        .parse()
        .map_err(|_| Problem::new("no-token", "there is no such token"))?;
    let accounts = state.door().accounts();
    accounts
        .revoke_token(asker.name(), own(&asker)?, &id)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What one sees of which dataset, and under which policies and grants (我的授权).
#[utoipa::path(get, path = "/account/sights", tag = "access", responses((status = 200, body = Sights), Problem))]
async fn own_sights(Shared(state): Shared<State>, asker: Asker) -> Result<Json<Sights>> {
    Ok(Json(match asker.principal() {
        None => Sights::everything(),
        Some(principal) => sights(&state, &principal, &asker.circumstances()).await?,
    }))
}

/// A token as it is asked for.
pub(super) fn request(asked: TokenRequest) -> Result<yandu_access::TokenRequest> {
    let scope = asked.scope.iter().map(|name| {
        Scope::from_name(name).ok_or_else(|| {
            Problem::new("invalid-token", format!("`{name}` is no scope of a token"))
                .with_help("there are read, deliver and manage".to_owned())
        })
    });
    Ok(yandu_access::TokenRequest {
        name: asked.name,
        scope: scope.collect::<Result<_>>()?,
        purpose: asked.purpose,
        expires_at: asked.expires_at,
    })
}

impl From<yandu_access::NewToken> for NewToken {
    fn from(made: yandu_access::NewToken) -> Self {
        Self {
            secret: made.secret.reveal().to_owned(),
            token: made.token.into(),
        }
    }
}

pub(super) fn own(asker: &Asker) -> Result<&AccountId> {
    let account = asker.account().map(|account| &account.id);
    account.ok_or_else(|| {
        Problem::new("not-permitted", "whoever asks has no account")
            .with_help("log in; whoever holds the data folder needs none".to_owned())
    })
}

impl From<Token> for TokenLine {
    fn from(token: Token) -> Self {
        Self {
            id: token.id.to_string(),
            name: token.name,
            login: token.login,
            scope: token
                .scope
                .iter()
                .map(|scope| scope.name().to_owned())
                .collect(),
            purpose: token.purpose,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        }
    }
}
