//! PostgreSQL writes the file itself (`COPY … TO STDOUT`), so no row is decoded here.

use futures::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, Executor, SqlSafeStr, Statement, TypeInfo,
};

use super::tally::BEFORE;
use super::{
    Found, Left, Request, Tally, check_names, csv, holds_bytes, no_column, place_of, quoted,
};
use crate::channel::problem::Problem;
use crate::channel::spool::Spool;

/// What values look like, whatever the server is set to.
const FORMS: &str = "SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL timezone = 'UTC'; SET LOCAL intervalstyle = 'iso_8601'; \
     SET LOCAL bytea_output = 'hex'; SET LOCAL extra_float_digits = 1; SET LOCAL standard_conforming_strings = on; \
     SET LOCAL client_encoding = 'UTF8'";

struct Read {
    name: String,
    /// How the column stands in the list of the select.
    expression: String,
}

pub(super) async fn fetch(request: &Request<'_>, spool: &mut Spool) -> Result<Found, Problem> {
    let options: PgConnectOptions = request
        .url()?
        .parse()
        .map_err(|error| request.problem(&error))?;
    let options = options
        .application_name("yandu")
        .disable_statement_logging();
    let mut connection = request
        .connected(PgConnection::connect_with(&options))
        .await?;
    let timeout = request.options.statement_timeout.as_millis();
    let begin = format!(
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {FORMS}; SET LOCAL statement_timeout = {timeout}"
    );
    run(request, &mut connection, &begin).await?;

    let relation = request.relation('"');
    let columns = columns(request, &mut connection, &relation).await?;
    let mut list: Vec<String> = columns.iter().map(|read| read.expression.clone()).collect();
    let mut condition = String::new();
    let mut watermark = None;
    let mut left = Left::default();
    if let Some(column) = request.watermark {
        if !columns.iter().any(|read| read.name == column) {
            return Err(no_column(column));
        }
        let column = quoted(column, '"');
        let since = request.since.map(|since| literal(&since.value));
        if let Some(since) = &since {
            let sql = request.counts(&relation, &column, since);
            let (without, at): (i64, i64) = request
                .answered(
                    sqlx::query_as(AssertSqlSafe(sql))
                        .persistent(false)
                        .fetch_one(&mut connection),
                )
                .await?;
            left = Left {
                without: without as u64,
                at: at as u64,
            };
        }
        let after = since.as_ref().map(|since| request.after(&column, since));
        let filter = after
            .as_ref()
            .map(|after| format!(" WHERE {after}"))
            .unwrap_or_default();
        let sql = format!("SELECT max({column})::text FROM {relation}{filter}");
        let newest: Option<String> = request
            .answered(
                sqlx::query_scalar(AssertSqlSafe(sql))
                    .persistent(false)
                    .fetch_one(&mut connection),
            )
            .await?;
        let at = newest.as_deref().map(literal);
        condition = match (after, &at) {
            (Some(_), None) => return Ok(request.found(None, 0, &Tally::default(), left)),
            (Some(after), Some(newest)) => {
                format!(" WHERE {after} AND {column} <= {newest} ORDER BY {column}")
            }
            (None, _) => format!(" ORDER BY {column}"),
        };
        list.push(place_of(&column, at.as_deref(), since.as_deref()));
        watermark = newest;
    }
    let copy = format!(
        "COPY (SELECT {} FROM {relation}{condition}) TO STDOUT WITH (FORMAT csv, ENCODING 'UTF8')",
        list.join(", ")
    );
    csv::header(
        spool.buffer(),
        columns.iter().map(|read| read.name.as_str()),
    );
    let mut rows = 0;
    let mut tally = request.tally();
    {
        let mut lines = request.answered(connection.copy_out_raw(&copy)).await?;
        while let Some(line) = request.answered(lines.try_next()).await? {
            if request.watermark.is_some() {
                let (line, place) = without_place(&line);
                if !tally.add(place, line) {
                    continue;
                }
                spool.buffer().extend_from_slice(line);
                spool.buffer().push(b'\n');
            } else {
                spool.buffer().extend_from_slice(&line);
            }
            rows += 1;
            spool.settle().await?;
        }
    }
    run(request, &mut connection, "COMMIT").await?;
    // Everything is here; a server that does not take the farewell changes nothing.
    let _ = request.answered(connection.close()).await;
    Ok(request.found(watermark, rows, &tally, left))
}

/// Takes the digit off that stands behind the columns of a line, with the comma before it and the end of the line.
fn without_place(line: &[u8]) -> (&[u8], u8) {
    match line {
        [row @ .., b',', place, b'\n'] => (row, place.wrapping_sub(b'0')),
        line => (line.strip_suffix(b"\n").unwrap_or(line), BEFORE),
    }
}

async fn run(
    request: &Request<'_>,
    connection: &mut PgConnection,
    sql: &str,
) -> Result<(), Problem> {
    let running = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())));
    request.answered(running).await.map(drop)
}

/// The columns of the relation. Preparing the statement also proves that a query is one select and no more.
async fn columns(
    request: &Request<'_>,
    connection: &mut PgConnection,
    relation: &str,
) -> Result<Vec<Read>, Problem> {
    let sql = AssertSqlSafe(format!("SELECT * FROM {relation}")).into_sql_str();
    let statement = request.prepared(connection.prepare(sql)).await?;
    check_names(statement.columns().iter().map(Column::name))?;
    statement
        .columns()
        .iter()
        .map(|column| {
            let name = column.name().to_owned();
            let reference = quoted(&name, '"');
            let expression = match column.type_info().name() {
                "BYTEA" => return Err(holds_bytes(&name, "bytea")),
                // A bare boolean is written `t` or `f`.
                "BOOL" => format!("{reference}::text AS {reference}"),
                _ => reference,
            };
            Ok(Read { name, expression })
        })
        .collect()
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
