use clap::Args;
use yandu_http::pack::change::PackHistory;

use super::shown;
use crate::cli::Context;
use crate::client::{Folder, query, with_client};
use crate::failure::Result;

/// List what was installed when, by whom, why, and what it did
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  yandu pack history --limit 10")]
pub(super) struct History {
    /// The page after the one that ended with this `next`
    #[arg(long, value_name = "NEXT")]
    after: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
}

impl History {
    pub(super) async fn run(self, context: &Context) -> Result<()> {
        let path = format!(
            "/api/v1/packs/history{}",
            query([
                ("after", self.after),
                ("limit", self.limit.map(|limit| limit.to_string())),
            ])
        );
        let history: PackHistory =
            with_client(&context.config, Folder::MustExist, async |client| {
                client.get(&path).await
            })
            .await?;
        context.output.result(&history, shown::history)
    }
}
