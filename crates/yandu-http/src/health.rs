use axum::extract::State as Shared;
use yandu_collect::BatchFilter;

use crate::problem::Problem;
use crate::state::State;

/// The process is alive.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// The server takes work: it is not being stopped, and its records can be read.
pub(crate) async fn readyz(Shared(state): Shared<State>) -> crate::Result<String> {
    if state.is_stopping() {
        return Err(Problem::new("stopping", "the server is being stopped"));
    }
    let newest = BatchFilter {
        limit: 1,
        ..BatchFilter::default()
    };
    state.collector().batches(&newest).await?;
    // It serves all the same: what is open is what somebody has looked at, or nothing.
    let policies = state.door().fault().map_or("", |fault| {
        if fault.holds_former {
            ", policies have an error and those of before are in force"
        } else {
            ", policies have an error and nothing is open"
        }
    });
    let clock = state.collector().store().clock();
    if clock.is_standing() {
        return Ok(format!(
            "ready{policies}, the clock stands at {}\n",
            clock.now()
        ));
    }
    Ok(format!("ready{policies}\n"))
}
