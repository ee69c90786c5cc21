//! Freshness: whether the newest delivery of a dataset is as new as its checks ask.
//!
//! A delivery counts when it was collected, and when it was found to change nothing, because that shows the content to
//! be current. Rows that were written one by one count once they are in the snapshot. A reading of a source that brought
//! nothing is no delivery, and a batch that was taken back is none any more.

use std::collections::HashMap;

use jiff::Timestamp;
use sqlx::{Row, SqlitePool};
use yandu_pack::Dataset;
use yandu_pack::declare::{Check, CheckKind, Period};
use yandu_words::calendar::Calendar;
use yandu_words::id::DatasetId;

use crate::batch::Batch;
use crate::collector::Collector;
use crate::schedule::after;
use crate::{Error, Result};

/// How a dataset stands against its checks of freshness.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// `None` when no check asks for it, and when nothing has come yet and nothing had to.
    pub is_fresh: Option<bool>,
    pub last_delivery_at: Option<Timestamp>,
}

impl Collector {
    /// How a dataset stands against its checks of freshness now.
    pub async fn freshness(&self, id: &DatasetId) -> Result<Freshness> {
        let packs = self.packs();
        let dataset = packs
            .dataset(id)
            .ok_or_else(|| Error::NoDataset(id.clone()))?;
        let deliveries = Deliveries::new(self.inner.store.pool());
        let last_delivery_at = deliveries.newest(&[id]).await?.remove(id);
        let known = match last_delivery_at {
            None if periods(dataset).next().is_some() => deliveries.known().await?.get(id).copied(),
            _ => None,
        };
        let calendar = self.calendar().await;
        Ok(stands(
            dataset,
            &calendar,
            last_delivery_at,
            known,
            self.now(),
        ))
    }

    /// How all datasets stand against their checks of freshness now, by a few requests of the records for all of them.
    pub async fn freshness_of_all(&self) -> Result<HashMap<DatasetId, Freshness>> {
        let packs = self.packs();
        let deliveries = Deliveries::new(self.inner.store.pool());
        let ids: Vec<&DatasetId> = packs.datasets().map(Dataset::id).collect();
        let newest = deliveries.newest(&ids).await?;
        let known = deliveries.known().await?;
        let calendar = self.calendar().await;
        let now = self.now();
        let stands = |dataset: &Dataset| {
            let id = dataset.id();
            let (newest, known) = (newest.get(id).copied(), known.get(id).copied());
            (id.clone(), stands(dataset, &calendar, newest, known, now))
        };
        Ok(packs.datasets().map(stands).collect())
    }
}

/// How a dataset stands, given when its last delivery came, and since when it is known.
fn stands(
    dataset: &Dataset,
    calendar: &Calendar,
    last_delivery_at: Option<Timestamp>,
    known_since: Option<Timestamp>,
    now: Timestamp,
) -> Freshness {
    let overdue = |since| overdue(dataset, calendar, since, now);
    let is_fresh = if periods(dataset).next().is_none() {
        None
    } else if let Some(at) = last_delivery_at {
        Some(overdue(at).is_none())
    } else {
        known_since.and_then(overdue).map(|_| false)
    };
    Freshness {
        is_fresh,
        last_delivery_at,
    }
}

/// The checks of freshness of a dataset, and how long ago they let the last delivery be.
pub(crate) fn periods(dataset: &Dataset) -> impl Iterator<Item = (&Check, Period)> {
    dataset
        .file()
        .checks
        .iter()
        .filter_map(|check| match check.kind {
            CheckKind::Fresh { within } => Some((check, within)),
            _ => None,
        })
}

/// The period of a dataset that is over, the one that was over first, where nothing has come since `since`.
pub(crate) fn overdue(
    dataset: &Dataset,
    calendar: &Calendar,
    since: Timestamp,
    now: Timestamp,
) -> Option<Period> {
    periods(dataset)
        .map(|(_, within)| (after(calendar, since, within), within))
        .filter(|(until, _)| *until < now)
        .min_by_key(|(until, _)| *until)
        .map(|(_, within)| within)
}

/// What the records say of the deliveries of datasets.
pub(crate) struct Deliveries<'a> {
    pool: &'a SqlitePool,
}

/// The batches that count as deliveries.
const DELIVERED: &str =
    "(status IN ('collected', 'unchanged') OR (status = 'written' AND rows_kept > 0))";

impl<'a> Deliveries<'a> {
    pub(crate) fn new(pool: &'a SqlitePool) -> Self {
        Self { pool }
    }

    /// Since when datasets are known.
    pub(crate) async fn known(&self) -> Result<HashMap<DatasetId, Timestamp>> {
        sqlx::query("SELECT dataset, known_since AS at FROM known_dataset")
            .fetch_all(self.pool)
            .await?
            .iter()
            .map(at_of)
            .collect()
    }

    /// Makes datasets known that are not yet.
    pub(crate) async fn know(
        &self,
        datasets: impl Iterator<Item = &DatasetId>,
        now: Timestamp,
    ) -> Result<()> {
        let known = self.known().await?;
        for dataset in datasets.filter(|dataset| !known.contains_key(*dataset)) {
            sqlx::query("INSERT INTO known_dataset (dataset, known_since) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .bind(dataset.as_str())
                .bind(now.as_microsecond())
                .execute(self.pool)
                .await?;
        }
        Ok(())
    }

    /// When the newest delivery of each dataset came; those without one are left out.
    pub(crate) async fn newest(
        &self,
        datasets: &[&DatasetId],
    ) -> Result<HashMap<DatasetId, Timestamp>> {
        let sql = format!(
            "SELECT batch.dataset, batch.started_at AS at FROM json_each(?) AS wanted JOIN batch ON batch.id = \
             (SELECT id FROM batch WHERE dataset = wanted.value AND {DELIVERED} ORDER BY id DESC LIMIT 1)"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(serde_json::to_string(datasets)?)
            .fetch_all(self.pool)
            .await?
            .iter()
            .map(at_of)
            .collect()
    }

    /// When the delivery before a batch came.
    pub(crate) async fn before(&self, batch: &Batch) -> Result<Option<Timestamp>> {
        let sql = format!(
            "SELECT started_at FROM batch WHERE dataset = ? AND id < ? AND {DELIVERED} ORDER BY id DESC LIMIT 1"
        );
        let at: Option<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(batch.dataset.as_str())
            .bind(batch.id.as_str())
            .fetch_optional(self.pool)
            .await?;
        Ok(at.and_then(|at| Timestamp::from_microsecond(at).ok()))
    }
}

fn at_of(row: &sqlx::sqlite::SqliteRow) -> Result<(DatasetId, Timestamp)> {
    let dataset: String = row.try_get("dataset")?;
    let at = Timestamp::from_microsecond(row.try_get("at")?).unwrap_or_default();
    Ok((serde_json::from_value(dataset.into())?, at))
}
