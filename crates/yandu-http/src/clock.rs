//! The time of the city, for pages that say how long ago something was.

use axum::Json;
use axum::extract::State as Shared;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::caller::Caller;
use crate::problem::Problem;
use crate::state::State;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new().routes(routes!(read_clock))
}

/// What the clock of the server says.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ClockReading {
    #[schema(value_type = String, format = DateTime)]
    pub now: Timestamp,
    /// Whether it stands at that time, for a demonstration or a test.
    pub is_standing: bool,
}

/// Reads the clock that all times of the city come from. That of the reader's machine may be another.
#[utoipa::path(get, path = "/clock", tag = "clock", responses((status = 200, body = ClockReading), Problem))]
async fn read_clock(Shared(state): Shared<State>, _caller: Caller) -> Json<ClockReading> {
    let clock = state.collector().store().clock();
    Json(ClockReading {
        now: clock.now(),
        is_standing: clock.is_standing(),
    })
}
