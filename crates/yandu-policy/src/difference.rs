//! What another set of policies would open and close, worked out before it is in force.
//!
//! Both sets are asked by the same code that decides at the door. What no policy can tell apart is asked once: accounts of the same
//! kind and department that hold the same of the roles that policies name and belong to the same of the divisions that they name,
//! and datasets of the same owner, origin, sharing, opening and grade that none names. Only what a changed policy is about, or what is
//! another thing itself, is asked at all. What the same policies show of a dataset is compared once, whoever is shown it.

mod asked;
mod compared;
mod found;
mod group;
mod purpose;
mod view;

use std::collections::{HashMap, HashSet};

use yandu_words::id::DatasetId;

use crate::city::{Circumstances, Principal};
use crate::meaning::RowNames;
use crate::policies::Policies;

use asked::{Asked, Asking};
use compared::Compared;
use found::Finder;
use group::classes;

pub use view::{ColumnStep, StepKind};

/// How many decisions a comparison may take: some seconds of one processor.
pub const DECISIONS: u64 = 1_000_000;

/// Stands for every purpose that no policy names.
pub const OTHER_PURPOSE: &str = "*";

/// Compares conditions on rows, which is done elsewhere: this crate has no SQL of its own.
pub trait RowOrder: RowNames + Sync {
    /// Whether every row of a dataset that one condition shows to a reader is shown by one of the others to another reader.
    /// `false` also where that cannot be proved.
    fn is_within(
        &self,
        dataset: &DatasetId,
        one: (&str, &Principal),
        others: (&[&str], &Principal),
    ) -> bool;
}

/// Accounts that no policy of both sets tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    /// One of them, as it is.
    pub before: Principal,
    /// The same as it is to be.
    pub after: Principal,
    /// The places of all of them among the people that were handed in.
    pub people: Vec<usize>,
}

/// Something that opens, or closes, for all of some classes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The places of the classes, in order.
    pub classes: Vec<usize>,
    /// None where it is about the city.
    pub dataset: Option<DatasetId>,
    pub is_opening: bool,
    pub kind: StepKind,
    /// In which circumstances; all where there are none.
    pub circumstances: Vec<Circumstances>,
}

/// What another set would open and close.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    pub classes: Vec<Class>,
    /// In no order that says anything. Several can say the same of different classes.
    pub steps: Vec<Step>,
    /// Pairs of an account and a dataset for which something changes.
    pub changed: u64,
    /// All pairs of an account and a dataset.
    pub pairs: u64,
    /// How many decisions were asked for.
    pub decisions: u64,
}

/// The comparison would take more decisions than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the change is about {decisions} decisions, and at most {most} are compared at once", most = DECISIONS)]
pub struct TooMuch {
    pub decisions: u64,
}

/// What changes from one set to another for people, each as they are and as they are to be.
///
/// Grants hold for their purpose and where none is said, so their purposes are asked for only where a grant itself changes, or where
/// another policy looks at purposes.
///
/// # Errors
///
/// Where it would take more than [`DECISIONS`]; the number is found before the first is asked for.
pub fn difference(
    before: &Policies,
    after: &Policies,
    people: &[(Principal, Principal)],
    order: &dyn RowOrder,
) -> Result<Difference, TooMuch> {
    let compared = Compared::new(before, after, order);
    let (classes, kin) = classes(people, &compared);
    let mut asking = Asking::new(&compared);
    let asked: Vec<Asked<'_, '_>> = kin
        .iter()
        .map(|kin| asking.of(kin, &classes))
        .filter(Asked::is_asked)
        .collect();
    let decisions: u64 = asked.iter().map(Asked::decisions).sum();
    if decisions > DECISIONS {
        return Err(TooMuch { decisions });
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = asked.len().div_ceil(threads).max(1);
    let found: Vec<Vec<Step>> = std::thread::scope(|scope| {
        let parts: Vec<_> = asked
            .chunks(share)
            .map(|part| {
                let (compared, classes) = (&compared, &classes);
                scope.spawn(move || {
                    let mut finder = Finder::new(compared, classes);
                    for asked in part {
                        finder.look_at(asked);
                    }
                    finder.steps()
                })
            })
            .collect();
        parts
            .into_iter()
            .map(|part| match part.join() {
                Ok(steps) => steps,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    });
    let steps: Vec<Step> = found.into_iter().flatten().collect();
    let mut changed: HashMap<&DatasetId, HashSet<usize>> = HashMap::new();
    for step in &steps {
        if let Some(dataset) = &step.dataset {
            changed.entry(dataset).or_default().extend(&step.classes);
        }
    }
    let people_of = |class: &usize| classes.get(*class).map_or(0, |class| class.people.len());
    let changed: usize = changed.values().flatten().map(people_of).sum();
    Ok(Difference {
        changed: changed as u64,
        pairs: people.len() as u64 * compared.datasets.len() as u64,
        decisions,
        classes,
        steps,
    })
}
