use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use yandu_http::document::DocumentFile;
use yandu_http::quarantine::{Choice, Correction, Dropped, Released, Returned, Row, RowPage};

use crate::cli::Context;
use crate::client::{Folder, encode, query, with_client};
use crate::download::save;
use crate::failure::{Failure, Result};
use crate::next_page;
use crate::table::{Table, grouped};

/// Look at quarantined rows, correct, release or drop them, or hand them back as a workbook
#[derive(Debug, Args)]
pub(crate) struct Quarantine {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the quarantined rows of a batch with their reasons
    #[command(
        after_help = "Example:\n  yandu quarantine list 20260901-083000-000123 --reason check-digit"
    )]
    List {
        /// Its id, or a dataset for its newest collected batch
        batch: String,
        /// Only rows with this reason
        #[arg(long)]
        reason: Option<String>,
        /// Only rows that still wait
        #[arg(long)]
        waiting: bool,
        /// The page after this one, as the page before names it
        #[arg(long, value_name = "KEY")]
        after: Option<String>,
        /// How many
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Write the quarantined rows as a workbook for the department, reasons beside its own records
    #[command(
        after_help = "Example:\n  yandu quarantine export 20260901-083000-000123 --out 问题数据.xlsx"
    )]
    Export {
        /// Its id, or a dataset for its newest collected batch
        batch: String,
        /// The workbook to write [default: 问题数据_BATCH.xlsx]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Only rows with this reason
        #[arg(long)]
        reason: Option<String>,
        /// Only rows that still wait
        #[arg(long)]
        waiting: bool,
    },
    /// Take a mended workbook back: changed cells are corrected, and their rows released where they pass
    #[command(
        after_help = "Example:\n  yandu quarantine return 20260901-083000-000123 问题数据.xlsx --reason 部门已更正"
    )]
    Return {
        /// Its id, or a dataset for its newest collected batch
        batch: String,
        /// The workbook that `yandu quarantine export` wrote, with its cells mended
        file: PathBuf,
        /// Why; kept with the rows
        #[arg(long)]
        reason: String,
    },
    /// Correct cells of a row; it waits until it is released
    #[command(
        after_help = "Example:\n  yandu quarantine correct 20260901-083000-000123 17 birth_date=1990-01-01 mobile= --reason 电话核实"
    )]
    Correct {
        /// Its id, or a dataset for its newest collected batch
        batch: String,
        /// Place of the row in its batch
        row: u64,
        /// New cells; nothing after the sign empties one
        #[arg(value_name = "COLUMN=TEXT", required = true)]
        cells: Vec<String>,
        /// Why; kept with the row
        #[arg(long)]
        reason: String,
    },
    /// Check waiting rows again and let those that pass into the lake
    #[command(
        after_help = "Example:\n  yandu quarantine release 20260901-083000-000123 17 18 --reason 部门已更正"
    )]
    Release(Chosen),
    /// Give rows up; they stay on disk with their batch
    #[command(
        after_help = "Example:\n  yandu quarantine drop 20260901-083000-000123 17 --reason 重复上报"
    )]
    Drop(Chosen),
}

#[derive(Debug, Args)]
struct Chosen {
    /// Its id, or a dataset for its newest collected batch
    batch: String,
    /// Places of the rows in their batch
    rows: Vec<u64>,
    /// All rows that wait
    #[arg(long, conflicts_with = "rows")]
    all: bool,
    /// Why; kept with the rows
    #[arg(long)]
    reason: String,
}

/// A workbook that was written.
#[derive(Debug, Serialize)]
struct Exported {
    /// Its id, or a dataset for its newest collected batch
    batch: String,
    file: PathBuf,
    size_bytes: u64,
}

