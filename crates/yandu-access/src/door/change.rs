//! One set in the place of another.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use yandu_lake::Lake;
use yandu_policy::{City, Policies, Problem, Source};

use super::{Door, LakeRows, State};
use crate::grant::{GRANTS, Grant, GrantId};
use crate::negative::{Entry, EntryId, NEGATIVE};
use crate::{Error, Result};

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
        loop {
            let built = self.build(
                &state.policies,
                city.clone(),
                &sources,
                &grants,
                &state.entries,
            );
            match built {
                Ok(policies) => {
                    self.put(State {
                        policies,
                        city,
                        sources,
                        grants,
                        entries: state.entries.clone(),
                    });
                    return Ok(());
                }
                Err(problems) => {
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
                        let error = Error::Policies(problems);
                        let entries = state.entries.clone();
                        self.close(&error, |policies| State {
                            policies,
                            city,
                            sources,
                            grants,
                            entries,
                        })?;
                        return Err(error);
                    }
                }
            }
        }
    }

    /// The set with grants and entries, over what the set in force has read.
    pub(super) fn build(
        &self,
        before: &Policies,
        city: City,
        sources: &[Source],
        grants: &BTreeMap<GrantId, Grant>,
        entries: &BTreeMap<EntryId, Entry>,
    ) -> Result<Policies, Vec<Problem>> {
        let now = self.now();
        let mut all = sources.to_vec();
        let entries = entries.values();
        all.extend(entries.filter_map(|entry| {
            Some(Source {
                name: NEGATIVE.into(),
                file: format!("{NEGATIVE}/{}", entry.id).into(),
                text: entry
                    .entry
                    .following(&entry.fields, &city)
                    .policy(entry.id, &city)?,
            })
        }));
        let holding = grants.values().filter(|grant| {
            grant.broken.is_none() && grant.is_in_force(now) && !self.held().is_used_up(grant.id)
        });
        all.extend(holding.filter_map(|grant| {
            let granted = grant.granted.following(&grant.fields, &city).ok()?;
            Some(Source {
                name: GRANTS.into(),
                file: grant.id.policy().into(),
                text: granted.policy(grant.id),
            })
        }));
        Policies::build(city, &all, &LakeRows(&self.inner.lake), Some(before))
    }

    /// The set in force with other grants and entries; `own` is the file whose problems are those of what is changed.
    pub(super) fn rebuilt(
        &self,
        grants: BTreeMap<GrantId, Grant>,
        entries: BTreeMap<EntryId, Entry>,
        own: &str,
    ) -> Result<State> {
        let state = self.state();
        let city = state.city.clone();
        let built = self.build(&state.policies, city, &state.sources, &grants, &entries);
        let policies = built.map_err(|problems| {
            if problems.iter().all(|problem| problem.file.as_ref() == own) {
                Error::Terms(problems)
            } else {
                Error::Policies(problems)
            }
        })?;
        Ok(State {
            policies,
            city: state.city.clone(),
            sources: state.sources.clone(),
            grants,
            entries,
        })
    }

    /// Puts other grants and entries in force after they are recorded. Where the set cannot be built nothing is open.
    pub(super) fn put_or_close(
        &self,
        grants: BTreeMap<GrantId, Grant>,
        entries: BTreeMap<EntryId, Entry>,
    ) -> Result<()> {
        let state = self.state();
        match self.rebuilt(grants.clone(), entries.clone(), "") {
            Ok(rebuilt) => {
                self.put(rebuilt);
                Ok(())
            }
            Err(error) => self.close(&error, |policies| State {
                policies,
                city: state.city.clone(),
                sources: state.sources.clone(),
                grants,
                entries,
            }),
        }
    }

    /// Opens nothing, and says why.
    fn close(&self, why: &Error, state: impl FnOnce(Policies) -> State) -> Result<()> {
        tracing::error!(
            error = why as &dyn std::error::Error,
            "until the policies are mended nobody but the administrators may do anything"
        );
        self.put(state(closed(&self.inner.lake)?));
        Ok(())
    }

    /// Puts a state in the place of the one before, and ends what it takes away.
    pub(super) fn put(&self, state: State) {
        let mut held = self.held();
        let state = Arc::new(state);
        let mut now = self
            .inner
            .now
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *now = Arc::clone(&state);
        drop(now);
        held.follow(&state.policies);
    }

    pub(super) fn now(&self) -> jiff::Timestamp {
        self.inner.store.clock().now()
    }
}

/// The set without anything but the program's own policies.
pub(super) fn closed(lake: &Lake) -> Result<Policies> {
    Policies::build(City::default(), &[], &LakeRows(lake), None).map_err(Error::Policies)
}
