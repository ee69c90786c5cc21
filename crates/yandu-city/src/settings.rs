//! `simulator.json` of a city.

mod registers;

pub(crate) use registers::RegisterSettings;

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) province: String,
    pub(crate) counties: Vec<CountySettings>,
    /// Relative size of a township by its kind.
    pub(crate) township_weights: BTreeMap<String, u64>,
    pub(crate) households: BTreeMap<HouseholdKind, HouseholdSettings>,
    pub(crate) first_birth_year: i32,
    pub(crate) outside_areas: Vec<String>,
    pub(crate) elsewhere_areas: Vec<String>,
    pub(crate) mobile_prefixes: Vec<String>,
    pub(crate) rare_characters: String,
    pub(crate) firms_per_thousand: u64,
    pub(crate) settlements_per_thousand: u64,
    pub(crate) elsewhere_insured_per_thousand: u64,
    pub(crate) second_homes_per_thousand: u32,
    pub(crate) rented_per_thousand: u32,
    pub(crate) air: AirSettings,
    pub(crate) registers: RegisterSettings,
    /// Dataset, kind of defect, rows per thousand.
    pub(crate) defects_per_thousand: BTreeMap<String, BTreeMap<String, f64>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CountySettings {
    pub(crate) code: String,
    pub(crate) short: String,
    pub(crate) people: u64,
    pub(crate) lon: f64,
    pub(crate) lat: f64,
    pub(crate) spread: f64,
    pub(crate) id_area: String,
    pub(crate) former_areas: Vec<(String, i32)>,
}

/// How the people of a household belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum HouseholdKind {
    SingleElder,
    SingleAdult,
    ElderCouple,
    MiddleCouple,
    CoupleChild,
    CoupleTwoChildren,
    CoupleAdultChild,
    ThreeGenerations,
    SingleParent,
    GrandparentsGrandchild,
    EldersWithChildren,
    FourGenerations,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HouseholdSettings {
    pub(crate) weight: u64,
    /// Youngest, most frequent and oldest age of the head.
    pub(crate) head_age: [f64; 3],
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AirSettings {
    /// Days of readings before the export.
    pub(crate) days: u32,
    /// One request in so many is answered with 503.
    pub(crate) fault_every: u64,
    /// What stations report is multiplied by this at the beginning of the three years and at their end.
    pub(crate) level_first_to_last: [f64; 2],
    /// How often a station stands still for some days of a month.
    pub(crate) still_per_thousand: u32,
}
