//! Words of open lists as small numbers; 0 stands for a value that is not set.

use std::collections::HashMap;
use std::sync::Arc;

use yandu_words::division::enclosing_codes;

use super::UNSET;

/// Department names, themes …
#[derive(Debug)]
pub(crate) struct Words {
    words: Vec<Arc<str>>,
    by_word: HashMap<Arc<str>, u32>,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            words: vec![UNSET.into()],
            by_word: HashMap::new(),
        }
    }
}

impl Words {
    /// The number of a word, a new one for a word that is new.
    pub(crate) fn place(&mut self, word: Option<&str>) -> u32 {
        let Some(word) = word.filter(|word| !word.is_empty()) else {
            return 0;
        };
        if let Some(place) = self.by_word.get(word) {
            return *place;
        }
        let place = self.words.len() as u32;
        let word: Arc<str> = word.into();
        self.words.push(Arc::clone(&word));
        self.by_word.insert(word, place);
        place
    }

    /// The number of a word that is there.
    pub(crate) fn find(&self, word: &str) -> Option<u32> {
        if word == UNSET {
            return Some(0);
        }
        self.known(word)
    }

    /// The number of a word that is there, where no word means that there is none.
    pub(crate) fn known(&self, word: &str) -> Option<u32> {
        self.by_word.get(word).copied()
    }

    pub(crate) fn word(&self, place: usize) -> &str {
        self.words.get(place).map_or(UNSET, |word| word)
    }

    pub(crate) fn len(&self) -> usize {
        self.words.len()
    }
}

/// Division codes, with the county of each.
#[derive(Debug, Default)]
pub(crate) struct Places {
    codes: Words,
    /// Of each code that of its county, or itself where it is none of a county or below.
    counties: Vec<u32>,
}

impl Places {
    pub(crate) fn place(&mut self, code: Option<&str>) -> u32 {
        let place = self.codes.place(code);
        if place as usize >= self.counties.len() {
            self.counties.resize(place as usize + 1, 0);
            let county = code.and_then(county_of);
            let county = self.codes.place(county.as_deref().or(code));
            if county as usize >= self.counties.len() {
                self.counties.resize(county as usize + 1, 0);
                self.set(county, county);
            }
            self.set(place, county);
        }
        place
    }

    fn set(&mut self, place: u32, county: u32) {
        if let Some(slot) = self.counties.get_mut(place as usize) {
            *slot = county;
        }
    }

    pub(crate) fn county(&self, place: u32) -> u32 {
        self.counties.get(place as usize).copied().unwrap_or(0)
    }

    pub(crate) fn word(&self, place: usize) -> &str {
        self.codes.word(place)
    }

    pub(crate) fn len(&self) -> usize {
        self.codes.len()
    }

    /// Of each place, whether it is the division of a code or lies inside of it.
    pub(crate) fn inside(&self, code: &str) -> Vec<bool> {
        (0..self.len())
            .map(|place| {
                if place == 0 {
                    code == UNSET
                } else {
                    let word = self.word(place);
                    word == code || enclosing_codes(word).iter().any(|around| around == code)
                }
            })
            .collect()
    }
}

/// The code of the county around a division: the one of six digits that is no city's.
fn county_of(code: &str) -> Option<String> {
    enclosing_codes(code)
        .into_iter()
        .find(|around| around.len() == 6 && !around.ends_with("00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_township_belongs_to_its_county_and_the_city_to_itself() {
        let mut places = Places::default();
        let town = places.place(Some("320902001"));
        let county = places.place(Some("320902"));
        let city = places.place(Some("320900"));
        assert_eq!(places.county(town), county);
        assert_eq!(places.county(county), county);
        assert_eq!(places.county(city), city);
        assert_eq!(places.county(places.county(0)), 0);
        let inside = places.inside("320900");
        assert!(inside[town as usize] && inside[county as usize] && inside[city as usize]);
        assert!(!inside[0]);
        let inside = places.inside("320902");
        assert!(inside[town as usize] && !inside[city as usize]);
    }
}
