//! Who lives together: kinds of household, ages, sexes and relations. The shares make the pyramid of an
//! ageing Jiangsu city and are settings of the city.

use crate::city::City;
use crate::random::{Stream, Weighted};
use crate::settings::HouseholdKind;

pub(crate) const MOST_MEMBERS: usize = 7;

/// Whose surname a member has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Line {
    #[default]
    Head,
    Spouse,
    Own,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Member {
    /// Days since 1970-01-01.
    pub(crate) birth: i32,
    pub(crate) man: bool,
    /// Code of the relation to the head.
    pub(crate) relation: u8,
    /// Index of the area that the number begins with.
    pub(crate) area: u16,
    /// Code of GB/T 2261.2.
    pub(crate) marital: u8,
    pub(crate) line: Line,
}

/// The members of a household, its head first.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Family {
    members: [Member; MOST_MEMBERS],
    count: usize,
}

impl Family {
    pub(crate) fn members(&self) -> &[Member] {
        self.members.get(..self.count).unwrap_or_default()
    }

    pub(crate) fn head(&self) -> Member {
        self.members.first().copied().unwrap_or_default()
    }
}

/// How households are drawn in one city.
pub(crate) struct Households {
    kinds: Vec<(HouseholdKind, [f64; 3])>,
    choice: Weighted,
}

impl Households {
    pub(crate) fn new(city: &City) -> Self {
        let settings = &city.settings.households;
        let weights: Vec<u64> = settings.values().map(|setting| setting.weight).collect();
        Self {
            kinds: settings
                .iter()
                .map(|(kind, setting)| (*kind, setting.head_age))
                .collect(),
            choice: Weighted::new(&weights),
        }
    }

    fn kind(&self, stream: &mut Stream) -> (HouseholdKind, [f64; 3], usize) {
        let (kind, ages) = self
            .kinds
            .get(self.choice.draw(stream))
            .copied()
            .unwrap_or((HouseholdKind::SingleAdult, [25.0, 40.0, 60.0]));
        let more = usize::from(stream.per_thousand(550));
        let count = match kind {
            HouseholdKind::SingleElder | HouseholdKind::SingleAdult => 1,
            HouseholdKind::ElderCouple
            | HouseholdKind::MiddleCouple
            | HouseholdKind::SingleParent => 2,
            HouseholdKind::CoupleChild
            | HouseholdKind::CoupleAdultChild
            | HouseholdKind::GrandparentsGrandchild => 3,
            HouseholdKind::CoupleTwoChildren => 4,
            HouseholdKind::EldersWithChildren => 3 + more,
            HouseholdKind::ThreeGenerations => 4 + more,
            HouseholdKind::FourGenerations => 6 + more,
        };
        (kind, ages, count)
    }

    /// How many people the household of this stream has.
    pub(crate) fn size(&self, mut stream: Stream) -> usize {
        self.kind(&mut stream).2
    }

    /// The household of a stream in a county on a day; `room` cuts the last household of a township.
    pub(crate) fn family(
        &self,
        mut stream: Stream,
        city: &City,
        county: usize,
        today: i32,
        room: usize,
    ) -> Family {
        let (kind, [youngest, usual, oldest], count) = self.kind(&mut stream);
        let first_birth = crate::day::from_civil(city.settings.first_birth_year, 1, 1);
        let head_age = stream.triangular(youngest, usual, oldest) as i32;
        let mut draft = Draft {
            family: Family {
                members: [Member::default(); MOST_MEMBERS],
                count: 0,
            },
            stream,
            city,
            county,
            today,
            first_birth,
            head_age,
        };
        draft.fill(kind, count);
        let mut family = draft.family;
        family.count = family.count.min(room.max(1));
        family
    }
}

const SINGLE: u8 = 10;
const WIDOWED: u8 = 30;
const DIVORCED: u8 = 40;

const HEAD: u8 = 1;
const SPOUSE: u8 = 2;
const CHILD: u8 = 3;
const PARENT: u8 = 4;
const GRANDCHILD: u8 = 5;
const GRANDPARENT: u8 = 6;
const CHILD_IN_LAW: u8 = 8;

struct Draft<'a> {
    family: Family,
    stream: Stream,
    city: &'a City,
    county: usize,
    today: i32,
    first_birth: i32,
    head_age: i32,
}

