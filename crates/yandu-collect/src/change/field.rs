//! Which field each column is: kept with the changes of the packs, in the transaction that makes other packs the installed ones.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Deserialize as _;
use serde_json::Value;
use sqlx::{Row, SqliteConnection};
use yandu_pack::Packs;
use yandu_pack::difference::{DatasetChange, Effect, Opening, What};
use yandu_words::FieldId;
use yandu_words::id::DatasetId;

use super::plan::Plan;
use super::record::{ChangeRecord, Records};
use super::rollback::renamed;
use crate::{Error, Result};

/// The fields in use: by dataset and the names of its columns.
pub type Fields = BTreeMap<DatasetId, BTreeMap<String, FieldId>>;

/// Columns of a dataset whose names may have meant other fields than they do now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    names: BTreeSet<String>,
    /// Any may have, as where the dataset came anew.
    is_any: bool,
}

impl Moved {
    pub fn has(&self, column: &str) -> bool {
        self.is_any || self.names.contains(column)
    }

    fn add(&mut self, of: DatasetChange) {
        for change in of.changes {
            match change.what {
                What::DatasetAdded => self.is_any = true,
                What::ColumnAdded => self.names.extend(change.name),
                What::ColumnRenamed => self
                    .names
                    .extend([change.from, change.to].into_iter().flatten()),
                _ => {}
            }
        }
    }
}

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

    /// Writes down the fields of packs that were installed before changes wrote them down. Where any is known, all are.
    pub(super) async fn settle_fields(&self, packs: &Packs) -> Result<()> {
        let are_known: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM field)")
            .fetch_one(&self.pool)
            .await?;
        if are_known {
            return Ok(());
        }
        let mut transaction = yandu_store::writing(&self.pool).await?;
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
        let since = match change.takes_back {
            Some(first) => self.since(first).await?,
            None => Vec::new(),
        };
        for plan in change.planned()? {
            for (before, now) in renamed(&since, &plan.dataset)? {
                moves.renamed.insert((plan.dataset.clone(), before), now);
            }
            moves.add(plan);
        }
        Ok(moves)
    }

    /// The columns of a dataset that may have been other fields at a moment: those that changes since have moved. A rollback moves what
    /// the changes that it takes back had moved, those before the moment among them.
    pub(super) async fn moved_since(&self, dataset: &DatasetId, at: Timestamp) -> Result<Moved> {
        let mut changes = self.lasting_since(at).await?;
        let mut oldest = u64::MAX;
        loop {
            // Taken back may be a rollback, too.
            let taken_back = changes.iter().filter_map(|change| change.takes_back);
            match taken_back.min() {
                Some(first) if first < oldest => oldest = first,
                _ => break,
            }
            changes.extend(self.since(oldest).await?);
        }
        let mut moved = Moved::default();
        for change in changes {
            for plan in change.planned()? {
                if plan.dataset == *dataset {
                    moved.add(plan);
                }
            }
        }
        Ok(moved)
    }

    /// The fields that would be in use after a change that is only planned, but for those that it would make.
    pub(super) async fn fields_after(&self, plan: &Plan, packs: &Packs) -> Result<Fields> {
        let mut moves = Moves::default();
        for plan in &plan.datasets {
            moves.add(plan.change());
        }
        let mut connection = self.pool.acquire().await?;
        let settling = Settling::of(&mut connection, packs, &moves).await?;
        let mut fields = Fields::new();
        let all = settling.kept.iter().chain(&settling.renamed);
        for (field, dataset, name) in all.chain(&settling.returned) {
            let of_dataset = fields.entry((*dataset).clone()).or_default();
            of_dataset.insert((*name).to_owned(), FieldId(*field as u64));
        }
        Ok(fields)
    }
}

impl ChangeRecord {
    /// What the change may have opened; nothing is known of those of before that was looked at.
    pub fn openings(&self) -> Vec<Opening> {
        let opens = self.plan.get("opens").and_then(Value::as_array);
        let opens = opens.into_iter().flatten();
        opens
            .filter_map(|opening| Opening::deserialize(opening).ok())
            .collect()
    }

    /// What the change was planned to do to each dataset. Fields follow it, so that a plan that cannot be read is no plan of nothing.
    pub(super) fn planned(&self) -> Result<Vec<DatasetChange>> {
        let plans = self.plan.get("datasets").and_then(Value::as_array);
        let plans = plans.into_iter().flatten().map(|plan| {
            DatasetChange::deserialize(plan).map_err(|source| Error::PackPlan {
                number: self.number,
                source,
            })
        });
        plans.collect()
    }
}

/// A column, and the field that it is.
type Column<'p> = (i64, &'p DatasetId, &'p str);

/// What becomes of fields with other packs.
struct Settling<'p> {
    kept: Vec<Column<'p>>,
    /// Those that have moved.
    renamed: Vec<Column<'p>>,
    /// Those that were gone.
    returned: Vec<Column<'p>>,
    new: Vec<(&'p DatasetId, &'p str)>,
    /// Those that no column is any more.
    gone: Vec<i64>,
}

impl<'p> Settling<'p> {
    async fn of(
        connection: &mut SqliteConnection,
        packs: &'p Packs,
        moves: &Moves,
    ) -> Result<Self> {
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
        let mut renamed = Vec::new();
        let mut others: Vec<(&DatasetId, &str)> = Vec::new();
        // Those that have moved come first: where changes are taken back, another column may have had the name since.
        for dataset in packs.datasets() {
            let id = dataset.id();
            for name in dataset.file().columns.keys() {
                let name = name.as_str();
                let former = moves.renamed.get(&(id.clone(), name.to_owned()));
                match former.and_then(|from| known.remove(&(id.to_string(), from.clone()))) {
                    Some(field) => renamed.push((field, id, name)),
                    None => others.push((id, name)),
                }
            }
        }
        let (mut kept, mut returned, mut new) = (Vec::new(), Vec::new(), Vec::new());
        for (id, name) in others {
            if let Some(field) = known.remove(&(id.to_string(), name.to_owned())) {
                kept.push((field, id, name));
                continue;
            }
            let was = if moves.brings_back(id, name) {
                gone(connection, id, name).await?
            } else {
                None
            };
            match was {
                Some(field) => returned.push((field, id, name)),
                None => new.push((id, name)),
            }
        }
        Ok(Self {
            kept,
            renamed,
            returned,
            new,
            gone: known.into_values().collect(),
        })
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
    let settling = Settling::of(connection, packs, moves).await?;
    // Names are free before others take them.
    for field in settling.gone {
        sqlx::query("UPDATE field SET is_gone = 1, until = ? WHERE id = ?")
            .bind(change)
            .bind(field)
            .execute(&mut *connection)
            .await?;
    }
    // One may take the name that another one still has.
    for (field, ..) in &settling.renamed {
        sqlx::query("UPDATE field SET name = '#' || id WHERE id = ?")
            .bind(field)
            .execute(&mut *connection)
            .await?;
    }
    for (field, _, name) in settling.renamed {
        sqlx::query("UPDATE field SET name = ? WHERE id = ?")
            .bind(name)
            .bind(field)
            .execute(&mut *connection)
            .await?;
    }
    for (field, ..) in settling.returned {
        sqlx::query("UPDATE field SET is_gone = 0, until = NULL WHERE id = ?")
            .bind(field)
            .execute(&mut *connection)
            .await?;
    }
    for (dataset, name) in settling.new {
        sqlx::query("INSERT INTO field (dataset, name, since) VALUES (?, ?, ?)")
            .bind(dataset.as_str())
            .bind(name)
            .bind(change)
            .execute(&mut *connection)
            .await?;
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
