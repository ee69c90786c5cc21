//! `air.month_report`: what the bureau reports on each station when it has looked through the readings of a month.

use super::season::{NIGHT_OZONE, usual, weather};
use crate::city::Station;
use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::register::Kind::{Date, Number, Text};
use crate::register::{Draw, Due, Entries, Faults, Form, Month, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Air,
    layout: Layout {
        dataset: "air.month_report",
        columns: &[
            "month",
            "station",
            "name",
            "days",
            "hours",
            "pm25_days",
            "pm25_good_days",
            "pm25",
            "pm10",
            "so2",
            "no2",
            "co",
            "o3_max",
            "reported_on",
        ],
        headers: &[
            "统计月份",
            "站点编码",
            "站点名称",
            "有记录天数",
            "有记录小时数",
            "细颗粒物有效天数",
            "细颗粒物达标天数",
            "细颗粒物月均值",
            "可吸入颗粒物月均值",
            "二氧化硫月均值",
            "二氧化氮月均值",
            "一氧化碳月均值",
            "臭氧日最大小时值月均",
            "填报日期",
        ],
        key: &[0, 1],
        mode: Mode::Upsert,
        foreign: ("name", Charset::Utf8),
        spoil: plant,
    },
    kinds: &[
        Date, Text, Text, Number, Number, Number, Number, Number, Number, Number, Number, Number,
        Number, Date,
    ],
    folder: "ecology_environment",
    stem: "空气质量审核月报",
    title: "环境空气质量审核月报",
    office: "生态环境局",
    form: Form::Utf8,
    pace: Pace::Newest,
    due: Due::NextMonth,
    fill,
};

/// The mean of a day against a usual hour, as rush hours make it in the readings.
const DAY_OF_RUSH: f64 = 1.0375;
/// The mean of what an hour of the readings is multiplied by at random, and of the highest hour of a day.
const HOUR: f64 = 1.0167;
const HIGHEST_HOUR: f64 = 1.12;
/// Limit of the daily mean of PM2.5 in µg/m³, GB 3095—2012, class two.
const GOOD_DAY: f64 = 75.0;
/// Days that a mean of a month needs, and one of February; HJ 663—2013.
const DAYS_OF_A_MEAN: usize = 27;
const DAYS_IN_FEBRUARY: usize = 25;

const FAULTS: Faults = Faults {
    id: "station",
    required: &["name", "days", "hours", "pm25_days"],
    days: &["reported_on"],
    ranges: &[
        ("pm25", "-999", "pm25-range"),
        ("no2", "99999", "no2-range"),
        ("days", "40", "days-range"),
    ],
    ..Faults::NONE
};

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.air;
    for month in entries.months() {
        let level = entries.on_the_line(settings.level_first_to_last, month);
        for (at, station) in world.city.stations.iter().enumerate() {
            let county = world.county_of_code(&station.division);
            entries.add_month(month, at, county, |draw| {
                report(world, station, month, level, draw)
            });
        }
    }
    Ok(())
}

/// One day at one station.
struct Day {
    pm25: f64,
    coarse: f64,
    so2: f64,
    no2: f64,
    co: f64,
    o3_max: f64,
}

fn report(world: &World, station: &Station, month: Month, level: f64, draw: &mut Draw) -> Record {
    let stands_still = draw
        .stream
        .per_thousand(world.city.settings.air.still_per_thousand);
    let still = if stands_still {
        let from = month.first_day() + draw.stream.between(0, 18);
        from..from + draw.stream.between(3, 12)
    } else {
        0..0
    };
    let days: Vec<Day> = (month.first_day()..=month.last_day())
        .filter(|day| !still.contains(day))
        .map(|date| day(world, station, month, date, level, draw))
        .collect();
    let needed = if month.month() == 2 {
        DAYS_IN_FEBRUARY
    } else {
        DAYS_OF_A_MEAN
    };
    let factor = draw.factor;
    let mean =
        |of: fn(&Day) -> f64| days.iter().map(of).sum::<f64>() * factor / days.len().max(1) as f64;
    let valid = |of: fn(&Day) -> f64| (days.len() >= needed).then(|| mean(of));
    let good = days.iter().filter(|day| day.pm25 * factor <= GOOD_DAY);
    let count = days.len() as u64;
    let hours = (count * 24).saturating_sub(u64::from(draw.stream.below(7)));
    Record::new()
        .month(world, month)
        .text(&station.code)
        .text(&station.name)
        .number(count)
        .number(hours)
        .number(count)
        .number(good.count() as u64)
        .text_or_absent(valid(|day| day.pm25).map(|mean| format!("{mean:.1}")))
        .text_or_absent(valid(|day| day.pm25 + day.coarse).map(|mean| format!("{mean:.1}")))
        .text_or_absent(valid(|day| day.so2).map(|mean| format!("{mean:.1}")))
        .text_or_absent(valid(|day| day.no2).map(|mean| format!("{mean:.1}")))
        .text_or_absent(valid(|day| day.co).map(|mean| format!("{mean:.2}")))
        .decimal(mean(|day| day.o3_max), 1)
        .day(world, draw.reported_on)
}

fn day(
    world: &World,
    station: &Station,
    month: Month,
    date: i32,
    level: f64,
    draw: &mut Draw,
) -> Day {
    let usual = usual(month.month());
    let date = i64::from(date);
    let air = f64::midpoint(weather(world.seed, date), weather(world.seed, date + 1));
    let mut near =
        |usual: f64| usual * level * station.level * HOUR * draw.stream.triangular(0.93, 1.0, 1.07);
    Day {
        pm25: near(usual.pm25 * air * DAY_OF_RUSH),
        coarse: near(usual.coarse * air),
        so2: near(usual.so2),
        no2: near(usual.no2 * air * DAY_OF_RUSH),
        co: near(usual.co * air),
        o3_max: near((NIGHT_OZONE + usual.sunny_ozone) * HIGHEST_HOUR),
    }
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::SumDisagrees => hand.exceed("pm25_good_days", "pm25_days", "more-good-days"),
        DefectKind::NotANumber => hand.words_for_a_number("hours"),
        _ => FAULTS.plant(world, kind, hand),
    }
}
