//! When a source is due, and when its delivery is late: a function of its schedule, its history, the working-day calendar
//! and the time.

use jiff::{SignedDuration, Timestamp};
use yandu_pack::declare::{Period, Schedule};
use yandu_words::calendar::{CITY_CLOCK, Calendar};

/// The wait after a first failed run, doubled after each one more, and the longest.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(1);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// How the runs of a source went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct History {
    /// When the source was first seen.
    pub known_since: Timestamp,
    /// The last run, whatever became of it.
    pub attempted_at: Option<Timestamp>,
    /// The last delivery that was collected, or found to be nothing new.
    pub succeeded_at: Option<Timestamp>,
    /// Runs that failed since then, not counting deliveries that were refused.
    pub failures: u32,
}

/// Where a source stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// It is time to run it.
    pub due: bool,
    /// Its delivery should have come, and the grace is over.
    pub late: bool,
}

impl History {
    pub fn new(known_since: Timestamp) -> Self {
        Self {
            known_since,
            attempted_at: None,
            succeeded_at: None,
            failures: 0,
        }
    }

    /// When a run that failed may be tried again; `None` when the last one did not fail.
    pub fn retry_at(&self) -> Option<Timestamp> {
        let attempted = self.attempted_at?;
        let doublings = self.failures.checked_sub(1)?.min(16);
        let wait = (FIRST_WAIT * 2_i32.pow(doublings)).min(LONGEST_WAIT);
        Some(attempted.saturating_add(wait).unwrap_or(Timestamp::MAX))
    }
}

/// Where a source with this schedule and history stands now.
pub fn standing(
    schedule: &Schedule,
    history: &History,
    calendar: &Calendar,
    now: Timestamp,
) -> Standing {
    let after = |time, period| after(calendar, time, period);
    let next = history.attempted_at.map(|attempted| {
        let regular = after(attempted, schedule.every);
        history
            .retry_at()
            .map_or(regular, |retry| retry.min(regular))
    });
    let since = history.succeeded_at.unwrap_or(history.known_since);
    let expected = after(since, schedule.every);
    let excused = schedule
        .grace
        .map_or(expected, |grace| after(expected, grace));
    Standing {
        due: next.is_none_or(|next| next <= now),
        late: excused < now,
    }
}

/// The time a period later. Working days are those of the calendar, and keep the time of day; of a year that it does not
/// hold they are the days from Monday to Friday.
pub(crate) fn after(calendar: &Calendar, time: Timestamp, period: Period) -> Timestamp {
    let later = match period.seconds() {
        Some(seconds) => {
            let length = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
            time.saturating_add(length).ok()
        }
        None => calendar
            .add_presumed_working_days(CITY_CLOCK.to_datetime(time), period.count)
            .and_then(|later| CITY_CLOCK.to_timestamp(later).ok()),
    };
    later.unwrap_or(Timestamp::MAX)
}

