//! `population.resident`: the register of public security, csv in GB18030 with CRLF.

use std::ops::Range;
use std::sync::Arc;

use super::{Context, Output, Report, Run};
use crate::address::Address;
use crate::defect::{DefectKind, Planted};
use crate::family::Member;
use crate::hand::Hand;
use crate::person::Person;
use crate::sheet::{Layout, Mode, Page, Pen, Text};
use crate::sink::{Frame, Row, Sink};
use crate::spoil;
use crate::term::Charset;
use crate::world::{Home, World};
use crate::{Delivery, Error};

pub(crate) const LAYOUT: Layout = Layout {
    dataset: "population.resident",
    columns: &[
        "resident_id",
        "name",
        "sex",
        "ethnicity",
        "birth_date",
        "household_id",
        "relation",
        "township",
        "address",
        "mobile",
        "education",
        "marital",
        "employer",
        "income",
        "registered_at",
    ],
    headers: &[
        "证件号码",
        "姓名",
        "性别",
        "民族",
        "出生日期",
        "户号",
        "与户主关系",
        "户籍地区划",
        "详细地址",
        "手机号码",
        "文化程度",
        "婚姻状况",
        "工作单位代码",
        "月收入",
        "登记时间",
    ],
    key: &[0],
    mode: Mode::Snapshot,
    foreign: ("name", Charset::Gb18030),
    spoil: plant,
};

pub(crate) const HOUSEHOLDS_A_BLOCK: u32 = 1_024;

struct Resident<'a> {
    world: &'a World,
    home: &'a Home,
    member: &'a Member,
    person: Person<'a>,
    ethnicity: [u8; 2],
    address: Address<'a>,
}

impl Row for Resident<'_> {
    fn write<S: Sink>(&self, sink: &mut S) {
        let (world, person, member) = (self.world, &self.person, self.member);
        sink.ascii_cell(&person.id);
        person.name.write_cell(sink);
        sink.ascii_cell(if member.man { b"1" } else { b"2" });
        sink.ascii_cell(&self.ethnicity);
        sink.ascii_cell(world.days.dashed(member.birth));
        sink.ascii_cell(&household_id(self.home.index));
        sink.ascii_cell(&[b'0', b'0' + member.relation]);
        let township = world.city.townships.get(self.home.township);
        sink.ascii_cell(township.map_or(b"320900000", |township| &township.code));
        sink.begin();
        self.address.write(sink);
        sink.end();
        match &person.mobile {
            Some(mobile) => sink.ascii_cell(mobile),
            None => sink.absent(),
        }
        sink.ascii_cell(&person.education);
        sink.ascii_cell(&[b'0' + member.marital / 10, b'0' + member.marital % 10]);
        match person.employer {
            Some(firm) => sink.ascii_cell(&world.uscc(firm)),
            None => sink.absent(),
        }
        match person.income {
            Some(income) => sink.cents_cell(income),
            None => sink.absent(),
        }
        sink.begin();
        write_time(world, person.registered_on, person.registered_second, sink);
        sink.end();
    }
}

