//! Work plans from the command line.

mod summary;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use yandu_http::plan::{PlanReading, PlanText};

use crate::cli::Context;
use crate::client::{Folder, with_client};
use crate::failure::{Failure, Result};

/// Work plans: points, units and targets from a text
#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Read the text of a plan: its points, units and targets, and what a reviewer has to decide. Nothing is stored yet
    #[command(
        after_help = "Example:\n  yandu plan import 工作要点.txt\n  yandu plan import 工作要点.txt --json"
    )]
    Import {
        /// Plain text in UTF-8, GB18030, Big5 or UTF-16
        text: PathBuf,
        /// The year of the plan [default: what its title says]
        #[arg(long)]
        year: Option<i16>,
    },
}

impl Plan {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let Action::Import { text, year } = self.action;
        let path = std::path::absolute(&text).map_err(Failure::io("find", &text))?;
        let body = PlanText {
            path: Some(path),
            year,
            ..PlanText::default()
        };
        let reading: PlanReading = with_client(&context.config, Folder::MayBeNew, async |client| {
            client.post("/api/v1/plans/read", &body).await
        })
        .await?;
        context.output.result(&reading, summary::text)
    }
}
