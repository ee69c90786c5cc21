//! The PostgreSQL wire protocol as a way to read the city's data through the door.
//!
//! A client logs in with the name and the secret of a token, and asks in SQL what the token's account may see at that moment:
//! rights are looked up for every question, so that what is taken away ends at once. Rows are sent while they are read.
//!
//! Not here: rights (`yandu-access`), rows (`yandu-lake`), and anything that changes something. Transactions, settings and
//! cursors are those of one connection and change nothing else.

mod answer;
mod cancel;
mod catalogue;
mod codec;
mod connection;
mod conversation;
mod copy;
mod ends;
mod fault;
mod listen;
mod names;
mod place;
mod question;
mod receipt;
mod rewrite;
mod scram;
mod settings;
mod socket;
mod statement;
mod types;
mod value;

pub use listen::{PROTOCOL, Server};
