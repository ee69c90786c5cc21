//! `insurance.insured`: csv in UTF-8 with a byte order mark.

use std::ops::Range;
use std::sync::Arc;

use super::residents::HOUSEHOLDS_A_BLOCK;
use super::{Context, Output, Report, Run};
use crate::codes;
use crate::day::from_civil;
use crate::defect::{DefectKind, Planted};
use crate::family::Member;
use crate::hand::Hand;
use crate::person::{Customs, Name};
use crate::random::{Purpose, Stream};
use crate::sheet::{Layout, Mode, Page, Pen, Text};
use crate::sink::{Cell, Frame, Row, Sink};
use crate::spoil;
use crate::term::Charset;
use crate::world::{Home, World};
use crate::{Delivery, Error};

pub(crate) const LAYOUT: Layout = Layout {
    dataset: "insurance.insured",
    columns: &[
        "person_id",
        "resident_id",
        "name",
        "kind",
        "division",
        "employer",
        "status",
        "insured_on",
        "base",
    ],
    headers: &[
        "人员编号",
        "证件号码",
        "姓名",
        "险种",
        "参保地",
        "单位编码",
        "参保状态",
        "参保日期",
        "缴费基数",
    ],
    key: &[0],
    mode: Mode::Upsert,
    foreign: ("name", Charset::Utf8),
    spoil: plant,
};

pub(crate) struct Insured<'a> {
    pub(crate) person_id: [u8; 14],
    pub(crate) resident_id: [u8; 18],
    pub(crate) birth: i32,
    name: Name<'a>,
    division: [u8; 6],
    employer: Option<[u8; 18]>,
    status: u8,
    first_day: i32,
    base: Option<i64>,
    days: &'a crate::day::Days,
}

impl Row for Insured<'_> {
    fn write<S: Sink>(&self, sink: &mut S) {
        sink.ascii_cell(&self.person_id);
        sink.ascii_cell(&self.resident_id);
        self.name.write_cell(sink);
        sink.ascii_cell(if self.employer.is_some() {
            b"310"
        } else {
            b"390"
        });
        sink.ascii_cell(&self.division);
        match &self.employer {
            Some(code) => sink.ascii_cell(code),
            None => sink.absent(),
        }
        sink.ascii_cell(&[self.status]);
        sink.ascii_cell(self.days.dashed(self.first_day));
        match self.base {
            Some(base) => sink.cents_cell(base),
            None => sink.absent(),
        }
    }
}

/// 3209 and ten digits; `index` is a resident's, or past the last resident's for the others.
pub(crate) fn person_id(index: u64) -> [u8; 14] {
    let mut number = 32_090_000_000_000_u64 + index * 10 + index % 7;
    let mut id = [b'0'; 14];
    for place in id.iter_mut().rev() {
        *place = b'0' + (number % 10) as u8;
        number /= 10;
    }
    id
}

impl World {
    /// Those insured here who are residents of elsewhere.
    pub(crate) fn elsewhere(&self) -> u32 {
        let share = self.city.settings.elsewhere_insured_per_thousand;
        (u64::from(self.people()) * share / 1_000) as u32
    }

    /// The insurance of a member of a household; nearly all have one.
    pub(crate) fn insured<'a>(
        &'a self,
        home: &Home,
        customs: &Customs<'a>,
        at: usize,
        member: &Member,
    ) -> Option<Insured<'a>> {
        let index = home.first_person + at as u32;
        let mut stream = self.stream(Purpose::Insured, index);
        if !stream.per_thousand(970) {
            return None;
        }
        let person = self.person(home, customs, at, member);
        let age = self.age(member);
        let county = self.county_of(home);
        let retired = age >= 60 && stream.per_thousand(280);
        let firm = person.employer.or_else(|| {
            retired
                .then(|| self.firms.employer(county, &mut stream))
                .flatten()
        });
        let base = person.income.filter(|_| person.employer.is_some());
        Some(self.insurance(
            index.into(),
            person.id,
            person.name,
            county,
            member.birth,
            firm,
            base,
            stream,
        ))
    }

    /// Someone who is insured here and registered elsewhere.
    fn insured_of_elsewhere(&self, number: u32) -> Insured<'_> {
        let mut stream = self.stream(Purpose::Elsewhere, number);
        let home = self.home_in(
            stream.below(self.city.counties.len() as u32) as usize,
            &mut stream,
        );
        let member = home.family.head();
        let county = self.county_of(&home);
        let area = stream
            .pick(&self.city.elsewhere)
            .copied()
            .unwrap_or(*b"320600");
        let serial = stream.below(498) * 2 + 2 - u32::from(member.man);
        let id = codes::resident_id(area, self.days.packed(member.birth), serial);
        let name = self.name_of(&self.customs(&home), &member, &mut stream);
        let working = self.age(&member) < 60;
        let firm = working
            .then(|| self.firms.employer(county, &mut stream))
            .flatten();
        let base = firm.map(|_| 360_000 + i64::from(stream.below(900_000)));
        let index = u64::from(self.people()) + u64::from(number);
        self.insurance(index, id, name, county, member.birth, firm, base, stream)
    }

    #[expect(clippy::too_many_arguments, reason = "they are the columns of one row")]
    fn insurance<'a>(
        &'a self,
        index: u64,
        resident_id: [u8; 18],
        name: Name<'a>,
        county: usize,
        birth: i32,
        firm: Option<u32>,
        base: Option<i64>,
        mut stream: Stream,
    ) -> Insured<'a> {
        let first = if firm.is_some() {
            from_civil(2000, 1, 1).max(birth + 18 * 366)
        } else {
            from_civil(2003, 1, 1).max(birth)
        };
        Insured {
            person_id: person_id(index),
            resident_id,
            birth,
            name,
            division: self
                .city
                .counties
                .get(county)
                .map_or(*b"320900", |c| c.code),
            employer: firm.map(|firm| self.uscc(firm)),
            status: match stream.below(100) {
                0..93 => b'1',
                93..98 => b'2',
                _ => b'4',
            },
            first_day: stream.between(first.min(self.today), self.today),
            base: base.map(|base| base.clamp(442_200, 2_431_000)),
            days: &self.days,
        }
    }
}