/// H and ten digits; the digits are not the index itself, and no two are the same.
pub(crate) fn household_id(index: u32) -> [u8; 11] {
    let mut number = 3_209_000_000_u64 + u64::from(index);
    let mut id = *b"H0000000000";
    for place in id.iter_mut().rev().take(10) {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
    id
}

/// YYYY-MM-DD HH:MM:SS.
pub(crate) fn write_time<S: Sink>(world: &World, day: i32, second: u32, sink: &mut S) {
    let mut time = *b" 00:00:00";
    let parts = [second / 3_600, second / 60 % 60, second % 60];
    for (place, part) in time.chunks_exact_mut(3).zip(parts) {
        if let [_, tens, ones] = place {
            *tens = b'0' + (part / 10 % 10) as u8;
            *ones = b'0' + (part % 10) as u8;
        }
    }
    sink.ascii(world.days.dashed(day));
    sink.ascii(&time);
}

pub(crate) fn fill<P: Page>(world: &World, pen: &mut Pen<'_, P>, households: Range<u32>) {
    for index in households {
        let home = world.home(index);
        let customs = world.customs(&home);
        let address = world.address_of(&home);
        for (at, member) in home.family.members().iter().enumerate() {
            let resident = Resident {
                world,
                home: &home,
                member,
                person: world.person(&home, &customs, at, member),
                ethnicity: customs.ethnicity,
                address,
            };
            pen.write(u64::from(home.first_person) + at as u64, &resident);
        }
    }
}

pub(crate) fn file_name(context: &Context<'_>) -> String {
    format!("inbox/public_security/常住人口登记_{}.csv", context.stamp())
}

pub(crate) fn write(context: &Context<'_>) -> Result<Report, Error> {
    let world = context.world;
    let frame = Frame::csv(Charset::Gb18030, LAYOUT.columns.len());
    let copy_frame = Frame::csv(Charset::Utf8, LAYOUT.columns.len());
    let name = file_name(context);
    let mut output = Output::create(&context.options.out, &name)?;
    let mut copy = context
        .options
        .population_utf8
        .then(|| Output::create(&context.options.out, "reference/residents_utf8.csv"))
        .transpose()?;
    let header = LAYOUT.headers.join(",") + "\r\n";
    output.write(&crate::term::encode(&header, Charset::Gb18030))?;
    if let Some(copy) = &mut copy {
        copy.write(header.as_bytes())?;
    }
    context
        .progress
        .begin(Delivery::Residents, u64::from(world.people()));
    let copy_frame = copy.is_some().then_some(&copy_frame);
    let run = Run {
        delivery: Delivery::Residents,
        layout: &LAYOUT,
        step: HOUSEHOLDS_A_BLOCK,
        total: world.households(),
    };
    let file: Arc<str> = name.into();
    let report = run.write(
        context,
        &file,
        None,
        || Text::new(&frame, copy_frame),
        |pen, households| fill(world, pen, households),
        |page| {
            output.write(&page.bytes)?;
            copy.as_mut().map_or(Ok(()), |copy| copy.write(&page.copy))
        },
    )?;
    if let Some(copy) = copy {
        copy.finish()?;
    }
    let path = output.finish()?;
    context.progress.finish(Delivery::Residents, &path);
    Ok(report)
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::CheckDigit => hand.hard("resident_id", "check-digit", spoil::check_digit),
        DefectKind::Area => hand.hard("resident_id", "area", spoil::area),
        DefectKind::ImpossibleDate => {
            let column = hand.one_of(&["birth_date", "birth_date", "registered_at"])?;
            hand.hard(column, "impossible-date", spoil::impossible_date)
        }
        DefectKind::AmbiguousDate => hand.hard("birth_date", "ambiguous-date", |text, _| {
            spoil::ambiguous_date(text)
        }),
        DefectKind::NearDuplicate => {
            let mobile = world.any_mobile(&mut hand.stream);
            hand.set_text("mobile", String::from_utf8_lossy(&mobile));
            let address = format!("{}（新）", hand.text("address"));
            hand.set_text("address", address);
            Some(Planted::hard("resident_id", "duplicate-key"))
        }
        DefectKind::MissingRequired => hand.empty(&[
            "name",
            "birth_date",
            "township",
            "education",
            "registered_at",
        ]),
        DefectKind::SexDisagrees => hand.hard("sex", "sex-disagrees", |text, _| {
            Some(if text == "1" { "2" } else { "1" }.to_owned())
        }),
        DefectKind::BirthDisagrees => birth_disagrees(world, hand),
        DefectKind::DateOrder => registered_too_early(world, hand),
        DefectKind::Range => {
            let income = 1_000_001 + hand.stream.below(90_000_000);
            hand.set_text("income", format!("{income}.00"));
            Some(Planted::hard("income", "income-range"))
        }
        DefectKind::NegativeAmount => {
            hand.hard("income", "income-range", |text, _| spoil::negative(text))
        }
        DefectKind::CodeList => hand.wrong_code(&[
            ("sex", "3"),
            ("ethnicity", "66"),
            ("relation", "77"),
            ("education", "55"),
            ("marital", "66"),
        ]),
        DefectKind::WrongDivision => hand.hard("township", "township-outside-city", |_, stream| {
            stream
                .pick(&["320602001", "321202003", "340102005", "310115101"])
                .map(|code| (*code).to_owned())
        }),
        DefectKind::BadHousehold => hand.hard("household_id", "household-number", |text, _| {
            text.get(..7).map(str::to_owned)
        }),
        DefectKind::TooLong => hand.hard("name", "length", |text, _| spoil::too_long(text)),
        DefectKind::ControlCharacter => {
            let column = hand.one_of(&["name", "address"])?;
            hand.hard(column, "control-character", spoil::control_character)
        }
        DefectKind::ShortNumber => {
            let column = hand.one_of(&["mobile", "resident_id"])?;
            hand.hard(column, "length", |text, _| spoil::short_number(text))
        }
        DefectKind::NotANumber => {
            let text = spoil::not_a_number(&mut hand.stream)?;
            hand.set_text("income", text);
            Some(Planted::hard("income", "number"))
        }
        DefectKind::Scientific => {
            hand.hard("income", "scientific", |text, _| spoil::scientific(text))
        }
        DefectKind::Orphan => orphan(world, hand),
        DefectKind::FullWidth => {
            let column = hand.one_of(&["resident_id", "mobile", "birth_date"])?;
            hand.soft(column, "full-width", |text, _| spoil::full_width(text))
        }
        DefectKind::DateForm => hand.soft("birth_date", "date-form", spoil::date_form),
        DefectKind::ExcelSerial => hand.soft("birth_date", "excel-serial", |text, _| {
            spoil::excel_serial(text)
        }),
        DefectKind::NumberAsText => hand.as_written("income"),
        DefectKind::Spaces => {
            let column = hand.one_of(&["name", "resident_id", "mobile"])?;
            hand.soft(column, "space", spoil::spaces)
        }
        DefectKind::Plus86 => hand.soft("mobile", "country-code", spoil::plus_86),
        DefectKind::FifteenDigits => hand.soft("resident_id", "fifteen-digits", |text, _| {
            spoil::fifteen_digits(text)
        }),
        DefectKind::LowerCase => {
            let in_number = hand.soft("resident_id", "case", |text, _| spoil::lower_case(text));
            in_number.or_else(|| hand.soft("employer", "case", |text, _| spoil::lower_case(text)))
        }
        _ => None,
    }
}

