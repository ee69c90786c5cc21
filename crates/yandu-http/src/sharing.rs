//! Delta Sharing in URL mode (delta-io/delta-sharing, `PROTOCOL.md`): tables as files for pandas, Spark, Power BI and others.
//!
//! The city is one share, a pack a schema, a dataset a table; what somebody may not see is not there. Files are not those of the lake:
//! they are written anew from what the reader sees, in an order that follows from what the reader sees, so that neither bytes, number nor
//! statistics tell of anything else. Their addresses are signed for the reader, end by themselves, and end with the reader's rights.
//!
//! Not here: tables as folders (`dir` mode hands out credentials for stored files), and the feed of changes.

mod file;
mod link;
mod list;
#[cfg(test)]
pub(crate) mod listed;
mod make;
mod query;
mod refusal;
mod schema;
mod store;
mod table;
mod writing;

use std::time::Duration;

use axum::Router;
use axum::routing::{get, head, post};

use crate::state::State;

pub(crate) use make::Making;
pub(crate) use refusal::in_words_of_the_protocol;
pub(crate) use store::Store;

/// The one share that a city has.
const SHARE: &str = "city";

/// How files are shared.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long the address of a file can be used.
    pub link: Duration,
    /// How long a file that nobody asks for is kept.
    pub keep: Duration,
    /// How many bytes of files are kept; those in use stay beyond it.
    pub limit_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            link: Duration::from_hours(1),
            keep: Duration::from_hours(24 * 7),
            limit_bytes: 10 << 30,
        }
    }
}

/// The routes of the protocol, which the document of the interface leaves out: they are described elsewhere.
pub(crate) fn routes() -> Router<State> {
    const TABLE: &str = "/delta-sharing/shares/{share}/schemas/{schema}/tables/{table}";
    Router::new()
        .route("/delta-sharing/shares", get(list::shares))
        .route("/delta-sharing/shares/{share}", get(list::share))
        .route("/delta-sharing/shares/{share}/schemas", get(list::schemas))
        .route(
            "/delta-sharing/shares/{share}/schemas/{schema}/tables",
            get(list::tables),
        )
        .route(
            "/delta-sharing/shares/{share}/all-tables",
            get(list::all_tables),
        )
        .route(TABLE, head(query::version))
        .route(&format!("{TABLE}/version"), get(query::version))
        .route(&format!("{TABLE}/metadata"), get(query::metadata))
        .route(&format!("{TABLE}/query"), post(query::query))
        .route(&format!("{TABLE}/changes"), get(query::changes))
        .route("/delta-sharing/files/{file}", get(file::read))
}
