//! Tables and queries of databases, read as one delimited file in UTF-8 with a header.
//!
//! An unquoted empty cell is NULL, a quoted one the empty text. Everything is read in one transaction that can only
//! read; with a watermark, its new value is the greatest of the column in that same transaction, and only rows up to it
//! are taken. A row whose watermark is NULL comes with the first reading alone.

mod address;
mod csv;
mod mariadb;
mod postgres;
mod sqlite;

use std::collections::HashSet;
use std::fmt;
use std::future::Future;
use std::path::Path;

use yandu_lake::quoted;
use yandu_pack::declare::Engine;

use super::fetched::Fetched;
use super::options::Options;
use super::problem::Problem;
use super::spool::Spool;
use crate::secret::Secret;

/// What to read from where.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) engine: Engine,
    pub(crate) address: Address<'a>,
    pub(crate) from: From<'a>,
    pub(crate) watermark: Option<&'a str>,
    /// Only rows with a greater watermark are read.
    pub(crate) since: Option<&'a str>,
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

/// Reads into the spool. `None` when the watermark says that there is nothing new.
pub(crate) async fn fetch(
    request: &Request<'_>,
    spool: &mut Spool,
) -> Result<Option<Fetched>, Problem> {
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

    fn secret(&self) -> &str {
        match &self.address {
            Address::Url(secret) => secret.expose(),
            Address::File(_) => "",
        }
    }

    fn url(&self) -> Result<&str, Problem> {
        match &self.address {
            Address::Url(secret) => Ok(secret.expose()),
            Address::File(_) => Err(Problem::Refused(
                "a file is no address of a database server".to_owned(),
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
            Ok(connected) => connected.map_err(|error| self.problem(&error)),
            Err(_) => Err(Problem::Silent(format!(
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
            Err(_) => Err(Problem::Silent(format!(
                "it sent nothing for {} s",
                patience.as_secs_f64()
            ))),
        }
    }

    /// What an error of the driver means, in words that hold no password.
    fn problem(&self, error: &sqlx::Error) -> Problem {
        let told = |message: &dyn fmt::Display| address::hide(self.secret(), &message.to_string());
        match error {
            sqlx::Error::Database(told_by) => {
                let message = told(&told_by.message());
                match told_by.code().as_deref() {
                    Some(code) if is_passing(code) => Problem::Silent(message),
                    _ => Problem::Refused(message),
                }
            }
            sqlx::Error::Io(error) => match error.kind() {
                std::io::ErrorKind::ConnectionRefused
                | std::io::ErrorKind::NotFound
                | std::io::ErrorKind::HostUnreachable
                | std::io::ErrorKind::NetworkUnreachable
                | std::io::ErrorKind::PermissionDenied => Problem::Refused(told(error)),
                // The handshake of TLS failed.
                std::io::ErrorKind::InvalidData => Problem::Refused(format!(
                    "no encrypted connection: {}; where the certificate of the server is the city's own, name its \
                     issuer in the address: `sslrootcert=FILE` (MariaDB: `ssl-ca=FILE`)",
                    told(error)
                )),
                _ => Problem::Silent(format!("the connection broke: {}", told(error))),
            },
            // The text of these may hold the address.
            sqlx::Error::Configuration(_) => {
                Problem::Refused("the address is none of a database".to_owned())
            }
            sqlx::Error::Tls(error) => Problem::Refused(told(error)),
            other => Problem::Answer(told(other)),
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
            return Err(Problem::Answer(format!(
                "two columns are named `{name}`; give one of them another name in the query"
            )));
        }
    }
    if seen.is_empty() {
        return Err(Problem::Answer("it has no column".to_owned()));
    }
    Ok(())
}

fn holds_bytes(column: &str, kind: &str) -> Problem {
    Problem::Answer(format!(
        "column `{column}` holds bytes ({kind}), which no cell can; leave it out by a `query`"
    ))
}

fn no_column(column: &str) -> Problem {
    Problem::Refused(format!(
        "it has no column `{column}`, which the watermark names"
    ))
}

#[cfg(test)]
pub(crate) mod tests;
