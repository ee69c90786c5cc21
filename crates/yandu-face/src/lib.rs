//! What the faces stand on that programs log in at and stay: the city that is read, the
//! receipts under which answers leave, and the taking of connections.
//!
//! Not here: what a client and such a face say to each other, which is a crate of its own for each protocol.

mod city;
mod leaving;
mod listen;

pub use city::City;
pub use leaving::{Asked, Leaving};
pub use listen::{Options, take};
