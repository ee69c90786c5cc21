//! `telecom.base_station`: every base station from the day on which it was put into service.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::{Due, Entries, Form, Growth, Kind, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::sink::Cell;
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error, spoil};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Telecom,
    layout: Layout {
        dataset: "telecom.base_station",
        columns: &[
            "station_id",
            "name",
            "operator",
            "division",
            "lon",
            "lat",
            "generation",
            "band",
            "area_kind",
            "opened_on",
            "status",
            "closed_on",
        ],
        headers: &[
            "基站编号",
            "基站名称",
            "运营企业",
            "所属区划",
            "经度",
            "纬度",
            "网络制式",
            "频段",
            "覆盖场景",
            "投用日期",
            "状态",
            "停用日期",
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
        Kind::Number,
        Kind::Number,
        Kind::Text,
        Kind::Text,
        Kind::Text,
        Kind::Date,
        Kind::Text,
        Kind::Date,
    ],
    folder: "communications",
    stem: "基站台账",
    title: "基站台账",
    office: "通信管理办公室",
    form: Form::Gb18030,
    pace: Pace::Monthly,
    due: Due::SameMonth,
    fill,
};

/// Bands by generation.
const BANDS_5G: [&str; 4] = ["2.6GHz", "3.5GHz", "700MHz", "2.1GHz"];
const BANDS_4G: [&str; 3] = ["1.8GHz", "900MHz", "2.1GHz"];
/// What a station covers, in a street and in a town: urban, county town, town, village, road, water.
const SCENES_OF_STREETS: [&str; 4] = ["城区", "城区", "县城", "交通干线"];
const SCENES_OF_TOWNS: [&str; 5] = ["乡镇镇区", "农村", "农村", "交通干线", "近海"];
const SITES: [&str; 8] = ["东", "南", "西", "北", "中心", "新村", "电信楼", "产业园"];
/// Indices of stations of the older generation begin here.
const OLDER: u64 = 1 << 40;
/// Rows that say that a station is out of service.
const CLOSED: u64 = 1 << 41;

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let settings = &world.city.settings.registers.telecom;
    add(world, entries, &settings.stations_5g, 0);
    add(world, entries, &settings.stations_4g, OLDER);
    Ok(())
}

fn add(world: &World, entries: &mut Entries<'_>, growth: &Growth, first: u64) {
    let settings = &world.city.settings.registers.telecom;
    for (number, day) in growth.days(entries) {
        let index = first | number;
        let mut stream = entries.stream(Purpose::Register, index | CLOSED);
        let county = world.draw_county(&mut stream);
        entries.add(index, Some(county), day, |draw| {
            station(world, index, county, day, None, draw)
        });
        let closed = day + stream.between(200, 2_000);
        if stream.per_thousand(settings.closed_per_thousand)
            && closed <= entries.last_month().last_day()
        {
            // The row differs from the first by its end alone, so it is drawn from the same stream.
            entries.add_change(index, CLOSED, Some(county), closed, |draw| {
                station(world, index, county, day, Some(closed), draw)
            });
        }
    }
}

fn station(
    world: &World,
    index: u64,
    county: usize,
    opened: i32,
    closed: Option<i32>,
    draw: &mut crate::register::Draw,
) -> Record {
    let settings = &world.city.settings.registers.telecom;
    let stream = &mut draw.stream;
    let is_5g = index & OLDER == 0;
    let at = world.draw_township(county, stream);
    let (lon, lat) = world.position(county, at, stream);
    let operator = settings.operator(stream).to_owned();
    let scenes: &[&str] = match world.township(at) {
        Some(township) if township.urban => &SCENES_OF_STREETS,
        _ => &SCENES_OF_TOWNS,
    };
    let bands: &[&str] = if is_5g { &BANDS_5G } else { &BANDS_4G };
    let band = stream.pick(bands).copied().unwrap_or_default();
    let scene = stream.pick(scenes).copied().unwrap_or_default();
    let site = stream.pick(&SITES).copied().unwrap_or_default();
    let place = world.township(at).map_or("", |t| t.name.text());
    let generation = if is_5g { "5G" } else { "4G" };
    let year = crate::day::year_of(opened);
    let number = index & 0xFF_FFFF;
    let letter = if is_5g { 'N' } else { 'L' };
    let id = format!("YC{letter}{year}{number:05}");
    let record = Record::new()
        .text(id)
        .text(format!("{place}{site}{:03}", number % 1_000))
        .text(operator)
        .code(world.township(at).map_or(b"320900000", |t| &t.code))
        .decimal(lon as f64 / 1e6, 6)
        .decimal(lat as f64 / 1e6, 6)
        .text(generation)
        .text(band)
        .text(scene)
        .day(world, opened);
    match closed {
        Some(day) => record.text("退网").day(world, day),
        None => record.text("在用").absent(),
    }
}

fn plant(_: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::ImpossibleDate => {
            hand.hard("opened_on", "impossible-date", spoil::impossible_date)
        }
        DefectKind::MissingRequired => hand.empty(&["name", "operator", "opened_on", "status"]),
        DefectKind::CodeList => hand.wrong_code(&[
            ("operator", "长城宽带"),
            ("generation", "6G"),
            ("area_kind", "太空"),
            ("status", "不明"),
        ]),
        DefectKind::WrongDivision => hand.wrong_township("division", "division-outside-city"),
        DefectKind::OutOfTheCity => {
            let lon = *hand.stream.pick(&["0.000000", "116.397000", "33.384000"])?;
            hand.set("lon", Cell::Text(lon.to_owned()));
            Some(Planted::hard("lon", "longitude-range"))
        }
        DefectKind::NearDuplicate => {
            let name = format!("{}（新）", hand.text("name"));
            hand.set_text("name", name);
            Some(Planted::hard("station_id", "superseded"))
        }
        DefectKind::FullWidth => hand.soft("station_id", "full-width", |text, _| {
            spoil::full_width(text)
        }),
        DefectKind::DateForm => hand.soft("opened_on", "date-form", spoil::date_form),
        DefectKind::Spaces => hand.soft("station_id", "space", spoil::spaces),
        _ => None,
    }
}
