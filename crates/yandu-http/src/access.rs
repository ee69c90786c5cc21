//! Who asks, and whether they may ask this.
//!
//! Whoever can read the data folder is the local administrator, and so is everybody on this machine as long as nobody has
//! become the first system administrator. From then on a request shows a session, a token or the key of the data folder, or is
//! that of a visitor. What each route needs is written in one list ([`need`]); a route that is not in it is for the local
//! administrator alone.

mod account;
mod accounts;
mod duty;
mod event;
mod grant;
mod identity;
mod name;
mod need;
mod negative;
pub(crate) mod openid;
mod policy;
mod preview;
mod session;

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Request, State as Shared};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use yandu_access::{Account, Asked, LOCAL_ADMINISTRATOR, Scope, Session, Token, Uses};
use yandu_lake::Principal;
use yandu_policy::{Action, Circumstances, Way};

use crate::Result;
use crate::line::Line;
use crate::problem::Problem;
use crate::state::State;

pub(crate) use duty::{DELIVERS, Duty, HANDLES, KEEPS};
use need::Need;
#[cfg(test)]
pub(crate) use need::named;

pub use account::{
    Enrolment, FactorRemoval, NewToken, PasswordChange, SecondFactor, SessionLine, SessionList,
    TokenLine, TokenList, TokenRequest,
};
pub use accounts::{
    AccountChange, AccountLine, AccountPage, AccountsImported, Link, NewAccount, RoleLine, Roles,
};
pub use event::{EventLine, EventPage};
pub use grant::{ConflictLine, GrantLine, GrantList, Grantee, NewGrant, Why};
pub use identity::{IdentityLine, IdentityList, LinkConfirmation, NewIdentity, ProvedIdentity};
pub(crate) use name::accounts_of;
pub use name::{AccountName, AccountNames};
pub use negative::{EntryAdded, EntryLine, NegativeList, NewEntry};
pub use openid::{OpenidBegun, OpenidLine, OpenidOptions, OpenidSignIn};
pub use policy::{
    PolicyFault, PolicyFinding, PolicyLine, PolicyList, SeenColumn, SightLine, Sights,
};
pub use preview::{
    AccountMove, ColumnGrade, DifferenceColumn, DifferenceLine, DifferenceWho, MatchableColumns,
    OfferedPacks, PolicyText, RightsChange, RightsPreview, TextProblem,
};
pub(crate) use session::{Browser, ENDED, begin};
pub use session::{Claim, Invitation, InvitationLink, Login, Purpose, Who};

/// The cookie of a session.
pub(crate) const COOKIE: &str = "yandu_session";

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .merge(session::routes())
        .merge(openid::routes())
        .merge(identity::routes())
        .merge(account::routes())
        .merge(accounts::routes())
        .merge(grant::routes())
        .merge(name::routes())
        .merge(negative::routes())
        .merge(policy::routes())
        .merge(preview::routes())
        .merge(event::routes())
}

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) enum Asker {
    /// Whoever holds the data folder.
    Local,
    Session(Arc<Session>),
    Token(Arc<Token>),
    Visitor,
}

impl Asker {
    pub(crate) fn account(&self) -> Option<&Account> {
        match self {
            Self::Session(session) => Some(&session.account),
            Self::Token(token) => Some(&token.account),
            Self::Local | Self::Visitor => None,
        }
    }

