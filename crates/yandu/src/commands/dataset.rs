use std::collections::HashMap;
use std::fmt::Write as _;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use yandu_http::dataset::{
    DatasetDetail, DatasetLine, DatasetList, Restore, Restored, VersionList,
};
use yandu_http::model::ModelList;

use super::local;
use crate::cli::Context;
use crate::client::{Folder, encode, query, with_client};
use crate::failure::Result;
use crate::next_page;
use crate::table::{Table, grouped};

/// List and show datasets, their versions, and bring an old version back
#[derive(Debug, Args)]
pub(crate) struct Dataset {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the datasets of the installed packs
    #[command(after_help = "Example:\n  yandu dataset list")]
    List,
    /// Show a dataset: its declaration, how much is in it, its references
    #[command(after_help = "Example:\n  yandu dataset show population.resident")]
    Show { dataset: String },
    /// List the versions of a dataset, newest first
    #[command(after_help = "Example:\n  yandu dataset versions population.resident")]
    Versions {
        dataset: String,
        /// The page after this one, as the page before names it
        #[arg(long, value_name = "KEY")]
        after: Option<String>,
        /// How many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Make the content of an older version the present one, as a new version
    #[command(
        after_help = "Example:\n  yandu dataset restore population.resident --version 3 --reason 误导入"
    )]
    Restore {
        dataset: String,
        /// The version whose content comes back
        #[arg(long, value_name = "N")]
        version: u64,
        /// Why; kept with the batches that are taken back
        #[arg(long)]
        reason: String,
    },
}

impl Dataset {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let (config, output) = (&context.config, context.output);
        match self.action {
            Action::List => {
                let (datasets, models): (DatasetList, ModelList) =
                    with_client(config, Folder::MustExist, async |client| {
                        let datasets = client.get("/api/v1/datasets?limit=10000").await?;
                        Ok((datasets, client.get("/api/v1/models").await?))
                    })
                    .await?;
                output.result(&datasets, |datasets| list(datasets, &models))
            }
            Action::Show { dataset } => {
                let path = format!("/api/v1/datasets/{}", encode(&dataset));
                let detail: DatasetDetail =
                    with_client(config, Folder::MustExist, async |client| {
                        client.get(&path).await
                    })
                    .await?;
                output.result(&detail, show)
            }
            Action::Versions {
                dataset,
                after,
                limit,
            } => {
                let page = query([("after", after), ("limit", Some(limit.to_string()))]);
                let path = format!("/api/v1/datasets/{}/versions{page}", encode(&dataset));
                let versions: VersionList =
                    with_client(config, Folder::MustExist, async |client| {
                        client.get(&path).await
                    })
                    .await?;
                output.result(&versions, list_versions)
            }
            Action::Restore {
                dataset,
                version,
                reason,
            } => {
                let path = format!("/api/v1/datasets/{}/restore", encode(&dataset));
                let restore = Restore { version, reason };
                let restored: Restored = with_client(config, Folder::MustExist, async |client| {
                    client.post(&path, &restore).await
                })
                .await?;
                output.result(&restored, |restored| {
                    format!(
                        "version {version} of {} is back as version {}\n",
                        restored.dataset, restored.version
                    )
                })
            }
        }
    }
}

fn list(list: &DatasetList, models: &ModelList) -> String {
    // A refresh is to a model what a delivery is to another dataset.
    let refreshed: HashMap<&str, Timestamp> = models
        .models
        .iter()
        .filter_map(|model| {
            let run = model.last_run.as_ref()?;
            let ended_at = run.ended_at.filter(|_| run.status == "done")?;
            Some((model.id.as_str(), ended_at))
        })
        .collect();
    let last_at = |dataset: &DatasetLine| {
        let refreshed = refreshed.get(dataset.id.as_str()).copied();
        dataset.last_at.or(refreshed)
    };
    let mut table = Table::new([
        "dataset",
        "title",
        "owner",
        "rows",
        "version",
        "last delivery or refresh",
    ]);
    for dataset in &list.datasets {
        table.row(vec![
            dataset.id.as_str().into(),
            dataset.title.as_str().into(),
            dataset.owner.as_str().into(),
            dataset.rows.into(),
            dataset.version.into(),
            last_at(dataset).map(local).into(),
        ]);
    }
    let mut text = table.render();
    if list.next.is_some() {
        let count = list.datasets.len() as u64;
        let _ = writeln!(text, "… and more than these {}", grouped(count));
    }
    text
}

fn show(detail: &DatasetDetail) -> String {
    let declared = &detail.declaration;
    let mut text = String::new();
    let mut line = |name: &str, value: &str| {
        let _ = writeln!(text, "{name:10} {value}");
    };
    line("dataset", &declared.id);
    line("title", &declared.title);
    if let Some(about) = &declared.about {
        line("about", about);
    }
    line("owner", &declared.owner);
    line("origin", &declared.origin);
    line("refresh", &declared.refresh);
    line("sharing", &declared.sharing);
    line("opening", &declared.opening);
    line("grade", &declared.grade);
    line("key", &declared.key.join(", "));
    line("rows", &grouped(detail.rows));
    if let Some(version) = detail.version {
        line("version", &version.to_string());
    }
    if let Some(batch) = &detail.last_batch {
        line(
            "last batch",
            &format!(
                "{} ({}, {})",
                batch.id,
                batch.status,
                local(batch.started_at)
            ),
        );
    }
    if let Some(at) = detail.last_delivery_at {
        line("delivered", &local(at));
    }
    if let Some(fresh) = detail.fresh {
        line("fresh", if fresh { "yes" } else { "no" });
    }
    let mut columns = Table::new([
        "column", "title", "type", "standard", "codes", "required", "grade",
    ]);
    for column in &declared.columns {
        columns.row(vec![
            column.name.as_str().into(),
            column.title.as_str().into(),
            column.value_type.as_str().into(),
            column.standard.clone().into(),
            column.codes.clone().into(),
            if column.required { "yes" } else { "no" }.into(),
            column.grade.as_str().into(),
        ]);
    }
    let _ = write!(text, "\n{}", columns.render());
    if !declared.checks.is_empty() {
        let mut checks = Table::new(["check", "title", "level", "dimension"]);
        for check in &declared.checks {
            checks.row(vec![
                check.name.as_str().into(),
                check.title.clone().into(),
                check.level.as_str().into(),
                check.dimension.as_str().into(),
            ]);
        }
        let _ = write!(text, "\n{}", checks.render());
    }
    if !detail.references.is_empty() {
        let mut references =
            Table::new(["reference", "points at", "rows", "orphans", "for example"]);
        for reference in &detail.references {
            references.row(vec![
                reference.check.as_str().into(),
                reference.target.as_str().into(),
                reference.rows.into(),
                reference.orphans.into(),
                reference.samples.join(", ").into(),
            ]);
        }
        let _ = write!(text, "\n{}", references.render());
    }
    text
}

fn list_versions(list: &VersionList) -> String {
    let mut table = Table::new([
        "version",
        "at",
        "operation",
        "batch",
        "added",
        "removed",
        "rows",
    ]);
    for version in &list.versions {
        table.row(vec![
            version.version.into(),
            local(version.committed_at).into(),
            version.operation.as_str().into(),
            version.batch.clone().into(),
            version.rows_added.into(),
            version.rows_removed.into(),
            version.rows.into(),
        ]);
    }
    let mut text = table.render();
    if let Some(next) = &list.next {
        let _ = writeln!(text, "more: {}", next_page::command(next));
    }
    text
}
