//! Signing in at the provider of identities, with a browser.
//!
//! A page of ours begins (a request that pages of other sites cannot send), the browser goes to the provider and comes back to
//! [`come_back`] with what begins the same session as a password does. What has to be known in between is sealed in a cookie of
//! that browser ([`flow`]), so that nobody else can finish it, and is used once. Where it goes on after that is a place of our own.
//!
//! A second factor of the account is asked for on the page, by [`send_code`]: whom the provider has let in is sealed in a cookie
//! until then. So is whom it has proved for linking: the owner of the account is shown who it is, and says with their password that
//! the account is to be linked ([`link_proved`]). An attempt that somebody has left in a browser links nobody by itself.

mod flow;

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::{Identified, Identity, Session};
use yandu_openid::{Answer, Proof, Provider};

use super::identity::LinkConfirmation;
use super::session::{Browser, Who, set_cookie, who};
use super::{Asker, SecondFactor, with_cookies};
use crate::Result;
use crate::address::{Base, encode};
use crate::extract::{Body, Query};
use crate::line::Line;
use crate::problem::Problem;
use crate::state::State;

use flow::{CODE, Flow, Intent, Linking, PROVED, Proved, own_place};
pub(crate) use flow::{Pages, Used};

/// Where the provider sends browsers back to, below the address of the city. It is registered there.
const CALLBACK: &str = "/api/v1/session/openid/callback";
/// The page of one's own identities.
const LINKED: &str = "/account?tab=identities";
/// The same, where one is asked whether the account is to be linked.
const CONFIRM: &str = "/account?tab=identities&confirm=yes";
pub(crate) const END: &str = "/api/v1/session/openid/end";

/// The provider of identities, and how the pages speak of it.
#[derive(Clone)]
pub struct OpenidOptions {
    pub provider: Provider,
    /// What stands on the button, in Chinese.
    pub name: String,
    pub name_en: String,
    /// Values of `acr` or `amr` that take the place of the second factor of an account.
    pub second_factors: BTreeSet<String>,
}

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(begin_openid))
        .routes(routes!(send_openid_code))
}

/// What browsers are sent to, which the document of the interface leaves out: no program asks for it.
pub(crate) fn browser_routes() -> Router<State> {
    Router::new()
        .route(CALLBACK, get(come_back))
        .route(END, get(end))
}

/// A provider of identities at which people sign in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OpenidLine {
    /// What it is called, in Chinese.
    pub name: String,
    pub name_en: String,
    pub issuer: String,
    /// Whether it answered when it was asked last; until it does nobody can sign in there.
    pub is_reachable: bool,
    /// Whether its own session can be ended from here.
    pub ends_sessions: bool,
    /// Whether nobody but administrators logs in with a password.
    pub replaces_passwords: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenidSignIn {
    /// Where to go on afterwards: a path of our own, with its query. The first page where it is missing or none.
    #[serde(default)]
    pub to: Option<String>,
}

/// Where the browser goes on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct OpenidBegun {
    pub address: String,
}

/// What a browser brings back (RFC 6749, 4.1.2; RFC 9207).
#[derive(Deserialize)]
struct Returned {
    state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// Begins to sign in at the provider of identities; the browser that asks goes to the address.
#[utoipa::path(post, path = "/session/openid", tag = "access", request_body = OpenidSignIn, responses((status = 200, body = OpenidBegun), Problem))]
async fn begin_openid(
    Shared(state): Shared<State>,
    base: Base,
    line: Line,
    Body(asked): Body<OpenidSignIn>,
) -> Result<Response> {
    let to = own_place(asked.to.as_deref());
    let (answer, cookie) = begin_from(&state, &base, line, to, Pages::Desk).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(answer)).into_response())
}

/// Begins to sign in from one of our pages, to which the browser comes back: where it goes on, and its cookie.
pub(crate) async fn begin_from(
    state: &State,
    base: &Base,
    line: Line,
    to: String,
    pages: Pages,
) -> Result<(OpenidBegun, String)> {
    begun(state, base, line, to, Intent::SignIn(pages)).await
}

/// Begins to link an account to its owner at the provider, who signs in there anew.
pub(super) async fn begin_link(
    state: &State,
    asker: &Asker,
    base: &Base,
    line: Line,
) -> Result<Response> {
    let Asker::Session(session) = asker else {
        return Err(super::session::no_session());
    };
    let intent = Intent::Link(Linking {
        account: session.account.id.clone(),
        session: session.id.clone(),
    });
    let (answer, cookie) = begun(state, base, line, CONFIRM.to_owned(), intent).await?;
    Ok(([(header::SET_COOKIE, cookie)], Json(answer)).into_response())
}

