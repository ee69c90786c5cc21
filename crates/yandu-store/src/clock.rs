use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// The wall clock of the city, in microseconds, that never goes backwards and never gives a time twice.
///
/// When the clock of the machine jumps back, times continue from the newest one, a microsecond apart, until the
/// machine has caught up. Clones share the newest time.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    newest: Arc<AtomicI64>,
}

impl Clock {
    /// A clock that gives only times after `newest`.
    pub fn after(newest: Timestamp) -> Self {
        Self {
            newest: Arc::new(AtomicI64::new(newest.as_microsecond())),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.advance(Timestamp::now().as_microsecond())
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
