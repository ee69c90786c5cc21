//! The action API of CKAN over the ledger and the lake, for the programs that speak it.
//!
//! A package is an entry of the ledger, an organisation a department, a group a theme, a resource the table of a dataset;
//! its id is that of the entry with `.table` behind it. Active are published entries. A package that is created here is a
//! draft like any other: it is published in the ledger, by somebody who has looked at it. What a pack declares is not
//! changed from here. Answers, errors and statuses are CKAN's own, so problem details are only for what never reached an
//! action.
//!
//! Not here: users, roles, uploads (deliveries are files of their own), activity, harvesting.

mod datastore;
mod dump;
mod edit;
mod leaving;
mod list;
mod package;
mod parameters;
mod refusal;
mod resource;
mod search;
mod sql;

use axum::extract::State as Shared;
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};
use yandu_lake::Principal;
use yandu_policy::{Action, Way};

use crate::access::Asker;
use crate::address::Base;
use crate::extract::{Bytes, Path, media_type};
use crate::state::State;
use leaving::Done;
use parameters::Parameters;
use refusal::{Outcome, Refusal};

pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/api/3", get(async || Json(json!({ "version": 3 }))))
        .route("/api/3/action/{action}", get(asked).post(told))
        .route("/api/action/{action}", get(asked).post(told))
        .route("/datastore/dump/{resource}", get(dump::dump))
}

/// What an action works with.
struct Context {
    state: State,
    asker: Asker,
    principal: Principal,
    base: Base,
}

impl Context {
    fn new(state: State, asker: Asker, base: Base) -> Self {
        Self {
            principal: asker.reader(&state, Way::Interface),
            state,
            asker,
            base,
        }
    }
}

/// Every action, whether it only reads, and what it is for.
const ACTIONS: &[(&str, bool, &str)] = &[
    (
        "current_package_list_with_resources",
        true,
        "The packages with their resources, newest change first.",
    ),
    (
        "datastore_info",
        true,
        "The fields and the number of rows of a resource.",
    ),
    (
        "datastore_search",
        true,
        "Rows of a resource, by filters and words, in an order, page by page.",
    ),
    (
        "datastore_search_sql",
        true,
        "One SELECT over datasets, each named `pack.dataset`.",
    ),
    ("group_list", true, "The themes."),
    ("group_show", true, "A theme."),
    ("help_show", true, "What an action is for."),
    (
        "license_list",
        true,
        "The licences that a package can have.",
    ),
    ("organization_list", true, "The departments."),
    ("organization_show", true, "A department."),
    (
        "package_create",
        false,
        "Registers an entry in the ledger, as a draft.",
    ),
    (
        "package_delete",
        false,
        "Withdraws an entry; its history stays.",
    ),
    ("package_list", true, "The names of the packages."),
    (
        "package_patch",
        false,
        "Changes what is named of a package and leaves the rest.",
    ),
    (
        "package_search",
        true,
        "Packages by words, filters and facets, in an order, page by page.",
    ),
    ("package_show", true, "A package."),
    (
        "package_update",
        false,
        "Makes a package what is sent: what is not named is emptied.",
    ),
    (
        "resource_create",
        false,
        "Refused: a resource comes from what is collected.",
    ),
    (
        "resource_delete",
        false,
        "Refused: a resource comes from what is collected.",
    ),
    (
        "resource_patch",
        false,
        "Refused: a resource comes from what is collected.",
    ),
    ("resource_search", true, "Resources by `field:term`."),
    ("resource_show", true, "A resource."),
    (
        "resource_update",
        false,
        "Refused: a resource comes from what is collected.",
    ),
    ("site_read", true, "Whether the caller may read at all."),
    ("status_show", true, "What runs here."),
    ("tag_list", true, "The tags in use."),
    ("tag_search", true, "Tags that contain a text."),
    ("tag_show", true, "A tag."),
];

/// Actions that tell nothing of the city.
const FOR_ALL: [&str; 3] = ["help_show", "site_read", "status_show"];

/// An action as GET: its parameters stand in the address, and it may only read.
async fn asked(
    Shared(state): Shared<State>,
    asker: Asker,
    base: Base,
    Path(action): Path<String>,
    uri: Uri,
) -> Response {
    let context = Context::new(state, asker, base);
    let parameters = Parameters::of_form(uri.query().unwrap_or_default().as_bytes());
    let outcome = match parameters {
        Ok(_) if writes(&action) => Err(Refusal::Bad(format!(
            "Action {action} must be called with POST"
        ))),
        Ok(parameters) => permitted(&context, &action, &parameters).await,
        Err(refusal) => Err(refusal),
    };
    answer(&context, &action, outcome)
}

/// An action as POST: its parameters are a JSON object or a form.
async fn told(
    Shared(state): Shared<State>,
    asker: Asker,
    base: Base,
    Path(action): Path<String>,
    headers: HeaderMap,
    Bytes(body): Bytes,
) -> Response {
    let context = Context::new(state, asker, base);
    let outcome = match parameters(&headers, &body) {
        Ok(parameters) => permitted(&context, &action, &parameters).await,
        Err(refusal) => Err(refusal),
    };
    answer(&context, &action, outcome)
}