/// Whom the provider has proved for the account of this session, to be linked once its owner says so.
pub(super) fn proved_for(state: &State, asker: &Asker, headers: &HeaderMap) -> Option<Identified> {
    let Asker::Session(session) = asker else {
        return None;
    };
    let proved: Proved = PROVED.kept(state, headers)?;
    let Linking {
        account,
        session: begun_in,
    } = &proved.linking;
    let is_own = *account == session.account.id && *begun_in == session.id;
    is_own.then_some(proved.identified)
}

/// Links the account of this session to whom the provider has proved for it, with a proof that its owner is there and was shown
/// them: another window may have proved somebody else since.
pub(super) async fn link_proved(
    state: &State,
    asker: &Asker,
    headers: &HeaderMap,
    confirmed: &LinkConfirmation,
) -> Result<Identity> {
    let identified = proved_for(state, asker, headers).ok_or_else(|| {
        Problem::new(
            "openid-attempt",
            "nobody was proved for this account in this session, or too long ago",
        )
        .with_help("begin to link it again".to_owned())
    })?;
    let LinkConfirmation {
        issuer,
        subject,
        password,
        code,
    } = confirmed;
    if identified.issuer != *issuer || identified.subject != *subject {
        return Err(Problem::new(
            "openid-changed",
            "somebody else has been proved in this session since",
        )
        .with_help("ask again who is proved, and link them only if it is you".to_owned()));
    }
    let accounts = state.door().accounts();
    let own = super::account::own(asker)?;
    let linked = accounts
        .link_proved(own, password, code.as_deref(), &identified)
        .await?;
    Ok(linked)
}

/// Forgets whom the provider has proved for linking.
pub(super) fn forget_proved() -> String {
    PROVED.over()
}

async fn begun(
    state: &State,
    base: &Base,
    line: Line,
    to: String,
    intent: Intent,
) -> Result<(OpenidBegun, String)> {
    let provider = &configured(state)?.provider;
    let is_link = matches!(intent, Intent::Link(_));
    let begun = provider.begin(&base.at(CALLBACK), is_link).await;
    let begun = begun.map_err(|error| told(&error))?;
    let flow = Flow::new(state, begun.attempt, to, intent);
    let cookie = flow.cookie(state, line)?;
    let answer = OpenidBegun {
        address: begun.address,
    };
    Ok((answer, cookie))
}

