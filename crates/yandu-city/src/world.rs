//! The city before it is written: how many people and households each township has, the serial number of
//! every resident, and the size of every firm. Everything else is drawn where it is needed.

use crate::city::City;
use crate::codes;
use crate::day::{Days, from_civil, of_date};
use crate::family::{Family, Households, Member};
use crate::firm::Firms;
use crate::parallel;
use crate::random::{Purpose, Stream, mix};
use crate::{Error, Options};

/// Serial numbers that one sex can have on one day in one area.
const SERIALS: u32 = 499;
const HOUSEHOLDS_A_BLOCK: usize = 8_192;

pub(crate) struct World {
    pub(crate) city: City,
    pub(crate) seed: u64,
    /// The day of the export.
    pub(crate) today: i32,
    pub(crate) days: Days,
    pub(crate) firms: Firms,
    households: Households,
    /// Index of the first household of each township, and their number at the end.
    township_first: Vec<u32>,
    /// Index of the first resident of each household, and the number of residents at the end.
    first_person: Vec<u32>,
    /// How many residents before this one have the same area, birthday and sex.
    ranks: Vec<u16>,
}

/// A household with its place in the city.
#[derive(Clone, Copy)]
pub(crate) struct Home {
    pub(crate) index: u32,
    pub(crate) township: usize,
    /// Place among the households of the township.
    pub(crate) place: u32,
    pub(crate) first_person: u32,
    pub(crate) family: Family,
}

impl World {
    pub(crate) fn new(options: &Options) -> Result<Self, Error> {
        let (first, last) = (
            jiff::civil::date(2000, 1, 1),
            jiff::civil::date(2099, 12, 31),
        );
        if options.date < first || options.date > last {
            return Err(Error::Date {
                date: options.date,
                first,
                last,
            });
        }
        if options.people == 0 || options.people > Options::MOST_PEOPLE {
            return Err(Error::People {
                people: options.people,
                most: Options::MOST_PEOPLE,
            });
        }
        let city = City::load(options.city.as_deref())?;
        let households = Households::new(&city);
        let (township_first, first_person) = settle(&city, &households, options);
        let firms = Firms::new(&city, options.seed, options.people);
        let mut world = Self {
            city,
            seed: options.seed,
            today: of_date(options.date),
            days: Days::new(),
            firms,
            households,
            township_first,
            first_person,
            ranks: Vec::new(),
        };
        world.ranks = world.rank_serials(options.threads)?;
        Ok(world)
    }

    pub(crate) fn people(&self) -> u32 {
        self.first_person.last().copied().unwrap_or(0)
    }

    pub(crate) fn households(&self) -> u32 {
        self.township_first.last().copied().unwrap_or(0)
    }

    /// Households of one township.
    pub(crate) fn households_of(&self, township: usize) -> u32 {
        let at = |index: usize| self.township_first.get(index).copied().unwrap_or(0);
        at(township + 1).saturating_sub(at(township))
    }

    /// Residents of one township.
    pub(crate) fn people_of(&self, township: usize) -> u32 {
        let at = |index: usize| {
            let home = self.township_first.get(index).copied().unwrap_or(0);
            self.first_person.get(home as usize).copied().unwrap_or(0)
        };
        at(township + 1).saturating_sub(at(township))
    }

    pub(crate) fn stream(&self, purpose: Purpose, index: impl Into<u64>) -> Stream {
        Stream::new(self.seed, purpose, index.into())
    }

    pub(crate) fn home(&self, index: u32) -> Home {
        let township = self
            .township_first
            .partition_point(|first| *first <= index)
            .saturating_sub(1);
        let place = index - self.township_first.get(township).copied().unwrap_or(0);
        let person = |at: usize| self.first_person.get(at).copied().unwrap_or(0);
        let first_person = person(index as usize);
        let room = person(index as usize + 1).saturating_sub(first_person) as usize;
        let county = self.city.townships.get(township).map_or(0, |t| t.county);
        let stream = Stream::new(self.seed, Purpose::Family, key(township, place));
        let family = self
            .households
            .family(stream, &self.city, county, self.today, room);
        Home {
            index,
            township,
            place,
            first_person,
            family,
        }
    }

    /// A household of a county, or of the city where the county has none.
    pub(crate) fn home_in(&self, county: usize, stream: &mut Stream) -> Home {
        let townships = &self.city.townships;
        let first = townships.partition_point(|township| township.county < county);
        let past = townships.partition_point(|township| township.county <= county);
        let at = |index: usize| self.township_first.get(index).copied().unwrap_or(0);
        let (low, high) = (at(first), at(past));
        let index = if high > low {
            low + stream.below(high - low)
        } else {
            stream.below(self.households().max(1))
        };
        self.home(index)
    }

