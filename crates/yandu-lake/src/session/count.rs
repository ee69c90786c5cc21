//! How many rows a reader sees. Where the newest commit says it, neither the table nor its log is opened: a list of a
//! thousand datasets asks this of each.

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use yandu_words::id::DatasetId;

use crate::{ReadPoint, Result, Session, Version};

/// How much of a dataset a principal sees.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// The snapshot that was counted; `None` before the first commit.
    pub version: Option<Version>,
    /// Rows of that snapshot and, at the present, of the hot tail.
    pub rows: u64,
}

impl Session {
    /// Counts the rows of a dataset at the read point.
    pub async fn count(&self, id: &DatasetId) -> Result<Count> {
        let sight = self.sight(id)?;
        let table = self.lake.table(id)?;
        let is_whole = sight.is_none_or(|sight| sight.is_whole(&table.schema));
        if is_whole && self.at == ReadPoint::default() {
            if let Some(count) = table.count_untouched()? {
                return Ok(count);
            }
            let present = table.present().await?;
            if present.tail.is_empty() {
                return Ok(present
                    .version
                    .map_or_else(Count::default, |version| Count {
                        version: Some(version.version),
                        rows: version.rows(),
                    }));
            }
        }
        let rows = self.query(&format!("SELECT count(*) FROM {id}")).await?;
        let version = rows.versions().get(id).copied();
        let counted = rows.collect().await?;
        let rows = counted
            .iter()
            .filter_map(|rows| rows.columns().first()?.as_primitive_opt::<Int64Type>())
            .flat_map(|counts| counts.values().iter())
            .sum::<i64>();
        Ok(Count {
            version,
            rows: rows as u64,
        })
    }
}
