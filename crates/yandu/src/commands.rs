//! The commands, one file each.

pub(crate) mod account;
pub(crate) mod backup;
pub(crate) mod batch;
pub(crate) mod city;
pub(crate) mod classification;
pub(crate) mod collect;
pub(crate) mod dataset;
pub(crate) mod form;
pub(crate) mod ledger;
pub(crate) mod metric;
pub(crate) mod model;
pub(crate) mod notice;
pub(crate) mod pack;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod quarantine;
pub(crate) mod restore;
pub(crate) mod secret;
pub(crate) mod serve;
pub(crate) mod source;
pub(crate) mod sql;
pub(crate) mod trail;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};

/// A time as the city's clocks show it.
fn local(time: Timestamp) -> String {
    let zone = TimeZone::fixed(Offset::constant(8));
    zone.to_datetime(time)
        .strftime("%Y-%m-%d %H:%M:%S")
        .to_string()
}
