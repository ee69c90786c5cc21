use clap::Args;
use yandu_http::pack::change::{ApplyPacks, PackHistoryEntry};

use super::shown;
use crate::cli::Context;
use crate::client::{Folder, with_client};
use crate::failure::Result;

/// Install the packs of the folder, and do to the stored rows what `yandu pack plan` says
#[derive(Debug, Args)]
#[command(after_help = "Example:
  yandu pack apply --reason 人口数据项标准2026版

Rows that cannot be kept go to quarantine with the reasons, under their own batch and place; correct and release them as
any other, or take the whole change back with `yandu pack rollback`.")]
pub(super) struct Apply {
    /// Why, for the records
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Apply only these packs: the `to` of a plan
    #[arg(long, value_name = "DIGEST")]
    seen: Option<String>,
}

impl Apply {
    pub(super) async fn run(self, context: &Context) -> Result<()> {
        let body = ApplyPacks {
            reason: self.reason,
            seen: self.seen,
        };
        let applied: PackHistoryEntry =
            with_client(&context.config, Folder::MustExist, async |client| {
                client.post("/api/v1/packs/change/apply", &body).await
            })
            .await?;
        context.output.result(&applied, shown::applied)
    }
}
