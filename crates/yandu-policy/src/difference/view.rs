//! What is shown of a dataset, before and after.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use yandu_words::Mask;
use yandu_words::id::DatasetId;

use super::RowOrder;
use crate::city::{Action, Principal};
use crate::sight::Shown;

/// What opens or closes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// Something may be done, or may not be done any more.
    Duty(Action),
    /// The dataset can be read at all: these columns, each with what stands in for its values.
    Reading {
        columns: Vec<(String, Vec<Option<Mask>>)>,
        rows: Vec<Option<Arc<str>>>,
    },
    /// Of a dataset that is read before and after, columns show more or less.
    Columns(Vec<ColumnStep>),
    /// More or other rows are shown, or not any more: those of any of these conditions, all where one is none.
    Rows {
        before: Vec<Option<Arc<str>>>,
        after: Vec<Option<Arc<str>>>,
    },
}

/// A column before and after: all that stands in for its values in one row or another, `None` among them where they are shown
/// as they are. Empty where it is not there. A column that was another field's name is told apart by a stroke: `mobile′`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ColumnStep {
    pub name: String,
    pub before: Vec<Option<Mask>>,
    pub after: Vec<Option<Mask>>,
}

/// One way to a cell: the condition of its row, and what stands in for its value.
type Way<'a> = (Option<&'a str>, Option<&'a Mask>);

pub(super) struct Views<'a> {
    pub(super) dataset: &'a DatasetId,
    pub(super) order: &'a dyn RowOrder,
    /// The reader before and after.
    pub(super) readers: [&'a Principal; 2],
}

