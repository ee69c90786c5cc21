//! The one pass over the rows of a block.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch};
use arrow::compute::kernels::cmp;
use arrow::error::ArrowError;
use hashbrown::HashSet;

use crate::Level;
use crate::block::TextBlock;
use crate::column::{ColumnReader, check_typed_column};
use crate::expectation::{Check, CheckKind, Expectations, Within};
use crate::finding::{Cause, Finding};
use crate::key::{Key, hash_rows};

/// The column of every table in the lake that names the batch of a row.
pub const SYSTEM_BATCH: &str = "_batch";
/// The column of every table in the lake that holds the place of a row in its batch, from 1.
pub const SYSTEM_ROW: &str = "_row";

/// Checks the blocks of one batch against the expectations of one dataset.
#[derive(Clone)]
pub struct Checker {
    expectations: Arc<Expectations>,
    /// Declared column → cell of a row; `None` when the delivery lacks the column.
    cells: Vec<Option<usize>>,
}

/// A block after the pass.
#[derive(Debug, Clone)]
pub struct Checked {
    /// Every row of the block, typed; a cell that could not be read is NULL.
    pub rows: RecordBatch,
    /// Ordered by row.
    pub findings: Vec<Finding>,
    /// Per row: it broke something hard.
    pub hard: Vec<bool>,
    /// Per row: the hash of its key; `None` when the dataset has no key or a part of it is NULL.
    pub keys: Vec<Option<Key>>,
    /// Per check of uniqueness, by its index: the hash of its columns, row by row.
    pub unique: Vec<(u32, Vec<Option<Key>>)>,
    /// Per check that could not be evaluated on some row: its index, and the engine's own words.
    pub errors: Vec<(u32, String)>,
}

impl Checker {
    pub fn new(expectations: Arc<Expectations>, cells: Vec<Option<usize>>) -> Self {
        Self {
            expectations,
            cells,
        }
    }

    pub fn expectations(&self) -> &Arc<Expectations> {
        &self.expectations
    }

    /// The place of a declared column among the cells of a row.
    pub fn cell(&self, column: usize) -> Option<usize> {
        self.cells.get(column).copied().flatten()
    }

    /// Reads, types and checks every row of a block.
    ///
    /// The error is Arrow's own and means that a block is inconsistent, never that a row is bad.
    pub fn check(&self, block: &TextBlock) -> Result<Checked, ArrowError> {
        self.check_with(block, &[])
    }

    /// The same for rows of which some columns are typed already: those that are there take the place of the cells.
    pub fn check_with(
        &self,
        block: &TextBlock,
        typed: &[Option<ArrayRef>],
    ) -> Result<Checked, ArrowError> {
        let rows = block.rows();
        let mut findings = Vec::new();
        let mut broken = vec![false; rows];
        for fault in &block.faults {
            if let Some(flag) = broken.get_mut(fault.row as usize) {
                *flag = true;
            }
            findings.push(Finding {
                row: fault.row,
                column: None,
                cause: Cause::of_row(&fault.kind),
            });
        }
        let columns: Vec<ArrayRef> = self
            .expectations
            .columns
            .iter()
            .enumerate()
            .map(|(index, rule)| {
                if let Some(Some(column)) = typed.get(index) {
                    if rule.required {
                        findings.extend(missing(index, column));
                    }
                    return Arc::clone(column);
                }
                let reader = ColumnReader {
                    rule,
                    index: index as u32,
                    block,
                    cell: self.cells.get(index).copied().flatten(),
                    broken: &broken,
                    is_key: self.expectations.key.contains(&index),
                };
                reader.read(&mut findings)
            })
            .collect();
        let typed = RecordBatch::try_new(Arc::clone(self.expectations.schema()), columns)?;
        self.finish(typed, findings)
    }

    /// Checks rows that are typed already, such as those that a query made: the same checks as for text, and what a
    /// standard or a code list says of a text holds for the text of a cell as it is.
    pub fn check_typed(&self, typed: RecordBatch) -> Result<Checked, ArrowError> {
        let mut findings = Vec::new();
        for (index, rule) in self.expectations.columns.iter().enumerate() {
            check_typed_column(rule, index as u32, typed.column(index), &mut findings);
        }
        self.finish(typed, findings)
    }

    /// The places of columns by their names.
    fn places(&self, names: &[&str]) -> Vec<u32> {
        let columns = self.expectations.columns.iter().zip(0_u32..);
        columns
            .filter(|(rule, _)| names.contains(&rule.name.as_str()))
            .map(|(_, place)| place)
            .collect()
    }

    fn finish(
        &self,
        typed: RecordBatch,
        mut findings: Vec<Finding>,
    ) -> Result<Checked, ArrowError> {
        let mut errors = Vec::new();
        let unread = unread(&findings);
        for (index, check) in self.expectations.checks.iter().enumerate() {
            let mut found = Vec::new();
            evaluate(check, index as u32, &typed, &mut found, &mut errors)?;
            if let CheckKind::Condition(condition) = &check.kind
                && !unread.is_empty()
                && !found.is_empty()
            {
                let reads = self.places(&condition.reads());
                found.retain(|one| {
                    let mut cells = reads.iter().map(|column| (one.row, *column));
                    !cells.any(|cell| unread.contains(&cell))
                });
            }
            findings.append(&mut found);
        }
        findings.sort_by_key(|finding| finding.row);
        let mut hard = vec![false; typed.num_rows()];
        for finding in &findings {
            if let Some(flag) = hard.get_mut(finding.row as usize) {
                *flag |= finding.cause.level(&self.expectations) == Level::Hard;
            }
        }
        let keys = hash_columns(&typed, &self.expectations.key);
        let unique = self
            .expectations
            .checks
            .iter()
            .enumerate()
            .filter_map(|(index, check)| match &check.kind {
                CheckKind::Unique(columns) => Some((index as u32, hash_columns(&typed, columns))),
                _ => None,
            })
            .collect();
        Ok(Checked {
            rows: typed,
            findings,
            hard,
            keys,
            unique,
            errors,
        })
    }
}

