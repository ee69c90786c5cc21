//! Blocks made by several threads and handed over in their order, few at a time.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};

use crate::Error;

struct Desk<T> {
    next_to_make: usize,
    next_to_take: usize,
    ready: BTreeMap<usize, T>,
    stopped: bool,
    workers: usize,
}

/// Leaves the desk when a worker ends, however it ends.
struct Seat<'a, T>(&'a Mutex<Desk<T>>, &'a Condvar);

impl<T> Drop for Seat<'_, T> {
    fn drop(&mut self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .workers -= 1;
        self.1.notify_all();
    }
}

/// Calls `build` for 0..`blocks` on `threads` threads and `take` with the results in order on this one.
/// No more than a few blocks a thread wait at any time.
pub(crate) fn in_order<T: Send>(
    threads: usize,
    blocks: usize,
    build: impl Fn(usize) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), Error>,
) -> Result<(), Error> {
    let threads = threads.max(1);
    if threads == 1 || blocks < 2 {
        return (0..blocks).try_for_each(|block| take(build(block)));
    }
    let window = threads * 3;
    let desk = Mutex::new(Desk {
        next_to_make: 0,
        next_to_take: 0,
        ready: BTreeMap::new(),
        stopped: false,
        workers: threads,
    });
    let bell = Condvar::new();
    let lock = || desk.lock().unwrap_or_else(PoisonError::into_inner);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let seat = Seat(&desk, &bell);
                loop {
                    let mut state = lock();
                    while !state.stopped
                        && state.next_to_make < blocks
                        && state.next_to_make >= state.next_to_take + window
                    {
                        state = bell.wait(state).unwrap_or_else(PoisonError::into_inner);
                    }
                    if state.stopped || state.next_to_make >= blocks {
                        break;
                    }
                    let block = state.next_to_make;
                    state.next_to_make += 1;
                    drop(state);
                    let made = build(block);
                    lock().ready.insert(block, made);
                    bell.notify_all();
                }
                drop(seat);
            });
        }
        let result = (0..blocks).try_for_each(|block| {
            let mut state = lock();
            let made = loop {
                if let Some(made) = state.ready.remove(&block) {
                    break made;
                }
                if state.workers == 0 {
                    return Err(Error::Worker);
                }
                state = bell.wait(state).unwrap_or_else(PoisonError::into_inner);
            };
            state.next_to_take = block + 1;
            drop(state);
            bell.notify_all();
            take(made)
        });
        lock().stopped = true;
        bell.notify_all();
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_come_in_order_from_any_number_of_threads() {
        for threads in [1, 2, 5] {
            let mut seen = Vec::new();
            in_order(
                threads,
                500,
                |block| block * 3,
                |made| {
                    seen.push(made);
                    Ok(())
                },
            )
            .unwrap();
            assert!(seen.iter().enumerate().all(|(at, made)| at * 3 == *made));
            assert_eq!(seen.len(), 500);
        }
    }

    #[test]
    fn a_failing_taker_stops_the_workers() {
        let failed = in_order(3, 1_000_000, |block| block, |_| Err(Error::Worker));
        assert!(failed.is_err());
    }
}
