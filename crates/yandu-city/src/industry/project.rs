//! `industry.project`: projects of the digital economy, from the contract on; the company comes later.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::{
    Companies, Company, Draw, Due, Entries, Faults, Form, Kind, Month, Pace, Record, Register,
    serial,
};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};
use std::collections::BTreeMap;

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Industry,
    layout: Layout {
        dataset: "industry.project",
        columns: &[
            "project_no",
            "name",
            "kind",
            "division",
            "investment",
            "signed_on",
            "uscc",
            "registered_on",
            "reported_on",
        ],
        headers: &[
            "项目编号",
            "项目名称",
            "数字经济类别",
            "落户区划",
            "计划总投资（万元）",
            "签约日期",
            "落户企业信用代码",
            "落户日期",
            "填报日期",
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
        Kind::Number,
        Kind::Date,
        Kind::Text,
        Kind::Date,
        Kind::Date,
    ],
    folder: "industry_it",
    stem: "数字经济招商项目",
    title: "数字经济招商项目台账",
    office: "工业和信息化局",
    form: Form::Workbook,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "project_no",
    name: "name",
    required: &["name", "kind", "signed_on", "reported_on"],
    codes: &[("kind", "传统产业")],
    days: &["signed_on"],
    orders: &[("reported_on", "signed_on", "reported-before-signed")],
    ranges: &[
        ("investment", "-300.00", "investment-range"),
        ("investment", "99999999.00", "investment-range"),
    ],
    numbers: &["investment"],
    division: &["division"],
    companies: &[("uscc", "company-unknown")],
};

/// Firms that are looked at for those founded in the three years.
const LOOKED_AT: usize = 30_000;
const UNSETTLED: u64 = 1 << 40;
const SECOND: u64 = 1 << 41;
const DRAWS: u64 = 1 << 50;
const WORDS: [&str; 15] = [
    "智能终端",
    "光电显示",
    "工业软件",
    "数据标注",
    "算力服务",
    "大数据应用",
    "跨境电商",
    "智慧物流",
    "数字孪生",
    "云计算",
    "智能传感器",
    "芯片封测",
    "储能控制",
    "机器视觉",
    "区块链应用",
];
const ENDS: [&str; 6] = [
    "项目",
    "生产基地",
    "研发中心",
    "总部项目",
    "创新中心",
    "服务中心",
];
const CLASSES: [&str; 7] = [
    "数字产品制造业",
    "数字产品制造业",
    "数字技术应用业",
    "数字技术应用业",
    "数字要素驱动业",
    "数字产品服务业",
    "数字化效率提升业",
];

struct Project {
    index: u64,
    county: usize,
    signed: i32,
    settled: Option<(i32, [u8; 18])>,
}

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.industry;
    let mut firms = Firms::new(world, entries);
    for (index, day) in settings.newcomers.days(entries) {
        let Some((company, settled)) = firms.settling(day) else {
            continue;
        };
        let mut stream = entries.stream(Purpose::Register, index | DRAWS);
        let project = Project {
            index,
            county: company.county,
            signed: settled - stream.between(20, 180),
            settled: Some((settled, company.uscc)),
        };
        add(world, entries, &project);
        if stream.per_thousand(settings.second_phase_per_thousand) {
            let signed = settled + stream.between(60, 300);
            let settled = signed + stream.between(20, 90);
            let project = Project {
                index: index | SECOND,
                signed,
                settled: Some((settled, company.uscc)),
                ..project
            };
            add(world, entries, &project);
        }
    }
    for (number, signed) in settings.unsettled.days(entries) {
        let index = number | UNSETTLED;
        let mut stream = entries.stream(Purpose::Register, index | DRAWS);
        let project = Project {
            index,
            county: world.draw_county(&mut stream),
            signed,
            settled: None,
        };
        add(world, entries, &project);
    }
    Ok(())
}

/// Companies by the month in which they were founded, and older ones, which move in.
struct Firms {
    first: i32,
    founded: BTreeMap<Month, Vec<Company>>,
    older: Vec<Company>,
}

impl Firms {
    fn new(world: &World, entries: &Entries<'_>) -> Self {
        let first = entries.first_month().first_day();
        let mut companies = Companies::new(world, 0x1D01, &["I", "M", "C"]);
        let mut firms = Self {
            first,
            founded: BTreeMap::new(),
            older: Vec::new(),
        };
        for _ in 0..companies.count().min(LOOKED_AT) {
            let Some(company) = companies.any() else {
                break;
            };
            if company.founded < first {
                firms.older.push(company);
            } else {
                let month = Month::of(company.founded);
                firms.founded.entry(month).or_default().push(company);
            }
        }
        firms
    }

    /// A company that settles about a day, and on which.
    fn settling(&mut self, day: i32) -> Option<(Company, i32)> {
        let founded = self.founded.get_mut(&Month::of(day)).and_then(Vec::pop);
        let company = founded.or_else(|| self.older.pop())?;
        let settled = if company.founded < self.first {
            day
        } else {
            company.founded
        };
        Some((company, settled))
    }
}

fn add(world: &World, entries: &mut Entries<'_>, project: &Project) {
    let settled = project.settled.map(|(day, _)| day);
    let days: Vec<i32> = [Some(project.signed), settled]
        .into_iter()
        .flatten()
        .collect();
    entries.add_states(project.index, Some(project.county), &days, |draw, state| {
        record(world, project, state > 0, draw)
    });
}

fn record(world: &World, project: &Project, is_settled: bool, draw: &mut Draw) -> Record {
    let stream = &mut draw.stream;
    let index = project.index;
    let letters = match index {
        _ if index & UNSETTLED != 0 => "QY",
        _ if index & SECOND != 0 => "EQ",
        _ => "XM",
    };
    let word = stream.pick(&WORDS).copied().unwrap_or_default();
    let end = stream.pick(&ENDS).copied().unwrap_or_default();
    let phase = if index & SECOND == 0 {
        ""
    } else {
        "（二期）"
    };
    let settled = project.settled.filter(|_| is_settled);
    let year = crate::day::year_of(project.signed);
    let number = serial(index, 100_000);
    Record::new()
        .text(format!("{letters}{year}{number:05}"))
        .text(format!("{word}{end}{phase}"))
        .text(stream.pick(&CLASSES).copied().unwrap_or_default())
        .county(world, project.county)
        .decimal(stream.triangular(300.0, 3_000.0, 60_000.0), 2)
        .day(world, project.signed)
        .text_or_absent(settled.map(|(_, uscc)| String::from_utf8_lossy(&uscc).into_owned()))
        .day_or_absent(world, settled.map(|(day, _)| day))
        .day(world, draw.reported_on)
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
