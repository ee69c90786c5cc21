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
    // The packs that are installed are whole, and hold.
    if state
        .pack_changes()
        .is_ok_and(|changes| !changes.refused().is_empty())
    {
        return Ok("ready, with the packs of before: those of the folder have errors\n".to_owned());
    }
    let clock = state.collector().store().clock();
    if clock.is_standing() {
        return Ok(format!("ready, the clock stands at {}\n", clock.now()));
    }
    Ok("ready\n".to_owned())
}
