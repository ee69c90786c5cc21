//! The health commission: what the pack `health_service` collects.

mod institution;
pub(crate) mod prescription_month;
pub(crate) mod visit_month;

use serde::Deserialize;

/// Pairs are the values at the beginning of the three years and at their end.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HealthSettings {
    /// Outpatient visits of a person in a year.
    pub(crate) visits_a_person: f64,
    pub(crate) grassroots_share_of_visits: [f64; 2],
    /// First visits of an illness among all visits.
    pub(crate) first_visits_per_thousand: u32,
    pub(crate) grassroots_share_of_first_visits: [f64; 2],
    /// Yuan a visit, over all institutions.
    pub(crate) outpatient_cost: [f64; 2],
    /// Yuan a stay, over all institutions.
    pub(crate) inpatient_cost: [f64; 2],
    /// Drugs in the medical income.
    pub(crate) drug_share: [f64; 2],
    /// Prescriptions that pass among those that are reviewed.
    pub(crate) prescription_passed: [f64; 2],
}
