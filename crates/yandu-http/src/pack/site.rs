//! The site's own pack: a query that is saved as a model, and removed again.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_collect::change::{SITE, SavedModel};

use super::change::PackHistoryEntry;
use crate::Result;
use crate::caller::Caller;
use crate::extract::{Body, Path};
use crate::problem::Problem;
use crate::state::State;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(save_model))
        .routes(routes!(remove_model))
}

/// A query that is to be a model of the site's pack.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveModel {
    /// The pack; only the site's own one takes models in this way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "site")]
    pub pack: Option<String>,
    /// The name of the dataset in the pack.
    #[schema(example = "elder_by_township", pattern = "^[a-z][a-z0-9_]{0,62}$")]
    pub name: String,
    /// In Chinese.
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The department that answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// One `SELECT` over datasets.
    pub sql: String,
    /// Why, for the records.
    pub reason: String,
}

/// A model that was saved.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SavedModelAnswer {
    /// The dataset that it makes.
    pub id: String,
    /// The change of the packs that brought it.
    pub change: PackHistoryEntry,
}

/// Why a model is removed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveModel {
    /// Why, for the records.
    pub reason: String,
}

/// Saves a query as a model of the site's own pack, in place of the one with its name.
///
/// What is wrong with it comes back with its line and column in the SQL.
#[utoipa::path(post, path = "/models", tag = "models", request_body = SaveModel, responses((status = 201, body = SavedModelAnswer), Problem))]
async fn save_model(
    Shared(state): Shared<State>,
    Caller(caller): Caller,
    Body(body): Body<SaveModel>,
) -> Result<(StatusCode, Json<SavedModelAnswer>)> {
    if body.pack.as_deref().is_some_and(|pack| pack != SITE) {
        let detail =
            format!("models are saved in the pack `{SITE}`; other packs are folders of files");
        return Err(Problem::new("invalid-body", detail));
    }
    let model = SavedModel {
        name: body.name,
        title: body.title,
        about: body.about,
        owner: body.owner,
        sql: body.sql,
    };
    let changes = state.pack_changes()?.clone();
    let id = format!("{SITE}.{}", model.name);
    // To the end, even when the one who asked goes away.
    let work = async move { changes.save_model(&caller, &model, &body.reason).await };
    let saved = state.works().spawn(work).await;
    let change = saved.map_err(yandu_collect::Error::from)??.into();
    Ok((StatusCode::CREATED, Json(SavedModelAnswer { id, change })))
}

/// Removes a model of the site's own pack. Its rows stay in the data folder, and nobody sees them.
#[utoipa::path(post, path = "/models/{id}/remove", tag = "models", params(("id" = String, Path)), request_body = RemoveModel, responses((status = 200, body = PackHistoryEntry), Problem))]
async fn remove_model(
    Shared(state): Shared<State>,
    Caller(caller): Caller,
    Path(id): Path<String>,
    Body(body): Body<RemoveModel>,
) -> Result<Json<PackHistoryEntry>> {
    let Some(name) = id.strip_prefix("site.").map(ToOwned::to_owned) else {
        let detail =
            format!("`{id}` is no model of the pack `{SITE}`; other packs are folders of files");
        return Err(Problem::new("invalid-parameter", detail));
    };
    let changes = state.pack_changes()?.clone();
    let work = async move { changes.delete_model(&caller, &name, &body.reason).await };
    let done = state.works().spawn(work).await;
    Ok(Json(done.map_err(yandu_collect::Error::from)??.into()))
}
