//! The data folder, the record database with its migrations, folders of backups, drafts, documents by their content, lists of what began and ended, and a
//! clock that never goes backwards.
//!
//! No table of a module lives here: every module brings its own migrations and its own SQL. Rows of datasets
//! are in the lake.

pub mod backup;
mod clock;
mod database;
mod document;
mod draft;
mod error;
mod folder;
mod locked;
mod media_type;
mod migrate;
mod moment;

pub use clock::Clock;
pub use database::{Store, reading, writing};
pub use document::{Documents, document_name};
pub use draft::{DRAFT_BYTES, DRAFTS, Draft, DraftInfo, DraftState, Drafts, Expected};
pub use error::Error;
pub use folder::{DERIVED, DataFolder, FORMAT, Holder, PASSING};
pub use media_type::{DocumentRefused, media_type};
pub use migrate::Migration;
pub use moment::{Moment, Spans};

pub type Result<T, E = Error> = std::result::Result<T, E>;
