//! `service.platform`: the platforms of public-resource trading that are rebuilt.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::{Due, Entries, Faults, Form, Kind, Month, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Service,
    layout: Layout {
        dataset: "service.platform",
        columns: &["platform_no", "name", "kind", "begun_on", "rebuilt_on"],
        headers: &["平台编号", "平台名称", "平台类别", "启动日期", "完成日期"],
        key: &[0],
        mode: Mode::Upsert,
        foreign: ("name", Charset::Utf8),
        spoil: plant,
    },
    kinds: &[Kind::Text, Kind::Text, Kind::Text, Kind::Date, Kind::Date],
    folder: "public_resource",
    stem: "交易平台重构",
    title: "公共资源交易平台重构整合台账",
    office: "公共资源交易中心",
    form: Form::Workbook,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "platform_no",
    name: "name",
    required: &["name"],
    days: &["begun_on"],
    ..Faults::NONE
};

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.service;
    let january = Month::new(entries.last_month().year(), 1);
    for (number, platform) in (1_u64..).zip(&settings.platforms) {
        let mut stream = entries.stream(Purpose::Register, number);
        let mut day = |month: i32| january.after(month - 1).first_day() + stream.between(2, 24);
        let (begun, rebuilt) = (day(platform.begun), day(platform.rebuilt));
        entries.add_states(number, None, &[begun, rebuilt], |_, state| {
            Record::new()
                .text(format!("PT{number:02}"))
                .text(format!("{}{}", world.city.name.text(), platform.name))
                .text(platform.name.as_str())
                .day(world, begun)
                .day_or_absent(world, (state > 0).then_some(rebuilt))
        });
    }
    Ok(())
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
