//! Models: how they stand, what their runs did, and running them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Json;
use axum::extract::State as Shared;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_policy::{Action, Way};
use yandu_transform::{Mode, ModelStatus, Refreshed, Standing, Transform, Trigger};
use yandu_words::id::{BatchId, DatasetId};

use crate::Result;
use crate::access::{Asker, Duty, HANDLES, KEEPS, not_permitted};
use crate::batch::{Failure, Finding, findings};
use crate::caller::Caller;
use crate::extract::{Body, Path, Query};
use crate::page::{After, Limit};
use crate::problem::Problem;
use crate::state::State;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_models))
        .routes(routes!(run_models))
        .routes(routes!(show_model))
        .routes(routes!(run_model))
        .routes(routes!(list_runs))
        .routes(routes!(show_run))
        .routes(routes!(explain_model))
}

/// From which version to which an input was followed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = RunSpan)]
pub struct Span {
    /// Absent when the run before did not read it or found no rows yet, or there was none.
    pub from: Option<u64>,
    /// Absent when it had no rows yet, and the model was made without it.
    pub to: Option<u64>,
}

/// A refresh of a model, and what became of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ModelRun)]
pub struct Run {
    #[schema(example = "20260901-083000-000123")]
    pub id: String,
    pub model: String,
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    pub duration_ms: Option<u64>,
    /// `change`, `request` or `start`.
    pub trigger: String,
    /// `full`, `incremental` or `unchanged`.
    pub mode: String,
    /// Why it was done in this mode.
    pub why: String,
    /// `running`, `done`, `failed` or `interrupted`.
    pub status: String,
    pub inputs: BTreeMap<String, Span>,
    /// Rows of the inputs that were read: all, or those that changed.
    pub rows_in: u64,
    pub rows_added: u64,
    pub rows_removed: u64,
    /// Rows that broke a hard check; then the model keeps its last good version.
    pub rows_quarantined: u64,
    /// Version of the model after the run.
    pub version: Option<u64>,
    /// Quality of the rows that the run computed, 0 to 100.
    pub score: Option<f64>,
    pub error: Option<Failure>,
}

/// A run with what was found of its rows.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ModelRunDetail)]
pub struct RunDetail {
    #[serde(flatten)]
    pub run: Run,
    pub findings: Vec<Finding>,
}

/// How a model stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Model {
    #[schema(example = "population.household_composition")]
    pub id: String,
    /// In Chinese.
    pub title: String,
    pub inputs: Vec<String>,
    /// `fresh`, `stale`, `running`, `failed` or `never`.
    pub state: String,
    /// Why it stands so, where that is not plain.
    pub why: Option<String>,
    pub last_run: Option<Run>,
    pub rows: u64,
    pub version: Option<u64>,
    /// Rows that the refresh under way has looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_so_far: Option<u64>,
    /// What whoever asks may do to it: `steward` refreshes it.
    pub may: Vec<String>,
}

/// The models, in the order in which they are refreshed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ModelList {
    pub models: Vec<Model>,
}

/// Whether changes of the inputs can be followed, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ModePossible {
    pub incremental: bool,
    pub why: String,
}

/// A model with its query and its place among the others.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ModelDetail {
    #[serde(flatten)]
    pub model: Model,
    pub sql: String,
    pub mode_possible: ModePossible,
    /// The models that read it.
    pub downstream: Vec<String>,
}

/// How changes of an input are followed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Followed {
    /// `rows`: by the changed rows alone; `key`: by what shares values of a column with them; `no`.
    pub by: String,
    /// The column, where it is one.
    pub column: Option<String>,
    /// Why the changed rows alone do not tell.
    pub why: Option<String>,
}

impl From<yandu_transform::Ways> for Followed {
    fn from(ways: yandu_transform::Ways) -> Self {
        let key = ways.key.or(ways.regroup);
        let (by, column) = match (&ways.bar, key) {
            (None, _) => ("rows", ways.cut),
            (Some(_), Some(column)) => ("key", Some(column)),
            (Some(_), None) => ("no", None),
        };
        Self {
            by: by.to_owned(),
            column: column.map(|followed| followed.column),
            why: ways.bar,
        }
    }
}

