//! Whole collections, measured against what is known to be true: a simulated city, real files, bad files, and a process
//! that is killed.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "clippy takes the helpers of these tests for product code"
)]

mod backup;
mod bad;
mod child;
mod kill;
mod real;
mod site;
mod truth;
