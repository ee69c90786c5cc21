//! Following the lake: numbers are recorded some moments after the models that they are computed from changed.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::metrics::Metrics;

/// How long is waited after a change, so that models refreshed at once are one change. Numbers are then recorded for as long as
/// it takes, and what changed meanwhile waits for the next time.
const QUIET: Duration = Duration::from_millis(50);

/// How often it is looked whether another period has begun.
const LOOK: Duration = Duration::from_mins(10);

impl Metrics {
    /// Records numbers as they change, until `over` ends.
    pub async fn watch(&self, over: impl Future<Output = ()>) {
        let metrics = self.clone();
        metrics.inner.is_watched.store(true, Ordering::Relaxed);
        let following = async move {
            let mut commits = metrics.inner.lake.commits();
            loop {
                commits.mark_unchanged();
                if let Err(error) = metrics.record().await {
                    tracing::error!(
                        code = error.code(),
                        error = &error as &dyn std::error::Error,
                        "numbers could not be recorded"
                    );
                }
                match tokio::time::timeout(LOOK, commits.changed()).await {
                    Ok(Ok(())) => tokio::time::sleep(QUIET).await,
                    Ok(Err(_)) => return,
                    Err(_) => {}
                }
            }
        };
        tokio::select! {
            () = following => {}
            () = over => {}
        }
    }
}
