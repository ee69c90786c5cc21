//! Full-text search: what was typed, as it may have been meant, against what is said of the entries.

mod field;
mod fresh;
mod highlight;
mod index;
mod near;
pub(crate) mod pinyin;
mod query;
pub(crate) mod sign;
mod synonym;
mod tally;
mod token;

pub(crate) use field::{Field, Tokens};
pub(crate) use fresh::Fresh;
pub(crate) use highlight::highlight;
pub use highlight::{Highlight, Piece};
pub(crate) use index::{Both, Seen, TextIndex};
pub(crate) use query::{Query, Stage};
pub(crate) use synonym::Synonyms;
pub(crate) use tally::{Matches, tally};
