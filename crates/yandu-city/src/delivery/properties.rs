//! `housing.property`: JSON lines with a nested owner.

use std::ops::Range;
use std::sync::Arc;

use super::residents::HOUSEHOLDS_A_BLOCK;
use super::{Context, Output, Report, Run};
use crate::address::Address;
use crate::day::from_civil;
use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::person::Name;
use crate::random::{Purpose, Stream};
use crate::sheet::{Layout, Mode, Page, Pen, Text};
use crate::sink::{Cell, Frame, Row, Sink};
use crate::spoil;
use crate::term::{Charset, Term};
use crate::world::{Home, World};
use crate::{Delivery, Error};

pub(crate) const LAYOUT: Layout = Layout {
    dataset: "housing.property",
    columns: &[
        "unit_no",
        "owner_name",
        "owner_id",
        "township",
        "address",
        "area_m2",
        "purpose",
        "built_year",
        "registered_on",
        "mortgaged",
        "lon",
        "lat",
    ],
    headers: &[],
    key: &[0],
    mode: Mode::Snapshot,
    foreign: ("owner_name", Charset::Utf8),
    spoil: plant,
};

const CELLS: [[&str; 4]; 12] = [
    ["\"unit_no\": \"", "\"", "\"unit_no\": null", ""],
    [
        ", \"owner\": {\"name\": \"",
        "\"",
        ", \"owner\": {\"name\": null",
        "",
    ],
    [", \"id_no\": \"", "\"}", ", \"id_no\": null}", ""],
    [", \"township\": \"", "\"", ", \"township\": null", ""],
    [", \"address\": \"", "\"", ", \"address\": null", ""],
    [
        ", \"area_m2\": ",
        "",
        ", \"area_m2\": null",
        ", \"area_m2\": \"",
    ],
    [", \"purpose\": \"", "\"", ", \"purpose\": null", ""],
    [
        ", \"built_year\": ",
        "",
        ", \"built_year\": null",
        ", \"built_year\": \"",
    ],
    [
        ", \"registered_on\": \"",
        "\"",
        ", \"registered_on\": null",
        "",
    ],
    [
        ", \"mortgaged\": ",
        "",
        ", \"mortgaged\": null",
        ", \"mortgaged\": \"",
    ],
    [", \"lon\": ", "", ", \"lon\": null", ", \"lon\": \""],
    [", \"lat\": ", "", ", \"lat\": null", ", \"lat\": \""],
];

struct Property<'a> {
    world: &'a World,
    township: usize,
    house: u32,
    owner: Name<'a>,
    owner_id: [u8; 18],
    area_cents: i64,
    purpose: &'a Term,
    built: i32,
    registered: i32,
    mortgaged: bool,
    /// Millionths of a degree.
    position: (u64, u64),
}

impl Row for Property<'_> {
    fn write<S: Sink>(&self, sink: &mut S) {
        let world = self.world;
        let township = world.city.townships.get(self.township);
        let code = township.map_or(b"320900000", |township| &township.code);
        sink.ascii_cell(&unit_no(code, self.house));
        self.owner.write_cell(sink);
        sink.ascii_cell(&self.owner_id);
        sink.ascii_cell(code);
        sink.begin();
        Address::of_house(&world.city, self.township, self.house).write(sink);
        sink.end();
        sink.cents_cell(self.area_cents);
        sink.term_cell(self.purpose);
        sink.number_cell(self.built as u64);
        sink.ascii_cell(world.days.dashed(self.registered));
        sink.ascii_cell(if self.mortgaged { b"true" } else { b"false" });
        for part in [self.position.0, self.position.1] {
            sink.begin();
            sink.number(part / 1_000_000);
            let mut rest = *b".000000";
            let mut fraction = part % 1_000_000;
            for place in rest.iter_mut().rev().take(6) {
                *place = b'0' + (fraction % 10) as u8;
                fraction /= 10;
            }
            sink.ascii(&rest);
            sink.end();
        }
    }
}

/// 28 signs: division, cadastral region and sub-region, kind of right, parcel; building and unit.
fn unit_no(township: &[u8; 9], house: u32) -> [u8; 28] {
    let mut code = *b"000000000001GB00000F00000000";
    let mut place_digits = |from: usize, count: usize, mut number: u32| {
        if let Some(places) = code.get_mut(from..from + count) {
            for place in places.iter_mut().rev() {
                *place = b'0' + (number % 10) as u8;
                number /= 10;
            }
        }
    };
    place_digits(14, 5, house / 5_000 + 1);
    place_digits(20, 4, house / 100 % 50 + 1);
    place_digits(24, 4, house % 100 + 1);
    for (place, digit) in code.iter_mut().zip(township) {
        *place = *digit;
    }
    code
}

