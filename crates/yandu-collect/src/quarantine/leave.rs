//! How a row leaves quarantine: corrected and released into the lake, or dropped.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::array::AsArray;
use sqlx::Row;
use yandu_check::block::{CellSpan, TextBlock};
use yandu_check::key::KeySet;
use yandu_check::{Checker, Level};
use yandu_lake::{BATCH, Change, Changes, Commit, Principal};
use yandu_words::id::BatchId;

use super::read::{Files, Wanted};
use super::releasing::Releasing;
use super::{Note, QuarantinedRow, RowState, Selection};
use crate::batch::{Batch, BatchStatus};
use crate::collector::Collector;
use crate::pass::Output;
use crate::{Error, Mode, Result, expectation};

/// How many rows are looked at at least where those before had left quarantine.
const LEAST_STEP: usize = 4_096;

/// What became of the rows that were to be released.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Released {
    pub released: Vec<u64>,
    /// Rows that still break something, with the reasons.
    pub refused: Vec<Refusal>,
    /// The version that has the rows; `None` when none was released.
    pub version: Option<u64>,
    /// What became of the snapshot that a snapshot of which no row had passed was to replace; `None` for any other batch,
    /// and when none was released.
    pub former_snapshot: Option<FormerSnapshot>,
}

/// What became of the rows that a snapshot found, when none of its own had passed and some were released later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FormerSnapshot {
    /// The released rows took their place.
    Replaced,
    /// The table changed since the delivery, so the released rows were added to what is there.
    Stays,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Refusal {
    pub row: u64,
    pub reasons: Vec<String>,
}

/// The last record of a row.
struct Last {
    state: RowState,
    cells: Option<BTreeMap<String, Option<String>>>,
    note: Note,
}

/// The records of the rows of a batch, each with its number, oldest first.
struct Recorded(HashMap<u64, Vec<(i64, Last)>>);

impl Recorded {
    /// Whether a row still waits, by the records after a mark.
    fn waits(&self, row: u64, mark: i64) -> bool {
        let last = self.0.get(&row).and_then(|records| records.last());
        let last = last.filter(|(number, _)| *number > mark);
        last.is_none_or(|(_, record)| {
            matches!(record.state, RowState::Waiting | RowState::Corrected)
        })
    }

    /// What the records after a mark say of a row. Later corrections go on top of earlier ones.
    fn last(&self, row: u64, mark: i64) -> Option<Last> {
        let records = self.0.get(&row)?.iter();
        records.filter(|(number, _)| *number > mark).fold(
            None,
            |before: Option<Last>, (_, record)| {
                let mut cells = before.and_then(|before| before.cells);
                if let Some(corrected) = &record.cells {
                    cells.get_or_insert_default().extend(corrected.clone());
                }
                // What waits again waits as it was released.
                let is_corrected = record.state == RowState::Waiting && cells.is_some();
                let state = if is_corrected {
                    RowState::Corrected
                } else {
                    record.state
                };
                Some(Last {
                    state,
                    cells,
                    note: record.note.clone(),
                })
            },
        )
    }
}

impl Collector {
    /// Quarantined rows of a collected batch, in the order of the delivery. A page costs what it shows, however many rows
    /// there are, except where few of them are meant.
    pub async fn quarantined(
        &self,
        id: &BatchId,
        selection: &Selection,
    ) -> Result<Vec<QuarantinedRow>> {
        let batch = self.inner.batches.find(id).await?;
        if !matches!(batch.status, BatchStatus::Collected | BatchStatus::Written) {
            return Ok(Vec::new());
        }
        let live = self.pack_records().live_commits(&batch.dataset).await?;
        let folder = self.quarantine_folder(id);
        let opened = tokio::task::spawn_blocking(move || Files::open(&folder, &live));
        let files = Arc::new(opened.await??);
        let selection = Arc::new(selection.clone());
        let limit = selection.limit.unwrap_or(usize::MAX);
        let mut after = selection.after.unwrap_or(0);
        let mut enough = limit;
        let mut rows = Vec::new();
        loop {
            let (looking, meant) = (Arc::clone(&files), Arc::clone(&selection));
            let mut standing = tokio::task::spawn_blocking(move || {
                let wanted = Wanted {
                    after,
                    rows: &meant.rows,
                    reason: meant.reason.as_deref(),
                };
                looking.find(&wanted, enough)
            })
            .await??;
            let (Some(first), Some(last)) = (standing.first(), standing.last()) else {
                break;
            };
            let is_all = standing.len() < enough;
            let (first, last) = (first.row, last.row);
            let records = self.records_of_rows(id, first..=last).await?;
            standing.retain(|one| !selection.waiting || records.waits(one.row, one.mark));
            standing.truncate(limit - rows.len());
            let (reading, batch) = (Arc::clone(&files), id.clone());
            let read = tokio::task::spawn_blocking(move || {
                let mut read = reading.read(&batch, &standing)?;
                for (row, one) in read.iter_mut().zip(&standing) {
                    if let Some(last) = records.last(row.row, one.mark) {
                        row.state = last.state;
                        row.note = Some(last.note);
                        row.cells.extend(last.cells.unwrap_or_default());
                    }
                }
                Ok::<_, Error>(read)
            })
            .await??;
            rows.extend(read);
            if is_all || rows.len() >= limit {
                break;
            }
            after = last;
            // Rows that left quarantine are passed over in ever longer steps.
            enough = enough.saturating_mul(4).max(LEAST_STEP);
        }
        Ok(rows)
    }

