//! One set in the place of another.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use yandu_lake::Lake;
use yandu_policy::{City, GRANTS, Policies, Problem, Source};

use super::{Door, LakeRows, State};
use crate::grant::{Grant, GrantId};
use crate::negative::{Entry, EntryId, NEGATIVE};
use crate::{Error, Result};

/// What no set could be built of.
struct Unsettled {
    city: City,
    sources: Vec<Source>,
    grants: BTreeMap<GrantId, Grant>,
    entries: BTreeMap<EntryId, Entry>,
}

impl Door {
    /// Says what the city has, and which policies its packs and its own folder hold. Where they do not hold, nobody but the
    /// administrators may do anything until they do: the set before is about other data. A grant that does not fit the city any
    /// more shows nothing from now on, and says so.
    pub async fn set_city(&self, city: City, sources: Vec<Source>) -> Result<()> {
        let _changing = self.inner.changing.lock().await;
        let state = self.state();
        let mut grants = state.grants.clone();
        for grant in grants.values_mut() {
            let followed = grant.granted.following(&grant.fields, &city);
            grant.broken = followed.err();
        }
        let entries = state.entries.clone();
        let settled = self.settle(&state.policies, city, sources, grants, entries);
        match settled {
            Ok(state) => {
                self.put(state);
                Ok(())
            }
            Err(unsettled) => {
                let (error, unsettled) = *unsettled;
                self.close(&error, unsettled, None)?;
                Err(error)
            }
        }
    }

    /// The state of these, without the grants that do not fit: those say why. Where the rest does not hold either, what is
    /// wrong comes back with the closed state.
    fn settle(
        &self,
        before: &Policies,
        city: City,
        sources: Vec<Source>,
        mut grants: BTreeMap<GrantId, Grant>,
        entries: BTreeMap<EntryId, Entry>,
    ) -> Result<State, Box<(Error, Unsettled)>> {
        loop {
            let problems = match self.build(before, &city, &sources, &grants, &entries) {
                Ok(state) => return Ok(state),
                Err(problems) => problems,
            };
            let mut has_broken = false;
            for grant in grants.values_mut() {
                let file = grant.id.policy();
                let mut own = problems.iter().filter(|one| one.file.as_ref() == file);
                if let Some(problem) = own.next() {
                    tracing::warn!(grant.id = %grant.id, "a grant does not fit its dataset any more: {}", problem.message);
                    grant.broken = Some(problem.message.clone());
                    has_broken = true;
                }
            }
            if !has_broken {
                let unsettled = Unsettled {
                    city,
                    sources,
                    grants,
                    entries,
                };
                return Err(Box::new((Error::Policies(problems), unsettled)));
            }
        }
    }

    /// Puts the grants whose terms have begun into the set.
    pub(super) fn begin_terms(&self) -> Arc<State> {
        let beginning = self.inner.beginning.lock();
        let _beginning = beginning.unwrap_or_else(PoisonError::into_inner);
        loop {
            let state = self.present();
            let now = self.now();
            if state.begins.is_none_or(|begins| now < begins) {
                return state;
            }
            let settled = self.settle(
                &state.policies,
                state.city.clone(),
                state.sources.clone(),
                state.grants.clone(),
                state.entries.clone(),
            );
            match settled {
                // A change in between has looked at the time itself.
                Ok(begun) => self.put_over(begun, Some(&state)),
                Err(unsettled) => {
                    let (error, unsettled) = *unsettled;
                    if let Err(error) = self.close(&error, unsettled, Some(&state)) {
                        tracing::error!(
                            error = &error as &dyn std::error::Error,
                            "the policies of the program cannot be built"
                        );
                        return self.present();
                    }
                }
            }
        }
    }

