//! The ledger (一本账): what the city holds, who answers for it, and what became of each entry.
//!
//! Records are the truth: an entry, its revisions and its facts are rows of the record database, and every change is one
//! transaction. The board (what filters, facets and sums are computed from) and the text index are working copies; each
//! says which change it has seen last, and both can be thrown away.
//!
//! Not here: rows (`yandu-lake`), deliveries (`yandu-collect`), who may read what. Facts about data are handed in.

mod board;
mod clean;
mod content;
mod diff;
mod edit;
mod entry;
mod error;
pub mod export;
mod facts;
mod import;
mod indicators;
mod lacks;
mod ledger;
mod packs;
mod page;
mod revision;
mod rollup;
mod search;
pub mod statement;
mod status;
mod store;

pub use board::{Facet, FacetCount, Filter, Lacking, Sort};
pub use content::{Column, Content, Kind, Refresh, Sharing, SharingMethod};
pub use edit::{Edit, OWN_FIELDS};
pub use entry::{Duty, Entry, EntryId, EntryIdError, Role};
pub use error::Error;
pub use facts::{Facts, FactsOf};
pub use import::{Fault, Format, Imported};
pub use indicators::{Answer, Answered, Report};
pub use lacks::Element;
pub use ledger::Ledger;
pub use page::{Hit, Page, Search};
pub use revision::{Change, Revision, RevisionKind};
pub use rollup::{By, Rollup, RollupRow, Sums};
pub use search::{Highlight, Piece};
pub use status::Status;

#[cfg(test)]
mod tests;

pub type Result<T, E = Error> = std::result::Result<T, E>;
