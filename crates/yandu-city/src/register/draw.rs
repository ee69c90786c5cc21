//! What a row is drawn from.

use crate::random::Stream;

pub(crate) struct Draw {
    /// The row's own; the same for its first version and for the restated one.
    pub(crate) stream: Stream,
    /// The day on which the department has the row.
    pub(crate) reported_on: i32,
    /// What a figure is multiplied by: 1, or something near it in a first report that is restated later.
    pub(crate) factor: f64,
}

impl Draw {
    /// A count as it is reported.
    pub(crate) fn count(&self, count: f64) -> u64 {
        (count * self.factor).round().max(0.0) as u64
    }
}
