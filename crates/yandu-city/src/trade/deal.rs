//! `trade.deal`: deals over listed products, from the contract to the settlement.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::{
    Companies, Due, Entries, Faults, Form, Kind, Month, Pace, Record, Register, serial,
};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::trade::product::{self, listings};
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Trade,
    layout: Layout {
        dataset: "trade.deal",
        columns: &[
            "deal_no",
            "listing_no",
            "seller",
            "buyer",
            "place",
            "amount",
            "status",
            "signed_on",
            "settled_on",
        ],
        headers: &[
            "订单编号",
            "挂牌编号",
            "卖方信用代码",
            "买方信用代码",
            "交易方式",
            "成交金额（元）",
            "订单状态",
            "签约日期",
            "结算日期",
        ],
        key: &[0],
        mode: Mode::Upsert,
        foreign: ("deal_no", Charset::Utf8),
        spoil: plant,
    },
    kinds: &[
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Number,
        Kind::Text,
        Kind::Date,
        Kind::Date,
    ],
    folder: "data_exchange",
    stem: "成交订单",
    title: "成交订单",
    office: "数据交易中心",
    form: Form::Utf8,
    pace: Pace::Monthly,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "deal_no",
    name: "listing_no",
    required: &["amount", "signed_on", "place"],
    codes: &[("place", "路边"), ("status", "商谈中")],
    days: &["signed_on"],
    ranges: &[
        ("amount", "-10.00", "amount-range"),
        ("amount", "9000000000.00", "amount-range"),
    ],
    numbers: &["amount"],
    companies: &[("seller", "seller-unknown")],
    ..Faults::NONE
};

/// Buyers are drawn from so many companies.
const BUYERS: usize = 600;

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.trade;
    let listed = listings(world, &Entries::new(world, &product::REGISTER));
    let mut companies = Companies::new(world, 0x1D21, &["C", "F", "J"]);
    let buyers: Vec<[u8; 18]> = (0..companies.count().min(BUYERS))
        .filter_map(|_| companies.any())
        .map(|company| company.uscc)
        .collect();
    let first_year = entries.first_month().year();
    for (index, signed) in settings.deals.days(entries) {
        let mut stream = entries.stream(Purpose::Register, index | 1 << 50);
        let past = listed.partition_point(|listing| listing.day <= signed);
        let on_list = listed.get(..past).unwrap_or_default();
        let product = (0..20)
            .filter_map(|_| stream.pick(on_list))
            .find(|listing| listing.delisted.is_none_or(|day| day > signed));
        let Some(product) = product else {
            continue;
        };
        let buyer = (0..20)
            .filter_map(|_| stream.pick(&buyers).copied())
            .find(|buyer| *buyer != product.supplier);
        let Some(buyer) = buyer else {
            continue;
        };
        let year = (Month::of(signed).year() - first_year).max(0) as usize;
        let mean = settings.mean_yuan.get(year).copied().unwrap_or(0.0);
        let end = signed + stream.between(5, 60);
        let is_cancelled = stream.per_thousand(settings.cancelled_per_thousand);
        entries.add_states(index, None, &[signed, end], |draw, state| {
            let stream = &mut draw.stream;
            // Few deals are large: the fourth power has a mean of a fifth.
            let part = stream.unit();
            let amount = (mean * 5.0 * part * part * part * part).max(500.0);
            let place = if stream.per_thousand(640) {
                "场内"
            } else {
                "场外备案"
            };
            let serial = serial(index, 1_000_000);
            let record = Record::new()
                .text(format!("DD{serial:010}"))
                .text(product.number())
                .code(&product.supplier)
                .code(&buyer)
                .text(place)
                .decimal(amount, 2);
            let record = match (state, is_cancelled) {
                (0, _) => record.text("已签约"),
                (_, true) => record.text("已撤销"),
                (_, false) => record.text("已结算"),
            };
            record
                .day(world, signed)
                .day_or_absent(world, (state > 0 && !is_cancelled).then_some(end))
        });
    }
    Ok(())
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
