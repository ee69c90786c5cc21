use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use yandu_collect::form::{is_beside, without_mark};
use yandu_http::document::DocumentFile;
use yandu_http::form::{
    EvidenceFile, Form as Declared, FormList, FormReport, ReportPage, SubmitReport,
};

use super::local;
use crate::cli::Context;
use crate::client::{Client, Folder, encode, query, with_client};
use crate::failure::{Failure, Result};
use crate::next_page;
use crate::table::{Table, printable};

/// List the forms that people fill, show one, or hand a report in
#[derive(Debug, Args)]
pub(crate) struct Form {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the forms, and what is due and late from whom
    #[command(after_help = "Example:\n  yandu form list --unit 市发改委")]
    List {
        /// Only what this unit has to report
        #[arg(long)]
        unit: Option<String>,
    },
    /// Show a form: its fields, units, periods and files
    #[command(after_help = "Example:\n  yandu form show industry.future_industry")]
    Show {
        /// Its dataset
        form: String,
    },
    /// List the reports of a form, the newest first
    #[command(
        after_help = "Example:\n  yandu form reports industry.future_industry --period 2025-06"
    )]
    Reports {
        /// Its dataset
        form: String,
        /// Only reports of this unit
        #[arg(long)]
        unit: Option<String>,
        /// Only reports for this period
        #[arg(long)]
        period: Option<String>,
        /// The page after this one, as the page before names it
        #[arg(long, value_name = "KEY")]
        after: Option<String>,
        /// How many
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
    /// Hand a report in; the files that it names stand beside it
    #[command(
        after_help = "Example:\n  yandu form submit industry.future_industry 未来产业_2025-06.json"
    )]
    Submit {
        /// The dataset of the form
        form: String,
        /// A JSON file with `unit`, `period`, `values` and the names of files under `evidence`
        file: PathBuf,
    },
}

impl Form {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let (config, output) = (&context.config, context.output);
        with_client(config, Folder::MustExist, async |client| {
            match self.action {
                Action::List { unit } => {
                    let path = format!("/api/v1/forms{}", query([("unit", unit)]));
                    let forms: FormList = client.get(&path).await?;
                    output.result(&forms, list)
                }
                Action::Show { form } => {
                    let form: Declared = client.get(&address(&form, "")).await?;
                    output.result(&form, show)
                }
                Action::Reports {
                    form,
                    unit,
                    period,
                    after,
                    limit,
                } => {
                    let asked = query([
                        ("unit", unit),
                        ("period", period),
                        ("after", after),
                        ("limit", Some(limit.to_string())),
                    ]);
                    let path = address(&form, &format!("/reports{asked}"));
                    let page: ReportPage = client.get(&path).await?;
                    output.result(&page, reports)
                }
                Action::Submit { form, file } => {
                    let report = read(&file)?;
                    let taken = submit(client, &form, &file, report).await?;
                    output.result(&taken, |report| {
                        let later = if report.is_replaced {
                            "; a later report counts in its place"
                        } else {
                            ""
                        };
                        format!(
                            "batch {} holds the report of {} for {}{later}\n",
                            report.batch,
                            printable(&report.unit),
                            report.period
                        )
                    })
                }
            }
        })
        .await
    }
}

fn address(form: &str, rest: &str) -> String {
    format!("/api/v1/forms/{}{rest}", encode(form))
}

fn read(file: &Path) -> Result<SubmitReport> {
    let bytes = std::fs::read(file).map_err(Failure::io("read", file))?;
    serde_json::from_slice(without_mark(&bytes)).map_err(|error| {
        Failure {
            causes: vec![error.to_string()],
            ..Failure::new(format!("`{}` is no report", file.display()))
        }
        .help("a report has `unit`, `period` and `values`; `yandu form show` says which")
    })
}

/// Hands in the files that a report names, then the report with their hashes.
async fn submit(
    client: &Client,
    form: &str,
    file: &Path,
    mut report: SubmitReport,
) -> Result<FormReport> {
    for name in &mut report.evidence {
        let beside = file.with_file_name(&*name);
        if !is_beside(name) || !beside.is_file() {
            continue;
        }
        let path = std::path::absolute(&beside).map_err(Failure::io("find", &beside))?;
        let body = DocumentFile { path, reason: None };
        let kept: EvidenceFile = client.post(&address(form, "/evidence"), &body).await?;
        *name = kept.hash;
    }
    client.post(&address(form, "/reports"), &report).await
}

fn list(list: &FormList) -> String {
    let mut table = Table::new(["form", "title", "period", "due", "reported", "late", "last"]);
    for form in &list.forms {
        table.row(vec![
            form.dataset.as_str().into(),
            form.title.as_str().into(),
            form.period.as_str().into(),
            form.due.to_string().into(),
            format!("{}/{}", form.reported, form.units).into(),
            (form.late as u64).into(),
            form.last_reported_on.map(|day| day.to_string()).into(),
        ]);
    }
    let mut text = table.render();
    if !list.due.is_empty() {
        let mut table = Table::new(["unit", "form", "period", "due", "days left", "lamp"]);
        for due in &list.due {
            table.row(vec![
                due.unit.as_str().into(),
                due.dataset.as_str().into(),
                due.period.as_str().into(),
                due.due.to_string().into(),
                due.days_left.to_string().into(),
                due.lamp.as_str().into(),
            ]);
        }
        let _ = write!(text, "\n{}", table.render());
    }
    for form in list.forms.iter().filter(|form| form.late_earlier > 0) {
        let _ = writeln!(
            text,
            "{}: {} more reports of earlier periods are late",
            form.dataset, form.late_earlier
        );
    }
    text
}

fn show(form: &Declared) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        let _ = writeln!(text, "{name:10} {value}");
    };
    line("form", form.dataset.clone());
    line("title", printable(&form.title));
    line("units", printable(&form.units.join("、")));
    line("every", format!("{} since {}", form.every, form.since));
    line("due", format!("{} after its end", form.due));
    line(
        "files",
        format!(
            "{} to {}: {}",
            form.evidence_least,
            form.evidence_most,
            form.evidence_kinds.join(", ")
        ),
    );
    let mut table = Table::new(["field", "title", "required", "unit", "help"]);
    for field in &form.fields {
        table.row(vec![
            field.column.as_str().into(),
            field.title.as_str().into(),
            if field.required { "yes" } else { "" }.into(),
            field.unit.clone().into(),
            field.help.clone().into(),
        ]);
    }
    let _ = write!(text, "\n{}", table.render());
    text
}

fn reports(page: &ReportPage) -> String {
    let mut table = Table::new(["batch", "unit", "period", "by", "at", "files", "state"]);
    for report in &page.reports {
        let state = if report.is_replaced {
            "replaced"
        } else {
            report.status.as_str()
        };
        table.row(vec![
            report.batch.as_str().into(),
            report.unit.as_str().into(),
            report.period.as_str().into(),
            report
                .reporter
                .as_deref()
                .unwrap_or(&report.submitted_by)
                .into(),
            local(report.submitted_at).into(),
            (report.evidence.len() as u64).into(),
            state.into(),
        ]);
    }
    let mut text = table.render();
    if let Some(next) = &page.next {
        let _ = writeln!(text, "more: {}", next_page::command(next));
    }
    text
}
