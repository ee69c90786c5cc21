//! The HTTP face: one router over the modules, used by `yandu serve` and, in process, by every command.
//!
//! Invariants: every answer that is not a success is problem details (RFC 9457) with a stable code; work that changes
//! something goes on when the one who asked goes away; nothing is served to a name or a page that is not this
//! machine's own, because it does not speak TLS yet; and no request reaches a handler before it is known who asks and that they may.
//!
//! Not here: what a request does (the modules), what somebody may do and see (the door), pages.

pub mod access;
mod address;
pub mod area;
pub mod backup;
pub mod batch;
pub mod board;
mod caller;
mod citizen;
mod ckan;
pub mod classification;
mod clock;
mod compress;
mod counts;
pub mod dataset;
mod dcat;
pub mod document;
pub mod draft;
mod etag;
pub mod export;
mod extract;
pub mod form;
mod guard;
mod health;
mod home;
pub mod ledger;
mod line;
pub mod lineage;
pub mod metric;
pub mod model;
pub mod notice;
mod observe;
mod openapi;
pub mod pack;
pub mod pack_page;
mod page;
pub mod plan;
mod precondition;
pub mod problem;
pub mod quarantine;
pub mod query;
mod router;
pub mod row;
pub mod sharing;
pub mod source;
mod state;
mod stream;
pub mod trail;
mod ui;
mod unheard;
mod upload;
mod value;
pub mod visitor;

pub use clock::ClockReading;
pub use line::Line;
pub use openapi::document;
pub use problem::Problem;
pub use router::{encrypted, router};
pub use state::{Options, State};

#[cfg(test)]
mod tests;

/// What a handler gives back.
pub(crate) type Result<T, E = Box<Problem>> = std::result::Result<T, E>;
