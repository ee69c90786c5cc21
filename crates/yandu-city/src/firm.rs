//! The enterprise register: where firms are, how many people work in each, who stands for them.

use crate::address::Address;
use crate::city::City;
use crate::codes;
use crate::person::Name;
use crate::random::{Purpose, Stream};
use crate::sink::Sink;
use crate::term::Term;
use crate::world::World;

/// 31^5: numbers of organisation codes that begin with MA1.
const NUMBERS: u64 = 28_629_151;

/// Employees as equally spaced quantiles, of companies and of individual businesses.
const COMPANY: [f64; 11] = [1., 1., 2., 2., 3., 4., 6., 9., 15., 30., 90.];
const INDIVIDUAL: [f64; 6] = [1., 1., 2., 2., 3., 6.];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FirmKind {
    Company,
    Cooperative,
    Individual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    InOperation,
    InBusiness,
    Closed,
    Revoked,
    MovedOut,
}

/// What the register needs to know of every firm before any is written.
pub(crate) struct Firms {
    seed: u64,
    /// Index of the first firm of each county, and their number at the end.
    county_first: Vec<u32>,
    /// Employees of all firms up to and with this one that are in operation.
    employees: Vec<u64>,
}

struct Build {
    kind: FirmKind,
    status: Status,
    employees: u32,
}

impl Firms {
    pub(crate) fn new(city: &City, seed: u64, people: u64) -> Self {
        let total = (people * city.settings.firms_per_thousand / 1_000).max(1);
        let weights: u64 = city.counties.iter().map(|county| county.people).sum();
        let mut county_first = vec![0];
        let mut so_far = 0;
        for county in &city.counties {
            so_far += county.people;
            county_first.push((total * so_far / weights.max(1)) as u32);
        }
        let mut sum = 0;
        let employees = (0..total as u32)
            .map(|firm| {
                let build = build(seed, firm);
                if matches!(build.status, Status::InOperation | Status::InBusiness) {
                    sum += u64::from(build.employees);
                }
                sum
            })
            .collect();
        Self {
            seed,
            county_first,
            employees,
        }
    }

    pub(crate) fn count(&self) -> u32 {
        self.employees.len() as u32
    }

    pub(crate) fn kind(&self, firm: u32) -> FirmKind {
        build(self.seed, firm).kind
    }

    /// The kind of a firm that is in operation.
    pub(crate) fn operating(&self, firm: u32) -> Option<FirmKind> {
        let build = build(self.seed, firm);
        matches!(build.status, Status::InOperation | Status::InBusiness).then_some(build.kind)
    }

    fn county(&self, firm: u32) -> usize {
        let past = self.county_first.partition_point(|first| *first <= firm);
        past.saturating_sub(1)
            .min(self.county_first.len().saturating_sub(2))
    }

    /// A firm of the county that employs people, the larger the likelier.
    pub(crate) fn employer(&self, county: usize, stream: &mut Stream) -> Option<u32> {
        let first = *self.county_first.get(county)?;
        let past = *self.county_first.get(county + 1)?;
        let up_to = |firm: u32| {
            let before = (firm as usize).checked_sub(1);
            before.map_or(0, |at| self.employees.get(at).copied().unwrap_or(0))
        };
        let (low, high) = (up_to(first), up_to(past));
        if high <= low {
            return None;
        }
        let draw = low + stream.below_wide(high - low);
        let range = self.employees.get(first as usize..past as usize)?;
        Some(first + range.partition_point(|sum| *sum <= draw) as u32)
    }

    /// The credit code of a firm; numbers past the register's end give codes that nobody holds.
    pub(crate) fn uscc(&self, city: &City, firm: u32) -> [u8; 18] {
        let kind = match build(self.seed, firm).kind {
            FirmKind::Company => b'1',
            FirmKind::Individual => b'2',
            FirmKind::Cooperative => b'3',
        };
        let area = city
            .counties
            .get(self.county(firm))
            .and_then(|county| city.areas.get(county.id_area))
            .copied()
            .unwrap_or(*b"320900");
        let number = (u64::from(firm) * 7_919_317 + crate::random::mix(self.seed)) % NUMBERS;
        codes::uscc(kind, area, (NUMBERS + number) as u32)
    }

    /// A well-formed code that no firm of the register has.
    pub(crate) fn unregistered_uscc(&self, city: &City, stream: &mut Stream) -> [u8; 18] {
        self.uscc(city, self.count() + stream.below(1_000_000))
    }
}

fn build(seed: u64, firm: u32) -> Build {
    let mut stream = Stream::new(seed, Purpose::FirmSize, u64::from(firm));
    let kind = match stream.below(100) {
        0..52 => FirmKind::Company,
        52..56 => FirmKind::Cooperative,
        _ => FirmKind::Individual,
    };
    let status = match stream.below(100) {
        0..72 => Status::InOperation,
        72..84 => Status::InBusiness,
        84..93 => Status::Closed,
        93..99 => Status::Revoked,
        _ => Status::MovedOut,
    };
    let employees = match kind {
        FirmKind::Individual => stream.quantile(&INDIVIDUAL),
        _ => stream.quantile(&COMPANY),
    };
    Build {
        kind,
        status,
        employees: employees as u32,
    }
}

