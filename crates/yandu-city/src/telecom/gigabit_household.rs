//! `telecom.gigabit_household`: how many urban households of a township can have gigabit access, month by month.

use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::random::Purpose;
use crate::register::Kind::{Date, Number, Text};
use crate::register::{Draw, Due, Entries, Form, Month, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error, spoil};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Telecom,
    layout: Layout {
        dataset: "telecom.gigabit_household",
        columns: &[
            "month",
            "division",
            "households",
            "capable",
            "subscribed",
            "reported_on",
        ],
        headers: &[
            "统计月份",
            "所属区划",
            "城镇家庭户数",
            "具备千兆接入能力户数",
            "千兆用户数",
            "填报日期",
        ],
        key: &[0, 1],
        mode: Mode::Upsert,
        foreign: ("division", Charset::Utf8),
        spoil: plant,
    },
    kinds: &[Date, Text, Number, Number, Number, Date],
    folder: "communications",
    stem: "千兆家庭",
    title: "城镇家庭千兆接入能力统计表",
    office: "通信管理办公室",
    form: Form::Utf8,
    pace: Pace::Newest,
    due: Due::NextMonth,
    fill,
};

/// How many households in a hundred of a street and of a town count as urban.
const URBAN_IN_STREETS: u64 = 96;
const URBAN_IN_TOWNS: u64 = 38;

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    for month in entries.months() {
        for (at, township) in world.city.townships.iter().enumerate() {
            let urban = if township.urban {
                URBAN_IN_STREETS
            } else {
                URBAN_IN_TOWNS
            };
            let households = u64::from(world.households_of(at)) * urban / 100;
            if households == 0 {
                continue;
            }
            // How far a township is before or behind the others; the same in all months.
            let ahead = entries
                .stream(Purpose::Register, at as u64)
                .triangular(-0.06, 0.0, 0.06);
            let settings = &world.city.settings.registers.telecom;
            let share = entries.on_the_line(settings.gigabit_capable, month) + ahead;
            entries.add_month(month, at, Some(township.county), |draw| {
                report(world, at, month, households, share, draw)
            });
        }
    }
    Ok(())
}

fn report(
    world: &World,
    at: usize,
    month: Month,
    households: u64,
    share: f64,
    draw: &mut Draw,
) -> Record {
    let share = (share + draw.stream.triangular(-0.004, 0.0, 0.004)).clamp(0.2, 0.995);
    let capable = draw.count(households as f64 * share).min(households);
    let subscribed = (capable as f64 * draw.stream.triangular(0.28, 0.36, 0.45)) as u64;
    Record::new()
        .month(world, month)
        .code(world.township(at).map_or(b"320900000", |t| &t.code))
        .number(households)
        .number(capable)
        .number(subscribed)
        .day(world, draw.reported_on)
}

fn plant(_: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::SumDisagrees => hand.exceed("capable", "households", "capable-exceeds"),
        DefectKind::MissingRequired => hand.empty(&["households", "capable"]),
        DefectKind::NegativeAmount => hand.hard("subscribed", "subscribed-range", |text, _| {
            spoil::negative(text)
        }),
        DefectKind::WrongDivision => hand.wrong_township("division", "division-outside-city"),
        DefectKind::NotANumber => hand.words_for_a_number("households"),
        DefectKind::NumberAsText => {
            hand.soft("households", "separator", |text, _| spoil::thousands(text))
        }
        DefectKind::DateForm => hand.soft("reported_on", "date-form", spoil::date_form),
        DefectKind::FullWidth => {
            hand.soft("division", "full-width", |text, _| spoil::full_width(text))
        }
        _ => None,
    }
}
