//! 闭环式管理: what targets are bound to, documents, evidence, and what is late.

use axum::Json;
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_collect::form::form_of;
use yandu_plan::{EvidenceFields, Listed, Source, Step, Way};

use super::actual::{look, standing};
use super::closing::Closings;
use super::stand::{BindingOfPlan, CountedOfPlan, TargetStandingOfPlan};
use super::stored::{answer, cause, finish, must_answer_for, must_be_of_another, tagged};
use super::task::WhyOfPlan;
use super::tell::{DecisionOfPlan, FigureOfPlan};
use crate::Result;
use crate::access::Asker;
use crate::address::located;
use crate::caller::Caller;
use crate::document::{self, DocumentFile, DocumentUpload};
use crate::extract::{Body, Path};
use crate::problem::Problem;
use crate::state::State;

/// What a target is bound to.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BindTarget {
    /// `metric`, `form`, `by-hand` or `open`.
    #[schema(pattern = "^(metric|form|by-hand|open)$")]
    pub kind: String,
    /// The metric, or the dataset of the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "telecom.new_station")]
    pub id: Option<String>,
    /// The metric over the reports of a form; without one it is proved by evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "industry.future_industry")]
    pub metric: Option<String>,
    /// Of a metric: `year-sum`, `at-date`, `change` or `share`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^(year-sum|at-date|change|share)$")]
    pub way: Option<String>,
    /// Of a change: against which value, where the metric declares none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<f64>,
    /// Of a change: against the same time of the year before.
    #[serde(default)]
    pub against_year_before: bool,
    #[schema(min_length = 1)]
    pub reason: String,
}

/// A target with all that is known of it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TargetOfPlan {
    #[serde(flatten)]
    pub figure: FigureOfPlan,
    pub binding: BindingOfPlan,
    /// Absent while the plan is under review.
    pub standing: Option<TargetStandingOfPlan>,
    /// The newest first.
    pub evidence: Vec<EvidenceOfPlan>,
    /// When it was seen to be closed, and open again; the newest first.
    pub closings: Vec<ClosingOfPlan>,
    /// Its tasks, copies of counties among them.
    pub tasks: Vec<String>,
}

/// That a target was seen to be closed, or open again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ClosingOfPlan {
    /// The day from which it is reached; absent where it is open again.
    #[schema(value_type = Option<String>, format = Date)]
    pub closed_on: Option<Date>,
    /// Of a metric: for whoever sees all that it is made of.
    pub value: Option<f64>,
    /// The day that the value speaks of, where that is told.
    #[schema(value_type = Option<String>, format = Date)]
    pub as_of: Option<Date>,
    pub seen: DecisionOfPlan,
}

/// A document of a plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DocumentOfPlan {
    /// BLAKE3 of its bytes, in hexadecimal: its name in the store.
    pub hash: String,
    pub name: String,
    /// What its content is, whatever its name says.
    pub media_type: String,
    pub size_bytes: u64,
    pub by: DecisionOfPlan,
}

/// Evidence for a target or a node.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitEvidence {
    /// `target/12` or `node/3.2.1`.
    #[schema(example = "target/12")]
    pub about: String,
    /// The day that it speaks of; none before the plan began.
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    /// The figure reached by then, counted from the beginning of the target's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Where the figure comes from; a target with a number is not closed without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Hashes of documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub documents: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What was handed in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EvidenceOfPlan {
    pub number: u32,
    pub about: String,
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    pub value: Option<f64>,
    pub source: Option<String>,
    pub documents: Vec<DocumentOfPlan>,
    pub note: Option<String>,
    /// `submitted`, `accepted` or `returned`.
    #[schema(pattern = "^(submitted|accepted|returned)$")]
    pub state: String,
    pub submitted: DecisionOfPlan,
    pub decided: Option<DecisionOfPlan>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct EvidenceList {
    /// The newest first.
    pub evidence: Vec<EvidenceOfPlan>,
}

