use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use sqlx::Transaction;
use sqlx::sqlite::{
    Sqlite, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};

use crate::error::is_full;
use crate::{Clock, Error, Migration, Result, migrate};

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "clock",
        sql: include_str!("../migrations/0001_clock.sql"),
    },
    Migration {
        version: 2,
        name: "draft",
        sql: include_str!("../migrations/0002_draft.sql"),
    },
];

/// How long a writer waits for another one.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// The record database: SQLite with a write-ahead log, every commit on disk before it is acknowledged.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
    clock: Clock,
    migrated: Migrated,
}

/// When migrations were applied last. A connection that was opened before may know a table with fewer columns: the first `SELECT *` on
/// it yields rows that are wider than its statement was prepared for, whereupon its thread panics and the answer is empty. So none of
/// these is used again.
#[derive(Debug, Clone)]
struct Migrated {
    opened: Instant,
    /// Nanoseconds after `opened`.
    last: Arc<AtomicU64>,
}

impl Migrated {
    fn new() -> Self {
        Self {
            opened: Instant::now(),
            last: Arc::new(AtomicU64::new(0)),
        }
    }

    fn now(&self) {
        let now = self.opened.elapsed().as_nanos() as u64;
        self.last.fetch_max(now, Ordering::AcqRel);
    }

    /// Whether the last migration came before a connection of this age was opened.
    fn is_before(&self, age: Duration) -> bool {
        let last = Duration::from_nanos(self.last.load(Ordering::Acquire));
        self.opened.elapsed() >= last + age
    }
}

impl Store {
    /// Opens or creates the database file and brings the tables of the store itself up to date.
    pub async fn open(path: &Path) -> Result<Self> {
        Self::open_with(path, Clock::default()).await
    }

    /// The same with a clock of one's own; it gives only times after those that are recorded.
    pub async fn open_with(path: &Path, clock: Clock) -> Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY_TIMEOUT)
            .foreign_keys(true);
        let migrated = Migrated::new();
        let of_pool = migrated.clone();
        let pool = SqlitePoolOptions::new()
            .max_connections(8)
            .before_acquire(move |_, connection| {
                let is_fresh = of_pool.is_before(connection.age);
                Box::pin(async move { Ok(is_fresh) })
            })
            .connect_with(options)
            .await
            .map_err(|source| cannot_open(path, source))?;
        if migrate::apply(&pool, "store", MIGRATIONS, &clock).await? {
            migrated.now();
        }
        let newest: i64 = sqlx::query_scalar("SELECT newest_at FROM clock")
            .fetch_one(&pool)
            .await?;
        clock.pass(Timestamp::from_microsecond(newest).unwrap_or(Timestamp::UNIX_EPOCH));
        Ok(Self {
            pool,
            clock,
            migrated,
        })
    }

    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Applies the migrations of a module that are missing, each in a transaction of its own.
    ///
    /// A migration that was applied with another text is an error, and so is a database that is newer than
    /// `migrations`.
    pub async fn migrate(&self, module: &'static str, migrations: &[Migration]) -> Result<()> {
        if migrate::apply(&self.pool, module, migrations, &self.clock).await? {
            self.migrated.now();
        }
        Ok(())
    }

    /// The time now, recorded: no later process gives an earlier one, whatever its machine says.
    pub async fn stamp(&self) -> Result<Timestamp> {
        let now = self.clock.now();
        sqlx::query("UPDATE clock SET newest_at = max(newest_at, ?)")
            .bind(now.as_microsecond())
            .execute(&self.pool)
            .await?;
        Ok(now)
    }

    /// Writes a copy of all records as they are at one moment to a new file, while others read and write on.
    pub async fn copy_to(&self, path: &Path) -> Result<()> {
        sqlx::query("VACUUM INTO ?")
            .bind(path.to_string_lossy().as_ref())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Opens a copy to look at it, and refuses one that is damaged.
    pub async fn look_at(path: &Path) -> Result<SqlitePool> {
        let options = SqliteConnectOptions::new().filename(path).read_only(true);
        let pool = SqlitePool::connect_with(options)
            .await
            .map_err(|source| cannot_open(path, source))?;
        let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)")
            .fetch_one(&pool)
            .await?;
        if verdict != "ok" {
            return Err(Error::BackupDamaged {
                what: format!("the copy of the records: {verdict}"),
            });
        }
        Ok(pool)
    }

    /// Records the time, writes the log back into the database file and closes all connections.
    pub async fn close(&self) -> Result<()> {
        self.stamp().await?;
        self.pool.close().await;
        Ok(())
    }
}

/// Begins a transaction that writes, when nobody else does any more: what it reads still holds when it writes. One that began by
/// reading would be refused at its first write while another one writes, without waiting for it.
pub async fn writing(pool: &SqlitePool) -> sqlx::Result<Transaction<'static, Sqlite>> {
    #[expect(clippy::disallowed_methods, reason = "the one place")]
    let begun = pool.begin_with("BEGIN IMMEDIATE");
    begun.await
}

/// Begins a transaction that only reads, and sees the records of one moment.
pub async fn reading(pool: &SqlitePool) -> sqlx::Result<Transaction<'static, Sqlite>> {
    #[expect(clippy::disallowed_methods, reason = "the one place")]
    let begun = pool.begin();
    begun.await
}

fn cannot_open(path: &Path, source: sqlx::Error) -> Error {
    let path = path.to_owned();
    if is_full(&source) {
        Error::DiskFull {
            doing: "open the records in",
            path,
        }
    } else {
        Error::Open { path, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn records_that_find_no_room_say_that_the_disk_is_full() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("records.sqlite"))
            .await
            .unwrap();
        let mut connection = store.pool().acquire().await.unwrap();
        let pages: i64 = sqlx::query_scalar("PRAGMA page_count")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!(
            "PRAGMA max_page_count = {pages}"
        )))
        .execute(&mut *connection)
        .await
        .unwrap();
        let refused =
            sqlx::query("INSERT INTO draft VALUES ('wang', 'a', hex(zeroblob(500000)), 1)")
                .execute(&mut *connection)
                .await
                .unwrap_err();
        let error = Error::from(refused);
        assert_eq!(error.code(), "disk-full", "{error}");
        assert!(error.help().is_some_and(|help| help.contains("free space")));
    }

    #[tokio::test]
    async fn a_time_that_was_recorded_is_never_given_again_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("records.sqlite");
        let store = Store::open(&path).await.unwrap();
        let future = 4_102_444_800_000_000_i64;
        sqlx::query("UPDATE clock SET newest_at = ?")
            .bind(future)
            .execute(store.pool())
            .await
            .unwrap();
        store.close().await.unwrap();
        let store = Store::open(&path).await.unwrap();
        assert!(store.clock().now().as_microsecond() > future);
    }

    #[tokio::test]
    async fn commits_are_durable_and_foreign_keys_hold() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("records.sqlite"))
            .await
            .unwrap();
        let pragma = |name: &'static str| {
            let pool = store.pool().clone();
            async move {
                sqlx::query_scalar::<_, i64>(name)
                    .fetch_one(&pool)
                    .await
                    .unwrap()
            }
        };
        assert_eq!(pragma("PRAGMA synchronous").await, 2);
        assert_eq!(pragma("PRAGMA foreign_keys").await, 1);
        assert_eq!(pragma("PRAGMA busy_timeout").await, 30_000);
    }
}
