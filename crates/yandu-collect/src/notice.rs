//! Notices: what somebody must be told of a source or of a dataset. Each is open until it is settled, and told once while
//! it is.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqlitePool};
use yandu_pack::declare::SourceFile;
use yandu_words::id::{DatasetId, SourceId};

use crate::change::DatasetPlan;
use crate::collector::Collector;
use crate::error::Why;
use crate::{Error, Result};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// A delivery should have come, and its grace is over.
    Late,
    /// A run failed, or a delivery was refused.
    Failed,
    /// The newest delivery of a dataset is older than its checks of freshness allow.
    Stale,
    /// What was late, failed or stale is as it should be; settled from the start.
    Recovered,
    /// The offered packs would touch stored rows, and wait for somebody to apply them.
    PackChangeWaiting,
    /// A source has rows that no reading takes; settled once it has none.
    PassedOver,
}

impl NoticeKind {
    const ALL: [Self; 6] = [
        Self::Late,
        Self::Failed,
        Self::Stale,
        Self::Recovered,
        Self::PackChangeWaiting,
        Self::PassedOver,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Failed => "failed",
            Self::Stale => "stale",
            Self::Recovered => "recovered",
            Self::PackChangeWaiting => "pack-change-waiting",
            Self::PassedOver => "passed-over",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Notice {
    pub id: i64,
    pub kind: NoticeKind,
    /// `None` when it is about the dataset, whichever of its sources should have delivered.
    pub source: Option<SourceId>,
    pub dataset: DatasetId,
    pub message: String,
    /// A cell of a delivery may stand in the message.
    pub may_quote_cells: bool,
    pub at: Timestamp,
    pub settled_at: Option<Timestamp>,
}

/// Which notices are listed, newest first.
#[derive(Debug, Clone, Default)]
pub struct NoticeFilter {
    pub source: Option<SourceId>,
    /// Only notices about these datasets; `None` for all.
    pub among: Option<Arc<BTreeSet<DatasetId>>>,
    /// Only those that nothing has settled yet.
    pub open: bool,
    /// Only notices before this one, for paging.
    pub before: Option<i64>,
    /// 100 when 0.
    pub limit: u32,
}

impl Collector {
    pub async fn notices(&self, filter: &NoticeFilter) -> Result<Vec<Notice>> {
        Notices::new(self.inner.store.pool()).list(filter).await
    }
}

/// What a notice is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject<'a> {
    Source(&'a SourceFile),
    Dataset(&'a DatasetId),
}

impl<'a> Subject<'a> {
    fn source(self) -> Option<&'a SourceId> {
        match self {
            Self::Source(source) => Some(&source.source),
            Self::Dataset(_) => None,
        }
    }

    fn dataset(self) -> &'a DatasetId {
        match self {
            Self::Source(source) => &source.dataset,
            Self::Dataset(dataset) => dataset,
        }
    }

    /// The condition that holds for its open notices, given its source and its dataset.
    fn is_open(self) -> &'static str {
        match self {
            Self::Source(_) => "source = ?1 AND settled_at IS NULL",
            Self::Dataset(_) => "source IS ?1 AND dataset = ?2 AND settled_at IS NULL",
        }
    }
}

/// The records of notices.
pub(crate) struct Notices<'a> {
    pool: &'a SqlitePool,
}

impl<'a> Notices<'a> {
    pub(crate) fn new(pool: &'a SqlitePool) -> Self {
        Self { pool }
    }

    /// Records why a run failed, or a delivery was refused, unless such a notice is open.
    pub(crate) async fn fail(&self, subject: Subject<'_>, why: &Why, at: Timestamp) -> Result<()> {
        self.record(NoticeKind::Failed, subject, why, at).await?;
        Ok(())
    }

    /// Records a notice of no delivery, which quotes no cell, unless one of its kind is open; says whether it did.
    pub(crate) async fn raise(
        &self,
        kind: NoticeKind,
        subject: Subject<'_>,
        message: &str,
        at: Timestamp,
    ) -> Result<bool> {
        let why = Why::Plain(message.to_owned());
        self.record(kind, subject, &why, at).await
    }

    async fn record(
        &self,
        kind: NoticeKind,
        subject: Subject<'_>,
        why: &Why,
        at: Timestamp,
    ) -> Result<bool> {
        let sql = format!(
            "INSERT INTO notice (source, dataset, kind, message, at, may_quote_cells) SELECT ?1, ?2, ?3, ?4, ?5, ?6 \
             WHERE NOT EXISTS (SELECT 1 FROM notice WHERE {} AND kind = ?3)",
            subject.is_open()
        );
        let raised = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(subject.source().map(SourceId::as_str))
            .bind(subject.dataset().as_str())
            .bind(kind.name())
            .bind(why.words())
            .bind(at.as_microsecond())
            .bind(why.may_quote_cells())
            .execute(self.pool)
            .await?;
        let is_new = raised.rows_affected() > 0;
        if is_new {
            // A cell stands in no log.
            let error = (!why.may_quote_cells()).then_some(why.words());
            tracing::warn!(
                source.id = subject.source().map(SourceId::as_str),
                dataset.id = %subject.dataset(),
                error,
                "{} notice raised",
                kind.name()
            );
        }
        Ok(is_new)
    }

