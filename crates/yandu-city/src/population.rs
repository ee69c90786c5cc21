//! The offices of public security: what the pack `population` collects month by month, beside the register itself.

pub(crate) mod change_report;

use serde::Deserialize;

/// Changes in a year, for a thousand residents.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PopulationSettings {
    pub(crate) births: f64,
    pub(crate) deaths: f64,
    pub(crate) moved_in: f64,
    pub(crate) moved_out: f64,
}
