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
    // It serves all the same: what is in force is what somebody has looked at, or nothing.
    let mut told = vec!["ready".to_owned()];
    if let Some(fault) = state.door().fault() {
        told.push(if fault.holds_former {
            "policies have an error and those of before are in force".to_owned()
        } else {
            "policies have an error and nothing is open".to_owned()
        });
    }
    if state
        .pack_changes()
        .is_ok_and(|changes| !changes.refused().is_empty())
    {
        told.push(
            "the packs of the folder have errors and those of before are in force".to_owned(),
        );
    }
    let clock = state.collector().store().clock();
    if clock.is_standing() {
        told.push(format!("the clock stands at {}", clock.now()));
    }
    Ok(told.join(", ") + "\n")
}
