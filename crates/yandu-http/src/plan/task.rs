//! 清单化分解, 节点化推进: the tasks and nodes of a plan, and what becomes of them.

use axum::extract::State as Shared;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};
use yandu_lake::Principal;
use yandu_plan::{CountyShare, Edit, NodeStep, Op, Standing};

use super::actual::{rules, standing};
use super::stand::{CountedOfPlan, CountsOfPlan};
use super::stored::{answer, cause, finish, must_answer_for, tagged};
use super::tell::DecisionOfPlan;
use crate::Result;
use crate::access::Asker;
use crate::caller::Caller;
use crate::extract::{Body, Path, Query};
use crate::problem::Problem;
use crate::state::State;

/// The tasks of a plan.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TasksOfPlan {
    pub plan: String,
    pub revision: u64,
    /// In the order of their numbers, copies of counties behind the city's task.
    pub tasks: Vec<TaskOfPlan>,
}

/// A task with its nodes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TaskOfPlan {
    #[schema(example = "3.2")]
    pub id: String,
    pub point: u32,
    pub title: String,
    /// Absent until somebody is assigned.
    pub lead: Option<String>,
    pub supports: Vec<String>,
    /// Counties that take part.
    pub counties: Vec<String>,
    pub deliverable: Option<String>,
    #[schema(value_type = String, format = Date)]
    pub due: Date,
    /// Of a county's copy: its share of the target.
    pub quantity: Option<f64>,
    pub sentence: Option<u32>,
    /// The target that it has to reach.
    pub target: Option<u32>,
    /// Of a county's copy: the city's task, and the county.
    pub of: Option<String>,
    pub county: Option<String>,
    /// Absent while the plan is under review.
    pub standing: Option<TaskStandingOfPlan>,
    pub nodes: Vec<NodeOfPlan>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct TaskStandingOfPlan {
    #[schema(pattern = "^(not-begun|on-course|near|late|done|done-late)$")]
    pub lamp: String,
    /// In Chinese.
    pub lamp_text: String,
    pub due: CountedOfPlan,
    /// Days to the due date; negative behind it.
    pub days_left: i64,
    /// Its own nodes.
    pub nodes: CountsOfPlan,
    /// Copies of counties.
    pub copies: CountsOfPlan,
    /// What the copies of counties are to reach together.
    pub quantity: Option<f64>,
}

/// A dated step of a task.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NodeOfPlan {
    #[schema(example = "3.2.1")]
    pub id: String,
    pub title: String,
    #[schema(value_type = String, format = Date)]
    pub due: Date,
    pub deliverable: Option<String>,
    /// How much of the target is to be reached by then, from 0 to 1.
    pub share: Option<f64>,
    pub begun: Option<DecisionOfPlan>,
    pub finished: Option<FinishOfPlan>,
    /// Absent while the plan is under review.
    pub standing: Option<NodeStandingOfPlan>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct NodeStandingOfPlan {
    #[schema(pattern = "^(not-begun|on-course|near|late|done|done-late)$")]
    pub lamp: String,
    /// In Chinese.
    pub lamp_text: String,
    pub due: CountedOfPlan,
    pub days_left: i64,
    #[schema(value_type = Option<String>, format = Date)]
    pub closed_on: Option<Date>,
    /// The metric of its target says whether it is closed, and nobody else.
    pub is_measured: bool,
}

/// That a node is finished.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FinishOfPlan {
    #[schema(value_type = String, format = Date)]
    pub on: Date,
    pub by: DecisionOfPlan,
    pub documents: Vec<String>,
}

/// Which tasks are wanted.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TaskFilter {
    /// Only those of a point.
    point: Option<u32>,
    /// Only those that a unit leads or supports.
    unit: Option<String>,
    /// Only those of a county, or in which it takes part.
    county: Option<String>,
}

/// Why something is done to a plan.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhyOfPlan {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Edits of points, tasks and nodes, made together or not at all.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditsOfPlan {
    #[schema(min_items = 1, max_items = 1000)]
    pub edits: Vec<EditOfPlan>,
    /// Why; needed where units of a point are set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One edit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditOfPlan {
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
}

/// Counties that get a copy of a task.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountiesOfTask {
    #[schema(min_items = 1, max_items = 100)]
    pub counties: Vec<CountyOfTask>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CountyOfTask {
    #[schema(example = "亭湖区")]
    pub county: String,
    /// Its share of the target; of all counties or of none. Together they reach the target, or keep to it where it is a most; a
    /// rate, a mean or a duration has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub quantity: Option<f64>,
}

/// What becomes of a node.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepOfNode {
    /// `begin`, `finish` or `reopen`.
    #[schema(pattern = "^(begin|finish|reopen)$")]
    pub step: String,
    /// Of `finish`: the day on which it was, today where nothing is said; an earlier one is shown by documents, and none lies before
    /// the plan began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub on: Option<Date>,
    /// Of `finish`: hashes of documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub documents: Vec<String>,
    /// Why; needed to reopen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Lists the tasks of a plan with their nodes and how they stand.