/// The cells, by row and column, that have no value although something was to be there: what a condition says of them follows
/// from that.
fn unread(findings: &[Finding]) -> HashSet<(u32, u32)> {
    findings
        .iter()
        .filter(|finding| matches!(finding.cause, Cause::Missing | Cause::Fault(_)))
        .filter_map(|finding| Some((finding.row, finding.column?)))
        .collect()
}

/// The rows without a value in a column that must have one.
fn missing(index: usize, column: &ArrayRef) -> impl Iterator<Item = Finding> + '_ {
    (0..column.len())
        .filter(|row| column.is_null(*row))
        .map(move |row| Finding {
            row: row as u32,
            column: Some(index as u32),
            cause: Cause::Missing,
        })
}

fn hash_columns(typed: &RecordBatch, columns: &[usize]) -> Vec<Option<Key>> {
    if columns.is_empty() {
        return vec![None; typed.num_rows()];
    }
    let columns: Vec<ArrayRef> = columns
        .iter()
        .map(|column| Arc::clone(typed.column(*column)))
        .collect();
    hash_rows(&columns, typed.num_rows())
}

fn evaluate(
    check: &Check,
    index: u32,
    typed: &RecordBatch,
    findings: &mut Vec<Finding>,
    errors: &mut Vec<(u32, String)>,
) -> Result<(), ArrowError> {
    let column = check.column.map(|column| typed.column(column));
    let found = |row: usize, cause: Cause| Finding {
        row: row as u32,
        column: check.column.map(|column| column as u32),
        cause,
    };
    match (&check.kind, column) {
        (CheckKind::Within(within), Some(column)) => {
            for verdicts in within.verdicts(column)? {
                findings.extend(failures(&verdicts).map(|row| found(row, Cause::Check(index))));
            }
        }
        (CheckKind::Matches(pattern), Some(column)) => {
            findings.extend(
                text_failures(column, |text| pattern.is_match(text))
                    .map(|row| found(row, Cause::Check(index))),
            );
        }
        (CheckKind::OneOf(values), Some(column)) => {
            findings.extend(
                text_failures(column, |text| values.contains(text))
                    .map(|row| found(row, Cause::Check(index))),
            );
        }
        (CheckKind::Known(keys), Some(column)) => {
            let hashes = hash_rows(std::slice::from_ref(column), typed.num_rows());
            for (row, key) in hashes.iter().enumerate() {
                if key.is_some_and(|key| !keys.contains(&key)) {
                    findings.push(found(row, Cause::Check(index)));
                }
            }
        }
        (CheckKind::Condition(condition), _) => match condition.evaluate(typed) {
            Ok(verdicts) => {
                findings.extend(failures(&verdicts).map(|row| found(row, Cause::Check(index))));
            }
            Err(message) => {
                errors.push((index, message));
                for (row, failed) in row_by_row(condition.as_ref(), typed, 0) {
                    findings.push(found(
                        row,
                        if failed {
                            Cause::CheckError(index)
                        } else {
                            Cause::Check(index)
                        },
                    ));
                }
            }
        },
        (CheckKind::WholeSet | CheckKind::Unique(_), _) | (_, None) => {}
    }
    Ok(())
}

/// Halves the rows until those that cannot be evaluated stand alone; `true` marks an error, `false` a failed check.
fn row_by_row(
    condition: &dyn crate::Condition,
    rows: &RecordBatch,
    offset: usize,
) -> Vec<(usize, bool)> {
    match condition.evaluate(rows) {
        Ok(verdicts) => failures(&verdicts)
            .map(|row| (offset + row, false))
            .collect(),
        Err(_) if rows.num_rows() <= 1 => vec![(offset, true)],
        Err(_) => {
            let half = rows.num_rows() / 2;
            let mut found = row_by_row(condition, &rows.slice(0, half), offset);
            let rest = rows.slice(half, rows.num_rows() - half);
            found.extend(row_by_row(condition, &rest, offset + half));
            found
        }
    }
}

/// Rows whose verdict is false; NULL passes.
fn failures(verdicts: &BooleanArray) -> impl Iterator<Item = usize> + '_ {
    let any = verdicts.false_count() > 0;
    (0..if any { verdicts.len() } else { 0 })
        .filter(|row| verdicts.is_valid(*row) && !verdicts.value(*row))
}

fn text_failures<'a>(
    column: &'a ArrayRef,
    passes: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = usize> + 'a {
    column
        .as_string_view_opt()
        .into_iter()
        .flat_map(|texts| texts.iter().enumerate())
        .filter_map(move |(row, text)| text.is_some_and(|text| !passes(text)).then_some(row))
}

impl Within {
    fn verdicts(&self, column: &ArrayRef) -> Result<Vec<BooleanArray>, ArrowError> {
        let low = self.low.as_ref().map(|low| cmp::gt_eq(column, low));
        let high = self.high.as_ref().map(|high| cmp::lt_eq(column, high));
        low.into_iter().chain(high).collect()
    }
}

#[cfg(test)]
mod tests;
