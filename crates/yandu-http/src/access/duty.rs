//! What somebody may do to datasets: hand over deliveries, keep them in order.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use yandu_access::Duties;
use yandu_lake::{ReadPoint, WholeColumns};
use yandu_policy::{Action, Way};
use yandu_words::id::DatasetId;

use super::{Asker, not_permitted};
use crate::Result;
use crate::problem::Problem;
use crate::state::State;

/// Whoever has to do with the deliveries of a dataset.
pub(crate) const HANDLES: &[Action] = &[Action::Deliver, Action::Steward];
pub(crate) const DELIVERS: &[Action] = &[Action::Deliver];
pub(crate) const KEEPS: &[Action] = &[Action::Steward];

/// What somebody may do to datasets; `None` for everything.
#[derive(Debug, Clone)]
pub(crate) struct Duty(Option<Arc<Duties>>);

impl Duty {
    /// Whether one of these actions is allowed.
    pub(crate) fn may(&self, actions: &[Action], dataset: &DatasetId) -> bool {
        let Some(duties) = &self.0 else {
            return true;
        };
        let mut actions = actions.iter();
        actions.any(|action| duties.may(*action, dataset))
    }

    /// What is allowed on a dataset: `deliver`, `steward`.
    pub(crate) fn on(&self, dataset: &DatasetId) -> Vec<String> {
        let actions = HANDLES
            .iter()
            .filter(|action| self.may(&[**action], dataset));
        actions.map(|action| action.name().to_owned()).collect()
    }

    /// The datasets on which one of these actions is allowed; `None` for all.
    pub(crate) fn datasets(&self, actions: &[Action]) -> Option<Arc<BTreeSet<DatasetId>>> {
        self.0.as_ref().map(|duties| duties.datasets(actions))
    }
}

impl Asker {
    pub(crate) fn duty(&self, state: &State) -> Duty {
        let principal = self.principal();
        Duty(principal.map(|principal| state.door().duties(&principal, &self.circumstances())))
    }

    /// Refuses whoever may do none of these to a dataset. One that they have nothing to do with and do not see is as absent as one
    /// that is not there.
    pub(crate) fn must(
        &self,
        state: &State,
        actions: &[Action],
        dataset: &DatasetId,
    ) -> Result<()> {
        let duty = self.duty(state);
        if duty.may(actions, dataset) {
            return Ok(());
        }
        let reader = self.reader(state, Way::Page);
        let session = state.lake().session(&reader, ReadPoint::default());
        if duty.may(HANDLES, dataset) || session.schema(dataset).is_ok() {
            Err(not_permitted())
        } else {
            Err(yandu_collect::Error::NoDataset(dataset.clone()).into())
        }
    }

    /// Of which columns cells of deliveries are shown, which have not become rows.
    pub(crate) fn whole_columns(&self, state: &State, dataset: &DatasetId) -> WholeColumns {
        self.whole_columns_on(Way::Page, state, dataset)
    }

    /// The same on a way: what is shown on a page may not be taken away as a file.
    pub(crate) fn whole_columns_on(
        &self,
        way: Way,
        state: &State,
        dataset: &DatasetId,
    ) -> WholeColumns {
        if !self.reads() {
            return WholeColumns::Only(BTreeSet::new());
        }
        let reader = self.reader(state, way);
        let session = state.lake().session(&reader, ReadPoint::default());
        session.whole_columns(dataset)
    }

    /// The same of cells that were delivered, or made, since a moment. They go by the names that columns had then: a column that may have
    /// been another field is shown to whoever sees all of them alone.
    pub(crate) async fn whole_columns_since(
        &self,
        way: Way,
        state: &State,
        dataset: &DatasetId,
        at: Timestamp,
    ) -> Result<WholeColumns> {
        let mut seen = self.whole_columns_on(way, state, dataset);
        // Where packs do not change no column does.
        if let WholeColumns::Only(columns) = &mut seen
            && let Ok(changes) = state.pack_changes()
        {
            let moved = changes.moved_since(dataset, at).await?;
            columns.retain(|column| !moved.has(column));
        }
        Ok(seen)
    }

    /// Refuses whoever does not hold the data folder: a file of the server's machine may be any.
    pub(crate) fn must_be_local(&self) -> Result<()> {
        match self {
            Self::Local => Ok(()),
            _ => Err(Problem::new(
                "not-permitted",
                "a file of the server's machine is named by whoever holds the data folder alone",
            )
            .with_help("upload the file".to_owned())),
        }
    }

    /// Whether it may read cells at all: a token for delivering alone does not.
    pub(crate) fn reads(&self) -> bool {
        match self {
            Self::Token(token) => token.may_read(),
            Self::Local | Self::Session(_) | Self::Visitor => true,
        }
    }

    /// Whether it speaks for a unit: it belongs to the unit, or is above them all.
    pub(crate) fn is_of_unit(&self, unit: &str) -> bool {
        match self {
            Self::Local => true,
            _ => self
                .account()
                .is_some_and(|account| account.department.as_deref() == Some(unit)),
        }
    }
}
