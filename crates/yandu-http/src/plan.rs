//! Work plans: what a text says, and the plans that are kept, reviewed and followed.

mod actual;
mod amend;
mod closing;
mod foresee;
mod paper;
mod prove;
mod review;
mod shape;
mod stand;
mod stored;
mod task;
mod tell;

use std::path::{Path, PathBuf};

use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State as Shared};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_plan::{LIMIT_BYTES, Options};

use crate::Result;
use crate::access::Asker;
use crate::caller::Caller;
use crate::extract;
use crate::problem::Problem;
use crate::state::State;
use crate::upload;

pub use crate::document::DocumentFile;
pub use actual::settle_plans;
pub(crate) use actual::standing;
pub use amend::{
    AskChange, BaselineList, BaselineOfPlan, CarriedOfPlan, ChangeList, ChangeOfPlan,
    DifferenceOfPlan, EditOfChange, FrameOfPlan, FramePointOfPlan,
};
pub use foresee::{ForecastOfTarget, ForecastsOfPlan, ForeseenOfPlan};
pub use paper::{BlockOfPaper, ColumnOfPaper, FontPaths, NoteOfPaper, PaperOfPlan, RunOfPaper};
pub use prove::{
    BindTarget, ClosingOfPlan, DocumentOfPlan, EvidenceList, EvidenceOfPlan, LateItem, LateOfPlan,
    LatePart, SubmitEvidence, TargetOfPlan, VerdictOfPlan,
};
pub use review::{
    AnswerToFinding, FigureToAdd, ReasonOfPlan, ReviewOfFigure, ReviewOfOffer, ReviewOfPlan,
    ReviewOfPoint, ReviewOfSentence, UnitsToSet,
};
pub use shape::{
    PlanAssignment, PlanChapter, PlanFigure, PlanFinding, PlanOffer, PlanPoint, PlanReading,
    PlanSentence, PlanUnit, PlanValue,
};
pub use stand::{
    ActualOfPlan, BindingOfPlan, CountedOfPlan, CountsOfPlan, MonthOfPlan, NamedTallyOfPlan,
    SeriesPointOfPlan, StandingOfPlan, TallyOfPlan, TargetStandingOfPlan, ToldOfPlan,
};
pub use stored::{HistoryOfPlan, ItemChangeOfPlan, RevisionOfPlan};
pub use task::{
    CountiesOfTask, CountyOfTask, EditOfPlan, EditsOfPlan, FinishOfPlan, NodeOfPlan,
    NodeStandingOfPlan, StepOfNode, TaskOfPlan, TaskStandingOfPlan, TasksOfPlan, WhyOfPlan,
};
pub use tell::{
    DecisionOfPlan, DoubtOfPlan, FigureFields, FigureOfPlan, FindingOfPlan, OfferOfPlan, Plan,
    PlanInList, PlanList, PointOfPlan, ProgressOfPlan, SentenceOfPlan, SentencesOfPlan,
    ShareOfPlan, SourceOfPlan, TargetInPlan,
};

/// The years that a plan may be for.
const YEARS: std::ops::RangeInclusive<i16> = 1950..=2100;

pub(crate) fn routes(state: &State) -> OpenApiRouter<State> {
    let limit = usize::try_from(state.options().upload_bytes).unwrap_or(usize::MAX);
    let texts = OpenApiRouter::new()
        .routes(routes!(read_plan))
        .routes(routes!(stored::list_plans, stored::import_plan))
        .routes(routes!(prove::keep_document))
        .layer(DefaultBodyLimit::max(limit));
    OpenApiRouter::new()
        .routes(routes!(stored::show_plan))
        .routes(routes!(stored::read_text))
        .routes(routes!(stored::list_plan_history))
        .routes(routes!(review::list_sentences))
        .routes(routes!(review::review_plan))
        .routes(routes!(review::approve_plan))
        .routes(routes!(task::list_tasks))
        .routes(routes!(task::propose_tasks))
        .routes(routes!(task::edit_plan))
        .routes(routes!(task::split_task))
        .routes(routes!(task::step_node))
        .routes(routes!(prove::show_target))
        .routes(routes!(prove::bind_target))
        .routes(routes!(prove::propose_bindings))
        .routes(routes!(prove::read_document))
        .routes(routes!(prove::list_evidence, prove::submit_evidence))
        .routes(routes!(prove::decide_evidence))
        .routes(routes!(prove::list_late))
        .routes(routes!(foresee::list_forecasts))
        .routes(routes!(amend::list_plan_changes, amend::ask_change))
        .routes(routes!(amend::decide_change))
        .routes(routes!(amend::list_baselines))
        .routes(routes!(amend::show_difference))
        .routes(routes!(amend::close_plan))
        .routes(routes!(amend::show_next))
        .routes(routes!(paper::make_paper))
        .merge(texts)
}

