//! Metrics: what there is, what they are now, what they were, and what was said of them.

mod leaving;
mod shape;

use std::collections::BTreeMap;

use arrow::datatypes::Schema;
use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_lake::Principal;
use yandu_metrics::{Ask, Definition};
use yandu_policy::Way;
use yandu_transform::Limits;
use yandu_words::{MetricId, Period};

use crate::Result;
use crate::access::{Asker, not_permitted};
use crate::caller::Caller;
use crate::export::{self, Taken};
use crate::extract::{Body, Path, Query};
use crate::page::{After, Limit};
use crate::problem::Problem;
use crate::state::State;
use crate::trail::{Follower, TrailStep, leave};

use leaving::Numbers;

pub use shape::{
    MetricAlert, MetricAnswer, MetricAsk, MetricBaseline, MetricBounds, MetricBy, MetricChange,
    MetricData, MetricDefinition, MetricDimension, MetricForecast, MetricForecastPoint,
    MetricFreshness, MetricGap, MetricGroup, MetricKey, MetricLine, MetricNote, MetricNumber,
    MetricPast, MetricPoint, MetricRecorded, MetricTarget, MetricTargetStanding,
};

/// Questions in one request.
const ASKS: usize = 200;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_metrics))
        .routes(routes!(ask_metrics))
        .routes(routes!(list_alerts))
        .routes(routes!(show_metric))
        .routes(routes!(show_history))
        .routes(routes!(list_notes, add_note))
        .routes(routes!(remove_note))
        .routes(routes!(follow_number))
}

/// The metrics that packs declare, in the order of their ids.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MetricList {
    pub metrics: Vec<MetricLine>,
}

/// Lists the metrics, each with the newest number of the whole city as it is recorded where whoever asks sees all that it is made of.
#[utoipa::path(get, path = "/metrics", tag = "metrics", responses((status = 200, body = MetricList), Problem))]
async fn list_metrics(Shared(state): Shared<State>, asker: Asker) -> Result<Json<MetricList>> {
    let definitions = state.metrics().definitions().into_iter();
    let definitions: Vec<_> = definitions
        .map(|definition| {
            let is_whole = shows_records(&state, &asker, &definition);
            (definition, is_whole)
        })
        .collect();
    // They are recorded as the whole city has them.
    let newest = if definitions.iter().any(|(_, is_whole)| *is_whole) {
        state.metrics().newest().await?
    } else {
        Vec::new()
    };
    let metrics = definitions.iter().map(|(definition, is_whole)| {
        let number = newest
            .iter()
            .find(|recorded| *is_whole && recorded.metric == *definition.id());
        MetricLine::new(definition, *is_whole, number)
    });
    Ok(Json(MetricList {
        metrics: metrics.collect(),
    }))
}

/// Shows what a metric is: its declaration, the SQL that it is computed by, and a name for just that.
#[utoipa::path(get, path = "/metrics/{id}", tag = "metrics", params(("id" = String, Path)), responses((status = 200, body = MetricDefinition), Problem))]
async fn show_metric(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<MetricId>,
) -> Result<Json<MetricDefinition>> {
    let definition = state.metrics().definition(&id)?;
    Ok(Json(MetricDefinition::from(&definition)))
}

/// Questions to metrics.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MetricAsks {
    #[schema(min_items = 1, max_items = 200)]
    pub asks: Vec<MetricAsk>,
}

/// What became of one question: its answer, or why there is none.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MetricOutcome {
    Answer(Box<MetricAnswer>),
    Problem(Box<Problem>),
}

/// The answers, in the order of the questions.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MetricAnswers {
    pub outcomes: Vec<MetricOutcome>,
}

/// Answers questions to metrics, many in one request. A question that has no answer spoils no other one; one that is not
/// well formed is refused with the whole request. To a token numbers leave under a receipt, as a page of SQL does.
#[utoipa::path(post, path = "/metrics/ask", tag = "metrics", request_body = MetricAsks, responses((status = 200, headers(("yandu-receipt" = Option<String>, description = "The receipt under which numbers leave to a token.")), body = MetricAnswers), Problem))]
async fn ask_metrics(
    Shared(state): Shared<State>,
    asker: Asker,
    Body(asked): Body<MetricAsks>,
) -> Result<Response> {
    if asked.asks.is_empty() || asked.asks.len() > ASKS {
        let message = format!("a request has from 1 to {ASKS} questions");
        return Err(Problem::new("invalid-body", message));
    }
    let asks = asked.asks.into_iter().map(MetricAsk::read);
    let asks: Vec<Ask> = asks.collect::<Result<_>>()?;
    let principal = asker.reader(&state, Way::Page);
    let mut outcomes = Vec::with_capacity(asks.len());
    let mut numbers = Numbers::default();
    for ask in &asks {
        outcomes.push(match state.metrics().ask(&principal, ask).await {
            Ok(answer) => {
                numbers.add(&answer);
                MetricOutcome::Answer(Box::new(MetricAnswer::from(answer)))
            }
            Err(error) => MetricOutcome::Problem(error.into()),
        });
    }
    let left = numbers.leave(&state, &asker).await?;
    export::json(left, &MetricAnswers { outcomes })
}

