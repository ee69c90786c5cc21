//! Values as the protocol writes and reads them, as text and in binary.

mod array;
mod binary;
mod column;
mod decimal;
mod parameter;
mod text;
mod time;

pub(crate) use array::parse_text as parse_array;
pub(crate) use column::Columns;
pub(crate) use parameter::{Given, empty, read};

/// How a value is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Format {
    #[default]
    Text,
    Binary,
}

impl Format {
    pub(crate) fn from_code(code: i16) -> Option<Self> {
        match code {
            0 => Some(Self::Text),
            1 => Some(Self::Binary),
            _ => None,
        }
    }

    pub(crate) fn code(self) -> i16 {
        match self {
            Self::Text => 0,
            Self::Binary => 1,
        }
    }

    /// The format of one of several values: none said is text, one said is that of all.
    pub(crate) fn of(codes: &[i16], place: usize) -> Option<Self> {
        match codes {
            [] => Some(Self::Text),
            [code] => Self::from_code(*code),
            codes => codes.get(place).copied().and_then(Self::from_code),
        }
    }
}