    /// The records of the rows of a batch between two places.
    async fn records_of_rows(&self, id: &BatchId, rows: RangeInclusive<u64>) -> Result<Recorded> {
        let place = |row: u64| i64::try_from(row).unwrap_or(i64::MAX);
        let records = sqlx::query(
            "SELECT id, row, action, cells, reason, principal, at FROM quarantine_action \
             WHERE batch = ? AND row BETWEEN ? AND ? ORDER BY id",
        )
        .bind(id.as_str())
        .bind(place(*rows.start()))
        .bind(place(*rows.end()))
        .fetch_all(self.inner.batches.pool())
        .await?;
        let mut rows: HashMap<u64, Vec<(i64, Last)>> = HashMap::new();
        for record in records {
            let row = record.try_get::<i64, _>("row")? as u64;
            let action: String = record.try_get("action")?;
            let cells: Option<String> = record.try_get("cells")?;
            let last = Last {
                state: match action.as_str() {
                    "released" => RowState::Released,
                    "dropped" => RowState::Dropped,
                    "waiting" => RowState::Waiting,
                    _ => RowState::Corrected,
                },
                cells: cells
                    .map(|cells| serde_json::from_str(&cells))
                    .transpose()?,
                note: Note {
                    reason: record.try_get("reason")?,
                    principal: record.try_get("principal")?,
                    at: record.try_get("at")?,
                },
            };
            let number = record.try_get("id")?;
            rows.entry(row).or_default().push((number, last));
        }
        Ok(Recorded(rows))
    }

    async fn waiting(&self, id: &BatchId, rows: &[u64]) -> Result<Vec<QuarantinedRow>> {
        let selection = Selection {
            rows: rows.iter().copied().collect(),
            waiting: true,
            ..Selection::default()
        };
        let found = self.quarantined(id, &selection).await?;
        let places: HashSet<u64> = found.iter().map(|found| found.row).collect();
        match rows.iter().find(|row| !places.contains(row)) {
            Some(row) => Err(Error::NotQuarantined {
                batch: id.clone(),
                row: *row,
            }),
            None => Ok(found),
        }
    }

