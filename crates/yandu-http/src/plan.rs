//! Work plans: what a text says, before anybody has reviewed it. Nothing is stored here.

mod shape;

use std::path::{Path, PathBuf};

use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State as Shared};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_plan::{LIMIT_BYTES, Options};

use crate::Result;
use crate::caller::Caller;
use crate::extract;
use crate::problem::Problem;
use crate::state::State;
use crate::upload;

pub use shape::{
    PlanAssignment, PlanChapter, PlanFigure, PlanFinding, PlanOffer, PlanPoint, PlanReading,
    PlanSentence, PlanUnit, PlanValue,
};

/// The years that a plan may be for.
const YEARS: std::ops::RangeInclusive<i16> = 1950..=2100;

pub(crate) fn routes(state: &State) -> OpenApiRouter<State> {
    let limit = usize::try_from(state.options().upload_bytes).unwrap_or(usize::MAX);
    OpenApiRouter::new()
        .routes(routes!(read_plan))
        .layer(DefaultBodyLimit::max(limit))
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
}

/// Reads the text of a work plan: chapters, points with their units, sentences, figures with all that is said of them, and what a
/// reviewer has to decide. Nothing is stored, and nothing becomes a target by this.
#[utoipa::path(post, path = "/plans/read", tag = "plans", request_body(content((PlanUpload = "multipart/form-data"), (PlanText = "application/json"))), responses((status = 200, body = PlanReading), Problem))]
async fn read_plan(
    Shared(state): Shared<State>,
    _caller: Caller,
    request: Request,
) -> Result<Json<PlanReading>> {
    let (bytes, year) = match extract::media_type(request.headers()).as_str() {
        "multipart/form-data" => uploaded(&state, request).await?,
        "application/json" => named(&state, request).await?,
        _ => {
            return Err(Problem::new(
                "unsupported-media-type",
                "a plan comes as `multipart/form-data`, or as `application/json`",
            ));
        }
    };
    if year.is_some_and(|year| !YEARS.contains(&year)) {
        return Err(Problem::new(
            "invalid-body",
            "`year` is no year of a plan: 1950 to 2100",
        ));
    }
    let options = Options {
        year,
        ..Options::default()
    };
    let reading = tokio::task::spawn_blocking(move || yandu_plan::read(&bytes, &options))
        .await
        .map_err(|_| Problem::new("internal", "the reading did not come to an end"))??;
    Ok(Json(reading.into()))
}

async fn named(state: &State, request: Request) -> Result<(Vec<u8>, Option<i16>)> {
    let extract::Body(plan) = extract::Body::<PlanText>::from_request(request, state).await?;
    let bytes = match (plan.path, plan.text) {
        (None, Some(text)) => text.into_bytes(),
        (Some(path), None) => {
            upload::on_this_machine(&path)?;
            read_whole(&path).await?
        }
        _ => {
            return Err(Problem::new(
                "invalid-body",
                "a plan needs one of `path` and `text`",
            ));
        }
    };
    Ok((bytes, plan.year))
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

async fn uploaded(state: &State, request: Request) -> Result<(Vec<u8>, Option<i16>)> {
    let mut year = None;
    let file = upload::read(state, request, |name, text| {
        if name != "year" {
            return Err(Problem::new(
                "invalid-body",
                "the upload of a plan has the fields `file` and `year`",
            ));
        }
        let read = text.trim().parse::<i16>().map_err(|_| {
            Problem::new("invalid-body", "`year` is no year of a plan: 1950 to 2100")
        })?;
        year = Some(read);
        Ok(())
    })
    .await?;
    let bytes = read_whole(file.path()).await?;
    Ok((bytes, year))
}
