use jiff::Timestamp;
use sqlx::{AssertSqlSafe, Row, SqlitePool};
use yandu_words::BatchId;

use crate::{Error, Result};

/// The beginning or the end of something that is recorded with the times of both: of a batch, of a run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub at: Timestamp,
    pub id: BatchId,
    pub is_end: bool,
}

/// The table of a module that has one row for each thing that began, and the columns that say when. What has not ended
/// has no time of its end.
#[derive(Debug, Clone, Copy)]
pub struct Spans {
    pub table: &'static str,
    pub began_at: &'static str,
    pub ended_at: &'static str,
}

impl Spans {
    /// The moments after one and before a time, as one list in order of time.
    pub async fn moments(
        self,
        pool: &SqlitePool,
        after: Option<&Moment>,
        before: Timestamp,
        limit: u32,
    ) -> Result<Vec<Moment>> {
        let Self {
            table,
            began_at,
            ended_at,
        } = self;
        let sql = format!(
            "SELECT at, id, is_end FROM (SELECT {began_at} AS at, id, 0 AS is_end FROM {table} \
             UNION ALL SELECT {ended_at}, id, 1 FROM {table} WHERE {ended_at} IS NOT NULL) \
             WHERE at < ?1 AND (?2 IS NULL OR (at, id, is_end) > (?2, ?3, ?4)) ORDER BY at, id, is_end LIMIT ?5"
        );
        sqlx::query(AssertSqlSafe(sql))
            .bind(before.as_microsecond())
            .bind(after.map(|after| after.at.as_microsecond()))
            .bind(after.map(|after| after.id.as_str()))
            .bind(after.map(|after| after.is_end))
            .bind(limit)
            .fetch_all(pool)
            .await?
            .iter()
            .map(|row| {
                let id: &str = row.try_get("id")?;
                Ok(Moment {
                    at: Timestamp::from_microsecond(row.try_get("at")?).map_err(unreadable)?,
                    id: id.parse().map_err(unreadable)?,
                    is_end: row.try_get("is_end")?,
                })
            })
            .collect()
    }
}

fn unreadable(why: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Sql(sqlx::Error::Decode(Box::new(why)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Store;

    const SPANS: Spans = Spans {
        table: "walk",
        began_at: "set_out",
        ended_at: "back",
    };

    fn at(microsecond: i64) -> Timestamp {
        Timestamp::from_microsecond(microsecond).unwrap()
    }

    fn told(moments: &[Moment]) -> Vec<String> {
        let told = moments.iter().map(|moment| {
            let what = if moment.is_end { "ends" } else { "begins" };
            format!("{} {} {what}", moment.at.as_microsecond(), moment.id)
        });
        told.collect()
    }

    async fn walks() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("records.db"))
            .await
            .unwrap();
        sqlx::raw_sql(
            "CREATE TABLE walk (id TEXT, set_out INTEGER, back INTEGER);
             INSERT INTO walk VALUES ('a', 1, 3), ('b', 2, 2), ('c', 3, NULL), ('d', 9, 10)",
        )
        .execute(store.pool())
        .await
        .unwrap();
        (folder, store)
    }

    #[tokio::test]
    async fn beginnings_and_ends_are_one_list_in_order_of_time_and_what_goes_on_has_no_end() {
        let (_folder, store) = walks().await;
        let moments = SPANS.moments(store.pool(), None, at(9), 100).await.unwrap();
        let expected = [
            "1 a begins",
            "2 b begins",
            "2 b ends",
            "3 a ends",
            "3 c begins",
        ];
        assert_eq!(told(&moments), expected);
    }

    #[tokio::test]
    async fn pages_that_go_on_after_the_last_moment_give_each_once() {
        let (_folder, store) = walks().await;
        let all = SPANS
            .moments(store.pool(), None, at(99), 100)
            .await
            .unwrap();
        for limit in 1..=3 {
            let mut paged: Vec<Moment> = Vec::new();
            loop {
                let after = paged.last();
                let page = SPANS.moments(store.pool(), after, at(99), limit).await;
                let page = page.unwrap();
                if page.is_empty() {
                    break;
                }
                paged.extend(page);
            }
            assert_eq!(paged, all, "{limit} at a time");
        }
        assert_eq!(all.len(), 7);
    }
}
