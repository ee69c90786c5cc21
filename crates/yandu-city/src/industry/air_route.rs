//! `industry.air_route`: routes of low-altitude flights.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::{
    Companies, Company, Due, Entries, Faults, Form, Kind, Pace, Record, Register,
};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Industry,
    layout: Layout {
        dataset: "industry.air_route",
        columns: &[
            "route_no",
            "name",
            "kind",
            "operator",
            "from_division",
            "to_division",
            "length_km",
            "height_m",
            "approval",
            "opened_on",
            "closed_on",
        ],
        headers: &[
            "航线编号",
            "航线名称",
            "用途",
            "运营企业信用代码",
            "起点区划",
            "终点区划",
            "航程（公里）",
            "最大真高（米）",
            "空域批准文号",
            "开通日期",
            "停飞日期",
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
        Kind::Number,
        Kind::Text,
        Kind::Date,
        Kind::Date,
    ],
    folder: "development_reform",
    stem: "低空航线",
    title: "低空飞行航线台账",
    office: "发展和改革委员会",
    form: Form::Utf8,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "route_no",
    name: "name",
    required: &["name", "kind", "opened_on"],
    codes: &[("kind", "航天")],
    days: &["opened_on"],
    ranges: &[
        ("length_km", "900.00", "length-range"),
        ("height_m", "5000", "height-range"),
    ],
    division: &["from_division"],
    companies: &[("operator", "operator-unknown")],
    ..Faults::NONE
};

const OPERATORS: usize = 6;
/// Use, how high, and how far.
const USES: [(&str, u64, f64); 6] = [
    ("物流配送", 120, 40.0),
    ("医疗转运", 110, 18.0),
    ("巡检", 100, 60.0),
    ("应急救援", 200, 50.0),
    ("低空游览", 300, 30.0),
    ("载人", 600, 120.0),
];

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let mut companies = Companies::new(world, 0x1D07, &["G", "I"]);
    let operators: Vec<Company> = (0..OPERATORS).filter_map(|_| companies.any()).collect();
    let settings = &world.city.settings.registers.industry;
    for (index, opened) in settings.routes.days(entries) {
        let mut stream = entries.stream(Purpose::Register, index | 1 << 50);
        let (from, to) = (
            world.draw_county(&mut stream),
            world.draw_county(&mut stream),
        );
        let closed = opened + stream.between(150, 900);
        let ends = stream.per_thousand(60).then_some(closed);
        let Some(operator) = stream.pick(&operators) else {
            continue;
        };
        let days: Vec<i32> = [Some(opened), ends].into_iter().flatten().collect();
        entries.add_states(index, None, &days, |draw, state| {
            let stream = &mut draw.stream;
            let (usage, height, far) = stream.pick(&USES).copied().unwrap_or(("巡检", 100, 60.0));
            let name = |at: usize| world.city.counties.get(at).map_or("", |c| c.name.text());
            let year = crate::day::year_of(opened);
            let approval = format!("空域〔{year}〕{}号", 1 + stream.below(60));
            let has_approval = height > 120 && !stream.per_thousand(80);
            Record::new()
                .text(format!("HX{year}{:03}", index & 0xFF_FFFF))
                .text(format!("{}—{}{usage}航线", name(from), name(to)))
                .text(usage)
                .code(&operator.uscc)
                .county(world, from)
                .county(world, to)
                .decimal(stream.triangular(3.0, far / 2.0, far), 2)
                .number(height)
                .text_or_absent(has_approval.then_some(approval))
                .day(world, opened)
                .day_or_absent(world, ends.filter(|_| state > 0))
        });
    }
    Ok(())
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
