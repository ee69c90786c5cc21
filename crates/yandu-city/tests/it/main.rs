//! The simulated city, read back from the files that it wrote.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "clippy takes the helpers of these tests for product code"
)]

mod bytes;
mod city;
mod folder;
mod interface;
mod limits;
mod months;
mod offices;
mod reading;
mod registers;
mod rules;
mod truth;