/// A yes or no with its reason.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerdictOfPlan {
    pub accept: bool,
    #[schema(min_length = 1)]
    pub reason: String,
}

/// What is open and near or behind its date, by rule.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct LateOfPlan {
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// 催办: falls due soon.
    pub remind: Vec<LateItem>,
    /// 督办: late.
    pub supervise: Vec<LateItem>,
    /// 约谈: late for long, or one of many matters of its unit.
    pub interview: Vec<LateItem>,
}

/// A matter, told by its item that is most behind: a target and the tasks and nodes that are to reach it are one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LateItem {
    /// `target/12`, `node/3.2.1`, or `task/3.2` of a task without nodes.
    pub item: String,
    pub title: String,
    pub point: u32,
    pub task: Option<String>,
    pub task_title: Option<String>,
    /// Who leads it; absent while that is open.
    pub unit: Option<String>,
    pub county: Option<String>,
    pub due: CountedOfPlan,
    /// Negative behind the date.
    pub days_left: i64,
    /// The setting of the pack `plan` that put it into the list.
    #[schema(example = "supervise_days")]
    pub rule: String,
    /// What the setting is based on.
    pub basis: Option<String>,
    /// What else of the same matter is near or behind its date, what is most behind first.
    pub rest: Vec<LatePart>,
}

/// A target, a node or a task of a matter that is told by another one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LatePart {
    /// `target/12`, `node/3.2.1`, or `task/3.2` of a task without nodes.
    pub item: String,
    pub title: String,
    pub due: CountedOfPlan,
    /// Negative behind the date.
    pub days_left: i64,
}

/// Shows a target: what it says, what it is bound to, its actual by the days, evidence, and when it was closed.
#[utoipa::path(get, path = "/plans/{id}/targets/{number}", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("number" = u32, Path, description = "Number of the target.")), responses((status = 200, body = TargetOfPlan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn show_target(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path((id, number)): Path<(String, u32)>,
) -> Result<Response> {
    let plan = state.plans().plan(&id).await?;
    let target = plan.targets().find(|target| target.number == number);
    let target = target.ok_or_else(|| {
        Problem::new(
            "no-plan-item",
            format!("the plan `{}` has no target `{number}`", plan.id),
        )
    })?;
    let stands = standing(&state, &principal, &plan).await?;
    let about = format!("target/{number}");
    let tasks = plan.tasks_in_order().into_iter();
    let mut binding = BindingOfPlan::of(plan.bindings.get(&number));
    binding.add_report(&state, &asker).await?;
    let kept = Closings::new(&state, &principal, &plan);
    let closings = plan.closings.get(&number).into_iter().flatten().rev();
    let closings = closings.map(|closing| {
        let is_told = kept.tell(number, closing);
        ClosingOfPlan {
            closed_on: closing.closed_on,
            value: closing.value.filter(|_| is_told),
            as_of: closing.as_of.filter(|_| is_told),
            seen: (&closing.seen).into(),
        }
    });
    let told = TargetOfPlan {
        figure: target.into(),
        binding,
        standing: stands
            .as_ref()
            .and_then(|(stands, _)| stands.targets.get(&number))
            .map(TargetStandingOfPlan::from),
        evidence: evidence_of(&plan, |one| one.about == about),
        closings: closings.collect(),
        tasks: tasks
            .filter(|task| task.target == Some(number))
            .map(|task| task.id.clone())
            .collect(),
    };
    answer(StatusCode::OK, plan.revision, &told)
}

