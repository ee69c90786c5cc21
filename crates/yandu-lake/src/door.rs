//! The door: what a principal sees of each dataset, applied below everything that the principal asks.
//!
//! Who has rights, even to all of a dataset, gets an opaque table of the visible columns, whose scan plans `scan → row
//! conditions → masks` with the engine's own planner and hides the result in a leaf ([`barrier`]): the query, its rules, its statistics, its `EXPLAIN` and its errors see nothing below. Of the query's own
//! filters only those that cannot fail go below ([`allowed`]). Two checks refuse a query with any other way to rows: one on the
//! plan as it was written, one on the leaves of the plan that is carried out ([`check`]).

pub(crate) mod allowed;
pub(crate) mod barrier;
mod blank;
pub(crate) mod check;
mod estimate;
mod fingerprint;
mod mask;
mod names;
pub(crate) mod provider;
pub(crate) mod rows;
pub(crate) mod slot;
mod statistics;
pub(crate) mod terms;
mod within;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arrow::datatypes::{Field, FieldRef, Schema, SchemaRef};
use datafusion::logical_expr::{Case, Expr, col, lit};
use jiff::Timestamp;
use yandu_words::Mask;
use yandu_words::id::DatasetId;

use crate::{Error, Result};

pub(crate) use estimate::Estimates;
pub use names::{columns_of_row_condition, rename_in_row_condition};
pub(crate) use provider::SecuredProvider;
pub use rows::{RowCondition, check_row_condition, compile_row_condition};
pub use terms::Terms;

/// What a principal sees of the datasets, under one set of policies. It never changes: other policies make another one.
#[derive(Debug, Clone)]
pub struct Rights {
    /// Told apart from all others of the process, also those of another reader under the same policies.
    id: u64,
    policy: Arc<str>,
    sights: BTreeMap<DatasetId, Arc<Sight>>,
}

impl Rights {
    /// `policy` names the set of policies, by its hash; a dataset that is not among the sights does not exist for the
    /// principal.
    pub fn new(
        policy: impl Into<Arc<str>>,
        sights: impl IntoIterator<Item = (DatasetId, Sight)>,
    ) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            policy: policy.into(),
            sights: sights
                .into_iter()
                .map(|(dataset, sight)| (dataset, Arc::new(sight)))
                .collect(),
        }
    }

    /// The names of the permits in force that show something of a dataset.
    pub fn permits(&self, dataset: &DatasetId, now: Timestamp) -> Vec<Arc<str>> {
        let sight = self.sight(dataset, now).ok();
        let permits = sight.iter().flat_map(|sight| &sight.permits);
        permits.map(|permit| Arc::clone(&permit.name)).collect()
    }

    /// A number that no other rights of the process have: what it was told for holds for these alone.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The hash of the set of policies.
    pub fn policy(&self) -> &Arc<str> {
        &self.policy
    }

    /// A key of what is seen of a dataset under the permits in force: 32 hexadecimal digits, the same for the same rows, columns and
    /// masks by the same permits, also after the program was started again. None where nothing is seen.
    pub fn fingerprint(&self, dataset: &DatasetId, now: Timestamp) -> Option<String> {
        let sight = self.sight(dataset, now).ok()?;
        Some(fingerprint::of(dataset, &sight))
    }

    /// A word for what is seen at a time, the same as long as it is these rights and the same permits are in force.
    pub(crate) fn key(&self, now: Timestamp) -> String {
        let permits = self.sights.values().flat_map(|sight| &sight.permits);
        let ended = permits
            .enumerate()
            .filter(|(_, permit)| !permit.term.is_in_force(now));
        let ended: Vec<String> = ended.map(|(place, _)| place.to_string()).collect();
        format!("{}-{}", self.id, ended.join("-"))
    }

    /// What is seen of a dataset under the permits that are in force. A dataset without any permit does not exist.
    pub(crate) fn sight(&self, dataset: &DatasetId, now: Timestamp) -> Result<Arc<Sight>> {
        let sight = self.sights.get(dataset);
        let sight = sight.ok_or_else(|| Error::NoDataset(dataset.clone()))?;
        if sight.is_in_force(now) {
            return Ok(Arc::clone(sight));
        }
        let permits = sight.permits.iter();
        let holding: Vec<Permit> = permits
            .filter(|permit| permit.term.is_in_force(now))
            .cloned()
            .collect();
        if holding.is_empty() {
            return Err(Error::Ended(dataset.clone()));
        }
        Ok(Arc::new(Sight::new(holding)))
    }
}

