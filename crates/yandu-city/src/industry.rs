//! The offices of industry and of development: what the pack `industry` collects.

pub(crate) mod air_route;
pub(crate) mod it_output;
pub(crate) mod park;
pub(crate) mod project;
pub(crate) mod recognition;
pub(crate) mod scenario;
pub(crate) mod sme_upgrade;
pub(crate) mod upgrade_project;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::register::Growth;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IndustrySettings {
    /// Projects whose company settles, by the day on which it does.
    pub(crate) newcomers: Growth,
    /// Projects that never come to a company.
    pub(crate) unsettled: Growth,
    pub(crate) second_phase_per_thousand: u32,
    /// Recognitions by kind.
    pub(crate) recognitions: Vec<(String, Growth)>,
    pub(crate) parks: Vec<ParkSettings>,
    pub(crate) park_growth: Growth,
    pub(crate) key_upgrades: Growth,
    pub(crate) ordinary_upgrades: Growth,
    pub(crate) small_upgrades: Growth,
    pub(crate) second_contract_per_thousand: u32,
    /// Segments of the IT industry with their sales in the current year, in 10,000 times 10,000 yuan.
    pub(crate) it_output: Vec<(String, f64)>,
    /// By what the sales of a year are multiplied to have those of the next.
    pub(crate) it_growth: f64,
    /// Relative sales by month, January first.
    pub(crate) it_months: [f64; 12],
    /// Relative sales by county; 1 where a county is not named.
    pub(crate) it_counties: BTreeMap<String, f64>,
    pub(crate) routes: Growth,
    /// Results of artificial intelligence by kind.
    pub(crate) scenarios: Vec<(String, Growth)>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ParkSettings {
    pub(crate) name: String,
    pub(crate) level: String,
    pub(crate) industry: String,
    pub(crate) division: String,
}
