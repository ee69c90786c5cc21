//! One set in the place of another.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use yandu_lake::Lake;
use yandu_policy::{City, Finding, GRANTS, Held, Policies, Problem, Source};

use super::fault::Fault;
use super::rows::{Names, Tables};
use super::{Door, State};
use crate::grant::{Grant, GrantId};
use crate::negative::{Entry, EntryId, NEGATIVE};
use crate::{Error, Result, store};

/// What a set is built of.
#[derive(Clone)]
pub(super) struct Parts {
    pub(super) city: City,
    pub(super) sources: Vec<Source>,
    pub(super) grants: BTreeMap<GrantId, Grant>,
    pub(super) entries: BTreeMap<EntryId, Entry>,
}

impl State {
    pub(super) fn parts(&self) -> Parts {
        Parts {
            city: self.city.clone(),
            sources: self.sources.clone(),
            grants: self.grants.clone(),
            entries: self.entries.clone(),
        }
    }
}

impl Door {
    /// Says what the city has, and which policies its packs and its own folder hold. Where they do not hold, nobody but the
    /// administrators may do anything until they do: the set before is about other data. A grant that does not fit the city any
    /// more shows nothing from now on, and says so; so does a policy that names a column which is another field by now.
    pub async fn set_city(&self, city: City, sources: Vec<Source>) -> Result<()> {
        self.set_city_of(None, city, sources).await
    }

    /// The same where the city's own texts stand in a folder: what they were when they were in force last is kept under its name. Where
    /// one of them has an error, those hold until it is mended, and [`Door::fault`] says so.
    pub async fn set_city_of(
        &self,
        folder: Option<&str>,
        city: City,
        sources: Vec<Source>,
    ) -> Result<()> {
        let _changing = self.inner.changing.lock().await;
        let state = self.state();
        let mut parts = Parts {
            city,
            sources,
            ..state.parts()
        };
        follow(&mut parts);
        let tables = Tables::of(&self.inner.lake);
        let settled = match self.settle(&state, parts, &tables) {
            Ok(settled) => State {
                fault: None,
                ..settled
            },
            Err(unsettled) => {
                let (error, parts) = *unsettled;
                let former = self.former(folder, &state, &error, &parts, &tables);
                let Some(former) = former.await else {
                    self.close(&error, unheld(parts, &state), None)?;
                    return Err(error);
                };
                former
            }
        };
        // What is in force and not written down would mean something else after the next start.
        let written = match self.hold(&state, &settled).await {
            Ok(()) => self.remember(folder, &settled).await,
            Err(error) => Err(error),
        };
        if let Err(error) = written {
            self.close(&error, unheld(settled.parts(), &state), None)?;
            return Err(error);
        }
        let known: Vec<&Finding> = state.policies.findings().collect();
        for finding in settled.policies.findings() {
            if !known.contains(&finding) {
                tracing::warn!(
                    policy.id = finding.policy.as_ref(),
                    dataset.id = finding.dataset.as_str(),
                    column = finding.column,
                    "{finding}; {}",
                    Finding::HELP
                );
            }
        }
        warn_of_broken(&state, &settled);
        for entry in settled.entries.values() {
            let withholds = |city: &City| {
                let policies = entry.entry.policies(entry.id, &entry.fields, city);
                policies.is_some()
            };
            let is_news = state.city.datasets.is_empty() || withholds(&state.city);
            if is_news && !withholds(&settled.city) {
                tracing::warn!(
                    entry.id = %entry.id,
                    "an entry of the negative list withholds nothing: the city has no such data, or none of its columns"
                );
            }
        }
        self.put(settled);
        Ok(())
    }

