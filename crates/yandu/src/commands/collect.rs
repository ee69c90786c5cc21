mod preview;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use serde_json::Value;
use yandu_http::batch::{
    Accepted, BatchDetail, DeliverFile, DeliveryPreview, Failure as BatchFailure, Finding,
    PreviewFile,
};
use yandu_http::source::{Ran, Source};

use super::source;
use crate::cli::Context;
use crate::client::{Client, Folder, encode, with_client};
use crate::failure::{Failure, Result};
use crate::follow::{bar, follow};
use crate::table::{Table, clipped, grouped, printable};

/// Collect a file, or the delivery of a source: check it and put its good rows into the lake
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  yandu collect 常住人口登记_20251231.csv --dataset population.resident
  yandu collect residents.csv --dataset population.resident --mode upsert --encoding gb18030 --json
  yandu collect residents.xlsx --dataset population.resident --preview
  yandu collect residents.xlsx --dataset population.resident --header 证件号=resident_id --header 备注=
  yandu collect population.resident_export")]
pub(crate) struct Collect {
    /// The file to collect, or the id of a source
    #[arg(value_name = "FILE|SOURCE")]
    from: PathBuf,
    /// The dataset that the rows of the file go to
    #[arg(long, value_name = "ID")]
    dataset: Option<String>,
    /// snapshot, upsert or append; that of the dataset's source when absent
    #[arg(long, value_parser = ["snapshot", "upsert", "append"])]
    mode: Option<String>,
    /// The source that the file is a delivery of
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// The encoding of the file, where it should not be found out
    #[arg(long, value_name = "NAME")]
    encoding: Option<String>,
    /// The sign between two cells
    #[arg(long, value_name = "SIGN")]
    delimiter: Option<char>,
    /// The row that holds the headers, from 1; 0 when there is none
    #[arg(long, value_name = "N")]
    header_row: Option<u32>,
    /// The sheet of a workbook
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The column that a header of the file stands for, or none; may be repeated
    #[arg(long, value_name = "HEADER=COLUMN")]
    header: Vec<String>,
    /// Show how the file is understood, and its first rows; nothing is collected
    #[arg(long)]
    preview: bool,
}

/// What became of a delivery. `rows_in` = `rows_kept` + `rows_superseded` + `rows_quarantined`.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Outcome {
    /// `collected`, `unchanged` or `refused`; `rolled-back` when something around the delivery failed.
    status: String,
    dataset: String,
    batch: String,
    mode: String,
    rows_in: u64,
    rows_kept: u64,
    rows_superseded: u64,
    rows_quarantined: u64,
    rows_deleted: u64,
    version: Option<u64>,
    encoding: Option<String>,
    score: Option<f64>,
    findings: Vec<Finding>,
    report: Option<Value>,
    error: Option<BatchFailure>,
    /// The batches of a source that delivered several files; the counts are their sums.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    batches: Vec<Outcome>,
}

impl Collect {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        if self.preview {
            return self.look(context).await;
        }
        let outcome = with_client(&context.config, Folder::MayBeNew, async |client| {
            if self.is_source(client).await? {
                deliver(client, &self.from.to_string_lossy()).await
            } else {
                self.file(client).await
            }
        })
        .await?;
        finish(context, &outcome)
    }

    /// A source is meant when no file has the name.
    async fn is_source(&self, client: &Client) -> Result<bool> {
        if self.from.exists() || self.dataset.is_some() {
            return Ok(false);
        }
        let sources = source::all(client).await?;
        let is_known = |source: &Source| Path::new(&source.id) == self.from;
        if sources.sources.iter().any(is_known) {
            return Ok(true);
        }
        Err(Failure::new(format!(
            "there is no file and no source `{}`",
            self.from.display()
        ))
        .help("`yandu source list` shows the sources"))
    }

    /// Shows what the file would be understood as.
    async fn look(&self, context: &Context) -> Result<()> {
        let file = PreviewFile {
            path: self.path()?,
            dataset: self.dataset.clone(),
            source: self.source.clone(),
            encoding: self.encoding.clone(),
            delimiter: self.delimiter,
            header_row: self.header_row,
            sheet: self.sheet.clone(),
            headers: self.headers()?,
        };
        let preview: DeliveryPreview =
            with_client(&context.config, Folder::MayBeNew, async |client| {
                client.post("/api/v1/deliveries/preview", &file).await
            })
            .await?;
        context.output.result(&preview, preview::text)
    }

    async fn file(&self, client: &Client) -> Result<Outcome> {
        let dataset = self.dataset.clone().ok_or_else(|| {
            Failure::new("a file needs the dataset that its rows go to")
                .help("add `--dataset ID`; `yandu dataset list` shows the datasets")
        })?;
        let file = DeliverFile {
            dataset,
            path: self.path()?,
            mode: self.mode.clone(),
            source: self.source.clone(),
            encoding: self.encoding.clone(),
            delimiter: self.delimiter,
            header_row: self.header_row,
            sheet: self.sheet.clone(),
            headers: self.headers()?,
        };
        let accepted: Accepted = client.post("/api/v1/batches", &file).await?;
        Ok(follow(client, &accepted.batch).await?.into())
    }

    fn path(&self) -> Result<PathBuf> {
        std::fs::canonicalize(&self.from).map_err(|error| {
            Failure {
                causes: vec![error.to_string()],
                ..Failure::new(format!("cannot open `{}`", self.from.display()))
            }
            .code("file")
        })
    }

    /// What is said of the headers of the file.
    fn headers(&self) -> Result<BTreeMap<String, Option<String>>> {
        let pair = |said: &String| {
            let (header, column) = said.rsplit_once('=').ok_or_else(|| {
                Failure::new(format!("`--header {said}` is no `HEADER=COLUMN`"))
                    .help("an empty column says that the header is no column's")
            })?;
            let column = Some(column.trim().to_owned()).filter(|column| !column.is_empty());
            Ok((header.trim().to_owned(), column))
        };
        self.header.iter().map(pair).collect()
    }
}

