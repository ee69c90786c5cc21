//! A new pack: empty, or proposed from a real file.

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use yandu_collect::propose::{ColumnProposal, FileProposal, Guess, propose};
use yandu_decode::{Hints, Report};
use yandu_pack::declare::Format;
use yandu_pack::scaffold::{
    Proposal, ProposedColumn, ProposedMeaning, column_names, is_reserved, usual,
};
use yandu_words::id::{ColumnName, DatasetId, PackId};
use yandu_words::{Title, ValueType};

use crate::cli::Context;
use crate::failure::{Failure, Result};

/// Make a new pack, with columns, standards and types proposed from a real file
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  yandu pack new parking
  yandu pack new parking --from 停车场台账.xlsx --dataset lot --title 停车场

A dataset that is made of others is a model: `models/NAME.yaml` with `origin: model`, and one SELECT in
`models/NAME.sql` beside it. docs/packs.md says how models, pages and their tests are written.")]
pub(super) struct New {
    /// The id of the pack, and the name of its folder
    name: String,
    /// A file as a department exports it
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The name of the dataset, in the singular [default: that of the pack]
    #[arg(long, value_name = "NAME")]
    dataset: Option<String>,
    /// What it is called in Chinese [default: the name of the file]
    #[arg(long)]
    title: Option<String>,
    /// The folder that the pack is made in [default: the first folder of packs]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// The sheet of a workbook
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// The row that holds the headers, from 1
    #[arg(long, value_name = "N")]
    header_row: Option<u32>,
}

/// A pack that was made.
#[derive(Debug, Serialize)]
struct Made {
    pack: String,
    folder: PathBuf,
    dataset: String,
    columns: Vec<MadeColumn>,
    /// How the file was read, and why so.
    report: Option<Report>,
}

#[derive(Debug, Serialize)]
struct MadeColumn {
    name: String,
    header: String,
    /// A standard or a type.
    meaning: String,
    evidence: String,
}

impl New {
    pub(super) async fn run(self, context: &Context) -> Result<()> {
        let usage = |error: &dyn std::fmt::Display| Failure::new(error.to_string());
        let pack: PackId = self
            .name
            .parse()
            .map_err(|error: yandu_words::id::IdError| usage(&error))?;
        let name = self.dataset.as_deref().unwrap_or(&self.name);
        let dataset = DatasetId::new(&pack, name).map_err(|error| usage(&error))?;
        if let Some(word) = [self.name.as_str(), name]
            .into_iter()
            .find(|word| is_reserved(word))
        {
            return Err(Failure::new(format!("`{word}` is a word of SQL"))
                .help("SQL would read it as its own word; add another word to the name"));
        }
        let hints = Hints {
            sheet: self.sheet.clone(),
            header_row: self.header_row,
            ..Hints::default()
        };
        let found = match self.from.clone() {
            Some(file) => {
                let looked = tokio::task::spawn_blocking(move || look(&file, &hints)).await;
                Some(looked.map_err(|error| Failure::of(&error))??)
            }
            None => None,
        };
        let title = self.title.clone().unwrap_or_else(|| {
            let stem = self.from.as_deref().and_then(Path::file_stem);
            stem.map_or_else(
                || self.name.clone(),
                |stem| stem.to_string_lossy().into_owned(),
            )
        });
        let proposal = proposal(dataset, title, self.from.as_deref(), found.as_ref());
        let out = self
            .out
            .clone()
            .or_else(|| context.config.pack_folders().into_iter().next());
        let out = beside(out.unwrap_or_else(|| PathBuf::from("packs")));
        let folder = proposal.write(&out).map_err(|error| {
            let failure = Failure::io("make the pack in", &out.join(&self.name))(error);
            failure.help("choose another name, or another folder with `--out`")
        })?;
        let made = Made {
            pack: self.name.clone(),
            folder,
            dataset: proposal.dataset.to_string(),
            columns: proposal.columns.iter().map(MadeColumn::from).collect(),
            report: found.map(|found| found.proposal.report),
        };
        context.output.result(&made, text)
    }
}

impl From<&ProposedColumn> for MadeColumn {
    fn from(column: &ProposedColumn) -> Self {
        Self {
            name: column.name.to_string(),
            header: column.header.clone(),
            meaning: match &column.meaning {
                ProposedMeaning::Standard(standard) => standard.name().to_owned(),
                ProposedMeaning::Type(value_type) => value_type.to_string(),
                ProposedMeaning::Codes(codes) => codes.to_string(),
            },
            evidence: column.evidence.clone(),
        }
    }
}

