//! A new pack, from what was found out about one file: valid YAML with comments, to be read and mended by people.
//!
//! Nothing is decided here about the data: names, types and evidence come with the [`Proposal`].

use std::collections::HashSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use yandu_words::{CodeListId, ColumnName, DatasetId, Standard, Title, ValueType, fold_header};

use crate::declare::Format;

mod names;
mod usual;
mod write;

pub use crate::check::names::is_reserved;
pub use names::column_names;
pub use usual::{Usual, usual};

use write::{comment, scalar, title};

/// The most columns that are written; a sheet with more is no table of one kind of thing.
const MAX_COLUMNS: usize = 2_000;
/// The longest header that a column is mapped from, in characters.
const MAX_HEADER: usize = 200;

/// What a file seems to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    pub dataset: DatasetId,
    pub title: Title,
    /// The columns whose values together seem to name a row.
    pub key: Vec<ColumnName>,
    pub columns: Vec<ProposedColumn>,
    pub format: Format,
    /// Which files are taken from the folder of deliveries, such as `*.csv`.
    pub pattern: String,
    /// A few rows for the first test, with a cell for each column.
    pub rows: Vec<Vec<Option<String>>>,
}

/// What a column seems to be.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposedColumn {
    pub name: ColumnName,
    /// The header as it stands in the file.
    pub header: String,
    pub title: Title,
    pub meaning: ProposedMeaning,
    /// The unit of its numbers.
    pub unit: Option<String>,
    pub required: bool,
    /// What speaks for it, as a sentence: `all 1,204 values have right check digits`.
    pub evidence: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProposedMeaning {
    Standard(Standard),
    Type(ValueType),
    Codes(CodeListId),
}

impl Proposal {
    /// The files of the pack, with paths relative to its folder.
    pub fn render(&self) -> Vec<(PathBuf, String)> {
        let name = self.dataset.name();
        vec![
            (PathBuf::from("pack.yaml"), self.pack()),
            (PathBuf::from("README.md"), self.readme()),
            (
                PathBuf::from(format!("datasets/{name}.yaml")),
                self.dataset(),
            ),
            (
                PathBuf::from(format!("sources/{name}_export.yaml")),
                self.source(),
            ),
            (PathBuf::from(format!("tests/{name}.yaml")), self.test()),
        ]
    }

    /// Writes the pack into the folder `packs/<id>`, which must not be there yet, and gives the folder.
    pub fn write(&self, packs: &Path) -> io::Result<PathBuf> {
        let folder = packs.join(self.dataset.pack().as_str());
        fs::create_dir_all(packs)?;
        fs::create_dir(&folder)?;
        for (path, text) in self.render() {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            fs::write(path, text)?;
        }
        Ok(folder)
    }

    fn pack(&self) -> String {
        let needs: HashSet<String> = self
            .columns
            .iter()
            .filter_map(|column| match &column.meaning {
                ProposedMeaning::Codes(list) if list.pack() != self.dataset.pack() => {
                    Some(list.pack().to_string())
                }
                _ => None,
            })
            .collect();
        let mut needs: Vec<String> = needs.into_iter().collect();
        needs.sort();
        format!(
            "pack: {}\n\
             version: 0.1.0\n\
             title: {}\n\
             # points: [3]                # the points of the work plan that this serves\n\
             needs: [{}]\n",
            self.dataset.pack(),
            title(&self.title),
            needs.join(", "),
        )
    }

    fn readme(&self) -> String {
        let id = &self.dataset;
        format!(
            "# {}\n\n\
             What this system is, and whose it is.\n\n\
             ```sh\n\
             yandu pack check packs/{pack}\n\
             yandu pack test packs/{pack}\n\
             yandu sql \"select count(*) from {id}\"\n\
             ```\n",
            comment(&self.title.zh),
            pack = id.pack(),
        )
    }

    fn dataset(&self) -> String {
        let columns = self.columns();
        let known: HashSet<&ColumnName> = columns.iter().map(|column| &column.name).collect();
        let key: Vec<&str> = self
            .key
            .iter()
            .filter(|name| known.contains(name))
            .map(ColumnName::as_str)
            .collect();
        let mut text = format!(
            "dataset: {}\n\
             title: {}\n\
             owner: 待填写                # the department that answers for the data\n\
             origin: collect\n\
             sharing: {{class: conditional, condition: 待确认}}   # unconditional | conditional | none (with its basis)\n\
             opening: closed              # open | conditional | closed\n\
             refresh: irregular           # real-time | hourly | daily | weekly | monthly | quarterly | yearly | irregular\n\
             key: [{}]\n\
             columns:\n",
            self.dataset,
            title(&self.title),
            key.join(", "),
        );
        let mut claimed: HashSet<String> = known
            .iter()
            .map(|name| fold_header(name.as_str()))
            .collect();
        for column in columns {
            let header = fold_header(&column.header);
            let is_name = header == column.name.as_str();
            let is_usable = !header.is_empty() && column.header.chars().count() <= MAX_HEADER;
            let is_free = is_usable && !is_name && claimed.insert(header);
            if !column.evidence.is_empty() {
                let _ = writeln!(text, "  # {}", comment(&column.evidence));
            }
            if is_usable && !is_name && !is_free {
                let _ = writeln!(
                    text,
                    "  # the header {} stands for another column too",
                    comment(&column.header)
                );
            }
            let _ = writeln!(text, "  {}", line(column, is_free));
        }
        if self.columns.len() > MAX_COLUMNS {
            let _ = writeln!(
                text,
                "  # {} more columns are left out",
                self.columns.len() - MAX_COLUMNS
            );
        }
        text.push_str(
            "# checks:\n\
             #   - {expect: \"income >= 0\"}                          # SQL over one row; NULL passes\n\
             #   - {column: division, references: base.division}    # reported, not quarantined\n\
             #   - {fresh: 36 h}\n",
        );
        text
    }

