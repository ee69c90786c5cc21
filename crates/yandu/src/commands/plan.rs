//! Work plans from the command line.

mod paper;
mod review;
mod shown;
mod summary;
mod work;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;
use yandu_http::plan::{
    HistoryOfPlan, Plan as Stored, PlanList, PlanReading, PlanText, ReasonOfPlan,
};

use crate::cli::Context;
use crate::client::{Client, Folder, encode, query, with_client};
use crate::failure::{Failure, Result};

/// Work plans: import a text, review it sentence by sentence, approve it, and follow what becomes of it
#[derive(Debug, Args)]
pub(crate) struct Plan {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Read the text of a plan and keep it, to be reviewed: its points, units and targets, and what a reviewer has to decide
    #[command(
        after_help = "Example:\n  yandu plan import 工作要点.txt\n  yandu plan import 工作要点.txt --json\n\nThe same text again changes nothing."
    )]
    Import {
        #[command(flatten)]
        text: Text,
        /// Under what the plan is kept [default: its year, or where that is taken its year and a part of its hash]
        #[arg(long)]
        id: Option<String>,
        /// Why; kept in the history
        #[arg(long)]
        reason: Option<String>,
    },
    /// Read the text of a plan and show what it says; nothing is kept
    #[command(after_help = "Example:\n  yandu plan read 工作要点.txt")]
    Read {
        #[command(flatten)]
        text: Text,
    },
    /// List the plans that are kept
    #[command(after_help = "Example:\n  yandu plan list")]
    List,
    /// Show a plan: its points with their units, its targets, how far it has come
    #[command(after_help = "Example:\n  yandu plan show 2025")]
    Show { plan: String },
    /// Review a plan sentence by sentence; without a decision list what waits for one
    #[command(
        after_help = "Examples:\n  yandu plan review 2025\n  yandu plan review 2025 --accept 12,14-20\n  yandu plan review 2025 --file 核对.json\n\nThe file holds the body of `POST /api/v1/plans/{id}/review`; docs/plans.md explains it."
    )]
    Review(review::Review),
    /// Put a plan in force, once everything in it is decided
    #[command(after_help = "Example:\n  yandu plan approve 2025 --reason 已经市政府研究通过")]
    Approve {
        plan: String,
        /// Why; kept in the history
        #[arg(long)]
        reason: String,
    },
    #[command(flatten)]
    Work(work::Work),
    /// Make a paper of a plan: the monthly brief, the pack of the quarterly meeting, the review of the year
    #[command(
        after_help = "Examples:\n  yandu plan paper 2025 brief --period 2025-06\n  yandu plan paper 2025 pack --period 2025-Q2 --out 联席会议材料.docx\n  yandu plan paper 2025 review --period 2025 --out 年终评估.pdf"
    )]
    Paper(paper::Paper),
    /// Show what became of a plan: who changed what, when and why
    #[command(after_help = "Example:\n  yandu plan history 2025")]
    History {
        plan: String,
        /// The page after this one, as the page before names it
        #[arg(long, value_name = "KEY")]
        after: Option<String>,
    },
}

/// The text of a plan.
#[derive(Debug, Args)]
struct Text {
    /// Plain text in UTF-8, GB18030, Big5 or UTF-16
    text: PathBuf,
    /// The year of the plan [default: what its title says]
    #[arg(long)]
    year: Option<i16>,
}

/// What was read of a text, and the plan that was made of it.
#[derive(Debug, Serialize)]
struct Imported {
    /// The id under which it is kept.
    plan: String,
    revision: u64,
    /// How far the plan has come that is kept.
    status: String,
    #[serde(flatten)]
    reading: PlanReading,
}

impl Plan {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let output = context.output;
        let folder = match self.action {
            Action::Import { .. } | Action::Read { .. } => Folder::MayBeNew,
            _ => Folder::MustExist,
        };
        with_client(&context.config, folder, async |client| match self.action {
            Action::Import { text, id, reason } => {
                let body = PlanText {
                    id,
                    reason,
                    ..text.body()?
                };
                let imported = import(client, &body).await?;
                output.result(&imported, |imported| {
                    let Imported { plan, status, .. } = imported;
                    let next = match status.as_str() {
                        "reviewing" => format!("待逐句核对：yandu plan review {plan}"),
                        status => format!("{}：yandu plan show {plan}", shown::status(status)),
                    };
                    format!(
                        "{}\n已存为 {plan}，{next}\n",
                        summary::text(&imported.reading)
                    )
                })
            }
            Action::Read { text } => {
                let reading: PlanReading = client.post("/api/v1/plans/read", &text.body()?).await?;
                output.result(&reading, summary::text)
            }
            Action::List => {
                let list: PlanList = client.get("/api/v1/plans").await?;
                output.result(&list, shown::list)
            }
            Action::Show { plan } => {
                let plan: Stored = client.get(&address(&plan, "")).await?;
                output.result(&plan, shown::plan)
            }
            Action::Review(review) => review.run(client, output).await,
            Action::Work(work) => work.run(client, output).await,
            Action::Paper(paper) => paper.run(client, output).await,
            Action::Approve { plan, reason } => {
                let body = ReasonOfPlan { reason };
                let plan: Stored = client.post(&address(&plan, "/approval"), &body).await?;
                output.result(&plan, shown::plan)
            }
            Action::History { plan, after } => {
                let page = format!("/history{}", query([("after", after)]));
                let history: HistoryOfPlan = client.get(&address(&plan, &page)).await?;
                output.result(&history, shown::history)
            }
        })
        .await
    }
}

impl Text {
    fn body(&self) -> Result<PlanText> {
        let path = absolute(&self.text)?;
        Ok(PlanText {
            path: Some(path),
            year: self.year,
            ..PlanText::default()
        })
    }
}

fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).map_err(Failure::io("find", path))
}

async fn import(client: &Client, body: &PlanText) -> Result<Imported> {
    let only_read = PlanText {
        id: None,
        reason: None,
        ..body.clone()
    };
    let mut reading: PlanReading = client.post("/api/v1/plans/read", &only_read).await?;
    let stored: Stored = client.post("/api/v1/plans", body).await?;
    // A text that is there already keeps the year with which it was imported.
    if reading.year != stored.head.year {
        let as_kept = PlanText {
            year: stored.head.year,
            ..only_read
        };
        reading = client.post("/api/v1/plans/read", &as_kept).await?;
    }
    Ok(Imported {
        plan: stored.head.id,
        revision: stored.head.revision,
        status: stored.head.status,
        reading,
    })
}

/// The address of a plan, or of something that belongs to it.
fn address(plan: &str, more: &str) -> String {
    format!("/api/v1/plans/{}{more}", encode(plan))
}