/// The folder itself, or the one around it when it is a pack: packs stand side by side.
fn beside(folder: PathBuf) -> PathBuf {
    if !folder.join("pack.yaml").exists() {
        return folder;
    }
    match folder.parent() {
        Some(around) if around.as_os_str().is_empty() => PathBuf::from("."),
        Some(around) => around.to_owned(),
        None => folder,
    }
}

/// What was found in a file: its columns, and its first rows for a test.
struct Found {
    proposal: FileProposal,
    rows: Vec<Vec<Option<String>>>,
}

fn look(file: &Path, hints: &Hints) -> Result<Found> {
    const TEST_ROWS: usize = 3;
    std::fs::File::open(file).map_err(|error| Failure::io("open", file)(error).code("file"))?;
    let proposal = propose(file, hints)?;
    let opened = yandu_decode::open(file, hints).map_err(yandu_collect::Error::from)?;
    let mut rows = Vec::new();
    if let Some(block) = opened.rows.into_blocks().next() {
        let block = block.map_err(yandu_collect::Error::from)?;
        let is_whole = |row: &usize| !block.faults.iter().any(|fault| fault.row as usize == *row);
        for row in (0..block.rows()).filter(is_whole).take(TEST_ROWS) {
            let cell = |column| block.cell(row, column).filter(|cell| !cell.is_empty());
            rows.push(
                (0..block.width)
                    .map(|column| cell(column).map(ToOwned::to_owned))
                    .collect(),
            );
        }
    }
    Ok(Found { proposal, rows })
}

fn proposal(
    dataset: DatasetId,
    title: String,
    file: Option<&Path>,
    found: Option<&Found>,
) -> Proposal {
    let columns = found
        .map(|found| found.proposal.columns.as_slice())
        .unwrap_or_default();
    let headers: Vec<&str> = columns
        .iter()
        .map(|column| column.header.as_str())
        .collect();
    let names = column_names(&headers);
    let proposed: Vec<ProposedColumn> = names
        .iter()
        .zip(columns)
        .map(|(name, column)| proposed(name, column))
        .collect();
    let extension = file
        .and_then(Path::extension)
        .map(|extension| extension.to_string_lossy().into_owned());
    Proposal {
        title: Title {
            zh: title,
            en: None,
        },
        key: key(&names, columns),
        columns: if found.is_some() {
            proposed
        } else {
            column_names(&["编号"])
                .into_iter()
                .map(first_column)
                .collect()
        },
        format: found
            .map(|found| format(&found.proposal.report))
            .unwrap_or_default(),
        pattern: format!("*.{}", extension.as_deref().unwrap_or("csv")),
        rows: found.map_or_else(
            || vec![vec![Some("1".to_owned())]],
            |found| found.rows.clone(),
        ),
        dataset,
    }
}

fn proposed(name: &ColumnName, column: &ColumnProposal) -> ProposedColumn {
    ProposedColumn {
        name: name.clone(),
        header: column.header.clone(),
        title: Title {
            zh: column.header.trim().to_owned(),
            en: usual(&column.header).map(|usual| usual.en.to_owned()),
        },
        meaning: match column.guess {
            Guess::Standard(standard) => ProposedMeaning::Standard(standard),
            Guess::Type(value_type) => ProposedMeaning::Type(value_type),
        },
        unit: column.unit.clone(),
        required: column.required,
        evidence: column.evidence.clone(),
    }
}

/// The first column whose values are all there and never repeat.
fn key(names: &[ColumnName], columns: &[ColumnProposal]) -> Vec<ColumnName> {
    let candidate = names
        .iter()
        .zip(columns)
        .find(|(_, column)| column.required && column.unique);
    candidate
        .map(|(name, _)| name.clone())
        .into_iter()
        .collect()
}

/// What an empty pack starts with.
fn first_column(name: ColumnName) -> ProposedColumn {
    ProposedColumn {
        name,
        header: "编号".to_owned(),
        title: Title::new("编号", "Number"),
        meaning: ProposedMeaning::Type(ValueType::Text),
        unit: None,
        required: true,
        evidence: String::new(),
    }
}

/// What was found out about the form of the file, so that later files are read in the same way.
fn format(report: &Report) -> Format {
    Format {
        header_row: Some(report.header_row),
        sheet: report.sheet.clone(),
        ..Format::default()
    }
}

fn text(made: &Made) -> String {
    use std::fmt::Write as _;
    let mut table = crate::table::Table::new(["column", "header", "is", "evidence"]);
    for column in &made.columns {
        table.row(vec![
            column.name.as_str().into(),
            column.header.as_str().into(),
            column.meaning.as_str().into(),
            column.evidence.as_str().into(),
        ]);
    }
    let mut text = table.render();
    let _ = writeln!(
        text,
        "{} is made; read it, then: yandu pack check {}",
        made.folder.display(),
        made.folder.display()
    );
    text
}
