//! `air.reading`: hourly readings of the stations, as pages of a JSON interface; and the monthly reports on them.

pub(crate) mod month_report;
mod season;
mod serve;

pub use serve::{router, serve};

use std::sync::Arc;

use serde::Serialize;

use crate::defect::{DefectKind, Truth, Verdict};
use crate::delivery::{Context, Report, Written};
use crate::random::{Purpose, Stream};
use crate::rates::Plan;
use crate::{Error, Options, city::City, day};

const DATASET: &str = "air.reading";
/// Where the readings are, in place of a file.
pub(crate) const ADDRESS: &str = "api/stations/readings";

/// One station in one hour; CO in mg/m³, all others in µg/m³.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Reading {
    station: String,
    station_name: String,
    pub(crate) observed_at: String,
    pm25: Option<f64>,
    pm10: Option<f64>,
    so2: Option<f64>,
    no2: Option<f64>,
    co: Option<f64>,
    o3: Option<f64>,
}

/// All readings up to the end of the day of the export, in the order of hours and stations.
pub(crate) struct Readings {
    city: City,
    seed: u64,
    plan: Plan,
    days: day::Days,
    /// Hours since 1970-01-01.
    first_hour: i64,
    hours: u64,
}

impl Readings {
    pub(crate) fn new(options: &Options) -> Result<Self, Error> {
        let city = City::load(options.city.as_deref())?;
        let plan = Plan::new(&city, &options.defects, DATASET, options.seed)?;
        let hours = u64::from(city.settings.air.days.max(1)) * 24;
        let end = (i64::from(day::of_date(options.date)) + 1) * 24;
        Ok(Self {
            city,
            seed: options.seed,
            plan,
            days: day::Days::new(),
            first_hour: end - hours as i64,
            hours,
        })
    }

    pub(crate) fn fault_every(&self) -> u64 {
        self.city.settings.air.fault_every
    }

    pub(crate) fn len(&self) -> u64 {
        self.hours * self.city.stations.len() as u64
    }

    fn time(&self, hour: i64, minute: u32) -> String {
        let date = self.days.dashed(hour.div_euclid(24) as i32);
        let date = String::from_utf8_lossy(date);
        format!("{date} {:02}:{minute:02}:00", hour.rem_euclid(24))
    }

    /// Index of the first reading that was observed after a time, given as text.
    pub(crate) fn after(&self, since: &str) -> u64 {
        let later = |hour: &u64| self.time(self.first_hour + *hour as i64, 0).as_str() > since;
        let (mut low, mut high) = (0, self.hours);
        while low < high {
            let middle = u64::midpoint(low, high);
            if later(&middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        low * self.city.stations.len() as u64
    }

    /// The reading at an index, and what is wrong with it.
    pub(crate) fn reading(
        &self,
        index: u64,
    ) -> Option<(Reading, Option<(DefectKind, &'static str)>)> {
        let stations = self.city.stations.len() as u64;
        let station = self.city.stations.get((index % stations.max(1)) as usize)?;
        let hour = self.first_hour + (index / stations.max(1)) as i64;
        let mut stream = Stream::new(self.seed, Purpose::Air, index);
        let weather = self.weather(hour);
        let (_, month, _) = day::to_civil(hour.div_euclid(24) as i32);
        let usual = season::usual(month);
        let of_day = hour.rem_euclid(24);
        let rush = if matches!(of_day, 7..=9 | 17..=20) {
            1.25
        } else {
            0.95
        };
        let sun = (6 - (of_day - 14).abs()).max(0) as f64 / 6.0;
        let mut value = |typical: f64, places: f64| {
            let drawn = typical * station.level * stream.triangular(0.8, 1.0, 1.25);
            let value = (drawn * places).round().max(1.0) / places;
            (!stream.per_thousand(6)).then_some(value)
        };
        let pm25 = value(usual.pm25 * weather * rush, 1.0);
        let coarse = value(usual.coarse * weather, 1.0);
        let mut reading = Reading {
            station: station.code.clone(),
            station_name: station.name.clone(),
            observed_at: self.time(hour, 0),
            pm25,
            pm10: coarse.map(|coarse| coarse + pm25.unwrap_or(usual.pm25)),
            so2: value(usual.so2, 1.0),
            no2: value(usual.no2 * weather * rush, 1.0),
            co: value(usual.co * weather, 100.0),
            o3: value(season::NIGHT_OZONE + usual.sunny_ozone * sun, 1.0),
        };
        let planted = self.plan.draw(index).map(|(kind, mut stream)| {
            let column = if kind == DefectKind::OffTheHour {
                reading.observed_at = self.time(hour, 1 + stream.below(58));
                "observed_at"
            } else {
                let (place, column) = match stream.below(6) {
                    0 => (&mut reading.pm25, "pm25"),
                    1 => (&mut reading.pm10, "pm10"),
                    2 => (&mut reading.so2, "so2"),
                    3 => (&mut reading.no2, "no2"),
                    4 => (&mut reading.co, "co"),
                    _ => (&mut reading.o3, "o3"),
                };
                *place = Some(-999.0);
                column
            };
            (kind, column)
        });
        Some((reading, planted))
    }

    /// On the way from the air of a day to that of the next one.
    fn weather(&self, hour: i64) -> f64 {
        let at = |day: i64| season::weather(self.seed, day);
        let (day, part) = (hour.div_euclid(24), hour.rem_euclid(24) as f64 / 24.0);
        at(day) * (1.0 - part) + at(day + 1) * part
    }
}

/// What is planted in the readings; they are served and not written.
pub(crate) fn report(context: &Context<'_>) -> Result<Report, Error> {
    let readings = Readings::new(context.options)?;
    let file: Arc<str> = ADDRESS.into();
    let dataset: Arc<str> = DATASET.into();
    let mut truths = Vec::new();
    for index in 0..readings.len() {
        let Some((reading, Some((kind, column)))) = readings.reading(index) else {
            continue;
        };
        let reason = match column {
            "observed_at" => "not-on-the-hour",
            "pm25" => "pm25-range",
            "pm10" => "pm10-range",
            "so2" => "so2-range",
            "no2" => "no2-range",
            "co" => "co-range",
            _ => "o3-range",
        };
        truths.push(Truth {
            file: Arc::clone(&file),
            sheet: None,
            dataset: Arc::clone(&dataset),
            row: index + 1,
            key: format!("{}|{}", reading.station, reading.observed_at),
            column: Some(column.into()),
            kind,
            reason: reason.into(),
            verdict: Verdict::Quarantined,
            hard: true,
            twin: None,
        });
    }
    Ok(Report {
        written: vec![Written {
            dataset,
            file,
            sheet: None,
            rows: readings.len(),
        }],
        truths,
    })
}
