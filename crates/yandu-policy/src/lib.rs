//! Policies: who may do what with which rows and columns of the city's data, written in Cedar.
//!
//! A permit of `read` says in annotations what it shows: `@rows`, `@columns`, `@up_to` and `@masks`. Everything is checked when a
//! set of policies is built: the text against a schema that follows from the ledger, the annotations against the columns
//! of every dataset that the permit can reach. A set is immutable and has a hash; another text makes another set.
//!
//! A policy names columns and means fields: those that had the names when it was put in force. What fields there were is handed in
//! and kept by whoever keeps records.
//!
//! Decisions are those of Cedar's own authorizer over the policies that can apply; which can is looked up by their scopes, so
//! that a decision costs what applies and not what there is. What is not permitted is denied, and so is what cannot be evaluated.
//!
//! Not here: accounts, grants as records, and the rows themselves. Conditions on rows are compiled by whoever reads rows.

mod annotation;
mod city;
mod decide;
mod difference;
mod index;
mod mask;
mod meaning;
mod opened;
mod policies;
mod problem;
mod schema;
mod sight;
mod statement;
mod text;

pub use annotation::Annotation;
pub use city::{ADMINISTRATORS, AUDIT_ADMINISTRATOR, SECURITY_ADMINISTRATOR, SYSTEM_ADMINISTRATOR};
pub use city::{Action, Circumstances, City, Column, Dataset, Kind, Principal, Way};
pub use decide::{Decision, Reader};
pub use difference::{
    Class, ColumnStep, DECISIONS, Difference, OTHER_PURPOSE, RowOrder, Step, StepKind, TooMuch,
    difference,
};
pub use mask::{mask_of, text_of_mask};
pub use meaning::{Finding, Held, Lost, Meaning, Meanings, RowNames};
pub use opened::opened;
pub use policies::{GRANTS, Policies, RowConditions, RowFault, Source, Told};
pub use problem::Problem;
pub use sight::{Because, Conflict, Seen, Shown};
pub use text::quoted;

#[cfg(test)]
mod tests;
