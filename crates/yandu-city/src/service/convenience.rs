//! `service.convenience_scenario`: digital scenarios for everybody.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::{Due, Entries, Faults, Form, Kind, Pace, Record, Register, serial};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Service,
    layout: Layout {
        dataset: "service.convenience_scenario",
        columns: &[
            "scenario_no",
            "name",
            "channel",
            "department",
            "division",
            "launched_on",
            "closed_on",
        ],
        headers: &[
            "场景编号",
            "场景名称",
            "服务渠道",
            "牵头单位代号",
            "服务区划",
            "上线日期",
            "下线日期",
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
    folder: "government_service",
    stem: "便民场景",
    title: "便民数字场景台账",
    office: "数据局",
    form: Form::Gb18030,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "scenario_no",
    name: "name",
    required: &["name", "channel", "launched_on"],
    codes: &[("channel", "电视")],
    days: &["launched_on"],
    orders: &[("closed_on", "launched_on", "closed-before-launched")],
    division: &["division"],
    ..Faults::NONE
};

const SCENARIOS: [(&str, &str); 12] = [
    ("不动产一码查", "ZR"),
    ("公积金刷脸办", "SJ"),
    ("老年证免申领", "MZ"),
    ("入学一件事", "JY"),
    ("停车一键付", "CG"),
    ("驾驶证换领", "GA"),
    ("预约挂号", "WJ"),
    ("医保电子凭证", "YB"),
    ("社保卡换领", "RS"),
    ("公交扫码", "JT"),
    ("场馆预订", "TY"),
    ("文旅一码游", "WLG"),
];
const CHANNELS: [&str; 5] = [
    "“我的盐城”APP",
    "“我的盐城”APP",
    "苏服办",
    "自助终端",
    "政务服务网",
];

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.service;
    for (index, launched) in settings.scenarios.days(entries) {
        let mut stream = entries.stream(Purpose::Register, index | 1 << 50);
        let county = stream
            .per_thousand(300)
            .then(|| world.draw_county(&mut stream));
        let closed = launched + stream.between(300, 900);
        let ends = stream.per_thousand(70).then_some(closed);
        let days: Vec<i32> = [Some(launched), ends].into_iter().flatten().collect();
        entries.add_states(index, county, &days, |draw, state| {
            let stream = &mut draw.stream;
            let (name, department) = stream.pick(&SCENARIOS).copied().unwrap_or_default();
            let channel = stream.pick(&CHANNELS).copied().unwrap_or_default();
            let serial = serial(index, 1_000);
            Record::new()
                .text(format!("CJ{serial:07}"))
                .text(format!("{name}{}", serial % 1_000))
                .text(channel)
                .text(department)
                .code(&world.code_of(county))
                .day(world, launched)
                .day_or_absent(world, ends.filter(|_| state > 0))
        });
    }
    Ok(())
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