#[utoipa::path(get, path = "/plans/{id}/tasks", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), TaskFilter), responses((status = 200, body = TasksOfPlan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn list_tasks(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
    Query(filter): Query<TaskFilter>,
) -> Result<Response> {
    let plan = state.plans().plan(&id).await?;
    let stands = standing(&state, &principal, &plan).await?;
    let mut told = TasksOfPlan::of(&plan, stands.as_ref().map(|(stands, _)| stands));
    told.tasks.retain(|task| filter.takes(task));
    answer(StatusCode::OK, plan.revision, &told)
}

/// Proposes tasks and nodes from the reviewed text, in the place of those that are there: a task for each target and each
/// sentence, nodes by month or quarter up to its day. Not once the plan is in force.
#[utoipa::path(post, path = "/plans/{id}/tasks/proposal", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("If-Match" = Option<String>, Header, description = "The `ETag` of the revision that is meant.")), request_body = WhyOfPlan, responses((status = 200, body = TasksOfPlan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn propose_tasks(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(why): Body<WhyOfPlan>,
) -> Result<Response> {
    let cause = cause(&state, &id, &headers, &principal, why.reason).await?;
    let pace = rules(&state)?.node_pace;
    let plans = state.plans().clone();
    let plan = finish(
        &state,
        async move { plans.decompose(&id, pace, cause).await },
    )
    .await?;
    answer(StatusCode::OK, plan.revision, &TasksOfPlan::of(&plan, None))
}

/// Edits points, tasks and nodes: sets fields, adds, removes. Once the plan is in force this fills what it leaves open (a lead that
/// nobody was named for, a deliverable) and adds to it; what was approved is changed by an approved change.
#[utoipa::path(post, path = "/plans/{id}/edits", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("If-Match" = Option<String>, Header, description = "The `ETag` of the revision that is edited.")), request_body = EditsOfPlan, responses((status = 200, body = super::Plan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn edit_plan(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(body): Body<EditsOfPlan>,
) -> Result<Response> {
    let cause = cause(&state, &id, &headers, &principal, body.reason).await?;
    let edits = edits(body.edits)?;
    let plans = state.plans().clone();
    let plan = finish(&state, async move { plans.edit(&id, edits, cause).await }).await?;
    tagged(&state, &principal, &plan).await
}

/// Gives counties copies of a task with its nodes. How the copies stand is part of how the task stands. A county is one of those of
/// the city's list, or a unit that answers for a part of the city.
#[utoipa::path(post, path = "/plans/{id}/tasks/{task}/counties", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("task" = String, Path, description = "Id of the task."), ("If-Match" = Option<String>, Header, description = "The `ETag` of the revision that is edited.")), request_body = CountiesOfTask, responses((status = 200, body = TasksOfPlan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn split_task(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Path((id, task)): Path<(String, String)>,
    headers: HeaderMap,
    Body(body): Body<CountiesOfTask>,
) -> Result<Response> {
    must_be_known(&state, &principal, &body.counties).await?;
    let cause = cause(&state, &id, &headers, &principal, body.reason).await?;
    let shares = body.counties.into_iter().map(|one| CountyShare {
        county: one.county,
        quantity: one.quantity,
    });
    let shares = shares.collect();
    let plans = state.plans().clone();
    let plan = finish(&state, async move {
        plans.split(&id, &task, shares, cause).await
    })
    .await?;
    let stands = standing(&state, &principal, &plan).await?;
    let told = TasksOfPlan::of(&plan, stands.as_ref().map(|(stands, _)| stands));
    answer(StatusCode::OK, plan.revision, &told)
}

/// Says that a node began, is finished, or is not finished after all. A node that the metric of its target measures is not finished
/// by hand.
#[utoipa::path(post, path = "/plans/{id}/nodes/{node}/steps", tag = "plans", params(("id" = String, Path, description = "Id of the plan."), ("node" = String, Path, description = "Id of the node."), ("If-Match" = Option<String>, Header, description = "The `ETag` of the revision that is meant.")), request_body = StepOfNode, responses((status = 200, body = super::Plan, headers(("ETag" = String, description = "The revision."))), Problem))]
pub(super) async fn step_node(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path((id, node)): Path<(String, String)>,
    headers: HeaderMap,
    Body(body): Body<StepOfNode>,
) -> Result<Response> {
    must_answer_for(&state, &asker, &id, &format!("node/{node}")).await?;
    let cause = cause(&state, &id, &headers, &principal, body.reason).await?;
    let step = match body.step.as_str() {
        "begin" => NodeStep::Begin,
        "finish" => NodeStep::Finish {
            on: body.on,
            documents: body.documents,
        },
        "reopen" => NodeStep::Reopen,
        _ => {
            return Err(super::invalid(
                "`step` is one of `begin`, `finish`, `reopen`",
            ));
        }
    };
    let plans = state.plans().clone();
    let plan = finish(
        &state,
        async move { plans.step(&id, &node, step, cause).await },
    )
    .await?;
    tagged(&state, &principal, &plan).await
}

