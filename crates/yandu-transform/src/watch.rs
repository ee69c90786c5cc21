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
    use crate::refresh::tests::city::{City, Written, write_packs};

    fn people(sum: &str) -> Written {
        let columns = [("id", "text"), ("age", "integer")];
        let sql = format!("SELECT id, {sum} AS age FROM t.person");
        Written::new("people", &sql, &columns, &["id"])
    }

    #[tokio::test]
    async fn other_packs_have_models_refreshed_without_a_commit() {
        let mut city = City::new(vec![people("age")]).await;
        city.two_people().await;
        let transform = city.transform.clone();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let watching = tokio::spawn(async move {
            let over = async {
                let _ = stopped.await;
            };
            transform.watch(Rhythm::default(), over).await;
        });
        let holds = async |wanted: [&str; 2]| {
            let mut commits = city.transform.lake().commits();
            let waiting = async {
                while city.held("t.people").await != wanted {
                    commits.changed().await.unwrap();
                }
            };
            // Else it would wait for ever for a commit that does not come.
            tokio::time::timeout(Duration::from_secs(30), waiting)
                .await
                .unwrap();
        };
        holds(["a|30", "b|40"]).await;
        city.transform
            .set_packs(write_packs(city.folder.path(), &[people("age + 1")]));
        holds(["a|31", "b|41"]).await;
        stop.send(()).unwrap();
        watching.await.unwrap();
    }

    #[test]
    fn a_slow_refresh_is_followed_by_a_rest_and_a_quick_one_is_not() {
        let rhythm = Rhythm::default();
        let waits = |seconds| rhythm.after(Duration::from_secs_f64(seconds));
        assert_eq!(waits(0.01), (rhythm.quiet, rhythm.at_most));
        assert_eq!(waits(1.5).0, Duration::from_secs_f64(1.5));
        assert_eq!(waits(40.0), (rhythm.calm, Duration::from_secs(40)));
    }
}
