//! What of a trail is shown to whom.
//!
//! Rows are followed for whoever sees all of every dataset on the way as it is stored: they could follow them by asking. Where
//! that ends the trail still names the models, the tables and who answers for them to whoever may browse the ledger, which tells
//! them anyhow, and no row. Whoever may not is told of no other dataset than those whose rows they see, and of no query and no
//! refresh, as the pages of models would not tell them either.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_collect::EXTRA;
use yandu_lake::Principal;
use yandu_policy::{Action, Way};
use yandu_words::id::DatasetId;

use super::shape::TrailStep;
use crate::Result;
use crate::access::{Asker, not_permitted};
use crate::state::State;

/// What stands in the place of a query and a refresh for whoever may not browse the ledger.
const NOT_BROWSED: &str =
    "which query and which refresh made the rows is told to whoever may browse the ledger";

/// A permission under which somebody reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TrailPermit {
    /// The name of the policy or the grant.
    #[schema(example = "grants/G12")]
    pub policy: String,
    /// What it is for, in words.
    pub about: Option<String>,
    /// The law or decision that it rests on.
    pub basis: Option<String>,
}

/// Somebody who follows rows.
pub(crate) struct Follower<'a> {
    state: &'a State,
    asker: &'a Asker,
    reader: Principal,
    /// Whether the pages of the ledger, of models and of lineage are for them.
    browses: bool,
    /// The datasets that each model reads.
    inputs: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Follower<'a> {
    pub(crate) async fn new(state: &'a State, asker: &'a Asker) -> Self {
        let inputs = state.transform().inputs().await.into_iter();
        let inputs = inputs.map(|(model, inputs)| {
            let inputs = inputs.iter().map(ToString::to_string);
            (model.to_string(), inputs.collect())
        });
        Self {
            reader: asker.reader(state, Way::Page),
            browses: asker.may(state, Action::Browse),
            inputs: inputs.collect(),
            state,
            asker,
        }
    }

    /// Whether all of a dataset is seen as it is stored.
    pub(crate) fn sees(&self, dataset: &DatasetId) -> bool {
        self.asker.whole_columns(self.state, dataset).shows_all()
    }

    /// Refuses whoever does not see all of the dataset that a trail begins with: whether a row is there would be told.
    pub(crate) fn must_see(&self, dataset: &DatasetId) -> Result<()> {
        if self.sees(dataset) {
            return Ok(());
        }
        let session = self
            .state
            .lake()
            .session(&self.reader, yandu_lake::ReadPoint::default());
        session.schema(dataset)?;
        Err(not_permitted())
    }

    /// Takes away what is not for this reader, and says under which permissions the rest is read.
    pub(crate) fn show(&self, step: &mut TrailStep) {
        self.show_seen(step);
        if !self.browses {
            leave_seen(step);
        }
    }

    fn show_seen(&self, step: &mut TrailStep) {
        if self.is_seen(&step.dataset) {
            step.permits = self.permits(&step.dataset);
            if self.reader.rights().is_some() {
                // Cells that the dataset does not declare have no grade, and no right to them can be had.
                step.without(EXTRA);
            }
        } else {
            self.hide(step);
            return;
        }
        if let Some(made) = &mut step.made {
            let are_seen = made.inputs.iter().all(|input| self.is_seen(&input.dataset));
            for input in &mut made.inputs {
                if are_seen {
                    self.show_seen(input);
                } else {
                    self.hide(input);
                }
            }
        }
        for reader in step.readers.iter_mut().flatten() {
            let inputs = self.inputs.get(&reader.dataset);
            if inputs.is_some_and(|inputs| inputs.iter().all(|input| self.is_seen(input))) {
                self.show_seen(reader);
            } else {
                self.hide(reader);
            }
        }
    }

    fn is_seen(&self, dataset: &str) -> bool {
        dataset.parse().is_ok_and(|id| self.sees(&id))
    }

    fn hide(&self, step: &mut TrailStep) {
        step.withheld = true;
        step.columns.clear();
        step.rows.clear();
        step.deliveries.clear();
        step.doubts.clear();
        (step.more, step.count, step.gone) = (false, None, None);
        step.permits = self.permits(&step.dataset);
        if let Some(made) = &mut step.made {
            (made.run, made.partial, made.end) = (None, false, None);
            for input in &mut made.inputs {
                self.hide(input);
            }
        }
        for reader in step.readers.iter_mut().flatten() {
            self.hide(reader);
        }
    }

    /// The permissions in force under which a dataset is read; none for whoever holds the data folder.
    fn permits(&self, dataset: &str) -> Vec<TrailPermit> {
        let (Some(rights), Ok(dataset)) = (self.reader.rights(), dataset.parse()) else {
            return Vec::new();
        };
        let names = rights.permits(&dataset, self.state.now());
        self.state.door().with_policies(|policies| {
            let told = names.into_iter().map(|policy| {
                let told = policies.find(&policy);
                let (about, basis) = told.map_or((None, None), |told| (told.about, told.basis));
                TrailPermit {
                    policy: policy.to_string(),
                    about: about.map(|about| about.to_string()),
                    basis: basis.map(|basis| basis.to_string()),
                }
            });
            told.collect()
        })
    }
}

/// Takes away what the ledger alone tells: what reads what, where its rows are not seen, and how rows were made.
fn leave_seen(step: &mut TrailStep) {
    if let Some(made) = &mut step.made {
        made.inputs.retain(|input| !input.withheld);
        (made.run, made.sql) = (None, None);
        // The words of it may quote the query.
        made.end = Some(NOT_BROWSED.to_owned());
    }
    if let Some(readers) = &mut step.readers {
        // Why none of its rows can be shown may quote the query too.
        readers.retain(|reader| !reader.withheld && reader.gone.is_none());
    }
    step.next_mut().for_each(leave_seen);
}