    /// Tells of rows that a source passes over: once while there are some, in the newest words.
    pub(crate) async fn tell_passed_over(
        &self,
        subject: Subject<'_>,
        message: &str,
        at: Timestamp,
    ) -> Result<()> {
        if self
            .raise(NoticeKind::PassedOver, subject, message, at)
            .await?
        {
            return Ok(());
        }
        let sql = format!(
            "UPDATE notice SET message = ?3 WHERE {} AND kind = 'passed-over' AND message <> ?3",
            subject.is_open()
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(subject.source().map(SourceId::as_str))
            .bind(subject.dataset().as_str())
            .bind(message)
            .execute(self.pool)
            .await?;
        Ok(())
    }

    /// No row is passed over any more.
    pub(crate) async fn settle_passed_over(
        &self,
        subject: Subject<'_>,
        at: Timestamp,
    ) -> Result<()> {
        let sql = format!(
            "UPDATE notice SET settled_at = ?3 WHERE {} AND kind = 'passed-over'",
            subject.is_open()
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(subject.source().map(SourceId::as_str))
            .bind(subject.dataset().as_str())
            .bind(at.as_microsecond())
            .execute(self.pool)
            .await?;
        Ok(())
    }

    /// Settles what a delivery mends of what is open, and says so when something was.
    pub(crate) async fn recover(
        &self,
        subject: Subject<'_>,
        message: &str,
        at: Timestamp,
    ) -> Result<()> {
        let sql = format!(
            "UPDATE notice SET settled_at = ?3 WHERE {} AND kind NOT IN ('pack-change-waiting', 'passed-over')",
            subject.is_open()
        );
        let mut transaction = yandu_store::writing(self.pool).await?;
        let settled = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(subject.source().map(SourceId::as_str))
            .bind(subject.dataset().as_str())
            .bind(at.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        if settled.rows_affected() == 0 {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO notice (kind, source, dataset, message, at, settled_at) VALUES ('recovered', ?1, ?2, ?3, ?4, ?4)",
        )
        .bind(subject.source().map(SourceId::as_str))
        .bind(subject.dataset().as_str())
        .bind(message)
        .bind(at.as_microsecond())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        tracing::info!(
            source.id = subject.source().map(SourceId::as_str),
            dataset.id = %subject.dataset(),
            "notices settled"
        );
        Ok(())
    }

    /// Tells of a dataset whose rows offered packs would touch, or of which they would open more.
    pub(crate) async fn tell_waiting(&self, plan: &DatasetPlan, at: Timestamp) -> Result<()> {
        let message = if plan.touches_rows() {
            format!(
                "offered packs would touch the {} stored rows; `yandu pack plan` says what they would do, `yandu pack apply` does it",
                plan.stored_rows
            )
        } else {
            "offered packs would open more of it than before; `yandu pack plan` says what, `yandu pack apply` does it".to_owned()
        };
        let subject = Subject::Dataset(&plan.dataset);
        self.raise(NoticeKind::PackChangeWaiting, subject, &message, at)
            .await?;
        Ok(())
    }

    /// Nothing waits any more.
    pub(crate) async fn settle_waiting(&self, at: Timestamp) -> Result<()> {
        sqlx::query(
            "UPDATE notice SET settled_at = ? WHERE kind = 'pack-change-waiting' AND settled_at IS NULL",
        )
        .bind(at.as_microsecond())
        .execute(self.pool)
        .await?;
        Ok(())
    }

    /// The datasets that somebody was told to be stale.
    pub(crate) async fn stale(&self) -> Result<Vec<DatasetId>> {
        let open: Vec<String> = sqlx::query_scalar(
            "SELECT dataset FROM notice WHERE source IS NULL AND kind = 'stale' AND settled_at IS NULL",
        )
        .fetch_all(self.pool)
        .await?;
        open.into_iter()
            .map(|dataset| Ok(serde_json::from_value(dataset.into())?))
            .collect()
    }

    pub(crate) async fn list(&self, filter: &NoticeFilter) -> Result<Vec<Notice>> {
        let among = filter.among.as_deref();
        sqlx::query(
            "SELECT id, kind, source, dataset, message, may_quote_cells, at, settled_at FROM notice \
             WHERE (?1 IS NULL OR source = ?1) AND (NOT ?2 OR settled_at IS NULL) AND (?3 IS NULL OR id < ?3) \
             AND (?5 IS NULL OR dataset IN (SELECT value FROM json_each(?5))) ORDER BY id DESC LIMIT ?4",
        )
        .bind(filter.source.as_ref().map(SourceId::as_str))
        .bind(filter.open)
        .bind(filter.before)
        .bind(if filter.limit == 0 { 100 } else { filter.limit })
        .bind(among.map(serde_json::to_string).transpose()?)
        .fetch_all(self.pool)
        .await?
        .iter()
        .map(notice_of)
        .collect()
    }
}

fn notice_of(row: &SqliteRow) -> Result<Notice> {
    let word = |column: &str| -> Result<serde_json::Value> {
        Ok(row.try_get::<String, _>(column)?.into())
    };
    let time = |at: i64| Timestamp::from_microsecond(at).unwrap_or_default();
    let kind: String = row.try_get("kind")?;
    Ok(Notice {
        id: row.try_get("id")?,
        kind: NoticeKind::ALL
            .into_iter()
            .find(|known| known.name() == kind)
            .ok_or_else(|| {
                Error::Records(sqlx::Error::Decode(
                    format!("notice of kind `{kind}`").into(),
                ))
            })?,
        source: row
            .try_get::<Option<String>, _>("source")?
            .map(|source| serde_json::from_value(source.into()))
            .transpose()?,
        dataset: serde_json::from_value(word("dataset")?)?,
        message: row.try_get("message")?,
        may_quote_cells: row.try_get("may_quote_cells")?,
        at: time(row.try_get("at")?),
        settled_at: row.try_get::<Option<i64>, _>("settled_at")?.map(time),
    })
}
