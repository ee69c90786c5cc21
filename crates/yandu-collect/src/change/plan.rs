//! What an offered change would do, before it is done.

use std::sync::Arc;

use serde::Serialize;
use yandu_lake::{Lake, Stored};
use yandu_pack::declare::Origin;
use yandu_pack::difference::{
    Change, DatasetChange, Effect, Opening, PackChange, PossibleRename, What,
};
use yandu_pack::{Dataset, Difference, Packs};
use yandu_words::id::DatasetId;

use super::installed::State;
use super::look::Counts;
use crate::Result;
use crate::trial::spec;

/// What other packs would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Digest of the packs before; absent for the first ones.
    pub from: Option<String>,
    /// Digest of the packs afterwards.
    pub to: String,
    /// Packs that come, go, or have another version.
    pub packs: Vec<PackChange>,
    pub datasets: Vec<DatasetPlan>,
    /// What they may open: more to see for somebody, or more of it. Empty for the first packs, before which nothing was closed.
    pub opens: Vec<Opening>,
    /// Columns that go while others like them come, and that may be meant to be renamed.
    pub possible_renames: Vec<PossibleRename>,
}

/// What other packs would do to one dataset.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DatasetPlan {
    pub dataset: DatasetId,
    /// The strongest effect of the changes, given the rows that there are.
    pub effect: Effect,
    pub changes: Vec<Change>,
    /// Rows that are stored, of all versions of the declaration that readers see.
    pub stored_rows: u64,
    /// What a dry run found; absent until one was made.
    pub counts: Option<Counts>,
}

impl Plan {
    /// Compares packs, and looks up which datasets have rows.
    pub(super) async fn new(
        lake: &Lake,
        installed: Option<(&State, &Packs)>,
        to: &State,
        offered: &Packs,
    ) -> Result<Self> {
        let nothing = Packs::default();
        let before = installed.map_or(&nothing, |(_, packs)| packs);
        let Difference { packs, datasets } = before.difference(offered);
        let mut plans = Vec::with_capacity(datasets.len());
        for change in datasets {
            let declared = offered.dataset(&change.dataset);
            let declared = declared.or_else(|| before.dataset(&change.dataset));
            let stored = match declared {
                Some(dataset) => lake.stored(&spec(dataset)).await?,
                None => None,
            };
            plans.push(DatasetPlan::new(change, stored.as_ref(), offered));
        }
        Ok(Self {
            from: installed.map(|(state, _)| state.digest.clone()),
            to: to.digest.clone(),
            packs,
            datasets: plans,
            // Before the first packs nothing was closed.
            opens: match installed {
                Some(_) => before.openings(offered),
                None => Vec::new(),
            },
            possible_renames: before.possible_renames(offered),
        })
    }

    /// A plan of nothing.
    pub(super) fn nothing() -> Self {
        Self {
            from: None,
            to: String::new(),
            packs: Vec::new(),
            datasets: Vec::new(),
            opens: Vec::new(),
            possible_renames: Vec::new(),
        }
    }

    /// The plan with these datasets in it, whether or not their declarations change.
    pub(super) fn with<'d>(mut self, datasets: impl Iterator<Item = &'d DatasetId>) -> Self {
        for dataset in datasets {
            if !self.datasets.iter().any(|plan| plan.dataset == *dataset) {
                self.datasets.push(DatasetPlan {
                    dataset: dataset.clone(),
                    effect: Effect::Recheck,
                    changes: Vec::new(),
                    stored_rows: 0,
                    counts: None,
                });
            }
        }
        self
    }

    /// The plan for packs that were there before: each column that comes was declared then, so that what was delivered of
    /// it meanwhile comes back, also where no row was stored when it went. Models are computed anew.
    pub(super) fn going_back(mut self, to: &Packs) -> Self {
        // What was renamed since has its former name again.
        self.possible_renames.clear();
        for plan in &mut self.datasets {
            if to.dataset(&plan.dataset).is_none_or(is_model) {
                continue;
            }
            for change in &mut plan.changes {
                if change.what == What::ColumnAdded {
                    return_column(change);
                    plan.effect = plan.effect.max(change.effect);
                }
            }
        }
        self
    }

    /// Whether stored rows, or what is seen of them, would change, so that somebody has to say so first.
    pub fn touches_rows(&self) -> bool {
        self.datasets.iter().any(DatasetPlan::touches_rows)
    }

    /// Whether somebody has to confirm it with a reason before it takes force.
    pub fn waits(&self) -> bool {
        self.touches_rows() || !self.opens.is_empty()
    }

    /// The datasets that it waits for somebody because of.
    pub(super) fn awaited(&self) -> impl Iterator<Item = &DatasetPlan> {
        self.datasets.iter().filter(move |plan| {
            let mut openings = self.opens.iter();
            plan.touches_rows()
                || openings.any(|opening| opening.dataset.as_ref() == Some(&plan.dataset))
        })
    }
}

impl DatasetPlan {
    fn new(mut change: DatasetChange, stored: Option<&Stored>, offered: &Packs) -> Self {
        let stored_rows = stored.map_or(0, |stored| stored.rows);
        if let Some(stored) = stored {
            for change in &mut change.changes {
                come_back(change, stored);
            }
        }
        let is_model = offered.dataset(&change.dataset).is_some_and(is_model);
        let effect = change.effect();
        // The rows of a model are computed, and are computed anew when what is asked of them is another thing.
        let effect = match effect {
            Effect::Recheck | Effect::Note | Effect::Hide if is_model => Effect::Refresh,
            effect => effect,
        };
        Self {
            dataset: change.dataset,
            effect,
            changes: change.changes,
            stored_rows,
            counts: None,
        }
    }

    pub fn touches_rows(&self) -> bool {
        self.stored_rows > 0 && self.effect.touches_rows()
    }

    /// Whether its rows are looked at, one by one.
    pub(super) fn is_read(&self) -> bool {
        self.stored_rows > 0 && matches!(self.effect, Effect::Recheck | Effect::Convert)
    }

    pub(super) fn change(&self) -> DatasetChange {
        DatasetChange {
            dataset: self.dataset.clone(),
            changes: self.changes.clone(),
        }
    }
}

/// A column or dataset that comes back to rows which still have it.
fn come_back(change: &mut Change, stored: &Stored) {
    let has = |name: &str| stored.schema.column_with_name(name).is_some();
    match (change.what, change.name.as_deref()) {
        (What::DatasetAdded, _) if stored.rows > 0 => change.effect = Effect::Recheck,
        (What::ColumnAdded, Some(name)) if has(name) => return_column(change),
        _ => {}
    }
}

fn return_column(change: &mut Change) {
    change.what = What::ColumnReturned;
    change.effect = Effect::Convert;
}

fn is_model(dataset: &Dataset) -> bool {
    dataset.file().origin == Origin::Model
}

/// The datasets that some packs have and others have not.
pub(super) fn gone(before: &Packs, after: &Packs) -> Vec<DatasetId> {
    let ids = before.datasets().map(yandu_pack::Dataset::id);
    ids.filter(|id| after.dataset(id).is_none())
        .cloned()
        .collect()
}

/// The declarations of all tables of the packs.
pub(super) fn specs(packs: &Arc<Packs>) -> Vec<yandu_lake::TableSpec> {
    packs.datasets().map(spec).collect()
}
