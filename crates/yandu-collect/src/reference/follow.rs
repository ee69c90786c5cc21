//! A reference that is followed: from how it stood, and what has changed since on either side.
//!
//! Most deliveries bring values that were there. Only what really came or went is looked for on the other side; where an
//! orphan goes, or one that was none becomes one on the far side, everything is read.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::{Array, AsArray};
use arrow::datatypes::{DataType, Int64Type};
use futures::TryStreamExt;
use sqlx::Row;
use yandu_lake::{ChangeOf, Changes, ReadPoint, Side, Version};
use yandu_words::id::DatasetId;

use super::{Found, Look, SAMPLES, Seen};
use crate::Result;
use crate::collector::Collector;

/// Of more changed rows everything is read.
const FEW: u64 = 2_000;

/// Values as SQL writes them, each with how many more rows have it than before.
type Difference = BTreeMap<String, i64>;

impl Collector {
    /// How a reference stands now, when that follows from how it stood; `None` when everything has to be read.
    pub(super) async fn follow(&self, look: &Look, now: Seen) -> Result<Option<Found>> {
        let Some((last, before)) = self.last_look(look).await? else {
            return Ok(None);
        };
        match self.followed(look, last, before, now).await {
            Err(crate::Error::Lake(error)) => {
                tracing::debug!(
                    dataset.id = %look.dataset,
                    check = look.check,
                    error = &error as &dyn std::error::Error,
                    "a reference is not followed"
                );
                Ok(None)
            }
            followed => followed,
        }
    }

    async fn followed(
        &self,
        look: &Look,
        last: Found,
        before: Seen,
        now: Seen,
    ) -> Result<Option<Found>> {
        let Look {
            dataset,
            column,
            target,
            target_column,
            ..
        } = look;
        let rows = self.difference(dataset, column, before.dataset, now.dataset);
        let keys = self.difference(target, target_column, before.target, now.target);
        let (Some(rows), Some(keys)) = (rows.await?, keys.await?) else {
            return Ok(None);
        };
        let (came, went) = sides(&keys);
        let stood = self.present(target, target_column, before.target, &came);
        let stands = self.present(target, target_column, now.target, &went);
        let appeared = &came - &stood.await?;
        let vanished = &went - &stands.await?;
        let touched = &appeared | &vanished;
        let meant = self.present(dataset, column, before.dataset, &touched);
        if !meant.await?.is_empty() {
            return Ok(None);
        }
        let values: BTreeSet<String> = rows.keys().cloned().collect();
        let known = self.present(target, target_column, now.target, &values);
        let orphans: Difference = {
            let known = known.await?;
            let is_orphan = |(value, _): &(&String, &i64)| !known.contains(*value);
            let orphans = rows.iter().filter(is_orphan);
            orphans
                .map(|(value, count)| (value.clone(), *count))
                .collect()
        };
        if orphans.values().any(|count| *count < 0) {
            return Ok(None);
        }
        let more = |difference: &Difference| difference.values().sum::<i64>();
        let mut samples = last.samples;
        for value in orphans.keys() {
            if samples.len() < SAMPLES {
                samples.insert(shown(value));
            }
        }
        Ok(Some(Found {
            rows: last.rows.saturating_add_signed(more(&rows)),
            orphans: last.orphans.saturating_add_signed(more(&orphans)),
            samples,
        }))
    }

