//! Collection: deliveries of departments become governed rows.
//!
//! A delivery is kept as it came, decoded, checked in one pass and committed once; rows that break a hard check
//! wait in quarantine with their reasons. What happened is in the record of its batch. A batch that was under way
//! when the process died is rolled back, or completed where its commit had already reached the lake.
//!
//! Not here: what a dataset expects (packs declare it, `yandu-check` evaluates it), how tables are stored
//! (`yandu-lake`), who may do what.

pub mod backup;
pub mod batch;
pub mod change;
pub mod channel;
mod collector;
mod declaration;
mod error;
mod expectation;
pub mod form;
mod freshness;
mod headers;
mod keep;
mod moment;
mod notice;
mod pass;
pub mod preview;
mod progress;
pub mod propose;
pub mod quarantine;
mod recover;
mod reference;
pub mod schedule;
pub mod secret;
mod store;
mod totals;
pub mod trial;
mod undo;
mod upkeep;
mod working_days;
mod write;

pub use batch::{Batch, BatchStatus};
pub use change::PackChanges;
pub use collector::{BatchFilter, Collector, Delivery, Outcome};
pub use error::{Error, Why};
pub use expectation::SqlConditions;
pub use freshness::Freshness;
pub use headers::Given;
pub use keep::{Keep, Kept};
pub use notice::{Notice, NoticeFilter, NoticeKind};
pub use progress::{Phase, Progress, Reading};
pub use reference::ReferenceState;
pub use totals::Totals;
pub use upkeep::Upkeep;
pub use write::{RowRefusal, Written};
pub use yandu_pack::declare::Mode;

/// The column that holds, as one JSON object, the cells of a row under headers that no column claims.
pub const EXTRA: &str = "_extra";

pub type Result<T, E = Error> = std::result::Result<T, E>;
