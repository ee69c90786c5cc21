//! Places for those of whom nothing is known: so many at a time in all, and fewer from one address, so that nobody alone takes them
//! all.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::timeout;

/// From where somebody comes, as far as places are counted.
///
/// Of an IPv6 address the network counts, which is its first 64 bits: its owner chooses the others (RFC 4291, 2.5.4; RFC 8981). What
/// comes from no address, because it is asked in the process itself, counts as one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Origin(Option<IpAddr>);

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Self {
        Self(Some(match address.to_canonical() {
            IpAddr::V6(address) => {
                let [one, two, three, four, ..] = address.segments();
                Ipv6Addr::new(one, two, three, four, 0, 0, 0, 0).into()
            }
            address @ IpAddr::V4(_) => address,
        }))
    }
}

/// Places of one kind. Clones are one.
#[derive(Debug, Clone)]
pub struct Places {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    most: usize,
    of_one: usize,
    taken: Mutex<Taken>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_origin: HashMap<Origin, usize>,
}

/// A place, which is free again when this is dropped.
#[derive(Debug)]
pub struct Place {
    inner: Arc<Inner>,
    origin: Origin,
}

impl Places {
    /// `most` places, of which one origin takes `of_one` at most.
    pub fn new(most: usize, of_one: usize) -> Self {
        Self {
            inner: Arc::new(Inner {
                most,
                of_one,
                taken: Mutex::default(),
                freed: Notify::new(),
            }),
        }
    }

    /// A place, unless all are taken, or all that the origin may take.
    pub fn take(&self, origin: Origin) -> Option<Place> {
        let mut taken = self.inner.taken();
        let of_origin = taken.by_origin.get(&origin).copied().unwrap_or_default();
        if taken.all >= self.inner.most || of_origin >= self.inner.of_one {
            return None;
        }
        taken.all += 1;
        taken.by_origin.insert(origin, of_origin + 1);
        Some(Place {
            inner: Arc::clone(&self.inner),
            origin,
        })
    }

    /// The same, and waits for so long where there is none.
    pub async fn wait(&self, origin: Origin, patience: Duration) -> Option<Place> {
        let taken = async {
            loop {
                let mut freed = std::pin::pin!(self.inner.freed.notified());
                // From here on, so that a place that is freed before the wait begins is not missed.
                freed.as_mut().enable();
                if let Some(place) = self.take(origin) {
                    return place;
                }
                freed.await;
            }
        };
        timeout(patience, taken).await.ok()
    }
}

impl Inner {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.inner.taken();
        taken.all = taken.all.saturating_sub(1);
        if let Some(of_origin) = taken.by_origin.get_mut(&self.origin) {
            *of_origin = of_origin.saturating_sub(1);
            if *of_origin == 0 {
                taken.by_origin.remove(&self.origin);
            }
        }
        drop(taken);
        self.inner.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(address: &str) -> Origin {
        address.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn nobody_takes_the_places_of_others() {
        let places = Places::new(3, 2);
        let (one, other, third) = (origin("10.0.0.1"), origin("10.0.0.2"), Origin::default());
        let held = [places.take(one).unwrap(), places.take(one).unwrap()];
        assert!(places.take(one).is_none(), "it has all that one may take");
        let last = places.take(other).unwrap();
        assert!(places.take(third).is_none(), "all are taken");
        drop(held);
        let _again = [places.take(one).unwrap(), places.take(third).unwrap()];
        assert!(places.take(third).is_none());
        drop(last);
        assert!(places.take(third).is_some());
    }

    #[test]
    fn nothing_is_kept_of_whoever_has_left() {
        let places = Places::new(9, 2);
        drop(places.take(origin("10.0.0.1")));
        drop((places.take(origin("::1")), places.take(origin("::1"))));
        assert!(places.inner.taken().by_origin.is_empty());
        assert_eq!(places.inner.taken().all, 0);
    }

    #[test]
    fn a_network_of_ipv6_is_one_origin_and_a_mapped_address_is_what_it_maps() {
        assert_eq!(origin("2001:db8:1:2::1"), origin("2001:db8:1:2:ffff::9"));
        assert_ne!(origin("2001:db8:1:2::1"), origin("2001:db8:1:3::1"));
        assert_eq!(origin("::ffff:10.0.0.1"), origin("10.0.0.1"));
        assert_ne!(origin("10.0.0.1"), origin("10.0.0.2"));
    }

    #[tokio::test]
    async fn whoever_waits_has_the_next_place_and_does_not_wait_for_ever() {
        let places = Places::new(1, 1);
        let here = Origin::default();
        let held = places.take(here).unwrap();
        let late = places.wait(here, Duration::from_millis(20)).await;
        assert!(late.is_none());
        let waiting = tokio::spawn({
            let places = places.clone();
            async move { places.wait(here, Duration::from_mins(10)).await }
        });
        tokio::task::yield_now().await;
        drop(held);
        assert!(waiting.await.unwrap().is_some());
    }
}
