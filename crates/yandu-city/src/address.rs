//! Addresses: a house has one by its number in its township, and so have all who live in it.

use crate::city::{City, Township};
use crate::random::mix;
use crate::sink::Sink;
use crate::term::Term;

const FLATS_AN_ESTATE: u32 = 720;
const HOUSES_A_VILLAGE: u32 = 480;

#[derive(Clone, Copy)]
pub(crate) struct Address<'a> {
    city: &'a City,
    township: usize,
    place: Place<'a>,
}

#[derive(Clone, Copy)]
enum Place<'a> {
    Flat {
        road: &'a Term,
        number: u32,
        estate: &'a Term,
        flat: u32,
        entrance: bool,
    },
    House {
        village: &'a Term,
        house: u32,
    },
    Door {
        road: &'a Term,
        number: u32,
    },
}

fn pick(terms: &[Term], at: u64) -> &Term {
    static NONE: std::sync::OnceLock<Term> = std::sync::OnceLock::new();
    terms
        .get((at % terms.len().max(1) as u64) as usize)
        .unwrap_or_else(|| NONE.get_or_init(Term::default))
}

impl<'a> Address<'a> {
    /// The address of house `house` of a township.
    pub(crate) fn of_house(city: &'a City, township: usize, house: u32) -> Self {
        let salt = mix(township as u64 + 1);
        let place = if city.townships.get(township).is_some_and(|t| t.urban) {
            let estate = house / FLATS_AN_ESTATE;
            Place::Flat {
                road: pick(&city.roads, mix(salt ^ u64::from(estate))),
                number: estate * 9 + (salt % 9) as u32 + 1,
                estate: pick(&city.estates, salt + u64::from(estate)),
                flat: house % FLATS_AN_ESTATE,
                entrance: mix(salt ^ (u64::from(house) << 20)).is_multiple_of(400),
            }
        } else {
            Place::House {
                village: pick(&city.villages, salt + u64::from(house / HOUSES_A_VILLAGE)),
                house: house % HOUSES_A_VILLAGE,
            }
        };
        Self {
            city,
            township,
            place,
        }
    }

    /// A door on a road, as firms have it.
    pub(crate) fn of_door(city: &'a City, township: usize, draw: u64) -> Self {
        Self {
            city,
            township,
            place: Place::Door {
                road: pick(&city.roads, draw),
                number: (draw >> 32) as u32 % 480 + 1,
            },
        }
    }

    pub(crate) fn write<S: Sink>(&self, sink: &mut S) {
        let words = &self.city.words;
        let Some(Township { name, county, .. }) = self.city.townships.get(self.township) else {
            return;
        };
        let quoted = matches!(self.place, Place::Flat { entrance: true, .. });
        if quoted {
            sink.quote();
        }
        sink.term(&self.city.address_start);
        if let Some(county) = self.city.counties.get(*county) {
            sink.term(&county.name);
        }
        sink.term(name);
        match self.place {
            Place::Flat {
                road,
                number,
                estate,
                flat,
                entrance,
            } => {
                let (floor, side) = (flat % 6 + 1, flat / 6 % 2 + 1);
                sink.term(road);
                sink.number(u64::from(number));
                sink.term(&words.number);
                sink.term(estate);
                sink.number(u64::from(flat / 36 + 1));
                sink.term(&words.block);
                sink.number(u64::from(flat / 12 % 3 + 1));
                sink.term(&words.unit);
                sink.number(u64::from(floor * 100 + side));
                sink.term(&words.room);
                if entrance {
                    sink.term(&words.entrance);
                }
            }
            Place::House { village, house } => {
                sink.term(village);
                sink.number(u64::from(house / 60 + 1));
                sink.term(&words.group);
                sink.number(u64::from(house % 60 + 1));
                sink.term(&words.number);
            }
            Place::Door { road, number } => {
                sink.term(road);
                sink.number(u64::from(number));
                sink.term(&words.number);
            }
        }
        if quoted {
            sink.quote();
        }
    }
}
