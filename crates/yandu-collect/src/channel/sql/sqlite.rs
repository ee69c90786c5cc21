//! SQLite files, whose values have types of their own, whatever their column declares.

use std::io::Write;
use std::time::Instant;

use futures::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, Executor, Row, SqlSafeStr, Statement,
    TypeInfo, ValueRef,
};

use super::{
    Address, Found, Left, Request, Tally, check_names, csv, holds_bytes, no_column, place_of,
    quoted,
};
use crate::channel::problem::Problem;
use crate::channel::spool::Spool;

/// Steps of the virtual machine between two looks at the time.
const STEPS: i32 = 100_000;
/// Rows that wait between the thread that reads and the one that writes.
const ROWS: usize = 512;

struct Read {
    name: String,
    is_boolean: bool,
}

pub(super) async fn fetch(request: &Request<'_>, spool: &mut Spool) -> Result<Found, Problem> {
    let options = match &request.address {
        Address::File(path) => SqliteConnectOptions::new().filename(path),
        Address::Url(url) => match url.expose() {
            url if url.starts_with("sqlite:") => {
                url.parse().map_err(|error| request.problem(&error))?
            }
            path => SqliteConnectOptions::new().filename(path),
        },
    };
    let options = options
        .read_only(true)
        .create_if_missing(false)
        .pragma("query_only", "1")
        .pragma("trusted_schema", "0")
        .busy_timeout(request.options.connect_timeout)
        .row_buffer_size(ROWS)
        .disable_statement_logging();
    let mut connection = request
        .connected(SqliteConnection::connect_with(&options))
        .await?;
    let until = Instant::now() + request.options.statement_timeout;
    request
        .answered(connection.lock_handle())
        .await?
        .set_progress_handler(STEPS, move || Instant::now() < until);
    run(request, &mut connection, "BEGIN").await?;

    let relation = request.relation('"');
    let columns = columns(request, &mut connection, &relation).await?;
    let mut list = "*".to_owned();
    let mut condition = String::new();
    let mut watermark = None;
    let mut left = Left::default();
    if let Some(name) = request.watermark {
        if !columns.iter().any(|read| read.name == name) {
            return Err(no_column(name));
        }
        let column = quoted(name, '"');
        let mut newest = greatest(request, &mut connection, &column, &relation, "").await?;
        let since = request.since.map(|since| {
            let is_number = newest.as_ref().is_some_and(|newest| newest.is_number);
            literal(&since.value, is_number)
        });
        let mut filter = String::new();
        if let Some(since) = &since {
            let counting = request.counts(&relation, &column, since);
            left = count(request, &mut connection, counting).await?;
            filter = format!(" WHERE {}", request.after(&column, since));
            newest = greatest(request, &mut connection, &column, &relation, &filter).await?;
            if newest.is_none() {
                return Ok(request.found(None, 0, &Tally::default(), left));
            }
        }
        condition = format!("{filter} ORDER BY {column}");
        let at = newest
            .as_ref()
            .map(|newest| literal(&newest.text, newest.is_number));
        list = format!("*, {}", place_of(&column, at.as_deref(), since.as_deref()));
        watermark = newest.map(|newest| newest.text);
    }
    csv::header(
        spool.buffer(),
        columns.iter().map(|read| read.name.as_str()),
    );
    let mut rows = 0;
    let mut tally = request.tally();
    {
        let sql = format!("SELECT {list} FROM {relation}{condition}");
        let mut stream = connection.fetch(sqlx::raw_sql(AssertSqlSafe(sql)));
        while let Some(row) = request.answered(stream.try_next()).await? {
            let start = spool.buffer().len();
            write(request, &row, &columns, rows + 1, spool.buffer())?;
            if request.watermark.is_some() {
                let place = get::<i64>(request, &row, columns.len())? as u8;
                if !tally.add(place, spool.buffer().get(start..).unwrap_or_default()) {
                    spool.buffer().truncate(start);
                    continue;
                }
            }
            rows += 1;
            spool.settle().await?;
        }
    }
    run(request, &mut connection, "COMMIT").await?;
    let _ = request.answered(connection.close()).await;
    Ok(request.found(watermark, rows, &tally, left))
}

async fn run(
    request: &Request<'_>,
    connection: &mut SqliteConnection,
    sql: &'static str,
) -> Result<(), Problem> {
    request
        .answered(connection.execute(sqlx::raw_sql(sql)))
        .await
        .map(drop)
}

