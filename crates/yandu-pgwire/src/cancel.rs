//! Requests to stop the question of another connection, by a number and a secret that only its client was told.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pgwire::messages::startup::SecretKey;
use tokio::sync::Notify;

/// The connections that can be told to stop. Clones are one.
#[derive(Clone, Default)]
pub(crate) struct Cancels {
    lines: Arc<Mutex<Lines>>,
}

/// By the number of a connection: its secret, and how it is told.
type Lines = HashMap<i32, (SecretKey, Arc<Line>)>;

/// How one connection is told.
#[derive(Default)]
pub(crate) struct Line {
    is_asking: AtomicBool,
    told: Notify,
}

/// The place of a connection among them, which it leaves when this is dropped.
pub(crate) struct Seat {
    pub(crate) number: i32,
    pub(crate) key: SecretKey,
    pub(crate) line: Arc<Line>,
    cancels: Cancels,
}

impl Cancels {
    /// A place for one more connection.
    pub(crate) fn seat(&self) -> Seat {
        let key = SecretKey::I32(rand::random());
        let line = Arc::new(Line::default());
        let mut lines = self.lines();
        let number = loop {
            let number = rand::random::<i32>() & i32::MAX;
            if let Entry::Vacant(place) = lines.entry(number) {
                place.insert((key.clone(), Arc::clone(&line)));
                break number;
            }
        };
        Seat {
            number,
            key,
            line,
            cancels: self.clone(),
        }
    }

    /// Stops what a connection is asking; with a wrong secret, and where nothing is asked, nothing happens.
    pub(crate) fn cancel(&self, number: i32, key: &SecretKey) {
        let lines = self.lines();
        if let Some((known, line)) = lines.get(&number)
            && known.eq_value(key)
            && line.is_asking.load(Ordering::SeqCst)
        {
            line.told.notify_one();
        }
    }

    fn lines(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.cancels.lines().remove(&self.number);
    }
}

impl Line {
    /// A question begins. What was told of the one before is forgotten.
    pub(crate) fn begin(&self) {
        let before = std::pin::pin!(self.told.notified());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        // A notification that waits is taken by looking at it.
        let _ = std::future::Future::poll(before, &mut context);
        self.is_asking.store(true, Ordering::SeqCst);
    }

    pub(crate) fn end(&self) {
        self.is_asking.store(false, Ordering::SeqCst);
    }

    /// Waits until somebody wants the question stopped.
    pub(crate) async fn told(&self) {
        self.told.notified().await;
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    async fn is_told(line: &Line) -> bool {
        let wait = Duration::from_millis(20);
        tokio::time::timeout(wait, line.told()).await.is_ok()
    }

    #[tokio::test]
    async fn only_the_right_secret_stops_a_question() {
        let cancels = Cancels::default();
        let seat = cancels.seat();
        seat.line.begin();
        cancels.cancel(seat.number, &SecretKey::I32(0));
        cancels.cancel(seat.number.wrapping_add(1), &seat.key);
        assert!(!is_told(&seat.line).await);
        cancels.cancel(seat.number, &seat.key);
        assert!(is_told(&seat.line).await);
    }

    #[tokio::test]
    async fn what_comes_between_two_questions_stops_neither() {
        let cancels = Cancels::default();
        let seat = cancels.seat();
        cancels.cancel(seat.number, &seat.key);
        seat.line.begin();
        assert!(!is_told(&seat.line).await);
        cancels.cancel(seat.number, &seat.key);
        seat.line.end();
        seat.line.begin();
        assert!(!is_told(&seat.line).await);
    }

    #[test]
    fn a_connection_that_is_gone_leaves_nothing_behind() {
        let cancels = Cancels::default();
        let number = cancels.seat().number;
        assert!(!cancels.lines().contains_key(&number));
    }
}
