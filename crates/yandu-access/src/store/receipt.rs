//! The SQL of receipts.

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};

use super::time;
use crate::receipt::{Ending, Receipt, ReceiptId, Sent};
use crate::{Error, Result};

/// Why a file broke off that nobody has ended.
const LOST: &str = "the program ended before the file did";

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

pub(crate) async fn end(
    pool: &SqlitePool,
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
    .execute(pool)
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
    sqlx::query("SELECT * FROM receipt WHERE id = ?")
        .bind(id.0)
        .fetch_optional(pool)
        .await?
        .map(|row| receipt_of(&row))
        .transpose()
}

pub(crate) async fn list(
    pool: &SqlitePool,
    reader: &str,
    before: Option<ReceiptId>,
    limit: u32,
) -> Result<Vec<Receipt>> {
    sqlx::query(
        "SELECT * FROM receipt WHERE reader = ?1 AND (?2 IS NULL OR id < ?2) ORDER BY id DESC LIMIT ?3",
    )
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
        ending: ending_of(row)?,
    })
}

fn ending_of(row: &SqliteRow) -> Result<Ending> {
    let Some(ended_at) = row.try_get::<Option<i64>, _>("ended_at")? else {
        return Ok(Ending::Open);
    };
    let at = time(ended_at);
    let broken: Option<String> = row.try_get("broken")?;
    let Some(hash) = row.try_get::<Option<String>, _>("hash")? else {
        let why = broken.ok_or_else(|| Error::damaged("how a receipt ended"))?;
        return Ok(Ending::Lost { at, why });
    };
    let count = |name| Ok::<_, Error>(row.try_get::<i64, _>(name)?.cast_unsigned());
    Ok(Ending::Ended {
        at,
        sent: Sent {
            rows: count("rows")?,
            bytes: count("bytes")?,
            hash,
            is_cut: row.try_get("is_cut")?,
            broken,
        },
    })
}
