//! How often each kind of fault is planted in a dataset.

use crate::city::City;
use crate::defect::DefectKind;
use crate::random::{Purpose, Stream};
use crate::{Error, Rates};

/// A draw of 2^32 decides on a row: below which bound each kind begins to be chosen.
pub(crate) struct Plan {
    seed: u64,
    bounds: Vec<(u32, DefectKind)>,
}

impl Plan {
    pub(crate) fn new(city: &City, rates: &Rates, dataset: &str, seed: u64) -> Result<Self, Error> {
        for name in rates.per_thousand.keys() {
            parse(name)?;
        }
        let mut bounds = Vec::new();
        let mut sum = 0.0;
        for (name, rate) in city
            .settings
            .defects_per_thousand
            .get(dataset)
            .into_iter()
            .flatten()
        {
            let rate = rates.per_thousand.get(name).unwrap_or(rate);
            sum += rate.max(0.0) * rates.scale.max(0.0) / 1_000.0;
            bounds.push(((sum.min(1.0) * f64::from(u32::MAX)) as u32, parse(name)?));
        }
        let salt = dataset.bytes().fold(0_u64, |hash, byte| {
            crate::random::mix(hash ^ u64::from(byte))
        });
        Ok(Self {
            seed: seed ^ salt,
            bounds,
        })
    }

    /// The fault that the row of an index is to have, and a stream for its details.
    #[inline]
    pub(crate) fn draw(&self, row: u64) -> Option<(DefectKind, Stream)> {
        let (last, _) = self.bounds.last()?;
        let mut stream = Stream::new(self.seed, Purpose::Defect, row);
        let draw = (stream.word() >> 32) as u32;
        if draw >= *last {
            return None;
        }
        let at = self.bounds.partition_point(|(bound, _)| *bound <= draw);
        self.bounds.get(at).map(|(_, kind)| (*kind, stream))
    }
}

fn parse(name: &str) -> Result<DefectKind, Error> {
    DefectKind::from_name(name).ok_or_else(|| Error::UnknownDefect {
        name: name.to_owned(),
    })
}
