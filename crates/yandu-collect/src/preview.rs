//! What a delivery would be understood as, before it is collected: nothing of it is kept.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use yandu_check::Cause;
use yandu_decode::{Hints, Opened};
use yandu_pack::Packs;
use yandu_pack::declare::Origin;
use yandu_words::id::{DatasetId, SourceId};

use crate::batch::Failure;
use crate::collector::{self, Collector, check_columns, failure_of, source_of};
use crate::headers::{self, Given};
use crate::quarantine::are_waiting_rows;
use crate::{Error, Result};

/// Rows that are shown.
const ROWS: usize = 20;
/// Characters of a cell that are shown.
const CELL: usize = 500;
/// Datasets that are proposed for a file.
const CANDIDATES: usize = 5;

/// The beginning of a file, and how it was understood.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Preview {
    /// Format, encoding, delimiter, sheet, header row and the like, as a batch reports them.
    pub report: Value,
    /// The headers in the order of the file.
    pub headers: Vec<PreviewHeader>,
    /// Columns of the dataset that no header stands for.
    pub absent: Vec<AbsentColumn>,
    /// Why a delivery with these headers is refused.
    pub refusal: Option<Failure>,
    pub rows: Vec<PreviewRow>,
    /// The datasets whose headers these are most likely, best first.
    pub candidates: Vec<Candidate>,
}

/// A header and the column that it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewHeader {
    pub header: String,
    /// `None`: its cells are kept in `_extra`.
    pub column: Option<String>,
    /// Whether the delivery itself says so.
    pub given: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AbsentColumn {
    pub column: String,
    pub required: bool,
}

/// A row as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewRow {
    /// Its place in the delivery, from 1.
    pub row: u64,
    pub cells: Vec<Option<String>>,
    /// What is wrong with the row as a whole, such as `cell-count`.
    pub fault: Option<String>,
}

/// A dataset that a file may be a delivery of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    pub dataset: DatasetId,
    /// How many of its columns have a header in the file.
    pub matched: usize,
    /// Columns that must be there and are not.
    pub missing: usize,
}

/// The file to look at, and what is known of it.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// Without one the file is only shown, with the datasets that it fits.
    pub dataset: Option<DatasetId>,
    pub source: Option<SourceId>,
    /// Only datasets of these are told to fit; `None` for all.
    pub among: Option<Arc<BTreeSet<DatasetId>>>,
    pub path: PathBuf,
    pub hints: Hints,
    pub headers: Given,
    /// The file is only the beginning of what would be delivered, and may end inside a row.
    pub is_part: bool,
}

impl Collector {
    /// Looks at the beginning of a file. With a dataset its headers are put under the columns, as they would be in a
    /// collection.
    pub async fn preview(&self, look: Look) -> Result<Preview> {
        let packs = self.packs();
        let Look {
            dataset,
            source,
            among,
            path,
            mut hints,
            headers: given,
            is_part,
        } = look;
        let mut known = Vec::new();
        if let Some(id) = &dataset {
            let dataset = packs
                .dataset(id)
                .ok_or_else(|| Error::NoDataset(id.clone()))?;
            if dataset.file().origin != Origin::Collect {
                return Err(Error::NotCollected(id.clone()));
            }
            check_columns(dataset, &given)?;
            let source = source_of(&packs, source.as_ref(), id);
            known = headers::known(&packs, dataset, source.as_ref());
            hints = collector::hints(&packs, (&hints, &given), source.as_ref(), &known);
        }
        let mut looked =
            tokio::task::spawn_blocking(move || read(&path, &hints, is_part)).await??;
        let proposal = headers::propose(&known, &looked.headers, &given);
        let checked = dataset.as_ref().map(|id| {
            if are_waiting_rows(&looked.headers) {
                return Err(Error::WaitingRows);
            }
            headers::check(id, &known, &looked.headers, &proposal)?;
            headers::check_units(&known, &looked.headers, &proposal, &given, &looked.titles)
        });
        let refusal = match checked.transpose() {
            Ok(units) => {
                headers::tell_units(&mut looked.report, &units.unwrap_or_default());
                None
            }
            Err(error) => Some(failure_of(&error)),
        };
        let lacking = |required| {
            let columns = proposal.lacking(&known, required).into_iter();
            columns.map(move |column| AbsentColumn { column, required })
        };
        Ok(Preview {
            absent: lacking(true).chain(lacking(false)).collect(),
            candidates: candidates(
                &packs,
                &looked.headers,
                dataset.as_ref().map(|dataset| (dataset, &given)),
                among.as_deref(),
            ),
            headers: looked
                .headers
                .iter()
                .zip(&proposal.claims)
                .map(|(header, claim)| PreviewHeader {
                    header: header.clone(),
                    column: claim.and_then(|column| Some(known.get(column)?.column.clone())),
                    given: headers::is_given(&given, header),
                })
                .collect(),
            report: looked.report,
            refusal,
            rows: looked.rows,
        })
    }
}

