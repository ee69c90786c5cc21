//! `health_service.prescription_month`: prescriptions that were reviewed, and how many passed.

use super::institution::{Institution, institutions};
use crate::defect::{DefectKind, Planted};
use crate::hand::Hand;
use crate::register::Kind::{Date, Number, Text};
use crate::register::{Draw, Due, Entries, Form, Month, Pace, Record, Register};
use crate::sheet::{Layout, Mode};
use crate::term::Charset;
use crate::world::World;
use crate::{Delivery, Error, spoil};

pub(crate) const REGISTER: Register = Register {
    delivery: Delivery::Health,
    layout: Layout {
        dataset: "health_service.prescription_month",
        columns: &[
            "month",
            "institution_id",
            "level",
            "division",
            "prescriptions",
            "reviewed",
            "passed",
        ],
        headers: &[
            "统计月份",
            "机构编码",
            "机构级别",
            "所在区划",
            "处方总数",
            "点评处方数",
            "合格处方数",
        ],
        key: &[0, 1],
        mode: Mode::Upsert,
        foreign: ("level", Charset::Gb18030),
        spoil: plant,
    },
    kinds: &[Date, Text, Text, Text, Number, Number, Number],
    folder: "health",
    stem: "处方点评",
    title: "处方点评月报",
    office: "卫生健康委员会",
    form: Form::Gb18030,
    pace: Pace::Newest,
    due: Due::NextMonth,
    fill,
};

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let institutions = institutions(world)?;
    let settings = &world.city.settings.registers.health;
    for month in entries.months() {
        let passed = entries.on_the_line(settings.prescription_passed, month);
        let grassroots = entries.on_the_line(settings.grassroots_share_of_visits, month);
        for (at, institution) in institutions.iter().enumerate() {
            let share = if institution.is_grassroots() {
                grassroots
            } else {
                1.0 - grassroots
            };
            let visits = f64::from(world.people()) * settings.visits_a_person / 12.0;
            let here = visits * share * institution.share;
            entries.add_month(month, at, institution.county, |draw| {
                report(world, institution, month, here, passed, draw)
            });
        }
    }
    Ok(())
}

fn report(
    world: &World,
    institution: &Institution,
    month: Month,
    visits: f64,
    passed: f64,
    draw: &mut Draw,
) -> Record {
    let share = draw.stream.triangular(0.74, 0.82, 0.9);
    let prescriptions = draw.count(visits * share);
    // At least a hundred are reviewed, or as many as there are.
    let reviewed = (prescriptions / 5).max(100.min(prescriptions));
    let mut failed = 0;
    // Each reviewed prescription fails by itself while they are few; of many the share is drawn.
    if reviewed <= 2_000 {
        for _ in 0..reviewed {
            failed += u64::from(draw.stream.unit() >= passed);
        }
    } else {
        let share = (1.0 - passed) * draw.stream.triangular(0.7, 1.0, 1.3);
        failed = (reviewed as f64 * share).round() as u64;
    }
    Record::new()
        .month(world, month)
        .text(&institution.code)
        .text(institution.level)
        .text(&institution.division)
        .number(prescriptions)
        .number(reviewed)
        .number(reviewed - failed)
}

fn plant(_: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::SumDisagrees => hand.exceed("passed", "reviewed", "passed-exceeds"),
        DefectKind::MissingRequired => hand.empty(&["reviewed", "passed", "level"]),
        DefectKind::NegativeAmount => hand.hard("reviewed", "reviewed-range", |text, _| {
            spoil::negative(text)
        }),
        DefectKind::NotANumber => hand.words_for_a_number("prescriptions"),
        DefectKind::FullWidth => hand.soft("institution_id", "full-width", |text, _| {
            spoil::full_width(text)
        }),
        DefectKind::Spaces => hand.soft("institution_id", "space", spoil::spaces),
        _ => None,
    }
}