    /// Writes down which fields grants, entries of the negative list and policies mean.
    async fn hold(&self, before: &State, after: &State) -> Result<()> {
        let is_new = |grant: &&Grant| {
            let known = before.grants.get(&grant.id);
            known.is_none_or(|known| known.fields != grant.fields)
        };
        let grants: Vec<&Grant> = after.grants.values().filter(is_new).collect();
        let is_new = |entry: &&Entry| {
            let known = before.entries.get(&entry.id);
            known.is_none_or(|known| known.fields != entry.fields)
        };
        let entries: Vec<&Entry> = after.entries.values().filter(is_new).collect();
        if grants.is_empty() && entries.is_empty() && before.meanings == after.meanings {
            return Ok(());
        }
        let mut writing = self.begin().await?;
        for grant in grants {
            store::grant::hold(&mut writing, grant).await?;
        }
        for entry in entries {
            store::grant::hold_entry(&mut writing, entry).await?;
        }
        store::meaning::replace(&mut writing, &before.meanings, &after.meanings).await?;
        Ok(writing.commit().await?)
    }

    /// The state of these, without the grants that do not fit: those say why. Where the rest does not hold either, what is
    /// wrong comes back with the parts.
    pub(super) fn settle(
        &self,
        before: &State,
        mut parts: Parts,
        tables: &Tables,
    ) -> Result<State, Box<(Error, Parts)>> {
        loop {
            let problems = match self.build_over(before, &parts, tables) {
                Ok(state) => return Ok(state),
                Err(problems) => problems,
            };
            let mut has_broken = false;
            for grant in parts.grants.values_mut() {
                let file = grant.id.policy();
                let mut own = problems.iter().filter(|one| one.file.as_ref() == file);
                if let Some(problem) = own.next() {
                    grant.broken = Some(problem.message.clone());
                    has_broken = true;
                }
            }
            if !has_broken {
                return Err(Box::new((Error::Policies(problems), parts)));
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
            let tables = Tables::of(&self.inner.lake);
            match self.settle(&state, state.parts(), &tables) {
                // A change in between has looked at the time itself.
                Ok(begun) => {
                    warn_of_broken(&state, &begun);
                    self.put_over(begun, Some(&state));
                }
                Err(unsettled) => {
                    let (error, parts) = *unsettled;
                    if let Err(error) = self.close(&error, parts, Some(&state)) {
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

    /// The state of these, over what the set in force has read.
    pub(super) fn build(&self, before: &State, parts: &Parts) -> Result<State, Vec<Problem>> {
        self.build_over(before, parts, &Tables::of(&self.inner.lake))
    }

    /// The same over tables that may not be stored yet.
    fn build_over(
        &self,
        before: &State,
        parts: &Parts,
        tables: &Tables,
    ) -> Result<State, Vec<Problem>> {
        let now = self.now();
        let city = &parts.city;
        let mut all = parts.sources.clone();
        all.extend(parts.entries.values().filter_map(|entry| {
            Some(Source {
                name: NEGATIVE.into(),
                file: format!("{NEGATIVE}/{}", entry.id).into(),
                text: entry.entry.policies(entry.id, &entry.fields, city)?,
            })
        }));
        let holding = parts.grants.values().filter(|grant| {
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
        let held = Held {
            meanings: &before.meanings,
            names: &Names,
            of_now: &[GRANTS, NEGATIVE],
        };
        let known = Some(before.policies.as_ref());
        let policies = Policies::build(city.clone(), &all, tables, Some(held), known)?;
        let Parts {
            city,
            sources,
            grants,
            entries,
        } = parts.clone();
        Ok(State {
            begins: begins(&grants, now),
            fault: before.fault.clone(),
            meanings: Arc::new(policies.meanings()),
            policies: Arc::new(policies),
            city,
            sources,
            grants,
            entries,
        })
    }

    /// The state in force with other grants and entries; `own` is the file whose problems are those of what is changed.
    pub(super) fn rebuilt(&self, before: &State, parts: &Parts, own: &str) -> Result<State> {
        let built = self.build(before, parts);
        built.map_err(|problems| refused(problems, own))
    }

    /// Puts other grants and entries in force after they are recorded. A grant that does not fit the city any more shows nothing; where
    /// the set cannot be built without it either nothing is open.
    pub(super) fn put_or_close(&self, before: &State, parts: Parts) -> Result<()> {
        match self.settle(before, parts, &Tables::of(&self.inner.lake)) {
            Ok(settled) => {
                warn_of_broken(before, &settled);
                self.put(settled);
                Ok(())
            }
            Err(unsettled) => {
                let (error, parts) = *unsettled;
                self.close(&error, parts, None)
            }
        }
    }

    /// Opens nothing, and says why; unless another state than the expected one is in force.
    fn close(&self, why: &Error, of: Parts, expected: Option<&Arc<State>>) -> Result<()> {
        let fault = Fault::of(why, &of.sources, false);
        fault.tell();
        tracing::error!(
            error = why as &dyn std::error::Error,
            "until the policies are mended nobody but the administrators may do anything"
        );
        let state = State {
            policies: Arc::new(closed(&self.inner.lake)?),
            meanings: Arc::clone(&self.present().meanings),
            city: of.city,
            sources: of.sources,
            grants: of.grants,
            entries: of.entries,
            begins: None,
            fault: Some(Arc::new(fault)),
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

    pub(super) fn now(&self) -> Timestamp {
        self.inner.accounts.now()
    }
}

/// Says which grants show nothing any more.
fn warn_of_broken(before: &State, after: &State) {
    for grant in after.grants.values() {
        let known = before.grants.get(&grant.id);
        let was = known.and_then(|known| known.broken.as_ref());
        if let Some(why) = grant.broken.as_ref().filter(|why| Some(*why) != was) {
            tracing::warn!(grant.id = %grant.id, "a grant does not fit its dataset any more: {why}");
        }
    }
}

/// The set without anything but the program's own policies.
pub(super) fn closed(lake: &Lake) -> Result<Policies> {
    let tables = Tables::of(lake);
    Policies::build(City::default(), &[], &tables, None, None).map_err(Error::Policies)
}

/// The same with the fields that grants and entries had before, which are written down: what is put in force next binds the others
/// anew, and writes them down then.
fn unheld(mut parts: Parts, before: &State) -> Parts {
    for (id, grant) in &mut parts.grants {
        if let Some(known) = before.grants.get(id) {
            grant.fields.clone_from(&known.fields);
        }
    }
    for (id, entry) in &mut parts.entries {
        if let Some(known) = before.entries.get(id) {
            entry.fields.clone_from(&known.fields);
        }
    }
    parts
}

/// Lets grants and entries of the negative list name the columns that their fields are in a city now; a grant whose field is gone says
/// so.
pub(super) fn follow(parts: &mut Parts) {
    for entry in parts.entries.values_mut() {
        // A dataset that has come has fields of its own, and an entry that was added before fields were written down means those of now.
        for (name, field) in entry.entry.fields(&parts.city) {
            entry.fields.entry(name).or_insert(field);
        }
    }
    for grant in parts.grants.values_mut() {
        // One that was given before fields were written down means the columns of now.
        for (name, field) in grant.granted.fields(&parts.city) {
            grant.fields.entry(name).or_insert(field);
        }
        let followed = grant.granted.following(&grant.fields, &parts.city);
        grant.broken = followed.err();
    }
}

/// When the next term of a grant begins.
pub(super) fn begins(grants: &BTreeMap<GrantId, Grant>, now: Timestamp) -> Option<Timestamp> {
    let waiting = grants.values().filter(|grant| grant.is_waiting(now));
    waiting.filter_map(|grant| grant.granted.from).min()
}

/// Why no set was built: the terms of what is changed, whose file is `own`, or other policies.
pub(super) fn refused(problems: Vec<Problem>, own: &str) -> Error {
    if problems.iter().all(|problem| problem.file.as_ref() == own) {
        Error::Terms(problems)
    } else {
        Error::Policies(problems)
    }
}