/// Binds a target to what its actual comes from.
#[utoipa::path(put, path = "/plans/{id}/targets/{number}/binding", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("number" = u32, Path, description = "Number of the target."), ("If-Match" = Option<String>, Header, description = "The `ETag` of the revision that is meant.")), request_body = BindTarget, responses((status = 200, body = super::Plan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn bind_target(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path((id, number)): Path<(String, u32)>,
    headers: HeaderMap,
    Body(body): Body<BindTarget>,
) -> Result<Response> {
    let source = source(&body)?;
    known(&state, &source)?;
    let cause = cause(&state, &id, &headers, &principal, Some(body.reason)).await?;
    let plans = state.plans().clone();
    let plan = finish(&state, async move {
        plans.bind(&id, number, source, cause).await
    })
    .await?;
    tagged(&state, &principal, &plan).await
}

/// Binds the targets that nobody has bound as the city's file proposes now.
#[utoipa::path(post, path = "/plans/{id}/bindings/proposal", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("If-Match" = Option<String>, Header, description = "The `ETag` of the revision that is meant.")), request_body = WhyOfPlan, responses((status = 200, body = super::Plan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn propose_bindings(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(why): Body<WhyOfPlan>,
) -> Result<Response> {
    let cause = cause(&state, &id, &headers, &principal, why.reason).await?;
    let plans = state.plans().clone();
    let plan = finish(
        &state,
        async move { plans.propose_bindings(&id, cause).await },
    )
    .await?;
    tagged(&state, &principal, &plan).await
}

fn source(body: &BindTarget) -> Result<Source> {
    let id = || {
        let id = body.id.clone();
        id.ok_or_else(|| super::invalid("`id` names the metric, or the dataset of the form"))
    };
    match body.kind.as_str() {
        "metric" => Ok(Source::Metric {
            metric: id()?,
            way: Way::from_name(body.way.as_deref().unwrap_or_default())
                .ok_or_else(|| super::invalid(Way::ONE_OF))?,
            baseline: body.baseline,
            against_year_before: body.against_year_before,
        }),
        "form" => {
            Source::form(id()?, body.metric.clone(), body.way.as_deref()).map_err(super::invalid)
        }
        "by-hand" => Ok(Source::ByHand),
        "open" => Ok(Source::Open),
        _ => Err(super::invalid(
            "`kind` is one of `metric`, `form`, `by-hand`, `open`",
        )),
    }
}

/// What a source names must be there: a name that was mistyped would be a target without a number for good.
fn known(state: &State, source: &Source) -> Result<()> {
    let packs = state.collector().packs();
    let definition = |id: &str| super::actual::definition(state, id);
    let has_metric = |id: &str| definition(id).is_some();
    if let Some(measured) = source.measured()
        && measured.way == Way::YearSum
        && definition(measured.metric).is_some_and(|metric| !metric.adds_up())
    {
        return Err(super::invalid(&format!(
            "`way`: numbers of `{}` cannot be added up over a year, they are shares, rates, means or levels",
            measured.metric
        ))
        .with_help(
            "write `share` of a number in percent, `at-date` of any other, or `change`".to_owned(),
        ));
    }
    let has_form = |id: &str| id.parse().is_ok_and(|id| form_of(&packs, &id).is_ok());
    let (field, what, id) = match source {
        Source::Metric { metric, .. } if !has_metric(metric) => ("id", "metric", metric),
        Source::Form { dataset, .. } if !has_form(dataset) => ("id", "form", dataset),
        Source::Form {
            metric: Some(metric),
            ..
        } if !has_metric(metric) => ("metric", "metric", metric),
        _ => return Ok(()),
    };
    let id: String = id.chars().take(80).collect();
    Err(super::invalid(&format!(
        "`{field}` names no {what} of the installed packs: `{id}`"
    )))
}