    /// The columns that are written: the first of each name, as many as a dataset should have.
    fn columns(&self) -> Vec<&ProposedColumn> {
        let mut names = HashSet::new();
        self.columns
            .iter()
            .filter(|column| names.insert(&column.name))
            .take(MAX_COLUMNS)
            .collect()
    }

    fn source(&self) -> String {
        let (pack, name) = self.dataset.parts();
        let mode = if self.key.is_empty() {
            "append"
        } else {
            "snapshot"
        };
        let mut text = format!(
            "source: {pack}.{name}_export\n\
             title: {}\n\
             dataset: {}\n\
             mode: {mode}               # snapshot: the whole dataset | upsert: rows by key | append\n\
             # schedule: {{every: 24 h, grace: 6 h}}\n",
            title(&self.title),
            self.dataset,
        );
        text.push_str(&format(&self.format));
        let pattern = if self.pattern.contains(['/', '\\'])
            || self.pattern.contains("..")
            || self.pattern.is_empty()
        {
            "*"
        } else {
            &self.pattern
        };
        let _ = write!(
            text,
            "channel:\n  folder:\n    path: inbox/{pack}          # below the data folder\n    pattern: {}\n",
            scalar(pattern),
        );
        text
    }

    fn test(&self) -> String {
        let columns = self.columns();
        let mut text = String::from("name: the first rows are taken in\ngiven:\n");
        let _ = writeln!(text, "  dataset: {}", self.dataset);
        if self.rows.is_empty() {
            text.push_str("  rows: []\n");
        } else {
            text.push_str("  rows:\n");
        }
        for row in &self.rows {
            let cells: Vec<String> = columns
                .iter()
                .zip(row)
                .map(|(column, cell)| match cell {
                    Some(cell) => format!("{}: {}", column.name, scalar(cell)),
                    None => format!("{}: null", column.name),
                })
                .collect();
            let _ = writeln!(text, "    - {{{}}}", cells.join(", "));
        }
        let _ = writeln!(text, "then: {{rows_in: {}}}", self.rows.len());
        text
    }
}

fn line(column: &ProposedColumn, from: bool) -> String {
    let mut line = format!("{}: {{title: {}", column.name, title(&column.title));
    let _ = match &column.meaning {
        ProposedMeaning::Standard(standard) => write!(line, ", standard: {}", standard.name()),
        ProposedMeaning::Type(value_type) => {
            write!(line, ", type: {}", scalar(&value_type.to_string()))
        }
        ProposedMeaning::Codes(list) => write!(line, ", codes: {list}"),
    };
    if from {
        let _ = write!(line, ", from: [{}]", scalar(&column.header));
    }
    if let Some(unit) = &column.unit {
        let _ = write!(line, ", unit: {}", scalar(unit));
    }
    if !column.required {
        line.push_str(", required: false");
    }
    line.push('}');
    line
}

fn format(format: &Format) -> String {
    let mut parts = Vec::new();
    if let Some(encoding) = &format.encoding {
        parts.push(format!("encoding: {}", scalar(encoding)));
    }
    if let Some(delimiter) = format.delimiter {
        parts.push(format!(
            "delimiter: {}",
            write::quoted(&delimiter.to_string())
        ));
    }
    if let Some(row) = format.header_row {
        parts.push(format!("header_row: {row}"));
    }
    if let Some(sheet) = &format.sheet {
        parts.push(format!("sheet: {}", scalar(sheet)));
    }
    if !format.columns.is_empty() {
        let columns: Vec<String> = format.columns.iter().map(|column| scalar(column)).collect();
        parts.push(format!("columns: [{}]", columns.join(", ")));
    }
    if parts.is_empty() {
        String::from(
            "# format: {encoding: gb18030, header_row: 1}    # found out where it is not said\n",
        )
    } else {
        format!("format: {{{}}}\n", parts.join(", "))
    }
}
