use std::cmp::Ordering;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a reader gets in place of a value that the grants do not reveal; a declaration only, applied
/// where rows are read.
///
/// In a pack a mask without settings is a word (`hash`), one with settings a map of one key
/// (`keep: {first: 6, last: 4}`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Mask {
    /// Nothing at all.
    Null,
    /// The same text for every row.
    Fixed { value: String },
    /// The first and the last characters; those between become `*`. A value that is not longer than
    /// both together is masked whole.
    Keep {
        #[serde(default)]
        first: u8,
        #[serde(default)]
        last: u8,
    },
    /// A date or time cut to the first day of its month.
    Month,
    /// A date or time cut to the first day of its year.
    Year,
    /// A number cut down to a multiple of `by`.
    Step {
        #[schemars(range(min = 1))]
        by: u64,
    },
    /// A coordinate moved to the corner of its cell in a grid of this size.
    Grid {
        #[schemars(range(min = 1))]
        metres: u32,
    },
    /// A keyed hash that still joins inside one grant.
    Hash,
    /// Format-preserving encryption.
    Fpe,
}

impl Mask {
    /// Which of two masks leaves more of a value: that one comes first, and no mask at all before each. Of several that could
    /// stand in for one cell the first of this order does. It follows masks as they are written, whatever the type of the column.
    pub fn by_what_is_left(one: Option<&Self>, other: Option<&Self>) -> Ordering {
        one.map(Self::place).cmp(&other.map(Self::place))
    }

    /// The kind, and what orders masks of one kind.
    fn place(&self) -> (u8, u64, u64) {
        match self {
            // Whether there is a value is not told either.
            Self::Null | Self::Step { by: 0 } | Self::Grid { metres: 0 } => (9, 0, 0),
            // The same of all values, so that nothing is left but that there is a row.
            Self::Fixed { .. } => (8, 0, 0),
            // How long the value is.
            Self::Keep { first: 0, last: 0 } => (7, 0, 0),
            // A part of the value itself can be read. Of as many signs more are told by the first ones.
            Self::Keep { first, last } => {
                let [first, last] = [first, last].map(|signs| u64::from(u8::MAX - signs));
                (0, first + last, first)
            }
            // A period or a cell in which the value lies; a narrower one leaves more.
            Self::Month => (1, 0, 0),
            Self::Year => (2, 0, 0),
            // A grid is told in metres, where a step of a coordinate is a degree at least.
            Self::Grid { metres } => (3, u64::from(*metres), 0),
            Self::Step { by } => (4, *by, 0),
            // Which values are the same, and nothing of what they are; encryption leaves their form too.
            Self::Fpe => (5, 0, 0),
            Self::Hash => (6, 0, 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_come_in_the_order_of_what_they_leave() {
        let keep = |first, last| Some(Mask::Keep { first, last });
        let fixed = |value: &str| {
            Some(Mask::Fixed {
                value: value.to_owned(),
            })
        };
        let ordered = [
            None,
            keep(3, 4),
            keep(1, 4),
            keep(3, 0),
            keep(0, 3),
            Some(Mask::Month),
            Some(Mask::Year),
            Some(Mask::Grid { metres: 100 }),
            Some(Mask::Grid { metres: 1_000 }),
            Some(Mask::Step { by: 2 }),
            Some(Mask::Step { by: 10 }),
            Some(Mask::Step { by: u64::MAX }),
            Some(Mask::Fpe),
            Some(Mask::Hash),
            keep(0, 0),
            fixed("×"),
            Some(Mask::Null),
        ];
        for (place, one) in ordered.iter().enumerate() {
            for (other_place, other) in ordered.iter().enumerate() {
                let found = Mask::by_what_is_left(one.as_ref(), other.as_ref());
                assert_eq!(found, place.cmp(&other_place), "{one:?} {other:?}");
            }
        }
        let same = Mask::by_what_is_left(fixed("×").as_ref(), fixed("*").as_ref());
        assert_eq!(same, Ordering::Equal);
    }
}
