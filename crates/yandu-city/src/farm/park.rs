//! `farm.park`: smart agriculture parks.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::{Due, Entries, Faults, Form, Kind, Pace, Record, Register, serial};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Farm,
    layout: Layout {
        dataset: "farm.park",
        columns: &[
            "park_no", "name", "level", "division", "area_mu", "product", "begun_on", "built_on",
        ],
        headers: &[
            "园区编号",
            "园区名称",
            "认定级别",
            "所在区划",
            "核心区面积（亩）",
            "主导产品",
            "开工日期",
            "建成日期",
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
        Kind::Text,
        Kind::Date,
        Kind::Date,
    ],
    folder: "agriculture",
    stem: "智慧农业园区",
    title: "智慧农业园区名录",
    office: "农业农村局",
    form: Form::Workbook,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "park_no",
    name: "name",
    required: &["product"],
    codes: &[("level", "镇级")],
    days: &["begun_on"],
    ranges: &[("area_mu", "0.00", "area-range")],
    division: &["division"],
    ..Faults::NONE
};

const PRODUCTS: [&str; 10] = [
    "大米",
    "青椒",
    "首乌",
    "西瓜",
    "稻虾",
    "蒜薹",
    "葡萄",
    "食用菌",
    "蚕桑",
    "菊花",
];

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.farm;
    for (index, built) in settings.parks.days(entries) {
        let mut stream = entries.stream(Purpose::Register, index | 1 << 50);
        let county = world.draw_county(&mut stream);
        let begun = built - stream.between(200, 500);
        // Some are still being built at their time.
        let built = (!stream.per_thousand(settings.unfinished_per_thousand)).then_some(built);
        let days: Vec<i32> = [Some(begun), built].into_iter().flatten().collect();
        entries.add_states(index, None, &days, |draw, state| {
            let stream = &mut draw.stream;
            let product = stream.pick(&PRODUCTS).copied().unwrap_or_default();
            let level = stream
                .pick(&["市级", "市级", "省级"])
                .copied()
                .unwrap_or_default();
            let at = world.draw_township(county, stream);
            let place = world
                .township(at)
                .map_or("", |township| township.name.text());
            let serial = serial(index, 1_000);
            Record::new()
                .text(format!("NY{serial:07}"))
                .text(format!("{place}{product}智慧农业园区"))
                .text(level)
                .county(world, county)
                .decimal(stream.triangular(800.0, 2_600.0, 15_000.0), 2)
                .text(product)
                .day(world, begun)
                .day_or_absent(world, built.filter(|_| state > 0))
        });
    }
    Ok(())
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
