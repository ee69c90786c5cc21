//! A connection: whether its client is known, what it does, and when it has to go.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;
use yandu_access::Place;
use yandu_face::Options;

use crate::fault::{Fault, Result};

/// What is known of one connection.
pub(crate) struct Line {
    /// Whether the other end is on this machine.
    pub(crate) is_here: bool,
    begun: Instant,
    places: Arc<Semaphore>,
    /// Its place among the connections whose clients are known.
    place: OnceLock<OwnedSemaphorePermit>,
    /// Its place among the others, until the client is known.
    unknown: Mutex<Option<Place>>,
    state: watch::Sender<State>,
}

#[derive(Debug, Clone, Copy)]
struct State {
    is_known: bool,
    /// Requests that are being answered.
    requests: usize,
    /// When the last one came or was over.
    since: Instant,
}

/// A request that is being answered, until this is dropped.
pub(crate) struct Busy {
    line: Arc<Line>,
}

impl Line {
    pub(crate) fn new(address: SocketAddr, unknown: Place, places: Arc<Semaphore>) -> Arc<Self> {
        let begun = Instant::now();
        let state = State {
            is_known: false,
            requests: 0,
            since: begun,
        };
        Arc::new(Self {
            is_here: address.ip().is_loopback(),
            begun,
            places,
            place: OnceLock::new(),
            unknown: Mutex::new(Some(unknown)),
            state: watch::Sender::new(state),
        })
    }

    /// A request begins.
    pub(crate) fn busy(self: &Arc<Self>) -> Busy {
        self.state.send_modify(|state| {
            state.requests += 1;
            state.since = Instant::now();
        });
        Busy {
            line: Arc::clone(self),
        }
    }

    /// The client is known from now on, if there is a place for it. Whoever is not known takes no place of those who are.
    pub(crate) fn know(&self) -> Result<()> {
        if self.place.get().is_none() {
            let place = Arc::clone(&self.places).try_acquire_owned();
            let place = place.map_err(|_| {
                Fault::too_much("there are too many connections")
                    .help("close some, or raise `flight_connections`")
            })?;
            // Another request of the same connection may have been quicker; its place is enough.
            let _ = self.place.set(place);
            let mut unknown = self.unknown.lock().unwrap_or_else(PoisonError::into_inner);
            *unknown = None;
        }
        self.state.send_if_modified(|state| {
            let is_new = !state.is_known;
            state.is_known = true;
            is_new
        });
        Ok(())
    }

    /// Waits until a client that is not known has taken too long, or one that is known has asked nothing for too long.
    pub(crate) async fn over(&self, options: &Options) {
        let mut states = self.state.subscribe();
        loop {
            let state = *states.borrow_and_update();
            let end = match state {
                State {
                    is_known: false, ..
                } => Some(self.begun + options.startup),
                State { requests: 0, .. } => Some(state.since + options.idle),
                State { .. } => None,
            };
            let late = async {
                match end {
                    Some(end) => tokio::time::sleep_until(end).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = late => return,
                // The sender is here, so that it is never gone.
                _ = states.changed() => {}
            }
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.line.state.send_modify(|state| {
            state.requests = state.requests.saturating_sub(1);
            state.since = Instant::now();
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tonic::Code;
    use yandu_access::{Origin, Places};

    use super::*;

    fn line(places: &Arc<Semaphore>) -> Arc<Line> {
        let unknown = Places::new(1, 1).take(Origin::default()).unwrap();
        Line::new(([127, 0, 0, 1], 1).into(), unknown, Arc::clone(places))
    }

    async fn is_over(line: &Line, options: &Options, within: u64) -> bool {
        let within = Duration::from_millis(within);
        let over = tokio::time::timeout(within, line.over(options));
        over.await.is_ok()
    }

    #[tokio::test]
    async fn who_does_not_say_who_it_is_goes_soon_and_who_asks_nothing_later() {
        let places = Arc::new(Semaphore::new(1));
        let (soon, never) = (Duration::from_millis(50), Duration::from_hours(1));
        let only_startup = Options {
            startup: soon,
            idle: never,
            ..Options::default()
        };
        let only_idle = Options {
            startup: never,
            idle: soon,
            ..Options::default()
        };
        let one = line(&places);
        assert!(!is_over(&one, &only_idle, 200).await, "nobody knows it yet");
        assert!(is_over(&one, &only_startup, 10_000).await);
        let busy = one.busy();
        one.know().unwrap();
        assert!(!is_over(&one, &only_startup, 200).await, "it is known");
        assert!(
            !is_over(&one, &only_idle, 200).await,
            "it is being answered"
        );
        drop(busy);
        assert!(is_over(&one, &only_idle, 10_000).await);
    }

    #[tokio::test]
    async fn who_is_known_leaves_the_place_of_the_unknown_and_who_finds_none_keeps_it() {
        let (known, unknown) = (Arc::new(Semaphore::new(1)), Places::new(2, 2));
        let line = || {
            let place = unknown.take(Origin::default())?;
            Some(Line::new(
                ([127, 0, 0, 1], 1).into(),
                place,
                Arc::clone(&known),
            ))
        };
        let (one, other) = (line().unwrap(), line().unwrap());
        assert!(line().is_none());
        one.know().unwrap();
        assert!(other.know().is_err(), "there is one place for who is known");
        let _third = line().unwrap();
        assert!(line().is_none(), "the other has kept its place");
    }

    #[tokio::test]
    async fn a_place_is_taken_once_and_comes_back() {
        let places = Arc::new(Semaphore::new(1));
        let one = line(&places);
        one.know().unwrap();
        one.know().unwrap();
        let other = line(&places);
        assert_eq!(other.know().unwrap_err().code, Code::ResourceExhausted);
        drop(one);
        other.know().unwrap();
    }
}