    /// Records what became of rows, each with the cells that were corrected, as JSON.
    pub(super) async fn record(
        &self,
        principal: &Principal,
        id: &BatchId,
        rows: Vec<(u64, Option<String>)>,
        action: &str,
        reason: &str,
    ) -> Result<()> {
        let pool = self.inner.batches.pool();
        let mut transaction = yandu_store::writing(pool).await?;
        for (row, cells) in rows {
            sqlx::query(
                "INSERT INTO quarantine_action (batch, row, action, cells, reason, principal, at) \
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(id.as_str())
            .bind(row as i64)
            .bind(action)
            .bind(cells)
            .bind(reason)
            .bind(principal.name())
            .bind(self.now().as_microsecond())
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Corrects cells of a quarantined row, by column. The row still waits; its former cells stay in the batch.
    pub async fn correct(
        &self,
        principal: &Principal,
        id: &BatchId,
        row: u64,
        cells: &BTreeMap<String, Option<String>>,
        reason: &str,
    ) -> Result<QuarantinedRow> {
        require(reason)?;
        let batch = self.inner.batches.find(id).await?;
        let _turn = self.settled_turn(&batch.dataset).await?;
        let found = self.waiting(id, &[row]).await?;
        if let Some(column) = cells
            .keys()
            .find(|column| !found.iter().any(|row| row.cells.contains_key(*column)))
        {
            return Err(Error::NoColumn {
                dataset: batch.dataset,
                column: column.clone(),
            });
        }
        let cells = serde_json::to_string(cells)?;
        self.record(principal, id, vec![(row, Some(cells))], "corrected", reason)
            .await?;
        let mut found = self.waiting(id, &[row]).await?;
        found.pop().ok_or(Error::NotQuarantined {
            batch: id.clone(),
            row,
        })
    }

    /// Gives quarantined rows up. They stay on disk with the batch.
    pub async fn drop_rows(
        &self,
        principal: &Principal,
        id: &BatchId,
        rows: &[u64],
        reason: &str,
    ) -> Result<u64> {
        require(reason)?;
        let batch = self.inner.batches.find(id).await?;
        let _turn = self.settled_turn(&batch.dataset).await?;
        let found = self.waiting(id, rows).await?;
        let dropped = found.iter().map(|row| (row.row, None)).collect();
        self.record(principal, id, dropped, "dropped", reason)
            .await?;
        Ok(found.len() as u64)
    }

    /// Checks waiting rows again and lets those that pass into the lake, under their old batch and place.
    ///
    /// All waiting rows of the batch when `rows` is empty. A row of an upsert takes the place of an older one with its
    /// key, as it would have when it came; otherwise a row whose key is in the table is refused: what is there came
    /// with it or later, or was released before.
    ///
    /// The first rows of a snapshot of which none had passed take the place of the former snapshot, as they would have
    /// when they came, unless the table changed since. Once a newer snapshot came, none of them is released: it says what
    /// the whole dataset is.
    pub async fn release(
        &self,
        principal: &Principal,
        id: &BatchId,
        rows: &[u64],
        reason: &str,
    ) -> Result<Released> {
        require(reason)?;
        self.recover().await?;
        let found = self.inner.batches.find(id).await?;
        let _turn = self.settled_turn(&found.dataset).await?;
        let batch = self.inner.batches.find(id).await?;
        let waiting = self.waiting(id, rows).await?;
        let mut released = Released::default();
        if waiting.is_empty() {
            return Ok(released);
        }
        let base = unreplaced(&batch);
        if base.is_some()
            && let Some(newer) = self.inner.batches.newer_snapshot(&batch).await?
        {
            return Err(Error::NewerSnapshot {
                batch: batch.id,
                newer,
            });
        }
        // A row that somebody writes came after the delivery: none comes between the look and the commit.
        let _writing = match base {
            Some(_) => Some(self.inner.writing_rows.write().await),
            None => None,
        };
        let former = match base {
            Some(base) => Some(self.former_snapshot(&batch, base).await?),
            None => None,
        };
        let replaces = former == Some(FormerSnapshot::Replaced);
        let packs = self.packs();
        let dataset = packs
            .dataset(&batch.dataset)
            .ok_or_else(|| Error::NoDataset(batch.dataset.clone()))?;
        let expectations = Arc::new(expectation::compile(&packs, dataset, &HashMap::new())?);
        let names: Vec<String> = expectations
            .columns
            .iter()
            .map(|column| column.name.clone())
            .collect();
        let checker = Checker::new(
            Arc::clone(&expectations),
            (0..names.len()).map(Some).collect(),
        );
        let (mut taken, mut older) = (KeySet::default(), KeySet::default());
        let (mut replaced, mut own) = (KeySet::default(), KeySet::default());
        let key: Vec<&str> = dataset
            .file()
            .key
            .iter()
            .map(yandu_words::ColumnName::as_str)
            .collect();
        if !key.is_empty() && !replaces {
            self.each_key(&batch.dataset, &key, &[BATCH], |hash, rows, row| {
                let batches = rows
                    .columns()
                    .get(key.len())
                    .and_then(|column| column.as_string_view_opt());
                let is_older = batches.is_some_and(|batches| batches.value(row) < id.as_str());
                if batch.mode == Mode::Upsert && is_older {
                    older.insert(hash);
                } else {
                    taken.insert(hash);
                }
                Ok(())
            })
            .await?;
        }
        let mut writer = self.lake().writer(&batch.dataset)?;
        for row in &waiting {
            let block = block_of(row, &names);
            let checked = checker.check(&block)?;
            let mut reasons: Vec<String> = checked
                .findings
                .iter()
                .filter(|finding| finding.cause.level(&expectations) == Level::Hard)
                .map(|finding| finding.cause.code(&expectations).to_owned())
                .collect();
            let key = checked.keys.first().copied().flatten();
            if key.is_some_and(|key| !taken.insert(key)) {
                reasons.push("key-taken".to_owned());
            }
            if reasons.is_empty() {
                replaced.extend(key.filter(|key| older.contains(key)));
                own.extend(key);
                writer.write(&Output::new(id, &[]).rows(&block, &checked.rows, None)?)?;
                released.released.push(row.row);
            } else {
                released.refused.push(Refusal {
                    row: row.row,
                    reasons,
                });
            }
        }
        if released.released.is_empty() {
            writer.abandon();
            return Ok(released);
        }
        // What completes a snapshot is the commit of its batch, so that undoing the batch brings the former one back.
        let commit = Commit {
            batch: if replaces {
                id.clone()
            } else {
                self.new_batch_id().await?
            },
            into: (!replaces).then(|| id.clone()),
            change: if replaces {
                Change::Replace
            } else if batch.mode == Mode::Append || key.is_empty() {
                Change::Append
            } else {
                Change::Upsert {
                    keys: Arc::new(replaced),
                }
            },
            files: writer.finish()?,
            operation: "release".to_owned(),
        };
        let rows_deleted = if replaces {
            Some(self.deleted(&batch, dataset, &own).await?)
        } else {
            None
        };
        let by = commit.batch.clone();
        let releasing = Releasing {
            batch: &batch,
            commit: &by,
            rows: &released.released,
            rows_deleted,
            principal,
            reason,
        };
        self.begin_release(&releasing).await?;
        let committed = self.lake().commit(&batch.dataset, commit).await;
        let settled = self.settle_release(&batch.dataset, &by).await;
        released.version = Some(committed?.version);
        settled?;
        released.former_snapshot = former;
        self.look_at_references(&batch.dataset).await;
        Ok(released)
    }

    /// Whether rows of a snapshot can still take the place of what was in the table at version `base`, when it came:
    /// nothing came, went or was read otherwise since.
    async fn former_snapshot(&self, batch: &Batch, base: u64) -> Result<FormerSnapshot> {
        let lake = self.lake();
        let is_as_it_was = match lake.version(&batch.dataset).await? {
            Some(present) if present == base => true,
            Some(present) => matches!(
                lake.changes(&batch.dataset, base, present).await?,
                Changes::Known {
                    added: 0,
                    removed: 0,
                    ..
                }
            ),
            None => false,
        };
        let tail = lake.tail(&batch.dataset).await?;
        Ok(if is_as_it_was && tail.rows == 0 {
            FormerSnapshot::Replaced
        } else {
            FormerSnapshot::Stays
        })
    }

    /// A batch without what was found of it.
    pub async fn batch_record(&self, id: &BatchId) -> Result<Batch> {
        self.inner.batches.find(id).await
    }
}

/// The version that a snapshot found and did not replace, because none of its rows passed.
fn unreplaced(batch: &Batch) -> Option<u64> {
    let is_unreplaced = batch.mode == Mode::Snapshot && batch.version.is_none();
    batch.base_version.filter(|_| is_unreplaced)
}

pub(super) fn require(reason: &str) -> Result<()> {
    if reason.trim().is_empty() {
        Err(Error::NoReason)
    } else {
        Ok(())
    }
}

/// A row as a block of its own, its cells in the order of the columns.
fn block_of(row: &QuarantinedRow, columns: &[String]) -> TextBlock {
    let mut block = TextBlock {
        width: columns.len(),
        first_row: row.row,
        ..TextBlock::default()
    };
    for column in columns {
        let span = match row.cells.get(column).and_then(Option::as_ref) {
            Some(text) => {
                let start = block.text.len();
                block.text.push_str(text);
                CellSpan::new(start, block.text.len())
            }
            None => CellSpan::ABSENT,
        };
        block.cells.push(span);
    }
    let start = block.text.len();
    block.text.push_str(&row.record);
    block.records.push(CellSpan::new(start, block.text.len()));
    block
}
