//! Arrow Flight SQL as a way to read the city's data through the door.
//!
//! A client shows the secret of a token, or logs in with its name and secret for a session, and asks in SQL what the token's
//! account may see at that moment: rights are looked up for every request, also for the one that fetches the rows of a ticket. Rows are
//! sent while they are read, as Arrow record batches.
//!
//! Not here: rights (`yandu-access`), rows (`yandu-lake`), and anything that changes something: updates, transactions and plans of
//! Substrait are refused.

mod admit;
mod answer;
mod ask;
mod bearer;
mod command;
mod desk;
mod ends;
mod fault;
mod line;
mod listen;
mod metadata;
mod question;
mod service;
mod value;

pub use listen::{PROTOCOL, Server};
