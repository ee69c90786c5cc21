use clap::Args;
use yandu_http::pack::change::PackHistoryEntry;
use yandu_http::pack::site::{RemoveModel, SaveModel, SavedModelAnswer};

use crate::cli::Context;
use crate::client::{Folder, encode, with_client};
use crate::failure::Result;

/// Save a query as a model of the site's own pack
#[derive(Debug, Args)]
#[command(after_help = "Example:
  yandu model save elder_by_township --title 各镇老年人 --reason 月报用 \\
    --sql \"SELECT division, count(*) AS people FROM population.resident GROUP BY division\"

The model gets a pack of the data folder, `site`, is checked as any other, and is there at once.")]
pub(crate) struct Save {
    /// The name of the dataset in the pack
    name: String,
    /// What it is, in Chinese
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// One SELECT over datasets
    #[arg(long, value_name = "SQL")]
    sql: String,
    #[arg(long, value_name = "TEXT", help = "What is in it, in a sentence")]
    about: Option<String>,
    /// The department that answers for it
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// Why, for the records
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Save {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let body = SaveModel {
            pack: None,
            name: self.name,
            title: self.title,
            about: self.about,
            owner: self.owner,
            sql: self.sql,
            reason: self.reason,
        };
        let saved: SavedModelAnswer =
            with_client(&context.config, Folder::MustExist, async |client| {
                client.post("/api/v1/models", &body).await
            })
            .await?;
        context.output.result(&saved, |saved| {
            format!(
                "{} saved with pack change {}\n",
                saved.id, saved.change.number
            )
        })
    }
}

/// Remove a model of the site's own pack; its rows stay in the data folder, and nobody sees them
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  yandu model remove site.elder_by_township --reason 不再使用")]
pub(crate) struct Remove {
    /// Its id
    #[arg(value_name = "ID")]
    model: String,
    /// Why, for the records
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

impl Remove {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let path = format!("/api/v1/models/{}/remove", encode(&self.model));
        let body = RemoveModel {
            reason: self.reason,
        };
        let done: PackHistoryEntry =
            with_client(&context.config, Folder::MustExist, async |client| {
                client.post(&path, &body).await
            })
            .await?;
        context.output.result(&done, |done| {
            format!("{} removed with pack change {}\n", self.model, done.number)
        })
    }
}