    /// The state with grants and entries, over what the set in force has read.
    pub(super) fn build(
        &self,
        before: &Policies,
        city: &City,
        sources: &[Source],
        grants: &BTreeMap<GrantId, Grant>,
        entries: &BTreeMap<EntryId, Entry>,
    ) -> Result<State, Vec<Problem>> {
        let now = self.now();
        let mut all = sources.to_vec();
        all.extend(entries.values().filter_map(|entry| {
            Some(Source {
                name: NEGATIVE.into(),
                file: format!("{NEGATIVE}/{}", entry.id).into(),
                text: entry
                    .entry
                    .following(&entry.fields, city)
                    .policy(entry.id, city)?,
            })
        }));
        let holding = grants.values().filter(|grant| {
            grant.broken.is_none() && grant.is_in_force(now) && !self.held().is_used_up(grant.id)
        });
        all.extend(holding.filter_map(|grant| {
            let granted = grant.granted.following(&grant.fields, city).ok()?;
            Some(Source {
                name: GRANTS.into(),
                file: grant.id.policy().into(),
                text: granted.policy(grant.id),
            })
        }));
        let rows = LakeRows(&self.inner.lake);
        let policies = Policies::build(city.clone(), &all, &rows, Some(before))?;
        let waiting = grants.values().filter(|grant| grant.is_waiting(now));
        Ok(State {
            policies,
            city: city.clone(),
            sources: sources.to_vec(),
            grants: grants.clone(),
            entries: entries.clone(),
            begins: waiting.filter_map(|grant| grant.granted.from).min(),
        })
    }

    /// The set in force with other grants and entries; `own` is the file whose problems are those of what is changed.
    pub(super) fn rebuilt(
        &self,
        grants: &BTreeMap<GrantId, Grant>,
        entries: &BTreeMap<EntryId, Entry>,
        own: &str,
    ) -> Result<State> {
        let state = self.state();
        let built = self.build(
            &state.policies,
            &state.city,
            &state.sources,
            grants,
            entries,
        );
        built.map_err(|problems| refused(problems, own))
    }

    /// Puts other grants and entries in force after they are recorded. Where the set cannot be built nothing is open.
    pub(super) fn put_or_close(
        &self,
        grants: BTreeMap<GrantId, Grant>,
        entries: BTreeMap<EntryId, Entry>,
    ) -> Result<()> {
        let state = self.state();
        match self.rebuilt(&grants, &entries, "") {
            Ok(rebuilt) => {
                self.put(rebuilt);
                Ok(())
            }
            Err(error) => self.close(
                &error,
                Unsettled {
                    city: state.city.clone(),
                    sources: state.sources.clone(),
                    grants,
                    entries,
                },
                None,
            ),
        }
    }

    /// Opens nothing, and says why; unless another state than the expected one is in force.
    fn close(&self, why: &Error, of: Unsettled, expected: Option<&Arc<State>>) -> Result<()> {
        tracing::error!(
            error = why as &dyn std::error::Error,
            "until the policies are mended nobody but the administrators may do anything"
        );
        let state = State {
            policies: closed(&self.inner.lake)?,
            city: of.city,
            sources: of.sources,
            grants: of.grants,
            entries: of.entries,
            begins: None,
        };
        self.put_over(state, expected);
        Ok(())
    }

    /// Puts a state in the place of the one before, and ends what it takes away.
    pub(super) fn put(&self, state: State) {
        self.put_over(state, None);
    }

    /// The same, unless another state than the expected one is in force.
    fn put_over(&self, state: State, expected: Option<&Arc<State>>) {
        let mut held = self.held();
        let state = Arc::new(state);
        let mut now = self
            .inner
            .now
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        if expected.is_some_and(|expected| !Arc::ptr_eq(expected, &now)) {
            return;
        }
        *now = Arc::clone(&state);
        drop(now);
        held.follow(&state.policies);
    }

    pub(super) fn now(&self) -> jiff::Timestamp {
        self.inner.accounts.now()
    }
}

/// The set without anything but the program's own policies.
pub(super) fn closed(lake: &Lake) -> Result<Policies> {
    Policies::build(City::default(), &[], &LakeRows(lake), None).map_err(Error::Policies)
}

/// Why no set was built: the terms of what is changed, whose file is `own`, or other policies.
pub(super) fn refused(problems: Vec<Problem>, own: &str) -> Error {
    if problems.iter().all(|problem| problem.file.as_ref() == own) {
        Error::Terms(problems)
    } else {
        Error::Policies(problems)
    }
}
