//! Which field each column is: kept with the changes of the packs, in the transaction that makes other packs the installed ones.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sqlx::{Row, SqliteConnection};
use yandu_pack::Packs;
use yandu_pack::difference::{DatasetChange, Effect, What};
use yandu_words::FieldId;
use yandu_words::id::DatasetId;

use super::record::Records;
use super::rollback::renamed;
use crate::Result;

/// The fields in use: by dataset and the names of its columns.
pub type Fields = BTreeMap<DatasetId, BTreeMap<String, FieldId>>;

/// Where columns come from that no field is called after.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// The former name of a column, by dataset and name.
    renamed: BTreeMap<(DatasetId, String), String>,
    /// Columns that come back to values which are still stored.
    returned: BTreeSet<(DatasetId, String)>,
    /// Datasets all of whose columns come back.
    whole: BTreeSet<DatasetId>,
    /// Everything comes back: packs of before are installed again.
    is_rollback: bool,
}

impl Moves {
    fn add(&mut self, of: DatasetChange) {
        for change in of.changes {
            let id = of.dataset.clone();
            match (change.what, change.name, change.from, change.to) {
                (What::ColumnRenamed, _, Some(from), Some(to)) => {
                    self.renamed.insert((id, to), from);
                }
                (What::ColumnReturned, Some(name), ..) => {
                    self.returned.insert((id, name));
                }
                // Rows of it are still stored.
                (What::DatasetAdded, ..) if change.effect == Effect::Recheck => {
                    self.whole.insert(id);
                }
                _ => {}
            }
        }
    }

    fn brings_back(&self, dataset: &DatasetId, name: &str) -> bool {
        self.is_rollback
            || self.whole.contains(dataset)
            || self.returned.contains(&(dataset.clone(), name.to_owned()))
    }
}

impl Records {
    pub(crate) async fn fields(&self) -> Result<Fields> {
        let rows = sqlx::query("SELECT id, dataset, name FROM field WHERE is_gone = 0")
            .fetch_all(&self.pool)
            .await?;
        let mut fields = Fields::new();
        for row in &rows {
            let dataset: String = row.try_get("dataset")?;
            let dataset: DatasetId = dataset
                .parse()
                .map_err(|error: yandu_words::IdError| sqlx::Error::Decode(Box::new(error)))?;
            let id: i64 = row.try_get("id")?;
            let of_dataset = fields.entry(dataset).or_default();
            of_dataset.insert(row.try_get("name")?, FieldId(id as u64));
        }
        Ok(fields)
    }

    /// Writes down fields that no change has written down.
    pub(super) async fn settle_fields(&self, packs: &Packs) -> Result<()> {
        let mut transaction = self.pool.begin().await?;
        settle(&mut transaction, packs, &Moves::default(), None).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What a change does to columns, as it was planned. A rollback gives columns the names back that they had.
    pub(super) async fn moves(&self, number: u64) -> Result<Moves> {
        let change = self.change(number).await?;
        let mut moves = Moves {
            is_rollback: change.takes_back.is_some(),
            ..Moves::default()
        };
        let plans = change.plan.get("datasets").and_then(Value::as_array);
        let plans: Vec<DatasetChange> = plans
            .into_iter()
            .flatten()
            .filter_map(|plan| serde_json::from_value(plan.clone()).ok())
            .collect();
        let since = match change.takes_back {
            Some(first) => self.since(first).await?,
            None => Vec::new(),
        };
        for plan in plans {
            for (before, now) in renamed(&since, &plan.dataset) {
                moves.renamed.insert((plan.dataset.clone(), before), now);
            }
            moves.add(plan);
        }
        Ok(moves)
    }
}

/// Makes the fields in use those of the columns of packs.
pub(super) async fn settle(
    connection: &mut SqliteConnection,
    packs: &Packs,
    moves: &Moves,
    change: Option<u64>,
) -> Result<()> {
    let change = change.map(|number| number as i64);
    let rows = sqlx::query("SELECT id, dataset, name FROM field WHERE is_gone = 0")
        .fetch_all(&mut *connection)
        .await?;
    let mut known: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in &rows {
        known.insert(
            (row.try_get("dataset")?, row.try_get("name")?),
            row.try_get("id")?,
        );
    }
    let mut renamed: Vec<(i64, &str)> = Vec::new();
    let mut others: Vec<(&DatasetId, &str)> = Vec::new();
    // Those that have moved come first: where changes are taken back, another column may have had the name since.
    for dataset in packs.datasets() {
        let id = dataset.id();
        for name in dataset.file().columns.keys() {
            let name = name.as_str();
            let former = moves.renamed.get(&(id.clone(), name.to_owned()));
            match former.and_then(|from| known.remove(&(id.to_string(), from.clone()))) {
                Some(field) => renamed.push((field, name)),
                None => others.push((id, name)),
            }
        }
    }
    let mut new: Vec<(&DatasetId, &str)> = Vec::new();
    for (id, name) in others {
        if known.remove(&(id.to_string(), name.to_owned())).is_none() {
            new.push((id, name));
        }
    }
    // What is left of the known ones has no column any more. Names are free before others take them.
    for field in known.values() {
        sqlx::query("UPDATE field SET is_gone = 1, until = ? WHERE id = ?")
            .bind(change)
            .bind(field)
            .execute(&mut *connection)
            .await?;
    }
    // One may take the name that another one still has.
    for (field, _) in &renamed {
        sqlx::query("UPDATE field SET name = '#' || id WHERE id = ?")
            .bind(field)
            .execute(&mut *connection)
            .await?;
    }
    for (field, name) in renamed {
        sqlx::query("UPDATE field SET name = ? WHERE id = ?")
            .bind(name)
            .bind(field)
            .execute(&mut *connection)
            .await?;
    }
    for (dataset, name) in new {
        let was: Option<i64> = if moves.brings_back(dataset, name) {
            gone(connection, dataset, name).await?
        } else {
            None
        };
        if let Some(field) = was {
            sqlx::query("UPDATE field SET is_gone = 0, until = NULL WHERE id = ?")
                .bind(field)
                .execute(&mut *connection)
                .await?;
        } else {
            sqlx::query("INSERT INTO field (dataset, name, since) VALUES (?, ?, ?)")
                .bind(dataset.as_str())
                .bind(name)
                .bind(change)
                .execute(&mut *connection)
                .await?;
        }
    }
    Ok(())
}

/// The field that had a name last and is gone.
async fn gone(
    connection: &mut SqliteConnection,
    dataset: &DatasetId,
    name: &str,
) -> Result<Option<i64>> {
    let newest = "SELECT id FROM field WHERE dataset = ? AND name = ? AND is_gone = 1 ORDER BY id DESC LIMIT 1";
    Ok(sqlx::query_scalar(newest)
        .bind(dataset.as_str())
        .bind(name)
        .fetch_optional(connection)
        .await?)
}
