use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a department hands over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Delivery {
    /// Public security: the resident register and its monthly changes, csv in GB18030.
    Residents,
    /// Civil affairs: households, an HTML table that is named .xls.
    Households,
    /// Market regulation: companies and their annual reports, two sheets of an xlsx.
    Enterprises,
    /// Medical security: insured persons, csv in UTF-8 with a byte order mark.
    Insured,
    /// Housing: properties, JSON lines.
    Properties,
    /// Medical security: settlements, a SQLite file and a script for PostgreSQL.
    Settlements,
    /// Ecology and environment: station readings, served by [`crate::serve`] and never written, and monthly reports on stations.
    Air,
    /// Communications administration: base stations, optical ports, gigabit households, key areas.
    Telecom,
    /// Industry and data offices: energy of data centres, compute clusters.
    Compute,
    /// Transport: surveyed sections of highways.
    Traffic,
    /// Health: visits and prescriptions of institutions.
    Health,
    /// Industry and development: projects, recognitions, upgrades, sales, low-altitude routes, results of AI.
    Industry,
    /// Agriculture: smart parks, farms, ranches and fisheries.
    Farm,
    /// The data exchange: products and deals.
    Trade,
    /// The data bureau and the trading centre: matters, scenarios, platforms, links.
    Service,
    /// Education: schools.
    Education,
}

impl Delivery {
    pub const ALL: [Self; 16] = [
        Self::Residents,
        Self::Households,
        Self::Enterprises,
        Self::Insured,
        Self::Properties,
        Self::Settlements,
        Self::Air,
        Self::Telecom,
        Self::Compute,
        Self::Traffic,
        Self::Health,
        Self::Industry,
        Self::Farm,
        Self::Trade,
        Self::Service,
        Self::Education,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Residents => "residents",
            Self::Households => "households",
            Self::Enterprises => "enterprises",
            Self::Insured => "insured",
            Self::Properties => "properties",
            Self::Settlements => "settlements",
            Self::Air => "air",
            Self::Telecom => "telecom",
            Self::Compute => "compute",
            Self::Traffic => "traffic",
            Self::Health => "health",
            Self::Industry => "industry",
            Self::Farm => "farm",
            Self::Trade => "trade",
            Self::Service => "service",
            Self::Education => "education",
        }
    }
}

/// How often defects are planted, against the rates of the city's settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates {
    /// All rates are multiplied by this; 0 plants nothing, 1 is the city's own setting.
    pub scale: f64,
    /// Rates per thousand rows of single kinds, in place of the city's own, in every dataset that has the kind.
    pub per_thousand: BTreeMap<String, f64>,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            scale: 1.0,
            per_thousand: BTreeMap::new(),
        }
    }
}

impl Rates {
    pub fn none() -> Self {
        Self {
            scale: 0.0,
            ..Self::default()
        }
    }
}

/// How many files the three years of registers and monthly reports come in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Deliveries {
    /// What is past in one, and only the newest months apart: a city that starts has few files to collect.
    #[default]
    Condensed,
    /// One for every month, with the rows that arrive in it. The first also holds what stood before.
    EveryMonth,
}

impl Deliveries {
    pub const ALL: [Self; 2] = [Self::Condensed, Self::EveryMonth];

    pub fn name(self) -> &'static str {
        match self {
            Self::Condensed => "condensed",
            Self::EveryMonth => "every-month",
        }
    }
}

/// A city to simulate.
#[derive(Debug, Clone)]
pub struct Options {
    /// Registered residents, exactly.
    pub people: u64,
    pub seed: u64,
    /// The folder that receives `inbox/`, `late/`, `truth.json` and `truth.jsonl`.
    pub out: PathBuf,
    /// Worker threads; the bytes do not depend on it.
    pub threads: usize,
    /// The day of the export: no date in a delivery is later.
    pub date: Date,
    pub defects: Rates,
    /// Only these deliveries; all when absent.
    pub only: Option<Vec<Delivery>>,
    /// Over how many files the rows of registers and monthly reports are shared out.
    pub deliveries: Deliveries,
    /// Also write `reference/residents_utf8.csv`, the resident delivery decoded.
    pub population_utf8: bool,
    /// A folder of place data in place of the city of Yancheng that is built in.
    pub city: Option<PathBuf>,
}

impl Options {
    pub const MOST_PEOPLE: u64 = 60_000_000;

    pub fn new(people: u64, seed: u64, out: impl Into<PathBuf>) -> Self {
        Self {
            people,
            seed,
            out: out.into(),
            threads: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            date: jiff::civil::date(2025, 12, 31),
            defects: Rates::default(),
            only: None,
            deliveries: Deliveries::default(),
            population_utf8: false,
            city: None,
        }
    }

    pub(crate) fn wants(&self, delivery: Delivery) -> bool {
        self.only
            .as_ref()
            .is_none_or(|only| only.contains(&delivery))
    }
}
