//! How the air changes over the year and from day to day.

use crate::random::{Purpose, Stream};

/// Ozone of a night, in µg/m³.
pub(super) const NIGHT_OZONE: f64 = 35.0;

/// Usual concentrations of a month: CO in mg/m³, all others in µg/m³.
#[derive(Debug, Clone, Copy)]
pub(super) struct Usual {
    pub(super) pm25: f64,
    /// What is coarser than PM2.5 in PM10: dust comes in spring.
    pub(super) coarse: f64,
    pub(super) so2: f64,
    pub(super) no2: f64,
    pub(super) co: f64,
    /// What the sun of an afternoon adds to [`NIGHT_OZONE`].
    pub(super) sunny_ozone: f64,
}

/// Against December, January first: PM2.5, coarse dust, SO2, NO2, CO; and what the sun adds to ozone, in µg/m³. Plausible for
/// a city at the coast of the Yellow Sea, and no statistics.
const YEAR: [[f64; 6]; 12] = [
    [1.08, 1.00, 1.00, 0.95, 1.03, 32.0],
    [0.90, 0.95, 0.95, 0.74, 0.94, 46.0],
    [0.82, 1.28, 0.95, 0.84, 0.86, 64.0],
    [0.66, 1.22, 0.92, 0.70, 0.76, 82.0],
    [0.54, 1.02, 0.90, 0.60, 0.72, 100.0],
    [0.44, 0.80, 0.86, 0.52, 0.70, 106.0],
    [0.36, 0.56, 0.78, 0.43, 0.66, 84.0],
    [0.34, 0.52, 0.76, 0.44, 0.66, 86.0],
    [0.40, 0.62, 0.80, 0.52, 0.70, 88.0],
    [0.58, 0.82, 0.90, 0.70, 0.76, 70.0],
    [0.79, 0.96, 0.96, 0.88, 0.90, 48.0],
    [1.00, 1.00, 1.00, 1.00, 1.00, 34.0],
];

/// `month` is from 1 to 12.
pub(super) fn usual(month: u32) -> Usual {
    let [pm25, coarse, so2, no2, co, sunny_ozone] = YEAR
        .get(month.saturating_sub(1) as usize)
        .copied()
        .unwrap_or([1.0; 6]);
    Usual {
        pm25: 38.0 * pm25,
        coarse: 26.0 * coarse,
        so2: 8.0 * so2,
        no2: 27.0 * no2,
        co: 0.7 * co,
        sunny_ozone,
    }
}

/// Clean and stale air come and go over days: what most concentrations are multiplied by when a day begins.
pub(super) fn weather(seed: u64, day: i64) -> f64 {
    Stream::new(seed, Purpose::Air, (1 << 40) + day as u64).triangular(0.4, 0.8, 2.4)
}
