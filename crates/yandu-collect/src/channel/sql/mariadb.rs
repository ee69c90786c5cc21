//! MariaDB and MySQL send rows as text, which is taken over as it is but for times with a zone and bits.

use std::io::Write;

use futures::TryStreamExt;
use sqlx::mysql::{MySqlColumn, MySqlConnectOptions, MySqlConnection, MySqlRow};
use sqlx::{
    AssertSqlSafe, Column, ConnectOptions, Connection, Executor, MySql, Row, SqlSafeStr, Statement,
    Type, TypeInfo,
};

use super::{
    Found, Left, Request, Tally, check_names, csv, holds_bytes, no_column, place_of, quoted,
};
use crate::channel::problem::Problem;
use crate::channel::spool::Spool;
use crate::error::Why;

const BEGIN: &str = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; \
     START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// As the server writes it.
    Text,
    Number,
    /// The session is set to UTC, and the text does not say so.
    Instant,
    /// Bits come as bytes and are written as the number that they are; a lone one is 0 or 1.
    Bits,
}

struct Read {
    name: String,
    form: Form,
}

pub(super) async fn fetch(request: &Request<'_>, spool: &mut Spool) -> Result<Found, Problem> {
    let options: MySqlConnectOptions = request
        .url()?
        .parse()
        .map_err(|error| request.problem(&error))?;
    let options = options.disable_statement_logging();
    let mut connection = request
        .connected(MySqlConnection::connect_with(&options))
        .await?;
    limit_statements(request, &mut connection).await?;
    run(request, &mut connection, BEGIN).await?;

    let relation = request.relation('`');
    let columns = columns(request, &mut connection, &relation).await?;
    let mut list = "*".to_owned();
    let mut condition = String::new();
    let mut watermark = None;
    let mut left = Left::default();
    if let Some(name) = request.watermark {
        let form = columns
            .iter()
            .find(|read| read.name == name)
            .ok_or_else(|| no_column(name))?
            .form;
        let column = quoted(name, '`');
        let since = match request.since {
            Some(since) => Some(literal(&since.value, form)?),
            None => None,
        };
        if let Some(since) = &since {
            let counting = request.counts(&relation, &column, since);
            left = count(request, &mut connection, counting).await?;
        }
        let after = since.as_ref().map(|since| request.after(&column, since));
        let filter = after
            .as_ref()
            .map(|after| format!(" WHERE {after}"))
            .unwrap_or_default();
        let sql = format!("SELECT max({column}) FROM {relation}{filter}");
        let reading = connection.fetch_one(sqlx::raw_sql(AssertSqlSafe(sql)));
        let row = request.answered(reading).await?;
        let newest = cell(request, &row, 0)?.map(|text| String::from_utf8_lossy(text).into_owned());
        let at = match &newest {
            Some(newest) => Some(literal(newest, form)?),
            None => None,
        };
        condition = match (after, &at) {
            (Some(_), None) => return Ok(request.found(None, 0, &Tally::default(), left)),
            (Some(after), Some(newest)) => {
                format!(" WHERE {after} AND {column} <= {newest} ORDER BY {column}")
            }
            // Tables without transactions may grow between the two statements.
            (None, Some(newest)) => {
                format!(" WHERE {column} <= {newest} OR {column} IS NULL ORDER BY {column}")
            }
            (None, None) => String::new(),
        };
        list = format!("*, {}", place_of(&column, at.as_deref(), since.as_deref()));
        watermark = newest;
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
            write(request, &row, &columns, spool.buffer())?;
            if request.watermark.is_some() {
                let place = number(cell(request, &row, columns.len())?) as u8;
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
    // Everything is here; a server that does not take the farewell changes nothing.
    let _ = request.answered(connection.close()).await;
    Ok(request.found(watermark, rows, &tally, left))
}

async fn run(
    request: &Request<'_>,
    connection: &mut MySqlConnection,
    sql: &'static str,
) -> Result<(), Problem> {
    request
        .answered(connection.execute(sqlx::raw_sql(sql)))
        .await
        .map(drop)
}

/// Limits what a statement may take. MariaDB and MySQL name the limit differently.
async fn limit_statements(
    request: &Request<'_>,
    connection: &mut MySqlConnection,
) -> Result<(), Problem> {
    let row = request
        .answered(connection.fetch_one(sqlx::raw_sql("SELECT version()")))
        .await?;
    let version = cell(request, &row, 0)?.unwrap_or_default();
    let limit = request.options.statement_timeout;
    let sql = if memchr::memmem::find(version, b"MariaDB").is_some() {
        format!("SET SESSION max_statement_time = {}", limit.as_secs_f64())
    } else {
        format!("SET SESSION max_execution_time = {}", limit.as_millis())
    };
    let limiting = connection.execute(sqlx::raw_sql(AssertSqlSafe(sql)));
    request.answered(limiting).await.map(drop)
}

/// The columns of the relation. Preparing the statement also proves that a query is one select and no more.
async fn columns(
    request: &Request<'_>,
    connection: &mut MySqlConnection,
    relation: &str,
) -> Result<Vec<Read>, Problem> {
    let sql = AssertSqlSafe(format!("SELECT * FROM {relation}")).into_sql_str();
    let statement = request.prepared(connection.prepare(sql)).await?;
    check_names(statement.columns().iter().map(Column::name))?;
    statement
        .columns()
        .iter()
        .map(|column| {
            Ok(Read {
                name: column.name().to_owned(),
                form: form(column)?,
            })
        })
        .collect()
}

fn form(column: &MySqlColumn) -> Result<Form, Problem> {
    let kind = column.type_info();
    if <str as Type<MySql>>::compatible(kind) {
        return Ok(Form::Text);
    }
    match kind.name() {
        "TIMESTAMP" => Ok(Form::Instant),
        "BIT" => Ok(Form::Bits),
        "DATE" | "TIME" | "DATETIME" | "YEAR" | "JSON" | "SET" | "ENUM" | "NULL" => Ok(Form::Text),
        name if is_number(name) => Ok(Form::Number),
        name => Err(holds_bytes(column.name(), &name.to_ascii_lowercase())),
    }
}

/// Whether values are written as digits. A `TINYINT(1)` is what MariaDB has for a boolean, and as often a code such as
/// 2, so it stays the number that it is.
fn is_number(kind: &str) -> bool {
    kind == "BOOLEAN"
        || kind == "DECIMAL"
        || kind == "FLOAT"
        || kind == "DOUBLE"
        || kind.contains("INT")
}

async fn count(
    request: &Request<'_>,
    connection: &mut MySqlConnection,
    sql: String,
) -> Result<Left, Problem> {
    let reading = connection.fetch_one(sqlx::raw_sql(AssertSqlSafe(sql)));
    let row = request.answered(reading).await?;
    Ok(Left {
        without: number(cell(request, &row, 0)?),
        at: number(cell(request, &row, 1)?),
    })
}

/// A number that is never NULL.
fn number(text: Option<&[u8]>) -> u64 {
    let text = text.and_then(|text| std::str::from_utf8(text).ok());
    text.and_then(|text| text.parse().ok()).unwrap_or_default()
}

fn cell<'r>(
    request: &Request<'_>,
    row: &'r MySqlRow,
    at: usize,
) -> Result<Option<&'r [u8]>, Problem> {
    row.try_get_unchecked(at)
        .map_err(|error| request.problem(&error))
}