impl World {
    fn property(&self, home: &Home, house: u32, second: bool, mut stream: Stream) -> Property<'_> {
        let customs = self.customs(home);
        let words = &self.city.words;
        let rented = customs.rented && !second;
        let owner_home = if rented {
            self.home_in(self.county_of(home), &mut stream)
        } else {
            *home
        };
        let head = owner_home.family.head();
        let mut person = self.stream(Purpose::Person, owner_home.first_person);
        let owner = self.name_of(&self.customs(&owner_home), &head, &mut person);
        let purpose = match (second, stream.below(100)) {
            (false, 0..99) | (true, 0..72) => &words.dwelling,
            (true, 72..86) => &words.commerce,
            (true, 86..91) => &words.office,
            (true, 91..95) => &words.industry,
            _ => &words.other,
        };
        let area = stream.triangular(38.0, if second { 70.0 } else { 102.0 }, 268.0);
        let year = crate::day::year_of(self.today);
        let built = stream.triangular(1_978.0, 2_012.0, f64::from(year)) as i32;
        let first = from_civil(built, 1, 1)
            .max(head.birth + 18 * 366)
            .max(from_civil(1987, 1, 1));
        let township = self.city.townships.get(home.township);
        Property {
            world: self,
            township: home.township,
            house,
            owner,
            owner_id: self.resident_id(owner_home.first_person, &head),
            area_cents: (area * 100.0) as i64,
            purpose,
            built,
            registered: stream.between(first.min(self.today), self.today),
            mortgaged: stream.per_thousand(if built > year - 15 { 340 } else { 60 }),
            position: self.position(township.map_or(0, |t| t.county), home.township, &mut stream),
        }
    }
}

fn fill<P: Page>(world: &World, pen: &mut Pen<'_, P>, households: Range<u32>) {
    let second_homes = world.city.settings.second_homes_per_thousand;
    for index in households {
        let home = world.home(index);
        let mut stream = world.stream(Purpose::Property, index);
        let has_second = stream.per_thousand(second_homes);
        let own = world.property(&home, home.place, false, stream.clone());
        pen.write(u64::from(index) * 2, &own);
        if has_second {
            stream.word();
            let house = world.households_of(home.township) + home.place;
            let second = world.property(&home, house, true, stream);
            pen.write(u64::from(index) * 2 + 1, &second);
        }
    }
}

pub(crate) fn write(context: &Context<'_>) -> Result<Report, Error> {
    let world = context.world;
    let frame = Frame::json(&CELLS);
    let name = format!("inbox/housing/房屋登记_{}.jsonl", context.stamp());
    let mut output = Output::create(&context.options.out, &name)?;
    context.progress.begin(
        Delivery::Properties,
        u64::from(world.households()) * 107 / 100,
    );
    let run = Run {
        delivery: Delivery::Properties,
        layout: &LAYOUT,
        step: HOUSEHOLDS_A_BLOCK,
        total: world.households(),
    };
    let file: Arc<str> = name.into();
    let report = run.write(
        context,
        &file,
        None,
        || Text::new(&frame, None),
        |pen, households| fill(world, pen, households),
        |page| output.write(&page.bytes),
    )?;
    let path = output.finish()?;
    context.progress.finish(Delivery::Properties, &path);
    Ok(report)
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::CheckDigit => hand.hard("owner_id", "check-digit", spoil::check_digit),
        DefectKind::ImpossibleDate => {
            hand.hard("registered_on", "impossible-date", spoil::impossible_date)
        }
        DefectKind::AmbiguousDate => hand.hard("registered_on", "ambiguous-date", |text, _| {
            spoil::ambiguous_date(text)
        }),
        DefectKind::NearDuplicate => {
            let area = hand.stream.below(200) + 30;
            hand.set_text("area_m2", format!("{area}.50"));
            Some(Planted::hard("unit_no", "duplicate-key"))
        }
        DefectKind::MissingRequired => {
            hand.empty(&["owner_name", "owner_id", "area_m2", "address"])
        }
        DefectKind::CodeList => hand.wrong_code(&[("purpose", "自建"), ("purpose", "99")]),
        DefectKind::WrongDivision => hand.hard("township", "township-outside-city", |_, stream| {
            stream
                .pick(&["320602001", "321202003", "340102005"])
                .map(|code| (*code).to_owned())
        }),
        DefectKind::Range => {
            if hand.stream.per_thousand(500) {
                let area = 500_001 + hand.stream.below(5_000_000);
                hand.set_text("area_m2", format!("{area}.00"));
                Some(Planted::hard("area_m2", "area-range"))
            } else {
                let year = *hand.stream.pick(&["1066", "2099", "199", "20155"])?;
                hand.set_text("built_year", year);
                Some(Planted::hard("built_year", "built-year-range"))
            }
        }
        DefectKind::NegativeAmount => {
            hand.hard("area_m2", "area-range", |text, _| spoil::negative(text))
        }
        DefectKind::OutOfTheCity => {
            let lon = *hand.stream.pick(&["0.000000", "116.397000", "33.384000"])?;
            hand.set_text("lon", lon);
            Some(Planted::hard("lon", "longitude-range"))
        }
        DefectKind::NumberAsText => {
            let area = hand.text("area_m2").to_owned();
            hand.set("area_m2", Cell::Quoted(area));
            Some(Planted::soft("area_m2", "number-as-text"))
        }
        DefectKind::FullWidth => {
            hand.soft("owner_id", "full-width", |text, _| spoil::full_width(text))
        }
        DefectKind::DateForm => hand.soft("registered_on", "date-form", spoil::date_form),
        DefectKind::Spaces => hand.soft("owner_name", "space", spoil::spaces),
        DefectKind::FifteenDigits => hand.soft("owner_id", "fifteen-digits", |text, _| {
            spoil::fifteen_digits(text)
        }),
        DefectKind::NoSuchAddress => {
            let road = world.city.words.nowhere_road.text().to_owned();
            hand.soft("address", "no-such-address", |text, stream| {
                let start: String = text.chars().take(9).collect();
                Some(format!("{start}{road}{}号", 9_000 + stream.below(999)))
            })
        }
        _ => None,
    }
}
