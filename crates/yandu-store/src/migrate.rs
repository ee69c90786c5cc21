use std::hash::Hasher;

use sqlx::{AssertSqlSafe, Row, SqlitePool};

use crate::database::writing;
use crate::{Clock, Error, Result};

/// One step of a module's tables. Steps are numbered from 1 without gaps and are never edited.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    pub version: i64,
    pub name: &'static str,
    /// The text of `migrations/NNNN_name.sql` of the module.
    pub sql: &'static str,
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS migration (
    module TEXT NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    checksum TEXT NOT NULL,
    applied_at INTEGER NOT NULL,
    PRIMARY KEY (module, version)
) WITHOUT ROWID";

/// Whether any was missing.
pub(crate) async fn apply(
    pool: &SqlitePool,
    module: &'static str,
    migrations: &[Migration],
    clock: &Clock,
) -> Result<bool> {
    sqlx::query(TABLE).execute(pool).await?;
    let applied: Vec<(i64, String)> =
        sqlx::query("SELECT version, checksum FROM migration WHERE module = ? ORDER BY version")
            .bind(module)
            .fetch_all(pool)
            .await?
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<Result<_, sqlx::Error>>()?;
    let known = migrations.last().map_or(0, |migration| migration.version);
    if let Some((found, _)) = applied.last()
        && *found > known
    {
        return Err(Error::NewerSchema {
            module,
            found: *found,
            known,
        });
    }
    let mut has_changed = false;
    for migration in migrations {
        let before = applied
            .iter()
            .find(|(version, _)| *version == migration.version);
        match before {
            Some((_, checksum)) if *checksum == checksum_of(migration.sql) => {}
            Some(_) => {
                return Err(Error::ChangedMigration {
                    module,
                    version: migration.version,
                    name: migration.name,
                });
            }
            None => {
                let ran = run(pool, module, migration, clock).await;
                ran.map_err(|source| Error::Migration {
                    module,
                    version: migration.version,
                    name: migration.name,
                    source,
                })?;
                has_changed = true;
            }
        }
    }
    Ok(has_changed)
}

async fn run(
    pool: &SqlitePool,
    module: &'static str,
    migration: &Migration,
    clock: &Clock,
) -> Result<(), sqlx::Error> {
    let mut transaction = writing(pool).await?;
    sqlx::raw_sql(AssertSqlSafe(migration.sql))
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "INSERT INTO migration (module, version, name, checksum, applied_at) VALUES (?, ?, ?, ?, ?)",
    )
    .bind(module)
    .bind(migration.version)
    .bind(migration.name)
    .bind(checksum_of(migration.sql))
    .bind(clock.now().as_microsecond())
    .execute(&mut *transaction)
    .await?;
    transaction.commit().await
}

/// FNV-1a over the text with line ends as `\n`: it finds an edit, it is no defence against an attacker.
fn checksum_of(sql: &str) -> String {
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    for line in sql.lines() {
        hasher.write(line.as_bytes());
        hasher.write(b"\n");
    }
    format!("{:016x}", hasher.finish())
}

struct Fnv(u64);

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Store;

    use super::*;

    const FIRST: Migration = Migration {
        version: 1,
        name: "first",
        sql: "CREATE TABLE a (x INTEGER);\nCREATE TABLE b (x INTEGER);",
    };
    const SECOND: Migration = Migration {
        version: 2,
        name: "second",
        sql: "ALTER TABLE a ADD COLUMN y TEXT;",
    };

    async fn store() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("records.sqlite"))
            .await
            .unwrap();
        (folder, store)
    }

    #[tokio::test]
    async fn only_missing_migrations_are_applied() {
        let (_folder, store) = store().await;
        store.migrate("m", &[FIRST]).await.unwrap();
        store.migrate("m", &[FIRST, SECOND]).await.unwrap();
        store.migrate("m", &[FIRST, SECOND]).await.unwrap();
        sqlx::query("INSERT INTO a (x, y) VALUES (1, 'one')")
            .execute(store.pool())
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn connections_of_before_a_migration_read_the_columns_of_after_it() {
        let (_folder, store) = store().await;
        store.migrate("m", &[FIRST]).await.unwrap();
        sqlx::query("INSERT INTO a (x) VALUES (1)")
            .execute(store.pool())
            .await
            .unwrap();
        for (migrations, columns) in [(&[FIRST][..], 1), (&[FIRST, SECOND], 2)] {
            store.migrate("m", migrations).await.unwrap();
            let mut connections = Vec::new();
            for _ in 0..3 {
                let mut connection = store.pool().acquire().await.unwrap();
                let rows = sqlx::query("SELECT * FROM a").fetch_all(&mut *connection);
                let widths: Vec<usize> = rows.await.unwrap().iter().map(Row::len).collect();
                assert_eq!(widths, [columns]);
                connections.push(connection);
            }
        }
    }

    #[tokio::test]
    async fn an_edited_migration_is_refused() {
        let (_folder, store) = store().await;
        store.migrate("m", &[FIRST]).await.unwrap();
        let edited = Migration {
            sql: "CREATE TABLE a (x TEXT);",
            ..FIRST
        };
        assert!(matches!(
            store.migrate("m", &[edited]).await,
            Err(Error::ChangedMigration { version: 1, .. })
        ));
    }

    #[tokio::test]
    async fn a_newer_database_is_refused() {
        let (_folder, store) = store().await;
        store.migrate("m", &[FIRST, SECOND]).await.unwrap();
        assert!(matches!(
            store.migrate("m", &[FIRST]).await,
            Err(Error::NewerSchema {
                found: 2,
                known: 1,
                ..
            })
        ));
    }

    #[tokio::test]
    async fn a_migration_that_fails_leaves_nothing_behind() {
        let (_folder, store) = store().await;
        let broken = Migration {
            version: 1,
            name: "broken",
            sql: "CREATE TABLE a (x INTEGER);\nCREATE TABLE a (x INTEGER);",
        };
        assert!(store.migrate("m", &[broken]).await.is_err());
        store.migrate("m", &[FIRST]).await.unwrap();
    }
}