/// Which number's history is meant.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct HistoryOf {
    /// A period of the metric's own length.
    #[param(value_type = String, example = "2025-06")]
    pub period: Period,
    /// The code of a county; the whole without one.
    #[serde(default)]
    pub area: String,
}

/// What the number of a period was at different times.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MetricHistory {
    pub metric: String,
    /// Oldest first; a restated number stands after the one that it replaced.
    pub numbers: Vec<MetricRecorded>,
}

/// Shows what a number was told to be, and when it changed, to whoever sees all that it is made of.
#[utoipa::path(get, path = "/metrics/{id}/history", tag = "metrics", params(("id" = String, Path), HistoryOf), responses((status = 200, body = MetricHistory), Problem))]
async fn show_history(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<MetricId>,
    Query(of): Query<HistoryOf>,
) -> Result<Json<MetricHistory>> {
    must_see(&state, &asker, &id)?;
    let history = state.metrics().history(&id, &of.area, of.period).await?;
    Ok(Json(MetricHistory {
        metric: id.to_string(),
        numbers: history.iter().map(MetricRecorded::from).collect(),
    }))
}

/// Refuses whoever does not see all that a number is made of: what was said of it, or what it was, may tell it.
fn must_see(state: &State, asker: &Asker, id: &MetricId) -> Result<()> {
    let definition = state.metrics().definition(id)?;
    if shows_records(state, asker, &definition) {
        Ok(())
    } else {
        Err(not_permitted())
    }
}

/// Whether somebody sees all that the numbers of a metric are made of, as they are recorded of the whole city.
fn shows_records(state: &State, asker: &Asker, definition: &Definition) -> bool {
    let reader = asker.reader(state, Way::Page);
    asker.reads() && state.metrics().shows_records(&reader, definition)
}

/// The notes at the numbers of a metric, oldest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MetricNotes {
    pub notes: Vec<MetricNote>,
}

/// Lists the notes at the numbers of a metric, for whoever sees all that these are made of.
#[utoipa::path(get, path = "/metrics/{id}/notes", tag = "metrics", params(("id" = String, Path)), responses((status = 200, body = MetricNotes), Problem))]
async fn list_notes(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<MetricId>,
) -> Result<Json<MetricNotes>> {
    must_see(&state, &asker, &id)?;
    let notes = state.metrics().notes(&id).await?;
    Ok(Json(MetricNotes {
        notes: notes.into_iter().map(MetricNote::from).collect(),
    }))
}

/// A note to be written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteNote {
    #[schema(value_type = String, example = "2025-06")]
    pub period: Period,
    /// The code of an area; the whole without one.
    #[serde(default)]
    #[schema(max_length = 64)]
    pub area: String,
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
}

/// Writes a note at a number, for whoever sees all that it is made of.
#[utoipa::path(post, path = "/metrics/{id}/notes", tag = "metrics", params(("id" = String, Path)), request_body = WriteNote, responses((status = 201, body = MetricNote), Problem))]
async fn add_note(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(id): Path<MetricId>,
    Body(note): Body<WriteNote>,
) -> Result<(StatusCode, Json<MetricNote>)> {
    must_see(&state, &asker, &id)?;
    if note.area.chars().count() > 64 || note.area.chars().any(char::is_control) {
        return Err(Problem::new(
            "invalid-body",
            "`area` is the code of no area",
        ));
    }
    let metrics = state.metrics().clone();
    let written = state.works().spawn(async move {
        metrics
            .add_note(&principal, &id, &note.area, note.period, &note.text)
            .await
    });
    let written = written.await.map_err(|error| stopped(&error))??;
    Ok((StatusCode::CREATED, Json(written.into())))
}

/// Removes a note at a number, for whoever sees all that it is made of; that it was there stays on record.
#[utoipa::path(delete, path = "/metrics/{id}/notes/{note}", tag = "metrics", params(("id" = String, Path), ("note" = i64, Path)), responses((status = 204), Problem))]
async fn remove_note(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path((id, note)): Path<(MetricId, i64)>,
) -> Result<StatusCode> {
    must_see(&state, &asker, &id)?;
    let metrics = state.metrics().clone();
    let removed = state
        .works()
        .spawn(async move { metrics.remove_note(&principal, &id, note).await });
    removed.await.map_err(|error| stopped(&error))??;
    Ok(StatusCode::NO_CONTENT)
}

fn stopped(error: &tokio::task::JoinError) -> Box<Problem> {
    tracing::error!(%error, "a note was not finished");
    Problem::new("internal", "the request could not be finished")
}

/// Which alerts are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AlertsOf {
    /// Only those that are open.
    #[serde(default)]
    pub open: bool,
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000)]
    limit: Limit<100, 1000>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>)]
    after: Option<After<i64>>,
}