/// Keeps a document by its content: a PDF, an OFD, a picture, a document of an office, or plain text.
#[utoipa::path(post, path = "/plans/{id}/documents", tag = "plans", params(("id" = String, Path, description = "Id of the plan.")), request_body(content((DocumentUpload = "multipart/form-data"), (DocumentFile = "application/json"))), responses((status = 201, body = DocumentOfPlan, headers(("Location" = String, description = "Address of the document."))), Problem))]
pub(super) async fn keep_document(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response> {
    let most_bytes = state.collector().packs().document_bytes();
    let (name, bytes, reason) = document::given(&state, request, most_bytes).await?;
    let cause = yandu_plan::Cause {
        who: principal.name().to_owned(),
        reason,
        expected: None,
    };
    let plans = state.plans().clone();
    let (plan, hash) = finish(&state, async move {
        plans
            .keep_document(&id, (name, bytes), most_bytes, cause)
            .await
    })
    .await?;
    let document = plan.documents.get(&hash).map(DocumentOfPlan::from);
    let location = format!("/api/v1/plans/{}/documents/{hash}", plan.id);
    Ok(located(location, (StatusCode::CREATED, Json(document))))
}

/// A document, byte for byte.
#[utoipa::path(get, path = "/plans/{id}/documents/{hash}", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("hash" = String, Path, description = "Hash of the document.")), responses((status = 200, body = [u8], content_type = "application/octet-stream"), Problem))]
pub(super) async fn read_document(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path((id, hash)): Path<(String, String)>,
) -> Result<Response> {
    let (kept, bytes) = state.plans().document(&id, &hash).await?;
    Ok(document::answer(
        &kept.name,
        "application/octet-stream",
        bytes,
    ))
}

/// Lists what was handed in for the targets and nodes of a plan.
#[utoipa::path(get, path = "/plans/{id}/evidence", tag = "plans", params(("id" = String, Path, description = "Id of the plan.")), responses((status = 200, body = EvidenceList, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn list_evidence(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Response> {
    let plan = state.plans().plan(&id).await?;
    let told = EvidenceList {
        evidence: evidence_of(&plan, |_| true),
    };
    answer(StatusCode::OK, plan.revision, &told)
}

/// Hands in evidence for a target that no metric measures, or for a node: a dated figure with its source, and documents.
#[utoipa::path(post, path = "/plans/{id}/evidence", tag = "plans", params(("id" = String, Path, description = "Id of the plan.")), request_body = SubmitEvidence, responses((status = 201, body = EvidenceOfPlan), Problem))]
pub(super) async fn submit_evidence(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(id): Path<String>,
    Body(body): Body<SubmitEvidence>,
) -> Result<Response> {
    must_answer_for(&state, &asker, &id, &body.about).await?;
    let cause = yandu_plan::Cause {
        who: principal.name().to_owned(),
        reason: body.reason,
        expected: None,
    };
    let fields = EvidenceFields {
        on: body.on,
        value: body.value,
        source: body.source,
        documents: body.documents,
        note: body.note,
    };
    let plans = state.plans().clone();
    let (plan, number) = finish(&state, async move {
        plans.submit(&id, &body.about, fields, cause).await
    })
    .await?;
    let told = evidence_of(&plan, |one| one.number == number).pop();
    Ok((StatusCode::CREATED, Json(told)).into_response())
}

/// Accepts evidence, or returns it. What was accepted may be returned later: what it closed is open again. What somebody has decided is
/// decided otherwise with `If-Match` alone, so that nobody overrides a decision that was not seen.
#[utoipa::path(post, path = "/plans/{id}/evidence/{number}/decision", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("number" = u32, Path, description = "Number of the evidence."), ("If-Match" = Option<String>, Header, description = "The `ETag` of the revision that is meant.")), request_body = VerdictOfPlan, responses((status = 200, body = super::Plan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn decide_evidence(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path((id, number)): Path<(String, u32)>,
    headers: HeaderMap,
    Body(verdict): Body<VerdictOfPlan>,
) -> Result<Response> {
    let plan = state.plans().plan(&id).await?;
    let is_own = plan
        .evidence
        .get(&number)
        .is_some_and(|evidence| evidence.submitted.who == principal.name());
    must_be_of_another(
        &asker,
        is_own && verdict.accept,
        "evidence is accepted by somebody else than whoever handed it in",
    )?;
    let cause = cause(&state, &id, &headers, &principal, Some(verdict.reason)).await?;
    let look = look(&state, &plan).await?;
    let plans = state.plans().clone();
    let plan = finish(&state, async move {
        let judged = plans.judge(&id, number, verdict.accept, (cause, look.today()));
        judged.await
    })
    .await?;
    tagged(&state, &principal, &plan).await
}