/// Takes the delivery of a source, as a command of its own.
pub(super) async fn run_source(context: &Context, source: &str) -> Result<()> {
    let outcome = with_client(&context.config, Folder::MayBeNew, async |client| {
        deliver(client, source).await
    })
    .await?;
    finish(context, &outcome)
}

async fn deliver(client: &Client, source: &str) -> Result<Outcome> {
    let path = format!("/api/v1/sources/{}/run", encode(source));
    let spinner = bar(0, "{spinner} {msg} {elapsed}");
    spinner.set_message(format!("fetching from {source}"));
    spinner.enable_steady_tick(Duration::from_millis(100));
    let ran: Ran = client.post(&path, &Value::Null).await?;
    spinner.finish_and_clear();
    let mut outcomes = Vec::new();
    for batch in &ran.batches {
        outcomes.push(Outcome::from(follow(client, batch).await?));
    }
    Ok(Outcome::sum(&ran, outcomes))
}

fn finish(context: &Context, outcome: &Outcome) -> Result<()> {
    context.output.result(outcome, text)?;
    if matches!(outcome.status.as_str(), "refused" | "rolled-back") {
        return Err(refusal(outcome, context.output.as_json));
    }
    Ok(())
}

impl From<BatchDetail> for Outcome {
    fn from(detail: BatchDetail) -> Self {
        let batch = detail.batch;
        Self {
            status: batch.status,
            dataset: batch.dataset,
            batch: batch.id,
            mode: batch.mode,
            rows_in: batch.rows_in,
            rows_kept: batch.rows_kept,
            rows_superseded: batch.rows_superseded,
            rows_quarantined: batch.rows_quarantined,
            rows_deleted: batch.rows_deleted,
            version: batch.version,
            encoding: batch.encoding,
            score: batch.score,
            findings: detail.findings,
            report: detail.report,
            error: batch.error,
            batches: Vec::new(),
        }
    }
}

impl Outcome {
    /// One outcome for what a source delivered: the only one there is, or their sum.
    fn sum(ran: &Ran, mut outcomes: Vec<Self>) -> Self {
        if outcomes.len() == 1
            && let Some(only) = outcomes.pop()
        {
            return only;
        }
        let total = |count: fn(&Self) -> u64| outcomes.iter().map(count).sum();
        let worst = ["rolled-back", "refused", "collected"]
            .into_iter()
            .find(|status| outcomes.iter().any(|outcome| outcome.status == *status));
        let last = outcomes.last();
        Self {
            status: worst.unwrap_or("unchanged").to_owned(),
            dataset: ran.dataset.clone(),
            batch: last.map(|last| last.batch.clone()).unwrap_or_default(),
            mode: last.map(|last| last.mode.clone()).unwrap_or_default(),
            rows_in: total(|one| one.rows_in),
            rows_kept: total(|one| one.rows_kept),
            rows_superseded: total(|one| one.rows_superseded),
            rows_quarantined: total(|one| one.rows_quarantined),
            rows_deleted: total(|one| one.rows_deleted),
            version: outcomes.iter().filter_map(|one| one.version).max(),
            encoding: last.and_then(|last| last.encoding.clone()),
            score: last.and_then(|last| last.score),
            findings: Vec::new(),
            report: None,
            error: outcomes.iter().find_map(|one| one.error.clone()),
            batches: outcomes,
        }
    }
}