fn fill<P: Page>(world: &World, pen: &mut Pen<'_, P>, range: Range<u32>) {
    for index in range {
        if index >= world.households() {
            let number = index - world.households();
            let row = u64::from(world.people()) + u64::from(number);
            pen.write(row, &world.insured_of_elsewhere(number));
            continue;
        }
        let home = world.home(index);
        let customs = world.customs(&home);
        for (at, member) in home.family.members().iter().enumerate() {
            if let Some(insured) = world.insured(&home, &customs, at, member) {
                pen.write(u64::from(home.first_person) + at as u64, &insured);
            }
        }
    }
}

pub(crate) fn write(context: &Context<'_>) -> Result<Report, Error> {
    let world = context.world;
    let frame = Frame::csv(Charset::Utf8, LAYOUT.columns.len());
    let name = format!("inbox/medical_security/参保登记_{}.csv", context.stamp());
    let mut output = Output::create(&context.options.out, &name)?;
    output.write("\u{feff}".as_bytes())?;
    output.write((LAYOUT.headers.join(",") + "\r\n").as_bytes())?;
    context.progress.begin(
        Delivery::Insured,
        u64::from(world.people()) * 97 / 100 + u64::from(world.elsewhere()),
    );
    let run = Run {
        delivery: Delivery::Insured,
        layout: &LAYOUT,
        step: HOUSEHOLDS_A_BLOCK,
        total: world.households() + world.elsewhere(),
    };
    let file: Arc<str> = name.into();
    let report = run.write(
        context,
        &file,
        None,
        || Text::new(&frame, None),
        |pen, range| fill(world, pen, range),
        |page| output.write(&page.bytes),
    )?;
    let path = output.finish()?;
    context.progress.finish(Delivery::Insured, &path);
    Ok(report)
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::CheckDigit => hand.hard("resident_id", "check-digit", spoil::check_digit),
        DefectKind::ImpossibleDate => {
            hand.hard("insured_on", "impossible-date", spoil::impossible_date)
        }
        DefectKind::AmbiguousDate => hand.hard("insured_on", "ambiguous-date", |text, _| {
            spoil::ambiguous_date(text)
        }),
        DefectKind::NearDuplicate => {
            let status = if hand.text("status") == "1" { "2" } else { "1" };
            hand.set_text("status", status);
            Some(Planted::hard("person_id", "superseded"))
        }
        DefectKind::MissingRequired => hand.empty(&["resident_id", "name", "kind", "insured_on"]),
        DefectKind::CodeList => {
            hand.wrong_code(&[("kind", "999"), ("status", "7"), ("kind", "商业保险")])
        }
        DefectKind::WrongDivision => hand.hard("division", "division-outside-city", |_, stream| {
            stream
                .pick(&["320600", "321200", "340100"])
                .map(|code| (*code).to_owned())
        }),
        DefectKind::Range => {
            let base = 100_001 + hand.stream.below(9_000_000);
            hand.set_text("base", format!("{base}.00"));
            Some(Planted::hard("base", "base-range"))
        }
        DefectKind::NegativeAmount => {
            hand.hard("base", "base-range", |text, _| spoil::negative(text))
        }
        DefectKind::ControlCharacter => {
            hand.hard("name", "control-character", spoil::control_character)
        }
        DefectKind::NotANumber => {
            let text = spoil::not_a_number(&mut hand.stream)?;
            hand.set_text("base", text);
            Some(Planted::hard("base", "number"))
        }
        DefectKind::DateOrder => insured_before_birth(hand),
        DefectKind::Orphan => {
            if hand.text("employer").is_empty() {
                return None;
            }
            let code = world.firms.unregistered_uscc(&world.city, &mut hand.stream);
            hand.set_text("employer", String::from_utf8_lossy(&code));
            Some(Planted::soft("employer", "employer-unknown"))
        }
        DefectKind::FullWidth => {
            let column = hand.one_of(&["resident_id", "insured_on"])?;
            hand.soft(column, "full-width", |text, _| spoil::full_width(text))
        }
        DefectKind::DateForm => hand.soft("insured_on", "date-form", spoil::date_form),
        DefectKind::Spaces => {
            let column = hand.one_of(&["name", "resident_id"])?;
            hand.soft(column, "space", spoil::spaces)
        }
        DefectKind::NumberAsText => hand.as_written("base"),
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

/// A first day of insurance in the year before birth, for those born late enough that it is in range.
fn insured_before_birth(hand: &mut Hand<'_>) -> Option<Planted> {
    let birth_year: i32 = hand.text("resident_id").get(6..10)?.parse().ok()?;
    (birth_year > 1996).then_some(())?;
    hand.set(
        "insured_on",
        Cell::Text(format!("{}-05-06", birth_year - 1)),
    );
    Some(Planted::hard("insured_on", "insured-before-birth"))
}
