//! What changes of the checks.

use super::{Change, Comparison, Effect, What, word};
use crate::declare::{Check, CheckKind, Level, Literal};

/// How a changed check stands to what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Whatever passed passes.
    Looser,
    /// Something that passed may break it.
    Tighter,
}

impl Comparison<'_> {
    pub(super) fn checks(&self) -> Vec<Change> {
        let (before, after) = (&self.before.file().checks, &self.after.file().checks);
        let named = |checks: &[Check], name: &str| -> Option<Check> {
            checks.iter().find(|check| check.name == name).cloned()
        };
        let mut changes = Vec::new();
        for check in after {
            match named(before, &check.name) {
                Some(was) => changes.extend(changed(&was, check)),
                None => changes.push(
                    Change::new(What::CheckAdded, effect_of(check))
                        .of(&check.name)
                        .between(None::<String>, word(check)),
                ),
            }
        }
        for check in before {
            if named(after, &check.name).is_none() {
                let effect = match check.level {
                    Level::Hard => Effect::Release,
                    Level::Soft => Effect::Note,
                };
                changes.push(
                    Change::new(What::CheckRemoved, effect)
                        .of(&check.name)
                        .between(word(check), None::<String>),
                );
            }
        }
        changes
    }
}

/// What a check that rows were not held to before may do to them.
fn effect_of(check: &Check) -> Effect {
    match (&check.kind, check.level) {
        // They ask something of a delivery, and no row breaks them.
        (CheckKind::Rows { .. } | CheckKind::Fresh { .. }, _) => Effect::None,
        (_, Level::Hard) => Effect::Recheck,
        (_, Level::Soft) => Effect::Note,
    }
}

fn changed(before: &Check, after: &Check) -> Option<Change> {
    let change = |what, effect| {
        Some(
            Change::new(what, effect)
                .of(&after.name)
                .between(word(before), word(after)),
        )
    };
    if before.kind != after.kind {
        let is_looser = step(&before.kind, &after.kind) == Step::Looser;
        return match (before.level, after.level) {
            (Level::Hard, Level::Hard) if is_looser => change(What::CheckChanged, Effect::Release),
            _ => change(What::CheckChanged, effect_of(after)),
        };
    }
    if before.level != after.level {
        return match after.level {
            Level::Hard => change(What::CheckLevel, effect_of(after)),
            Level::Soft => change(What::CheckLevel, Effect::Release),
        };
    }
    (before != after)
        .then(|| change(What::CheckText, Effect::None))
        .flatten()
}

fn step(before: &CheckKind, after: &CheckKind) -> Step {
    let is_looser = match (before, after) {
        (
            CheckKind::Within { column, low, high },
            CheckKind::Within {
                column: other,
                low: new_low,
                high: new_high,
            },
        ) => {
            column == other
                && reaches(new_low.as_ref(), low.as_ref(), |new, old| new <= old)
                && reaches(new_high.as_ref(), high.as_ref(), |new, old| new >= old)
        }
        (
            CheckKind::OneOf { column, values },
            CheckKind::OneOf {
                column: other,
                values: new,
            },
        ) => column == other && values.iter().all(|value| new.contains(value)),
        // They ask nothing of a row.
        (_, CheckKind::Rows { .. } | CheckKind::Fresh { .. }) => true,
        _ => false,
    };
    if is_looser {
        Step::Looser
    } else {
        Step::Tighter
    }
}

/// Whether a new bound lets through all that the old one did. Bounds that are no numbers are not put in an order here, and
/// a text of digits is none: the column may be text, where `9` comes after `10`.
fn reaches(new: Option<&Literal>, old: Option<&Literal>, order: impl Fn(f64, f64) -> bool) -> bool {
    let number = |bound: &Literal| match bound {
        Literal::Integer(number) => Some(*number as f64),
        Literal::Number(number) => Some(*number),
        Literal::Boolean(_) | Literal::Text(_) => None,
    };
    match (new, old) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(new), Some(old)) if new == old => true,
        (Some(new), Some(old)) => match (number(new), number(old)) {
            (Some(new), Some(old)) => order(new, old),
            _ => false,
        },
    }
}