/// What a principal sees of one dataset: what its permits show together.
#[derive(Debug, Clone)]
pub struct Sight {
    permits: Vec<Permit>,
}

impl Sight {
    /// Of several permits that show a cell the one counts whose mask leaves most ([`Mask::by_what_is_left`]), and of such as leave
    /// as much the first.
    pub fn new(permits: impl IntoIterator<Item = Permit>) -> Self {
        Self {
            permits: permits.into_iter().collect(),
        }
    }

    /// The names of its permits, for whoever reads under them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.permits.iter().map(|permit| permit.name.as_ref())
    }

    /// Whether all of a table is seen as it is stored.
    pub(crate) fn is_whole(&self, schema: &Schema) -> bool {
        WholeColumns::of(self, schema).shows_all()
    }

    /// The columns of a table that some permit shows. All may be empty: a mask makes nothing of some values.
    pub(crate) fn schema(&self, schema: &Schema) -> SchemaRef {
        let fields = schema.fields().iter();
        let shown = fields.filter(|field| self.permits.iter().any(|permit| permit.shows(field)));
        Arc::new(Schema::new(
            shown
                .map(|field| Arc::new(Field::new(field.name(), field.data_type().clone(), true)))
                .collect::<Vec<FieldRef>>(),
        ))
    }

    /// The columns of which every value is seen as it is stored, in whatever row it stands.
    fn whole_columns(&self) -> BTreeSet<&str> {
        let permits = self.permits.iter().filter(|permit| permit.rows.is_none());
        let columns = permits.flat_map(|permit| &permit.columns);
        columns
            .filter(|(_, mask)| mask.is_none())
            .map(|(name, _)| name.as_str())
            .collect()
    }

    /// Whether every row that is seen shows this column as it is stored: a permit of all rows shows it so, or every permit does.
    pub(crate) fn is_plain(&self, column: &str) -> bool {
        let mut plainly = self.permits.iter();
        let mut whole = self.permits.iter().filter(|permit| permit.rows.is_none());
        plainly.all(|permit| permit.shows_plainly(column))
            || whole.any(|permit| permit.shows_plainly(column))
    }

    /// Which rows are seen; `None` for all.
    pub(crate) fn rows(&self) -> Option<Expr> {
        let permits = self.permits.iter();
        let conditions: Vec<Expr> = permits
            .map(|permit| permit.rows.as_ref().map(RowCondition::expr))
            .collect::<Option<_>>()?;
        Some(
            conditions
                .into_iter()
                .reduce(Expr::or)
                .unwrap_or_else(|| lit(false)),
        )
    }

    /// What is shown in the place of a column of a row that is seen.
    pub(crate) fn shown(&self, column: &Field) -> Expr {
        let stored = || col(datafusion::common::Column::from_name(column.name()));
        if self.is_plain(column.name()) {
            return stored();
        }
        let showing = self.permits.iter().filter(|permit| permit.shows(column));
        let mut showing: Vec<&Permit> = showing.collect();
        showing.sort_by(|one, other| Mask::by_what_is_left(one.mask(column), other.mask(column)));
        let mut when = Vec::new();
        let mut otherwise = None;
        for permit in showing {
            let value = match permit.mask(column) {
                None => stored(),
                Some(mask) => mask::masked(mask, permit.key.as_ref(), column, stored()),
            };
            match &permit.rows {
                Some(rows) if self.permits.len() > 1 => {
                    when.push((Box::new(rows.expr()), Box::new(value)));
                }
                // This one shows every row that is seen.
                Some(_) | None => {
                    otherwise = Some(value);
                    break;
                }
            }
        }
        let otherwise = otherwise.unwrap_or_else(|| lit(mask::nothing(column.data_type())));
        if when.is_empty() {
            return otherwise;
        }
        Expr::Case(Case::new(None, when, Some(Box::new(otherwise))))
    }

    /// Whether every permit is still in force.
    pub(crate) fn is_in_force(&self, now: Timestamp) -> bool {
        self.permits
            .iter()
            .all(|permit| permit.term.is_in_force(now))
    }

    /// What a count of the visible rows depends on.
    pub(crate) fn conditions(&self) -> Vec<Option<RowCondition>> {
        let permits = self.permits.iter();
        permits.map(|permit| permit.rows.clone()).collect()
    }

    /// Whether its conditions are about columns as this table has them.
    pub(crate) fn fits(&self, schema: &Schema) -> bool {
        let permits = self.permits.iter();
        let mut conditions = permits.filter_map(|permit| permit.rows.as_ref());
        conditions.all(|condition| condition.fits(schema))
    }
}

