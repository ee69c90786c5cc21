use clap::{Args, Subcommand};
use yandu_http::source::SourceList;

use super::{collect, local};
use crate::cli::Context;
use crate::client::{Client, Folder, query, with_client};
use crate::failure::Result;
use crate::table::Table;

/// List the sources that rows come from, or take the delivery of one now
#[derive(Debug, Args)]
pub(crate) struct Source {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the sources and their last deliveries
    #[command(after_help = "Example:\n  yandu source list")]
    List,
    /// Take the delivery of a source now; the same as `yandu collect SOURCE`
    #[command(after_help = "Example:\n  yandu source run air.station_api")]
    Run { source: String },
}

impl Source {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        match self.action {
            Action::List => {
                let sources: SourceList =
                    with_client(&context.config, Folder::MustExist, async |client| {
                        all(client).await
                    })
                    .await?;
                context.output.result(&sources, list)
            }
            Action::Run { source } => collect::run_source(context, &source).await,
        }
    }
}

/// The sources of all pages.
pub(crate) async fn all(client: &Client) -> Result<SourceList> {
    let mut all = SourceList::default();
    loop {
        let asked = query([("after", all.next.take())]);
        let page: SourceList = client.get(&format!("/api/v1/sources{asked}")).await?;
        all.sources.extend(page.sources);
        all.next = page.next;
        if all.next.is_none() {
            return Ok(all);
        }
    }
}

fn list(list: &SourceList) -> String {
    let mut table = Table::new([
        "source",
        "title",
        "dataset",
        "mode",
        "channel",
        "every",
        "last delivery",
        "status",
    ]);
    for source in &list.sources {
        table.row(vec![
            source.id.as_str().into(),
            source.title.as_str().into(),
            source.dataset.as_str().into(),
            source.mode.as_str().into(),
            source.channel.as_str().into(),
            source.every.clone().into(),
            source.last_at.map(local).into(),
            source.last_status.clone().into(),
        ]);
    }
    table.render()
}