fn refusal(outcome: &Outcome, as_json: bool) -> Failure {
    match &outcome.error {
        Some(error) if !as_json => Failure {
            help: error.help.clone().map(Into::into),
            code: Some(error.code.clone().into()),
            ..Failure::new(error.message.clone())
        },
        _ => Failure::told(),
    }
}

fn text(outcome: &Outcome) -> String {
    let mut text = String::new();
    let parts = if outcome.batches.is_empty() {
        std::slice::from_ref(outcome)
    } else {
        &outcome.batches
    };
    if outcome.batch.is_empty() {
        let _ = writeln!(text, "nothing new for {}", outcome.dataset);
        return text;
    }
    for one in parts {
        part(&mut text, one);
    }
    text
}

fn part(text: &mut String, outcome: &Outcome) {
    let version = outcome
        .version
        .map(|version| format!(", version {version}"))
        .unwrap_or_default();
    let _ = writeln!(
        text,
        "{} {} as batch {}{version}",
        outcome.status, outcome.dataset, outcome.batch
    );
    if outcome.rows_in == 0 {
        text.push_str(&remarks(outcome.report.as_ref()));
        return;
    }
    let _ = writeln!(
        text,
        "{} rows in = {} kept + {} superseded + {} quarantined",
        grouped(outcome.rows_in),
        grouped(outcome.rows_kept),
        grouped(outcome.rows_superseded),
        grouped(outcome.rows_quarantined)
    );
    if outcome.rows_deleted > 0 {
        let _ = writeln!(
            text,
            "{} rows of the former snapshot are gone",
            grouped(outcome.rows_deleted)
        );
    }
    if let Some(score) = outcome.score {
        let accepted = accepted(outcome.rows_in, outcome.rows_quarantined);
        let _ = writeln!(text, "quality {score:.2} of 100{accepted}");
    }
    text.push_str(&remarks(outcome.report.as_ref()));
    if !outcome.findings.is_empty() {
        text.push('\n');
        text.push_str(&findings(&outcome.findings));
    }
    if outcome.rows_quarantined > 0 {
        let _ = writeln!(text, "\nnext: yandu quarantine list {}", outcome.batch);
    }
}

/// How many rows were accepted, where some were not: a score counts cells, and is high where each row has one bad cell.
pub(super) fn accepted(rows_in: u64, rows_quarantined: u64) -> String {
    if rows_quarantined == 0 {
        return String::new();
    }
    let accepted = rows_in.saturating_sub(rows_quarantined);
    format!(
        ", {} of {} rows accepted",
        grouped(accepted),
        grouped(rows_in)
    )
}

/// What the report of a batch says that no count and no finding shows: what of the file went into no column, and which
/// columns it does not have. Each is a line.
pub(super) fn remarks(report: Option<&Value>) -> String {
    let list = |name: &str| -> Vec<String> {
        let list = report.and_then(|report| report.get(name)?.as_array());
        let texts = list.into_iter().flatten().filter_map(Value::as_str);
        texts.map(printable).collect()
    };
    let mut text = String::new();
    for (name, told) in [
        ("new_columns", "headers of no column, kept in `_extra`"),
        ("absent_columns", "columns that are not in the file"),
    ] {
        let named = list(name);
        if !named.is_empty() {
            let _ = writeln!(text, "{told}: {}", named.join(", "));
        }
    }
    for note in list("notes") {
        let _ = writeln!(text, "note: {note}");
    }
    text
}

/// The findings of a batch, with one cell as evidence.
pub(super) fn findings(findings: &[Finding]) -> String {
    let mut table = Table::new(["column", "reason", "", "level", "rows", "for example"]);
    for finding in findings {
        let sample = finding.samples.first();
        let example = sample.map(|sample| match sample.row {
            0 => clipped(&sample.text),
            row => format!("row {row}: {}", clipped(&sample.text)),
        });
        let title = if finding.title == finding.reason {
            ""
        } else {
            finding.title.as_str()
        };
        table.row(vec![
            finding.column.clone().into(),
            finding.reason.as_str().into(),
            title.into(),
            finding.level.as_str().into(),
            finding.rows.into(),
            example.unwrap_or_default().into(),
        ]);
    }
    table.render()
}

#[cfg(test)]
mod tests {
    use super::accepted;

    #[test]
    fn how_many_rows_were_accepted_stands_beside_the_score_where_some_were_not() {
        assert_eq!(accepted(4, 0), "");
        assert_eq!(accepted(4, 4), ", 0 of 4 rows accepted");
        assert_eq!(accepted(1200, 1), ", 1,199 of 1,200 rows accepted");
    }
}