pub(crate) struct Firm<'a> {
    pub(crate) uscc: [u8; 18],
    pub(crate) status: Status,
    pub(crate) employees: u32,
    pub(crate) county: usize,
    pub(crate) name: [Option<&'a Term>; 6],
    pub(crate) section: Option<&'a Term>,
    pub(crate) kind_name: &'a Term,
    pub(crate) legal_person: Name<'a>,
    pub(crate) legal_person_id: [u8; 18],
    /// Ten-thousandths of 10,000 yuan.
    pub(crate) capital: i64,
    pub(crate) founded: i32,
    pub(crate) address: Address<'a>,
    pub(crate) phone: Phone,
}

#[derive(Clone, Copy)]
pub(crate) enum Phone {
    Mobile([u8; 11]),
    /// 0515 and eight digits.
    Landline(u32),
}

impl Phone {
    pub(crate) fn write<S: Sink>(&self, sink: &mut S) {
        match self {
            Self::Mobile(number) => sink.ascii(number),
            Self::Landline(number) => {
                sink.ascii(b"0515-");
                sink.number(u64::from(*number));
            }
        }
    }
}

/// Registered capital in 10,000 yuan as it is usually chosen.
const CAPITAL: [i64; 14] = [
    3, 5, 10, 30, 50, 50, 100, 100, 200, 500, 500, 1_000, 2_000, 5_000,
];

impl World {
    /// The section of trades that a firm is of, without the rest of it.
    pub(crate) fn section(&self, index: u32) -> Option<&str> {
        let mut stream = self.stream(Purpose::Firm, index);
        let trade = self.city.trade_choice.draw(&mut stream);
        Some(self.city.trades.get(trade)?.section.text())
    }

    pub(crate) fn firm(&self, index: u32) -> Firm<'_> {
        let build = build(self.seed, index);
        let mut stream = self.stream(Purpose::Firm, index);
        let county = self.firms.county(index);
        let words = &self.city.words;
        let trade = self
            .city
            .trades
            .get(self.city.trade_choice.draw(&mut stream));
        let word = trade.and_then(|trade| stream.pick(&trade.words));
        let (kind_name, ending) = match build.kind {
            FirmKind::Cooperative => (&words.kind_cooperative, Some(&words.cooperative)),
            FirmKind::Individual => {
                let is_shop =
                    word.is_some_and(|word| word.text().ends_with(['店', '部', '厂', '院', '馆']));
                (&words.kind_individual, (!is_shop).then_some(&words.shop))
            }
            FirmKind::Company => match stream.below(100) {
                0..35 => (&words.kind_limited, Some(&words.limited)),
                35..70 => (&words.kind_natural, Some(&words.limited)),
                70..88 => (&words.kind_one_person, Some(&words.limited)),
                88..91 => (&words.kind_by_shares, Some(&words.by_shares)),
                91..94 => (&words.kind_partnership, Some(&words.partnership)),
                94..96 => (&words.kind_sole, Some(&words.shop)),
                96..99 => (&words.kind_branch, Some(&words.branch)),
                _ => (&words.kind_foreign, Some(&words.limited)),
            },
        };
        let brand = &self.city.brands;
        let name = [
            self.city.counties.get(county).map(|county| &county.name),
            stream.pick(brand),
            stream.pick(brand),
            stream
                .per_thousand(600)
                .then(|| stream.pick(brand))
                .flatten(),
            word,
            ending,
        ];
        let mut legal = self.home_in(county, &mut stream);
        for _ in 0..12 {
            if (20..76).contains(&self.age(&legal.family.head())) {
                break;
            }
            legal = self.home_in(county, &mut stream);
        }
        let head = legal.family.head();
        let mut person = self.stream(Purpose::Person, legal.first_person);
        let legal_person = self.name_of(&self.customs(&legal), &head, &mut person);
        let capital = stream.pick(&CAPITAL).copied().unwrap_or(10) * 10_000;
        let odd = if stream.per_thousand(120) {
            i64::from(stream.below(9_999))
        } else {
            0
        };
        let first = crate::day::from_civil(1985, 1, 1).max(head.birth + 18 * 366);
        let founded = stream.triangular(
            f64::from(first.min(self.today - 1)),
            f64::from((self.today - 2_000).max(first.min(self.today - 1))),
            f64::from(self.today),
        ) as i32;
        let phone = if stream.per_thousand(800) {
            Phone::Mobile(self.any_mobile(&mut stream))
        } else {
            Phone::Landline(82_000_000 + stream.below(7_900_000))
        };
        Firm {
            uscc: self.uscc(index),
            status: build.status,
            employees: build.employees,
            county,
            name,
            section: trade.map(|trade| &trade.section),
            kind_name,
            legal_person,
            legal_person_id: self.resident_id(legal.first_person, &head),
            capital: capital + odd,
            founded,
            address: Address::of_door(
                &self.city,
                self.township_in(county, &mut stream),
                stream.word(),
            ),
            phone,
        }
    }

    fn township_in(&self, county: usize, stream: &mut Stream) -> usize {
        let townships = &self.city.townships;
        let first = townships.partition_point(|township| township.county < county);
        let past = townships.partition_point(|township| township.county <= county);
        first + stream.below((past - first).max(1) as u32) as usize
    }
}
