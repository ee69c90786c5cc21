//! The education office: what the pack `education` collects.

pub(crate) mod school;

use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EducationSettings {
    pub(crate) schools: Vec<StageSettings>,
    /// How many schools in a thousand became smart campuses before the three years, and in each of them.
    pub(crate) accepted_per_thousand: [u32; 4],
    pub(crate) closed_per_thousand: u32,
}

/// Schools of one kind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StageSettings {
    pub(crate) stage: String,
    /// The first two digits of their codes.
    pub(crate) prefix: String,
    /// How their names end.
    pub(crate) ending: String,
    pub(crate) schools: f64,
    /// Students of an ordinary one.
    pub(crate) students: f64,
}
