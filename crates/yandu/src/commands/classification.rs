use clap::{Args, Subcommand};
use serde_json::json;
use yandu_http::classification::{DecisionList, Lowerings, ReasonLine, SuggestionPage, Summary};

use super::local;
use crate::cli::Context;
use crate::client::{Folder, query, with_client};
use crate::failure::Result;
use crate::table::Table;

/// Classify and grade fields: what is suggested, what is decided, what was lowered
#[derive(Debug, Args)]
pub(crate) struct Classification {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show how far each dataset is, and which classes there are
    #[command(after_help = "Example:\n  yandu classification status")]
    Status,
    /// List suggestions, the strictest first
    #[command(after_help = "Example:\n  yandu classification list --bearing higher")]
    List {
        /// Of this dataset alone
        #[arg(long)]
        dataset: Option<String>,
        /// `higher`, `lower`, `same` or `nothing`
        #[arg(long)]
        bearing: Option<String>,
        /// `open`, `confirmed`, `changed`, `rejected`, `superseded` or `withdrawn`
        #[arg(long)]
        status: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Confirm suggestions
    #[command(after_help = "Example:\n  yandu classification confirm 3 4 5")]
    Confirm {
        #[arg(required = true)]
        suggestions: Vec<i64>,
        /// Needed where something becomes less sensitive
        #[arg(long)]
        reason: Option<String>,
    },
    /// Decide on suggestions with another grade
    #[command(
        after_help = "Example:\n  yandu classification change 3 --grade general-2 --reason 已去标识"
    )]
    Change {
        #[arg(required = true)]
        suggestions: Vec<i64>,
        #[arg(long)]
        grade: String,
        #[arg(long)]
        class: Option<String>,
        /// Needed where something becomes less sensitive
        #[arg(long)]
        reason: Option<String>,
    },
    /// Reject suggestions; they are not made again while the evidence is the same
    #[command(after_help = "Example:\n  yandu classification reject 3 --reason 样例数据")]
    Reject {
        #[arg(required = true)]
        suggestions: Vec<i64>,
        #[arg(long)]
        reason: String,
    },
    /// List what was made less sensitive, and why
    #[command(after_help = "Example:\n  yandu classification lowerings")]
    Lowerings,
    /// Look again at names and at what was counted of the newest deliveries
    #[command(after_help = "Example:\n  yandu classification renew --dataset population.resident")]
    Renew {
        /// This dataset alone
        #[arg(long)]
        dataset: Option<String>,
    },
}

impl Classification {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        match self.action {
            Action::Status => {
                let summary: Summary = get(context, "/api/v1/classification").await?;
                context.output.result(&summary, status)
            }
            Action::List {
                dataset,
                bearing,
                status,
                limit,
            } => {
                let asked = query([
                    ("dataset", dataset),
                    ("bearing", bearing),
                    ("status", status),
                    ("limit", Some(limit.to_string())),
                ]);
                let path = format!("/api/v1/classification/suggestions{asked}");
                let page: SuggestionPage = get(context, &path).await?;
                context.output.result(&page, list)
            }
            Action::Confirm {
                suggestions,
                reason,
            } => {
                let body =
                    json!({"suggestions": suggestions, "verdict": "confirm", "reason": reason});
                decide(context, &body).await
            }
            Action::Change {
                suggestions,
                grade,
                class,
                reason,
            } => {
                let body = json!({
                    "suggestions": suggestions, "verdict": "change", "grade": grade, "class": class, "reason": reason
                });
                decide(context, &body).await
            }
            Action::Reject {
                suggestions,
                reason,
            } => {
                let body =
                    json!({"suggestions": suggestions, "verdict": "reject", "reason": reason});
                decide(context, &body).await
            }
            Action::Lowerings => {
                let found: Lowerings = get(context, "/api/v1/classification/lowerings").await?;
                context.output.result(&found, lowerings)
            }
            Action::Renew { dataset } => {
                let body = json!({"dataset": dataset});
                let summary: Summary =
                    with_client(&context.config, Folder::MustExist, async |client| {
                        client.post("/api/v1/classification/renewal", &body).await
                    })
                    .await?;
                context.output.result(&summary, status)
            }
        }
    }
}

async fn get<T: serde::de::DeserializeOwned>(context: &Context, path: &str) -> Result<T> {
    with_client(&context.config, Folder::MustExist, async |client| {
        client.get(path).await
    })
    .await
}