/// Where the provider sends the browser. It goes on to a page, which says what was wrong, unless the program itself is at fault.
async fn come_back(
    Shared(state): Shared<State>,
    browser: Browser,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Result<Response> {
    let openid = configured(&state)?;
    let flow = returned
        .state
        .as_deref()
        .and_then(|given| Flow::taken(&state, &headers, given));
    let Some(flow) = flow else {
        // Nobody began it here, it is over, or it was finished.
        return Ok(see(&Pages::Desk.refused("openid-attempt", "/")));
    };
    let over = flow.over();
    let page = |code: &str| match &flow.intent {
        Intent::SignIn(pages) => pages.refused(code, &flow.to),
        Intent::Link(_) => format!("{LINKED}&refused={}", encode(code)),
    };
    let proof = match proved(openid, &flow, returned).await {
        Ok(proof) => proof,
        Err(problem) => {
            return Ok(([(header::SET_COOKIE, over)], see(&page(&problem.code))).into_response());
        }
    };
    let identified = identified(openid, proof);
    let Browser { client, line } = browser;
    let accounts = state.door().accounts();
    let (cookie, place) = match &flow.intent {
        Intent::Link(linking) => match linkable(&state, linking).await {
            Ok(()) => {
                let proved = Proved {
                    identified,
                    linking: linking.clone(),
                };
                (Some(PROVED.keep(&state, line, &proved)?), flow.to.clone())
            }
            Err(problem) => (None, page(&problem.code)),
        },
        Intent::SignIn(pages) => match accounts.login_identified(&identified, None, client).await {
            Ok(logged) => {
                let cookie = set_cookie(&logged.secret, line);
                (Some(cookie), pages.arrival(&flow.to))
            }
            Err(yandu_access::Error::SecondFactorNeeded) => {
                let cookie = CODE.keep(&state, line, &identified)?;
                (Some(cookie), pages.code(&flow.to))
            }
            // A fault of the program is told as one.
            Err(error) if error.code() == "internal" => return Err(error.into()),
            Err(error) => (None, page(error.code())),
        },
    };
    let cookies = [Some(over), cookie].into_iter().flatten();
    Ok(with_cookies(see(&place), cookies))
}

/// Finishes signing in of whom the provider has let in and whose account has a second factor.
#[utoipa::path(post, path = "/session/openid/code", tag = "access", request_body = SecondFactor, responses((status = 200, body = Who), Problem))]
async fn send_openid_code(
    Shared(state): Shared<State>,
    browser: Browser,
    headers: HeaderMap,
    Body(factor): Body<SecondFactor>,
) -> Result<Response> {
    let (asker, cookies) = send_code(&state, browser, &headers, &factor.code).await?;
    let response = Json(who(&state, &asker)).into_response();
    Ok(with_cookies(response, cookies))
}

/// Begins the session of whom the provider has let in, with the code of their second factor, and gives the cookies for it.
pub(crate) async fn send_code(
    state: &State,
    browser: Browser,
    headers: &HeaderMap,
    code: &str,
) -> Result<(Asker, [String; 2])> {
    configured(state)?;
    let identified: Identified = CODE.kept(state, headers).ok_or_else(|| {
        Problem::new("openid-attempt", "nobody signs in here, or not any more")
            .with_help("sign in again".to_owned())
    })?;
    let Browser { client, line } = browser;
    let accounts = state.door().accounts();
    let logged = accounts
        .login_identified(&identified, Some(code), client)
        .await?;
    let cookies = [set_cookie(&logged.secret, line), CODE.over()];
    Ok((Asker::Session(Arc::new(logged.session)), cookies))
}

/// Sends the browser to where the provider ends its own session, and from there back to the login.
async fn end(Shared(state): Shared<State>, base: Base) -> Result<Response> {
    let provider = &configured(&state)?.provider;
    let address = provider.end_address(&base.at("/login")).await;
    let address = address.map_err(|error| told(&error))?;
    Ok(see(address.as_deref().unwrap_or("/login")))
}

/// The provider as the pages are told of it.
pub(crate) fn line_of_provider(state: &State) -> Option<OpenidLine> {
    let openid = state.options().openid.as_ref()?;
    let rules = &state.door().accounts().settings().identities;
    Some(OpenidLine {
        name: openid.name.clone(),
        name_en: openid.name_en.clone(),
        issuer: openid.provider.issuer().to_owned(),
        is_reachable: openid.provider.is_reachable(),
        ends_sessions: openid.provider.ends_sessions(),
        replaces_passwords: rules.replaces_passwords,
    })
}

pub(super) fn configured(state: &State) -> Result<&OpenidOptions> {
    state.options().openid.as_ref().ok_or_else(|| {
        Problem::new(
            "openid-off",
            "nobody signs in at a provider of identities here",
        )
        .with_help("set `openid.issuer` in the configuration, or log in with a password".to_owned())
    })
}

/// Whom the provider has let in; what it says otherwise is told in the log.
async fn proved(openid: &OpenidOptions, flow: &Flow, returned: Returned) -> Result<Proof> {
    if let Some(error) = returned.error {
        let error: String = error
            .chars()
            .filter(char::is_ascii_graphic)
            .take(60)
            .collect();
        tracing::info!(error, "the provider lets nobody in");
        return Err(Problem::new("openid-refused", "the provider refuses"));
    }
    let answer = Answer {
        code: returned.code.unwrap_or_default(),
        issuer: returned.iss,
    };
    let proof = openid.provider.finish(&flow.attempt, &answer).await;
    proof.map_err(|error| told(&error))
}

fn identified(openid: &OpenidOptions, proof: Proof) -> Identified {
    Identified {
        has_second_factor: proof
            .methods
            .iter()
            .any(|method| openid.second_factors.contains(method)),
        issuer: proof.issuer,
        subject: proof.subject,
        account: proof.account,
        name: proof.name,
    }
}

/// Whether the session goes on in which somebody began to link. The browser does not send its cookie along with what another site
/// sends it to.
async fn linkable(state: &State, linking: &Linking) -> Result<()> {
    let accounts = state.door().accounts();
    let sessions: Vec<Session> = accounts.sessions_of(&linking.account).await?;
    if sessions.iter().any(|one| one.id == linking.session) {
        return Ok(());
    }
    Err(Problem::new(
        "openid-attempt",
        "the session has ended meanwhile",
    ))
}

/// The problem that a fault of the provider is, which the log tells more of.
fn told(error: &yandu_openid::Error) -> Box<Problem> {
    tracing::warn!(%error, "somebody could not sign in at the provider");
    let problem = Problem::new(
        error.code(),
        match error.code() {
            "openid-silent" => "the provider of identities does not answer",
            "openid-answer" => "the answer of the provider of identities is not believed",
            "openid-refused" => "the provider of identities refuses",
            _ => "nobody can sign in at the provider of identities",
        },
    );
    problem.with_help("log in with a password, or try again later".to_owned())
}

/// An answer by which a browser goes on elsewhere.
fn see(place: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}
