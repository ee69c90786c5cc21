//! Logging in and out, and who one is.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, State as Shared};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::{Client, Secret};
use yandu_policy::Action;

use super::accounts::AccountLine;
use super::openid::{OpenidLine, line_of_provider};
use super::policy::PolicyFault;
use super::{Asker, COOKIE};
use crate::Result;
use crate::extract::Body;
use crate::line::{Line, Peer};
use crate::problem::Problem;
use crate::state::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(show_session, log_in, set_purpose, log_out))
        .routes(routes!(claim))
        .routes(routes!(accept))
        .routes(routes!(look_at_invitation))
}

/// Who asks, and what they may do in the city.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Who {
    /// `local`, `session`, `token` or `visitor`.
    pub kind: String,
    /// Whether there is a system administrator; until then everybody on this machine is the local administrator.
    pub is_claimed: bool,
    pub account: Option<AccountLine>,
    /// What the session is for, in the words of its owner.
    pub purpose: Option<String>,
    /// With what the session was begun: `password` or `openid`.
    pub means: Option<String>,
    /// The provider of identities at which people sign in, where there is one.
    pub openid: Option<OpenidLine>,
    /// When the session ends however much it is used.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends_at: Option<Timestamp>,
    /// Minutes after which a session ends that nobody uses.
    pub idle_minutes: u32,
    /// What may be done in the city: `browse`, `operate`, `manage-accounts` …
    pub actions: Vec<String>,
    /// What may be done to at least one dataset: `deliver`, `steward`, `grant`.
    pub duties: Vec<String>,
    /// That policies have an error, for whoever has logged in; where nothing is in force that is why they may do nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_fault: Option<PolicyFault>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    pub account: String,
    #[schema(format = Password)]
    pub password: String,
    /// The six digits of the second factor.
    #[serde(default)]
    pub code: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Null for none.
    pub purpose: Option<String>,
}

/// Becoming the first system administrator by the link that the server has printed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    pub link: String,
    #[schema(pattern = "^[a-z][a-z0-9._-]{0,62}$")]
    pub account: String,
    pub name: String,
    #[schema(format = Password)]
    pub password: String,
}

/// Setting a password by a link.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    pub link: String,
    #[schema(format = Password)]
    pub password: String,
}

/// A link that may be used up.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InvitationLink {
    pub link: String,
}

/// Says who asks.
#[utoipa::path(get, path = "/session", tag = "access", responses((status = 200, body = Who), Problem))]
async fn show_session(Shared(state): Shared<State>, asker: Asker) -> Json<Who> {
    Json(who(&state, &asker))
}

/// Logs in. The session is in a cookie that no script can read.
#[utoipa::path(post, path = "/session", tag = "access", request_body = Login, responses((status = 200, body = Who), Problem))]
async fn log_in(
    Shared(state): Shared<State>,
    browser: Browser,
    Body(login): Body<Login>,
) -> Result<Response> {
    let (asker, cookie) = begin(&state, browser, &login).await?;
    let cookie = [(header::SET_COOKIE, cookie)];
    Ok((cookie, Json(who(&state, &asker))).into_response())
}

/// What is known of the browser from which somebody logs in.
pub(crate) struct Browser {
    /// From where, as the connection and the browser say.
    pub(crate) client: Client,
    pub(crate) line: Line,
}

impl<S: Sync> FromRequestParts<S> for Browser {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let Peer(address) = Peer::of(&parts.extensions);
        let agent = parts.headers.get(header::USER_AGENT);
        let agent = agent.and_then(|agent| agent.to_str().ok());
        Ok(Self {
            client: Client {
                address: address.map(|address| address.to_string()),
                agent: agent.map(ToOwned::to_owned),
            },
            line: Line::of(&parts.extensions),
        })
    }
}

/// Begins a session, and gives the cookie that carries it.
pub(crate) async fn begin(
    state: &State,
    browser: Browser,
    login: &Login,
) -> Result<(Asker, String)> {
    let Browser { client, line } = browser;
    let code = login.code.as_deref();
    let accounts = state.door().accounts();
    let logged = accounts
        .login(&login.account, &login.password, code, client)
        .await?;
    let cookie = set_cookie(&logged.secret, line);
    Ok((Asker::Session(Arc::new(logged.session)), cookie))
}

/// Says what the session is for. Grants for other purposes rest until it is another one.
#[utoipa::path(patch, path = "/session", tag = "access", request_body = Purpose, responses((status = 200, body = Who), Problem))]
async fn set_purpose(
    Shared(state): Shared<State>,
    asker: Asker,
    Body(asked): Body<Purpose>,
) -> Result<Json<Who>> {
    let Asker::Session(session) = &asker else {
        return Err(no_session());
    };
    let accounts = state.door().accounts();
    accounts.set_purpose(session, asked.purpose.clone()).await?;
    let purpose = asked.purpose.map(|purpose| purpose.trim().to_owned());
    let session = yandu_access::Session {
        purpose: purpose.filter(|purpose| !purpose.is_empty()),
        ..session.as_ref().clone()
    };
    Ok(Json(who(&state, &Asker::Session(Arc::new(session)))))
}

