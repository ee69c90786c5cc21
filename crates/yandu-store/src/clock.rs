use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// The wall clock of the city, in microseconds, that never goes backwards and never gives a time twice.
///
/// When the clock of the machine jumps back, times continue from the newest one, a microsecond apart, until the
/// machine has caught up. Clones share the newest time.
///
/// A clock may stand at a time, for demonstrations and tests: it gives that time, then the microseconds after it. So
/// what is shown is the same in every run, and nothing falls due by itself.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    newest: Arc<AtomicI64>,
    stands_at: Option<Timestamp>,
}

impl Clock {
    /// A clock that gives only times after `newest`.
    pub fn after(newest: Timestamp) -> Self {
        Self {
            newest: Arc::new(AtomicI64::new(newest.as_microsecond())),
            stands_at: None,
        }
    }

    /// A clock that stands at a time.
    pub fn standing(at: Timestamp) -> Self {
        Self {
            newest: Arc::default(),
            stands_at: Some(at),
        }
    }

    /// From here on it gives only times after `newest`, also when it stands before it.
    pub(crate) fn pass(&self, newest: Timestamp) {
        self.newest
            .fetch_max(newest.as_microsecond(), Ordering::SeqCst);
    }

    pub fn now(&self) -> Timestamp {
        let machine = self.stands_at.unwrap_or_else(Timestamp::now);
        self.advance(machine.as_microsecond())
    }

    /// Whether it stands, and so tells no hour of the day.
    pub fn is_standing(&self) -> bool {
        self.stands_at.is_some()
    }

    fn advance(&self, machine: i64) -> Timestamp {
        let newest = self.newest.fetch_max(machine, Ordering::SeqCst);
        let given = if machine > newest {
            machine
        } else {
            self.newest.fetch_add(1, Ordering::SeqCst) + 1
        };
        Timestamp::from_microsecond(given).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_that_jumps_back_does_not_take_the_clock_along() {
        let clock = Clock::default();
        let first = clock.advance(1_000);
        let second = clock.advance(10);
        let third = clock.advance(1_001);
        let fourth = clock.advance(5_000);
        assert!(first < second && second < third && third < fourth);
        assert_eq!(fourth.as_microsecond(), 5_000);
    }

    #[test]
    fn a_clock_that_stands_tells_the_same_second_in_every_run_and_never_one_time_twice() {
        let at: Timestamp = "2025-06-01T01:00:00Z".parse().unwrap();
        let times = || {
            let clock = Clock::standing(at);
            [clock.now(), clock.now(), clock.clone().now()]
        };
        assert_eq!(times(), times());
        let [first, second, third] = times();
        assert!(first == at && first < second && second < third);
        assert_eq!(third.as_second(), at.as_second());
        let clock = Clock::standing(at);
        let later = at + jiff::SignedDuration::from_hours(1);
        clock.pass(later);
        assert!(
            clock.now() > later,
            "what was recorded is never passed again"
        );
    }

    #[test]
    fn threads_never_see_a_time_twice() {
        let clock = Clock::after(Timestamp::MAX - jiff::SignedDuration::from_hours(1));
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let clock = clock.clone();
                std::thread::spawn(move || (0..1_000).map(|_| clock.now()).collect::<Vec<_>>())
            })
            .collect();
        let mut all: Vec<_> = threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 4_000);
    }
}
