//! `insurance.settlement`: the table of medical security, once as a SQLite file and once as a script for
//! PostgreSQL, with the same rows in the order of their settlement.

use std::ops::Range;
use std::sync::Arc;

use super::database::Database;
use super::insured::Insured;
use super::residents::write_time;
use super::{Context, Output, Report, Run};
use crate::city::{Diagnosis, Hospital};
use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::{Purpose, Stream};
use crate::sheet::{Layout, Mode, Page, Pen, Text};
use crate::sink::{Cell, CellFrame, Escape, Frame, Row, Sink};
use crate::spoil;
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const LAYOUT: Layout = Layout {
    dataset: "insurance.settlement",
    columns: &[
        "settlement_id",
        "person_id",
        "resident_id",
        "hospital_code",
        "hospital_name",
        "admitted_at",
        "settled_at",
        "diagnosis",
        "total_amount",
        "fund_amount",
        "own_amount",
    ],
    headers: &[],
    key: &[0],
    mode: Mode::Upsert,
    foreign: ("hospital_name", Charset::Utf8),
    spoil: plant,
};

const DAY: i64 = 86_400;
const WINDOW: i64 = 365 * DAY;
const ROWS_A_BLOCK: u32 = 1_000;
const FIRST_AMOUNT: usize = 8;

struct Settlement<'a> {
    world: &'a World,
    number: u32,
    insured: Insured<'a>,
    hospital: &'a Hospital,
    diagnosis: &'a Diagnosis,
    /// Seconds since 1970-01-01 by the wall clock of the city.
    admitted: i64,
    settled: i64,
    total_cents: i64,
    fund_cents: i64,
}

impl Row for Settlement<'_> {
    fn write<S: Sink>(&self, sink: &mut S) {
        let days = &self.world.days;
        let moment = |sink: &mut S, at: i64| {
            let (day, second) = (at.div_euclid(DAY) as i32, at.rem_euclid(DAY) as u32);
            sink.begin();
            write_time(self.world, day, second, sink);
            sink.end();
        };
        sink.begin();
        sink.ascii(b"YC");
        sink.ascii(&days.packed(self.settled.div_euclid(DAY) as i32));
        sink.number(1_000_000_000 + u64::from(self.number));
        sink.end();
        sink.ascii_cell(&self.insured.person_id);
        sink.ascii_cell(&self.insured.resident_id);
        sink.term_cell(&self.hospital.code);
        sink.term_cell(&self.hospital.name);
        moment(sink, self.admitted);
        moment(sink, self.settled);
        sink.term_cell(&self.diagnosis.code);
        sink.cents_cell(self.total_cents);
        sink.cents_cell(self.fund_cents);
        sink.cents_cell(self.total_cents - self.fund_cents);
    }
}

impl World {
    fn settlements(&self) -> u32 {
        let share = self.city.settings.settlements_per_thousand;
        (u64::from(self.people()) * share / 1_000).max(1) as u32
    }

    /// An insured person; those over sixty come three times as often as others.
    fn patient(&self, before: i32, stream: &mut Stream) -> Option<Insured<'_>> {
        for _ in 0..40 {
            let home = self.home(stream.below(self.households().max(1)));
            let members = home.family.members();
            let at = stream.below(members.len().max(1) as u32) as usize;
            let Some(member) = members.get(at) else {
                continue;
            };
            let old = self.age(member) >= 60;
            if member.birth >= before || !(old || stream.per_thousand(330)) {
                continue;
            }
            let customs = self.customs(&home);
            if let Some(insured) = self.insured(&home, &customs, at, member) {
                return Some(insured);
            }
        }
        None
    }

    fn settlement(&self, number: u32) -> Option<Settlement<'_>> {
        let mut stream = self.stream(Purpose::Settlement, number);
        let apart = (WINDOW / i64::from(self.settlements())).max(1);
        let start = (i64::from(self.today) + 1) * DAY - WINDOW;
        let settled = start
            + WINDOW * i64::from(number) / i64::from(self.settlements())
            + stream.below_wide(apart as u64) as i64;
        let stay = stream.triangular(1.0, 6.0, 34.0) as i64;
        let admitted = settled - stay * DAY - i64::from(stream.below(DAY as u32));
        let insured = self.patient(admitted.div_euclid(DAY) as i32, &mut stream)?;
        let age = (self.today - insured.birth) / 366;
        let mut diagnosis = None;
        for _ in 0..20 {
            let at = self.city.diagnosis_choice.draw(&mut stream);
            let drawn = self.city.diagnoses.get(at)?;
            diagnosis = diagnosis.or(Some(drawn));
            if (drawn.from_age..=drawn.to_age).contains(&age) {
                diagnosis = Some(drawn);
                break;
            }
        }
        let diagnosis = diagnosis?;
        let share = stream.triangular(0.35, 0.9, 2.8);
        let total_cents = (diagnosis.typical_yuan as f64 * share * 100.0) as i64;
        Some(Settlement {
            world: self,
            number,
            insured,
            hospital: self
                .city
                .hospitals
                .get(self.city.hospital_choice.draw(&mut stream))?,
            diagnosis,
            admitted,
            settled,
            total_cents,
            fund_cents: total_cents * i64::from(stream.between(52, 88)) / 100,
        })
    }
}

fn frame() -> Frame {
    let cell = |at: usize| {
        let comma = if at == 0 { "" } else { "," };
        let quote = if at < FIRST_AMOUNT { "'" } else { "" };
        CellFrame {
            open: format!("{comma}{quote}"),
            close: quote,
            absent: format!("{comma}NULL"),
            quoted: None,
        }
    };
    Frame {
        charset: Charset::Utf8,
        row_open: "(",
        row_close: "),\n",
        cells: (0..LAYOUT.columns.len()).map(cell).collect(),
        escape: Escape::Sql,
    }
}

