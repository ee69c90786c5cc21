//! Packs: folders of files that add one city system each, read into checked declarations.
//!
//! Reading never stops at the first fault: all problems of all files come back at once, each with its place and a mend.
//! What is absent on purpose: rows are not read, nothing is run, and SQL is compiled by whoever calls.

pub mod declare;

mod check;
mod content;
mod dataset;
pub mod difference;
pub mod expectation;
mod file;
pub mod grade;
mod laid;
mod load;
mod model;
mod own;
mod packs;
mod policy;
mod problem;
mod roles;
pub mod scaffold;
mod schema;
mod settled;
mod validate;
mod yaml;

pub use content::Content;
pub use dataset::{Dataset, Headers};
pub use difference::Difference;
pub use load::{
    AnyCondition, CompiledModel, Compiler, Loaded, ModelFlow, ModelInput, ModelOutput, SqlPlace,
    SqlProblem,
};
pub use model::Model;
pub use own::is_own;
pub use packs::{
    ExpandError, Pack, PackTest, Packs, PathError, Policy, SettingError, Settings, Source,
};
pub use problem::{Code, Problem, Severity, Span};
pub use roles::read_roles;
pub use schema::FileKind;
pub use settled::{Settled, SettledColumn, SettledDataset};

#[cfg(test)]
mod tests;
