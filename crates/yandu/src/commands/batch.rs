use std::fmt::Write as _;

use clap::{Args, Subcommand};
use yandu_http::batch::{BatchDetail, BatchPage, Because};

use super::local;
use crate::cli::Context;
use crate::client::{Folder, encode, query, with_client};
use crate::failure::Result;
use crate::next_page;
use crate::table::{Table, clipped, grouped, printable};

/// List, show, cancel or undo batches: what was delivered, and what became of it
#[derive(Debug, Args)]
pub(crate) struct Batch {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List batches, newest first
    #[command(after_help = "Example:\n  yandu batch list --dataset population.resident --limit 10")]
    List {
        /// Only batches of this dataset
        #[arg(long, value_name = "ID")]
        dataset: Option<String>,
        /// Only batches with this status
        #[arg(long)]
        status: Option<String>,
        /// The page after this one, as the page before names it
        #[arg(long, value_name = "KEY")]
        after: Option<String>,
        /// How many
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Show a batch: counts, findings with evidence, scores, profile
    #[command(after_help = "Example:\n  yandu batch show 20260901-083000-000123")]
    Show {
        /// Its id, or a dataset for its newest collected batch
        batch: String,
    },
    /// Stop a collection that is under way and roll it back
    #[command(after_help = "Example:\n  yandu batch cancel 20260901-083000-000123")]
    Cancel {
        /// Its id
        batch: String,
    },
    /// Take a collected batch back as a whole; later batches stay
    #[command(
        after_help = "Example:\n  yandu batch undo 20260901-083000-000123 --reason 公安局要求撤回"
    )]
    Undo {
        /// Its id, or a dataset for its newest collected batch
        batch: String,
        /// Why; kept with the undoing
        #[arg(long)]
        reason: String,
    },
}

impl Batch {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let (config, output) = (&context.config, context.output);
        match self.action {
            Action::List {
                dataset,
                status,
                after,
                limit,
            } => {
                let parameters = query([
                    ("dataset", dataset),
                    ("status", status),
                    ("after", after),
                    ("limit", Some(limit.to_string())),
                ]);
                let path = format!("/api/v1/batches{parameters}");
                let page: BatchPage = with_client(config, Folder::MustExist, async |client| {
                    client.get(&path).await
                })
                .await?;
                output.result(&page, list)
            }
            Action::Show { batch } => {
                let path = format!("/api/v1/batches/{}", encode(&batch));
                let detail: BatchDetail = with_client(config, Folder::MustExist, async |client| {
                    client.get(&path).await
                })
                .await?;
                output.result(&detail, show)
            }
            Action::Cancel { batch } => {
                let path = format!("/api/v1/batches/{}/cancel", encode(&batch));
                let detail: BatchDetail = with_client(config, Folder::MustExist, async |client| {
                    client.post(&path, &()).await
                })
                .await?;
                output.result(&detail, ending)
            }
            Action::Undo { batch, reason } => {
                let path = format!("/api/v1/batches/{}/undo", encode(&batch));
                let because = Because { reason };
                let detail: BatchDetail = with_client(config, Folder::MustExist, async |client| {
                    client.post(&path, &because).await
                })
                .await?;
                output.result(&detail, ending)
            }
        }
    }
}

fn ending(detail: &BatchDetail) -> String {
    format!(
        "batch {} of {} is {}\n",
        detail.batch.id, detail.batch.dataset, detail.batch.status
    )
}

fn list(page: &BatchPage) -> String {
    let mut table = Table::new([
        "batch",
        "dataset",
        "status",
        "in",
        "kept",
        "superseded",
        "quarantined",
        "version",
        "delivered as",
    ]);
    for batch in &page.batches {
        table.row(vec![
            batch.id.as_str().into(),
            batch.dataset.as_str().into(),
            batch.status.as_str().into(),
            batch.rows_in.into(),
            batch.rows_kept.into(),
            batch.rows_superseded.into(),
            batch.rows_quarantined.into(),
            batch.version.into(),
            batch.delivered_as.as_str().into(),
        ]);
    }
    let mut text = table.render();
    if let Some(next) = &page.next {
        let _ = writeln!(text, "more: {}", next_page::command(next));
    }
    text
}

fn show(detail: &BatchDetail) -> String {
    let batch = &detail.batch;
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:12} {value}");
    };
    line("batch", batch.id.clone());
    line("dataset", batch.dataset.clone());
    line("status", batch.status.clone());
    line(
        "delivered",
        format!("{} ({})", printable(&batch.delivered_as), batch.mode),
    );
    line(
        "by",
        format!("{}, {}", batch.delivered_by, local(batch.started_at)),
    );
    if let Some(source) = &batch.source {
        line("source", source.clone());
    }
    if let Some(size) = batch.size_bytes {
        line("bytes", grouped(size));
    }
    if let Some(encoding) = &batch.encoding {
        line("encoding", encoding.clone());
    }
    line("rows in", grouped(batch.rows_in));
    line("kept", grouped(batch.rows_kept));
    line("superseded", grouped(batch.rows_superseded));
    line("quarantined", grouped(batch.rows_quarantined));
    line("deleted", grouped(batch.rows_deleted));
    if let Some(version) = batch.version {
        line("version", version.to_string());
    }
    if let Some(score) = batch.score {
        let accepted = super::collect::accepted(batch.rows_in, batch.rows_quarantined);
        line("quality", format!("{score:.2} of 100{accepted}"));
    }
    if let Some(error) = &batch.error {
        line("error", format!("{} ({})", error.message, error.code));
        if let Some(help) = &error.help {
            line("help", help.clone());
        }
    }
    text.push_str(&super::collect::remarks(detail.report.as_ref()));
    tables(&mut text, detail);
    text
}

fn tables(text: &mut String, detail: &BatchDetail) {
    if !detail.scores.is_empty() {
        let mut table = Table::new(["dimension", "", "pass rate", "assessed", "failed"]);
        for score in &detail.scores {
            let rate = score.pass_rate.map(|rate| format!("{:.3} %", rate * 100.0));
            table.row(vec![
                score.dimension.as_str().into(),
                score.title.as_str().into(),
                rate.unwrap_or_else(|| "not assessed".to_owned()).into(),
                score.assessed.into(),
                score.failed.into(),
            ]);
        }
        let _ = write!(text, "\n{}", table.render());
    }
    if !detail.findings.is_empty() {
        let _ = write!(text, "\n{}", super::collect::findings(&detail.findings));
    }
    if !detail.profile.is_empty() {
        let mut table = Table::new([
            "column",
            "nulls",
            "distinct",
            "least",
            "greatest",
            "most frequent",
            "pattern",
        ]);
        for column in &detail.profile {
            let first = |values: &[yandu_http::batch::Frequent]| {
                values.first().map(|frequent| frequent.value.clone())
            };
            table.row(vec![
                column.column.as_str().into(),
                column.nulls.into(),
                column.distinct.into(),
                column.min.as_deref().map(clipped).into(),
                column.max.as_deref().map(clipped).into(),
                first(&column.frequent).as_deref().map(clipped).into(),
                first(&column.patterns).as_deref().map(clipped).into(),
            ]);
        }
        let _ = write!(text, "\n{}", table.render());
    }
}
