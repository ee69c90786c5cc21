//! What is known of a resident beyond birth and family: name, telephone, schooling, work, income.

use crate::address::Address;
use crate::family::{Line, Member};
use crate::random::{Purpose, Stream};
use crate::sink::Sink;
use crate::term::Term;
use crate::world::{Home, World};

/// What the members of a household share.
pub(crate) struct Customs<'a> {
    surnames: [Option<&'a Term>; 2],
    pub(crate) ethnicity: [u8; 2],
    /// The second word of names such as 阿依努尔·买买提.
    father: Option<&'a Term>,
    pub(crate) founded: i32,
    pub(crate) collective: bool,
    /// The house belongs to someone else.
    pub(crate) rented: bool,
}

#[derive(Clone, Copy)]
pub(crate) struct Name<'a> {
    parts: [Option<&'a Term>; 3],
}

impl Name<'_> {
    pub(crate) fn write<S: Sink>(&self, sink: &mut S) {
        for part in self.parts.iter().flatten() {
            sink.term(part);
        }
    }

    pub(crate) fn write_cell<S: Sink>(&self, sink: &mut S) {
        sink.begin();
        self.write(sink);
        sink.end();
    }
}

pub(crate) struct Person<'a> {
    pub(crate) id: [u8; 18],
    pub(crate) name: Name<'a>,
    pub(crate) mobile: Option<[u8; 11]>,
    pub(crate) education: [u8; 2],
    pub(crate) employer: Option<u32>,
    /// Hundredths of a yuan a month.
    pub(crate) income: Option<i64>,
    pub(crate) registered_on: i32,
    pub(crate) registered_second: u32,
}

/// Monthly pay and pension in yuan, as equally spaced quantiles.
const PAY: [f64; 11] = [
    1_800., 2_600., 3_200., 3_800., 4_400., 5_100., 6_000., 7_200., 9_000., 13_000., 38_000.,
];
const PENSION: [f64; 9] = [
    180., 250., 420., 1_200., 2_400., 3_100., 3_800., 4_600., 7_500.,
];

