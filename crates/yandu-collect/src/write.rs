//! Rows that are written one at a time: checked like any other, then in the hot tail before they are acknowledged.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, PoisonError};

use arrow::array::AsArray;
use serde::Serialize;
use serde_json::{Map, Value};
use yandu_check::block::{CellSpan, TextBlock};
use yandu_check::{Checked, Checker, Level, SYSTEM_BATCH};
use yandu_lake::{JournalFrame, Principal};
use yandu_pack::declare::Origin;
use yandu_words::id::{BatchId, DatasetId};

use crate::batch::{Batch, BatchStatus};
use crate::collector::Collector;
use crate::pass::Output;
use crate::progress::Progress;
use crate::quarantine::Reason;
use crate::{Error, Mode, Result, expectation};

/// Rows that are on disk and can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    pub batch: BatchId,
    pub rows: u64,
    /// Grows with every write to the dataset.
    pub sequence: u64,
}

/// A row that was not written, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowRefusal {
    /// Place of the row in the request, from 1.
    pub row: u64,
    pub reasons: Vec<Reason>,
}

/// The batch that rows written to a dataset belong to until the tail is folded.
pub(crate) struct OpenBatch {
    id: BatchId,
    next_row: u64,
    checker: Arc<Checker>,
}

impl Collector {
    /// Writes rows, by column, to the hot tail of a dataset: all of them or none.
    ///
    /// They are in the journal on disk when this returns. `raw` is what came, kept with the batch.
    pub async fn write(
        &self,
        principal: &Principal,
        dataset: &DatasetId,
        rows: &[Map<String, Value>],
        raw: &[u8],
    ) -> Result<Written> {
        // Until the rows are in the tail: what is in it is held to the packs that it was checked under.
        let _writing = self.inner.writing_rows.read().await;
        let open = self.open_batch(principal, dataset).await?;
        let mut open = open.lock().await;
        let block = block_of(dataset, &open.checker, rows, open.next_row)?;
        let checked = open.checker.check(&block)?;
        let refused = refusals(&open.checker, &checked);
        if !refused.is_empty() {
            return Err(Error::RowsRefused {
                dataset: dataset.clone(),
                rows: refused,
            });
        }
        let typed = Output::new(&open.id, &[]).rows(&block, &checked.rows, None)?;
        let sequence = self.lake().append(dataset, &typed, raw).await?;
        open.next_row += rows.len() as u64;
        Ok(Written {
            batch: open.id.clone(),
            rows: rows.len() as u64,
            sequence,
        })
    }

    async fn open_batch(
        &self,
        principal: &Principal,
        dataset: &DatasetId,
    ) -> Result<Arc<tokio::sync::Mutex<OpenBatch>>> {
        if let Some(open) = self.open_batches().get(dataset) {
            return Ok(Arc::clone(open));
        }
        let packs = self.packs();
        let declared = packs
            .dataset(dataset)
            .ok_or_else(|| Error::NoDataset(dataset.clone()))?;
        // What a model makes and what a form is filled with come no other way.
        if matches!(declared.file().origin, Origin::Form | Origin::Model) {
            return Err(Error::NotCollected(dataset.clone()));
        }
        let expectations = Arc::new(expectation::compile(&packs, declared, &HashMap::new())?);
        let cells = (0..expectations.columns.len()).map(Some).collect();
        let mode = if declared.file().key.is_empty() {
            Mode::Append
        } else {
            Mode::Upsert
        };
        let batch = Batch::new(
            self.new_batch_id().await?,
            dataset.clone(),
            BatchStatus::Written,
            mode,
            "rows written one by one".to_owned(),
            principal,
            self.now(),
        );
        self.inner.batches.insert(&batch).await?;
        let open = Arc::new(tokio::sync::Mutex::new(OpenBatch {
            id: batch.id,
            next_row: 1,
            checker: Arc::new(Checker::new(expectations, cells)),
        }));
        // Of two first writers at the same moment one made a batch that stays empty.
        Ok(Arc::clone(
            self.open_batches().entry(dataset.clone()).or_insert(open),
        ))
    }

