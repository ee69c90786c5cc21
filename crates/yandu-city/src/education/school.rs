//! `education.school`: primary and secondary schools, as they open, become smart campuses and close.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::random::Stream;
use crate::register::{Draw, Due, Entries, Faults, Form, Kind, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Education,
    layout: Layout {
        dataset: "education.school",
        columns: &[
            "school_code",
            "name",
            "stage",
            "division",
            "students",
            "opened_on",
            "closed_on",
            "smart_state",
            "smart_on",
            "updated_on",
        ],
        headers: &[
            "学校标识码",
            "学校名称",
            "办学类型",
            "所在区划",
            "在校生数（人）",
            "建校日期",
            "撤并日期",
            "智慧校园状态",
            "智慧校园建成日期",
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
        Kind::Number,
        Kind::Date,
        Kind::Date,
        Kind::Text,
        Kind::Date,
        Kind::Date,
    ],
    folder: "education",
    stem: "中小学校",
    title: "中小学校名录",
    office: "教育局",
    form: Form::Workbook,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

const FAULTS: Faults = Faults {
    id: "school_code",
    name: "name",
    required: &["name", "stage", "smart_state", "opened_on"],
    codes: &[("stage", "幼儿园"), ("smart_state", "智能")],
    days: &["opened_on"],
    orders: &[
        ("smart_on", "opened_on", "before-opened"),
        ("updated_on", "opened_on", "after-update"),
    ],
    ranges: &[("students", "90000", "students-range")],
    numbers: &["students"],
    division: &["division"],
    ..Faults::NONE
};

struct School {
    number: u64,
    stage: usize,
    county: usize,
    opened: i32,
    begun: Option<i32>,
    accepted: Option<i32>,
    closed: Option<i32>,
}

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.education;
    let mut number = 0;
    for (stage, kind) in settings.schools.iter().enumerate() {
        for _ in 0..world.of_city(kind.schools) {
            number += 1;
            let mut stream = entries.stream(Purpose::Register, number);
            let school = school(world, entries, number, stage, &mut stream);
            add(world, entries, &school);
        }
    }
    Ok(())
}

fn school(
    world: &World,
    entries: &Entries<'_>,
    number: u64,
    stage: usize,
    stream: &mut Stream,
) -> School {
    let settings = &world.city.settings.registers.education;
    let first = entries.first_month().first_day();
    let county = world.draw_county(stream);
    let opened = first - stream.between(3_300, 25_000);
    let closed = first + stream.between(60, 1_090);
    let closes = stream.per_thousand(settings.closed_per_thousand);
    let mut rest = stream.below(1_000);
    let mut accepted = None;
    for (place, share) in (0_i32..).zip(settings.accepted_per_thousand) {
        if let Some(left) = rest.checked_sub(share) {
            rest = left;
            continue;
        }
        // The first share was accepted in the years before.
        let from = if place == 0 {
            first - 1_300
        } else {
            first + (place - 1) * 365
        };
        let days = if place == 0 { 1_290 } else { 360 };
        accepted = Some(from + stream.between(0, days));
        break;
    }
    let begun = accepted.map_or(first + 365 * 2, |day| day) - stream.between(90, 320);
    let is_begun = accepted.is_some() || stream.per_thousand(700);
    School {
        number,
        stage,
        county,
        opened,
        begun: (is_begun && !closes).then_some(begun),
        accepted: accepted.filter(|_| !closes),
        closed: closes.then_some(closed),
    }
}

fn add(world: &World, entries: &mut Entries<'_>, school: &School) {
    let first = entries.first_month().first_day();
    let days: Vec<i32> = [
        Some(school.opened),
        school.begun,
        school.accepted,
        school.closed,
    ]
    .into_iter()
    .flatten()
    .collect();
    let all = days.clone();
    let late = Some(school.county);
    entries.add_states(school.number, late, &days, |draw, state| {
        let now = all.get(state).copied().unwrap_or(school.opened);
        record(world, school, now, first, draw)
    });
}

/// The school as it stood on a day.
fn record(world: &World, school: &School, now: i32, first: i32, draw: &mut Draw) -> Record {
    let settings = &world.city.settings.registers.education;
    let stream = &mut draw.stream;
    let Some(kind) = settings.schools.get(school.stage) else {
        return Record::new();
    };
    let at = world.draw_township(school.county, stream);
    let place = world
        .township(at)
        .map_or("", |township| township.name.text());
    let most = kind.students * 3.0;
    let students = stream.triangular(kind.students * 0.3, kind.students, most);
    let by_now = |day: Option<i32>| day.filter(|day| *day <= now);
    let accepted = by_now(school.accepted);
    let state = match (accepted, by_now(school.begun)) {
        (Some(_), _) => "已建成",
        (None, Some(_)) => "建设中",
        (None, None) => "未建设",
    };
    let closed = by_now(school.closed);
    let students = if closed.is_some() { 0.0 } else { students };
    Record::new()
        .text(format!("{}32{:06}", kind.prefix, school.number))
        .text(format!("{place}{}{}", kind.ending, school.number))
        .text(kind.stage.as_str())
        .county(world, school.county)
        .number(students as u64)
        .day(world, school.opened)
        .day_or_absent(world, closed)
        .text(state)
        .day_or_absent(world, accepted)
        .day(world, draw.reported_on.max(first))
}

fn plant(world: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    FAULTS.plant(world, kind, hand)
}
