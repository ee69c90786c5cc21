//! `industry.park`: parks that the city helps to grow.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::{Due, Entries, Faults, Form, Kind, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Industry,
    layout: Layout {
        dataset: "industry.park",
        columns: &[
            "park_no",
            "name",
            "level",
            "industry",
            "division",
            "listed_on",
            "recognised_on",
        ],
        headers: &[
            "园区编号",
            "园区名称",
            "培育级别",
            "主导产业",
            "所在区划",
            "列入培育日期",
            "认定日期",
        ],
        key: &[0],
        mode: Mode::Upsert,
        foreign: ("name", Charset::Gb18030),
        spoil: plant,
    },
    kinds: &[
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Date,
        Kind::Date,
    ],
    folder: "industry_it",
    stem: "特色产业园区",
    title: "特色产业园区培育名单",
    office: "工业和信息化局",
    form: Form::Gb18030,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "park_no",
    name: "name",
    required: &["industry"],
    codes: &[("level", "镇级")],
    days: &["listed_on"],
    ..Faults::NONE
};

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.industry;
    let days = settings.park_growth.days(entries);
    for (park, (index, day)) in settings.parks.iter().zip(days) {
        let mut stream = entries.stream(Purpose::Register, index | 1 << 50);
        let recognised = day + stream.between(300, 700);
        let county = world.county_of_code(&park.division).unwrap_or_default();
        entries.add_states(index, None, &[day, recognised], |_, state| {
            Record::new()
                .text(format!(
                    "YQ{:07}",
                    index & 0xFF_FFFF | (index >> 24 & 0xFFFF) << 8
                ))
                .text(park.name.as_str())
                .text(park.level.as_str())
                .text(park.industry.as_str())
                .county(world, county)
                .day(world, day)
                .day_or_absent(world, (state > 0).then_some(recognised))
        });
    }
    Ok(())
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