struct Looked {
    report: Value,
    titles: Vec<String>,
    headers: Vec<String>,
    rows: Vec<PreviewRow>,
}

fn read(path: &Path, hints: &Hints, is_part: bool) -> Result<Looked> {
    let Opened {
        report,
        header,
        rows: blocks,
    } = yandu_decode::open(path, hints)?;
    let mut rows = Vec::new();
    for block in blocks.into_blocks() {
        let block = match block {
            Ok(block) => block,
            // A part ends where it was cut, and what came before the cut can be shown.
            Err(_) if is_part && !rows.is_empty() => break,
            Err(error) => return Err(error.into()),
        };
        for row in 0..block.rows() {
            let fault = block.faults.iter().find(|fault| fault.row as usize == row);
            rows.push(PreviewRow {
                row: block.first_row + row as u64,
                cells: (0..block.width)
                    .map(|column| block.cell(row, column).map(clipped))
                    .collect(),
                fault: fault.map(|fault| match Cause::of_row(&fault.kind) {
                    Cause::Row(code) => code.to_owned(),
                    _ => String::new(),
                }),
            });
            // One more than is shown, so that the last row of a part is known to be cut.
            if rows.len() > ROWS {
                break;
            }
        }
        if rows.len() > ROWS {
            break;
        }
    }
    if rows.len() > ROWS || is_part {
        rows.pop();
    }
    Ok(Looked {
        titles: report.titles.clone(),
        report: serde_json::to_value(report)?,
        headers: header,
        rows,
    })
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The datasets of which the file has most columns; those that it has none of are left out. What was said of the headers
/// is said of the dataset that was asked for, and of no other.
fn candidates(
    packs: &Packs,
    found: &[String],
    asked: Option<(&DatasetId, &Given)>,
    among: Option<&BTreeSet<DatasetId>>,
) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = packs
        .datasets()
        .filter(|dataset| dataset.file().origin == Origin::Collect)
        .filter(|dataset| among.is_none_or(|among| among.contains(dataset.id())))
        .map(|dataset| {
            let source = packs
                .sources()
                .find(|source| source.file().dataset == *dataset.id())
                .map(yandu_pack::Source::id);
            let known = headers::known(packs, dataset, source);
            let nothing = Given::new();
            let given = match asked {
                Some((asked, given)) if asked == dataset.id() => given,
                _ => &nothing,
            };
            let proposal = headers::propose(&known, found, given);
            Candidate {
                dataset: dataset.id().clone(),
                matched: proposal.cells.iter().flatten().count(),
                missing: proposal.lacking(&known, true).len(),
            }
        })
        .filter(|candidate| candidate.matched > 0)
        .collect();
    candidates.sort_by(|a, b| {
        (a.missing, b.matched, &a.dataset).cmp(&(b.missing, a.matched, &b.dataset))
    });
    candidates.truncate(CANDIDATES);
    candidates
}
