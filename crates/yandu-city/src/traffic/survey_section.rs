//! `traffic.survey_section`: sections of national and provincial highways, and when each was captured in three dimensions.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::{Purpose, Stream};
use crate::register::Kind::{Date, Number, Text};
use crate::register::{Draw, Due, Entries, Form, Month, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error, spoil};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Traffic,
    layout: Layout {
        dataset: "traffic.survey_section",
        columns: &[
            "section_id",
            "road",
            "road_name",
            "grade",
            "division",
            "from_km",
            "to_km",
            "length_km",
            "method",
            "captured_on",
        ],
        headers: &[
            "路段编号",
            "路线编号",
            "路线名称",
            "行政等级",
            "所在区划",
            "起点桩号",
            "止点桩号",
            "里程（公里）",
            "采集方式",
            "采集完成日期",
        ],
        key: &[0],
        mode: Mode::Upsert,
        foreign: ("road_name", Charset::Gb18030),
        spoil: plant,
    },
    kinds: &[
        Text, Text, Text, Text, Text, Number, Number, Number, Text, Date,
    ],
    folder: "transport",
    stem: "国省道三维采集",
    title: "国省道公路三维数据采集台账",
    office: "交通运输局",
    form: Form::Workbook,
    pace: Pace::Quarterly,
    due: Due::SameMonth,
    fill,
};

/// The change of a row when the section is captured.
const CAPTURED: u64 = 1 << 41;
/// Metres of a section.
const SHORTEST: i32 = 2_400;
const LONGEST: i32 = 5_600;

struct Section {
    road: String,
    name: String,
    grade: String,
    division: String,
    /// Place in the road and in the section's part of it, in metres.
    number: u64,
    from: i32,
    to: i32,
}

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let listed = entries.first_month().first_day() + 40;
    for (road, row) in (0_u64..).zip(world.city.table("highways.csv")?.rows()) {
        let metres = (row.parse::<f64>("km")? * 1_000.0) as i32;
        let mut cuts = entries.stream(Purpose::Record, road << 32);
        let (mut from, mut number) = (0, 0);
        while from < metres {
            let to = from + cuts.between(SHORTEST, LONGEST);
            // What would be left over belongs to the last section.
            let to = if metres - to < SHORTEST { metres } else { to };
            let section = Section {
                road: row.text("road")?.to_owned(),
                name: row.text("name")?.to_owned(),
                grade: row.text("grade")?.to_owned(),
                division: row.text("division")?.to_owned(),
                number,
                from,
                to,
            };
            add(world, entries, (road << 16) | number, listed, &section);
            from = to;
            number += 1;
        }
    }
    Ok(())
}

fn add(world: &World, entries: &mut Entries<'_>, index: u64, listed: i32, section: &Section) {
    let county = world.county_of_code(&section.division);
    entries.add(index, None, listed, |draw| {
        record(world, section, None, draw)
    });
    let mut stream = entries.stream(Purpose::Register, index);
    let shares = world.city.settings.registers.traffic.captured_per_thousand;
    let Some(captured) = captured_on(world, entries.first_month(), shares, &mut stream) else {
        return;
    };
    if captured <= entries.last_month().last_day() {
        entries.add_change(index, CAPTURED, county, captured, |draw| {
            record(world, section, Some(captured), draw)
        });
    }
}

fn captured_on(world: &World, first: Month, shares: [u32; 3], stream: &mut Stream) -> Option<i32> {
    let mut rest = stream.below(1_000);
    for (years, share) in (0..).zip(shares) {
        if rest < share {
            let season = world.city.settings.registers.season;
            let month = crate::places::draw(season.into_iter(), stream) as i32;
            let month = first.after(12 * years + month);
            // Not before the list of sections was made.
            let day = month.first_day() + stream.between(0, 27);
            return Some(day.max(first.first_day() + 60));
        }
        rest -= share;
    }
    None
}

fn record(world: &World, section: &Section, captured: Option<i32>, draw: &mut Draw) -> Record {
    let km = |metres: i32| f64::from(metres) / 1_000.0;
    let method = draw
        .stream
        .pick(&["车载激光", "车载激光", "无人机倾斜摄影", "车载激光+无人机"]);
    let record = Record::new()
        .text(format!(
            "{}-{}-{:03}",
            section.road,
            section.division,
            section.number + 1
        ))
        .text(&section.road)
        .text(&section.name)
        .text(&section.grade)
        .text(&section.division)
        .decimal(km(section.from), 3)
        .decimal(km(section.to), 3)
        .decimal(km(section.to - section.from), 3);
    match captured {
        Some(day) => record
            .text(method.copied().unwrap_or_default())
            .day(world, day),
        None => record.absent().absent(),
    }
}

fn plant(_: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::Range => {
            hand.set_text("length_km", "4200");
            Some(Planted::hard("length_km", "length-range"))
        }
        DefectKind::MissingRequired => hand.empty(&["road", "division", "length_km"]),
        DefectKind::WrongDivision => hand.wrong_county("division", "division-outside-city"),
        DefectKind::ImpossibleDate => {
            hand.hard("captured_on", "impossible-date", spoil::impossible_date)
        }
        DefectKind::CodeList => hand.wrong_code(&[("grade", "乡道"), ("grade", "X")]),
        DefectKind::DateForm => hand.date_form("captured_on"),
        DefectKind::FullWidth => hand.soft("section_id", "full-width", |text, _| {
            spoil::full_width(text)
        }),
        _ => None,
    }
}