    fn open_batches(
        &self,
    ) -> std::sync::MutexGuard<'_, HashMap<DatasetId, Arc<tokio::sync::Mutex<OpenBatch>>>> {
        self.inner
            .open_batches
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the hot tail of a dataset into its snapshot, and keeps what came as the raw bytes of its batches.
    ///
    /// Returns whether anything was moved. The next written row opens a new batch.
    pub async fn fold(&self, dataset: &DatasetId) -> Result<bool> {
        let turn = self.turn(dataset);
        let _turn = turn.lock().await;
        let open = self.open_batches().remove(dataset);
        let _open = match &open {
            Some(open) => Some(open.lock().await),
            None => None,
        };
        let folded = self.lake().fold(dataset).await?;
        self.archive_journals(dataset).await?;
        Ok(folded.is_some())
    }

    /// Keeps what folded journals hold; those that a crash left are kept by the next fold.
    async fn archive_journals(&self, dataset: &DatasetId) -> Result<()> {
        let journals = self.lake().folded_journals(dataset)?;
        for journal in journals {
            let mut lines: HashMap<String, (u64, Vec<u8>)> = HashMap::new();
            for frame in self.lake().read_journal(&journal)? {
                let (rows, bytes) = lines.entry(batch_of(&frame)).or_default();
                *rows += frame
                    .rows
                    .iter()
                    .map(|rows| rows.num_rows() as u64)
                    .sum::<u64>();
                bytes.extend_from_slice(&frame.raw);
                bytes.push(b'\n');
            }
            for (batch, (rows, bytes)) in lines {
                let spool = self
                    .folder()
                    .staging()
                    .join(format!("{}.jsonl", uuid::Uuid::now_v7()));
                fs::write(&spool, &bytes).map_err(|source| Error::file("write", &spool, source))?;
                let keep = self.keep().clone();
                let path = spool.clone();
                let kept =
                    tokio::task::spawn_blocking(move || keep.file(&path, 1, &Progress::default()))
                        .await??;
                fs::remove_file(&spool).map_err(|source| Error::file("remove", &spool, source))?;
                self.inner
                    .batches
                    .written(&batch, &kept.hash, kept.size_bytes, rows, self.now())
                    .await?;
            }
            fs::remove_file(&journal).map_err(|source| Error::file("remove", &journal, source))?;
        }
        Ok(())
    }
}

/// The batch that the rows of a frame name; all of them name one.
fn batch_of(frame: &JournalFrame) -> String {
    frame
        .rows
        .iter()
        .filter_map(|rows| rows.column_by_name(SYSTEM_BATCH)?.as_string_view_opt())
        .find_map(|batches| batches.iter().flatten().next())
        .unwrap_or_default()
        .to_owned()
}

/// The rows that break a hard check, each with its reasons.
pub(crate) fn refusals(checker: &Checker, checked: &Checked) -> Vec<RowRefusal> {
    let expectations = checker.expectations();
    let mut refused: Vec<RowRefusal> = Vec::new();
    for finding in &checked.findings {
        let level = finding.cause.level(expectations);
        if level == Level::Soft {
            continue;
        }
        let reason = Reason {
            column: finding
                .column
                .and_then(|column| Some(expectations.columns.get(column as usize)?.name.clone())),
            reason: finding.cause.code(expectations).to_owned(),
            level,
            detail: None,
        };
        let row = u64::from(finding.row) + 1;
        match refused.last_mut().filter(|last| last.row == row) {
            Some(last) => last.reasons.push(reason),
            None => refused.push(RowRefusal {
                row,
                reasons: vec![reason],
            }),
        }
    }
    refused
}

pub(crate) fn block_of(
    dataset: &DatasetId,
    checker: &Checker,
    rows: &[Map<String, Value>],
    first_row: u64,
) -> Result<TextBlock> {
    let columns = &checker.expectations().columns;
    let mut block = TextBlock {
        width: columns.len(),
        first_row,
        ..TextBlock::default()
    };
    for row in rows {
        if let Some(column) = row
            .keys()
            .find(|name| !columns.iter().any(|column| &column.name == *name))
        {
            return Err(Error::NoColumn {
                dataset: dataset.clone(),
                column: column.clone(),
            });
        }
        let record = block.text.len();
        for column in columns {
            let start = block.text.len();
            match row.get(&column.name) {
                None | Some(Value::Null) => {
                    block.cells.push(CellSpan::ABSENT);
                    continue;
                }
                Some(Value::String(text)) => block.text.push_str(text),
                Some(other) => block.text.push_str(&other.to_string()),
            }
            block.cells.push(CellSpan::new(start, block.text.len()));
        }
        block.records.push(CellSpan::new(record, block.text.len()));
    }
    Ok(block)
}
