//! Questions by keys, which are answered without the engine.

use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};
use arrow::datatypes::DataType;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::pair::{KEY, Pair, SEEN};
use super::value::SECRET_NUMBERS;
use super::{Counts, told_secret};
use crate::lineage::tests::random::texts;
use crate::{Lookup, Session};

/// Looks into both lakes for keys of rows that are seen, of others, and of none; what is wrong when they tell apart.
pub(super) async fn compare(
    rng: &mut StdRng,
    pair: &Pair,
    counts: &mut Counts,
) -> Result<(), String> {
    for table in pair.tables.iter().filter(|table| table.is_keyed()) {
        let dataset = table.id();
        let (column, _) = table.columns.choose(rng).unwrap();
        for sql in [
            format!("SELECT * FROM {dataset} WHERE {KEY} = $1"),
            format!(
                "SELECT {column}, _row FROM {dataset} AS e WHERE $1 = e.{KEY} AND e.{column} IS NOT NULL"
            ),
        ] {
            let [one, other] = &pair.readers;
            let found = [ready(one, &sql).await, ready(other, &sql).await];
            let [one, other] = match &found {
                [Ok(Some(one)), Ok(Some(other))] => [one, other],
                [Ok(None), Ok(None)] => continue,
                [Err(one), Err(other)] if one == other => continue,
                _ => return Err(format!("{sql}\n{}\n{found:#?}", pair.about)),
            };
            for id in (0..SEEN as i64 + 3).chain(SECRET_NUMBERS) {
                let found = [
                    rows(one, &pair.readers[0], id).await,
                    rows(other, &pair.readers[1], id).await,
                ];
                counts.looked_up += usize::from(found[0].is_some());
                let is_found = found[0].as_ref().is_some_and(|rows| !rows.is_empty());
                let is_hidden = SECRET_NUMBERS.contains(&id) && is_found;
                let secret = told_secret(&sql, &found);
                if found[0] != found[1] || secret.is_some() || is_hidden {
                    return Err(format!("{sql} with {id}\n{}\n{found:#?}", pair.about));
                }
            }
        }
    }
    Ok(())
}

async fn ready(reader: &Session, sql: &str) -> Result<Option<Lookup>, String> {
    let found = reader.lookup(sql, &[DataType::Int64]).await;
    found.map_err(|error| format!("{}: {error}", error.code()))
}

/// The rows of a key; `None` where the engine would be asked.
async fn rows(lookup: &Lookup, reader: &Session, id: i64) -> Option<Vec<String>> {
    let values: [ArrayRef; 1] = [Arc::new(Int64Array::from(vec![id]))];
    let found = lookup.rows(reader, &values).await?;
    let lines = texts(&[found.rows]).into_iter().map(|row| row.join("|"));
    Some(lines.collect())
}
