//! Rights of readers, made once for a set of policies and ended when it shows them something else.

use std::collections::{HashMap, HashSet};
use std::mem;
use std::sync::Arc;

use yandu_lake::{MaskKey, Permit, Rights, Sight, Term, compile_row_condition};
use yandu_policy::{Circumstances, Policies, Principal, Reader, Shown};
use yandu_words::id::DatasetId;

use super::{Inner, State};
use crate::grant::GrantId;

/// How many rights are held for readers who may come again.
const HELD: usize = 2_000;

/// Who asks for rights, and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Asked {
    pub principal: Principal,
    /// Which revision of the account it is.
    pub revision: u64,
    pub circumstances: Circumstances,
    pub uses: Uses,
}

/// What becomes of grants that say how often they may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Uses {
    /// They show nothing.
    Uncounted,
    /// Each question is a use. One that was used for the last time shows nothing to those who ask later, where something else shows
    /// them the same dataset.
    Counted,
    /// They show what a use that was counted has given out, the last one too.
    GivenOut,
}

/// The rights of one reader under one set.
pub(super) struct Made {
    policy: Arc<str>,
    rights: Arc<Rights>,
    permits: Vec<Given>,
}

/// A permit that was handed out.
pub(super) struct Given {
    pub(super) dataset: DatasetId,
    shown: Shown,
    term: Term,
}

/// All rights that somebody may be reading under.
#[derive(Default)]
pub(super) struct Held {
    /// The revision of each account that was changed since the start.
    revisions: HashMap<String, u64>,
    /// Grants that have been used as often as they say. What the last use shows is still read under them.
    spent: HashSet<GrantId>,
    /// Those of them that somebody wanted to use once more: nothing is read under them any longer.
    used_up: HashSet<GrantId>,
    now: HashMap<Asked, Made>,
    /// Of a set before. They are looked after as long as somebody reads under them.
    before: Vec<(Asked, Made)>,
}

/// Makes the rights of a reader. A permit whose condition cannot be compiled any more shows nothing.
pub(super) fn make(inner: &Inner, state: &State, asked: &Asked) -> Made {
    let reader = state
        .policies
        .reader(&asked.principal, &asked.circumstances);
    let mut sights = Vec::new();
    let mut permits = Vec::new();
    for dataset in state.policies.city().datasets.keys() {
        let (of_dataset, given) = sight(inner, state, asked, &reader, dataset);
        permits.extend(given);
        if !of_dataset.is_empty() {
            sights.push((dataset.clone(), Sight::new(of_dataset)));
        }
    }
    let policy = Arc::clone(state.policies.hash());
    Made {
        rights: Arc::new(Rights::new(Arc::clone(&policy), sights)),
        policy,
        permits,
    }
}

/// The same of one dataset alone.
pub(super) fn make_of(inner: &Inner, state: &State, asked: &Asked, dataset: &DatasetId) -> Rights {
    let reader = state
        .policies
        .reader(&asked.principal, &asked.circumstances);
    let (permits, _) = sight(inner, state, asked, &reader, dataset);
    let sights = (!permits.is_empty()).then(|| (dataset.clone(), Sight::new(permits)));
    Rights::new(Arc::clone(state.policies.hash()), sights)
}

fn sight(
    inner: &Inner,
    state: &State,
    asked: &Asked,
    reader: &Reader<'_>,
    dataset: &DatasetId,
) -> (Vec<Permit>, Vec<Given>) {
    let mut of_dataset = Vec::new();
    let mut permits = Vec::new();
    let shown = reader.shown(dataset);
    if shown.is_empty() {
        return (of_dataset, permits);
    }
    let Ok(schema) = inner.lake.schema(dataset) else {
        return (of_dataset, permits);
    };
    let values = asked.principal.values();
    for shown in shown {
        let rows = match &shown.rows {
            None => None,
            Some(rows) => match compile_row_condition(&schema, rows, &values) {
                Ok(condition) => Some(condition),
                Err(problem) => {
                    tracing::error!(
                        policy.id = shown.policy.as_ref(),
                        dataset.id = dataset.as_str(),
                        "a condition on rows does not fit the dataset any more, and its permit shows nothing: {}",
                        problem.message
                    );
                    continue;
                }
            },
        };
        let grant = GrantId::of_policy(&shown.policy).map(|id| state.grants.get(&id));
        let term = match grant {
            None => Term::default(),
            // The set before this one had it.
            Some(None) => continue,
            Some(Some(grant)) if grant.granted.uses.is_some() && asked.uses == Uses::Uncounted => {
                continue;
            }
            Some(Some(grant)) => Term::until(grant.granted.until),
        };
        let columns = shown.columns.iter();
        of_dataset.push(Permit {
            name: Arc::clone(&shown.policy),
            rows,
            columns: columns
                .map(|(name, seen)| (name.clone(), seen.mask.clone()))
                .collect(),
            key: Some(MaskKey::new(inner.key.derive(&shown.policy))),
            term: term.clone(),
        });
        permits.push(Given {
            dataset: dataset.clone(),
            shown,
            term,
        });
    }
    (of_dataset, permits)
}

