//! `service.matter`: matters of government service, as they come under unified acceptance and lose their certificates.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::{Draw, Due, Entries, Faults, Form, Kind, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Service,
    layout: Layout {
        dataset: "service.matter",
        columns: &[
            "matter_code",
            "name",
            "kind",
            "department",
            "division",
            "high_frequency",
            "cases_a_year",
            "listed_on",
            "unified_on",
            "free_on",
            "cancelled_on",
            "updated_on",
        ],
        headers: &[
            "实施编码",
            "事项名称",
            "事项类型",
            "实施部门代号",
            "实施区划",
            "是否高频",
            "上年办件量（件）",
            "列入清单日期",
            "统一受理日期",
            "免证办日期",
            "取消日期",
            "更新日期",
        ],
        key: &[0],
        mode: Mode::Upsert,
        foreign: ("name", Charset::Utf8),
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
        Kind::Date,
        Kind::Date,
    ],
    folder: "government_service",
    stem: "政务服务事项",
    title: "政务服务事项清单",
    office: "数据局",
    form: Form::Workbook,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "matter_code",
    name: "name",
    required: &["name", "kind", "high_frequency", "listed_on"],
    codes: &[("kind", "行政指导")],
    days: &["listed_on"],
    orders: &[
        ("unified_on", "listed_on", "before-listed"),
        ("free_on", "listed_on", "before-listed"),
        ("updated_on", "listed_on", "after-update"),
    ],
    ranges: &[("cases_a_year", "-4", "cases-range")],
    division: &["division"],
    ..Faults::NONE
};

const ORDINARY: u64 = 1 << 40;
/// Departments with what people come for.
const DEPARTMENTS: [(&str, [&str; 5]); 8] = [
    (
        "RS",
        [
            "社会保险参保",
            "失业保险",
            "灵活就业补贴",
            "技能培训补贴",
            "就业创业证",
        ],
    ),
    (
        "YB",
        [
            "基本医疗保险参保",
            "异地就医备案",
            "生育保险待遇",
            "医疗费用报销",
            "医保关系转移",
        ],
    ),
    (
        "MZ",
        [
            "临时救助",
            "最低生活保障",
            "残疾人补贴",
            "老年人津贴",
            "社会团体",
        ],
    ),
    (
        "JY",
        [
            "义务教育入学",
            "学籍变动",
            "教师资格",
            "学生资助",
            "民办学校",
        ],
    ),
    (
        "WJ",
        [
            "生育登记",
            "医师执业",
            "护士执业",
            "公共场所卫生",
            "独生子女奖励",
        ],
    ),
    (
        "GA",
        ["户口迁移", "居住证", "驾驶证", "机动车", "出入境证件"],
    ),
    (
        "ZR",
        [
            "不动产登记",
            "抵押登记",
            "建设工程规划",
            "测绘资质",
            "土地证明",
        ],
    ),
    (
        "SJG",
        [
            "个体工商户",
            "食品经营许可",
            "特种设备",
            "企业变更",
            "药品经营",
        ],
    ),
];
const ACTIONS: [&str; 8] = [
    "登记",
    "申领",
    "变更",
    "注销",
    "补办",
    "查询",
    "备案",
    "资格认定",
];
const KINDS: [&str; 6] = [
    "公共服务",
    "公共服务",
    "行政确认",
    "行政许可",
    "行政给付",
    "其他行政权力",
];

struct Matter {
    index: u64,
    is_high: bool,
    county: Option<usize>,
    listed: i32,
    unified: Option<i32>,
    free: Option<i32>,
    cancelled: Option<i32>,
}

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.service;
    // Matters of high frequency are unified, the first of them certificate-free.
    let unified: Vec<i32> = days(&settings.unified.days(entries));
    let free: Vec<i32> = days(&settings.free.days(entries));
    for number in 0..world.of_city(settings.high_frequency_matters) {
        let place = number as usize;
        add(world, entries, number, unified.get(place), free.get(place));
    }
    for number in 0..world.of_city(settings.other_matters) {
        add(world, entries, number | ORDINARY, None, None);
    }
    Ok(())
}

fn days(of: &[(u64, i32)]) -> Vec<i32> {
    of.iter().map(|(_, day)| *day).collect()
}

fn add(
    world: &World,
    entries: &mut Entries<'_>,
    index: u64,
    unified: Option<&i32>,
    free: Option<&i32>,
) {
    let settings = &world.city.settings.registers.service;
    let mut stream = entries.stream(Purpose::Register, index | 1 << 50);
    let first = entries.first_month().first_day();
    let listed = first - stream.between(1_700, 2_400);
    let county = stream
        .per_thousand(settings.county_matters_per_thousand)
        .then(|| world.draw_county(&mut stream));
    let is_high = index & ORDINARY == 0;
    let ends = !is_high && stream.per_thousand(settings.cancelled_matters_per_thousand);
    let matter = Matter {
        index,
        is_high,
        county,
        listed,
        unified: unified.copied(),
        free: free.copied(),
        cancelled: ends.then(|| first + stream.between(0, 1_095)),
    };
    let mut days: Vec<i32> = [matter.unified, matter.free, matter.cancelled]
        .into_iter()
        .flatten()
        .collect();
    days.push(listed);
    days.sort_unstable();
    let all = days.clone();
    entries.add_states(index, county, &days, |draw, state| {
        let now = all.get(state).copied().unwrap_or(listed);
        record(world, &matter, now, first, draw)
    });
}

/// The matter as it stood on a day.
fn record(world: &World, matter: &Matter, now: i32, first: i32, draw: &mut Draw) -> Record {
    let stream = &mut draw.stream;
    let (department, things) = stream
        .pick(&DEPARTMENTS)
        .copied()
        .unwrap_or(("SJ", [""; 5]));
    let thing = stream.pick(&things).copied().unwrap_or_default();
    let action = stream.pick(&ACTIONS).copied().unwrap_or_default();
    let kind = stream.pick(&KINDS).copied().unwrap_or_default();
    let cases = if matter.is_high {
        stream.triangular(900.0, 9_000.0, 190_000.0)
    } else {
        stream.triangular(0.0, 40.0, 800.0)
    };
    let high = if matter.is_high { "是" } else { "否" };
    let code = world.code_of(matter.county);
    let digits = String::from_utf8_lossy(&code);
    let serial = (matter.index >> 40) * 100_000 + (matter.index & 0xFF_FFFF);
    let by_now = |day: Option<i32>| day.filter(|day| *day <= now);
    Record::new()
        .text(format!("{digits}{serial:08}"))
        .text(format!("{thing}{action}"))
        .text(kind)
        .text(department)
        .code(&code)
        .text(high)
        .number(world.of_people(cases).ceil() as u64)
        .day(world, matter.listed)
        .day_or_absent(world, by_now(matter.unified))
        .day_or_absent(world, by_now(matter.free))
        .day_or_absent(world, by_now(matter.cancelled))
        .day(world, draw.reported_on.max(first))
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
