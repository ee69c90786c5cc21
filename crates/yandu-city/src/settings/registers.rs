//! The part `registers` of `simulator.json`: what departments keep and report month by month.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::compute::ComputeSettings;
use crate::education::EducationSettings;
use crate::farm::FarmSettings;
use crate::health::HealthSettings;
use crate::industry::IndustrySettings;
use crate::population::PopulationSettings;
use crate::service::ServiceSettings;
use crate::telecom::TelecomSettings;
use crate::trade::TradeSettings;
use crate::traffic::TrafficSettings;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegisterSettings {
    /// The people of a whole city, for whom the numbers here are meant.
    pub(crate) whole_city_people: u64,
    /// A smaller city has at least this share of the things of a whole one, so that its maps and plans show something.
    pub(crate) least_share: f64,
    /// Relative frequency with which things are put into service by month, January first.
    pub(crate) season: [u64; 12],
    /// How often a county's report of a month is late.
    pub(crate) late_per_thousand: u32,
    /// The same for single counties, by code.
    pub(crate) late_counties: BTreeMap<String, u32>,
    pub(crate) latest_months: u32,
    /// How often a reported figure is restated later.
    pub(crate) restated_per_thousand: u32,
    pub(crate) education: EducationSettings,
    pub(crate) farm: FarmSettings,
    pub(crate) industry: IndustrySettings,
    pub(crate) population: PopulationSettings,
    pub(crate) service: ServiceSettings,
    pub(crate) telecom: TelecomSettings,
    pub(crate) compute: ComputeSettings,
    pub(crate) traffic: TrafficSettings,
    pub(crate) health: HealthSettings,
    pub(crate) trade: TradeSettings,
}