/// Numbers that are, or were, outside of their bounds, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct MetricAlerts {
    pub alerts: Vec<MetricAlert>,
    /// Where the next page begins; absent on the last one.
    pub next: Option<String>,
}

/// Lists alerts of metrics whose rows whoever asks sees all of: the numbers are those of the whole city.
#[utoipa::path(get, path = "/alerts", tag = "metrics", params(AlertsOf), responses((status = 200, body = MetricAlerts), Problem))]
async fn list_alerts(
    Shared(state): Shared<State>,
    asker: Asker,
    Query(of): Query<AlertsOf>,
) -> Result<Json<MetricAlerts>> {
    let before = of.after.map(|After(id)| id);
    let alerts = state
        .metrics()
        .alerts(of.open, before, of.limit.and_one(), |definition| {
            shows_records(&state, &asker, definition)
        })
        .await?;
    let (alerts, next) = of.limit.cut(alerts, |alert| alert.id);
    Ok(Json(MetricAlerts {
        alerts: alerts.into_iter().map(MetricAlert::from).collect(),
        next,
    }))
}

/// Which number's trail is wanted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberTrail {
    /// The period of the number; the newest with data when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2025-06")]
    pub period: Option<String>,
    /// The length of the period where `period` is absent: `day`, `month`, `quarter` or `year`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grain: Option<String>,
    /// No data after this period are taken, as of a year of which only as much is compared as another one has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "2025-06")]
    pub until: Option<Period>,
    /// The values that dimensions have, as the number was asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub only: BTreeMap<String, Vec<String>>,
    /// Rows of a step that are shown and followed; 20 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
}

/// The trail of a number: what it means, and the rows, deliveries and departments that it came from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct MetricTrail {
    pub definition: MetricDefinition,
    /// The number itself.
    pub point: MetricPoint,
    /// Whether the number is put together from more rows of the model than the trail begins with.
    pub more: bool,
    /// Only the rows that whoever asks sees went into the number: that of the whole city may be another. Absent where all rows did.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_part: bool,
    /// The rows of the model, and what they were made of; absent where the number is put together from no row.
    pub trail: Option<TrailStep>,
}

/// Follows a number down to the rows of its model, and these through all models to the rows of deliveries, as far as whoever asks sees
/// all of the datasets on the way. To a token the number and the rows leave under a receipt, as a page of SQL does.
#[utoipa::path(post, path = "/metrics/{id}/trail", tag = "metrics", params(("id" = String, Path)), request_body = NumberTrail, responses((status = 200, headers(("yandu-receipt" = Option<String>, description = "The receipt under which rows leave to a token.")), body = MetricTrail), Problem))]
async fn follow_number(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(id): Path<MetricId>,
    Body(asked): Body<NumberTrail>,
) -> Result<Response> {
    let limit = asked.limit.unwrap_or(20);
    if !(1..=100).contains(&limit) {
        return Err(Problem::new("invalid-body", "`limit` is from 1 to 100"));
    }
    let ask = MetricAsk {
        metric: id.to_string(),
        period: asked.period,
        grain: asked.grain,
        only: asked.only,
        ..MetricAsk::default()
    };
    let ask = Ask {
        until: asked.until,
        ..ask.read()?
    };
    let metrics = state.metrics();
    let model = metrics.definition(&id)?.file.of.clone();
    let packs = state.collector().packs();
    let key: Vec<String> = packs
        .dataset(&model)
        .into_iter()
        .flat_map(|dataset| dataset.file().key.iter().map(ToString::to_string))
        .collect();
    let limits = Limits {
        rows: limit as usize,
        ..Limits::default()
    };
    let origin = metrics.origin(&principal, &ask, &key, limits.rows).await?;
    let asked = format!("TRAIL METRIC {id}");
    let (trail, left) = if origin.rows.is_empty() {
        // The number is told all the same.
        let taken = Taken {
            read: &[(model, origin.version)],
            columns: &Schema::empty(),
            rows: 1,
            is_cut: false,
        };
        let left = export::leave(&state, &asker, &asked, &taken).await?;
        (None, left)
    } else {
        // The rows are some that the reader sees; what they were made of is cut to what else it sees.
        let everything = Principal::local_administrator();
        let step = state
            .transform()
            .trail(&everything, &model, &origin.rows, origin.version, limits)
            .await?;
        let mut shown = TrailStep::new(step, &state)?;
        Follower::new(&state, &asker).await.show(&mut shown);
        if origin.more && !shown.withheld {
            // They are the first of those that the number is put together from.
            shown.count = Some(origin.point.cells as u64);
        }
        shown.deliveries(&state).await?;
        state.note_uses(&principal, shown.read().iter());
        let left = leave(&state, &asker, &asked, 1, &mut shown).await?;
        (Some(shown), left)
    };
    let answer = MetricTrail {
        definition: MetricDefinition::from(&origin.definition),
        point: origin.point.into(),
        more: origin.more,
        is_part: !metrics.shows_whole(&principal, &origin.definition),
        trail,
    };
    export::json(left, &answer)
}
