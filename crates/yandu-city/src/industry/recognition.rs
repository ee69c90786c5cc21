//! `industry.recognition`: unicorns, gazelles, 5G factories and smart factories, as their lists are published.

use std::collections::HashMap;

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::register::{
    Companies, Due, Entries, Faults, Form, Kind, Pace, Record, Register, serial,
};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Industry,
    layout: Layout {
        dataset: "industry.recognition",
        columns: &[
            "recognition_no",
            "kind",
            "uscc",
            "company",
            "plant",
            "division",
            "recognised_on",
            "document",
            "valid_until",
        ],
        headers: &[
            "认定编号",
            "认定类别",
            "统一社会信用代码",
            "企业名称",
            "工厂名称",
            "所在区划",
            "认定日期",
            "公布文号",
            "有效期至",
        ],
        key: &[0],
        mode: Mode::Upsert,
        foreign: ("company", Charset::Utf8),
        spoil: plant,
    },
    kinds: &[
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Date,
        Kind::Text,
        Kind::Date,
    ],
    folder: "industry_it",
    stem: "企业认定名单",
    title: "企业和工厂认定名单",
    office: "工业和信息化局",
    form: Form::Workbook,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "recognition_no",
    name: "company",
    required: &["company", "kind", "recognised_on", "document"],
    codes: &[("kind", "五星级智能工厂")],
    days: &["recognised_on"],
    orders: &[("valid_until", "recognised_on", "ends-before-it-starts")],
    division: &["division"],
    companies: &[("uscc", "company-unknown")],
    ..Faults::NONE
};

const ORDINALS: [&str; 8] = ["", "第二", "第三", "第四", "第五", "第六", "第七", "第八"];
const WORKS: [&str; 8] = [
    "总装",
    "电机",
    "冲压",
    "纺织",
    "光伏组件",
    "叶片",
    "泵阀",
    "食品",
];

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.industry;
    let mut makers = Companies::new(world, 0x1D02, &["C"]);
    let mut others = Companies::new(world, 0x1D03, &["I", "M", "C"]);
    // A small city has fewer companies than factories; a company's next factory of a kind has another name.
    let mut plants: HashMap<(u64, [u8; 18]), usize> = HashMap::new();
    for (place, (kind, growth)) in (0_u64..).zip(&settings.recognitions) {
        for (number, day) in growth.days(entries) {
            let is_company = kind.ends_with("企业");
            let from = if is_company { &mut others } else { &mut makers };
            let Some(company) = from.take(day - 300) else {
                continue;
            };
            let name = company.name(world);
            let plant = plants.entry((place, company.uscc)).or_default();
            *plant += 1;
            let plant = ORDINALS.get(*plant - 1).copied().unwrap_or("又一");
            entries.add(number | place << 44, None, day, |draw| {
                let work = draw.stream.pick(&WORKS).copied().unwrap_or_default();
                let year = crate::day::year_of(day);
                let serial = serial(number, 100_000);
                Record::new()
                    .text(format!("RD{place}{serial:05}"))
                    .text(kind.as_str())
                    .code(&company.uscc)
                    .text(name.as_str())
                    .text_or_absent((!is_company).then(|| format!("{work}{plant}智能工厂")))
                    .county(world, company.county)
                    .day(world, day)
                    .text(format!("盐工信〔{year}〕{}号", 1 + draw.stream.below(90)))
                    .day_or_absent(world, is_company.then_some(day + 3 * 365))
            });
        }
    }
    Ok(())
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
