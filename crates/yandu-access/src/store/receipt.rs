//! The SQL of receipts.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, SqlitePool};

use super::time;
use crate::receipt::{Counts, Ending, NewReceipt, Receipt, ReceiptId, Sent};
use crate::{Error, Result};

/// Why a file broke off that nobody has ended.
const LOST: &str = "the program ended before the file did";

/// What [`receipt_of`] reads. Columns are named: what a connection knew of a table before a column was added to it does not hold
/// for `*`.
const RECEIPT: &str = "SELECT receipt.id AS id, receipt.begun_at AS begun_at, receipt.body AS body, \
    receipt.ended_at AS ended_at, receipt.rows AS rows, receipt.bytes AS bytes, receipt.hash AS hash, \
    receipt.is_cut AS is_cut, receipt.broken AS broken, receipt_count.answers AS answers, \
    receipt_count.rows AS counted_rows, receipt_count.bytes AS counted_bytes, receipt_count.last_at AS last_at \
    FROM receipt LEFT JOIN receipt_count ON receipt_count.receipt = receipt.id";

/// The number of the next receipt; numbers are never given twice.
pub(crate) async fn next(connection: &mut SqliteConnection) -> Result<ReceiptId> {
    let next = sqlx::query_scalar("SELECT coalesce(max(id), 0) + 1 FROM receipt")
        .fetch_one(connection)
        .await?;
    Ok(ReceiptId(next))
}

pub(crate) async fn insert(connection: &mut SqliteConnection, receipt: &Receipt) -> Result<()> {
    sqlx::query("INSERT INTO receipt (id, reader, begun_at, body) VALUES (?, ?, ?, ?)")
        .bind(receipt.id.0)
        .bind(&receipt.file.reader)
        .bind(receipt.begun_at.as_microsecond())
        .bind(serde_json::to_string(&receipt.file)?)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes what an open receipt says by now.
pub(crate) async fn say(
    connection: &mut SqliteConnection,
    id: ReceiptId,
    saying: &NewReceipt,
) -> Result<()> {
    sqlx::query("UPDATE receipt SET body = ? WHERE id = ?")
        .bind(serde_json::to_string(saying)?)
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes how much was counted under an open receipt by now.
pub(crate) async fn count(
    connection: &mut SqliteConnection,
    id: ReceiptId,
    counts: &Counts,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO receipt_count (receipt, answers, rows, bytes, last_at) VALUES (?, ?, ?, ?, ?) \
         ON CONFLICT (receipt) DO UPDATE SET answers = excluded.answers, rows = excluded.rows, \
         bytes = excluded.bytes, last_at = excluded.last_at",
    )
    .bind(id.0)
    .bind(counts.answers as i64)
    .bind(counts.rows as i64)
    .bind(counts.bytes as i64)
    .bind(counts.last_at.as_microsecond())
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends a receipt under which answers were counted.
pub(crate) async fn close(
    connection: &mut SqliteConnection,
    id: ReceiptId,
    at: Timestamp,
) -> Result<()> {
    sqlx::query("UPDATE receipt SET ended_at = ? WHERE id = ? AND ended_at IS NULL")
        .bind(at.as_microsecond())
        .bind(id.0)
        .execute(connection)
        .await?;
    Ok(())
}

pub(crate) async fn end(
    connection: &mut SqliteConnection,
    id: ReceiptId,
    at: Timestamp,
    sent: &Sent,
) -> Result<()> {
    sqlx::query(
        "UPDATE receipt SET ended_at = ?, rows = ?, bytes = ?, hash = ?, is_cut = ?, broken = ? \
         WHERE id = ? AND ended_at IS NULL",
    )
    .bind(at.as_microsecond())
    .bind(sent.rows as i64)
    .bind(sent.bytes as i64)
    .bind(&sent.hash)
    .bind(sent.is_cut)
    .bind(sent.broken.as_deref())
    .bind(id.0)
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends what is still open, and gives how many were.
pub(crate) async fn lose(pool: &SqlitePool, at: Timestamp) -> Result<u64> {
    let lost = sqlx::query("UPDATE receipt SET ended_at = ?, broken = ? WHERE ended_at IS NULL")
        .bind(at.as_microsecond())
        .bind(LOST)
        .execute(pool)
        .await?;
    Ok(lost.rows_affected())
}

pub(crate) async fn find(pool: &SqlitePool, id: ReceiptId) -> Result<Option<Receipt>> {
    let sql = format!("{RECEIPT} WHERE receipt.id = ?");
    sqlx::query(AssertSqlSafe(sql))
        .bind(id.0)
        .fetch_optional(pool)
        .await?
        .map(|row| receipt_of(&row))
        .transpose()
}

pub(crate) async fn list(
    pool: &SqlitePool,
    reader: Option<&str>,
    before: Option<ReceiptId>,
    limit: u32,
) -> Result<Vec<Receipt>> {
    // Of one reader they are found by the index of readers, of all by their numbers.
    let whose = reader.map_or("?1 IS NULL", |_| "receipt.reader = ?1");
    let sql = format!(
        "{RECEIPT} WHERE {whose} AND (?2 IS NULL OR receipt.id < ?2) \
         ORDER BY receipt.id DESC LIMIT ?3"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(reader)
        .bind(before.map(|id| id.0))
        .bind(limit)
        .fetch_all(pool)
        .await?
        .iter()
        .map(receipt_of)
        .collect()
}

fn receipt_of(row: &SqliteRow) -> Result<Receipt> {
    Ok(Receipt {
        id: ReceiptId(row.try_get("id")?),
        begun_at: time(row.try_get("begun_at")?),
        file: serde_json::from_str(row.try_get("body")?)?,
        counts: counts_of(row)?,
        ending: ending_of(row)?,
    })
}

fn counts_of(row: &SqliteRow) -> Result<Option<Counts>> {
    let Some(answers) = row.try_get::<Option<i64>, _>("answers")? else {
        return Ok(None);
    };
    Ok(Some(Counts {
        answers: answers.cast_unsigned(),
        rows: number(row, "counted_rows")?,
        bytes: number(row, "counted_bytes")?,
        last_at: time(row.try_get("last_at")?),
    }))
}

fn ending_of(row: &SqliteRow) -> Result<Ending> {
    let Some(ended_at) = row.try_get::<Option<i64>, _>("ended_at")? else {
        return Ok(Ending::Open);
    };
    let at = time(ended_at);
    let broken: Option<String> = row.try_get("broken")?;
    let hash: Option<String> = row.try_get("hash")?;
    Ok(match (hash, broken) {
        (Some(hash), broken) => Ending::Ended {
            at,
            sent: Sent {
                rows: number(row, "rows")?,
                bytes: number(row, "bytes")?,
                hash,
                is_cut: row.try_get("is_cut")?,
                broken,
            },
        },
        (None, Some(why)) => Ending::Lost { at, why },
        (None, None) if row.try_get::<Option<i64>, _>("answers")?.is_some() => {
            Ending::Closed { at }
        }
        (None, None) => return Err(Error::damaged("how a receipt ended")),
    })
}

fn number(row: &SqliteRow, name: &str) -> Result<u64> {
    Ok(row.try_get::<i64, _>(name)?.cast_unsigned())
}
