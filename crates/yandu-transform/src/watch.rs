//! Following the lake: what changed upstream is carried into the models, some time after the last change.

use std::time::{Duration, Instant};

use crate::run::Trigger;
use crate::transform::Transform;

/// How changes are waited for. Both waits grow to what the refresh before took, so that a stream of deliveries leaves half of
/// the time to others.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    /// How long nothing may change before models are refreshed, so that deliveries that come together are one change.
    pub quiet: Duration,
    /// What `quiet` grows to at most.
    pub calm: Duration,
    /// How long changes that do not end are waited for.
    pub at_most: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            quiet: Duration::from_millis(100),
            calm: Duration::from_secs(2),
            at_most: Duration::from_secs(1),
        }
    }
}

impl Rhythm {
    /// The two waits after a refresh that took as long as this.
    fn after(self, took: Duration) -> (Duration, Duration) {
        let quiet = self.quiet.max(took.min(self.calm));
        (quiet, self.at_most.max(took))
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
        let mut took = self.round(Trigger::Start).await;
        while !self.is_stopping() {
            tokio::select! {
                changed = commits.changed() => if changed.is_err() { return },
                () = self.inner.has_other_packs.notified() => {}
            }
            let (quiet, at_most) = rhythm.after(took);
            let latest = tokio::time::sleep(at_most);
            tokio::pin!(latest);
            loop {
                tokio::select! {
                    () = tokio::time::sleep(quiet) => break,
                    () = &mut latest => break,
                    changed = commits.changed() => if changed.is_err() { return },
                }
            }
            commits.mark_unchanged();
            took = self.round(Trigger::Change).await;
        }
    }

    /// How long it took.
    async fn round(&self, trigger: Trigger) -> Duration {
        let begun = Instant::now();
        if self.declared().is_empty() {
            return Duration::ZERO;
        }
        if let Err(error) = self.run_all(trigger, false, None).await {
            tracing::error!(
                code = error.code(),
                error = &error as &dyn std::error::Error,
                "models could not be refreshed"
            );
        }
        begun.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slow_refresh_is_followed_by_a_rest_and_a_quick_one_is_not() {
        let rhythm = Rhythm::default();
        let waits = |seconds| rhythm.after(Duration::from_secs_f64(seconds));
        assert_eq!(waits(0.01), (rhythm.quiet, rhythm.at_most));
        assert_eq!(waits(1.5).0, Duration::from_secs_f64(1.5));
        assert_eq!(waits(40.0), (rhythm.calm, Duration::from_secs(40)));
    }
}
