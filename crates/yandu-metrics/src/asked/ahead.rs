//! Looking ahead from the cells of a metric.

use yandu_lake::Number;
use yandu_pack::declare::Across;
use yandu_words::Period;

use super::Asked;
use super::reporting::Reporting;
use crate::Result;
use crate::forecast::{Forecast, NoForecast, Series, foresee};
use crate::roll::Extent;

impl Asked<'_> {
    /// Foresees the number of the whole until a period.
    ///
    /// Where the number of a year is that of its months put together, so is what is foreseen; of shares and means, single
    /// periods are foreseen.
    pub(super) fn forecast(
        &self,
        last: Period,
        until: Period,
        reporting: Option<&Reporting<'_>>,
    ) -> Result<Result<Forecast, NoForecast>> {
        let Some(values) = self.series(reporting)? else {
            return Ok(Err(NoForecast::TooFew));
        };
        let own = self.definition.file.time.grain;
        let is_longer = last.grain() > own || until.grain() > own;
        let total = if is_longer && self.definition.file.time.across == Across::Sum {
            let whole = until.within(until.grain().max(last.grain()));
            self.adds_up(&values, whole)?.map(|came| (whole, came))
        } else {
            None
        };
        let series = Series {
            last: values.last,
            values: values.values,
            total,
        };
        Ok(foresee(&series, until))
    }

    /// The numbers of the periods that are over, as long as they follow on each other without a gap. The newest ones from which a
    /// county is missing that reports steadily are waited for: they have not all of their numbers.
    fn series(&self, reporting: Option<&Reporting<'_>>) -> Result<Option<Series>> {
        let periods = self.cells.periods.iter().rev();
        let over = periods.filter(|period| period.last_day() < self.today);
        let mut series: Option<Series> = None;
        for period in over {
            let is_next = series.as_ref().is_none_or(|series| {
                let back = i32::try_from(series.values.len()).unwrap_or(i32::MAX);
                series.last.moved(-back) == *period
            });
            let is_awaited = match reporting {
                Some(reporting) if series.is_none() => !reporting.missing(*period)?.is_empty(),
                Some(_) | None => false,
            };
            if is_awaited {
                continue;
            }
            let rolled = self.roll.over(Extent::whole(*period))?;
            let Number::Value(value) = rolled.number(0) else {
                break;
            };
            if !is_next {
                break;
            }
            let known = series.get_or_insert(Series {
                last: *period,
                values: Vec::new(),
                total: None,
            });
            known.values.push(value);
        }
        if let Some(series) = &mut series {
            series.values.reverse();
        }
        Ok(series)
    }

    /// What came of a long period so far, when it is the sum of its parts; none when the measure is no sum. A single part is its own
    /// sum, whatever the measure is, so that the long period before tells too where there are not more.
    fn adds_up(&self, series: &Series, whole: Period) -> Result<Option<f64>> {
        let (parts, came) = self.sum_of(series, whole)?;
        let is_told = parts > 1 || {
            let (parts, came) = self.sum_of(series, whole.previous())?;
            parts > 1 && came.is_some()
        };
        Ok(came.filter(|_| is_told))
    }

    /// How many numbers of the series a long period has, and their sum; none where its own number is another one.
    fn sum_of(&self, series: &Series, whole: Period) -> Result<(usize, Option<f64>)> {
        let rolled = self.roll.over(Extent {
            period: whole,
            until: Some(series.last),
        })?;
        let mut period = series.last;
        let (mut parts, mut sum) = (0, 0.0);
        for value in series.values.iter().rev() {
            if period.within(whole.grain()) == whole {
                parts += 1;
                sum += value;
            }
            period = period.previous();
        }
        let came = match rolled.number(0) {
            Number::Value(value) if (value - sum).abs() <= 1e-6 * sum.abs().max(1.0) => Some(value),
            // Nothing of it has come yet.
            Number::Missing if rolled.groups.is_empty() => Some(0.0),
            _ => None,
        };
        Ok((parts, came))
    }
}
