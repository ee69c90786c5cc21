//! Where things of the city are, and how many there are of them.

use crate::city::Township;
use crate::random::{Stream, mix};
use crate::world::World;

impl World {
    /// How many of `number` things of a whole city this one has: as many as its people, but not less than the least share
    /// of the settings, and one at least.
    pub(crate) fn of_city(&self, number: f64) -> u64 {
        let share = self.share().max(self.city.settings.registers.least_share);
        (number * share).round().max(number.min(1.0)) as u64
    }

    /// How much this city's people do of what those of a whole city do.
    pub(crate) fn of_people(&self, number: f64) -> f64 {
        number * self.share()
    }

    fn share(&self) -> f64 {
        let whole = self.city.settings.registers.whole_city_people.max(1);
        f64::from(self.people()) / whole as f64
    }

    /// A county, the larger the likelier.
    pub(crate) fn draw_county(&self, stream: &mut Stream) -> usize {
        let counties = &self.city.counties;
        let weights = counties.iter().map(|county| county.people);
        draw(weights, stream)
    }

    /// A township of a county, the larger the likelier; its place in the list of the city.
    pub(crate) fn draw_township(&self, county: usize, stream: &mut Stream) -> usize {
        let townships = self.city.townships.iter();
        let weights = townships.map(|township| {
            let is_here = township.county == county;
            if is_here { township.weight } else { 0 }
        });
        draw(weights, stream)
    }

    pub(crate) fn township(&self, at: usize) -> Option<&Township> {
        self.city.townships.get(at)
    }

    /// The code of a county, or of the city itself.
    pub(crate) fn code_of(&self, county: Option<usize>) -> [u8; 6] {
        let county = county.and_then(|at| self.city.counties.get(at));
        county.map_or(self.city.code, |county| county.code)
    }

    /// A county by its code.
    pub(crate) fn county_of_code(&self, code: &str) -> Option<usize> {
        let mut counties = self.city.counties.iter();
        counties.position(|county| code.as_bytes().starts_with(&county.code))
    }

    /// Longitude and latitude in millionths of a degree: near the middle of a township, which lies around the middle of
    /// its county.
    pub(crate) fn position(
        &self,
        county: usize,
        township: usize,
        stream: &mut Stream,
    ) -> (u64, u64) {
        let Some(county) = self.city.counties.get(county) else {
            return (0, 0);
        };
        let salt = mix(township as u64 + 77);
        let part = |word: u64| (word % 2_001) as f64 / 1_000.0 - 1.0;
        let mut at = |middle: f64, salt: u64| {
            let near = stream.triangular(-0.04, 0.0, 0.04);
            ((middle + part(salt) * county.spread * 0.8 + near) * 1e6) as u64
        };
        (at(county.lon, salt), at(county.lat, salt >> 32))
    }
}

/// The place of one of some weights; 0 where all are 0.
pub(crate) fn draw(weights: impl Iterator<Item = u64> + Clone, stream: &mut Stream) -> usize {
    let whole: u64 = weights.clone().sum();
    let mut rest = stream.below_wide(whole.max(1));
    for (at, weight) in weights.enumerate() {
        match rest.checked_sub(weight) {
            Some(left) => rest = left,
            None => return at,
        }
    }
    0
}
