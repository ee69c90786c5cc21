//! What readers may do to datasets besides reading them, worked out once for a set of policies.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use yandu_policy::{Action, Circumstances, Policies, Principal};
use yandu_words::id::DatasetId;

/// How many readers' duties are held for when they come again.
const HELD: usize = 2_000;

/// What somebody may do to which datasets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duties {
    datasets: BTreeMap<Action, Arc<BTreeSet<DatasetId>>>,
}

impl Duties {
    pub(super) fn of(
        policies: &Policies,
        principal: &Principal,
        circumstances: &Circumstances,
    ) -> Self {
        let reader = policies.reader(principal, circumstances);
        let actions = Action::ALL.into_iter();
        let asked = actions.filter(|action| action.is_on_dataset() && *action != Action::Read);
        let datasets = asked.map(|action| {
            let all = policies.city().datasets.keys();
            let own = all.filter(|dataset| reader.decide_on(action, dataset).is_allowed);
            (action, Arc::new(own.cloned().collect()))
        });
        Self {
            datasets: datasets.collect(),
        }
    }

    /// Whether an action on a dataset is allowed. What is read is for [`Rights`](yandu_lake::Rights) to say.
    pub fn may(&self, action: Action, dataset: &DatasetId) -> bool {
        let datasets = self.datasets.get(&action);
        datasets.is_some_and(|datasets| datasets.contains(dataset))
    }

    /// The datasets on which one of these actions is allowed.
    pub fn datasets(&self, actions: &[Action]) -> Arc<BTreeSet<DatasetId>> {
        let mut of_each = actions
            .iter()
            .filter_map(|action| self.datasets.get(action));
        match (of_each.next(), of_each.next()) {
            (None, _) => Arc::default(),
            (Some(only), None) => Arc::clone(only),
            (Some(one), Some(other)) => {
                let all = one.iter().chain(other.iter());
                Arc::new(
                    all.chain(of_each.flat_map(|more| more.iter()))
                        .cloned()
                        .collect(),
                )
            }
        }
    }
}

/// Duties of readers under one set.
#[derive(Default)]
pub(super) struct HeldDuties {
    policy: Arc<str>,
    duties: HashMap<(Principal, Circumstances), Arc<Duties>>,
}

impl HeldDuties {
    pub(super) fn find(
        &self,
        policy: &Arc<str>,
        asked: &(Principal, Circumstances),
    ) -> Option<Arc<Duties>> {
        let duties = (self.policy == *policy).then(|| self.duties.get(asked));
        duties.flatten().map(Arc::clone)
    }

    pub(super) fn keep(
        &mut self,
        policy: &Arc<str>,
        asked: (Principal, Circumstances),
        duties: Arc<Duties>,
    ) {
        if self.policy != *policy || self.duties.len() >= HELD {
            self.duties.clear();
            self.policy = Arc::clone(policy);
        }
        self.duties.insert(asked, duties);
    }
}
