//! References between datasets, looked at whenever either side changes.

mod follow;
mod mark;

pub(crate) use mark::{mark, unmark};

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::Int64Type;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::TryStreamExt;
use serde::Serialize;
use sqlx::Row;
use yandu_check::key::{Key, KeySet, hash_rows};
use yandu_check::{FindingCount, SYSTEM_BATCH, SYSTEM_ROW, Sample};
use yandu_lake::{Principal, ReadPoint, Session, Version};
use yandu_pack::declare::{Check, CheckKind, Level};
use yandu_pack::{Dataset, Packs};
use yandu_words::id::{BatchId, DatasetId};

use crate::collector::Collector;
use crate::{Result, expectation};

/// Orphans that are shown.
const SAMPLES: usize = 5;

/// A soft reference as it stood when either side last changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReferenceState {
    pub dataset: DatasetId,
    pub check: String,
    pub column: String,
    /// `pack.dataset.column`.
    pub target: String,
    /// Rows with a value.
    pub rows: u64,
    /// Rows whose value the target does not have.
    pub orphans: u64,
    pub samples: Vec<String>,
    /// Microseconds since 1970.
    pub looked_at: i64,
}

/// A reference to look at.
#[derive(Debug, Clone)]
struct Look {
    dataset: DatasetId,
    check: String,
    column: String,
    target: DatasetId,
    target_column: String,
}

/// The versions of both sides of a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    dataset: Version,
    target: Version,
}

/// What a look finds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Found {
    rows: u64,
    orphans: u64,
    samples: BTreeSet<String>,
}

impl Collector {
    /// Looks at the references of a dataset whose rows have changed and at those that point at it, and finds the orphans
    /// that its deliveries brought. The caller has the turn of the dataset.
    ///
    /// The rows are there whether or not that works: what was not looked at stays marked.
    pub(crate) async fn look_at_references(&self, changed: &DatasetId) {
        if let Err(error) = self.look_at_changes(changed).await {
            tracing::warn!(
                dataset.id = %changed,
                error = &error as &dyn std::error::Error,
                "the references of a dataset were not looked at; the next start does"
            );
        }
    }

    async fn look_at_changes(&self, changed: &DatasetId) -> Result<()> {
        let marks = self.inner.batches.marks_of(changed).await?;
        let packs = self.packs();
        let mut looks = Vec::new();
        for dataset in packs.datasets() {
            let file = dataset.file();
            for check in &file.checks {
                let look = Look::of(&packs, &file.dataset, check);
                looks.extend(
                    look.filter(|look| look.dataset == *changed || look.target == *changed),
                );
            }
        }
        for look in looks {
            self.look(&look).await?;
        }
        for mark in marks {
            let found = match packs.dataset(changed) {
                Some(dataset) if mark.is_delivery => {
                    self.brought_orphans(&mark.commit, dataset).await?
                }
                _ => Vec::new(),
            };
            self.inner.batches.looked_at(&mark.commit, &found).await?;
        }
        Ok(())
    }

    /// The rows that a delivery has brought into the table whose values the datasets do not have that they refer to, by each
    /// soft reference. Of hard ones the pass has found them before. The references were looked at before.
    async fn brought_orphans(
        &self,
        batch: &BatchId,
        dataset: &Dataset,
    ) -> Result<Vec<FindingCount>> {
        let packs = self.packs();
        let mut findings = Vec::new();
        let soft = dataset.file().checks.iter();
        for check in soft.filter(|check| check.level == Level::Soft) {
            let Some(look) = Look::of(&packs, dataset.id(), check) else {
                continue;
            };
            let stands = self.references(&look.dataset).await?;
            let has_orphans =
                |state: &ReferenceState| state.check == look.check && state.orphans > 0;
            if !stands.iter().any(has_orphans) {
                continue;
            }
            let (rows, samples) = self.orphans_in(&look, batch).await?;
            if rows > 0 {
                findings.push(FindingCount {
                    column: Some(look.column),
                    reason: look.check,
                    level: yandu_check::Level::Soft,
                    dimension: check.dimension,
                    rows,
                    samples,
                });
            }
        }
        Ok(findings)
    }

