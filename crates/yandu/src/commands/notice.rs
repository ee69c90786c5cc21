use clap::{Args, Subcommand};
use yandu_http::notice::NoticeList;

use super::local;
use crate::cli::Context;
use crate::client::{Folder, query, with_client};
use crate::failure::Result;
use crate::table::Table;

/// Show what someone must be told, such as a delivery that is late
#[derive(Debug, Args)]
pub(crate) struct Notice {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List notices, newest first
    #[command(after_help = "Example:\n  yandu notice list --all")]
    List {
        /// Settled ones too
        #[arg(long)]
        all: bool,
    },
}

impl Notice {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let Action::List { all } = self.action;
        let path = format!(
            "/api/v1/notices{}",
            query([("all", all.then(|| "true".to_owned()))])
        );
        let notices: NoticeList = with_client(&context.config, Folder::MustExist, async |client| {
            client.get(&path).await
        })
        .await?;
        context.output.result(&notices, list)
    }
}

fn list(list: &NoticeList) -> String {
    let mut table = Table::new(["at", "kind", "source", "dataset", "message", "settled"]);
    for notice in &list.notices {
        table.row(vec![
            local(notice.at).into(),
            notice.kind.as_str().into(),
            notice.source.clone().into(),
            notice.dataset.as_str().into(),
            notice.message.as_str().into(),
            notice.settled_at.map(local).into(),
        ]);
    }
    table.render()
}