/// Ends the session.
#[utoipa::path(delete, path = "/session", tag = "access", responses((status = 204, description = "It has ended."), Problem))]
async fn log_out(Shared(state): Shared<State>, asker: Asker) -> Result<Response> {
    let Asker::Session(session) = &asker else {
        return Err(no_session());
    };
    state.door().accounts().logout(session).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, ENDED)]).into_response())
}

/// Makes the first system administrator. From then on everybody needs an account.
#[utoipa::path(post, path = "/claim", tag = "access", request_body = Claim, responses((status = 201, body = AccountLine), Problem))]
async fn claim(
    Shared(state): Shared<State>,
    Body(claim): Body<Claim>,
) -> Result<(StatusCode, Json<AccountLine>)> {
    let id = super::accounts::id(&claim.account)?;
    let accounts = state.door().accounts();
    let account = accounts
        .claim(&claim.link, id, &claim.name, &claim.password)
        .await?;
    Ok((StatusCode::CREATED, Json(account.into())))
}

/// Sets a password by the link that an administrator has given.
#[utoipa::path(post, path = "/invitations", tag = "access", request_body = Invitation, responses((status = 200, body = AccountLine), Problem))]
async fn accept(
    Shared(state): Shared<State>,
    Body(accepted): Body<Invitation>,
) -> Result<Json<AccountLine>> {
    let accounts = state.door().accounts();
    let account = accounts.accept(&accepted.link, &accepted.password).await?;
    Ok(Json(account.into()))
}

/// Shows whose password a link would set, and uses nothing up.
#[utoipa::path(post, path = "/invitations/look", tag = "access", request_body = InvitationLink, responses((status = 200, body = AccountLine), Problem))]
async fn look_at_invitation(
    Shared(state): Shared<State>,
    Body(asked): Body<InvitationLink>,
) -> Result<Json<AccountLine>> {
    let account = state.door().accounts().look_at(&asked.link).await?;
    Ok(Json(account.into()))
}

pub(super) fn who(state: &State, asker: &Asker) -> Who {
    let accounts = state.door().accounts();
    let session = match asker {
        Asker::Session(session) => Some(session),
        _ => None,
    };
    let (of_datasets, actions): (Vec<Action>, Vec<Action>) = Action::ALL
        .into_iter()
        .partition(|action| action.is_on_dataset());
    let duty = asker.duty(state);
    let is_held = |action: &Action| {
        let datasets = duty.datasets(&[*action]);
        datasets.is_none_or(|datasets| !datasets.is_empty())
    };
    let duties = of_datasets
        .into_iter()
        .filter(|action| !matches!(action, Action::Read | Action::Apply));
    Who {
        policy_fault: policy_fault(state, asker),
        kind: match asker {
            Asker::Local => "local",
            Asker::Session(_) => "session",
            Asker::Token(_) => "token",
            Asker::Visitor => "visitor",
        }
        .to_owned(),
        is_claimed: accounts.is_claimed(),
        account: asker.account().cloned().map(AccountLine::from),
        purpose: session.and_then(|session| session.purpose.clone()),
        means: session.map(|session| session.means.name().to_owned()),
        openid: line_of_provider(state),
        ends_at: session.map(|session| session.ends_at),
        idle_minutes: accounts.settings().idle_minutes,
        duties: duties
            .filter(is_held)
            .map(|action| action.name().to_owned())
            .collect(),
        actions: actions
            .into_iter()
            .filter(|action| asker.may(state, *action))
            .map(|action| action.name().to_owned())
            .collect(),
    }
}

/// What whoever asks is told of policies that have an error: administrators where and what, others that it is known.
fn policy_fault(state: &State, asker: &Asker) -> Option<PolicyFault> {
    if matches!(asker, Asker::Visitor) {
        return None;
    }
    let fault = state.door().fault()?;
    let of_administrators = [
        Action::ManagePolicies,
        Action::ManageAccounts,
        Action::Audit,
        Action::Operate,
    ];
    let mut of_administrators = of_administrators.into_iter();
    let is_administrator = of_administrators.any(|action| asker.may(state, action));
    Some(PolicyFault::of(&fault, is_administrator))
}

/// The cookie of a session.
pub(super) fn set_cookie(secret: &Secret, line: Line) -> String {
    format!(
        "{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict{}",
        secret.reveal(),
        line.end_of_cookie()
    )
}

/// The cookie after a session has ended.
pub(crate) const ENDED: &str = "yandu_session=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";

pub(super) fn no_session() -> Box<Problem> {
    Problem::new("not-permitted", "whoever asks has no session")
        .with_help("log in with a name and a password".to_owned())
}