    /// How many rows of a delivery have a value that the target lacks, and the first of them. They may be most of the delivery, and come
    /// in any order.
    async fn orphans_in(&self, look: &Look, batch: &BatchId) -> Result<(u64, Vec<Sample>)> {
        let Look {
            dataset,
            column,
            target,
            target_column,
            ..
        } = look;
        let unknown = match self.lake().version(target).await? {
            Some(_) => format!(
                " AND NOT EXISTS (SELECT 1 FROM {target} AS known WHERE known.{target_column} = brought.{column})"
            ),
            None => String::new(),
        };
        let sql = format!(
            "SELECT brought.{SYSTEM_ROW}, brought.{column} FROM {dataset} AS brought WHERE brought.{SYSTEM_BATCH} = '{batch}' \
             AND brought.{column} IS NOT NULL{unknown}"
        );
        let session = self.session_at(ReadPoint::default());
        let mut found = session.query(&sql).await?;
        let mut rows = 0;
        let mut first: BTreeMap<u64, String> = BTreeMap::new();
        while let Some(block) = found.try_next().await? {
            rows += block.num_rows() as u64;
            let [places, values] = block.columns() else {
                continue;
            };
            let Some(places) = places.as_primitive_opt::<Int64Type>() else {
                continue;
            };
            let shown = ArrayFormatter::try_new(values, &FormatOptions::default())?;
            for (row, place) in places.iter().enumerate() {
                let place = place.unwrap_or_default() as u64;
                let is_later = first
                    .last_key_value()
                    .is_some_and(|(last, _)| place > *last);
                if is_later && first.len() == SAMPLES {
                    continue;
                }
                first.insert(place, shown.value(row).to_string());
                if first.len() > SAMPLES {
                    first.pop_last();
                }
            }
        }
        let samples = first.into_iter().map(|(row, text)| Sample { row, text });
        Ok((rows, samples.collect()))
    }

    async fn look(&self, look: &Look) -> Result<()> {
        let lake = self.lake();
        let Some(dataset_version) = lake.version(&look.dataset).await? else {
            return Ok(());
        };
        let waiting =
            lake.tail(&look.dataset).await?.writes + lake.tail(&look.target).await?.writes;
        // Rows in a tail have no version.
        let seen = match lake.version(&look.target).await? {
            Some(target) if waiting == 0 => Some(Seen {
                dataset: dataset_version,
                target,
            }),
            _ => None,
        };
        let followed = match seen {
            Some(seen) => self.follow(look, seen).await?,
            None => None,
        };
        let found = match followed {
            Some(found) => found,
            None => self.look_at_all(look, seen).await?,
        };
        sqlx::query(
            "INSERT INTO reference_state (dataset, check_name, column_name, target, rows, orphans, samples, looked_at, \
             dataset_version, target_version) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (dataset, check_name) DO UPDATE SET \
             column_name = excluded.column_name, target = excluded.target, rows = excluded.rows, orphans = excluded.orphans, \
             samples = excluded.samples, looked_at = excluded.looked_at, dataset_version = excluded.dataset_version, \
             target_version = excluded.target_version",
        )
        .bind(look.dataset.as_str())
        .bind(&look.check)
        .bind(&look.column)
        .bind(look.target_text())
        .bind(found.rows as i64)
        .bind(found.orphans as i64)
        .bind(serde_json::to_string(&found.samples)?)
        .bind(self.now().as_microsecond())
        .bind(seen.map(|seen| seen.dataset as i64))
        .bind(seen.map(|seen| seen.target as i64))
        .execute(self.inner.batches.pool())
        .await?;
        Ok(())
    }

    /// Reads both sides whole, on a thread of its own: hashing millions of keys would hold up whatever else waits for
    /// its turn.
    async fn look_at_all(&self, look: &Look, seen: Option<Seen>) -> Result<Found> {
        let (collector, look) = (self.clone(), look.clone());
        let runtime = tokio::runtime::Handle::current();
        let looking =
            tokio::task::spawn_blocking(move || runtime.block_on(collector.orphans(&look, seen)));
        looking.await?
    }

