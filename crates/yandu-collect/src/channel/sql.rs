//! Tables and queries of databases, read as one delimited file in UTF-8 with a header.
//!
//! An unquoted empty cell is NULL, a quoted one the empty text. Everything is read in one transaction that can only
//! read; with a watermark, its new value is the greatest of the column in that same transaction, and only rows up to it
//! are taken. Rows at the last watermark are read again where a key removes what repeats, since others may have come to
//! share it, and those whose lines stood there before are left out again; where none is left, nothing is new. A row
//! whose watermark is NULL comes with the first reading alone. What is passed over so is counted and told.

mod address;
mod csv;
mod mariadb;
mod postgres;
mod sqlite;
mod tally;

use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::path::Path;

use yandu_lake::quoted;
use yandu_pack::declare::Engine;

use super::mark::Mark;
use super::options::Options;
use super::problem::Problem;
use super::spool::Spool;
use crate::error::Why;
use crate::secret::Secret;
use tally::{Left, Tally};

/// What to read from where.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) engine: Engine,
    pub(crate) address: Address<'a>,
    pub(crate) from: From<'a>,
    pub(crate) watermark: Option<&'a str>,
    /// Only rows with a greater watermark are read.
    pub(crate) since: Option<&'a Mark>,
    /// Rows at that watermark are read, too.
    pub(crate) reads_again: bool,
    pub(crate) options: &'a Options,
}

/// Where a database is.
#[derive(Debug)]
pub(crate) enum Address<'a> {
    Url(Secret),
    /// A SQLite file.
    File(&'a Path),
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum From<'a> {
    /// A table, with or without its schema.
    Table(&'a str),
    Query(&'a str),
}

/// What a reading found, beside the bytes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// 0 when there is nothing new; what was spooled is no delivery then.
    pub(crate) rows: u64,
    /// Where the next reading starts.
    pub(crate) mark: Option<Mark>,
    /// Which rows of the source are passed over, in words.
    pub(crate) unread: Option<String>,
}

/// Reads into the spool.
pub(crate) async fn fetch(request: &Request<'_>, spool: &mut Spool) -> Result<Found, Problem> {
    match request.engine {
        Engine::Postgres => postgres::fetch(request, spool).await,
        Engine::Mariadb => mariadb::fetch(request, spool).await,
        Engine::Sqlite => sqlite::fetch(request, spool).await,
    }
}

impl Request<'_> {
    /// The relation as it stands after `FROM`.
    fn relation(&self, quote: char) -> String {
        match self.from {
            From::Table(table) => {
                let parts: Vec<String> = table.split('.').map(|part| quoted(part, quote)).collect();
                parts.join(".")
            }
            From::Query(query) => {
                let query = query.trim_end().trim_end_matches(';');
                // The line end keeps a comment at the end of the query from swallowing what follows.
                format!("(\n{query}\n) AS {}", quoted("yandu_source", quote))
            }
        }
    }

    /// The rows that are read, given the column of the watermark and the last value as they stand in a statement.
    fn after(&self, column: &str, since: &str) -> String {
        let sign = if self.reads_again { ">=" } else { ">" };
        format!("{column} {sign} {since}")
    }

    /// Counts the rows without a value of the column, and those at a value, given the column and the value as they stand
    /// in a statement. Where the rows at the value are read again, none of them is passed over, so they count 0 unseen.
    ///
    /// `IS NULL` alone finds a zero date of a `NOT NULL` column, too, in MariaDB and MySQL; within `CASE` it does not, as
    /// in [`place_of`].
    fn counts(&self, relation: &str, column: &str, value: &str) -> String {
        let at = if self.reads_again {
            "(SELECT 1 AS one) AS of_none WHERE one = 0".to_owned()
        } else {
            format!("{relation} WHERE {column} = {value}")
        };
        format!(
            "SELECT (SELECT count(*) FROM {relation} \
             WHERE {column} IS NULL AND CASE WHEN {column} IS NULL THEN 1 ELSE 0 END = 1), \
             (SELECT count(*) FROM {at})"
        )
    }

    fn tally(&self) -> Tally<'_> {
        Tally::behind(self.since, self.reads_again)
    }

    /// Ends a reading that delivers `rows` rows up to the newest watermark.
    fn found(&self, newest: Option<String>, rows: u64, read: &Tally<'_>, left: Left) -> Found {
        let Some(since) = self.since else {
            return Found {
                rows,
                mark: newest.map(|value| read.mark(value, read.without(), 0)),
                unread: None,
            };
        };
        let known = since.standing.as_ref();
        let is_known = self.reads_again
            && newest.as_ref() == Some(&since.value)
            && known.is_some_and(|known| read.is_all_of(rows, known));
        let left = left.behind(known, self.reads_again);
        Found {
            rows: if is_known { 0 } else { rows },
            mark: newest.map(|value| read.mark(value, left.known, left.passed)),
            unread: left.told(self.watermark.unwrap_or_default()),
        }
    }

    fn secret(&self) -> &str {
        match &self.address {
            Address::Url(secret) => secret.expose(),
            Address::File(_) => "",
        }
    }

    fn url(&self) -> Result<&str, Problem> {
        match &self.address {
            Address::Url(secret) => Ok(secret.expose()),
            Address::File(_) => Err(Problem::refused(
                "a file is no address of a database server",
            )),
        }
    }

    /// Waits until the connection stands.
    async fn connected<T>(
        &self,
        connecting: impl Future<Output = sqlx::Result<T>>,
    ) -> Result<T, Problem> {
        let patience = self.options.connect_timeout;
        match tokio::time::timeout(patience, connecting).await {
            Ok(connected) => connected.map_err(|error| self.problem(&error).before_rows()),
            Err(_) => Err(Problem::silent(format!(
                "no connection within {} s",
                patience.as_secs_f64()
            ))),
        }
    }

    /// Waits for the next answer.
    async fn answered<T>(
        &self,
        answering: impl Future<Output = sqlx::Result<T>>,
    ) -> Result<T, Problem> {
        let patience = self.options.silence_timeout;
        match tokio::time::timeout(patience, answering).await {
            Ok(answered) => answered.map_err(|error| self.problem(&error)),
            Err(_) => Err(Problem::silent(format!(
                "it sent nothing for {} s",
                patience.as_secs_f64()
            ))),
        }
    }

    /// Waits until a statement is prepared: what is wrong with it is known before a row is read.
    async fn prepared<T>(
        &self,
        preparing: impl Future<Output = sqlx::Result<T>>,
    ) -> Result<T, Problem> {
        let prepared = self.answered(preparing).await;
        prepared.map_err(Problem::before_rows)
    }

    /// What an error of the driver means, in words that hold no password.
    fn problem(&self, error: &sqlx::Error) -> Problem {
        let told = |message: &dyn fmt::Display| address::hide(self.secret(), &message.to_string());
        match error {
            sqlx::Error::Database(told_by) => {
                let message = told(&told_by.message());
                match told_by.code().as_deref() {
                    Some(code) if is_passing(code) => Problem::silent(message),
                    // It may be about a value of a row.
                    _ => Problem::Refused(Why::Quoting(message)),
                }
            }
            sqlx::Error::Io(error) => match error.kind() {
                std::io::ErrorKind::ConnectionRefused
                | std::io::ErrorKind::NotFound
                | std::io::ErrorKind::HostUnreachable
                | std::io::ErrorKind::NetworkUnreachable
                | std::io::ErrorKind::PermissionDenied => Problem::refused(told(error)),
                // The handshake of TLS failed.
                std::io::ErrorKind::InvalidData => Problem::refused(format!(
                    "no encrypted connection: {}; where the certificate of the server is the city's own, name its \
                     issuer in the address: `sslrootcert=FILE` (MariaDB: `ssl-ca=FILE`)",
                    told(error)
                )),
                _ => Problem::silent(format!("the connection broke: {}", told(error))),
            },
            // The text of these may hold the address.
            sqlx::Error::Configuration(_) => Problem::refused("the address is none of a database"),
            sqlx::Error::Tls(error) => Problem::refused(told(error)),
            other => Problem::Answer(Why::Quoting(told(other))),
        }
    }
}

