//! `service.link_month`: how many places of each level mobile government reaches, month by month.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::register::{Draw, Due, Entries, Faults, Form, Kind, Month, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Service,
    layout: Layout {
        dataset: "service.link_month",
        columns: &[
            "month",
            "division",
            "level",
            "places",
            "connected",
            "reported_on",
        ],
        headers: &[
            "统计月",
            "所在区划",
            "层级",
            "应贯通单位数（个）",
            "已贯通单位数（个）",
            "报送日期",
        ],
        key: &[0, 1, 2],
        mode: Mode::Upsert,
        foreign: ("level", Charset::GbkInHtml),
        spoil: plant,
    },
    kinds: &[
        Kind::Date,
        Kind::Text,
        Kind::Text,
        Kind::Number,
        Kind::Number,
        Kind::Date,
    ],
    folder: "government_service",
    stem: "移动政务贯通月报",
    title: "移动政务贯通月报",
    office: "数据局",
    form: Form::Page,
    pace: Pace::Newest,
    due: Due::NextMonth,
    fill,
};

const FAULTS: Faults = Faults {
    name: "level",
    required: &["places", "connected", "reported_on"],
    codes: &[("level", "组级")],
    days: &["reported_on"],
    ranges: &[
        ("connected", "9000", "connected-exceeds"),
        ("places", "90000", "places-range"),
    ],
    division: &["division"],
    ..Faults::NONE
};

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.service;
    let months: Vec<Month> = entries.months().collect();
    for (since, month) in (0_i32..).zip(months) {
        for (place, level) in settings.levels.iter().enumerate() {
            let counties = if level.of_city {
                1
            } else {
                world.city.counties.len()
            };
            for county in 0..counties {
                let reporter = (!level.of_city).then_some(county);
                let places = level.places(world, county);
                let delay = if level.of_city { 0 } else { county as i32 % 4 };
                let share = f64::from(since - level.from - delay) / f64::from(level.months.max(1));
                let connected = places * share.clamp(0.0, 1.0);
                entries.add_month(month, place << 8 | county, reporter, |draw| {
                    record(world, month, reporter, &level.name, places, connected, draw)
                });
            }
        }
    }
    Ok(())
}

fn record(
    world: &World,
    month: Month,
    county: Option<usize>,
    level: &str,
    places: f64,
    connected: f64,
    draw: &mut Draw,
) -> Record {
    Record::new()
        .month(world, month)
        .code(&world.code_of(county))
        .text(level)
        .number(places as u64)
        .number(draw.count(connected.floor()).min(places as u64))
        .day(world, draw.reported_on)
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
