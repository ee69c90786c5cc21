//! About how many rows a reader sees of a table, and between which bounds the values of its columns lie: looked up under the
//! reader's own sight, so that the order in which tables are joined follows nothing that is hidden.
//!
//! It is known of one moment of the table, and taken for any other until that one is known too. So it may be wrong, and bounds
//! must come to nobody who would take them for those of every row.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::{DataType, Schema};
use datafusion::common::ScalarValue;
use jiff::{SignedDuration, Timestamp};
use lru::LruCache;
use yandu_words::id::DatasetId;

use crate::door::{Rights, RowCondition, Sight};
use crate::session::provider::Pins;
use crate::session::scan::Moment;
use crate::{Lake, Principal, ReadPoint, Result, Session, quoted};

/// Estimates that are kept, the least used given up first.
const KEPT: usize = 4_096;

/// Bounds are looked up again when the rows have become more or fewer by one of so many, or after this time: a count reads no more
/// than the row conditions do, bounds read the columns.
pub(super) const MOVED: u64 = 10;
const OLD: SignedDuration = SignedDuration::from_hours(1);

/// The least and the greatest value of columns; none of one that has no value.
type Bounds = BTreeMap<String, Option<(ScalarValue, ScalarValue)>>;

/// What an estimate is of: the rows of a dataset that are seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Asked {
    dataset: DatasetId,
    rows: Vec<Option<RowCondition>>,
}

/// What is known of the rows that somebody sees.
#[derive(Debug, Default)]
pub(crate) struct Estimate {
    pub(super) rows: u64,
    bounds: Bounds,
}

#[derive(Debug, Clone)]
struct Known {
    moment: Moment,
    estimate: Arc<Estimate>,
    /// When bounds were looked up, and how many rows there were.
    bounded: (Timestamp, u64),
}

/// The estimates that are known, and those that are being made.
#[derive(Debug, Default)]
pub(crate) struct Estimates {
    state: Mutex<State>,
    /// Told whenever an estimate has been made.
    #[cfg(test)]
    found: tokio::sync::Notify,
}

#[derive(Debug)]
struct State {
    known: LruCache<Asked, Known>,
    asked: HashSet<Asked>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            known: LruCache::unbounded(),
            asked: HashSet::new(),
        }
    }
}

/// An estimate that is being made. Whatever becomes of it, it can be asked for again.
struct Making {
    lake: Lake,
    asked: Asked,
    found: Option<Known>,
}

impl Making {
    fn end(mut self, found: Option<Known>) {
        self.found = found;
    }
}

impl Drop for Making {
    fn drop(&mut self) {
        let found = self.found.take();
        self.lake.inner.estimates.found(self.asked.clone(), found);
    }
}

impl Estimate {
    /// The bounds of a column, when it is known and has values.
    pub(super) fn bounds(&self, column: &str) -> Option<&(ScalarValue, ScalarValue)> {
        self.bounds.get(column)?.as_ref()
    }

    fn has(&self, columns: &[String]) -> bool {
        columns
            .iter()
            .all(|column| self.bounds.contains_key(column))
    }
}

impl Lake {
    /// What is known of the rows that a sight shows. Where it is not of this moment it is looked up beside the query, and the
    /// next one knows it.
    pub(crate) fn estimate(
        &self,
        dataset: &DatasetId,
        sight: &Arc<Sight>,
        schema: &Schema,
        pins: &Pins,
        moment: Moment,
    ) -> Option<Arc<Estimate>> {
        let asked = Asked {
            dataset: dataset.clone(),
            rows: sight.conditions(),
        };
        let columns = bounded_columns(sight, schema);
        let known = {
            let mut state = self.inner.estimates.lock();
            let known = state.known.get(&asked).cloned();
            let is_enough = known
                .as_ref()
                .is_some_and(|known| known.moment == moment && known.estimate.has(&columns));
            // A past version is read seldom, and what is known of it is no use to others.
            if is_enough || !pins.is_present() || !state.asked.insert(asked.clone()) {
                return known.map(|known| known.estimate);
            }
            known
        };
        let before = known.clone();
        let counting = Sight::clone(sight);
        let making = Making {
            lake: self.clone(),
            asked,
            found: None,
        };
        self.inner.threads.handle().spawn(async move {
            let dataset = making.asked.dataset.clone();
            let rights = Rights::new("estimate", [(dataset.clone(), counting)]);
            let principal = Principal::with_rights("estimate", Arc::new(rights));
            let session = making.lake.session(&principal, ReadPoint::default());
            let found = look(&session, &dataset, &columns, moment, before).await;
            making.end(found.ok());
        });
        known.map(|known| known.estimate)
    }