/// What somebody sees of cells that have no place in a table yet, such as those of a delivery: no condition on rows can be asked
/// of them, and no mask can be made of what is no value of its column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WholeColumns {
    /// Every column that the dataset declares.
    All,
    /// These columns.
    Only(BTreeSet<String>),
}

impl WholeColumns {
    pub(crate) fn of(sight: &Sight, schema: &Schema) -> Self {
        let columns = sight.whole_columns();
        // What begins with `_` is written by the program and shown by no permit.
        let fields = schema.fields().iter().map(|field| field.name().as_str());
        let mut own = fields.filter(|name| !name.starts_with('_'));
        if own.all(|name| columns.contains(name)) {
            return Self::All;
        }
        Self::Only(columns.into_iter().map(ToOwned::to_owned).collect())
    }

    /// Whether a cell of a column is seen.
    pub fn shows(&self, column: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(columns) => columns.contains(column),
        }
    }

    /// Whether a text is seen in which the cells of all columns may stand.
    pub fn shows_all(&self) -> bool {
        *self == Self::All
    }
}

/// One permission to read rows of a dataset, from a policy or a grant.
#[derive(Debug, Clone)]
pub struct Permit {
    /// What readers are told that they read under.
    pub name: Arc<str>,
    /// Which rows; `None` for all.
    pub rows: Option<RowCondition>,
    /// The columns that are shown, by their names, each with what stands in for its value. Any other is not there.
    pub columns: BTreeMap<String, Option<Mask>>,
    /// The key of masks that need one. Values that were masked under one key can be compared.
    pub key: Option<MaskKey>,
    pub term: Term,
}

impl Permit {
    fn shows(&self, column: &Field) -> bool {
        self.columns.contains_key(column.name())
    }

    fn mask(&self, column: &Field) -> Option<&Mask> {
        self.columns.get(column.name())?.as_ref()
    }

    fn shows_plainly(&self, column: &str) -> bool {
        matches!(self.columns.get(column), Some(None))
    }
}

/// How long a permit holds. Copies share their end.
#[derive(Debug, Clone, Default)]
pub struct Term {
    /// The first moment at which it does not hold any more.
    pub until: Option<Timestamp>,
    ended: Arc<AtomicBool>,
}

impl Term {
    pub fn until(until: Timestamp) -> Self {
        Self {
            until: Some(until),
            ..Self::default()
        }
    }

    /// Ends it now, for every query that goes on under it.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    pub fn is_in_force(&self, now: Timestamp) -> bool {
        !self.ended.load(Ordering::Relaxed) && self.until.is_none_or(|until| now < until)
    }
}

/// The secret of masks that need one. It is never shown.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MaskKey([u8; 32]);

impl MaskKey {
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for MaskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MaskKey(…)")
    }
}

/// What a barrier does when it is broken, so that tests can show that they would see it.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// Every filter goes below.
    Filters,
    /// Filters on masked columns go below.
    MaskedFilters,
    /// The filters that joins and orders make go below whatever they look at, and meet hidden rows where they read fewer bytes than
    /// the row conditions.
    DynamicFilters,
    /// The files decide the number of partitions.
    Partitions,
    /// Statistics are those of the stored rows.
    Statistics,
    /// There is none, and plans read files: questions do not find it, for the last lock lets none of them through.
    Missing,
}

#[cfg(test)]
impl Broken {
    pub(crate) const ALL: [Self; 5] = [
        Self::Filters,
        Self::MaskedFilters,
        Self::DynamicFilters,
        Self::Partitions,
        Self::Statistics,
    ];
}

#[cfg(test)]
mod tests;