fn invalid(why: &str) -> Box<Problem> {
    Problem::new("invalid-plan-edit", why)
}

/// The text of a plan: one of `path` and `text`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanText {
    /// Absolute path of a file on the machine of the server, in any encoding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "/data/plan.txt")]
    pub path: Option<PathBuf>,
    /// The text itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The year of the plan, where its title does not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1950, maximum = 2100)]
    pub year: Option<i16>,
    /// Under what the plan is kept; its year where nothing is said, and where that is taken its year and a part of the hash of its text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[a-z0-9][a-z0-9-]{0,62}$", example = "2025")]
    pub id: Option<String>,
    /// Why it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An upload: the file of the text, in any encoding.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the shape of a form, for the document of the interface alone"
)]
struct PlanUpload {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    year: Option<i16>,
    id: Option<String>,
    reason: Option<String>,
}

/// A text with what is said of it.
#[derive(Default)]
struct Given {
    bytes: Vec<u8>,
    name: Option<String>,
    year: Option<i16>,
    id: Option<String>,
    reason: Option<String>,
}

/// Reads the text of a work plan: chapters, points with their units, sentences, figures with all that is said of them, and what a
/// reviewer has to decide. Nothing is stored, and nothing becomes a target by this.
#[utoipa::path(post, path = "/plans/read", tag = "plans", request_body(content((PlanUpload = "multipart/form-data"), (PlanText = "application/json"))), responses((status = 200, body = PlanReading), Problem))]
async fn read_plan(
    Shared(state): Shared<State>,
    _caller: Caller,
    request: Request,
) -> Result<Json<PlanReading>> {
    let given = given(&state, request).await?;
    let options = Options {
        year: given.year,
        ..Options::default()
    };
    let reading = tokio::task::spawn_blocking(move || yandu_plan::read(&given.bytes, &options))
        .await
        .map_err(|_| Problem::new("internal", "the reading did not come to an end"))??;
    Ok(Json(reading.into()))
}

/// The text that a request brings or names.
async fn given(state: &State, request: Request) -> Result<Given> {
    let given = match extract::media_type(request.headers()).as_str() {
        "multipart/form-data" => uploaded(state, request).await?,
        "application/json" => named(state, request).await?,
        _ => {
            return Err(Problem::new(
                "unsupported-media-type",
                "a plan comes as `multipart/form-data`, or as `application/json`",
            ));
        }
    };
    if given.year.is_some_and(|year| !YEARS.contains(&year)) {
        return Err(Problem::new(
            "invalid-body",
            "`year` is no year of a plan: 1950 to 2100",
        ));
    }
    Ok(given)
}

async fn named(state: &State, request: Request) -> Result<Given> {
    let asker = Asker::of(request.extensions())?;
    let extract::Body(plan) = extract::Body::<PlanText>::from_request(request, state).await?;
    let (bytes, name) = match (plan.path, plan.text) {
        (None, Some(text)) => (text.into_bytes(), None),
        (Some(path), None) => {
            upload::on_this_machine(&asker, &path)?;
            let name = path.file_name();
            let name = name.map(|name| name.to_string_lossy().into_owned());
            (read_whole(&path).await?, name)
        }
        _ => {
            return Err(Problem::new(
                "invalid-body",
                "a plan needs one of `path` and `text`",
            ));
        }
    };
    Ok(Given {
        bytes,
        name,
        year: plan.year,
        id: plan.id,
        reason: plan.reason,
    })
}

async fn read_whole(path: &Path) -> Result<Vec<u8>> {
    let failed = |error: std::io::Error| {
        Problem::new("file", format!("cannot read `{}`: {error}", path.display()))
    };
    let length = tokio::fs::metadata(path).await.map_err(failed)?.len();
    let bytes = usize::try_from(length).unwrap_or(usize::MAX);
    if bytes > LIMIT_BYTES {
        return Err(yandu_plan::Error::TooLarge {
            bytes,
            limit: LIMIT_BYTES,
        }
        .into());
    }
    tokio::fs::read(path).await.map_err(failed)
}

async fn uploaded(state: &State, request: Request) -> Result<Given> {
    let mut given = Given::default();
    let file = upload::read(state, request, |name, text| {
        match name {
            "year" => {
                let year = text.trim().parse::<i16>().map_err(|_| {
                    Problem::new("invalid-body", "`year` is no year of a plan: 1950 to 2100")
                })?;
                given.year = Some(year);
            }
            "id" => given.id = Some(text),
            "reason" => given.reason = Some(text),
            _ => {
                return Err(Problem::new(
                    "invalid-body",
                    "the upload of a plan has the fields `file`, `year`, `id` and `reason`",
                ));
            }
        }
        Ok(())
    })
    .await?;
    given.bytes = read_whole(file.path()).await?;
    given.name = Some(file.name.clone());
    Ok(given)
}