/// How a model is refreshed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ModelExplained {
    pub id: String,
    pub sql: String,
    pub incremental: bool,
    /// The strategy in words, or why every refresh is in full.
    pub why: String,
    /// How the changes of each input are followed.
    pub inputs: BTreeMap<String, Followed>,
    pub plan: String,
    /// What is kept between two refreshes.
    pub state: Vec<String>,
}

/// A page of runs, newest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ModelRunPage)]
pub struct RunPage {
    pub runs: Vec<Run>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

/// What became of the models that were asked for.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = ModelRunList)]
pub struct RunList {
    pub runs: Vec<Run>,
    /// Models that were left as they are, each with the reason.
    #[schema(value_type = BTreeMap<String, String>)]
    pub left: BTreeMap<String, String>,
}

/// How a model is to be run.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RunModel {
    /// From all rows of its inputs, whether they changed or not.
    pub full: bool,
    /// The models that read it too and that whoever asks may refresh, where it changed something for them.
    pub downstream: bool,
}

/// How the models are to be run.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RunModels {
    /// All of them from all rows of their inputs, whether they changed or not.
    pub full: bool,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Page {
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<BatchId>>,
    /// Runs of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

impl From<yandu_transform::Run> for Run {
    fn from(run: yandu_transform::Run) -> Self {
        let duration = run
            .ended_at
            .map(|ended| ended.duration_since(run.started_at));
        Self {
            id: run.id.to_string(),
            model: run.model.to_string(),
            started_at: run.started_at,
            ended_at: run.ended_at,
            duration_ms: duration.and_then(|time| u64::try_from(time.as_millis()).ok()),
            trigger: crate::batch::word(&run.trigger),
            mode: crate::batch::word(&run.mode),
            why: run.why,
            status: run.status.name().to_owned(),
            inputs: run
                .inputs
                .into_iter()
                .map(|(input, span)| {
                    let span = Span {
                        from: span.from,
                        to: span.to,
                    };
                    (input.to_string(), span)
                })
                .collect(),
            rows_in: run.rows_in,
            rows_added: run.rows_added,
            rows_removed: run.rows_removed,
            rows_quarantined: run.rows_quarantined,
            version: run.version,
            score: run.score.and_then(|score| score.total),
            error: run.error.map(|error| Failure {
                code: error.code,
                message: error.message,
                help: error.help,
            }),
        }
    }
}

/// What stands for the words of a failure to whoever they are not told.
const REFRESH_FAILED: &str =
    "the refresh failed; why is told to whoever sees all that the model reads";

/// To whom the words of a failure are told: they may quote a cell of what the model reads.
pub(crate) struct Told {
    /// The models whose inputs are all seen as they are.
    models: Option<BTreeSet<DatasetId>>,
}

impl Told {
    pub(crate) async fn to(asker: &Asker, state: &State) -> Self {
        if matches!(asker, Asker::Local) {
            return Self { models: None };
        }
        let sees = |id: &DatasetId| asker.whole_columns(state, id).shows_all();
        let models = state.transform().inputs().await.into_iter();
        let seen = models.filter(|(_, inputs)| inputs.iter().all(sees));
        Self {
            models: Some(seen.map(|(model, _)| model).collect()),
        }
    }

    fn shows(&self, model: &DatasetId) -> bool {
        self.models
            .as_ref()
            .is_none_or(|models| models.contains(model))
    }

    /// Keeps back the words of the failure of a run that are not told.
    pub(crate) fn keep_back(&self, run: &mut yandu_transform::Run) {
        if let Some(error) = &mut run.error
            && !self.shows(&run.model)
        {
            REFRESH_FAILED.clone_into(&mut error.message);
            error.help = None;
        }
    }

    /// A run as it is told.
    fn run(&self, mut run: yandu_transform::Run) -> Run {
        self.keep_back(&mut run);
        Run::from(run)
    }
}

impl Model {
    fn new(status: ModelStatus, transform: &Transform, duty: &Duty, told: &Told) -> Self {
        let is_told = told.shows(&status.id);
        let packs = transform.packs();
        let title = packs
            .dataset(&status.id)
            .map(|dataset| dataset.file().title.zh.clone());
        Self {
            id: status.id.to_string(),
            may: duty.on(&status.id),
            title: title.unwrap_or_default(),
            inputs: status.inputs.iter().map(ToString::to_string).collect(),
            state: status.standing.name().to_owned(),
            why: status
                .why
                .filter(|_| is_told || status.standing != Standing::Failed),
            last_run: status.last_run.map(|run| told.run(run)),
            rows: status.rows,
            version: status.version,
            rows_so_far: status.rows_so_far,
        }
    }
}

fn parse(name: &str) -> Result<DatasetId> {
    name.parse()
        .map_err(|_| Problem::new("no-model", format!("there is no model `{name}`")))
}

/// Lists the models with how they stand, in the order in which they are refreshed.
#[utoipa::path(get, path = "/models", tag = "models", responses((status = 200, body = ModelList), Problem))]
async fn list_models(Shared(state): Shared<State>, asker: Asker) -> Result<Json<ModelList>> {
    let transform = state.transform();
    let models = transform.models().await?;
    let duty = asker.duty(&state);
    let told = Told::to(&asker, &state).await;
    let models = models
        .into_iter()
        .map(|status| Model::new(status, transform, &duty, &told));
    Ok(Json(ModelList {
        models: models.collect(),
    }))
}

/// Refreshes every model that something changed for, in order: all for whoever operates the system, and for stewards their own.
#[utoipa::path(post, path = "/models/run", tag = "models", request_body = RunModels, responses((status = 200, body = RunList), Problem))]
async fn run_models(
    Shared(state): Shared<State>,
    asker: Asker,
    Body(asked): Body<RunModels>,
) -> Result<Json<RunList>> {
    let own = own_models(&asker, &state)?;
    let transform = state.transform().clone();
    let ran = carry_through(&state, async move {
        transform
            .run_all(Trigger::Request, asked.full, own.as_deref())
            .await
    })
    .await?;
    Ok(Json(run_list(ran, &Told::to(&asker, &state).await)))
}

/// The datasets whose models somebody may refresh all at once; `None` for all. Refuses whoever keeps no model.
fn own_models(asker: &Asker, state: &State) -> Result<Option<Arc<BTreeSet<DatasetId>>>> {
    if asker.may(state, Action::Operate) {
        return Ok(None);
    }
    let own = asker.duty(state).datasets(KEEPS);
    let keeps = |own: &BTreeSet<DatasetId>| own.iter().any(|one| state.transform().has(one));
    if own.as_deref().is_none_or(keeps) {
        Ok(own)
    } else {
        Err(not_permitted())
    }
}

fn run_list(ran: Vec<(DatasetId, Refreshed)>, told: &Told) -> RunList {
    let mut list = RunList::default();
    for (model, refreshed) in ran {
        match refreshed {
            Refreshed::Ran(run) => list.runs.push(told.run(*run)),
            Refreshed::Fresh => {}
            Refreshed::Left(why) => {
                list.left.insert(model.to_string(), why);
            }
        }
    }
    list
}

/// Shows a model: its query, how it stands, and what reads it.
#[utoipa::path(get, path = "/models/{id}", tag = "models", params(("id" = String, Path)), responses((status = 200, body = ModelDetail), Problem))]
async fn show_model(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Json<ModelDetail>> {
    let id = parse(&id)?;
    let transform = state.transform();
    let status = transform.model(&id).await?;
    let explained = transform.explain(&id).await?;
    let downstream = transform.downstream(&id).await;
    Ok(Json(ModelDetail {
        model: Model::new(
            status,
            transform,
            &asker.duty(&state),
            &Told::to(&asker, &state).await,
        ),
        sql: explained.sql,
        mode_possible: ModePossible {
            incremental: explained.is_incremental,
            why: explained.why,
        },
        downstream: downstream.iter().map(ToString::to_string).collect(),
    }))
}

/// Refreshes a model now. Its runs come back when they have ended; `GET /models` shows them while they run.
#[utoipa::path(post, path = "/models/{id}/run", tag = "models", params(("id" = String, Path)), request_body = RunModel, responses((status = 200, body = RunList), Problem))]
async fn run_model(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<String>,
    Body(asked): Body<RunModel>,
) -> Result<Json<RunList>> {
    let id = parse(&id)?;
    asker.must(&state, KEEPS, &id)?;
    let duty = asker.duty(&state);
    let transform = state.transform().clone();
    let ran = carry_through(&state, async move {
        let run = transform.run(&id, asked.full).await?;
        let is_changed = run.mode != Mode::Unchanged && run.error.is_none();
        let mut ran = vec![(id.clone(), Refreshed::Ran(Box::new(run)))];
        if asked.downstream && is_changed {
            let mut below = transform.downstream(&id).await;
            below.retain(|model| duty.may(KEEPS, model));
            ran.extend(
                transform
                    .run_all(Trigger::Request, asked.full, Some(&below))
                    .await?,
            );
        }
        Ok(ran)
    })
    .await?;
    Ok(Json(run_list(ran, &Told::to(&asker, &state).await)))
}

/// Lists the runs of a model, newest first.
#[utoipa::path(get, path = "/models/{id}/runs", tag = "models", params(("id" = String, Path), Page), responses((status = 200, body = RunPage), Problem))]
async fn list_runs(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<RunPage>> {
    let id = known(&state, &id)?;
    let after = page.after.map(|after| after.0);
    let runs = state
        .transform()
        .runs(Some(&id), after.as_ref(), page.limit.and_one())
        .await?;
    let (runs, next) = page.limit.cut(runs, |run| run.id.clone());
    let told = Told::to(&asker, &state).await;
    Ok(Json(RunPage {
        runs: runs.into_iter().map(|run| told.run(run)).collect(),
        next,
    }))
}

/// Shows a run with what was found of its rows.
#[utoipa::path(get, path = "/models/{id}/runs/{run}", tag = "models", params(("id" = String, Path), ("run" = String, Path)), responses((status = 200, body = RunDetail), Problem))]
async fn show_run(
    Shared(state): Shared<State>,
    asker: Asker,
    Path((id, run)): Path<(String, String)>,
) -> Result<Json<RunDetail>> {
    let id = known(&state, &id)?;
    asker.must(&state, HANDLES, &id)?;
    let no_run = || Problem::new("no-batch", format!("`{id}` has no run `{run}`"));
    let name: BatchId = run.parse().map_err(|_| no_run())?;
    let detail = state.transform().run_detail(&name).await?;
    let detail = detail
        .filter(|detail| detail.run.model == id)
        .ok_or_else(no_run)?;
    let packs = state.transform().packs();
    let seen = asker
        .whole_columns_since(Way::Page, &state, &id, detail.run.started_at)
        .await?;
    Ok(Json(RunDetail {
        findings: findings(detail.findings, &packs, &id, &seen),
        run: Told::to(&asker, &state).await.run(detail.run),
    }))
}

/// Says how a model is refreshed: in full or by what changed, from which plan, and what is kept in between.
#[utoipa::path(get, path = "/models/{id}/explain", tag = "models", params(("id" = String, Path)), responses((status = 200, body = ModelExplained), Problem))]
async fn explain_model(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<ModelExplained>> {
    let explained = state.transform().explain(&parse(&id)?).await?;
    Ok(Json(ModelExplained {
        id: explained.id.to_string(),
        sql: explained.sql,
        incremental: explained.is_incremental,
        why: explained.why,
        inputs: explained
            .inputs
            .into_iter()
            .map(|(input, ways)| (input.to_string(), Followed::from(ways)))
            .collect(),
        plan: explained.plan,
        state: explained.state,
    }))
}

fn known(state: &State, name: &str) -> Result<DatasetId> {
    let id = parse(name)?;
    if state.transform().has(&id) {
        Ok(id)
    } else {
        Err(yandu_transform::Error::NoModel(name.to_owned()).into())
    }
}

/// Carries work through even when the one who asked goes away.
async fn carry_through<T: Send + 'static>(
    state: &State,
    work: impl Future<Output = yandu_transform::Result<T>> + Send + 'static,
) -> Result<T> {
    match state.works().spawn(work).await {
        Ok(result) => Ok(result?),
        Err(error) => Err(yandu_transform::Error::from(error).into()),
    }
}
