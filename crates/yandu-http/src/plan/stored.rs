//! Plans that are kept: imported, listed, shown, and what became of them.

use axum::Json;
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use yandu_lake::Principal;
use yandu_plan::{Cause, Import};
use yandu_policy::Action;

use super::actual::standing;
use super::closing::Closings;
use super::tell::{Plan, PlanInList, PlanList};
use crate::Result;
use crate::access::Asker;
use crate::address::located;
use crate::caller::Caller;
use crate::etag::revision_tag;
use crate::extract::{Path, Query};
use crate::page::{After, Limit};
use crate::precondition::revisions;
use crate::problem::Problem;
use crate::state::State;

/// Work that goes on when the one who asked goes away.
pub(super) async fn finish<T: Send + 'static>(
    state: &State,
    work: impl Future<Output = yandu_plan::Result<T>> + Send + 'static,
) -> Result<T> {
    match state.works().spawn(work).await {
        Ok(result) => Ok(result?),
        Err(error) => Err(yandu_plan::Error::from(error).into()),
    }
}

/// Who changes a plan, why, and the one revision that the change is made to, of those that `If-Match` names.
pub(super) async fn cause(
    state: &State,
    id: &str,
    headers: &HeaderMap,
    principal: &Principal,
    reason: Option<String>,
) -> Result<Cause> {
    let expected = match revisions(headers).as_deref() {
        None => None,
        Some([revision]) => Some(*revision),
        Some(revisions) => {
            let now = state.plans().plan(id).await?.revision;
            if !revisions.contains(&now) {
                let why = format!("`{id}` is at revision {now}, which `If-Match` does not name");
                return Err(Problem::new("precondition-failed", why)
                    .with_help("read it again and repeat the change".to_owned()));
            }
            Some(now)
        }
    };
    Ok(Cause {
        who: principal.name().to_owned(),
        reason,
        expected,
    })
}

/// Refuses whoever has no part in a target or a node and does not work on the whole plan.
pub(super) async fn must_answer_for(
    state: &State,
    asker: &Asker,
    id: &str,
    item: &str,
) -> Result<()> {
    if asker.may(state, Action::EditPlan) {
        return Ok(());
    }
    let plan = state.plans().plan(id).await?;
    if plan
        .units_of(item)
        .iter()
        .any(|unit| asker.is_of_unit(unit))
    {
        return Ok(());
    }
    Err(Problem::new(
        "not-permitted",
        "this is reported by the units that answer for it",
    )
    .with_help("ask the joint-meeting office, or log in with an account of such a unit".to_owned()))
}

/// Refuses whoever judges what is their own. The local administrator may be the only one there is.
pub(super) fn must_be_of_another(asker: &Asker, is_own: bool, rule: &str) -> Result<()> {
    if is_own && asker.account().is_some() {
        let help = "let another reviewer look at it".to_owned();
        return Err(Problem::new("not-permitted", rule).with_help(help));
    }
    Ok(())
}

/// A plan as it stands, with its tag.
pub(super) async fn tagged(
    state: &State,
    principal: &Principal,
    plan: &yandu_plan::Plan,
) -> Result<Response> {
    let standing = standing(state, principal, plan).await?;
    let told = Plan::of(plan, standing.as_ref());
    answer(StatusCode::OK, plan.revision, &told)
}

/// An answer with a tag of the revision and of what is told: how a plan stands changes with the days.
pub(super) fn answer(status: StatusCode, revision: u64, told: &impl Serialize) -> Result<Response> {
    let body =
        serde_json::to_vec(told).map_err(|error| Problem::new("internal", error.to_string()))?;
    let hash = blake3::hash(&body).to_hex();
    let tag = format!("{revision}-{}", hash.get(..8).unwrap_or_default());
    let headers = [
        (header::ETAG, revision_tag(&tag)),
        (header::CONTENT_TYPE, "application/json".to_owned()),
    ];
    Ok((status, headers, body).into_response())
}

/// Lists the stored plans.
#[utoipa::path(get, path = "/plans", tag = "plans", responses((status = 200, body = PlanList), Problem))]
pub(super) async fn list_plans(
    Shared(state): Shared<State>,
    _caller: Caller,
) -> Result<Json<PlanList>> {
    let plans = state.plans().list().await?;
    Ok(Json(PlanList {
        plans: plans.iter().map(PlanInList::from).collect(),
    }))
}

