use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use axum::http::{Method, Response};
use clap::{Args, ValueEnum};
use futures::StreamExt;
use serde_json::Value;
use yandu_http::Problem;
use yandu_http::query::{Answer, Query};

use crate::cli::Context;
use crate::client::{Ask, Client, Folder, with_client};
use crate::download::save_answer;
use crate::failure::{Failure, Result};
use crate::output;
use crate::table::{Cell, Table};

/// Ask a question in SQL; datasets are named `pack.dataset`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  yandu sql \"SELECT sex, count(*) AS people FROM population.resident GROUP BY sex\"
  yandu sql \"SELECT * FROM enterprise.company\" --format csv > companies.csv
  yandu sql \"SELECT * FROM enterprise.company\" --format xlsx --out companies.xlsx
  yandu sql \"SELECT count(*) FROM population.resident\" --at population.resident=3
  yandu sql \"SELECT count(*) FROM population.resident\" --as-of 2026-01-01")]
pub(crate) struct Sql {
    /// One SELECT
    query: String,
    /// How the answer is printed
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Save the answer as this file, whole or not at all
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Every dataset as it was at this time
    #[arg(long, value_name = "TIME")]
    as_of: Option<String>,
    /// A dataset at a version; may be repeated
    #[arg(long, value_name = "DATASET=VERSION")]
    at: Vec<String>,
    /// Most rows of the answer [default: `query_rows` of the configuration; a file has all]
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Table,
    Csv,
    Json,
    Xlsx,
    Parquet,
}

impl Format {
    fn media_type(self) -> Option<&'static str> {
        match self {
            Self::Table => None,
            Self::Csv => Some("text/csv"),
            Self::Json => Some("application/json"),
            Self::Xlsx => Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            Self::Parquet => Some("application/vnd.apache.parquet"),
        }
    }
}

impl Sql {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let format = if context.output.as_json {
            Format::Json
        } else {
            self.format
        };
        let query = Query {
            sql: self.query,
            as_of: self.as_of,
            versions: self
                .at
                .iter()
                .map(|at| version(at))
                .collect::<Result<_>>()?,
            limit: self.limit,
            bom: false,
            uncounted: false,
        };
        let ask = Ask {
            accept: format.media_type(),
            ..Ask::with(&query)?
        };
        let asked = with_client(&context.config, Folder::MustExist, async |client| {
            match (&self.out, format) {
                (None, Format::Table) => table(client, &query).await,
                (Some(_), Format::Table) => Err(Failure::new("a table is printed, not saved")
                    .help("name another form: `--format csv`, `xlsx`, `parquet` or `json`")),
                (Some(out), _) => saved(client, ask, out).await,
                (None, Format::Xlsx | Format::Parquet) if std::io::stdout().is_terminal() => {
                    Err(Failure::new("this form is not for a terminal")
                        .help("save it: `--out FILE`"))
                }
                (None, _) => stream(client, ask).await,
            }
        })
        .await;
        asked.map_err(|failure| with_caret(failure, &query.sql))
    }
}

fn version(at: &str) -> Result<(String, u64)> {
    at.split_once('=')
        .and_then(|(dataset, version)| Some((dataset.to_owned(), version.parse().ok()?)))
        .ok_or_else(|| Failure::new(format!("`--at {at}` is no `DATASET=VERSION`")))
}

const PATH: &str = "/api/v1/query";

/// Saves the answer, and says on stderr which receipt it has.
async fn saved(client: &Client, ask: Ask, out: &Path) -> Result<()> {
    let is_json = ask.accept == Format::Json.media_type();
    let response = client.send(Method::POST, PATH, ask).await?;
    let receipt = receipt(&response);
    save_answer(response, out).await?;
    if is_json {
        let saved = std::fs::read(out).map_err(Failure::io("read", out))?;
        if let Some(problem) = problem_at_end(&saved) {
            return Err(problem.into());
        }
    }
    tell(receipt);
    Ok(())
}

fn receipt<T>(response: &Response<T>) -> Option<String> {
    let receipt = response.headers().get("yandu-receipt")?.to_str().ok()?;
    Some(receipt.to_owned())
}

