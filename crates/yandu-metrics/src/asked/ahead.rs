//! Looking ahead from the cells of a metric.

use yandu_lake::Number;
use yandu_words::Period;

use super::Asked;
use super::reporting::Reporting;
use crate::Result;
use crate::forecast::{Forecast, NoForecast, Series, foresee};
use crate::roll::Extent;

impl Asked<'_> {
    /// Foresees the number of the whole until a period.
    ///
    /// Where the number of a year is that of its months added up, so is what is foreseen; of shares and means, single periods are
    /// foreseen.
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
        let total = if is_longer && self.definition.adds_up() {
            let whole = until.within(until.grain().max(last.grain()));
            let came = self.came(whole, values.last)?;
            came.map(|came| (whole, came))
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
        let extents = over.map(|period| Extent::whole(*period));
        let extents: Vec<Extent> = extents.collect();
        let rolled = self.roll.over(extents.iter().copied())?;
        let mut series: Option<Series> = None;
        for (Extent { period, .. }, rolled) in extents.iter().zip(rolled) {
            let is_next = series.as_ref().is_none_or(|series| {
                let back = i32::try_from(series.values.len()).unwrap_or(i32::MAX);
                series.last.moved(-back) == *period
            });
            if let (None, Some(reporting)) = (&series, reporting)
                && !reporting.missing(*period)?.is_empty()
            {
                continue;
            }
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

    /// What came of a long period so far.
    fn came(&self, whole: Period, last: Period) -> Result<Option<f64>> {
        let extent = Extent {
            period: whole,
            until: Some(last),
        };
        let rolled = self.roll.over([extent])?.into_iter().next();
        let rolled = rolled.unwrap_or_default();
        Ok(match rolled.number(0) {
            Number::Value(value) => Some(value),
            // Nothing of it has come yet.
            Number::Missing if rolled.groups.is_empty() => Some(0.0),
            _ => None,
        })
    }
}
