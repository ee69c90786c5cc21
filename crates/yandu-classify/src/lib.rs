//! Classification and grading of fields (GB/T 43697-2024): what is suggested from names, standards and the looks of values, what
//! stewards decided, and which grades follow.
//!
//! Rules are data of packs; how they are weighed is a pure function. A suggestion holds nothing of a value: counts alone. What is
//! in force is laid over the declarations of packs, so that the door, the ledger and lineage read it where they read grades
//! anyway. Not here: whose duty a decision is, and what flows along lineage (faces say both).

mod classification;
mod decide;
mod error;
mod evidence;
mod facts;
mod of_packs;
mod renew;
mod rules;
mod settle;
mod store;
mod suggest;

pub use classification::{
    Bearing, Classification, Classified, DatasetCount, Filter, Status, Suggestion, UntilConfirmed,
};
pub use decide::{Decided, Present, Verdict};
pub use error::{Error, Result};
pub use evidence::{FoundIn, Reason};
pub use facts::{DatasetFacts, FieldFacts, Inflow};
pub use of_packs::{PackChange, PackLowering};
pub use rules::Rules;
pub use settle::Flow;
pub use suggest::{Suggested, suggest, suggest_whole};

#[cfg(test)]
mod tests;
