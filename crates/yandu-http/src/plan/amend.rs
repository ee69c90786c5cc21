//! What a plan binds people to, how that is changed by approval, and what follows when its year is over.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

use super::actual::standing;
use super::prove::VerdictOfPlan;
use super::review::ReasonOfPlan;
use super::stored::{ItemChangeOfPlan, answer, cause, finish, must_be_of_another, tagged};
use super::task::{EditOfPlan, edits};
use super::tell::DecisionOfPlan;
use crate::Result;
use crate::access::Asker;
use crate::caller::Caller;
use crate::extract::{Body, Path, Query};
use crate::problem::Problem;
use crate::state::State;

/// A change of what a plan binds people to, asked for.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AskChange {
    #[schema(min_items = 1, max_items = 1000)]
    pub edits: Vec<EditOfPlan>,
    #[schema(min_length = 1, example = "设备到货推迟，申请延期")]
    pub reason: String,
}

/// One edit that is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EditOfChange {
    /// `set`, `add` or `remove`.
    #[schema(pattern = "^(set|add|remove)$")]
    pub op: String,
    /// `point/3`, `target/12`, `task/3.2` or `node/3.2.1`; of `add` that to which is added: a point, or a task.
    #[schema(example = "task/3.2")]
    pub item: String,
    /// Fields of the item as answers tell them; null empties one.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub fields: Map<String, Value>,
    /// Of `set`, while the change waits: what these fields say now; null where one says nothing.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub before: Map<String, Value>,
}

/// A change with its request and what was decided.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChangeOfPlan {
    pub number: u32,
    pub edits: Vec<EditOfChange>,
    /// While it waits: all that it would make otherwise as the plan stands, with what comes along with its edits. Absent where nothing is
    /// told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<ItemChangeOfPlan>,
    /// `requested`, `approved` or `rejected`.
    #[schema(pattern = "^(requested|approved|rejected)$")]
    pub state: String,
    pub requested: DecisionOfPlan,
    pub decided: Option<DecisionOfPlan>,
    /// The baseline that it made.
    pub baseline: Option<u32>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ChangeList {
    /// The newest first.
    pub changes: Vec<ChangeOfPlan>,
}

/// What a plan binds people to, as it was approved.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BaselineOfPlan {
    /// From 1; one more with each approved change.
    pub number: u32,
    pub revision: u64,
    pub by: DecisionOfPlan,
    pub targets: u64,
    pub tasks: u64,
    pub nodes: u64,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct BaselineList {
    /// The oldest first.
    pub baselines: Vec<BaselineOfPlan>,
}

/// Which baselines are compared.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Between {
    /// Number of a baseline.
    #[serde(default = "first")]
    #[param(value_type = Option<u32>, default = 1)]
    from: u32,
    /// Number of another; without it the plan as it is now.
    to: Option<u32>,
}

fn first() -> u32 {
    1
}

/// How two baselines differ.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct DifferenceOfPlan {
    pub from: u32,
    /// Absent where the plan as it is now was compared.
    pub to: Option<u32>,
    pub changes: Vec<ItemChangeOfPlan>,
}

/// The draft frame of the next plan, from the review of this one.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FrameOfPlan {
    pub year: Option<i16>,
    pub title: String,
    /// Targets that were reached in time.
    pub done: u32,
    pub done_late: u32,
    /// Targets that are carried over.
    pub open: u32,
    pub points: Vec<FramePointOfPlan>,
    /// The frame as a text that can be edited and imported.
    pub text: String,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FramePointOfPlan {
    pub number: u32,
    pub title: String,
    pub lead: Option<String>,
    pub supports: Vec<String>,
    pub carried: Vec<CarriedOfPlan>,
    /// Tasks without a target that are not closed.
    pub tasks: Vec<String>,
}

/// A target that is carried over.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct CarriedOfPlan {
    pub target: u32,
    pub literal: String,
    /// What was reached.
    pub measured: Option<f64>,
    /// What lacks.
    pub gap: Option<f64>,
    /// Its day lies behind the year of the plan: it goes on, and was not missed.
    pub goes_on: bool,
}

/// Lists the changes that were asked for.
#[utoipa::path(get, path = "/plans/{id}/changes", tag = "plans", params(("id" = String, Path, description = "Id of the plan.")), responses((status = 200, body = ChangeList, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn list_plan_changes(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Response> {
    let plan = state.plans().plan(&id).await?;
    let changes = plan.changes.values().rev();
    let told = ChangeList {
        changes: changes.map(|one| ChangeOfPlan::of(&plan, one)).collect(),
    };
    answer(StatusCode::OK, plan.revision, &told)
}

/// Asks for a change of what a plan in force says. Nothing changes before it is approved.
#[utoipa::path(post, path = "/plans/{id}/changes", tag = "plans", params(("id" = String, Path, description = "Id of the plan.")), request_body = AskChange, responses((status = 201, body = ChangeOfPlan), Problem))]
pub(super) async fn ask_change(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(body): Body<AskChange>,
) -> Result<Response> {
    let cause = cause(&state, &id, &headers, &principal, Some(body.reason)).await?;
    let edits = edits(body.edits)?;
    let plans = state.plans().clone();
    let (plan, number) = finish(
        &state,
        async move { plans.ask_change(&id, edits, cause).await },
    )
    .await?;
    let change = plan.changes.get(&number);
    let told = change.map(|change| ChangeOfPlan::of(&plan, change));
    Ok((StatusCode::CREATED, Json(told)).into_response())
}

