//! `industry.it_output_month`: what companies of the new generation of information technology sold in a month.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::register::{Draw, Due, Entries, Faults, Form, Kind, Month, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Industry,
    layout: Layout {
        dataset: "industry.it_output_month",
        columns: &[
            "month",
            "division",
            "segment",
            "companies",
            "output",
            "reported_on",
        ],
        headers: &[
            "统计月",
            "所在区划",
            "产业领域",
            "企业数（家）",
            "当月开票销售（万元）",
            "报送日期",
        ],
        key: &[0, 1, 2],
        mode: Mode::Upsert,
        foreign: ("segment", Charset::GbkInHtml),
        spoil: plant,
    },
    kinds: &[
        Kind::Date,
        Kind::Text,
        Kind::Text,
        Kind::Number,
        Kind::Number,
        Kind::Date,
    ],
    folder: "industry_it",
    stem: "新一代信息技术产业月报",
    title: "新一代信息技术产业月报",
    office: "工业和信息化局",
    form: Form::Page,
    pace: Pace::Newest,
    due: Due::NextMonth,
    fill,
};

const FAULTS: Faults = Faults {
    name: "segment",
    required: &["companies", "output", "reported_on"],
    codes: &[("segment", "传统制造")],
    days: &["reported_on"],
    ranges: &[
        ("output", "-99.00", "output-range"),
        ("companies", "90000", "companies-range"),
    ],
    numbers: &["output"],
    division: &["division"],
    ..Faults::NONE
};

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    for month in entries.months() {
        for county in 0..world.city.counties.len() {
            for segment in 0..world.city.settings.registers.industry.it_output.len() {
                let place = county * 16 + segment;
                entries.add_month(month, place, Some(county), |draw| {
                    record(world, month, county, segment, draw)
                });
            }
        }
    }
    Ok(())
}

/// Yuan of the whole city and year, by the shares of the county and the month, more from year to year.
fn record(world: &World, month: Month, county: usize, segment: usize, draw: &mut Draw) -> Record {
    let settings = &world.city.settings.registers.industry;
    let (name, of_year) = match settings.it_output.get(segment) {
        Some((name, of_year)) => (name.as_str(), *of_year),
        None => ("", 0.0),
    };
    let shares = &settings.it_counties;
    let share_of = |county: usize| {
        let code = world.city.counties.get(county).map(|county| county.code);
        let code = code.map(|code| String::from_utf8_lossy(&code).into_owned());
        code.and_then(|code| shares.get(&code))
            .copied()
            .unwrap_or(1.0)
    };
    let whole: f64 = (0..world.city.counties.len()).map(share_of).sum();
    let season = settings.it_months.get(month.month() as usize - 1);
    let seasons: f64 = settings.it_months.iter().sum();
    let years = f64::from(crate::day::year_of(world.today) - month.year());
    let mut growth = 1.0;
    for _ in 0..years as u32 {
        growth /= settings.it_growth;
    }
    let part = share_of(county) / whole * season.copied().unwrap_or(1.0) / seasons;
    let luck = draw.stream.triangular(0.9, 1.0, 1.1);
    // Ten thousands of yuan, counted as things of the city.
    let output = world.of_city(of_year * 10_000.0 * growth * part * luck) as f64 * draw.factor;
    let mut size = draw.stream.triangular(2_000.0, 3_500.0, 6_000.0);
    size = size.max(1.0);
    Record::new()
        .month(world, month)
        .county(world, county)
        .text(name)
        .number((output / size).ceil().max(1.0) as u64)
        .decimal(output, 2)
        .day(world, draw.reported_on)
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
