//! `compute.data_centre_month`: energy and racks of the data centres, month by month.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::register::Kind::{Date, Number, Text};
use crate::register::{Draw, Due, Entries, Form, Month, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error, spoil};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Compute,
    layout: Layout {
        dataset: "compute.data_centre_month",
        columns: &[
            "month",
            "centre_id",
            "name",
            "division",
            "it_kwh",
            "total_kwh",
            "racks",
            "racks_in_use",
            "dense_racks",
        ],
        headers: &[
            "统计月份",
            "数据中心编号",
            "数据中心名称",
            "所在区划",
            "IT设备用电量（千瓦时）",
            "总用电量（千瓦时）",
            "机架总数（架）",
            "在用机架数（架）",
            "8kW及以上机架数（架）",
        ],
        key: &[0, 1],
        mode: Mode::Upsert,
        foreign: ("name", Charset::Utf8),
        spoil: plant,
    },
    kinds: &[
        Date, Text, Text, Text, Number, Number, Number, Number, Number,
    ],
    folder: "industry",
    stem: "数据中心能耗月报",
    title: "数据中心能耗与机架月报",
    office: "工业和信息化局",
    form: Form::Workbook,
    pace: Pace::Newest,
    due: Due::NextMonth,
    fill,
};

/// Power of a usual rack and of one of eight kilowatts and more, as it is used on average.
const RACK_KW: f64 = 2.6;
const DENSE_RACK_KW: f64 = 7.1;
/// How much more than on average is used for cooling, January first.
const SEASON: [f64; 12] = [
    -0.022, -0.020, -0.012, -0.003, 0.008, 0.018, 0.027, 0.026, 0.012, 0.0, -0.013, -0.021,
];

struct Centre {
    code: String,
    name: String,
    division: String,
    county: Option<usize>,
    racks: f64,
    dense_share: f64,
    pue_offset: f64,
    since: Month,
}

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let mut centres = Vec::new();
    for row in world.city.table("data_centres.csv")?.rows() {
        let division = row.text("division")?;
        let years: i32 = row.parse("years_before")?;
        centres.push(Centre {
            code: row.text("code")?.to_owned(),
            name: row.text("name")?.to_owned(),
            division: division.to_owned(),
            county: world.county_of_code(division),
            racks: row.parse("racks")?,
            dense_share: row.parse::<f64>("dense_per_thousand")? / 1_000.0,
            pue_offset: row.parse("pue_offset")?,
            since: entries.first_month().after(24 - 12 * years),
        });
    }
    for month in entries.months() {
        for (at, centre) in centres.iter().enumerate() {
            if centre.since > month {
                continue;
            }
            let settings = &world.city.settings.registers.compute;
            let pue = entries.on_the_line(settings.pue_first_to_last, month) + centre.pue_offset;
            let load = entries.on_the_line(settings.load_first_to_last, month);
            entries.add_month(month, at, centre.county, |draw| {
                report(world, centre, month, pue, load, draw)
            });
        }
    }
    Ok(())
}

fn report(
    world: &World,
    centre: &Centre,
    month: Month,
    pue: f64,
    load: f64,
    draw: &mut Draw,
) -> Record {
    let hours = f64::from(month.last_day() - month.first_day() + 1) * 24.0;
    let load = (load + draw.stream.triangular(-0.02, 0.0, 0.02)).clamp(0.05, 0.98);
    let season = SEASON
        .get(month.month() as usize - 1)
        .copied()
        .unwrap_or(0.0);
    let pue = (pue + season + draw.stream.triangular(-0.006, 0.0, 0.006)).max(1.06);
    // A centre of the last two years still fills up.
    let filled = (f64::from((month.number() - centre.since.number()) as u32 + 4) / 24.0).min(1.0);
    let in_use = (centre.racks * load * filled).round().max(1.0);
    let dense = (centre.racks * centre.dense_share).round();
    let kw = RACK_KW * (1.0 - centre.dense_share) + DENSE_RACK_KW * centre.dense_share;
    let it = in_use * kw * hours * draw.stream.triangular(0.95, 1.0, 1.05) * draw.factor;
    Record::new()
        .month(world, month)
        .text(&centre.code)
        .text(&centre.name)
        .text(&centre.division)
        .decimal(it, 2)
        .decimal(it * pue, 2)
        .number(centre.racks as u64)
        .number(in_use as u64)
        .number(dense as u64)
}

fn plant(_: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::SumDisagrees => {
            let it: f64 = hand.text("it_kwh").parse().ok()?;
            hand.set_text("total_kwh", format!("{:.2}", it * 0.9));
            Some(Planted::hard("total_kwh", "total-below-it"))
        }
        DefectKind::MissingRequired => hand.empty(&["it_kwh", "total_kwh", "racks"]),
        DefectKind::NotANumber => hand.words_for_a_number("it_kwh"),
        DefectKind::NegativeAmount => {
            hand.hard("it_kwh", "it-range", |text, _| spoil::negative(text))
        }
        DefectKind::WrongDivision => hand.wrong_county("division", "division-outside-city"),
        DefectKind::NumberAsText => hand.as_written("total_kwh"),
        _ => None,
    }
}