impl World {
    pub(crate) fn customs(&self, home: &Home) -> Customs<'_> {
        let mut stream = self.stream(Purpose::Household, home.index);
        let mut surname = || {
            let at = self.city.surname_choice.draw(&mut stream);
            self.city.surnames.get(at)
        };
        let surnames = [surname(), surname()];
        let draw = stream.below(10_000);
        let mut ethnicity = match draw {
            0..25 => *b"03",
            25..35 => *b"11",
            35..45 => *b"06",
            45..52 => *b"15",
            52..58 => *b"08",
            58..62 => *b"07",
            _ => *b"01",
        };
        let mut father = None;
        let [_, men] = &self.city.ethnic_names;
        if draw >= 9_988
            && let Some((code, name)) = stream.pick(men)
        {
            ethnicity = code.text().as_bytes().try_into().unwrap_or(*b"01");
            father = Some(name);
        }
        let head = home.family.head();
        let adult = head.birth + 20 * 365;
        let first = adult.max(crate::day::from_civil(1958, 1, 9));
        let founded = stream.between(first.min(self.today), self.today);
        Customs {
            surnames,
            ethnicity,
            father,
            founded,
            collective: home.family.members().len() == 1 && stream.per_thousand(60),
            rented: stream.per_thousand(self.city.settings.rented_per_thousand),
        }
    }

    pub(crate) fn name_of<'a>(
        &'a self,
        customs: &Customs<'a>,
        member: &Member,
        stream: &mut Stream,
    ) -> Name<'a> {
        let draw = stream.word();
        if let Some(father) = customs.father {
            let names = self.city.ethnic_names.get(usize::from(member.man));
            let own = names.and_then(|names| names.get(draw as usize % names.len().max(1)));
            return Name {
                parts: [
                    own.map(|(_, name)| name),
                    Some(&self.city.words.dot),
                    Some(father),
                ],
            };
        }
        let [head, spouse] = customs.surnames;
        let surname = match member.line {
            Line::Head => head,
            Line::Spouse => spouse,
            Line::Own => self
                .city
                .surnames
                .get(self.city.surname_choice.draw(stream)),
        };
        let year = crate::day::year_of(member.birth);
        let eras = self.city.given.get(usize::from(member.man));
        let era = eras.and_then(|eras| {
            let at = eras.partition_point(|era| era.from_year <= year);
            eras.get(at.saturating_sub(1))
        });
        let single = match year {
            ..1965 => 90,
            1965..1976 => 300,
            1976..1993 => 380,
            1993..2005 => 220,
            _ => 70,
        };
        let mut parts = [surname, None, None];
        if let Some(era) = era {
            let [_, first, second] = &mut parts;
            *first = era.characters.get(era.choice.draw(stream));
            if draw as u32 % 1_000 >= single {
                *second = era.characters.get(era.choice.draw(stream));
            }
            if (draw >> 32) as u32 % 1_000 < 4 {
                *first = stream.pick(&self.city.rare);
            }
        }
        Name { parts }
    }

    /// The member at `at` of a household.
    pub(crate) fn person<'a>(
        &'a self,
        home: &Home,
        customs: &Customs<'a>,
        at: usize,
        member: &Member,
    ) -> Person<'a> {
        let index = home.first_person + at as u32;
        let mut stream = self.stream(Purpose::Person, index);
        let name = self.name_of(customs, member, &mut stream);
        let age = self.age(member);
        let county = self.county_of(home);
        let working = age >= 18 && age < if member.man { 60 } else { 55 };
        let formal = if age < 22 { 150 } else { 560 };
        let employer = (working && stream.per_thousand(formal))
            .then(|| self.firms.employer(county, &mut stream))
            .flatten();
        let income = if employer.is_some() {
            Some(stream.quantile(&PAY))
        } else if age >= if member.man { 60 } else { 55 } {
            stream.per_thousand(860).then(|| stream.quantile(&PENSION))
        } else {
            (age >= 18 && stream.per_thousand(450)).then(|| stream.quantile(&PAY) * 0.8)
        };
        let earliest = member.birth.max(crate::day::from_civil(1985, 9, 6));
        Person {
            id: self.resident_id(index, member),
            name,
            mobile: self.mobile(age, &mut stream),
            education: education(crate::day::year_of(member.birth), age, &mut stream),
            employer,
            income: income.map(|yuan| (yuan * 100.0) as i64),
            registered_on: stream.between(earliest.min(self.today), self.today),
            registered_second: 8 * 3_600 + 1_800 + stream.below(9 * 3_600),
        }
    }

    fn mobile(&self, age: i32, stream: &mut Stream) -> Option<[u8; 11]> {
        let share = match age {
            ..8 => 0,
            8..14 => 250,
            14..65 => 970,
            65..75 => 850,
            _ => 560,
        };
        stream.per_thousand(share).then(|| self.any_mobile(stream))
    }

    pub(crate) fn any_mobile(&self, stream: &mut Stream) -> [u8; 11] {
        let prefix = stream.pick(&self.city.mobile_prefixes).unwrap_or(b"139");
        let mut digits = stream.below_wide(100_000_000);
        let mut number = [b'0'; 11];
        for place in number.iter_mut().rev().take(8) {
            *place = b'0' + (digits % 10) as u8;
            digits /= 10;
        }
        for (place, sign) in number.iter_mut().zip(prefix) {
            *place = *sign;
        }
        number
    }

    pub(crate) fn county_of(&self, home: &Home) -> usize {
        self.city
            .townships
            .get(home.township)
            .map_or(0, |township| township.county)
    }

    pub(crate) fn address_of(&self, home: &Home) -> Address<'_> {
        Address::of_house(&self.city, home.township, home.place)
    }

    /// The code of the credit of a firm of the register.
    pub(crate) fn uscc(&self, firm: u32) -> [u8; 18] {
        self.firms.uscc(&self.city, firm)
    }
}

/// Level of schooling by year of birth, as codes of GB/T 4658.
fn education(year: i32, age: i32, stream: &mut Stream) -> [u8; 2] {
    /// Up to which of a hundred draws a code is given.
    type Shares = &'static [(u32, &'static [u8; 2])];
    const TABLES: [(i32, Shares); 5] = [
        (
            1945,
            &[
                (45, b"80"),
                (80, b"90"),
                (94, b"70"),
                (98, b"60"),
                (100, b"30"),
            ],
        ),
        (
            1965,
            &[
                (20, b"71"),
                (42, b"70"),
                (75, b"80"),
                (87, b"60"),
                (95, b"90"),
                (98, b"40"),
                (100, b"30"),
            ],
        ),
        (
            1980,
            &[
                (30, b"71"),
                (50, b"70"),
                (65, b"60"),
                (77, b"80"),
                (85, b"40"),
                (94, b"30"),
                (100, b"20"),
            ],
        ),
        (
            1992,
            &[
                (28, b"71"),
                (40, b"61"),
                (54, b"40"),
                (76, b"31"),
                (97, b"21"),
                (100, b"10"),
            ],
        ),
        (
            i32::MAX,
            &[
                (12, b"71"),
                (28, b"61"),
                (42, b"40"),
                (68, b"31"),
                (96, b"21"),
                (100, b"10"),
            ],
        ),
    ];
    let draw = stream.below(100);
    match age {
        ..6 => *b"90",
        6..12 => *b"80",
        12..15 => *b"70",
        15..18 => *b"60",
        18..22 if draw < 45 => *b"20",
        _ => TABLES
            .iter()
            .find(|(before, _)| year < *before)
            .and_then(|(_, table)| table.iter().find(|(below, _)| draw < *below))
            .map_or(*b"70", |(_, code)| **code),
    }
}
