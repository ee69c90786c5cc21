//! `telecom.key_area`: places that have to have 5G, and whether it reaches them.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::Kind::{Date, Text};
use crate::register::{Draw, Due, Entries, Form, Month, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error, spoil};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Telecom,
    layout: Layout {
        dataset: "telecom.key_area",
        columns: &[
            "area_id",
            "name",
            "kind",
            "division",
            "listed_on",
            "reached",
            "reached_on",
        ],
        headers: &[
            "区域编号",
            "区域名称",
            "区域类别",
            "所属区划",
            "纳入日期",
            "5G是否通达",
            "通达日期",
        ],
        key: &[0],
        mode: Mode::Upsert,
        foreign: ("name", Charset::GbkInHtml),
        spoil: plant,
    },
    kinds: &[Text, Text, Text, Text, Date, Text, Date],
    folder: "communications",
    stem: "重点区域5G覆盖",
    title: "重点区域5G网络通达情况表",
    office: "通信管理办公室",
    form: Form::Page,
    pace: Pace::Newest,
    due: Due::SameMonth,
    fill,
};

/// The change of a row when 5G reaches the place.
const REACHED: u64 = 1 << 41;

/// A kind of place, as in the city's `key_areas.csv`.
struct KeyKind {
    kind: String,
    ending: String,
    /// How many there are in a county.
    number: u64,
}

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let table = world.city.table("key_areas.csv")?;
    let mut kinds = Vec::new();
    for row in table.rows() {
        kinds.push(KeyKind {
            kind: row.text("kind")?.to_owned(),
            ending: row.text("ending")?.to_owned(),
            number: row.parse("a_county")?,
        });
    }
    let by_year = world.city.settings.registers.telecom.key_areas_reached;
    for county in 0..world.city.counties.len() {
        for (at, kind) in kinds.iter().enumerate() {
            for number in 0..kind.number {
                let index = ((county as u64) << 24) | ((at as u64) << 16) | number;
                let mut stream = entries.stream(Purpose::Register, index);
                let listed = entries.first_month().first_day() - stream.between(1, 900);
                entries.add(index, Some(county), listed, |draw| {
                    area(world, index, county, kind, listed, None, draw)
                });
                let Some(reached) = reached_on(entries.first_month(), by_year, &mut stream) else {
                    continue;
                };
                let reached = reached.max(listed);
                if reached <= entries.last_month().last_day() {
                    entries.add_change(index, REACHED, Some(county), reached, |draw| {
                        area(world, index, county, kind, listed, Some(reached), draw)
                    });
                }
            }
        }
    }
    Ok(())
}

/// The day on which 5G reaches a place, `None` when it does so after the three years; `shares` of a thousand by the year
/// before them and each of them.
fn reached_on(first: Month, shares: [u32; 4], stream: &mut crate::random::Stream) -> Option<i32> {
    let mut rest = stream.below(1_000);
    for (years, share) in (-1..).zip(shares) {
        if rest < share {
            let year = Month::new(first.year() + years, 1);
            return Some(year.first_day() + stream.between(0, 364));
        }
        rest -= share;
    }
    None
}

fn area(
    world: &World,
    index: u64,
    county: usize,
    kind: &KeyKind,
    listed: i32,
    reached: Option<i32>,
    draw: &mut Draw,
) -> Record {
    let at = world.draw_township(county, &mut draw.stream);
    let code = world.code_of(Some(county));
    let code = String::from_utf8_lossy(&code).into_owned();
    let place = world.township(at).map_or("", |t| t.name.text());
    let number = index & 0xFFFF;
    let record = Record::new()
        .text(format!(
            "ZD{code}{:02}{:03}",
            (index >> 16) & 0xFF,
            number + 1
        ))
        .text(format!("{place}{}{}", kind.ending, number + 1))
        .text(&kind.kind)
        .code(world.township(at).map_or(b"320900000", |t| &t.code))
        .day(world, listed);
    match reached {
        Some(day) => record.text("是").day(world, day),
        None => record.text("否").absent(),
    }
}

fn plant(_: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::CodeList => hand.wrong_code(&[("kind", "其他地方"), ("kind", "88")]),
        DefectKind::MissingRequired => hand.empty(&["name", "kind", "listed_on", "reached"]),
        DefectKind::WrongDivision => hand.wrong_township("division", "division-outside-city"),
        DefectKind::ImpossibleDate => {
            hand.hard("listed_on", "impossible-date", spoil::impossible_date)
        }
        DefectKind::DateOrder => {
            let day = "2019-01-02";
            (!hand.text("reached_on").is_empty()).then(|| hand.set_text("reached_on", day))?;
            Some(Planted::hard("reached_on", "reached-too-early"))
        }
        DefectKind::DateForm => hand.soft("listed_on", "date-form", spoil::date_form),
        DefectKind::FullWidth => {
            hand.soft("area_id", "full-width", |text, _| spoil::full_width(text))
        }
        _ => None,
    }
}