fn write(
    request: &Request<'_>,
    row: &MySqlRow,
    columns: &[Read],
    out: &mut Vec<u8>,
) -> Result<(), Problem> {
    for (at, column) in columns.iter().enumerate() {
        csv::separate(out, at);
        let Some(bytes) = cell(request, row, at)? else {
            continue;
        };
        match column.form {
            Form::Text => csv::text(out, bytes),
            Form::Number => out.extend_from_slice(bytes),
            Form::Instant => {
                out.extend_from_slice(bytes);
                out.extend_from_slice(b"+00:00");
            }
            Form::Bits => {
                let number = bytes
                    .iter()
                    .fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
                // Writing to a vector cannot fail.
                let _ = write!(out, "{number}");
            }
        }
    }
    out.push(b'\n');
    Ok(())
}

/// A value as it stands in a statement, whatever the server makes of a backslash.
fn literal(text: &str, form: Form) -> Result<String, Problem> {
    if form == Form::Number {
        let is_plain = !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
        return if is_plain {
            Ok(text.to_owned())
        } else {
            Err(Problem::Answer(Why::Quoting(format!(
                "the last watermark `{text}` is no number, and its column holds numbers"
            ))))
        };
    }
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    let digits: String = text
        .bytes()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect();
    Ok(format!("_utf8mb4 X'{digits}'"))
}
