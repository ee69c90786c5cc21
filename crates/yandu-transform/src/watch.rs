//! Following the lake: what changed upstream is carried into the models, some time after the last change.

use std::time::Duration;

use crate::run::Trigger;
use crate::transform::Transform;

/// How changes are waited for.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    /// How long nothing may change before models are refreshed, so that deliveries that come together are one change.
    pub quiet: Duration,
    /// How long they wait at most when changes do not end.
    pub at_most: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            quiet: Duration::from_secs(2),
            at_most: Duration::from_secs(30),
        }
    }
}

impl Transform {
    /// Refreshes what is out of date, then whatever changes make so, until `over` ends. A refresh under way is not
    /// waited for: see [`Self::active`].
    pub async fn watch(&self, rhythm: Rhythm, over: impl Future<Output = ()>) {
        let transform = self.clone();
        let following = tokio::spawn(async move { transform.follow(rhythm).await });
        over.await;
        self.stop();
        if self.active() == 0 {
            following.abort();
        }
    }

    async fn follow(&self, rhythm: Rhythm) {
        let mut commits = self.lake().commits();
        commits.mark_unchanged();
        self.round(Trigger::Start).await;
        while !self.is_stopping() && commits.changed().await.is_ok() {
            let latest = tokio::time::sleep(rhythm.at_most);
            tokio::pin!(latest);
            loop {
                tokio::select! {
                    () = tokio::time::sleep(rhythm.quiet) => break,
                    () = &mut latest => break,
                    changed = commits.changed() => if changed.is_err() { return },
                }
            }
            commits.mark_unchanged();
            self.round(Trigger::Change).await;
        }
    }

    async fn round(&self, trigger: Trigger) {
        if self.declared().is_empty() {
            return;
        }
        if let Err(error) = self.run_all(trigger, false, None).await {
            tracing::error!(
                code = error.code(),
                error = &error as &dyn std::error::Error,
                "models could not be refreshed"
            );
        }
    }
}