impl Quarantine {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let (config, output) = (&context.config, context.output);
        match self.action {
            Action::List {
                batch,
                reason,
                waiting,
                after,
                limit,
            } => {
                let parameters = query([
                    ("reason", reason),
                    ("waiting", waiting.then(|| "true".to_owned())),
                    ("after", after),
                    ("limit", Some(limit.to_string())),
                ]);
                let path = format!("{}{parameters}", address(&batch));
                let page: RowPage = with_client(config, Folder::MustExist, async |client| {
                    client.get(&path).await
                })
                .await?;
                output.result(&page, |page| list(page, &batch))
            }
            Action::Export {
                batch,
                out,
                reason,
                waiting,
            } => {
                let out = out.unwrap_or_else(|| PathBuf::from(format!("问题数据_{batch}.xlsx")));
                let parameters = query([
                    ("reason", reason),
                    ("waiting", waiting.then(|| "true".to_owned())),
                ]);
                let path = format!("{}.xlsx{parameters}", address(&batch));
                let size_bytes = with_client(config, Folder::MustExist, async |client| {
                    save(client, &path, &out).await
                })
                .await?;
                let exported = Exported {
                    batch,
                    file: out,
                    size_bytes,
                };
                output.result(&exported, |exported| {
                    format!("{}\n", exported.file.display())
                })
            }
            Action::Return {
                batch,
                file,
                reason,
            } => {
                let path = format!("{}.xlsx", address(&batch));
                let body = DocumentFile {
                    path: std::path::absolute(&file).map_err(Failure::io("find", &file))?,
                    reason: Some(reason),
                };
                let returned: Returned = with_client(config, Folder::MustExist, async |client| {
                    client.post(&path, &body).await
                })
                .await?;
                output.result(&returned, text_of_return)?;
                told(&returned.released)
            }
            Action::Correct {
                batch,
                row,
                cells,
                reason,
            } => {
                let path = format!("{}/{row}/correct", address(&batch));
                let correction = Correction {
                    cells: cells
                        .iter()
                        .map(|cell| assignment(cell))
                        .collect::<Result<_>>()?,
                    reason,
                };
                let row: Row = with_client(config, Folder::MustExist, async |client| {
                    client.post(&path, &correction).await
                })
                .await?;
                output.result(&row, |row| {
                    format!(
                        "row {} is {}; next: yandu quarantine release {batch} {}\n",
                        row.row, row.state, row.row
                    )
                })
            }
            Action::Release(chosen) => {
                let path = format!("{}/release", address(&chosen.batch));
                let choice = chosen.choice()?;
                let released: Released = with_client(config, Folder::MustExist, async |client| {
                    client.post(&path, &choice).await
                })
                .await?;
                output.result(&released, text_of_release)?;
                told(&released)
            }
            Action::Drop(chosen) => {
                let path = format!("{}/drop", address(&chosen.batch));
                let choice = chosen.choice()?;
                let dropped: Dropped = with_client(config, Folder::MustExist, async |client| {
                    client.post(&path, &choice).await
                })
                .await?;
                output.result(&dropped, |dropped| {
                    format!("{} rows dropped\n", grouped(dropped.dropped))
                })
            }
        }
    }
}

fn address(batch: &str) -> String {
    format!("/api/v1/batches/{}/quarantine", encode(batch))
}

impl Chosen {
    fn choice(self) -> Result<Choice> {
        if self.rows.is_empty() && !self.all {
            return Err(Failure::new("no row is named")
                .help("name rows by their places, or all that wait with `--all`"));
        }
        Ok(Choice {
            rows: self.rows,
            reason: self.reason,
        })
    }
}

fn assignment(cell: &str) -> Result<(String, Option<String>)> {
    let (column, text) = cell
        .split_once('=')
        .ok_or_else(|| Failure::new(format!("`{cell}` is no `COLUMN=TEXT`")))?;
    Ok((
        column.to_owned(),
        Some(text.to_owned()).filter(|text| !text.is_empty()),
    ))
}

/// `named` is how the batch was named.
fn list(page: &RowPage, named: &str) -> String {
    let mut table = Table::new(["row", "state", "reasons", "record"]);
    for row in &page.rows {
        let reasons: Vec<String> = row
            .reasons
            .iter()
            .map(|reason| match &reason.column {
                Some(column) => format!("{column}: {} ({})", reason.title, reason.reason),
                None => format!("{} ({})", reason.title, reason.reason),
            })
            .collect();
        table.row(vec![
            row.row.into(),
            row.state.as_str().into(),
            reasons.join("; ").into(),
            row.record.as_deref().unwrap_or_default().trim_end().into(),
        ]);
    }
    let mut text = table.render();
    if let Some(next) = &page.next {
        let _ = writeln!(
            text,
            "more: {}",
            next_page::command_of(named, &page.batch, next)
        );
    }
    text
}

/// A failure where rows still break something, which has been told.
fn told(released: &Released) -> Result<()> {
    if released.refused.is_empty() {
        Ok(())
    } else {
        Err(Failure::told())
    }
}

fn text_of_return(returned: &Returned) -> String {
    let mut text = format!(
        "{} rows corrected, {} as they were\n",
        grouped(returned.corrected.len() as u64),
        grouped(returned.unchanged)
    );
    if !returned.left.is_empty() {
        let left = returned.left.len() as u64;
        let _ = writeln!(
            text,
            "{} rows had left quarantine before; nothing was done with them",
            grouped(left)
        );
    }
    if !returned.corrected.is_empty() {
        text.push_str(&text_of_release(&returned.released));
    }
    text
}

fn text_of_release(released: &Released) -> String {
    let mut text = format!("{} rows released", grouped(released.released.len() as u64));
    if let Some(version) = released.version {
        let _ = write!(text, " into version {version}");
    }
    text.push('\n');
    match released.former_snapshot.as_deref() {
        Some("replaced") => {
            text.push_str("they have taken the place of the former snapshot\n");
        }
        Some(_) => text.push_str(
            "they were added: the table changed since the delivery, so the former snapshot stays\n",
        ),
        None => {}
    }
    let refused: BTreeMap<u64, String> = released
        .refused
        .iter()
        .map(|refusal| (refusal.row, refusal.titles.join("; ")))
        .collect();
    for (row, reasons) in refused {
        let _ = writeln!(text, "row {row} still breaks: {reasons}");
    }
    text
}
