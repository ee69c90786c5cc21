//! The communications administration: what the pack `telecom` collects.

pub(crate) mod base_station;
pub(crate) mod gigabit_household;
pub(crate) mod key_area;
pub(crate) mod pon_port;

use serde::Deserialize;

use crate::random::Stream;
use crate::register::Growth;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TelecomSettings {
    pub(crate) stations_4g: Growth,
    pub(crate) stations_5g: Growth,
    /// How many stations in a thousand are taken out of service some time after they were opened.
    pub(crate) closed_per_thousand: u32,
    pub(crate) pon_boards: Growth,
    /// The share of urban households with gigabit access at the beginning of the three years and at their end.
    pub(crate) gigabit_capable: [f64; 2],
    /// How many key areas in a thousand 5G reached in the year before the three, and in each of them.
    pub(crate) key_areas_reached: [u32; 4],
    /// Operators as they call themselves, with the relative number of their stations.
    pub(crate) operators: Vec<(String, u64)>,
}

impl TelecomSettings {
    /// An operator, the larger the likelier.
    pub(crate) fn operator(&self, stream: &mut Stream) -> &str {
        let weights = self.operators.iter().map(|(_, weight)| *weight);
        let at = crate::places::draw(weights, stream);
        self.operators.get(at).map_or("", |(name, _)| name)
    }
}
