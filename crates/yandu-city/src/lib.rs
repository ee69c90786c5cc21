//! A city that does not exist, and what its departments hand over.
//!
//! The same people, households, houses and firms stand in the deliveries of all departments, in the
//! encodings and formats that real departments use, with faults planted here and there. Every planted
//! fault is written down, so that a collector can be measured against the truth. The bytes follow from
//! the seed alone: every person and every row has a random stream of its own.
//!
//! Deliberately absent: the validators of `yandu-words`. Check digits are computed here from their
//! standards, because a simulator that shared the validators' code would hide their faults.

#![allow(
    clippy::unnecessary_wraps,
    reason = "registers are filled by functions of one type, and some of these read files of the city"
)]

mod address;
mod air;
mod city;
mod codes;
mod compute;
mod day;
mod defect;
mod delivery;
mod education;
mod error;
mod family;
mod farm;
mod firm;
mod form;
mod hand;
mod health;
mod industry;
mod options;
mod parallel;
mod person;
mod places;
mod population;
mod progress;
mod random;
mod rates;
mod register;
mod service;
mod settings;
mod sheet;
mod simulate;
mod sink;
mod spoil;
mod table;
mod telecom;
mod term;
mod trade;
mod traffic;
mod words;
mod world;

pub use air::{router, serve};
pub use defect::{DefectKind, Truth, Verdict};
pub use delivery::Written;
pub use error::Error;
pub use options::{Deliveries, Delivery, Options, Rates};
pub use progress::Progress;
pub use simulate::{DefectCount, Summary, simulate};
