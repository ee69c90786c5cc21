//! The agriculture office: what the pack `farm` collects.

pub(crate) mod park;
pub(crate) mod site;

use serde::Deserialize;

use crate::register::Growth;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FarmSettings {
    pub(crate) parks: Growth,
    pub(crate) farms: Growth,
    pub(crate) ranches: Growth,
    pub(crate) fisheries: Growth,
    /// How many in a thousand are not finished at their time.
    pub(crate) unfinished_per_thousand: u32,
}
