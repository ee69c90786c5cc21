//! The data bureau and the public-resource trading centre: what the pack `service` collects.

pub(crate) mod convenience;
pub(crate) mod link;
pub(crate) mod matter;
pub(crate) mod platform;

use serde::Deserialize;

use crate::register::Growth;
use crate::world::World;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServiceSettings {
    pub(crate) high_frequency_matters: f64,
    pub(crate) other_matters: f64,
    pub(crate) county_matters_per_thousand: u32,
    pub(crate) cancelled_matters_per_thousand: u32,
    /// Matters that come under unified acceptance.
    pub(crate) unified: Growth,
    /// Matters that become certificate-free.
    pub(crate) free: Growth,
    pub(crate) scenarios: Growth,
    pub(crate) platforms: Vec<PlatformSettings>,
    pub(crate) levels: Vec<LevelSettings>,
}

/// A platform with the months of the current year in which work on it begins and ends; the 13th is next January.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlatformSettings {
    pub(crate) name: String,
    pub(crate) begun: i32,
    pub(crate) rebuilt: i32,
}

/// A level with the month of the three years in which its places begin to be connected, and how long it takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LevelSettings {
    pub(crate) name: String,
    pub(crate) of_city: bool,
    /// Places for each township of a county; a level without it has one place.
    pub(crate) places_a_township: Option<f64>,
    pub(crate) from: i32,
    pub(crate) months: i32,
}

impl LevelSettings {
    /// The places of the level in a county.
    pub(crate) fn places(&self, world: &World, county: usize) -> f64 {
        let townships = world.city.townships.iter();
        let townships = townships.filter(|township| township.county == county);
        let each = |places: f64| (townships.count() as f64 * places).round();
        self.places_a_township.map_or(1.0, each)
    }
}