/// Refuses a county that the lists of the city do not have; where there are no lists, none can be refused.
async fn must_be_known(
    state: &State,
    principal: &Principal,
    counties: &[CountyOfTask],
) -> Result<()> {
    let known = state.metrics().parts_of_city(principal).await?;
    if known.is_empty() {
        return Ok(());
    }
    let mut names = counties.iter().map(|one| one.county.trim());
    let Some(unknown) = names.find(|name| !known.iter().any(|one| one == name)) else {
        return Ok(());
    };
    let unknown: String = unknown.chars().take(40).collect();
    Err(
        super::invalid(&format!("`{unknown}` is no county of the city"))
            .with_help(format!("one of {}", known.join("、"))),
    )
}

pub(super) fn edits(edits: Vec<EditOfPlan>) -> Result<Vec<Edit>> {
    let edit = |edit: EditOfPlan| {
        let op = match edit.op.as_str() {
            "set" => Op::Set,
            "add" => Op::Add,
            "remove" => Op::Remove,
            _ => return Err(super::invalid("`op` is one of `set`, `add`, `remove`")),
        };
        Ok(Edit {
            op,
            item: edit.item,
            fields: edit.fields,
        })
    };
    edits.into_iter().map(edit).collect()
}

impl From<&Edit> for EditOfPlan {
    fn from(edit: &Edit) -> Self {
        let op = match edit.op {
            Op::Set => "set",
            Op::Add => "add",
            Op::Remove => "remove",
        };
        Self {
            op: op.to_owned(),
            item: edit.item.clone(),
            fields: edit.fields.clone(),
        }
    }
}

impl TaskFilter {
    fn takes(&self, task: &TaskOfPlan) -> bool {
        let has_unit =
            |unit: &String| task.lead.as_ref() == Some(unit) || task.supports.contains(unit);
        let has_county = |county: &String| {
            task.county.as_ref() == Some(county) || task.counties.contains(county)
        };
        self.point.is_none_or(|point| point == task.point)
            && self.unit.as_ref().is_none_or(has_unit)
            && self.county.as_ref().is_none_or(has_county)
    }
}

impl TasksOfPlan {
    fn of(plan: &yandu_plan::Plan, standing: Option<&Standing>) -> Self {
        let nodes = plan.nodes_in_order();
        let tasks = plan.tasks_in_order().into_iter().map(|task| {
            let own = nodes.iter().filter(|node| node.task == task.id);
            TaskOfPlan {
                nodes: own.map(|node| NodeOfPlan::of(node, standing)).collect(),
                ..TaskOfPlan::of(task, standing)
            }
        });
        Self {
            plan: plan.id.clone(),
            revision: plan.revision,
            tasks: tasks.collect(),
        }
    }
}

impl TaskOfPlan {
    fn of(task: &yandu_plan::Task, standing: Option<&Standing>) -> Self {
        let said = &task.said;
        let stands = standing.and_then(|standing| standing.tasks.get(&task.id));
        Self {
            id: task.id.clone(),
            point: task.point,
            title: said.title.clone(),
            lead: said.lead.clone(),
            supports: said.supports.clone(),
            counties: said.counties.clone(),
            deliverable: said.deliverable.clone(),
            due: said.due,
            quantity: said.quantity,
            sentence: task.sentence,
            target: task.target,
            of: task.of.clone(),
            county: task.county.clone(),
            standing: stands.map(|stands| TaskStandingOfPlan {
                lamp: stands.lamp.name().to_owned(),
                lamp_text: stands.lamp.text().to_owned(),
                due: stands.due.into(),
                days_left: stands.days_left,
                nodes: (&stands.nodes).into(),
                copies: (&stands.copies).into(),
                quantity: stands.quantity,
            }),
            nodes: Vec::new(),
        }
    }
}

impl NodeOfPlan {
    fn of(node: &yandu_plan::Node, standing: Option<&Standing>) -> Self {
        let stands = standing.and_then(|standing| standing.nodes.get(&node.id));
        Self {
            id: node.id.clone(),
            title: node.said.title.clone(),
            due: node.said.due,
            deliverable: node.said.deliverable.clone(),
            share: node.said.share,
            begun: node.begun.as_ref().map(DecisionOfPlan::from),
            finished: node.finished.as_ref().map(|finish| FinishOfPlan {
                on: finish.on,
                by: (&finish.by).into(),
                documents: finish.documents.clone(),
            }),
            standing: stands.map(|stands| NodeStandingOfPlan {
                lamp: stands.lamp.name().to_owned(),
                lamp_text: stands.lamp.text().to_owned(),
                due: stands.due.into(),
                days_left: stands.days_left,
                closed_on: stands.closed_on,
                is_measured: stands.is_measured,
            }),
        }
    }
}