fn tell(receipt: Option<String>) {
    if let Some(receipt) = receipt {
        // There is nobody left to tell when stderr is gone.
        let _ = writeln!(std::io::stderr().lock(), "receipt {receipt}");
    }
}

/// Passes the answer on while it arrives.
async fn stream(client: &Client, ask: Ask) -> Result<()> {
    let is_json = ask.accept == Format::Json.media_type();
    let response = client.send(Method::POST, PATH, ask).await?;
    let receipt = receipt(&response);
    let mut chunks = response.into_body().into_data_stream();
    // The end says whether the rows are all there; it is small, and may be cut anywhere.
    let mut end: Vec<u8> = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Failure::of(&error))?;
        output::bytes(&chunk)?;
        end.extend_from_slice(&chunk);
        end.drain(..end.len().saturating_sub(END_BYTES));
    }
    if is_json {
        output::bytes(b"\n")?;
        if let Some(problem) = problem_at_end(&end) {
            return Err(problem.into());
        }
    }
    tell(receipt);
    Ok(())
}

const END_BYTES: usize = 64 << 10;

/// The problem that an answer ended with, if it did.
fn problem_at_end(end: &[u8]) -> Option<Problem> {
    const MARK: &str = "],\"truncated\":false,\"problem\":";
    let end = String::from_utf8_lossy(end);
    let (_, problem) = end.rsplit_once(MARK)?;
    serde_json::from_str(problem.strip_suffix('}')?).ok()
}

async fn table(client: &Client, query: &Query) -> Result<()> {
    let answer: Answer = client.post(PATH, query).await?;
    let mut table = Table::with_header(
        answer
            .columns
            .iter()
            .map(|column| Cell::text(&column.name))
            .collect(),
    );
    for row in &answer.rows {
        let cells = row.iter().zip(&answer.columns);
        table.row(
            cells
                .map(|(value, column)| cell(value, &column.data_type))
                .collect(),
        );
    }
    output::bytes(table.render().as_bytes())?;
    if answer.truncated {
        let note = format!(
            "… only the first {} rows; --limit N shows more, --format csv all\n",
            answer.rows.len()
        );
        output::bytes(note.as_bytes())?;
    }
    answer.problem.map_or(Ok(()), |problem| Err(problem.into()))
}

fn cell(value: &Value, data_type: &str) -> Cell {
    let is_number = matches!(data_type, "integer" | "float") || data_type.starts_with("decimal");
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) if data_type == "timestamp" => text.replace('T', " "),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if is_number {
        Cell::number(text)
    } else {
        Cell::text(&text)
    }
}

/// Shows the place of a fault under the text that was asked.
fn with_caret(mut failure: Failure, sql: &str) -> Failure {
    let Some((message, place)) = failure.message.rsplit_once(" (line ") else {
        return failure;
    };
    let numbers: Vec<usize> = place
        .trim_end_matches(')')
        .split(", column ")
        .filter_map(|number| number.parse().ok())
        .collect();
    let [line, column] = numbers.as_slice() else {
        return failure;
    };
    let Some(text) = sql.lines().nth(line.saturating_sub(1)) else {
        return failure;
    };
    let before: String = text.chars().take(column.saturating_sub(1)).collect();
    let indent = " ".repeat(unicode_width::UnicodeWidthStr::width(before.as_str()));
    let margin = " ".repeat(line.to_string().len());
    failure.details = vec![format!("{margin} |\n{line} | {text}\n{margin} | {indent}^")];
    failure.message.truncate(message.len());
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_fault_is_shown_under_the_text() {
        let failure = Failure::new("there is no column `盐` (line 1, column 12)");
        let shown = with_caret(failure, "SELECT '城', 盐 FROM x");
        assert_eq!(shown.message, "there is no column `盐`");
        assert_eq!(
            shown.details,
            ["  |\n1 | SELECT '城', 盐 FROM x\n  |             ^"]
        );
    }

    #[test]
    fn an_answer_that_ends_early_is_a_failure() {
        let problem = serde_json::to_string(&Problem::new("query", "divide by zero")).unwrap();
        let end = format!("[1]],\"truncated\":false,\"problem\":{problem}}}");
        assert_eq!(problem_at_end(end.as_bytes()).unwrap().code, "query");
        assert!(problem_at_end(b"[1]],\"truncated\":false}").is_none());
    }
}