/// The columns of the relation. Preparing the statement also proves that a query is one select and no more.
async fn columns(
    request: &Request<'_>,
    connection: &mut SqliteConnection,
    relation: &str,
) -> Result<Vec<Read>, Problem> {
    let sql = AssertSqlSafe(format!("SELECT * FROM {relation}")).into_sql_str();
    let statement = request.prepared(connection.prepare(sql)).await?;
    check_names(statement.columns().iter().map(Column::name))?;
    Ok(statement
        .columns()
        .iter()
        .map(|column| Read {
            name: column.name().to_owned(),
            is_boolean: column.type_info().name() == "BOOLEAN",
        })
        .collect())
}

async fn count(
    request: &Request<'_>,
    connection: &mut SqliteConnection,
    sql: String,
) -> Result<Left, Problem> {
    let reading = connection.fetch_one(sqlx::raw_sql(AssertSqlSafe(sql)));
    let row = request.answered(reading).await?;
    Ok(Left {
        without: get::<i64>(request, &row, 0)? as u64,
        at: get::<i64>(request, &row, 1)? as u64,
    })
}

struct Greatest {
    text: String,
    is_number: bool,
}

/// The greatest value of the column; `None` when there is none.
async fn greatest(
    request: &Request<'_>,
    connection: &mut SqliteConnection,
    column: &str,
    relation: &str,
    filter: &str,
) -> Result<Option<Greatest>, Problem> {
    let sql = format!("SELECT max({column}) FROM {relation}{filter}");
    let reading = connection.fetch_one(sqlx::raw_sql(AssertSqlSafe(sql)));
    let row = request.answered(reading).await?;
    let mut text = Vec::new();
    let Some(kind) = write_value(request, &row, 0, false, &mut text)? else {
        return Ok(None);
    };
    if kind == Kind::Bytes {
        return Err(holds_bytes(column, "blob"));
    }
    // `max` gives a text that was quoted only for the file.
    let text: Option<String> = if kind == Kind::Text {
        get(request, &row, 0)?
    } else {
        String::from_utf8(text).ok()
    };
    Ok(text.map(|text| Greatest {
        text,
        is_number: kind == Kind::Number,
    }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Bytes,
}

fn get<'r, T>(request: &Request<'_>, row: &'r SqliteRow, at: usize) -> Result<T, Problem>
where
    T: sqlx::Decode<'r, sqlx::Sqlite>,
{
    row.try_get_unchecked(at)
        .map_err(|error| request.problem(&error))
}

fn write(
    request: &Request<'_>,
    row: &SqliteRow,
    columns: &[Read],
    place: u64,
    out: &mut Vec<u8>,
) -> Result<(), Problem> {
    for (at, column) in columns.iter().enumerate() {
        csv::separate(out, at);
        match write_value(request, row, at, column.is_boolean, out)? {
            Some(Kind::Bytes) => {
                return Err(holds_bytes(&column.name, &format!("blob in row {place}")));
            }
            Some(Kind::Text | Kind::Number) | None => {}
        }
    }
    out.push(b'\n');
    Ok(())
}

/// Writes a value, exact to the last digit; says what it is, and nothing for NULL.
fn write_value(
    request: &Request<'_>,
    row: &SqliteRow,
    at: usize,
    is_boolean: bool,
    out: &mut Vec<u8>,
) -> Result<Option<Kind>, Problem> {
    let value = row
        .try_get_raw(at)
        .map_err(|error| request.problem(&error))?;
    if value.is_null() {
        return Ok(None);
    }
    // Writing to a vector cannot fail.
    match value.type_info().name() {
        "INTEGER" | "BOOLEAN" | "INT8" | "NUMERIC" => {
            match (get::<i64>(request, row, at)?, is_boolean) {
                (0, true) => out.extend_from_slice(b"false"),
                (1, true) => out.extend_from_slice(b"true"),
                (number, _) => drop(write!(out, "{number}")),
            }
            Ok(Some(Kind::Number))
        }
        "REAL" => {
            let number: f64 = get(request, row, at)?;
            drop(write!(out, "{number}"));
            Ok(Some(Kind::Number))
        }
        "BLOB" => Ok(Some(Kind::Bytes)),
        _ => {
            let text: &[u8] = get(request, row, at)?;
            if simdutf8::basic::from_utf8(text).is_err() {
                return Err(Problem::answer("a text is not in UTF-8"));
            }
            csv::text(out, text);
            Ok(Some(Kind::Text))
        }
    }
}

/// A value as it stands in a statement. The type counts: to SQLite every number is less than every text.
fn literal(text: &str, is_number: bool) -> String {
    if is_number && (text.parse::<i64>().is_ok() || text.parse::<f64>().is_ok_and(f64::is_finite)) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "''"))
}
