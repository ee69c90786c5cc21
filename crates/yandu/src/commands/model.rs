mod lineage;
mod save;

use std::fmt::Write as _;

use clap::{Args, Subcommand};
use yandu_http::model::{ModelExplained, ModelList, Run, RunList, RunModel, RunModels};

use super::local;
use crate::cli::Context;
use crate::client::{Client, Folder, encode, with_client};
use crate::failure::{Failure, Result};
use crate::table::{Table, grouped, printable};

/// List, run, explain, follow or save models: datasets that are made from others
#[derive(Debug, Args)]
pub(crate) struct Model {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List models in the order in which they are refreshed, with how they stand
    #[command(after_help = "Example:\n  yandu model list")]
    List,
    /// Refresh models now: those that something changed for, or the named ones
    #[command(
        after_help = "Example:\n  yandu model run population.household_composition --downstream\n\nOf what changed only that is computed where the query allows it; the answer says which it was, and why."
    )]
    Run {
        /// Their ids; all models when there is none
        #[arg(value_name = "ID")]
        models: Vec<String>,
        /// From all rows of the inputs, whether they changed or not
        #[arg(long)]
        full: bool,
        /// The models that read them too
        #[arg(long, requires = "models")]
        downstream: bool,
    },
    /// Say how a model is refreshed, from which plan, and what is kept in between
    #[command(after_help = "Example:\n  yandu model explain population.household_composition")]
    Explain {
        /// Its id
        #[arg(value_name = "ID")]
        model: String,
    },
    Lineage(lineage::Lineage),
    Save(save::Save),
    Remove(save::Remove),
}

impl Model {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let (config, output) = (&context.config, context.output);
        match self.action {
            Action::Lineage(lineage) => lineage.run(context).await,
            Action::Save(save) => save.run(context).await,
            Action::Remove(remove) => remove.run(context).await,
            Action::List => {
                let models: ModelList = with_client(config, Folder::MustExist, async |client| {
                    client.get("/api/v1/models").await
                })
                .await?;
                output.result(&models, list)
            }
            Action::Run {
                models,
                full,
                downstream,
            } => {
                let asked = RunModel { full, downstream };
                let ran = with_client(config, Folder::MustExist, async |client| {
                    run(client, &models, &asked).await
                })
                .await?;
                output.result(&ran, runs)?;
                failed(&ran)
            }
            Action::Explain { model } => {
                let path = format!("/api/v1/models/{}/explain", encode(&model));
                let explained: ModelExplained =
                    with_client(config, Folder::MustExist, async |client| {
                        client.get(&path).await
                    })
                    .await?;
                output.result(&explained, explain)
            }
        }
    }
}

async fn run(client: &Client, models: &[String], asked: &RunModel) -> Result<RunList> {
    if models.is_empty() {
        let asked = RunModels { full: asked.full };
        return client.post("/api/v1/models/run", &asked).await;
    }
    let mut all = RunList::default();
    for model in models {
        let path = format!("/api/v1/models/{}/run", encode(model));
        let ran: RunList = client.post(&path, asked).await?;
        all.runs.extend(ran.runs);
        all.left.extend(ran.left);
    }
    Ok(all)
}

/// A run that failed, or was stopped, is a failure of the command, after everything was printed.
fn failed(ran: &RunList) -> Result<()> {
    let failed: Vec<&Run> = ran
        .runs
        .iter()
        .filter(|run| matches!(run.status.as_str(), "failed" | "interrupted"))
        .collect();
    let [first, ..] = failed.as_slice() else {
        return Ok(());
    };
    let names: Vec<&str> = failed.iter().map(|run| run.model.as_str()).collect();
    let failure = Failure::new(format!("not refreshed: {}", names.join(", ")));
    let Some(error) = &first.error else {
        return Err(failure);
    };
    let failure = failure.code(&error.code);
    Err(match &error.help {
        Some(help) => failure.help(help.as_str()),
        None => failure,
    })
}

fn list(list: &ModelList) -> String {
    let mut table = Table::new([
        "model", "title", "state", "rows", "version", "last run", "mode", "why",
    ]);
    for model in &list.models {
        let last = model.last_run.as_ref();
        let why = model
            .why
            .clone()
            .or_else(|| last.map(|run| run.why.clone()));
        table.row(vec![
            model.id.as_str().into(),
            model.title.as_str().into(),
            model.state.as_str().into(),
            model.rows.into(),
            model.version.into(),
            last.map(|run| local(run.started_at)).into(),
            last.map(|run| run.mode.clone()).into(),
            why.into(),
        ]);
    }
    table.render()
}

fn runs(ran: &RunList) -> String {
    let mut text = String::new();
    for run in &ran.runs {
        let took = run
            .duration_ms
            .map_or_else(String::new, |took| format!(" in {took} ms"));
        let _ = writeln!(
            text,
            "{}: {}, {}{took}: {} rows came, {} went ({})",
            run.model,
            run.status,
            run.mode,
            grouped(run.rows_added),
            grouped(run.rows_removed),
            printable(&run.why),
        );
        if let Some(error) = &run.error {
            let _ = writeln!(text, "  {} ({})", printable(&error.message), error.code);
        }
    }
    for (model, why) in &ran.left {
        let _ = writeln!(text, "{model}: left as it is: {}", printable(why));
    }
    if text.is_empty() {
        text.push_str("nothing that a model reads has changed\n");
    }
    text
}

fn explain(explained: &ModelExplained) -> String {
    let mut text = String::new();
    let mode = if explained.incremental {
        "incremental where it can be"
    } else {
        "always in full"
    };
    let _ = writeln!(text, "{}: {mode}", explained.id);
    let _ = writeln!(text, "{}\n", printable(&explained.why));
    for (input, followed) in &explained.inputs {
        let column = followed.column.as_deref().unwrap_or_default();
        let why = followed.why.as_deref().unwrap_or_default();
        let _ = match followed.by.as_str() {
            "rows" => writeln!(text, "{input}  followed by the changed rows alone"),
            "key" => writeln!(
                text,
                "{input}  followed by the values of `{column}` in the changed rows"
            ),
            _ => writeln!(text, "{input}  in full: it {}", printable(why)),
        };
    }
    if !explained.state.is_empty() {
        let _ = writeln!(text, "\nkept for each group:");
        for kept in &explained.state {
            let _ = writeln!(text, "  {}", printable(kept));
        }
    }
    let _ = writeln!(text, "\nplan:");
    for line in explained.plan.lines() {
        let _ = writeln!(text, "  {}", printable(line));
    }
    text
}
