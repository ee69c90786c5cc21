//! Papers of a plan: read on the terminal, or saved as docx and PDF.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use yandu_http::plan::{BlockOfPaper, PaperOfPlan, RunOfPaper};

use super::address;
use crate::client::{Client, encode, query};
use crate::download::save;
use crate::failure::{Failure, Result};
use crate::output::Output;

#[derive(Debug, Args)]
pub(super) struct Paper {
    plan: String,
    /// `brief` of a month, `pack` of a quarter, `review` of a year
    kind: String,
    /// A month (`2025-06`), a quarter (`2025-Q2`) or a year (`2025`)
    #[arg(long)]
    period: String,
    /// The file to write; without one the paper is printed
    #[arg(long, short)]
    out: Option<PathBuf>,
    /// `docx` or `pdf` [default: by the name of the file]
    #[arg(long, requires = "out")]
    format: Option<String>,
}

/// What was written.
#[derive(Debug, Serialize)]
struct Saved {
    file: PathBuf,
    format: String,
    size_bytes: u64,
}

impl Paper {
    pub(super) async fn run(self, client: &Client, output: Output) -> Result<()> {
        let format = match &self.out {
            Some(file) => Some(format_of(file, self.format)?),
            None => None,
        };
        let query = query([("period", Some(self.period)), ("format", format.clone())]);
        let path = format!("/papers/{}{query}", encode(&self.kind));
        let path = address(&self.plan, &path);
        if let (Some(file), Some(format)) = (self.out, format) {
            let size_bytes = save(client, &path, &file).await?;
            let saved = Saved {
                file,
                format,
                size_bytes,
            };
            return output.result(&saved, |saved| format!("{}\n", saved.file.display()));
        }
        let paper: PaperOfPlan = client.get(&path).await?;
        output.result(&paper, text)
    }
}

fn format_of(file: &std::path::Path, format: Option<String>) -> Result<String> {
    let ending = || Some(file.extension()?.to_str()?.to_lowercase());
    format.or_else(ending).ok_or_else(|| {
        Failure::new(format!(
            "the name `{}` does not say what is written",
            file.display()
        ))
        .help("end it with `.docx` or `.pdf`, or add `--format`")
    })
}

fn text(paper: &PaperOfPlan) -> String {
    let mut text = format!("{}\n\n", paper.title);
    if let Some(recipients) = &paper.recipients {
        text.push_str(&format!("{recipients}：\n"));
    }
    for block in &paper.blocks {
        text.push_str(&block_text(block));
    }
    for line in [
        paper.signature.clone(),
        paper.date.map(|date| date.to_string()),
    ] {
        text.push_str(&line.map(|line| format!("\n{line}")).unwrap_or_default());
    }
    text.push_str("\n\n");
    for note in &paper.notes {
        let address = note.address.as_deref().unwrap_or_default();
        text.push_str(&format!("[{}] {} {address}\n", note.number, note.text));
    }
    text
}

fn block_text(block: &BlockOfPaper) -> String {
    if block.kind != "table" {
        let number = block.number.as_deref().unwrap_or_default();
        let before = if block.kind == "heading" { "\n" } else { "" };
        return format!("{before}{number}{}\n", joined(&block.runs));
    }
    let titles: Vec<&str> = block.columns.iter().map(|one| one.title.as_str()).collect();
    let mut text = format!("{}\n", titles.join("｜"));
    for row in &block.rows {
        let cells: Vec<String> = row.iter().map(|cell| joined(cell)).collect();
        text.push_str(&format!("{}\n", cells.join("｜")));
    }
    text
}

fn joined(runs: &[RunOfPaper]) -> String {
    let told = runs.iter().map(|run| match run.note {
        Some(note) => format!("{}[{note}]", run.text),
        None => run.text.clone(),
    });
    told.collect()
}
