//! Declared checks over blocks of rows: text in, typed rows, verdicts, profile and score out.
//!
//! Pure: no I/O, no clock, no SQL. A [`Condition`] is handed in compiled.

pub mod block;
mod condition;
pub mod key;

pub use condition::Condition;