impl Held {
    pub(super) fn find(&self, asked: &Asked, policy: &Arc<str>) -> Option<Arc<Rights>> {
        let made = self.now.get(asked)?;
        (made.policy == *policy).then(|| Arc::clone(&made.rights))
    }

    /// Keeps rights that were made, unless somebody else was quicker, and gives those that are kept.
    pub(super) fn keep(&mut self, asked: Asked, made: Made) -> Arc<Rights> {
        if let Some(rights) = self.find(&asked, &made.policy) {
            return rights;
        }
        let newest = self.revisions.get(&asked.principal.id);
        let is_outdated = newest.is_some_and(|newest| asked.revision < *newest);
        for given in &made.permits {
            let is_used_up = given.is_of(&self.used_up);
            let is_left_out = asked.uses == Uses::Counted
                && given.is_of(&self.spent)
                && made
                    .permits
                    .iter()
                    .any(|other| other.dataset == given.dataset && !other.is_of(&self.spent));
            if is_outdated || is_used_up || is_left_out {
                given.term.end();
            }
        }
        if self.now.len() >= HELD {
            let read = self.now.drain().filter(|(_, made)| made.is_read());
            self.before.extend(read);
        }
        let rights = Arc::clone(&made.rights);
        if let Some(before) = self.now.insert(asked.clone(), made) {
            self.before.push((asked, before));
        }
        self.before.retain(|(_, made)| made.is_read());
        rights
    }

    /// Ends every permit that a new set does not show in the same way.
    pub(super) fn follow(&mut self, policies: &Policies) {
        self.before.extend(self.now.drain());
        self.before.retain(|(_, made)| made.is_read());
        for (asked, made) in &self.before {
            let reader = policies.reader(&asked.principal, &asked.circumstances);
            let mut shown: HashMap<&DatasetId, Vec<Shown>> = HashMap::new();
            for given in &made.permits {
                let shown = shown
                    .entry(&given.dataset)
                    .or_insert_with(|| reader.shown(&given.dataset));
                if !shown.contains(&given.shown) {
                    given.term.end();
                }
            }
        }
    }

    /// Ends everything of an account that has become another one.
    pub(super) fn forget(&mut self, account: &str, revision: u64) {
        let newest = self.revisions.entry(account.to_owned()).or_default();
        *newest = revision.max(*newest);
        let is_meant = |asked: &Asked| asked.principal.id == account;
        let now = self.now.iter();
        let all = now.chain(self.before.iter().map(|(asked, made)| (asked, made)));
        for (_, made) in all.filter(|(asked, _)| is_meant(asked)) {
            for given in &made.permits {
                given.term.end();
            }
        }
        self.now.retain(|asked, _| !is_meant(asked));
        self.before.retain(|(_, made)| made.is_read());
    }

    /// Ends the permit of a grant.
    pub(super) fn end_grant(&mut self, grant: GrantId) {
        let name = grant.policy();
        let all = self
            .now
            .values()
            .chain(self.before.iter().map(|(_, made)| made));
        let given = all.flat_map(|made| &made.permits);
        for given in given.filter(|given| given.shown.policy.as_ref() == name) {
            given.term.end();
        }
    }

    /// Makes the rights of those who ask later without a grant that has been used for the last time. What that use shows is read on.
    pub(super) fn spend(&mut self, grant: GrantId) {
        self.spent.insert(grant);
        let name = grant.policy();
        let shows = |made: &Made| {
            let mut permits = made.permits.iter();
            permits.any(|given| given.shown.policy.as_ref() == name)
        };
        for (asked, made) in mem::take(&mut self.now) {
            if asked.uses == Uses::Counted && shows(&made) {
                self.before.push((asked, made));
            } else {
                self.now.insert(asked, made);
            }
        }
        self.before.retain(|(_, made)| made.is_read());
    }

    /// Ends a grant that has been used up, also for those who come later.
    pub(super) fn use_up(&mut self, grant: GrantId) {
        self.spent.insert(grant);
        self.used_up.insert(grant);
        self.end_grant(grant);
    }

    pub(super) fn is_used_up(&self, grant: GrantId) -> bool {
        self.used_up.contains(&grant)
    }
}

impl Given {
    /// Whether it is a permit of one of these grants.
    fn is_of(&self, grants: &HashSet<GrantId>) -> bool {
        GrantId::of_policy(&self.shown.policy).is_some_and(|id| grants.contains(&id))
    }
}

impl Made {
    /// Whether somebody else holds the rights.
    fn is_read(&self) -> bool {
        Arc::strong_count(&self.rights) > 1
    }
}
