//! The office of transport: what the pack `traffic` collects.

pub(crate) mod survey_section;

use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TrafficSettings {
    /// How many in a thousand sections are captured in each of the three years; the others later.
    pub(crate) captured_per_thousand: [u32; 3],
}
