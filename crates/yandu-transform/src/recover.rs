//! After a crash: a refresh is done where its commit reached the lake, and was interrupted elsewhere.

use crate::Result;
use crate::run::{Failure, RunStatus};
use crate::transform::Transform;

impl Transform {
    /// Settles the refreshes that were under way when the process last ended.
    ///
    /// The commit of the lake is the one moment at which the rows of a run are there, and what is kept of groups was on
    /// disk before it: with the commit both are new, without it both are old.
    pub(crate) async fn recover(&self) -> Result<()> {
        let inner = &self.inner;
        for mut run in inner.runs.under_way().await? {
            if self.is_under_way(&run) {
                continue;
            }
            let committed = match run.status {
                RunStatus::Committing if inner.lake.has(&run.model) => {
                    inner.lake.find_commit(&run.model, &run.id).await?
                }
                _ => None,
            };
            run.ended_at = Some(self.now());
            if let Some(version) = committed {
                run.status = RunStatus::Done;
                run.version = Some(version);
                tracing::info!(dataset.id = %run.model, run.id = %run.id, "refresh found complete");
            } else {
                run.status = RunStatus::Interrupted;
                run.error = Some(Failure {
                    code: "interrupted".to_owned(),
                    message: "the program ended before the refresh did".to_owned(),
                    help: Some("the model is refreshed again by itself".to_owned()),
                });
                tracing::info!(dataset.id = %run.model, run.id = %run.id, "interrupted refresh rolled back");
            }
            inner.runs.save(&run).await?;
            self.sweep_states(&run.model).await?;
        }
        Ok(())
    }

    /// Removes what was kept of groups by runs that the model does not stand on.
    pub(crate) async fn sweep_states(&self, model: &yandu_words::id::DatasetId) -> Result<()> {
        let kept = self.inner.runs.newest_done(model).await?;
        let kept = kept.and_then(|run| run.state);
        let Ok(entries) = std::fs::read_dir(self.state_folder(model)) else {
            return Ok(());
        };
        for entry in entries.flatten() {
            if Some(entry.file_name().to_string_lossy().as_ref()) != kept.as_deref()
                && let Err(error) = std::fs::remove_file(entry.path())
            {
                tracing::warn!(path = %entry.path().display(), %error, "what was kept of groups stays on disk");
            }
        }
        Ok(())
    }
}
