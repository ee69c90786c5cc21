//! The offices of industry and of data: what the pack `compute` collects.

pub(crate) mod cluster;
pub(crate) mod data_centre_month;

use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComputeSettings {
    /// Power usage effectiveness of a usual data centre at the beginning of the three years and at their end.
    pub(crate) pue_first_to_last: [f64; 2],
    /// The share of racks in use, in the same way.
    pub(crate) load_first_to_last: [f64; 2],
}
