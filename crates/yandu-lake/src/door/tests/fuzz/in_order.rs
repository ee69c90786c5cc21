//! All that is seen of a table in an order over its columns, which is what files that are shared are cut from.

use arrow::array::{Array, RecordBatch};
use arrow::buffer::Buffer;
use arrow::compute::concat_batches;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use super::pair::Pair;
use super::{Counts, told_secret};
use crate::Session;
use crate::lineage::tests::random::texts;

/// Reads every table of both lakes in an order over so many of its columns; what is wrong when rows, or their places, tell apart.
pub(super) async fn compare(
    rng: &mut StdRng,
    pair: &Pair,
    ordered_by: usize,
    counts: &mut Counts,
) -> Result<(), String> {
    for table in &pair.tables {
        let schema = pair.readers[0].schema(&table.id()).unwrap();
        let names = schema.fields().iter().map(|field| field.name().clone());
        // What begins with `_` is shown by no permit but those of these pairs.
        let mut columns: Vec<String> = names.filter(|name| !name.starts_with('_')).collect();
        if columns.is_empty() {
            continue;
        }
        columns.shuffle(rng);
        let order = &columns[..ordered_by.min(columns.len())];
        let sql = format!(
            "SELECT {} FROM {} ORDER BY {}",
            columns.join(", "),
            table.id(),
            order.join(", ")
        );
        let mut found = Vec::new();
        for reader in &pair.readers {
            let rows = rows(reader, &sql).await;
            found.push(rows.map_err(|error| format!("{sql}\n{}\n{error}", pair.about))?);
        }
        counts.in_order += 1;
        let told = texts(&found);
        let secret = told_secret(&sql, &told);
        let is_same = found[0] == found[1] && memory(&found[0]) == memory(&found[1]);
        if !is_same || secret.is_some() {
            return Err(format!(
                "{sql}\n{}\ntold of what is hidden: {secret:?}\n{told:#?}\n{:?}",
                pair.about,
                found.iter().map(memory).collect::<Vec<_>>()
            ));
        }
    }
    Ok(())
}

/// The rows one after the other, in whatever batches they came.
async fn rows(reader: &Session, sql: &str) -> crate::Result<RecordBatch> {
    let rows = reader.query(sql).await?;
    let schema = rows.schema();
    let batches = rows.collect().await?;
    Ok(concat_batches(&schema, &batches).unwrap())
}

/// What stands in memory of columns of numbers, also where a row has none: programs are sent it as it is.
fn memory(rows: &RecordBatch) -> Vec<Buffer> {
    let columns = rows.columns().iter();
    let numbers = columns.filter(|column| column.data_type().is_primitive());
    let buffers = numbers.map(|column| column.to_data().buffers()[0].clone());
    buffers.collect()
}
