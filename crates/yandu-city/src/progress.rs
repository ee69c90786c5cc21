use std::path::Path;

use crate::Delivery;

/// Hears how far a simulation has come; deliveries may be written at the same time.
pub trait Progress: Sync {
    /// A delivery of about `rows` rows begins.
    fn begin(&self, delivery: Delivery, rows: u64);
    /// `rows` further rows are written.
    fn advance(&self, delivery: Delivery, rows: u64);
    /// The file is whole and under its final name.
    fn finish(&self, delivery: Delivery, file: &Path);
}

/// Nobody listens.
impl Progress for () {
    fn begin(&self, _: Delivery, _: u64) {}
    fn advance(&self, _: Delivery, _: u64) {}
    fn finish(&self, _: Delivery, _: &Path) {}
}
