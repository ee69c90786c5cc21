//! What the faces stand on that programs log in at and stay: the city that is read, and the taking of connections.
//!
//! Not here: what a client and such a face say to each other, which is a crate of its own for each protocol.

mod city;
mod listen;

pub use city::City;
pub use listen::{Options, take};
