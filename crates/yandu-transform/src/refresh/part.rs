//! How long the parts of a refresh take, for those who listen at debug level.

use std::time::Instant;

/// Carries out one part and says how long it took.
pub(super) async fn timed<T>(part: &'static str, work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let done = work.await;
    let duration_us = begun.elapsed().as_micros() as u64;
    tracing::debug!(part, duration_us, "part of a refresh");
    done
}
