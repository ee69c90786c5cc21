//! `farm.site`: smart farms, ranches and fisheries.

use crate::defect::{DefectKind, Planted};
use crate::firm::FirmKind;
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
    delivery: Delivery::Farm,
    layout: Layout {
        dataset: "farm.site",
        columns: &[
            "site_no",
            "name",
            "kind",
            "operator",
            "division",
            "scale",
            "scale_unit",
            "devices",
            "begun_on",
            "built_on",
        ],
        headers: &[
            "基地编号",
            "基地名称",
            "基地类型",
            "经营主体信用代码",
            "所在区划",
            "规模",
            "规模单位",
            "物联网设备数（台套）",
            "开工日期",
            "建成日期",
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
        Kind::Number,
        Kind::Text,
        Kind::Number,
        Kind::Date,
        Kind::Date,
    ],
    folder: "agriculture",
    stem: "智慧农牧渔场",
    title: "智慧农场、牧场、渔场名录",
    office: "农业农村局",
    form: Form::Gb18030,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "site_no",
    name: "name",
    required: &["name", "kind", "scale", "begun_on"],
    codes: &[("kind", "林场")],
    days: &["begun_on"],
    orders: &[("built_on", "begun_on", "built-before-begun")],
    ranges: &[
        ("scale", "0.00", "scale-range"),
        ("devices", "900000", "devices-range"),
    ],
    numbers: &["scale"],
    division: &["division"],
    companies: &[("operator", "operator-unknown")],
};

/// What a kind of site grows, and in what it is measured.
struct Sort {
    name: &'static str,
    unit: &'static str,
    products: [&'static str; 4],
    usual: f64,
}

const SORTS: [Sort; 3] = [
    Sort {
        name: "智慧农场",
        unit: "亩",
        products: ["水稻", "小麦", "果蔬", "玉米"],
        usual: 1_800.0,
    },
    Sort {
        name: "智慧牧场",
        unit: "头",
        products: ["奶牛", "生猪", "肉羊", "种猪"],
        usual: 6_000.0,
    },
    Sort {
        name: "智慧渔场",
        unit: "亩",
        products: ["对虾", "河蟹", "文蛤", "青虾"],
        usual: 700.0,
    },
];

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.farm;
    let kinds = [FirmKind::Cooperative, FirmKind::Company];
    let mut companies = Companies::of_kinds(world, 0x1D10, &["A"], &kinds);
    let growths: [&Growth; 3] = [&settings.farms, &settings.ranches, &settings.fisheries];
    for (place, (sort, growth)) in (0_u64..).zip(SORTS.iter().zip(growths)) {
        for (number, built) in growth.days(entries) {
            let Some(company) = companies.take(built - 400) else {
                continue;
            };
            let index = number | place << 44;
            let mut stream = entries.stream(Purpose::Register, index | 1 << 50);
            let begun = built - stream.between(120, 400);
            let is_open = stream.per_thousand(settings.unfinished_per_thousand);
            let built = (!is_open).then_some(built);
            let days: Vec<i32> = [Some(begun), built].into_iter().flatten().collect();
            entries.add_states(index, None, &days, |draw, state| {
                let stream = &mut draw.stream;
                let product = stream.pick(&sort.products).copied().unwrap_or_default();
                let devices = 8 + stream.below(120);
                let serial = serial(number, 1_000);
                let at = world.draw_township(company.county, stream);
                let township = world
                    .township(at)
                    .map_or("", |township| township.name.text());
                Record::new()
                    .text(format!("JD{place}{serial:07}"))
                    .text(format!("{township}{product}{}", sort.name))
                    .text(sort.name)
                    .code(&company.uscc)
                    .county(world, company.county)
                    .decimal(
                        stream.triangular(sort.usual / 4.0, sort.usual, sort.usual * 4.0),
                        2,
                    )
                    .text(sort.unit)
                    .number(u64::from(devices))
                    .day(world, begun)
                    .day_or_absent(world, built.filter(|_| state > 0))
            });
        }
    }
    Ok(())
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
