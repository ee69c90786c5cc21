//! Policies that cannot be put in force: what is wrong with them, and what holds in their place.
//!
//! Where only texts in the city's own folder are wrong, those that it held when they were in force last are read in their place, over
//! the city of now, and the set that they make is checked like any other. Where there are none, or they do not hold over this city
//! either, nothing is open.

use std::sync::Arc;

use yandu_policy::{Problem, Source};

use super::change::{Parts, follow};
use super::rows::Tables;
use super::{CITY_SOURCE, Door, State};
use crate::{Error, Result, store};

/// Why policies are not in force that should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Empty where it is no text that is wrong.
    pub problems: Vec<PlacedProblem>,
    /// Whether the texts that the city's folder held before are in force in the place of those of now; else nothing is open.
    pub holds_former: bool,
}

/// Something wrong with a text, in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedProblem {
    pub file: Arc<str>,
    /// Counted from 1; none where it is about the whole.
    pub line: Option<u64>,
    /// In characters from 1.
    pub column: Option<u64>,
    pub message: String,
    pub help: Option<String>,
}

impl PlacedProblem {
    fn of(problem: &Problem, sources: &[Source]) -> Self {
        let mut sources = sources.iter();
        let source = sources.find(|source| source.file == problem.file);
        let before = problem.span.as_ref().zip(source);
        let before = before.and_then(|(span, source)| source.text.get(..span.start));
        let last = before.map(|before| before.rsplit('\n').next().unwrap_or_default());
        Self {
            file: Arc::clone(&problem.file),
            line: before.map(|before| before.matches('\n').count() as u64 + 1),
            column: last.map(|last| last.chars().count() as u64 + 1),
            message: problem.message.clone(),
            help: problem.help.clone(),
        }
    }
}

impl Fault {
    pub(super) fn of(why: &Error, sources: &[Source], holds_former: bool) -> Self {
        let problems: &[Problem] = if let Error::Policies(problems) = why {
            problems
        } else {
            &[]
        };
        Self {
            problems: problems
                .iter()
                .map(|problem| PlacedProblem::of(problem, sources))
                .collect(),
            holds_former,
        }
    }

    /// Says where each problem stands, and what to do about it.
    pub(super) fn tell(&self) {
        for problem in &self.problems {
            tracing::error!(
                file.path = problem.file.as_ref(),
                file.line = problem.line,
                help = problem.help,
                "a policy has an error: {}",
                problem.message
            );
        }
    }
}

impl Door {
    /// What is wrong with the policies that should be in force.
    pub fn fault(&self) -> Option<Arc<Fault>> {
        self.present().fault.clone()
    }

    /// The state under the texts that a folder held when they were in force last, where only texts of the folder are wrong now.
    pub(super) async fn former(
        &self,
        folder: Option<&str>,
        before: &State,
        why: &Error,
        parts: &Parts,
        tables: &Tables,
    ) -> Option<State> {
        let Error::Policies(problems) = why else {
            return None;
        };
        let is_of_folder = |problem: &Problem| {
            let mut sources = parts.sources.iter();
            sources.any(|source| is_own(source) && source.file == problem.file)
        };
        if !problems.iter().all(is_of_folder) {
            return None;
        }
        let kept = match store::policy::find(self.inner.store.pool(), folder?).await {
            Ok(kept) => kept?,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the policies of before cannot be read"
                );
                return None;
            }
        };
        let others = parts.sources.iter().filter(|source| !is_own(source));
        let mut sources: Vec<Source> = others.cloned().collect();
        sources.extend(kept.into_iter().map(|(file, text)| Source {
            name: CITY_SOURCE.into(),
            file: file.into(),
            text,
        }));
        let mut former = Parts {
            sources,
            ..parts.clone()
        };
        follow(&mut former);
        let settled = self.settle(before, former, tables).ok()?;
        let fault = Fault::of(why, &parts.sources, true);
        // Registers that change put the same in force again.
        if before.fault.as_deref() != Some(&fault) {
            fault.tell();
            tracing::error!(
                "until the policies of the city's folder are mended those hold that were in force last"
            );
        }
        Some(State {
            fault: Some(Arc::new(fault)),
            ..settled
        })
    }

    /// Writes down the texts of a folder that are in force from now on.
    pub(super) async fn remember(&self, folder: Option<&str>, state: &State) -> Result<()> {
        let Some(folder) = folder.filter(|_| state.fault.is_none()) else {
            return Ok(());
        };
        let own = state.sources.iter().filter(|source| is_own(source));
        let own: Vec<(String, String)> = own
            .map(|source| (source.file.to_string(), source.text.clone()))
            .collect();
        let kept = store::policy::find(self.inner.store.pool(), folder).await?;
        if kept.as_ref() == Some(&own) {
            return Ok(());
        }
        let mut writing = self.begin().await?;
        store::policy::put(&mut writing, folder, &own).await?;
        Ok(writing.commit().await?)
    }
}

fn is_own(source: &Source) -> bool {
    source.name.as_ref() == CITY_SOURCE
}
