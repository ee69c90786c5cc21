//! `telecom.pon_port`: boards with ports of passive optical networks of ten gigabits, as they are put into service.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::Kind::{Date, Number, Text};
use crate::register::{Draw, Due, Entries, Form, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error, spoil};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Telecom,
    layout: Layout {
        dataset: "telecom.pon_port",
        columns: &[
            "board_id",
            "olt_id",
            "operator",
            "division",
            "ports",
            "opened_on",
        ],
        headers: &[
            "板卡编号",
            "OLT编号",
            "运营企业",
            "所属区划",
            "10G-PON端口数",
            "投用日期",
        ],
        key: &[0],
        mode: Mode::Upsert,
        foreign: ("olt_id", Charset::Utf8),
        spoil: plant,
    },
    kinds: &[Text, Text, Text, Text, Number, Date],
    folder: "communications",
    stem: "10GPON端口",
    title: "10G-PON端口投用情况表",
    office: "通信管理办公室",
    form: Form::Workbook,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let growth = &world.city.settings.registers.telecom.pon_boards;
    for (index, day) in growth.days(entries) {
        let county = world.draw_county(&mut entries.stream(Purpose::Reported, index));
        entries.add(index, Some(county), day, |draw| {
            board(world, index, county, day, draw)
        });
    }
    Ok(())
}

fn board(world: &World, index: u64, county: usize, day: i32, draw: &mut Draw) -> Record {
    let stream = &mut draw.stream;
    let at = world.draw_township(county, stream);
    let operator = world
        .city
        .settings
        .registers
        .telecom
        .operator(stream)
        .to_owned();
    let code = world.township(at).map_or(*b"320900000", |t| t.code);
    let place = String::from_utf8_lossy(code.get(4..).unwrap_or_default()).into_owned();
    let number = index & 0xFF_FFFF;
    let year = crate::day::year_of(day);
    Record::new()
        .text(format!("YCPON{year}{number:05}"))
        .text(format!("OLT{place}{:02}", 1 + stream.below(12)))
        .text(operator)
        .code(&code)
        .number(if stream.per_thousand(750) { 16 } else { 8 })
        .day(world, day)
}

fn plant(_: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::ImpossibleDate => {
            hand.hard("opened_on", "impossible-date", spoil::impossible_date)
        }
        DefectKind::MissingRequired => hand.empty(&["olt_id", "operator", "ports", "opened_on"]),
        DefectKind::CodeList => hand.wrong_code(&[("operator", "长城宽带"), ("operator", "9")]),
        DefectKind::WrongDivision => hand.wrong_township("division", "division-outside-city"),
        DefectKind::Range => {
            hand.set_text("ports", "4096");
            Some(Planted::hard("ports", "ports-range"))
        }
        DefectKind::NotANumber => hand.words_for_a_number("ports"),
        DefectKind::ExcelSerial => hand.soft("opened_on", "excel-serial", |text, _| {
            spoil::excel_serial(text)
        }),
        DefectKind::DateForm => hand.date_form("opened_on"),
        DefectKind::FullWidth => {
            hand.soft("board_id", "full-width", |text, _| spoil::full_width(text))
        }
        _ => None,
    }
}
