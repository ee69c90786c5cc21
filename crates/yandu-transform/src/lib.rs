//! Models: SQL selects of packs that make one dataset from others, refreshed in order when something upstream changed.
//!
//! A refresh reads the inputs at one version each, checks the rows like those of any dataset and ends in one commit:
//! killed half-way it leaves the old rows or the new ones. Where the query lets the changes of its inputs be followed,
//! only what they change is computed; every run records which it was, and why. A model whose rows break a hard check
//! keeps its last good version.
//!
//! Inputs are read as their snapshots are: rows that wait in a hot tail are folded when a refresh begins, and ask for
//! none by themselves.
//!
//! Not here: what a model may say (packs declare it), how SQL is planned and read (`yandu-lake`).

mod error;
pub mod lineage;
mod model;
mod progress;
mod recover;
mod refresh;
mod run;
mod state;
mod status;
mod store;
mod trail;
mod transform;
mod watch;

pub use error::Error;
pub use progress::Progress;
pub use run::{Failure, Mode, Run, RunDetail, RunStatus, Span, Trigger};
pub use status::{Explained, ModelStatus, Standing};
pub use trail::{Limits, Made, Named, Onward, Step};
pub use transform::{Refreshed, Transform};
pub use watch::Rhythm;
pub use yandu_lake::Ways;

pub type Result<T, E = Error> = std::result::Result<T, E>;