async fn decide(context: &Context, body: &serde_json::Value) -> Result<()> {
    let decided: DecisionList = with_client(&context.config, Folder::MustExist, async |client| {
        client.post("/api/v1/classification/decisions", body).await
    })
    .await?;
    context.output.result(&decided, |decided| {
        let mut table = Table::new(["suggestion", "field", "status", "grade", "before", "reason"]);
        for one in &decided.suggestions {
            let mut own = decided.decisions.iter();
            let own = own.find(|decision| decision.suggestion == Some(one.id));
            table.row(vec![
                one.id.to_string().into(),
                named(&one.dataset, one.name.as_deref()).into(),
                one.status.as_str().into(),
                own.map(|own| own.grade.clone()).into(),
                own.map(|own| own.before.clone()).into(),
                one.reason.clone().into(),
            ]);
        }
        table.render()
    })
}

fn status(summary: &Summary) -> String {
    let mut table = Table::new([
        "dataset", "title", "owner", "grade", "fields", "decided", "open", "stricter",
    ]);
    for line in &summary.datasets {
        table.row(vec![
            line.dataset.as_str().into(),
            line.title.as_str().into(),
            line.owner.as_str().into(),
            line.grade.as_str().into(),
            line.fields.to_string().into(),
            line.decided.to_string().into(),
            line.open.to_string().into(),
            line.higher.to_string().into(),
        ]);
    }
    table.render()
}

fn list(page: &SuggestionPage) -> String {
    let mut table = Table::new([
        "id",
        "field",
        "title",
        "class",
        "suggested",
        "present",
        "sure",
        "why",
    ]);
    for one in &page.suggestions {
        let why: Vec<String> = one.reasons.iter().map(in_words).collect();
        table.row(vec![
            one.id.to_string().into(),
            named(&one.dataset, one.name.as_deref()).into(),
            one.title.clone().into(),
            one.class.clone().into(),
            one.grade.as_str().into(),
            one.present.as_str().into(),
            format!("{:.0} %", one.confidence * 100.0).into(),
            why.join("; ").into(),
        ]);
    }
    table.render()
}

fn lowerings(found: &Lowerings) -> String {
    let mut table = Table::new(["at", "field", "from", "to", "by", "reason"]);
    for one in &found.decided {
        table.row(vec![
            local(one.decided_at).into(),
            named(&one.dataset, one.name.as_deref()).into(),
            one.inflow
                .clone()
                .unwrap_or_else(|| one.before.clone())
                .into(),
            one.grade.as_str().into(),
            one.decided_by.as_str().into(),
            one.reason.clone().into(),
        ]);
    }
    for one in &found.declared {
        table.row(vec![
            "-".into(),
            named(&one.dataset, Some(&one.column)).into(),
            one.inflow.as_str().into(),
            one.grade.as_str().into(),
            "pack".into(),
            one.reason.as_str().into(),
        ]);
    }
    table.render()
}

fn named(dataset: &str, name: Option<&str>) -> String {
    match name {
        Some(name) => format!("{dataset}.{name}"),
        None => dataset.to_owned(),
    }
}

/// A reason in one phrase.
fn in_words(reason: &ReasonLine) -> String {
    let text = reason.text.as_deref().unwrap_or_default();
    match reason.kind.as_str() {
        "name" => format!(
            "`{}` stands in `{text}`",
            reason.word.as_deref().unwrap_or_default()
        ),
        "standard" => format!(
            "standard {}",
            reason.standard.as_deref().unwrap_or_default()
        ),
        "content" => format!(
            "{} of {} values look like {}",
            reason.values.unwrap_or_default(),
            reason.looked.unwrap_or_default(),
            reason.look.as_deref().unwrap_or_default()
        ),
        "contradicted" => format!(
            "the {} values do not look so",
            reason.looked.unwrap_or_default()
        ),
        "inflow" => format!(
            "{} flows in from {}",
            reason.grade.as_deref().unwrap_or_default(),
            reason.from.join(", ")
        ),
        "declared" => format!(
            "the pack declares {} now",
            reason.grade.as_deref().unwrap_or_default()
        ),
        "together" => format!("{text}: {}", reason.from.join(", ")),
        _ => "nothing speaks for a class".to_owned(),
    }
}
