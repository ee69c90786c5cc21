use clap::Args;
use yandu_http::pack::change::PackChange;

use super::shown;
use crate::cli::Context;
use crate::client::{Folder, with_client};
use crate::failure::Result;

/// Say what the packs of the folder would do to the stored rows, before it is done
///
/// Packs that touch no stored row and open nothing are installed by themselves when a server starts or a command opens the
/// data folder. Others wait until `yandu pack apply`. Packs with errors are not installed at all.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  yandu pack plan\n  yandu pack plan --json")]
pub(super) struct Plan {}

impl Plan {
    pub(super) async fn run(self, context: &Context) -> Result<()> {
        let plan = with_client(&context.config, Folder::MustExist, async |client| {
            loop {
                let plan: PackChange = client.get("/api/v1/packs/change").await?;
                if plan.state != "counting" {
                    break Ok(plan);
                }
                let rows = plan.rows_done.unwrap_or_default();
                tracing::info!(rows, "reading the stored rows");
            }
        })
        .await?;
        context.output.result(&plan, shown::plan)
    }
}