fn parameters(headers: &HeaderMap, body: &[u8]) -> Outcome<Parameters> {
    match media_type(headers).as_str() {
        "application/x-www-form-urlencoded" => Parameters::of_form(body),
        "multipart/form-data" => Err(Refusal::invalid(
            "upload",
            "Files are delivered to a dataset: POST /api/v1/batches",
        )),
        _ => Parameters::of_json(body),
    }
}

fn writes(action: &str) -> bool {
    ACTIONS
        .iter()
        .any(|(name, reads, _)| *name == action && !reads)
}

/// Runs an action for whoever may: rows are for rights to show, what the ledger says is for those who may browse it, and what changes
/// an entry for those who keep it.
async fn permitted(context: &Context, action: &str, parameters: &Parameters) -> Outcome<Done> {
    let Context { state, asker, .. } = context;
    let is_known = ACTIONS.iter().any(|(name, ..)| *name == action);
    let may = if writes(action) {
        asker.manages() && asker.may(state, Action::KeepLedger)
    } else {
        !is_known
            || action.starts_with("datastore_")
            || FOR_ALL.contains(&action)
            || asker.may(state, Action::Browse)
    };
    if !may {
        return Err(Refusal::NotAllowed(format!(
            "your account may not do `{action}`"
        )));
    }
    run(context, action, parameters).await
}

async fn run(context: &Context, action: &str, parameters: &Parameters) -> Outcome<Done> {
    let result = match action {
        "current_package_list_with_resources" => search::whole(context, parameters).await,
        "datastore_info" => datastore::info(context, parameters).await,
        "datastore_search" => return datastore::search(context, parameters).await,
        "datastore_search_sql" => return datastore::search_sql(context, parameters).await,
        "group_list" => list::groups(context, parameters).await,
        "group_show" => list::group_show(context, parameters).await,
        "help_show" => help(parameters),
        "license_list" => Ok(list::licences()),
        "organization_list" => list::organizations(context, parameters).await,
        "organization_show" => list::organization_show(context, parameters).await,
        "package_create" => edit::create(context, parameters).await,
        "package_delete" => edit::delete(context, parameters).await,
        "package_list" => search::names(context, parameters).await,
        "package_patch" => edit::patch(context, parameters).await,
        "package_search" => search::packages(context, parameters).await,
        "package_show" => search::show(context, parameters).await,
        "package_update" => edit::update(context, parameters).await,
        "resource_create" | "resource_delete" | "resource_patch" | "resource_update" => {
            resource::refuse(context, action, parameters)
        }
        "resource_search" => resource::search(context, parameters).await,
        "resource_show" => resource::show(context, parameters).await,
        "site_read" => Ok(true.into()),
        "status_show" => Ok(status(context)),
        "tag_list" => list::tags(context, parameters).await,
        "tag_search" => list::tag_search(context, parameters).await,
        "tag_show" => list::tag_show(context, parameters).await,
        unknown => {
            let unknown: String = unknown.chars().take(100).collect();
            Err(Refusal::Bad(format!("Action name not known: {unknown}")))
        }
    };
    result.map(Done::from)
}

/// The envelope of every answer.
fn answer(context: &Context, action: &str, outcome: Outcome<Done>) -> Response {
    let help = format!(
        "/api/3/action/help_show?name={}",
        crate::address::encode(action)
    );
    let help = context.base.at(&help);
    match outcome {
        Ok(Done { result, left }) => {
            let body = json!({ "help": help, "success": true, "result": result });
            match left {
                Some(left) => left.answer(body.to_string().into_bytes()),
                None => Json(body).into_response(),
            }
        }
        Err(refusal) => match refusal.answer() {
            (status, bare @ Value::String(_)) => (status, Json(bare)).into_response(),
            (status, error) => {
                let body = json!({ "help": help, "success": false, "error": error });
                (status, Json(body)).into_response()
            }
        },
    }
}

fn help(parameters: &Parameters) -> Outcome {
    let name = parameters.needed("name")?;
    ACTIONS
        .iter()
        .find(|(known, ..)| *known == name)
        .map(|(_, _, about)| Value::from(*about))
        .ok_or_else(|| Refusal::NotFound(format!("Action name not known: {name}")))
}

fn site_title(context: &Context) -> &str {
    match context.state.options().site_name.as_str() {
        "" => "盐渎",
        name => name,
    }
}

fn status(context: &Context) -> Value {
    json!({
        "ckan_version": "2.11",
        "site_title": site_title(context),
        "site_description": "",
        "site_url": context.base.at(""),
        "error_emails_to": null,
        "locale_default": "zh_Hans_CN",
        "extensions": ["datastore"],
        "yandu_version": env!("CARGO_PKG_VERSION"),
    })
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    #[test]
    fn actions_are_listed_in_order_and_once() {
        assert!(ACTIONS.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_bad_request_is_a_bare_text_and_every_other_refusal_an_error() {
        let (status, body) = Refusal::Bad("Action name not known: x".to_owned()).answer();
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(body, "Bad request - Action name not known: x");
        let (status, body) = Refusal::missing("name").answer();
        assert_eq!(status, StatusCode::CONFLICT);
        assert_eq!(
            body,
            json!({"__type": "Validation Error", "name": ["Missing value"]})
        );
    }
}
