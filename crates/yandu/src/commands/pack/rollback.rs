use clap::Args;
use yandu_http::pack::change::{PackChange, PackHistoryEntry, RollBackPacks};

use super::shown;
use crate::cli::Context;
use crate::client::{Folder, with_client};
use crate::failure::Result;

/// Take a change of the packs back, and all changes after it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  yandu pack rollback 3 --plan
  yandu pack rollback 3 --reason 标准撤回

The packs of before come back, and the rows as they were, also those that the change moved to quarantine. Rows that were
collected after it are kept and read again by the meaning of before; `--plan` says which cannot be.")]
pub(super) struct Rollback {
    /// The number of the change, as `yandu pack history` shows it
    #[arg(value_name = "N")]
    number: u64,
    /// Why, for the records
    #[arg(long, value_name = "TEXT", required_unless_present = "plan")]
    reason: Option<String>,
    /// Only say what would be done
    #[arg(long, conflicts_with = "reason")]
    plan: bool,
}

impl Rollback {
    pub(super) async fn run(self, context: &Context) -> Result<()> {
        let path = format!("/api/v1/packs/history/{}/rollback", self.number);
        if self.plan {
            let plan: PackChange =
                with_client(&context.config, Folder::MustExist, async |client| {
                    client.get(&path).await
                })
                .await?;
            return context.output.result(&plan, shown::plan);
        }
        let body = RollBackPacks {
            reason: self.reason.unwrap_or_default(),
        };
        let done: PackHistoryEntry =
            with_client(&context.config, Folder::MustExist, async |client| {
                client.post(&path, &body).await
            })
            .await?;
        context.output.result(&done, shown::applied)
    }
}