    /// The name under which something is done.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Local => LOCAL_ADMINISTRATOR,
            Self::Visitor => "visitor",
            Self::Session(_) | Self::Token(_) => {
                self.account().map_or("", |account| account.id.as_str())
            }
        }
    }

    /// The account as policies see it; `None` for the local administrator, who is above them.
    pub(crate) fn principal(&self) -> Option<yandu_policy::Principal> {
        match self {
            Self::Local => None,
            Self::Visitor => Some(yandu_policy::Principal::visitor()),
            Self::Session(_) | Self::Token(_) => self.account().map(Account::principal),
        }
    }

    pub(crate) fn circumstances(&self) -> Circumstances {
        match self {
            Self::Session(session) => Circumstances {
                purpose: session.purpose.clone(),
                way: Way::Page,
            },
            Self::Token(token) => token.circumstances(),
            Self::Local | Self::Visitor => Circumstances::default(),
        }
    }

    /// Who reads the lake, on a way.
    pub(crate) fn reader(&self, state: &State, way: Way) -> Principal {
        let Some(principal) = self.principal() else {
            return Principal::local_administrator();
        };
        self.with_rights(state, principal, way, Uses::Uncounted)
    }

    /// The same for one question whose uses of grants are counted.
    pub(crate) fn counted_reader(&self, state: &State, way: Way) -> Principal {
        let Some(principal) = self.principal() else {
            return Principal::local_administrator();
        };
        self.with_rights(state, principal, way, Uses::Counted)
    }

    fn with_rights(
        &self,
        state: &State,
        principal: yandu_policy::Principal,
        way: Way,
        uses: Uses,
    ) -> Principal {
        let asked = Asked {
            revision: self.account().map_or(0, |account| account.revision),
            circumstances: self.on(way),
            uses,
            principal,
        };
        let rights = state.door().rights(&asked);
        Principal::with_rights(asked.principal.id.as_str(), rights)
    }

    /// The circumstances on a way. A program stays one, whatever it asks for.
    pub(crate) fn on(&self, way: Way) -> Circumstances {
        let circumstances = self.circumstances();
        match circumstances.way {
            Way::Page => Circumstances {
                way,
                ..circumstances
            },
            Way::Export | Way::Interface => circumstances,
        }
    }

    /// Whether it may change anything at all: a token for reading or delivering does not.
    pub(crate) fn manages(&self) -> bool {
        match self {
            Self::Token(token) => token.scope.contains(&Scope::Manage),
            Self::Local | Self::Session(_) => true,
            Self::Visitor => false,
        }
    }

    /// Whether an action on the city is allowed.
    pub(crate) fn may(&self, state: &State, action: Action) -> bool {
        match self.principal() {
            None => true,
            Some(principal) => {
                let circumstances = self.circumstances();
                let decided = state
                    .door()
                    .decide_in_city(&principal, &circumstances, action);
                decided.is_allowed
            }
        }
    }
}

impl FromRequestParts<State> for Asker {
    type Rejection = Box<Problem>;

    async fn from_request_parts(parts: &mut Parts, _: &State) -> Result<Self, Box<Problem>> {
        Self::of(&parts.extensions)
    }
}

impl Asker {
    /// Who sent a request. Every route stands behind the one who lets in.
    pub(crate) fn of(extensions: &Extensions) -> Result<Self> {
        let asker = extensions.get::<Self>().cloned();
        asker.ok_or_else(|| Problem::new("internal", "nobody knows who asks"))
    }
}

/// Finds out who asks, and refuses what they may not ask.
pub(crate) async fn admit(
    Shared(state): Shared<State>,
    mut request: Request,
    next: Next,
) -> Response {
    let line = Line::of(request.extensions());
    let asker = match asker(&state, line, request.headers()).await {
        Ok(asker) => asker,
        Err(problem) => return problem.into_response(),
    };
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map(MatchedPath::as_str);
    if let Err(problem) = may_ask(&state, &asker, request.method(), route) {
        return problem.into_response();
    }
    let is_change = !request.method().is_safe() && route.is_some_and(need::is_of_access);
    request.extensions_mut().insert(asker);
    if !is_change {
        return next.run(request).await;
    }
    // What is recorded must hold, also when whoever asked has gone meanwhile.
    let work = state.works().spawn(next.run(request));
    work.await.unwrap_or_else(|error| {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a change was not carried through"
        );
        Problem::new("internal", "the request could not be finished").into_response()
    })
}