fn fill<P: Page>(world: &World, pen: &mut Pen<'_, P>, numbers: Range<u32>) {
    for number in numbers {
        if let Some(settlement) = world.settlement(number) {
            pen.write(u64::from(number), &settlement);
        }
    }
}

const TABLE: &str = "CREATE TABLE settlement (
  settlement_id text PRIMARY KEY,
  person_id text,
  resident_id text,
  hospital_code text,
  hospital_name text,
  admitted_at text,
  settled_at text,
  diagnosis text,
  total_amount numeric(12,2),
  fund_amount numeric(12,2),
  own_amount numeric(12,2)
);
";
const INDEX: &str = "CREATE INDEX settlement_settled_at ON settlement (settled_at);\n";

pub(crate) fn write(context: &Context<'_>) -> Result<Report, Error> {
    let world = context.world;
    let frame = frame();
    let file: Arc<str> = "inbox/medical_security/settlement.sqlite".into();
    let script_name = "inbox/medical_security/settlement.postgres.sql";
    context
        .progress
        .begin(Delivery::Settlements, u64::from(world.settlements()));
    let mut database = Database::create(&context.options.out.join(&*file), TABLE)?;
    let mut script = Output::create(&context.options.out, script_name)?;
    script.write(b"SET client_encoding = 'UTF8';\nBEGIN;\n")?;
    script.write(TABLE.as_bytes())?;
    let run = Run {
        delivery: Delivery::Settlements,
        layout: &LAYOUT,
        step: ROWS_A_BLOCK,
        total: world.settlements(),
    };
    let mut report = run.write(
        context,
        &file,
        None,
        || Text::new(&frame, None),
        |pen, numbers| fill(world, pen, numbers),
        |page| {
            let rows = String::from_utf8_lossy(&page.bytes);
            let Some(rows) = rows.strip_suffix(",\n") else {
                return Ok(());
            };
            let statement = format!("INSERT INTO settlement VALUES\n{rows};\n");
            script.write(statement.as_bytes())?;
            database.run(statement)
        },
    )?;
    script.write(INDEX.as_bytes())?;
    script.write(b"COMMIT;\n")?;
    script.finish()?;
    let path = database.finish(INDEX)?;
    context.progress.finish(Delivery::Settlements, &path);
    if let Some(written) = report.written.first().cloned() {
        report.written.push(super::Written {
            file: script_name.into(),
            ..written
        });
    }
    Ok(report)
}

fn plant(_: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::CheckDigit => hand.hard("resident_id", "check-digit", spoil::check_digit),
        DefectKind::ImpossibleDate => {
            hand.hard("admitted_at", "impossible-date", spoil::impossible_date)
        }
        DefectKind::MissingRequired => {
            hand.empty(&["diagnosis", "hospital_name", "person_id", "total_amount"])
        }
        DefectKind::SumDisagrees => {
            let own = cents(hand.text("own_amount"))? + 1 + i64::from(hand.stream.below(50_000));
            set_cents(hand, "own_amount", own);
            Some(Planted::hard("own_amount", "sum-disagrees"))
        }
        DefectKind::DateOrder => {
            let settled = hand.text("settled_at").to_owned();
            let year: i32 = settled.get(..4)?.parse().ok()?;
            hand.set_text(
                "admitted_at",
                format!("{}-03-07{}", year + 1, settled.get(10..)?),
            );
            Some(Planted::hard("admitted_at", "settled-before-admitted"))
        }
        DefectKind::NegativeAmount => {
            let (total, own) = (
                cents(hand.text("total_amount"))?,
                cents(hand.text("own_amount"))?,
            );
            set_cents(hand, "own_amount", -own);
            set_cents(hand, "fund_amount", total + own);
            (own > 0).then(|| Planted::hard("own_amount", "own-range"))
        }
        DefectKind::Range => {
            let own = cents(hand.text("own_amount"))?;
            let total = 200_000_100 + i64::from(hand.stream.below(900_000_000));
            set_cents(hand, "total_amount", total);
            set_cents(hand, "fund_amount", total - own);
            Some(Planted::hard("total_amount", "total-range"))
        }
        DefectKind::Orphan => {
            let nobody = format!("32099{:09}", hand.stream.below(999_999_999));
            hand.set("person_id", Cell::Text(nobody));
            Some(Planted::soft("person_id", "person-unknown"))
        }
        DefectKind::FullWidth => hand.soft("resident_id", "full-width", |text, _| {
            spoil::full_width(text)
        }),
        DefectKind::Spaces => hand.soft("resident_id", "space", spoil::spaces),
        DefectKind::DateForm => hand.soft("admitted_at", "date-form", spoil::date_form),
        DefectKind::FifteenDigits => hand.soft("resident_id", "fifteen-digits", |text, _| {
            spoil::fifteen_digits(text)
        }),
        DefectKind::LowerCase => {
            hand.soft("resident_id", "case", |text, _| spoil::lower_case(text))
        }
        _ => None,
    }
}

fn cents(text: &str) -> Option<i64> {
    text.replace('.', "").parse().ok()
}

fn set_cents(hand: &mut Hand<'_>, column: &str, cents: i64) {
    let sign = if cents < 0 { "-" } else { "" };
    let cents = cents.unsigned_abs();
    hand.set_text(column, format!("{sign}{}.{:02}", cents / 100, cents % 100));
}