    async fn orphans(&self, look: &Look, seen: Option<Seen>) -> Result<Found> {
        let Look {
            dataset,
            column,
            target,
            target_column,
            ..
        } = look;
        let at = match seen {
            Some(seen) => ReadPoint {
                versions: [
                    (dataset.clone(), seen.dataset),
                    (target.clone(), seen.target),
                ]
                .into(),
                ..ReadPoint::default()
            },
            None => ReadPoint::default(),
        };
        let session = || self.session_at(at.clone());
        let mut known = KeySet::default();
        if self.lake().version(target).await?.is_some() {
            each_key(&session(), target, &[target_column], &[], |key, _, _| {
                known.insert(key);
                Ok(())
            })
            .await?;
        }
        let mut found = Found::default();
        each_key(&session(), dataset, &[column], &[], |key, block, row| {
            found.rows += 1;
            if !known.contains(&key) {
                found.orphans += 1;
                if found.samples.len() < SAMPLES {
                    let value = block.column(0);
                    found.samples.insert(
                        ArrayFormatter::try_new(value, &FormatOptions::default())?
                            .value(row)
                            .to_string(),
                    );
                }
            }
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// The references of a dataset as they stood when either side last changed.
    pub async fn references(&self, dataset: &DatasetId) -> Result<Vec<ReferenceState>> {
        sqlx::query(
            "SELECT check_name, column_name, target, rows, orphans, samples, looked_at FROM reference_state WHERE dataset = ? \
             ORDER BY check_name",
        )
        .bind(dataset.as_str())
        .fetch_all(self.inner.batches.pool())
        .await?
        .iter()
        .map(|row| {
            let samples: String = row.try_get("samples")?;
            Ok(ReferenceState {
                dataset: dataset.clone(),
                check: row.try_get("check_name")?,
                column: row.try_get("column_name")?,
                target: row.try_get("target")?,
                rows: row.try_get::<i64, _>("rows")? as u64,
                orphans: row.try_get::<i64, _>("orphans")? as u64,
                samples: serde_json::from_str(&samples)?,
                looked_at: row.try_get("looked_at")?,
            })
        })
        .collect()
    }

    /// Hands the hash of every non-NULL key of a dataset to `take`, with the rows that it stands in and its place there.
    /// The rows have the columns of the key, then those that are asked for beside it.
    pub(crate) async fn each_key(
        &self,
        dataset: &DatasetId,
        columns: &[&str],
        beside: &[&str],
        take: impl FnMut(Key, &RecordBatch, usize) -> Result<()>,
    ) -> Result<()> {
        let session = self.session_at(ReadPoint::default());
        each_key(&session, dataset, columns, beside, take).await
    }

    fn session_at(&self, at: ReadPoint) -> Session {
        self.lake().session(&Principal::local_administrator(), at)
    }
}

impl Look {
    /// The reference that a check of a dataset is, if it is one.
    fn of(packs: &Packs, dataset: &DatasetId, check: &Check) -> Option<Self> {
        let CheckKind::References { column, target } = &check.kind else {
            return None;
        };
        Some(Self {
            dataset: dataset.clone(),
            check: check.name.clone(),
            column: column.to_string(),
            target: target.dataset.clone(),
            target_column: expectation::target_column(packs, target)?,
        })
    }

    fn target_text(&self) -> String {
        format!("{}.{}", self.target, self.target_column)
    }
}

async fn each_key(
    session: &Session,
    dataset: &DatasetId,
    columns: &[&str],
    beside: &[&str],
    mut take: impl FnMut(Key, &RecordBatch, usize) -> Result<()>,
) -> Result<()> {
    let shown = [columns, beside].concat().join(", ");
    let sql = format!("SELECT {shown} FROM {dataset}");
    let mut rows = session.query(&sql).await?;
    while let Some(block) = rows.try_next().await? {
        let key = block.columns().get(..columns.len()).unwrap_or_default();
        for (row, key) in hash_rows(key, block.num_rows()).into_iter().enumerate() {
            if let Some(key) = key {
                take(key, &block, row)?;
            }
        }
        // A block takes milliseconds, and others wait for their turn.
        tokio::task::yield_now().await;
    }
    Ok(())
}
