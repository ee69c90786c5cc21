//! The installed packs.

pub mod change;
pub mod site;

use axum::Json;
use axum::extract::State as Shared;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_pack::Packs;

use crate::Result;
use crate::caller::Caller;
use crate::problem::Problem;
use crate::state::State;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list_packs))
        .merge(change::routes())
        .merge(site::routes())
}

/// A pack: one city system.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Pack {
    pub id: String,
    pub version: String,
    /// In Chinese.
    pub title: String,
    pub about: Option<String>,
    /// The points of the work plan that it serves.
    pub points: Vec<u8>,
    pub needs: Vec<String>,
    pub datasets: Vec<String>,
    pub sources: Vec<String>,
    pub tests: usize,
}

/// The installed packs, each after those that it needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PackList {
    pub packs: Vec<Pack>,
}

impl From<&Packs> for PackList {
    fn from(packs: &Packs) -> Self {
        let line = |pack: &yandu_pack::Pack| {
            let file = pack.file();
            let datasets = packs.datasets().map(yandu_pack::Dataset::id);
            let sources = packs.sources().map(yandu_pack::Source::id);
            Pack {
                id: pack.id().to_string(),
                version: file.version.clone(),
                title: file.title.zh.clone(),
                about: file.about.clone(),
                points: file.points.clone(),
                needs: file.needs.iter().map(ToString::to_string).collect(),
                datasets: datasets
                    .filter(|id| id.parts().0 == pack.id().as_str())
                    .map(ToString::to_string)
                    .collect(),
                sources: sources
                    .filter(|id| id.parts().0 == pack.id().as_str())
                    .map(ToString::to_string)
                    .collect(),
                tests: pack.tests().len(),
            }
        };
        Self {
            packs: packs.packs().map(line).collect(),
        }
    }
}

/// Lists the installed packs.
#[utoipa::path(get, path = "/packs", tag = "packs", responses((status = 200, body = PackList), Problem))]
async fn list_packs(Shared(state): Shared<State>, _caller: Caller) -> Result<Json<PackList>> {
    Ok(Json(PackList::from(state.collector().packs().as_ref())))
}