    /// How a reference stood, and at which versions, unless it was another reference then.
    async fn last_look(&self, look: &Look) -> Result<Option<(Found, Seen)>> {
        let row = sqlx::query(
            "SELECT rows, orphans, samples, dataset_version, target_version FROM reference_state \
             WHERE dataset = ? AND check_name = ? AND column_name = ? AND target = ?",
        )
        .bind(look.dataset.as_str())
        .bind(&look.check)
        .bind(&look.column)
        .bind(look.target_text())
        .fetch_optional(self.inner.batches.pool())
        .await?;
        let Some(row) = row else { return Ok(None) };
        let version = |name: &str| row.try_get::<Option<i64>, _>(name);
        let (Some(dataset), Some(target)) =
            (version("dataset_version")?, version("target_version")?)
        else {
            return Ok(None);
        };
        let found = Found {
            rows: row.try_get::<i64, _>("rows")? as u64,
            orphans: row.try_get::<i64, _>("orphans")? as u64,
            samples: serde_json::from_str(row.try_get("samples")?)?,
        };
        let seen = Seen {
            dataset: dataset as Version,
            target: target as Version,
        };
        Ok(Some((found, seen)))
    }

    /// What changed in the values of a column; `None` when nobody knows, or too much did.
    async fn difference(
        &self,
        dataset: &DatasetId,
        column: &str,
        from: Version,
        to: Version,
    ) -> Result<Option<Difference>> {
        let mut difference = Difference::new();
        if from == to {
            return Ok(Some(difference));
        }
        let changes = self.lake().changes(dataset, from, to).await?;
        let Changes::Known { added, removed, .. } = changes else {
            return Ok(None);
        };
        if added + removed > FEW {
            return Ok(None);
        }
        for (side, rows, sign) in [(Side::Added, added, 1), (Side::Removed, removed, -1)] {
            if rows == 0 {
                continue;
            }
            let mut at = ReadPoint::default();
            at.changes
                .insert(dataset.clone(), ChangeOf { from, to, side });
            let Some(values) = self.values(dataset, column, at, "").await? else {
                return Ok(None);
            };
            for value in values {
                *difference.entry(value).or_default() += sign;
            }
        }
        difference.retain(|_, count| *count != 0);
        Ok(Some(difference))
    }

    /// Those of some values that a column has.
    async fn present(
        &self,
        dataset: &DatasetId,
        column: &str,
        version: Version,
        values: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>> {
        if values.is_empty() {
            return Ok(BTreeSet::new());
        }
        let at = ReadPoint {
            versions: [(dataset.clone(), version)].into(),
            ..ReadPoint::default()
        };
        let listed: Vec<&str> = values.iter().map(String::as_str).collect();
        let filter = format!(" WHERE {column} IN ({})", listed.join(", "));
        let found = self.values(dataset, column, at, &filter).await?;
        Ok(found.unwrap_or_default().into_iter().collect())
    }

    /// The values of a column as SQL writes them, without empty ones; `None` for a column of another type than text or
    /// integer.
    async fn values(
        &self,
        dataset: &DatasetId,
        column: &str,
        at: ReadPoint,
        filter: &str,
    ) -> Result<Option<Vec<String>>> {
        let sql = format!("SELECT {column} FROM {dataset}{filter}");
        let mut blocks = self.session_at(at).query(&sql).await?;
        let mut values = Vec::new();
        while let Some(block) = blocks.try_next().await? {
            let Some(column) = block.columns().first() else {
                continue;
            };
            match column.data_type() {
                DataType::Utf8View => {
                    let texts = column.as_string_view().iter().flatten();
                    values.extend(texts.map(|text| format!("'{}'", text.replace('\'', "''"))));
                }
                DataType::Int64 => {
                    let numbers = column.as_primitive::<Int64Type>().iter().flatten();
                    values.extend(numbers.map(|number| number.to_string()));
                }
                _ => return Ok(None),
            }
        }
        Ok(Some(values))
    }
}

/// The values of which there are more rows, and those of which there are fewer.
fn sides(difference: &Difference) -> (BTreeSet<String>, BTreeSet<String>) {
    let side = |is_more: bool| {
        let side = difference
            .iter()
            .filter(move |(_, count)| (**count > 0) == is_more);
        side.map(|(value, _)| value.clone()).collect()
    };
    (side(true), side(false))
}

/// A value as people read it.
fn shown(value: &str) -> String {
    match value
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''))
    {
        Some(text) => text.replace("''", "'"),
        None => value.to_owned(),
    }
}
