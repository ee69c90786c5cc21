//! The data exchange: what the pack `trade` collects.

pub(crate) mod deal;
pub(crate) mod product;

use serde::Deserialize;

use crate::register::Growth;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TradeSettings {
    pub(crate) products: Growth,
    pub(crate) delisted_per_thousand: u32,
    pub(crate) deals: Growth,
    /// The mean amount of a deal in each of the three years.
    pub(crate) mean_yuan: [f64; 3],
    pub(crate) cancelled_per_thousand: u32,
}