impl Views<'_> {
    /// What opens and what closes.
    pub(super) fn compare(&self, [before, after]: &[Vec<Shown>; 2]) -> Vec<(bool, StepKind)> {
        let has_same_reader = self.readers[0].values() == self.readers[1].values();
        if has_same_reader && is_same(before, after) {
            return Vec::new();
        }
        match (before.is_empty(), after.is_empty()) {
            (true, true) => return Vec::new(),
            (true, false) => return vec![(true, reading(after))],
            (false, true) => return vec![(false, reading(before))],
            (false, false) => {}
        }
        let mut steps = Vec::new();
        for is_opening in [true, false] {
            let (from, to, place) = if is_opening {
                (before, after, [0, 1])
            } else {
                (after, before, [1, 0])
            };
            let known: Vec<Option<&str>> = rows_of(from);
            let wider = !rows_of(to)
                .iter()
                .all(|rows| self.covers(&known, *rows, place));
            if wider {
                steps.push((
                    is_opening,
                    StepKind::Rows {
                        before: distinct_rows(before),
                        after: distinct_rows(after),
                    },
                ));
            }
            let columns: Vec<ColumnStep> = names(before, after)
                .into_iter()
                .filter(|name| self.shows_more(name, from, to, place, wider))
                .map(|name| ColumnStep {
                    before: masks(before, name),
                    after: masks(after, name),
                    name: name.to_owned(),
                })
                .collect();
            if !columns.is_empty() {
                steps.push((is_opening, StepKind::Columns(columns)));
            }
        }
        self.add_reordered(before, after, &mut steps);
        steps
    }

    /// Of two masks in the same row the one counts that leaves more: where there are other ones, or in other rows, some rows may
    /// show more and others less, which is told as both.
    fn add_reordered(&self, before: &[Shown], after: &[Shown], steps: &mut Vec<(bool, StepKind)>) {
        let is_told = |name: &str| {
            let mut told = steps.iter().filter_map(|(_, kind)| match kind {
                StepKind::Columns(columns) => Some(columns),
                _ => None,
            });
            told.any(|columns| columns.iter().any(|column| column.name == name))
        };
        let reordered: Vec<ColumnStep> = names(before, after)
            .into_iter()
            .filter(|name| !is_told(name))
            .filter(|name| {
                let known = self.masked_ways(before, name, 0);
                let shown = self.masked_ways(after, name, 1);
                known != shown && known.len().max(shown.len()) > 1
            })
            .map(|name| ColumnStep {
                before: masks(before, name),
                after: masks(after, name),
                name: name.to_owned(),
            })
            .collect();
        if !reordered.is_empty() {
            steps.push((true, StepKind::Columns(reordered.clone())));
            steps.push((false, StepKind::Columns(reordered)));
        }
    }

    /// Whether conditions of one reader show every row that a condition shows to another; `place` is that of both readers.
    fn covers(&self, known: &[Option<&str>], rows: Option<&str>, [own, other]: [usize; 2]) -> bool {
        if known.contains(&None) {
            return true;
        }
        let Some(rows) = rows else {
            return false;
        };
        let (Some(reader), Some(another)) = (self.readers.get(own), self.readers.get(other)) else {
            return false;
        };
        if known.contains(&Some(rows))
            && (!rows.contains('$') || reader.values() == another.values())
        {
            return true;
        }
        let known: Vec<&str> = known.iter().copied().flatten().collect();
        self.order
            .is_within(self.dataset, (rows, another), (&known, reader))
    }

    /// Whether a column shows more in `to` than in `from`: as it is or less masked, or in rows that both show.
    fn shows_more(
        &self,
        name: &str,
        from: &[Shown],
        to: &[Shown],
        place: [usize; 2],
        has_more_rows: bool,
    ) -> bool {
        let (known, shown) = (
            self.ways(from, name, place[0]),
            self.ways(to, name, place[1]),
        );
        shown.iter().any(|(rows, mask)| {
            let enough: Vec<Option<&str>> = known
                .iter()
                .filter(|(_, known)| reveals(*known, *mask))
                .map(|(rows, _)| *rows)
                .collect();
            if enough.is_empty() {
                return true;
            }
            // Rows that are new as a whole are told of as such, where each of their columns was shown before.
            if self.covers(&enough, *rows, place) {
                return false;
            }
            let all = rows_of(from);
            let shows_enough_everywhere = all
                .iter()
                .all(|rows| self.covers(&enough, *rows, [place[0], place[0]]));
            !(has_more_rows && shows_enough_everywhere)
        })
    }

    fn masked_ways<'s>(&self, shown: &'s [Shown], name: &str, place: usize) -> Vec<Way<'s>> {
        let ways = self.ways(shown, name, place).into_iter();
        ways.filter(|(_, mask)| mask.is_some()).collect()
    }

    /// The ways to a column that count: of two masks the one that leaves more, and the value itself before both.
    fn ways<'s>(&self, shown: &'s [Shown], name: &str, place: usize) -> Vec<Way<'s>> {
        let ways = shown.iter().filter_map(|shown| {
            let seen = shown.columns.get(name)?;
            Some((shown.rows.as_deref(), seen.mask.as_ref()))
        });
        let mut ways: Vec<Way<'s>> = ways.collect();
        ways.sort_by(|(_, one), (_, other)| Mask::by_what_is_left(*one, *other));
        let mut counting: Vec<Way<'s>> = Vec::new();
        for way in ways {
            let known: Vec<Option<&str>> = counting.iter().map(|(rows, _)| *rows).collect();
            if way.1.is_none() || !self.covers(&known, way.0, [place, place]) {
                counting.push(way);
            }
        }
        counting
    }
}

/// What was shown, under the names that columns have in the other set: a field that is only called otherwise shows what it did.
pub(super) fn under(
    shown: Vec<Shown>,
    names: &BTreeMap<String, String>,
    order: &dyn RowOrder,
) -> Vec<Shown> {
    let rows_under = |rows: Arc<str>| {
        let is_renamed = order
            .columns(&rows)
            .iter()
            .any(|one| names.contains_key(one));
        let now = is_renamed.then(|| order.renamed(&rows, names)).flatten();
        now.map_or(rows, Arc::from)
    };
    let shown = shown.into_iter().map(|one| {
        let columns = one.columns.into_iter().map(|(name, seen)| {
            let now = names.get(&name).cloned();
            (now.unwrap_or(name), seen)
        });
        Shown {
            rows: one.rows.map(rows_under),
            columns: columns.collect(),
            policy: one.policy,
        }
    });
    shown.collect()
}

