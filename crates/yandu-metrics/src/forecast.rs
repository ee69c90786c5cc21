//! Foreseeing a series: a straight line, or a line with seasons, whichever foresaw the last periods better.
//!
//! The interval is that of the residuals of the line (80 %); how far the method was off when it foresaw each of the last
//! periods from those before it is measured and told beside it.

use yandu_words::Period;

/// Points that are needed for a line with an interval.
const LEAST: usize = 4;
/// Periods that each method has to foresee to be measured.
const TRIALS: usize = 6;
/// Points that a line looks back to at most.
const BACK: usize = 36;
/// Periods that are foreseen at most.
const AHEAD: usize = 400;
/// The normal deviate that leaves a tenth on either side.
const DEVIATE: f64 = 1.281_551_565_544_8;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A straight line.
    Line,
    /// A line, and what each month or quarter differs from it.
    Seasons,
}

impl Method {
    pub fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Seasons => "seasons",
        }
    }
}

/// What is foreseen of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    pub method: Method,
    /// Whether points are the numbers of single periods put together from the beginning of the year that the target is
    /// about; otherwise they are those of single periods.
    pub is_total: bool,
    pub points: Vec<ForecastPoint>,
    /// The mean distance of what was foreseen from what came, over the last periods.
    pub past_error: f64,
    /// The same in percent of what came; none where something was zero.
    pub past_percent: Option<f64>,
    /// The part of the last periods that lay inside of the interval, in percent.
    pub past_inside: f64,
    /// How many periods that was measured on.
    pub trials: usize,
}

/// Why nothing is foreseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoForecast {
    /// Too few periods that are over follow on each other.
    TooFew,
    /// The period until which it is wanted is over, and has its number.
    Past,
    /// It is asked by a dimension, and only one number is foreseen.
    Groups,
}

impl NoForecast {
    pub fn code(self) -> &'static str {
        match self {
            Self::TooFew => "too-few",
            Self::Past => "past",
            Self::Groups => "groups",
        }
    }

    /// In Chinese; that there is too little to go by is said as it is of the targets of a plan.
    pub fn text(self) -> &'static str {
        match self {
            Self::TooFew => "连续的历史数据太少",
            Self::Past => "预测截止的期间已经有数",
            Self::Groups => "按维度分列的数不作预测",
        }
    }
}

/// A period that is foreseen, with an interval that four of five lie in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ForecastPoint {
    pub period: Period,
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

impl Forecast {
    /// What is foreseen for a period; of the last one when none is named.
    pub fn at(&self, period: Option<Period>) -> Option<f64> {
        let point = match period {
            None => self.points.last(),
            Some(due) => self
                .points
                .iter()
                .find(|point| point.period.last_day() >= due.last_day()),
        };
        point.map(|point| point.value)
    }
}

/// A series to be foreseen: its periods follow on each other without a gap.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) last: Period,
    /// Oldest first.
    pub(crate) values: Vec<f64>,
    /// Where totals are wanted: the long period that is put together, and what came of it so far.
    pub(crate) total: Option<(Period, f64)>,
}

/// A method fitted to values: the line, the seasons, and how far values lie from them.
struct Fit {
    intercept: f64,
    slope: f64,
    /// What each place of the season differs by; empty for a straight line.
    seasons: Vec<f64>,
    deviation: f64,
    middle: f64,
    spread: f64,
    count: f64,
}

impl Fit {
    /// Fits a method; none when there are too few values for it.
    fn new(values: &[f64], method: Method, season: usize) -> Option<Self> {
        let least = match method {
            Method::Line => LEAST,
            Method::Seasons => 2 * season.max(LEAST),
        };
        if values.len() < least || (method == Method::Seasons && season < 2) {
            return None;
        }
        let count = values.len() as f64;
        let middle = (count - 1.0) / 2.0;
        let mean = values.iter().sum::<f64>() / count;
        let places = || (0..values.len()).map(|place| place as f64 - middle);
        let spread: f64 = places().map(|place| place * place).sum();
        let slope = places()
            .zip(values)
            .map(|(place, value)| place * (value - mean))
            .sum::<f64>()
            / spread;
        let mut fit = Self {
            intercept: mean,
            slope,
            seasons: Vec::new(),
            deviation: 0.0,
            middle,
            spread,
            count,
        };
        if method == Method::Seasons {
            fit.seasons = seasons(&fit, values, season);
        }
        let free = count - 2.0 - (fit.seasons.len().max(1) as f64 - 1.0);
        let squares: f64 = values
            .iter()
            .enumerate()
            .map(|(place, value)| (value - fit.at(place)).powi(2))
            .sum();
        fit.deviation = (squares / free.max(1.0)).sqrt();
        Some(fit)
    }

