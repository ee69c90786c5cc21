//! A SQLite file of one delivery.

use std::path::{Path, PathBuf};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use super::part_of;
use crate::Error;

/// The SQLite file, written by one connection in one transaction, so that the same statements give the
/// same pages.
pub(crate) struct Database {
    path: PathBuf,
    runtime: tokio::runtime::Runtime,
    connection: SqliteConnection,
}

impl Database {
    /// A new database with the tables of a script.
    pub(crate) fn create(path: &Path, tables: &str) -> Result<Self, Error> {
        let part = part_of(path);
        let failed = |source| Error::Write {
            path: path.to_owned(),
            source,
        };
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        match std::fs::remove_file(&part) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(error));
            }
            _ => {}
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(failed)?;
        let options = SqliteConnectOptions::new()
            .filename(&part)
            .create_if_missing(true)
            .page_size(4_096)
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off)
            .disable_statement_logging();
        let connection = runtime
            .block_on(options.connect())
            .map_err(|source| Error::Database {
                path: path.to_owned(),
                source,
            })?;
        let mut database = Self {
            path: path.to_owned(),
            runtime,
            connection,
        };
        database.run("BEGIN".to_owned())?;
        database.run(tables.to_owned())?;
        Ok(database)
    }

    pub(crate) fn run(&mut self, statement: String) -> Result<(), Error> {
        // Every value was written by this crate, with its quotes doubled.
        let statement = sqlx::raw_sql(sqlx::AssertSqlSafe(statement));
        self.runtime
            .block_on(statement.execute(&mut self.connection))
            .map(|_| ())
            .map_err(|source| Error::Database {
                path: self.path.clone(),
                source,
            })
    }

    /// Runs a last script and gives the file its name.
    pub(crate) fn finish(mut self, script: &str) -> Result<PathBuf, Error> {
        self.run(script.to_owned())?;
        self.run("COMMIT".to_owned())?;
        let path = self.path;
        self.runtime
            .block_on(self.connection.close())
            .map_err(|source| Error::Database {
                path: path.clone(),
                source,
            })?;
        std::fs::rename(part_of(&path), &path).map_err(|source| Error::Write {
            path: path.clone(),
            source,
        })?;
        Ok(path)
    }
}