/// Reads the text of a plan and keeps it, with its reading, to be reviewed sentence by sentence. The same bytes again change
/// nothing: the plan that is there is answered with status 200.
#[utoipa::path(post, path = "/plans", tag = "plans", request_body(content((super::PlanUpload = "multipart/form-data"), (super::PlanText = "application/json"))), responses((status = 200, body = Plan), (status = 201, body = Plan, headers(("ETag" = String, description = "The revision."), ("Location" = String, description = "Address of the plan."))), Problem))]
pub(super) async fn import_plan(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    request: Request,
) -> Result<Response> {
    let given = super::given(&state, request).await?;
    let import = Import {
        bytes: given.bytes,
        name: given.name,
        year: given.year,
        id: given.id,
        reason: given.reason,
    };
    let plans = state.plans().clone();
    let who = principal.name().to_owned();
    let (plan, is_new) = finish(&state, async move { plans.import(&who, import).await }).await?;
    let mut response = tagged(&state, &principal, &plan).await?;
    if is_new {
        *response.status_mut() = StatusCode::CREATED;
        return Ok(located(format!("/api/v1/plans/{}", plan.id), response));
    }
    Ok(response)
}

/// Shows a plan: its points with their units, its targets, how far its review has come.
#[utoipa::path(get, path = "/plans/{id}", tag = "plans", params(("id" = String, Path, description = "Id of the plan.")), responses((status = 200, body = Plan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn show_plan(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
) -> Result<Response> {
    let plan = state.plans().plan(&id).await?;
    tagged(&state, &principal, &plan).await
}

/// The text of a plan, byte for byte as it was imported.
#[utoipa::path(get, path = "/plans/{id}/text", tag = "plans", params(("id" = String, Path, description = "Id of the plan.")), responses((status = 200, description = "The bytes of the file.", body = [u8], content_type = "application/octet-stream"), Problem))]
pub(super) async fn read_text(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Response> {
    let plan = state.plans().plan(&id).await?;
    let bytes = state.plans().source(&plan).await?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{}.txt\"", plan.id),
        ),
    ];
    Ok((headers, bytes).into_response())
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Pages {
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<u64>>,
    /// Changes of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 50)]
    limit: Limit<50, 500>,
}

/// What became of a plan.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct HistoryOfPlan {
    pub id: String,
    /// The newest first.
    pub revisions: Vec<RevisionOfPlan>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

/// One change of a plan.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct RevisionOfPlan {
    pub revision: u64,
    /// `imported`, `reviewed`, `approved` …
    pub kind: String,
    pub who: String,
    #[schema(value_type = String, format = DateTime)]
    pub at: jiff::Timestamp,
    pub reason: Option<String>,
    pub changes: Vec<ItemChangeOfPlan>,
}

/// One field of one item of a plan that changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ItemChangeOfPlan {
    /// Kind and key, such as `figure/12` or `point/3`.
    #[schema(example = "figure/12")]
    pub item: String,
    /// Absent where the whole item came or went.
    pub field: Option<String>,
    #[schema(value_type = Value)]
    pub from: Value,
    #[schema(value_type = Value)]
    pub to: Value,
}

/// Lists what became of a plan: who changed what, when and why. What a metric showed of a target that was closed is left out for whoever
/// does not see all that the metric is made of.
#[utoipa::path(get, path = "/plans/{id}/history", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), Pages), responses((status = 200, body = HistoryOfPlan), Problem))]
pub(super) async fn list_plan_history(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
    Query(pages): Query<Pages>,
) -> Result<Json<HistoryOfPlan>> {
    let before = pages.after.map(|after| after.0);
    let revisions = state
        .plans()
        .history(&id, before, pages.limit.and_one())
        .await?;
    let (revisions, next) = pages.limit.cut(revisions, |revision| revision.revision);
    let plan = state.plans().plan(&id).await?;
    let closings = Closings::new(&state, &principal, &plan);
    let revisions = revisions.into_iter().map(|mut revision| {
        let changes = revision.changes.into_iter();
        revision.changes = changes.map(|change| closings.told(change)).collect();
        RevisionOfPlan::from(revision)
    });
    Ok(Json(HistoryOfPlan {
        id,
        revisions: revisions.collect(),
        next,
    }))
}

impl From<yandu_plan::Revision> for RevisionOfPlan {
    fn from(revision: yandu_plan::Revision) -> Self {
        let changes = revision.changes.into_iter();
        Self {
            revision: revision.revision,
            kind: revision.kind.name().to_owned(),
            who: revision.who,
            at: revision.at,
            reason: revision.reason,
            changes: changes.map(ItemChangeOfPlan::from).collect(),
        }
    }
}

impl From<yandu_plan::ItemChange> for ItemChangeOfPlan {
    fn from(change: yandu_plan::ItemChange) -> Self {
        Self {
            item: change.item,
            field: change.field,
            from: change.from,
            to: change.to,
        }
    }
}