/// Whether a database that says this may well answer later: it is full, busy, shuts down, or ended a statement that
/// took too long. The codes are SQLSTATEs (PostgreSQL, appendix A; MariaDB), and the result codes of SQLite.
fn is_passing(code: &str) -> bool {
    const BUSY_LOCKED_INTERRUPTED: [&str; 4] = ["5", "517", "6", "9"];
    code.starts_with("53")
        || code.starts_with("57P")
        || matches!(code, "57014" | "70100" | "08004" | "40001")
        || BUSY_LOCKED_INTERRUPTED.contains(&code)
}

/// Refuses two columns of one name, since no header could tell them apart.
fn check_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), Problem> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(Problem::answer(format!(
                "two columns are named `{name}`; give one of them another name in the query"
            )));
        }
    }
    if seen.is_empty() {
        return Err(Problem::answer("it has no column"));
    }
    Ok(())
}

/// What stands behind the columns of a row that is read by a watermark, as one digit, given the newest value and the last
/// one that was read as they stand in a statement.
fn place_of(column: &str, newest: Option<&str>, since: Option<&str>) -> String {
    let at = newest
        .map(|newest| format!(" WHEN {column} >= {newest} THEN {}", tally::AT))
        .unwrap_or_default();
    let again = since
        .map(|since| format!(" WHEN {column} <= {since} THEN {}", tally::AGAIN))
        .unwrap_or_default();
    format!(
        "CASE WHEN {column} IS NULL THEN {}{at}{again} ELSE {} END",
        tally::WITHOUT,
        tally::BEFORE
    )
}

fn holds_bytes(column: &str, kind: &str) -> Problem {
    Problem::answer(format!(
        "column `{column}` holds bytes ({kind}), which no cell can; leave it out by a `query`"
    ))
}

fn no_column(column: &str) -> Problem {
    Problem::refused(format!(
        "it has no column `{column}`, which the watermark names"
    ))
}

#[cfg(test)]
pub(crate) mod tests;