    /// The citizen number of a resident.
    pub(crate) fn resident_id(&self, person: u32, member: &Member) -> [u8; 18] {
        let rank = self.ranks.get(person as usize).copied().unwrap_or(0);
        let offset = mix(member.birth as u64 ^ (u64::from(member.area) << 40));
        let number = (u64::from(rank) * 7 + offset) % u64::from(SERIALS) + 1;
        let area = self
            .city
            .areas
            .get(usize::from(member.area))
            .copied()
            .unwrap_or(*b"320900");
        let serial = number as u32 * 2 - u32::from(member.man);
        codes::resident_id(area, self.days.packed(member.birth), serial)
    }

    pub(crate) fn age(&self, member: &Member) -> i32 {
        (f64::from(self.today - member.birth) / 365.2425) as i32
    }

    fn rank_serials(&self, threads: usize) -> Result<Vec<u16>, Error> {
        let first_day = from_civil(self.city.settings.first_birth_year, 1, 1);
        let span = (self.today - first_day + 1).max(1) as u32;
        let households = self.households() as usize;
        let mut counters = vec![0_u16; self.city.areas.len() * span as usize * 2];
        let mut ranks = Vec::with_capacity(self.people() as usize);
        let make = |block: usize| {
            let from = block * HOUSEHOLDS_A_BLOCK;
            let to = (from + HOUSEHOLDS_A_BLOCK).min(households);
            let mut keys = Vec::with_capacity(HOUSEHOLDS_A_BLOCK * 3);
            for index in from..to {
                keys.extend(
                    self.home(index as u32)
                        .family
                        .members()
                        .iter()
                        .map(|member| {
                            let day = (member.birth - first_day) as u32;
                            (u32::from(member.area) * span + day) * 2 + u32::from(member.man)
                        }),
                );
            }
            keys
        };
        parallel::in_order(
            threads,
            households.div_ceil(HOUSEHOLDS_A_BLOCK),
            make,
            |keys| {
                for key in keys {
                    let Some(counter) = counters.get_mut(key as usize) else {
                        continue;
                    };
                    ranks.push(*counter);
                    *counter += 1;
                    if u32::from(*counter) > SERIALS {
                        let area = self.city.areas.get((key / 2 / span) as usize);
                        let area = area.map(|area| String::from_utf8_lossy(area).into_owned());
                        return Err(Error::SerialsExhausted {
                            area: area.unwrap_or_default(),
                        });
                    }
                }
                Ok(())
            },
        )?;
        Ok(ranks)
    }
}

fn key(township: usize, place: u32) -> u64 {
    ((township as u64) << 32) | u64::from(place)
}

/// Shares the people out over the townships and draws households until each is full.
fn settle(city: &City, households: &Households, options: &Options) -> (Vec<u32>, Vec<u32>) {
    let mut county_weight = vec![0_u64; city.counties.len()];
    for township in &city.townships {
        if let Some(weight) = county_weight.get_mut(township.county) {
            *weight += township.weight;
        }
    }
    let people_weight: u64 = city.counties.iter().map(|county| county.people).sum();
    let shares: Vec<u128> = city
        .townships
        .iter()
        .map(|township| {
            let county = city.counties.get(township.county);
            let whole = county_weight.get(township.county).copied().unwrap_or(1);
            u128::from(county.map_or(1, |county| county.people))
                * u128::from(township.weight)
                * 1_000_000
                / u128::from(whole.max(1))
        })
        .collect();
    let whole = u128::from(people_weight.max(1)) * 1_000_000;
    let mut township_first = vec![0_u32];
    let mut first_person = Vec::with_capacity(options.people as usize / 2);
    let (mut settled, mut share_so_far) = (0_u64, 0_u128);
    for (township, share) in shares.iter().enumerate() {
        share_so_far += share;
        let last = township + 1 == shares.len();
        let goal = if last {
            options.people
        } else {
            (u128::from(options.people) * share_so_far / whole) as u64
        };
        let mut place = 0;
        while settled < goal {
            first_person.push(settled as u32);
            let stream = Stream::new(options.seed, Purpose::Family, key(township, place));
            let size = households.size(stream) as u64;
            settled = goal.min(settled + size);
            place += 1;
        }
        township_first.push(first_person.len() as u32);
    }
    first_person.push(settled as u32);
    (township_first, first_person)
}
