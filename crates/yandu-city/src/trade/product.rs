//! `trade.product`: data products from their listing to their delisting.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::{
    Companies, Due, Entries, Faults, Form, Kind, Pace, Record, Register, serial,
};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Trade,
    layout: Layout {
        dataset: "trade.product",
        columns: &[
            "listing_no",
            "name",
            "kind",
            "zone",
            "supplier",
            "division",
            "price",
            "rights_no",
            "listed_on",
            "delisted_on",
            "updated_on",
        ],
        headers: &[
            "挂牌编号",
            "产品名称",
            "产品形态",
            "数据专区",
            "供方信用代码",
            "供方所在区划",
            "挂牌价（元）",
            "登记凭证编号",
            "挂牌日期",
            "摘牌日期",
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
        Kind::Text,
        Kind::Date,
        Kind::Date,
        Kind::Date,
    ],
    folder: "data_exchange",
    stem: "挂牌产品",
    title: "挂牌产品目录",
    office: "数据交易中心",
    form: Form::JsonLines,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "listing_no",
    name: "name",
    required: &["name", "kind", "zone", "listed_on"],
    codes: &[("kind", "实物"), ("zone", "金融专区")],
    days: &["listed_on"],
    orders: &[
        ("delisted_on", "listed_on", "delisted-before-listed"),
        ("updated_on", "listed_on", "after-update"),
    ],
    ranges: &[("price", "-1.00", "price-range")],
    companies: &[("supplier", "supplier-unknown")],
    ..Faults::NONE
};

const THINGS: [(&str, [&str; 4]); 5] = [
    ("综合", ["企业用电", "道路车流", "消费商圈", "物流园区"]),
    ("新能源", ["风电场出力", "光伏电站", "充电桩", "储能电站"]),
    (
        "现代农业",
        ["水稻长势", "水产养殖", "农机作业", "农产品行情"],
    ),
    ("海洋", ["沿海航运", "滩涂湿地", "港口吞吐", "海况"]),
    ("医疗健康", ["门诊人次", "药品流通", "体检统计", "康养床位"]),
];
/// How a product is delivered, and what its name ends with.
const FORMS: [(&str, &str); 5] = [
    ("数据集", "数据集"),
    ("接口", "查询接口"),
    ("报告", "月度报告"),
    ("模型", "预测模型"),
    ("查询核验", "核验服务"),
];

/// A product on the list.
pub(crate) struct Listing {
    index: u64,
    pub(crate) day: i32,
    pub(crate) delisted: Option<i32>,
    pub(crate) supplier: [u8; 18],
    county: usize,
}

impl Listing {
    pub(crate) fn number(&self) -> String {
        let serial = serial(self.index, 100_000);
        format!("GP{serial:09}")
    }
}

/// All products, by the day of their listing.
pub(crate) fn listings(world: &World, entries: &Entries<'_>) -> Vec<Listing> {
    let settings = &world.city.settings.registers.trade;
    let mut companies = Companies::new(world, 0x1D20, &["I", "M", "L"]);
    let mut listings: Vec<Listing> = settings
        .products
        .days(entries)
        .into_iter()
        .filter_map(|(index, day)| {
            let company = companies.take(day - 100)?;
            let mut stream = entries.stream(Purpose::Register, index | 1 << 50);
            let delisted = day + stream.between(90, 900);
            let is_delisted = stream.per_thousand(settings.delisted_per_thousand);
            Some(Listing {
                index,
                day,
                delisted: is_delisted.then_some(delisted),
                supplier: company.uscc,
                county: company.county,
            })
        })
        .collect();
    listings.sort_by_key(|listing| (listing.day, listing.index));
    listings
}

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let first = entries.first_month().first_day();
    for listing in listings(world, entries) {
        let days: Vec<i32> = [Some(listing.day), listing.delisted]
            .into_iter()
            .flatten()
            .collect();
        entries.add_states(listing.index, None, &days, |draw, state| {
            let stream = &mut draw.stream;
            let (zone, things) = stream.pick(&THINGS).copied().unwrap_or(("综合", [""; 4]));
            let thing = stream.pick(&things).copied().unwrap_or_default();
            let (kind, end) = stream.pick(&FORMS).copied().unwrap_or_default();
            let version = format!("{}.{}", 1 + stream.below(4), stream.below(20));
            let price = stream.triangular(800.0, 12_000.0, 260_000.0);
            let has_price = !stream.per_thousand(220);
            let rights = format!("苏数登{:09}", stream.below(900_000_000));
            let has_rights = !stream.per_thousand(60);
            let record = Record::new()
                .text(listing.number())
                .text(format!("{thing}{end}V{version}"))
                .text(kind)
                .text(zone)
                .code(&listing.supplier)
                .county(world, listing.county);
            let record = if has_price {
                record.decimal(price, 2)
            } else {
                record.absent()
            };
            record
                .text_or_absent(has_rights.then_some(rights))
                .day(world, listing.day)
                .day_or_absent(world, listing.delisted.filter(|_| state > 0))
                .day(world, draw.reported_on.max(first))
        });
    }
    Ok(())
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
