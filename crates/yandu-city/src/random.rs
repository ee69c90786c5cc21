//! Counter-based randomness: every person, household and row has its own stream, found from the seed
//! and its index, so that the order in which threads come to it does not matter.

/// What a stream is for; two purposes never share numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    Family = 1,
    Household,
    Person,
    Firm,
    FirmSize,
    Property,
    Insured,
    Settlement,
    Elsewhere,
    Defect,
    Air,
    AnnualReport,
    Register,
    Record,
    Reported,
    Restated,
    Late,
    Form,
}

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// The finaliser of SplitMix64 (Steele, Lea and Flood, 2014).
#[inline]
pub(crate) fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ (word >> 31)
}

/// A SplitMix64 generator that starts at (seed, purpose, index).
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    state: u64,
}

impl Stream {
    #[inline]
    pub(crate) fn new(seed: u64, purpose: Purpose, index: u64) -> Self {
        let keyed = mix(seed.wrapping_add((purpose as u64).wrapping_mul(GOLDEN)));
        Self {
            state: mix(keyed ^ index.wrapping_mul(0xD6E8_FEB8_6659_FD93)),
        }
    }

    #[inline]
    pub(crate) fn word(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN);
        mix(self.state)
    }

    /// Below `bound`, which is not 0.
    #[inline]
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        (((self.word() >> 32) * u64::from(bound)) >> 32) as u32
    }

    #[inline]
    pub(crate) fn below_wide(&mut self, bound: u64) -> u64 {
        ((u128::from(self.word()) * u128::from(bound)) >> 64) as u64
    }

    /// From `low` to `high`, both included.
    #[inline]
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        if high <= low {
            return low;
        }
        low + self.below((high - low + 1) as u32) as i32
    }

    /// From 0 up to, never reaching, 1.
    #[inline]
    pub(crate) fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True in `share` of a thousand draws.
    #[inline]
    pub(crate) fn per_thousand(&mut self, share: u32) -> bool {
        self.below(1_000) < share
    }

    /// A triangular draw; square roots are exact on every machine, logarithms are not.
    pub(crate) fn triangular(&mut self, low: f64, mode: f64, high: f64) -> f64 {
        let at = self.unit();
        let split = (mode - low) / (high - low);
        if at < split {
            low + (at * (high - low) * (mode - low)).sqrt()
        } else {
            high - ((1.0 - at) * (high - low) * (high - mode)).sqrt()
        }
    }

    /// Reads a table of equally spaced quantiles with straight lines between them.
    pub(crate) fn quantile(&mut self, table: &[f64]) -> f64 {
        let place = self.unit() * table.len().saturating_sub(1) as f64;
        let below = place as usize;
        match (table.get(below), table.get(below + 1)) {
            (Some(low), Some(high)) => low + (high - low) * (place - below as f64),
            (Some(low), None) => *low,
            _ => 0.0,
        }
    }

    #[inline]
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len().max(1) as u32) as usize)
    }
}

/// Weighted choice in constant time (Walker's alias method, Vose's construction).
#[derive(Debug, Clone, Default)]
pub(crate) struct Weighted {
    /// The share of each slot that stays with it, in 2^32, and where the rest goes.
    slots: Vec<(u32, u32)>,
}

impl Weighted {
    pub(crate) fn new(weights: &[u64]) -> Self {
        let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
        let count = weights.len() as u128;
        let full = 1_u128 << 32;
        let mut shares: Vec<u128> = weights
            .iter()
            .map(|weight| {
                let share = u128::from(*weight) * count * full;
                share.checked_div(total).unwrap_or(full)
            })
            .collect();
        let (mut poor, mut rich): (Vec<usize>, Vec<usize>) =
            (0..shares.len()).partition(|slot| shares.get(*slot).is_some_and(|s| *s < full));
        let mut slots: Vec<(u32, u32)> = (0..shares.len() as u32).map(|i| (u32::MAX, i)).collect();
        while let (Some(small), Some(large)) = (poor.pop(), rich.pop()) {
            let small_share = shares.get(small).copied().unwrap_or(full);
            if let Some(slot) = slots.get_mut(small) {
                *slot = (small_share as u32, large as u32);
            }
            if let Some(share) = shares.get_mut(large) {
                *share = (*share + small_share).saturating_sub(full);
                if *share < full {
                    poor.push(large);
                } else {
                    rich.push(large);
                }
            }
        }
        Self { slots }
    }

    #[inline]
    pub(crate) fn draw(&self, stream: &mut Stream) -> usize {
        let word = stream.word();
        let slot = (((word >> 32) * self.slots.len() as u64) >> 32) as usize;
        match self.slots.get(slot) {
            Some((share, other)) if (word as u32) >= *share => *other as usize,
            _ => slot,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_met_within_a_hundredth() {
        let weights = [5, 0, 20, 75];
        let table = Weighted::new(&weights);
        let mut counts = [0_u32; 4];
        let mut stream = Stream::new(1, Purpose::Person, 0);
        for _ in 0..100_000 {
            counts[table.draw(&mut stream)] += 1;
        }
        for (count, weight) in counts.iter().zip(weights) {
            assert!((f64::from(*count) / 1000.0 - weight as f64).abs() < 1.0);
        }
        assert_eq!(counts[1], 0);
    }

    #[test]
    fn neighbouring_indices_share_no_numbers() {
        let mut seen = std::collections::HashSet::new();
        for index in 0..10_000 {
            assert!(seen.insert(Stream::new(7, Purpose::Person, index).word()));
        }
    }
}
