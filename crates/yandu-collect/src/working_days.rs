//! The working-day calendar of the city: the rows of `base.calendar_day`, which are delivered and governed like any other.

use std::sync::{Arc, PoisonError, RwLock};

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use jiff::civil::Date;
use yandu_lake::{Principal, ReadPoint};
use yandu_words::calendar::{Calendar, CalendarFaults, DayRule, UnknownRule};

use crate::collector::Collector;

/// The dataset of the days that are not as their weekday says.
const CALENDAR_DAY: &str = "base.calendar_day";

/// The calendar as it was last read, and the version of its dataset that it was read from.
#[derive(Default)]
pub(crate) struct WorkingDays {
    read: RwLock<(Option<u64>, Arc<Calendar>)>,
}

impl WorkingDays {
    fn of_version(&self, version: Option<u64>) -> Option<Arc<Calendar>> {
        let read = self.read.read().unwrap_or_else(PoisonError::into_inner);
        (read.0 == version).then(|| Arc::clone(&read.1))
    }

    fn keep(&self, version: Option<u64>, calendar: &Arc<Calendar>) {
        let mut read = self.read.write().unwrap_or_else(PoisonError::into_inner);
        *read = (version, Arc::clone(calendar));
    }
}

/// Why rows are no calendar.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error(transparent)]
    Lake(#[from] yandu_lake::Error),
    #[error(transparent)]
    Rows(#[from] ArrowError),
    #[error(transparent)]
    Date(#[from] jiff::Error),
    #[error(transparent)]
    Rule(#[from] UnknownRule),
    #[error(transparent)]
    Days(#[from] CalendarFaults),
}

impl Collector {
    /// The working-day calendar as it stands, read again when its dataset has another version.
    ///
    /// A calendar that cannot be read is told of once for each version, and is taken for one without a year: what is due
    /// must go on being done.
    pub async fn calendar(&self) -> Arc<Calendar> {
        let version = match CALENDAR_DAY.parse() {
            Ok(dataset) if self.lake().has(&dataset) => self.lake().version(&dataset).await,
            _ => Ok(None),
        };
        let days = &self.inner.working_days;
        let present = version.as_ref().ok().copied().flatten();
        if let Some(calendar) = days.of_version(present) {
            return calendar;
        }
        let read = match version {
            Ok(Some(version)) => self.read_calendar(version).await,
            Ok(None) => Ok(Calendar::default()),
            Err(error) => Err(error.into()),
        };
        let calendar = Arc::new(read.unwrap_or_else(|error| {
            tracing::warn!(
                dataset.id = CALENDAR_DAY,
                version = present,
                error = %error,
                "the working-day calendar cannot be read: working days are those from Monday to Friday"
            );
            Calendar::default()
        }));
        days.keep(present, &calendar);
        calendar
    }

    async fn read_calendar(&self, version: u64) -> Result<Calendar, Unreadable> {
        let blocks = self
            .lake()
            .session(&Principal::local_administrator(), ReadPoint::default())
            .query(&format!("SELECT date, kind FROM {CALENDAR_DAY}"))
            .await?
            .collect()
            .await?;
        let mut days = Vec::new();
        for block in &blocks {
            let dates = cast(block.column(0), &DataType::Utf8)?;
            let kinds = cast(block.column(1), &DataType::Utf8)?;
            let rows = dates
                .as_string::<i32>()
                .iter()
                .zip(kinds.as_string::<i32>());
            for (date, kind) in rows {
                if let (Some(date), Some(kind)) = (date, kind) {
                    days.push((date.parse::<Date>()?, kind.parse::<DayRule>()?));
                }
            }
        }
        Ok(Calendar::from_rows(
            format!("{CALENDAR_DAY}@{version}"),
            days,
        )?)
    }
}