/// Lists what is to be reminded of, supervised, and answered for in person today, each with the rule that says so.
#[utoipa::path(get, path = "/plans/{id}/late", tag = "plans", params(("id" = String, Path, description = "Id of the plan.")), responses((status = 200, body = LateOfPlan), Problem))]
pub(super) async fn list_late(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
) -> Result<Json<LateOfPlan>> {
    let plan = state.plans().plan(&id).await?;
    let Some((stands, look)) = standing(&state, &principal, &plan).await? else {
        return Ok(Json(LateOfPlan {
            day: state.plans().today(),
            remind: Vec::new(),
            supervise: Vec::new(),
            interview: Vec::new(),
        }));
    };
    let listed = yandu_plan::overdue(&plan, &stands, &look.rules);
    let of = |step: Step| {
        let own = listed.iter().filter(|one| one.step == step);
        own.map(|one| late_item(&state, &plan, one)).collect()
    };
    Ok(Json(LateOfPlan {
        day: look.day,
        remind: of(Step::Remind),
        supervise: of(Step::Supervise),
        interview: of(Step::Interview),
    }))
}

fn late_item(state: &State, plan: &yandu_plan::Plan, listed: &Listed) -> LateItem {
    let task = listed.task.as_ref().and_then(|task| plan.tasks.get(task));
    LateItem {
        item: listed.item.clone(),
        title: listed.title.clone(),
        point: listed.point,
        task: listed.task.clone(),
        task_title: task.map(|task| task.said.title.clone()),
        unit: listed.unit.clone(),
        county: listed.county.clone(),
        due: listed.due.into(),
        days_left: listed.days_left,
        rule: listed.rule.to_owned(),
        basis: super::actual::basis(state, listed.rule),
        rest: listed.rest.iter().map(LatePart::from).collect(),
    }
}

fn evidence_of(
    plan: &yandu_plan::Plan,
    is_wanted: impl Fn(&yandu_plan::Evidence) -> bool,
) -> Vec<EvidenceOfPlan> {
    let all = plan.evidence.values().rev().filter(|one| is_wanted(one));
    all.map(|one| EvidenceOfPlan {
        number: one.number,
        about: one.about.clone(),
        on: one.said.on,
        value: one.said.value,
        source: one.said.source.clone(),
        documents: one
            .said
            .documents
            .iter()
            .filter_map(|hash| plan.documents.get(hash))
            .map(DocumentOfPlan::from)
            .collect(),
        note: one.said.note.clone(),
        state: one.state.name().to_owned(),
        submitted: (&one.submitted).into(),
        decided: one.decided.as_ref().map(DecisionOfPlan::from),
    })
    .collect()
}

/// The newest evidence of a target.
pub(super) fn newest_evidence(plan: &yandu_plan::Plan, target: u32) -> Option<EvidenceOfPlan> {
    let about = format!("target/{target}");
    evidence_of(plan, |one| one.about == about)
        .into_iter()
        .next()
}

impl From<&Listed> for LatePart {
    fn from(listed: &Listed) -> Self {
        Self {
            item: listed.item.clone(),
            title: listed.title.clone(),
            due: listed.due.into(),
            days_left: listed.days_left,
        }
    }
}

impl From<&yandu_plan::PlanDocument> for DocumentOfPlan {
    fn from(document: &yandu_plan::PlanDocument) -> Self {
        Self {
            hash: document.hash.clone(),
            name: document.name.clone(),
            media_type: document.media_type.clone(),
            size_bytes: document.size_bytes,
            by: (&document.by).into(),
        }
    }
}