/// Another birthday, days or years earlier.
fn birth_disagrees(world: &World, hand: &mut Hand<'_>) -> Option<Planted> {
    hand.hard("birth_date", "birth-date-disagrees", |text, stream| {
        let day = crate::day::from_civil(
            text.get(..4)?.parse().ok()?,
            text.get(5..7)?.parse().ok()?,
            text.get(8..10)?.parse().ok()?,
        );
        let earlier = day - 1 - stream.below(700) as i32;
        Some(String::from_utf8_lossy(world.days.dashed(earlier)).into_owned())
    })
}

/// A registration some years before birth.
fn registered_too_early(world: &World, hand: &mut Hand<'_>) -> Option<Planted> {
    let years = hand.stream.between(1, 4);
    let year: i32 = hand.text("birth_date").get(..4)?.parse().ok()?;
    if year - years < crate::day::year_of(world.today) - 130 {
        return None;
    }
    hand.hard("registered_at", "registered-before-birth", |text, _| {
        Some(format!("{:04}-06-15{}", year - years, text.get(10..)?))
    })
}

fn orphan(world: &World, hand: &mut Hand<'_>) -> Option<Planted> {
    match hand.stream.below(3) {
        0 => {
            let nowhere = format!("H9{:09}", hand.stream.below(999_999_999));
            hand.set_text("household_id", nowhere);
            Some(Planted::soft("household_id", "household-unknown"))
        }
        1 => hand.soft("township", "township-unknown", |text, _| {
            Some(format!("{}999", text.get(..6)?))
        }),
        _ => {
            let code = world.firms.unregistered_uscc(&world.city, &mut hand.stream);
            hand.set_text("employer", String::from_utf8_lossy(&code));
            Some(Planted::soft("employer", "employer-unknown"))
        }
    }
}