/// Approves a change, which is made then and is the next baseline, or rejects it. It is approved by somebody else than whoever asked
/// for it, and decided once.
#[utoipa::path(post, path = "/plans/{id}/changes/{number}/decision", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("number" = u32, Path, description = "Number of the change."), ("If-Match" = Option<String>, Header, description = "The `ETag` of the revision that is meant.")), request_body = VerdictOfPlan, responses((status = 200, body = super::Plan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn decide_change(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path((id, number)): Path<(String, u32)>,
    headers: HeaderMap,
    Body(verdict): Body<VerdictOfPlan>,
) -> Result<Response> {
    let plan = state.plans().plan(&id).await?;
    let is_own = plan
        .changes
        .get(&number)
        .is_some_and(|change| change.requested.who == principal.name());
    must_be_of_another(
        &asker,
        is_own && verdict.accept,
        "a change is approved by somebody else than whoever asked for it",
    )?;
    let cause = cause(&state, &id, &headers, &principal, Some(verdict.reason)).await?;
    let plans = state.plans().clone();
    let plan = finish(&state, async move {
        plans
            .decide_change(&id, number, verdict.accept, cause)
            .await
    })
    .await?;
    tagged(&state, &principal, &plan).await
}

/// Lists the baselines of a plan: as it was approved, and after each approved change.
#[utoipa::path(get, path = "/plans/{id}/baselines", tag = "plans", params(("id" = String, Path, description = "Id of the plan.")), responses((status = 200, body = BaselineList), Problem))]
pub(super) async fn list_baselines(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<BaselineList>> {
    let plan = state.plans().plan(&id).await?;
    let baselines = state.plans().baselines(&plan.id).await?;
    Ok(Json(BaselineList {
        baselines: baselines.iter().map(BaselineOfPlan::from).collect(),
    }))
}

/// Says how two baselines differ, item by item and field by field.
#[utoipa::path(get, path = "/plans/{id}/difference", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), Between), responses((status = 200, body = DifferenceOfPlan), Problem))]
pub(super) async fn show_difference(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<String>,
    Query(between): Query<Between>,
) -> Result<Json<DifferenceOfPlan>> {
    let changes = state
        .plans()
        .difference(&id, between.from, between.to)
        .await?;
    Ok(Json(DifferenceOfPlan {
        from: between.from,
        to: between.to,
        changes: changes.into_iter().map(ItemChangeOfPlan::from).collect(),
    }))
}

/// Closes a plan whose year is reviewed: it stays as it is from then on.
#[utoipa::path(post, path = "/plans/{id}/closing", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("If-Match" = Option<String>, Header, description = "The `ETag` of the revision that is closed.")), request_body = ReasonOfPlan, responses((status = 200, body = super::Plan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn close_plan(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(why): Body<ReasonOfPlan>,
) -> Result<Response> {
    let cause = cause(&state, &id, &headers, &principal, Some(why.reason)).await?;
    let plans = state.plans().clone();
    let plan = finish(&state, async move { plans.close(&id, cause).await }).await?;
    tagged(&state, &principal, &plan).await
}

/// The draft frame of the next plan: the points with their units, and the targets and tasks that are not closed.
#[utoipa::path(get, path = "/plans/{id}/next", tag = "plans", params(("id" = String, Path, description = "Id of the plan.")), responses((status = 200, body = FrameOfPlan), Problem))]
pub(super) async fn show_next(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
) -> Result<Json<FrameOfPlan>> {
    let plan = state.plans().plan(&id).await?;
    let Some((stands, _)) = standing(&state, &principal, &plan).await? else {
        return Err(Problem::new(
            "plan-status",
            format!(
                "the plan `{}` is reviewing, and nothing of it can be carried over yet",
                plan.id
            ),
        ));
    };
    Ok(Json(yandu_plan::next_frame(&plan, &stands).into()))
}

impl ChangeOfPlan {
    fn of(plan: &yandu_plan::Plan, change: &yandu_plan::ChangeRequest) -> Self {
        let waits = change.state == yandu_plan::ChangeState::Requested;
        let edits = change.edits.iter().map(|edit| {
            let EditOfPlan { op, item, fields } = edit.into();
            EditOfChange {
                op,
                item,
                fields,
                before: if waits {
                    plan.present(edit)
                } else {
                    Map::new()
                },
            }
        });
        let effects = plan.effects(change).into_iter();
        Self {
            number: change.number,
            edits: edits.collect(),
            effects: effects.map(ItemChangeOfPlan::from).collect(),
            state: change.state.name().to_owned(),
            requested: (&change.requested).into(),
            decided: change.decided.as_ref().map(DecisionOfPlan::from),
            baseline: change.baseline,
        }
    }
}

impl From<&yandu_plan::Baseline> for BaselineOfPlan {
    fn from(baseline: &yandu_plan::Baseline) -> Self {
        Self {
            number: baseline.number,
            revision: baseline.revision,
            by: (&baseline.by).into(),
            targets: baseline.count("target"),
            tasks: baseline.count("task"),
            nodes: baseline.count("node"),
        }
    }
}

impl From<yandu_plan::Frame> for FrameOfPlan {
    fn from(frame: yandu_plan::Frame) -> Self {
        Self {
            year: frame.year,
            title: frame.title,
            done: frame.done,
            done_late: frame.done_late,
            open: frame.open,
            points: frame
                .points
                .into_iter()
                .map(FramePointOfPlan::from)
                .collect(),
            text: frame.text,
        }
    }
}

impl From<yandu_plan::FramePoint> for FramePointOfPlan {
    fn from(point: yandu_plan::FramePoint) -> Self {
        let carried = point.carried.into_iter().map(|one| CarriedOfPlan {
            target: one.target,
            literal: one.literal,
            measured: one.measured,
            gap: one.gap,
            goes_on: one.goes_on,
        });
        Self {
            number: point.number,
            title: point.title,
            lead: point.lead,
            supports: point.supports,
            carried: carried.collect(),
            tasks: point.tasks,
        }
    }
}
