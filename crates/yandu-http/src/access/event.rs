//! What was done with accounts, grants and the negative list, for the audit administrator.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State as Shared;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::{EventFilter, EventKind};

use crate::Result;
use crate::extract::Query;
use crate::page::{After, Limit};
use crate::problem::Problem;
use crate::state::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(list_access_events))
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventLine {
    pub id: i64,
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Absent where nobody had shown who they are.
    pub actor: Option<String>,
    /// What they are called now; absent where no account has that id.
    pub actor_name: Option<String>,
    /// `login`, `grant-given`, `account-changed` …
    pub kind: String,
    /// What it was done to.
    pub subject: String,
    #[schema(value_type = Object)]
    pub detail: serde_json::Value,
}

/// Events, the newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    pub events: Vec<EventLine>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Asked {
    /// Who did it.
    actor: Option<String>,
    /// What was done: `login`, `grant-given`, `account-changed` …
    kind: Option<String>,
    /// What it was done to.
    subject: Option<String>,
    #[param(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// The time before which all are.
    #[param(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<i64>>,
    /// Events of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

/// Lists what was done with accounts and rights, the newest first.
#[utoipa::path(get, path = "/access-events", tag = "access", params(Asked), responses((status = 200, body = EventPage), Problem))]
async fn list_access_events(
    Shared(state): Shared<State>,
    Query(asked): Query<Asked>,
) -> Result<Json<EventPage>> {
    let kind = asked.kind.as_deref().map(|name| {
        EventKind::from_name(name).ok_or_else(|| {
            let known = EventKind::ALL.iter().map(|kind| kind.name());
            let known = known.collect::<Vec<_>>().join(", ");
            Problem::new("invalid-parameter", format!("`{name}` is no kind of event"))
                .with_help(format!("there are {known}"))
        })
    });
    let filter = EventFilter {
        actor: asked.actor,
        kind: kind.transpose()?,
        subject: asked.subject,
        since: asked.since,
        until: asked.until,
    };
    let accounts = state.door().accounts();
    let before = asked.after.map(|after| after.0);
    let found = accounts
        .events(&filter, before, asked.limit.and_one())
        .await?;
    let (found, next) = asked.limit.cut(found, |event| event.id);
    let actors: BTreeSet<&String> = found
        .iter()
        .filter_map(|event| event.actor.as_ref())
        .collect();
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for actor in actors {
        let Ok(id) = actor.parse() else {
            continue;
        };
        if let Ok(account) = accounts.find(&id).await {
            names.insert(actor.clone(), account.name);
        }
    }
    let events = found.into_iter().map(|event| EventLine {
        id: event.id,
        at: event.at,
        actor_name: event
            .actor
            .as_ref()
            .and_then(|actor| names.get(actor).cloned()),
        actor: event.actor,
        kind: event.kind.name().to_owned(),
        subject: event.subject,
        detail: event.detail,
    });
    Ok(Json(EventPage {
        events: events.collect(),
        next,
    }))
}
