//! `industry.sme_upgrade`: contracts of small companies on small, fast, light and precise products.

use crate::defect::{DefectKind, Planted};
use crate::firm::FirmKind;
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::{
    Companies, Company, Due, Entries, Faults, Form, Kind, Pace, Record, Register, serial,
};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Industry,
    layout: Layout {
        dataset: "industry.sme_upgrade",
        columns: &[
            "contract_no",
            "uscc",
            "division",
            "product",
            "provider",
            "amount",
            "signed_on",
            "accepted_on",
        ],
        headers: &[
            "合同编号",
            "统一社会信用代码",
            "所在区划",
            "改造产品",
            "服务商信用代码",
            "合同金额（元）",
            "签订日期",
            "验收日期",
        ],
        key: &[0],
        mode: Mode::Upsert,
        foreign: ("product", Charset::Gb18030),
        spoil: plant,
    },
    kinds: &[
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Number,
        Kind::Date,
        Kind::Date,
    ],
    folder: "industry_it",
    stem: "小快轻准改造",
    title: "中小企业“小快轻准”改造合同台账",
    office: "工业和信息化局",
    form: Form::Gb18030,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "contract_no",
    name: "product",
    required: &["uscc", "product", "signed_on"],
    days: &["signed_on"],
    orders: &[("accepted_on", "signed_on", "accepted-before-signed")],
    ranges: &[
        ("amount", "-200.00", "amount-range"),
        ("amount", "88000000.00", "amount-range"),
    ],
    numbers: &["amount"],
    division: &["division"],
    companies: &[("uscc", "company-unknown")],
    ..Faults::NONE
};

const SECOND: u64 = 1 << 40;
/// Companies that sell such products.
const PROVIDERS: usize = 24;
const PRODUCTS: [&str; 10] = [
    "设备数采一体机",
    "云ERP标准版",
    "轻量级MES",
    "质检相机",
    "能耗监测终端",
    "扫码出入库",
    "协同办公云",
    "电子看板",
    "排产助手",
    "售后小程序",
];

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.industry;
    // A small city has fewer companies than a whole one has upgrades in a year.
    let kinds = [
        FirmKind::Company,
        FirmKind::Individual,
        FirmKind::Cooperative,
    ];
    let mut companies = Companies::of_kinds(world, 0x1D05, &["C"], &kinds);
    let mut sellers = Companies::new(world, 0x1D06, &["I"]);
    let providers: Vec<Company> = (0..PROVIDERS).filter_map(|_| sellers.any()).collect();
    for (index, day) in settings.small_upgrades.days(entries) {
        let Some(company) = companies.take(day - 200) else {
            continue;
        };
        add(world, entries, index, day, &company, &providers);
        let mut stream = entries.stream(Purpose::Register, index | 1 << 50);
        if stream.per_thousand(settings.second_contract_per_thousand) {
            let later = day + stream.between(30, 150);
            add(world, entries, index | SECOND, later, &company, &providers);
        }
    }
    Ok(())
}

fn add(
    world: &World,
    entries: &mut Entries<'_>,
    index: u64,
    signed: i32,
    company: &Company,
    providers: &[Company],
) {
    let mut stream = entries.stream(Purpose::Register, index | 1 << 51);
    let accepted = signed + stream.between(30, 160);
    entries.add_states(
        index,
        Some(company.county),
        &[signed, accepted],
        |draw, state| {
            let stream = &mut draw.stream;
            let provider = stream.pick(providers).filter(|p| p.uscc != company.uscc);
            let provider = provider.map(|p| String::from_utf8_lossy(&p.uscc).into_owned());
            let serial = serial(index, 100_000);
            Record::new()
                .text(format!("HT{}{serial:09}", u8::from(index & SECOND != 0)))
                .code(&company.uscc)
                .county(world, company.county)
                .text(stream.pick(&PRODUCTS).copied().unwrap_or_default())
                .text_or_absent(provider)
                .decimal(stream.triangular(12_000.0, 48_000.0, 300_000.0), 2)
                .day(world, signed)
                .day_or_absent(world, (state > 0).then_some(accepted))
        },
    );
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
