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