/// A time on the clock of the city.
pub(crate) fn shown(at: Timestamp) -> String {
    CITY_CLOCK
        .to_datetime(at)
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where a source stands in a year of which no calendar is known.
    fn standing(schedule: &Schedule, history: &History, now: Timestamp) -> Standing {
        super::standing(schedule, history, &Calendar::default(), now)
    }

    fn at(text: &str) -> Timestamp {
        format!("{text}+08").parse().unwrap()
    }

    fn daily() -> Schedule {
        Schedule {
            every: "24 h".parse().unwrap(),
            grace: Some("6 h".parse().unwrap()),
        }
    }

    fn history(succeeded: &str) -> History {
        History {
            attempted_at: Some(at(succeeded)),
            succeeded_at: Some(at(succeeded)),
            ..History::new(at("2025-01-01T00:00"))
        }
    }

    #[test]
    fn a_source_is_due_after_its_period_and_late_after_its_grace() {
        let history = history("2025-01-06T08:00");
        let stands = |now: &str| {
            let standing = standing(&daily(), &history, at(now));
            (standing.due, standing.late)
        };
        assert_eq!(stands("2025-01-07T07:59:59"), (false, false));
        assert_eq!(stands("2025-01-07T08:00"), (true, false));
        assert_eq!(stands("2025-01-07T14:00"), (true, false));
        assert_eq!(stands("2025-01-07T14:00:01"), (true, true));
    }

    #[test]
    fn a_source_that_never_ran_is_due_at_once_and_late_only_when_it_was_known_long_enough() {
        let history = History::new(at("2025-01-01T00:00"));
        assert_eq!(
            standing(&daily(), &history, at("2025-01-01T00:00")),
            Standing {
                due: true,
                late: false
            }
        );
        assert!(standing(&daily(), &history, at("2025-01-02T06:01")).late);
    }

    #[test]
    fn a_failed_run_is_tried_again_soon_and_ever_more_seldom() {
        let mut history = history("2025-01-06T08:00");
        let mut waits = Vec::new();
        for failures in 1..=9 {
            history.failures = failures;
            waits.push(
                history
                    .retry_at()
                    .unwrap()
                    .duration_since(at("2025-01-06T08:00"))
                    .as_mins(),
            );
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
        history.failures = 9;
        let hourly = Schedule {
            every: "10 min".parse().unwrap(),
            grace: None,
        };
        assert!(
            standing(&hourly, &history, at("2025-01-06T08:10")).due,
            "never later than its schedule"
        );
        history.failures = 2;
        assert!(!standing(&daily(), &history, at("2025-01-06T08:01:59")).due);
        assert!(standing(&daily(), &history, at("2025-01-06T08:02")).due);
    }

    fn every(every: &str) -> Schedule {
        Schedule {
            every: every.parse().unwrap(),
            grace: None,
        }
    }

    #[test]
    fn working_days_of_an_unknown_year_leave_out_saturday_and_sunday() {
        // 2025-01-10 is a Friday.
        let history = history("2025-01-10T08:00");
        for (period, due) in [
            ("1 wd", "2025-01-13"),
            ("4 wd", "2025-01-16"),
            ("5 wd", "2025-01-17"),
            ("6 wd", "2025-01-20"),
        ] {
            let due = at(&format!("{due}T08:00"));
            assert!(standing(&every(period), &history, due).due, "{period}");
            let before = due - SignedDuration::from_secs(1);
            assert!(!standing(&every(period), &history, before).due, "{period}");
        }
    }

    #[test]
    fn holidays_put_off_what_is_due_or_late_and_make_up_days_bring_it_forward() {
        use yandu_words::calendar::DayRule::{Closed, Worked};
        let october = |day: i8| (jiff::civil::date(2025, 10, day), Closed);
        let days = (1..=8).map(october);
        let make_up = (jiff::civil::date(2025, 9, 28), Worked);
        let calendar = Calendar::from_rows("2025", days.chain([make_up])).unwrap();
        // 2025-09-26 is a Friday.
        let history = history("2025-09-26T08:00");
        let schedule = Schedule {
            every: "1 wd".parse().unwrap(),
            grace: Some("3 wd".parse().unwrap()),
        };
        let stands = |now: &str| {
            let standing = super::standing(&schedule, &history, &calendar, at(now));
            (standing.due, standing.late)
        };
        assert_eq!(stands("2025-09-28T07:59"), (false, false));
        assert_eq!(stands("2025-09-28T08:00"), (true, false));
        assert_eq!(stands("2025-10-09T08:00"), (true, false));
        assert_eq!(stands("2025-10-09T08:01"), (true, true));
    }

    #[test]
    fn a_clock_that_jumps_back_makes_nothing_due_or_late() {
        let history = history("2025-01-06T08:00");
        assert_eq!(
            standing(&daily(), &history, at("2024-01-06T08:00")),
            Standing {
                due: false,
                late: false
            }
        );
    }
}
