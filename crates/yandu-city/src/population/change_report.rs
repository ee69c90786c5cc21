//! `population.change_report`: births, deaths and moves of a township, month by month.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::register::Kind::{Date, Number, Text};
use crate::register::{Draw, Due, Entries, Faults, Form, Month, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Residents,
    layout: Layout {
        dataset: "population.change_report",
        columns: &[
            "month",
            "township",
            "births",
            "deaths",
            "moved_in",
            "moved_out",
            "reported_on",
        ],
        headers: &[
            "统计月份",
            "户籍地区划",
            "出生登记人数",
            "死亡注销人数",
            "迁入人数",
            "迁出人数",
            "填报日期",
        ],
        key: &[0, 1],
        mode: Mode::Upsert,
        foreign: ("township", Charset::Gb18030),
        spoil: plant,
    },
    kinds: &[Date, Text, Number, Number, Number, Number, Date],
    folder: "public_security",
    stem: "人口变动月报",
    title: "人口变动情况月报",
    office: "公安局",
    form: Form::Gb18030,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

/// How many more or fewer there are in a month than on average, January first: old people die in the cold, children are
/// registered anew before school begins.
const BIRTHS: [f64; 12] = [
    0.97, 0.90, 0.95, 0.94, 0.96, 0.97, 1.02, 1.05, 1.08, 1.10, 1.04, 1.02,
];
const DEATHS: [f64; 12] = [
    1.28, 1.16, 1.06, 0.97, 0.90, 0.84, 0.86, 0.88, 0.86, 0.94, 1.04, 1.21,
];
const MOVES: [f64; 12] = [
    0.78, 0.72, 1.06, 0.98, 0.95, 1.10, 1.36, 1.44, 1.12, 0.90, 0.84, 0.75,
];

const FAULTS: Faults = Faults {
    id: "township",
    required: &["births", "deaths", "moved_in", "moved_out"],
    days: &["reported_on"],
    ranges: &[
        ("births", "-1", "births-range"),
        ("deaths", "999999", "deaths-range"),
        ("moved_out", "-3", "moved-out-range"),
    ],
    ..Faults::NONE
};

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    for month in entries.months() {
        for (at, township) in world.city.townships.iter().enumerate() {
            let people = world.people_of(at);
            if people == 0 {
                continue;
            }
            entries.add_month(month, at, Some(township.county), |draw| {
                report(world, at, month, people, draw)
            });
        }
    }
    Ok(())
}

fn report(world: &World, at: usize, month: Month, people: u32, draw: &mut Draw) -> Record {
    let settings = &world.city.settings.registers.population;
    let place = month.month() as usize - 1;
    let mut changes = |a_year: f64, season: &[f64; 12]| {
        let usual = f64::from(people) / 1_000.0 * a_year / 12.0;
        let season = season.get(place).copied().unwrap_or(1.0);
        let expected = usual * season * draw.stream.triangular(0.75, 1.0, 1.25);
        // A part of a person is a person now and then, so that small townships do not stand still.
        (expected + draw.stream.unit()) as u64
    };
    let births = changes(settings.births, &BIRTHS);
    let deaths = changes(settings.deaths, &DEATHS);
    let moved_in = changes(settings.moved_in, &MOVES);
    let moved_out = changes(settings.moved_out, &MOVES);
    Record::new()
        .month(world, month)
        .code(world.township(at).map_or(b"320900000", |t| &t.code))
        .number(births)
        .number(deaths)
        .number(moved_in)
        .number(moved_out)
        .day(world, draw.reported_on)
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::WrongDivision => hand.wrong_township("township", "township-outside-city"),
        DefectKind::NotANumber => hand.words_for_a_number("deaths"),
        _ => FAULTS.plant(world, kind, hand),
    }
}