/// Whether two views show the same, whatever the policies are called. Values that are hashed or enciphered are so under
/// the key of their policy.
fn is_same(before: &[Shown], after: &[Shown]) -> bool {
    let is_keyed = |shown: &Shown| {
        let mut masks = shown.columns.values().filter_map(|seen| seen.mask.as_ref());
        masks.any(|mask| matches!(mask, Mask::Hash | Mask::Fpe))
    };
    before.len() == after.len()
        && before.iter().zip(after).all(|(one, other)| {
            let masks = |shown: &Shown| -> Vec<(String, Option<Mask>)> {
                let columns = shown.columns.iter();
                columns
                    .map(|(name, seen)| (name.clone(), seen.mask.clone()))
                    .collect()
            };
            one.rows == other.rows
                && masks(one) == masks(other)
                && (one.policy == other.policy || !is_keyed(one))
        })
}

fn reading(shown: &[Shown]) -> StepKind {
    let columns = names(shown, &[])
        .into_iter()
        .map(|name| (name.to_owned(), masks(shown, name)));
    StepKind::Reading {
        columns: columns.collect(),
        rows: distinct_rows(shown),
    }
}

/// The columns of both, those of the first ones first.
fn names<'a>(before: &'a [Shown], after: &'a [Shown]) -> Vec<&'a str> {
    let mut known = BTreeSet::new();
    let all = before.iter().chain(after);
    all.flat_map(|shown| shown.columns.keys())
        .map(String::as_str)
        .filter(|name| known.insert(*name))
        .collect()
}

fn masks(shown: &[Shown], name: &str) -> Vec<Option<Mask>> {
    let mut masks: Vec<Option<Mask>> = Vec::new();
    for seen in shown.iter().filter_map(|shown| shown.columns.get(name)) {
        if !masks.contains(&seen.mask) {
            masks.push(seen.mask.clone());
        }
    }
    masks
}

fn rows_of(shown: &[Shown]) -> Vec<Option<&str>> {
    shown.iter().map(|shown| shown.rows.as_deref()).collect()
}

fn distinct_rows(shown: &[Shown]) -> Vec<Option<Arc<str>>> {
    if shown.iter().any(|shown| shown.rows.is_none()) {
        return vec![None];
    }
    let rows: BTreeSet<&Arc<str>> = shown
        .iter()
        .filter_map(|shown| shown.rows.as_ref())
        .collect();
    rows.into_iter()
        .map(|rows| Some(Arc::clone(rows)))
        .collect()
}

/// Whether one mask leaves at least as much of a value as another; `None` leaves all of it. Masks that leave different things
/// do not. One that keeps more signs is such a mask: of a value that is not longer than what it keeps it leaves nothing, where one
/// that keeps fewer leaves those.
fn reveals(one: Option<&Mask>, other: Option<&Mask>) -> bool {
    match (one, other) {
        (None, _) | (_, Some(Mask::Null)) => true,
        (Some(one), Some(other)) if one == other => true,
        (_, None) | (Some(Mask::Null), _) => false,
        (Some(_), Some(Mask::Fixed { .. })) | (Some(Mask::Month), Some(Mask::Year)) => true,
        (Some(Mask::Step { by }), Some(Mask::Step { by: coarser })) => {
            *by > 0 && coarser.is_multiple_of(*by)
        }
        (Some(Mask::Grid { metres }), Some(Mask::Grid { metres: coarser })) => {
            *metres > 0 && coarser.is_multiple_of(*metres)
        }
        _ => false,
    }
}
