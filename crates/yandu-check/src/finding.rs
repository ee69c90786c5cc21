//! What was wrong with which row, and how often.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use yandu_words::{Change, Dimension, FaultCode};

use crate::block::RowFaultKind;
use crate::{Expectations, Level};

/// Why a row is reported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cause {
    /// A required cell is empty.
    Missing,
    /// The text is no value of its standard, type or code list.
    Fault(FaultCode),
    /// The text was brought into its standard form; the original stays in the batch.
    Normalised(Change),
    /// A word such as `NULL` or `N/A` stands for an empty cell.
    EmptyWord,
    /// A word stands for its code.
    Synonym,
    /// A fault of the whole row: wrong number of cells, broken encoding.
    Row(&'static str),
    /// A declared check, by its index.
    Check(u32),
    /// A declared check that could not be evaluated on this row.
    CheckError(u32),
    /// Another row of the batch has the same key.
    DuplicateKey,
    /// A later row of the batch has the same key and other contents, and takes its place.
    RepeatedKey,
    /// A row that is already in the table has the same key.
    KeyTaken,
}

impl Cause {
    pub fn of_row(kind: &RowFaultKind) -> Self {
        Self::Row(match kind {
            RowFaultKind::CellCount { .. } => "cell-count",
            RowFaultKind::Encoding => "encoding",
            RowFaultKind::OpenQuote => "open-quote",
            RowFaultKind::Syntax(_) => "syntax",
            RowFaultKind::ControlCharacter => "control-character",
            RowFaultKind::CellTooLong { .. } => "cell-too-long",
        })
    }

    pub fn level(&self, expectations: &Expectations) -> Level {
        match self {
            Self::Normalised(_) | Self::EmptyWord | Self::Synonym | Self::RepeatedKey => {
                Level::Soft
            }
            Self::Check(check) => expectations
                .checks
                .get(*check as usize)
                .map_or(Level::Hard, |check| check.level),
            _ => Level::Hard,
        }
    }

    /// Whether it says what the decoder of the row has put into words.
    pub fn is_of_decoder(&self) -> bool {
        matches!(self, Self::Row("syntax"))
    }

    /// The reason as it is shown and counted: stable, kebab-case or the name of the declared check.
    pub fn code<'a>(&'a self, expectations: &'a Expectations) -> &'a str {
        match self {
            Self::Missing => "missing",
            Self::Fault(fault) => fault.name(),
            Self::Normalised(change) => change.name(),
            Self::EmptyWord => "empty-word",
            Self::Synonym => "synonym",
            Self::Row(code) => code,
            Self::Check(check) | Self::CheckError(check) => expectations
                .checks
                .get(*check as usize)
                .map_or("check", |check| check.name.as_str()),
            Self::DuplicateKey => "duplicate-key",
            Self::RepeatedKey => "repeated-key",
            Self::KeyTaken => "key-taken",
        }
    }

    /// The quality dimension of GB/T 36344 that the finding counts against.
    pub fn dimension(&self, expectations: &Expectations) -> Dimension {
        match self {
            Self::Missing => Dimension::Completeness,
            Self::Fault(fault) => fault.dimension(),
            Self::Normalised(_) | Self::EmptyWord | Self::Synonym | Self::Row(_) => {
                Dimension::Conformance
            }
            Self::Check(check) | Self::CheckError(check) => expectations
                .checks
                .get(*check as usize)
                .map_or(Dimension::Accuracy, |check| check.dimension),
            Self::DuplicateKey | Self::RepeatedKey | Self::KeyTaken => Dimension::Accuracy,
        }
    }
}

/// One fault of one row of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Index of the row in its block.
    pub row: u32,
    pub column: Option<u32>,
    pub cause: Cause,
}

/// A cell that shows what a finding means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Sample {
    /// Place of the row in the batch, from 1; 0 where the sample is a value of the table, or says something of the
    /// whole delivery.
    pub row: u64,
    /// The text as it came, or why it is no record, or which row took its place, cut to 80 characters.
    pub text: String,
}

/// How often one reason was found in one column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingCount {
    pub column: Option<String>,
    pub reason: String,
    pub level: Level,
    pub dimension: Dimension,
    /// 0 for what was found of the delivery as a whole.
    pub rows: u64,
    pub samples: Vec<Sample>,
}

#[derive(Debug, Clone, Default)]
struct Count {
    rows: u64,
    samples: Vec<Sample>,
}

/// Findings summed over blocks. Merging is independent of the order in which blocks were read.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    counts: BTreeMap<(Option<u32>, Cause), Count>,
}

impl Tally {
    const SAMPLES: usize = 5;
    const SAMPLE_CHARACTERS: usize = 80;

    /// Counts a finding; `text` is asked for only when the finding may serve as a sample.
    pub fn add<'t>(&mut self, finding: &Finding, batch_row: u64, text: impl FnOnce() -> &'t str) {
        let key = (finding.column, finding.cause.clone());
        let count = self.counts.entry(key).or_default();
        count.rows += 1;
        let wanted = count.samples.len() < Self::SAMPLES
            || count
                .samples
                .last()
                .is_some_and(|last| batch_row < last.row);
        if wanted {
            count.samples.push(Sample {
                row: batch_row,
                text: text().chars().take(Self::SAMPLE_CHARACTERS).collect(),
            });
            count.samples.sort();
            count.samples.truncate(Self::SAMPLES);
        }
    }

    pub fn merge(&mut self, other: Self) {
        for (key, count) in other.counts {
            let mine = self.counts.entry(key).or_default();
            mine.rows += count.rows;
            mine.samples.extend(count.samples);
            mine.samples.sort();
            mine.samples.truncate(Self::SAMPLES);
        }
    }

    /// Number of rows with this cause, over all columns.
    pub fn rows(&self, cause: &Cause) -> u64 {
        self.counts
            .iter()
            .filter(|((_, found), _)| found == cause)
            .map(|(_, count)| count.rows)
            .sum()
    }

    /// The counts by column in declared order, then by reason.
    pub fn counts(&self, expectations: &Expectations) -> Vec<FindingCount> {
        self.counts
            .iter()
            .map(|((column, cause), count)| FindingCount {
                column: column.and_then(|column| {
                    let rule = expectations.columns.get(column as usize)?;
                    Some(rule.name.clone())
                }),
                reason: cause.code(expectations).to_owned(),
                level: cause.level(expectations),
                dimension: cause.dimension(expectations),
                rows: count.rows,
                samples: count.samples.clone(),
            })
            .collect()
    }
}