impl Draft<'_> {
    fn fill(&mut self, kind: HouseholdKind, count: usize) {
        match kind {
            HouseholdKind::SingleElder => {
                let man = self.stream.per_thousand(340);
                let marital = if self.stream.per_thousand(880) {
                    WIDOWED
                } else {
                    SINGLE
                };
                self.add(self.head_age, man, HEAD, marital, Line::Head);
            }
            HouseholdKind::SingleAdult => {
                let man = self.stream.per_thousand(600);
                let single = if self.head_age < 32 { 900 } else { 450 };
                let marital = if self.stream.per_thousand(single) {
                    SINGLE
                } else {
                    DIVORCED
                };
                self.add(self.head_age, man, HEAD, marital, Line::Head);
            }
            HouseholdKind::ElderCouple | HouseholdKind::MiddleCouple => {
                self.couple();
            }
            HouseholdKind::CoupleChild => {
                let mother = self.couple();
                self.child(mother, 0, 22, 34);
            }
            HouseholdKind::CoupleTwoChildren => {
                let mother = self.couple();
                self.child(mother, 0, 22, 28);
                self.child(mother, 0, 28, 36);
            }
            HouseholdKind::CoupleAdultChild => {
                let mother = self.couple();
                self.child(mother, 18, 22, 28);
            }
            HouseholdKind::ThreeGenerations => {
                let mother = self.couple();
                self.child(mother, 0, 22, 34);
                self.parents(count - 3);
            }
            HouseholdKind::SingleParent => {
                let man = self.stream.per_thousand(350);
                let marital = if self.stream.per_thousand(720) {
                    DIVORCED
                } else {
                    WIDOWED
                };
                self.add(self.head_age, man, HEAD, marital, Line::Head);
                self.child(self.head_age, 0, 20, 32);
            }
            HouseholdKind::GrandparentsGrandchild => {
                let grandmother = self.couple();
                let age = (grandmother - self.stream.between(44, 56)).max(0);
                let man = self.stream.per_thousand(520);
                let line = self.line_of_father(800);
                self.add(age, man, GRANDCHILD, SINGLE, line);
            }
            HouseholdKind::EldersWithChildren => {
                let mother = self.couple();
                let age = (mother - self.stream.between(22, 33)).max(18);
                let man = self.stream.per_thousand(700);
                let line = self.line_of_father(1_000);
                let marital = if count > 3 { 21 } else { DIVORCED };
                self.add(age, man, CHILD, marital, line);
                if count > 3 {
                    let age = (age + self.stream.between(-4, 3)).max(20);
                    self.add(age, !man, CHILD_IN_LAW, 21, Line::Own);
                }
            }
            HouseholdKind::FourGenerations => {
                let mother = self.couple();
                self.child(mother, 0, 22, 27);
                if count > 6 {
                    self.child(mother, 0, 27, 33);
                }
                self.parents(2);
                let age = (self.head_age + self.stream.between(43, 50)).min(99);
                self.add(age, false, GRANDPARENT, WIDOWED, Line::Own);
            }
        }
    }

    /// The head and the head's spouse; the age of the woman.
    fn couple(&mut self) -> i32 {
        let man = self.stream.per_thousand(820);
        let marital = match self.stream.below(100) {
            0..80 => 21,
            80..93 => 20,
            93..99 => 22,
            _ => 23,
        };
        self.add(self.head_age, man, HEAD, marital, Line::Head);
        let apart = self.stream.between(-1, 4);
        let spouse_age = if man {
            self.head_age - apart
        } else {
            self.head_age + apart
        };
        let spouse_age = spouse_age.max(22);
        self.add(spouse_age, !man, SPOUSE, marital, Line::Spouse);
        if man { spouse_age } else { self.head_age }
    }

    fn line_of_father(&mut self, share: u32) -> Line {
        let head = self.family.head();
        let has_spouse = self.family.members().iter().any(|m| m.relation == SPOUSE);
        if !self.stream.per_thousand(share) {
            Line::Own
        } else if head.man || !has_spouse {
            Line::Head
        } else {
            Line::Spouse
        }
    }

    fn child(&mut self, mother: i32, youngest: i32, low: i32, high: i32) {
        let age = (mother - self.stream.between(low, high)).max(youngest);
        let man = self.stream.per_thousand(525);
        let line = self.line_of_father(960);
        let married = age >= 25 && self.stream.per_thousand(250);
        self.add(age, man, CHILD, if married { 21 } else { SINGLE }, line);
    }

    fn parents(&mut self, count: usize) {
        let age = self.head_age + self.stream.between(22, 27);
        if count > 1 {
            let older = age + self.stream.between(0, 3);
            self.add(older, true, PARENT, 21, Line::Head);
            self.add(age, false, PARENT, 21, Line::Own);
        } else {
            let man = self.stream.per_thousand(300);
            let line = if man { Line::Head } else { Line::Own };
            self.add(age, man, PARENT, WIDOWED, line);
        }
    }

    fn add(&mut self, age: i32, man: bool, relation: u8, marital: u8, line: Line) {
        let days = (f64::from(age) * 365.2425) as i32 + self.stream.below(365) as i32;
        let birth = (self.today - days).max(self.first_birth);
        let area = self.area(birth, relation);
        if let Some(place) = self.family.members.get_mut(self.family.count) {
            *place = Member {
                birth,
                man,
                relation,
                area: area as u16,
                marital,
                line,
            };
            self.family.count += 1;
        }
    }

    /// The area where the number was given out: mostly the county, under the code that it had then.
    fn area(&mut self, birth: i32, relation: u8) -> usize {
        let moved = if relation == SPOUSE || relation == CHILD_IN_LAW {
            300
        } else {
            90
        };
        let draw = self.stream.below(1_000);
        if draw < moved / 3 && !self.city.outside.is_empty() {
            let outside = &self.city.outside;
            return outside.start + self.stream.below(outside.len() as u32) as usize;
        }
        let county = if draw < moved {
            self.stream.below(self.city.counties.len() as u32) as usize
        } else {
            self.county
        };
        let year = crate::day::year_of(birth);
        self.city.counties.get(county).map_or(0, |county| {
            county
                .former
                .iter()
                .find(|(_, until)| year < *until)
                .map_or(county.id_area, |(area, _)| *area)
        })
    }
}
