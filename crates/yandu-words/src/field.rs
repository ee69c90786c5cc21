use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A field of a dataset, whatever it is called: it keeps its number when it is renamed, and a field that is made later under the
/// same name has another one. Numbers are unique over all datasets of a city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldId(pub u64);

impl FieldId {
    /// The first number of fields that no city has written down, such as those of packs that are only checked.
    pub const UNRECORDED: u64 = 1 << 48;

    /// Whether a city has written it down.
    pub fn is_recorded(self) -> bool {
        self.0 < Self::UNRECORDED
    }
}

impl fmt::Display for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "F{}", self.0)
    }
}

/// A text that is no id of a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no field: fields are named like `F12`")]
pub struct UnknownField(pub String);

impl FromStr for FieldId {
    type Err = UnknownField;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = text
            .strip_prefix('F')
            .and_then(|digits| digits.parse().ok());
        number
            .map(Self)
            .ok_or_else(|| UnknownField(text.to_owned()))
    }
}
