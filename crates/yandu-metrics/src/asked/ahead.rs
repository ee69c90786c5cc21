//! Looking ahead from the cells of a metric.

use yandu_lake::Number;
use yandu_pack::declare::Across;
use yandu_words::Period;

use super::Asked;
use crate::Result;
use crate::forecast::{Forecast, NoForecast, Series, foresee};
use crate::roll::{Extent, Rolled};

impl Asked<'_> {
    /// Foresees the number of the whole until a period.
    ///
    /// Where the number of a year is that of its months put together, so is what is foreseen; of shares and means, single
    /// periods are foreseen.
    pub(super) fn forecast(
        &self,
        last: Period,
        until: Period,
    ) -> Result<Result<Forecast, NoForecast>> {
        let Some(values) = self.series()? else {
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

    /// The numbers of the periods that are over, as long as they follow on each other without a gap.
    fn series(&self) -> Result<Option<Series>> {
        let over: Vec<Period> = self
            .cells
            .periods
            .iter()
            .copied()
            .filter(|period| period.last_day() < self.today)
            .collect();
        let Some(last) = over.last().copied() else {
            return Ok(None);
        };
        let rolled = over
            .iter()
            .map(|period| self.roll.over(Extent::whole(*period)))
            .collect::<Result<Vec<Rolled>>>()?;
        let mut values = Vec::new();
        let mut expected = last;
        for (period, rolled) in over.iter().zip(&rolled).rev() {
            let Number::Value(value) = rolled.number(0) else {
                break;
            };
            if *period != expected {
                break;
            }
            values.push(value);
            expected = period.previous();
        }
        values.reverse();
        Ok(Some(Series {
            last,
            values,
            total: None,
        }))
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