    /// Waits until no estimate is being made, for tests that compare plans.
    #[cfg(test)]
    pub(crate) async fn estimates_made(&self) {
        let estimates = &self.inner.estimates;
        loop {
            let mut found = std::pin::pin!(estimates.found.notified());
            // What is found from here on is told.
            found.as_mut().enable();
            if estimates.lock().asked.is_empty() {
                return;
            }
            found.await;
        }
    }
}

impl Estimates {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self, asked: Asked, known: Option<Known>) {
        let mut state = self.lock();
        state.asked.remove(&asked);
        if let Some(known) = known {
            state.known.put(asked, known);
        }
        if state.known.len() > KEPT {
            state.known.pop_lru();
        }
        #[cfg(test)]
        self.found.notify_waiters();
    }
}

/// The columns of which bounds say about how many values there are: those of whole numbers, dates and times that every visible row
/// shows as they are stored. So they are the same for all who see the same rows.
fn bounded_columns(sight: &Sight, schema: &Schema) -> Vec<String> {
    let is_stepped = |data_type: &DataType| data_type.is_integer() || data_type.is_temporal();
    let fields = schema.fields().iter();
    fields
        .filter(|field| is_stepped(field.data_type()) && sight.is_plain(field.name()))
        .map(|field| field.name().clone())
        .collect()
}

async fn look(
    session: &Session,
    dataset: &DatasetId,
    columns: &[String],
    moment: Moment,
    before: Option<Known>,
) -> Result<Known> {
    let rows = session.count(dataset).await?.rows;
    let now = session.lake.now();
    let still = before.filter(|known| known.does_for(rows, now));
    let (mut bounds, bounded) = still.map_or_else(
        || (Bounds::new(), (now, rows)),
        |known| (known.estimate.bounds.clone(), known.bounded),
    );
    let unknown = columns
        .iter()
        .filter(|column| !bounds.contains_key(*column));
    let unknown: Vec<&String> = unknown.collect();
    if !unknown.is_empty() {
        bounds.extend(look_up_bounds(session, dataset, &unknown).await?);
    }
    Ok(Known {
        moment,
        estimate: Arc::new(Estimate { rows, bounds }),
        bounded,
    })
}

impl Known {
    /// Whether the bounds do for so many rows.
    fn does_for(&self, rows: u64, now: Timestamp) -> bool {
        let (then, before) = self.bounded;
        now.duration_since(then) < OLD && before.abs_diff(rows) <= before / MOVED
    }
}

async fn look_up_bounds(
    session: &Session,
    dataset: &DatasetId,
    columns: &[&String],
) -> Result<Bounds> {
    let sides = columns.iter().map(|column| {
        let name = quoted(column, '"');
        format!("min({name}), max({name})")
    });
    let sides = sides.collect::<Vec<_>>().join(", ");
    let sql = format!("SELECT {sides} FROM {dataset}");
    let found = session.query(&sql).await?.collect().await?;
    let value = |place: usize| {
        let values = found.iter().find(|rows| rows.num_rows() > 0)?;
        let value = ScalarValue::try_from_array(values.columns().get(place)?, 0);
        value.ok().filter(|value| !value.is_null())
    };
    let named = columns.iter().enumerate();
    Ok(named
        .map(|(place, column)| {
            let bounds = value(2 * place).zip(value(2 * place + 1));
            ((*column).clone(), bounds)
        })
        .collect())
}

#[cfg(test)]
mod tests;