    fn at(&self, place: usize) -> f64 {
        let season = self
            .seasons
            .get(place.checked_rem(self.seasons.len()).unwrap_or_default());
        self.intercept + self.slope * (place as f64 - self.middle) + season.unwrap_or(&0.0)
    }

    /// The half width of the interval at a place.
    fn half(&self, place: usize) -> f64 {
        let away = (place as f64 - self.middle).powi(2) / self.spread;
        DEVIATE * self.deviation * (1.0 + 1.0 / self.count + away).sqrt()
    }
}

/// The mean distance of each place of the season from the line; together they are zero.
fn seasons(fit: &Fit, values: &[f64], season: usize) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); season];
    for (place, value) in values.iter().enumerate() {
        if let Some((sum, count)) = sums.get_mut(place % season) {
            *sum += value - fit.at(place);
            *count += 1.0;
        }
    }
    let means: Vec<f64> = sums
        .iter()
        .map(|(sum, count)| sum / f64::max(*count, 1.0))
        .collect();
    let mean = means.iter().sum::<f64>() / means.len().max(1) as f64;
    means.iter().map(|value| value - mean).collect()
}

/// What a method foresaw of the last periods, each from those before it.
struct Trials {
    error: f64,
    percent: Option<f64>,
    inside: f64,
    count: usize,
}

fn trials(values: &[f64], method: Method, season: usize) -> Option<Trials> {
    let (mut errors, mut percents, mut inside) = (Vec::new(), Vec::new(), 0.0);
    for place in values.len().saturating_sub(TRIALS)..values.len() {
        let (before, came) = (values.get(..place)?, *values.get(place)?);
        let Some(fit) = Fit::new(before, method, season) else {
            continue;
        };
        let error = (fit.at(place) - came).abs();
        if error <= fit.half(place) {
            inside += 1.0;
        }
        errors.push(error);
        percents.push((came != 0.0).then(|| 100.0 * error / came.abs()));
    }
    let count = errors.len();
    if count == 0 {
        return None;
    }
    let percents: Option<Vec<f64>> = percents.into_iter().collect();
    Some(Trials {
        error: errors.iter().sum::<f64>() / count as f64,
        percent: percents.map(|all| all.iter().sum::<f64>() / count as f64),
        inside: 100.0 * inside / count as f64,
        count,
    })
}

/// Foresees a series until a period.
///
/// # Errors
/// It is too short, or holds the period already.
pub(crate) fn foresee(series: &Series, until: Period) -> Result<Forecast, NoForecast> {
    let back = series.values.len().saturating_sub(BACK);
    let values = series.values.get(back..).unwrap_or_default();
    let season = series.last.grain().in_a_year().unwrap_or(1);
    let (method, trials) = [Method::Line, Method::Seasons]
        .into_iter()
        .filter_map(|method| Some((method, trials(values, method, season)?)))
        .min_by(|(_, one), (_, other)| one.error.total_cmp(&other.error))
        .ok_or(NoForecast::TooFew)?;
    let fit = Fit::new(values, method, season).ok_or(NoForecast::TooFew)?;
    let mut points = Vec::new();
    let mut period = series.last.next();
    let (mut total, mut variance) = (series.total.map_or(0.0, |(_, came)| came), 0.0);
    let mut place = values.len();
    while period.first_day() <= until.last_day() && place - values.len() < AHEAD {
        let (value, half) = (fit.at(place), fit.half(place));
        let point = match series.total {
            // What comes before the long period is no part of it.
            Some((whole, _)) if period.first_day() < whole.first_day() => None,
            Some(_) => {
                total += value;
                variance += half * half;
                let half = f64::sqrt(variance);
                Some(ForecastPoint {
                    period,
                    value: total,
                    low: total - half,
                    high: total + half,
                })
            }
            None => Some(ForecastPoint {
                period,
                value,
                low: value - half,
                high: value + half,
            }),
        };
        points.extend(point);
        place += 1;
        period = period.next();
    }
    if points.is_empty() {
        return Err(NoForecast::Past);
    }
    Ok(Forecast {
        method,
        is_total: series.total.is_some(),
        points,
        past_error: trials.error,
        past_percent: trials.percent,
        past_inside: trials.inside,
        trials: trials.count,
    })
}

#[cfg(test)]
mod tests;
