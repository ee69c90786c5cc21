//! Declared checks over blocks of rows: text in; typed rows, verdicts, a profile and a score out.
//!
//! A dataset's expectations are compiled once ([`Expectations`]), then every block of a batch goes through a
//! [`Checker`] exactly once: its cells are read under their standards and types, the checks of one row are
//! evaluated, and what needs the whole set (uniqueness, counts) is left to the caller as keys and tallies.
//!
//! Pure: no I/O, no clock, no SQL. A [`Condition`] is handed in compiled.

pub mod block;
mod checker;
mod column;
mod condition;
mod expectation;
mod finding;
pub mod key;
pub mod profile;
mod score;

pub use checker::{Checked, Checker, SYSTEM_BATCH, SYSTEM_ROW};
pub use condition::Condition;
pub use expectation::{
    BoundError, Check, CheckKind, CodeList, ColumnRule, Expectations, Level, Meaning, Reference,
    Within,
};
pub use finding::{Cause, Finding, FindingCount, Sample, Tally};
pub use score::{DimensionScore, Score};
