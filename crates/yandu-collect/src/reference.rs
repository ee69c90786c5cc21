//! References between datasets, looked at whenever either side changes.

use std::collections::BTreeSet;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use futures::TryStreamExt;
use serde::Serialize;
use sqlx::Row;
use yandu_check::key::{Key, KeySet, hash_rows};
use yandu_lake::{Principal, ReadPoint};
use yandu_pack::declare::CheckKind;
use yandu_words::id::DatasetId;

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
struct Look {
    dataset: DatasetId,
    check: String,
    column: String,
    target: DatasetId,
    target_column: String,
}

impl Collector {
    /// Looks at the references of a dataset and at those that point at it.
    pub(crate) async fn look_at_references(&self, changed: &DatasetId) -> Result<()> {
        let packs = self.packs();
        let mut looks = Vec::new();
        for dataset in packs.datasets() {
            let file = dataset.file();
            for check in &file.checks {
                let CheckKind::References { column, target } = &check.kind else {
                    continue;
                };
                if file.dataset != *changed && target.dataset != *changed {
                    continue;
                }
                if let Some(target_column) = expectation::target_column(&packs, target) {
                    looks.push(Look {
                        dataset: file.dataset.clone(),
                        check: check.name.clone(),
                        column: column.to_string(),
                        target: target.dataset.clone(),
                        target_column,
                    });
                }
            }
        }
        for look in looks {
            self.look(&look).await?;
        }
        Ok(())
    }

    async fn look(&self, look: &Look) -> Result<()> {
        let lake = self.lake();
        if lake.version(&look.dataset).await?.is_none() {
            return Ok(());
        }
        let Look {
            dataset,
            column,
            target,
            target_column,
            ..
        } = look;
        let mut known = KeySet::default();
        if lake.version(target).await?.is_some() {
            self.each_key(target, &[target_column], &[], |key, _, _| {
                known.insert(key);
                Ok(())
            })
            .await?;
        }
        let (mut rows, mut missing) = (0_u64, 0_u64);
        let mut samples: BTreeSet<String> = BTreeSet::new();
        self.each_key(dataset, &[column], &[], |key, block, row| {
            rows += 1;
            if !known.contains(&key) {
                missing += 1;
                if samples.len() < SAMPLES {
                    let value = block.column(0);
                    samples.insert(
                        ArrayFormatter::try_new(value, &FormatOptions::default())?
                            .value(row)
                            .to_string(),
                    );
                }
            }
            Ok(())
        })
        .await?;
        sqlx::query(
            "INSERT INTO reference_state (dataset, check_name, column_name, target, rows, orphans, samples, looked_at) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (dataset, check_name) DO UPDATE SET \
             column_name = excluded.column_name, target = excluded.target, rows = excluded.rows, orphans = excluded.orphans, \
             samples = excluded.samples, looked_at = excluded.looked_at",
        )
        .bind(dataset.as_str())
        .bind(&look.check)
        .bind(column)
        .bind(format!("{target}.{target_column}"))
        .bind(rows as i64)
        .bind(missing as i64)
        .bind(serde_json::to_string(&samples)?)
        .bind(self.now().as_microsecond())
        .execute(self.inner.batches.pool())
        .await?;
        Ok(())
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
        mut take: impl FnMut(Key, &RecordBatch, usize) -> Result<()>,
    ) -> Result<()> {
        let shown = [columns, beside].concat().join(", ");
        let sql = format!("SELECT {shown} FROM {dataset}");
        let mut rows = self.session().query(&sql).await?;
        while let Some(block) = rows.try_next().await? {
            let key = block.columns().get(..columns.len()).unwrap_or_default();
            for (row, key) in hash_rows(key, block.num_rows()).into_iter().enumerate() {
                if let Some(key) = key {
                    take(key, &block, row)?;
                }
            }
        }
        Ok(())
    }

    fn session(&self) -> yandu_lake::Session {
        self.lake()
            .session(&Principal::local_administrator(), ReadPoint::default())
    }
}