async fn asker(state: &State, line: Line, headers: &HeaderMap) -> Result<Asker> {
    let accounts = state.door().accounts();
    if let Some(shown) = bearer(headers) {
        // The key lies on this machine, and is good nowhere else.
        if line == Line::Own && state.is_local_key(shown) {
            return Ok(Asker::Local);
        }
        let token = accounts.token(shown).await?;
        return token
            .map(|token| Asker::Token(Arc::new(token)))
            .ok_or_else(|| {
                Problem::new(
                    "login-needed",
                    "the token is not known, was revoked or has expired",
                )
                .with_help("make another one in your account".to_owned())
            });
    }
    if let Some(secret) = cookie_named(headers, COOKIE)
        && let Some(session) = accounts.session(secret).await?
    {
        return Ok(Asker::Session(Arc::new(session)));
    }
    if line == Line::Own && !accounts.is_claimed() {
        Ok(Asker::Local)
    } else {
        Ok(Asker::Visitor)
    }
}

fn may_ask(state: &State, asker: &Asker, method: &Method, route: Option<&str>) -> Result<()> {
    // What no route takes is a file of the pages, or nothing.
    let Some(route) = route else {
        return Ok(());
    };
    let need = need::need(method, route);
    if matches!(asker, Asker::Local) || need == Need::Nothing {
        return Ok(());
    }
    if matches!(asker, Asker::Visitor) {
        return Err(
            Problem::new("login-needed", "this needs an account").with_help(
                "log in; a session ends by itself after a while, and what was typed is kept"
                    .to_owned(),
            ),
        );
    }
    if matches!(asker, Asker::Token(_)) && need == Need::Session {
        return Err(Problem::new("not-permitted", "a program may not do this")
            .with_help("log in with a name and a password".to_owned()));
    }
    if let Asker::Token(token) = asker
        && !need.is_in_scope(method, route, &token.scope)
    {
        return Err(Problem::new("not-permitted", "the token is not for this")
            .with_help("make one with another scope".to_owned()));
    }
    let is_permitted = match need {
        Need::Nothing | Need::Account | Need::Session | Need::OnDataset(_) => true,
        Need::InCity(actions) => actions.iter().any(|action| asker.may(state, *action)),
        Need::Local => false,
    };
    if is_permitted {
        return Ok(());
    }
    Err(not_permitted())
}

/// The refusal of what an account has no right to.
pub(crate) fn not_permitted() -> Box<Problem> {
    Problem::new("not-permitted", "your account may not do this").with_help(
        "ask the security administrator; what you may do is under your account".to_owned(),
    )
}

impl Need {
    /// Whether a token with these scopes may be used for it.
    fn is_in_scope(
        self,
        method: &Method,
        route: &str,
        scope: &std::collections::BTreeSet<Scope>,
    ) -> bool {
        // Questions are posted too; whatever else is no reading takes more than a token for reading.
        let is_reading = method.is_safe() || need::ASKS.contains(&route);
        match self {
            Self::Nothing => true,
            Self::Account | Self::InCity(_) if !is_reading => scope.contains(&Scope::Manage),
            Self::InCity([Action::Browse]) | Self::Account => {
                scope.contains(&Scope::Read) || scope.contains(&Scope::Manage)
            }
            Self::InCity(_) => scope.contains(&Scope::Manage),
            Self::OnDataset(actions) => {
                let delivers = actions.contains(&Action::Deliver);
                scope.contains(&Scope::Manage) || (delivers && scope.contains(&Scope::Deliver))
            }
            Self::Session | Self::Local => false,
        }
    }
}

/// The secret that a program shows; those of CKAN show it without a scheme.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let shown = headers.get(header::AUTHORIZATION)?.to_str().ok()?.trim();
    let Some((scheme, secret)) = shown.split_once(' ') else {
        return Some(shown);
    };
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(secret.trim())
}

/// An answer that sets cookies beside.
pub(crate) fn with_cookies(
    mut response: Response,
    cookies: impl IntoIterator<Item = impl AsRef<str>>,
) -> Response {
    for cookie in cookies {
        if let Ok(cookie) = HeaderValue::from_str(cookie.as_ref()) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// The value of a cookie.
pub(crate) fn cookie_named<'h>(headers: &'h HeaderMap, wanted: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter();
    let pairs = all
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value)
}
