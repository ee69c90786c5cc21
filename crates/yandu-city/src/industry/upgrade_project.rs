//! `industry.upgrade_project`: projects by which companies become smarter, from their beginning to their end.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::{
    Companies, Due, Entries, Faults, Form, Growth, Kind, Pace, Record, Register, serial,
};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Industry,
    layout: Layout {
        dataset: "industry.upgrade_project",
        columns: &[
            "project_no",
            "name",
            "uscc",
            "division",
            "kind",
            "level",
            "investment",
            "begun_on",
            "finished_on",
            "reported_on",
        ],
        headers: &[
            "项目编号",
            "项目名称",
            "统一社会信用代码",
            "所在区划",
            "改造方向",
            "项目级别",
            "总投资（万元）",
            "开工日期",
            "竣工日期",
            "填报日期",
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
        Kind::Text,
        Kind::Number,
        Kind::Date,
        Kind::Date,
        Kind::Date,
    ],
    folder: "industry_it",
    stem: "智改数转网联项目",
    title: "智改数转网联项目库",
    office: "工业和信息化局",
    form: Form::Gb18030,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "project_no",
    name: "name",
    required: &["name", "kind", "level", "begun_on"],
    codes: &[("kind", "外墙改造"), ("level", "特级")],
    days: &["begun_on"],
    orders: &[
        ("finished_on", "begun_on", "finished-before-begun"),
        ("reported_on", "begun_on", "reported-before-begun"),
    ],
    ranges: &[
        ("investment", "-12.00", "investment-range"),
        ("investment", "99999999.00", "investment-range"),
    ],
    numbers: &["investment"],
    division: &["division"],
    companies: &[("uscc", "company-unknown")],
};

const ORDINARY: u64 = 1 << 40;
const WORDS: [&str; 10] = [
    "冲压线",
    "焊装线",
    "涂装线",
    "仓储物流",
    "质量检测",
    "能源管理",
    "设备联网",
    "生产执行系统",
    "工艺设计",
    "供应链协同",
];
const KINDS: [&str; 6] = [
    "智能化改造",
    "智能化改造",
    "智改",
    "数字化转型",
    "数转",
    "网联",
];

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.industry;
    let mut companies = Companies::new(world, 0x1D04, &["C"]);
    add(
        world,
        entries,
        &settings.key_upgrades,
        "重点",
        0,
        &mut companies,
    );
    add(
        world,
        entries,
        &settings.ordinary_upgrades,
        "一般",
        ORDINARY,
        &mut companies,
    );
    Ok(())
}

fn add(
    world: &World,
    entries: &mut Entries<'_>,
    growth: &Growth,
    level: &str,
    first: u64,
    companies: &mut Companies<'_>,
) {
    for (number, begun) in growth.days(entries) {
        let Some(company) = companies.take(begun - 300) else {
            continue;
        };
        let index = number | first;
        let mut stream = entries.stream(Purpose::Register, index | 1 << 50);
        let finished = begun + stream.between(120, 480);
        entries.add_states(
            index,
            Some(company.county),
            &[begun, finished],
            |draw, state| {
                let stream = &mut draw.stream;
                let word = stream.pick(&WORDS).copied().unwrap_or_default();
                let kind = stream.pick(&KINDS).copied().unwrap_or_default();
                let most = if first == 0 { 9_000.0 } else { 900.0 };
                let serial = serial(number, 100_000);
                Record::new()
                    .text(format!("GZ{}{serial:09}", first >> 40))
                    .text(format!("{word}{kind}项目"))
                    .code(&company.uscc)
                    .county(world, company.county)
                    .text(kind)
                    .text(level)
                    .decimal(stream.triangular(20.0, most / 6.0, most), 2)
                    .day(world, begun)
                    .day_or_absent(world, (state > 0).then_some(finished))
                    .day(world, draw.reported_on)
            },
        );
    }
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
