//! Who could find stored values behind a mask by values of their own.

use std::collections::{BTreeMap, BTreeSet};

use yandu_policy::{Action, Circumstances, Difference, Policies, Principal, Shown, StepKind, Way};
use yandu_words::Mask;
use yandu_words::id::DatasetId;

/// Columns that somebody sees under a mask that makes the same of the same value, and can write values into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matchable {
    pub dataset: DatasetId,
    pub columns: BTreeSet<String>,
    /// How many people could.
    pub people: u64,
}

/// What could be found out so after a change and could not before it.
pub(super) fn matchable(
    [before, after]: [&Policies; 2],
    difference: &Difference,
) -> Vec<Matchable> {
    let mut found: BTreeMap<&DatasetId, (BTreeSet<String>, BTreeSet<usize>)> = BTreeMap::new();
    let opening = difference.steps.iter().filter(|step| step.is_opening);
    for step in opening.filter(|step| may_match(&step.kind)) {
        let Some(dataset) = &step.dataset else {
            continue;
        };
        for place in &step.classes {
            let Some(class) = difference.classes.get(*place) else {
                continue;
            };
            let mut columns = matched(after, &class.after, dataset, &step.circumstances);
            if !columns.is_empty() {
                let known = matched(before, &class.before, dataset, &step.circumstances);
                columns.retain(|column| !known.contains(column));
            }
            if !columns.is_empty() {
                let (all, classes) = found.entry(dataset).or_default();
                all.extend(columns);
                classes.insert(*place);
            }
        }
    }
    let people = |classes: &BTreeSet<usize>| -> u64 {
        let classes = classes
            .iter()
            .filter_map(|place| difference.classes.get(*place));
        classes.map(|class| class.people.len() as u64).sum()
    };
    found
        .into_iter()
        .map(|(dataset, (columns, classes))| Matchable {
            dataset: dataset.clone(),
            columns,
            people: people(&classes),
        })
        .collect()
}

/// Whether what opens can let somebody do so: that rows open, under masks that were there, lets nobody do it who could not before.
fn may_match(kind: &StepKind) -> bool {
    match kind {
        StepKind::Duty(action) => WRITES.contains(action),
        StepKind::Reading { columns, .. } => {
            let masks = columns.iter().flat_map(|(_, masks)| masks);
            masks.flatten().any(is_keyed)
        }
        StepKind::Columns(columns) => {
            let masks = columns.iter().flat_map(|column| &column.after);
            masks.flatten().any(is_keyed)
        }
        StepKind::Rows { .. } => false,
    }
}

/// Duties that let somebody put values into a dataset.
const WRITES: [Action; 2] = [Action::Deliver, Action::Steward];

fn is_keyed(mask: &Mask) -> bool {
    matches!(mask, Mask::Hash | Mask::Fpe)
}

/// The columns that somebody sees so and can write into.
fn matched(
    policies: &Policies,
    principal: &Principal,
    dataset: &DatasetId,
    circumstances: &[Circumstances],
) -> BTreeSet<String> {
    // A row is mostly written without a purpose, whatever it is read for; and a grant for a purpose holds where none is said.
    let ways = Way::ALL.into_iter();
    let plain: Vec<Circumstances> = ways
        .map(|way| Circumstances { purpose: None, way })
        .collect();
    let reading = if circumstances.is_empty() {
        plain.as_slice()
    } else {
        circumstances
    };
    let may_write = |asked: &Circumstances| {
        let reader = policies.reader(principal, asked);
        let mut writes = WRITES.into_iter();
        writes.any(|action| reader.decide_on(action, dataset).is_allowed)
    };
    if !plain.iter().chain(circumstances).any(may_write) {
        return BTreeSet::new();
    }
    let mut columns = BTreeSet::new();
    for asked in reading {
        let shown = policies.reader(principal, asked).shown(dataset);
        for one in &shown {
            let counting = one.columns.iter().filter(|(name, seen)| {
                seen.mask
                    .as_ref()
                    .is_some_and(|mask| counts(mask, name, &shown))
            });
            columns.extend(counting.map(|(name, _)| name.clone()));
        }
    }
    columns
}

/// Whether it is a mask by which values can be matched, and none that leaves more stands in its place in every row.
fn counts(mask: &Mask, column: &str, shown: &[Shown]) -> bool {
    let leaves_more = |other: &Shown| {
        let seen = other.columns.get(column);
        seen.is_some_and(|seen| Mask::by_what_is_left(seen.mask.as_ref(), Some(mask)).is_lt())
    };
    let mut everywhere = shown.iter().filter(|other| other.rows.is_none());
    is_keyed(mask) && !everywhere.any(leaves_more)
}
