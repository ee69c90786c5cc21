//! The communications administration: what the pack `telecom` collects.

pub(crate) mod base_station;

use serde::Deserialize;

use crate::register::Growth;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TelecomSettings {
    pub(crate) stations_4g: Growth,
    pub(crate) stations_5g: Growth,
    /// How many stations in a thousand are taken out of service some time after they were opened.
    pub(crate) closed_per_thousand: u32,
    /// Operators by the code of the pack's list, with the relative number of their stations.
    pub(crate) operators: Vec<(String, u64)>,
}

impl TelecomSettings {
    /// The code of an operator, the larger the likelier.
    pub(crate) fn operator(&self, stream: &mut crate::random::Stream) -> &str {
        let whole: u64 = self.operators.iter().map(|(_, weight)| weight).sum();
        let mut rest = stream.below_wide(whole.max(1));
        for (code, weight) in &self.operators {
            match rest.checked_sub(*weight) {
                Some(left) => rest = left,
                None => return code,
            }
        }
        ""
    }
}
