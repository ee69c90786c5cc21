//! The data folder, the record database with its migrations, and a clock that never goes backwards.
//!
//! No table of a module lives here: every module brings its own migrations and its own SQL. Rows of datasets
//! are in the lake.

mod clock;
mod database;
mod error;
mod folder;
mod migrate;

pub use clock::Clock;
pub use database::Store;
pub use error::Error;
pub use folder::{DataFolder, FORMAT, Holder};
pub use migrate::Migration;

pub type Result<T, E = Error> = std::result::Result<T, E>;
