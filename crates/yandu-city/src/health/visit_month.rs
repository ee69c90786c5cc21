//! `health_service.visit_month`: visits, costs and income of every institution, month by month, in the commission's own
//! database.

use super::HealthSettings;
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
        dataset: "health_service.visit_month",
        columns: &[
            "month",
            "institution_id",
            "name",
            "level",
            "division",
            "visits",
            "first_visits",
            "stays",
            "outpatient_income",
            "inpatient_income",
            "drug_income",
            "medical_income",
            "reported_at",
        ],
        headers: &[],
        key: &[0, 1],
        mode: Mode::Upsert,
        foreign: ("name", Charset::Utf8),
        spoil: plant,
    },
    kinds: &[
        Date, Text, Text, Text, Text, Number, Number, Number, Number, Number, Number, Number, Text,
    ],
    folder: "health",
    stem: "statistics",
    title: "医疗服务月报",
    office: "卫生健康委员会",
    form: Form::Database,
    pace: Pace::Newest,
    due: Due::NextMonth,
    fill,
};

/// What the figures of one month lie around.
struct Level {
    /// Visits of all people in the month.
    visits: f64,
    at_grassroots: f64,
    first: f64,
    first_at_grassroots: f64,
    outpatient_cost: f64,
    inpatient_cost: f64,
    drug_share: f64,
}

/// Visits by month against the average, January first: winters are hard, the New Year is quiet.
const SEASON: [f64; 12] = [
    1.08, 0.88, 1.04, 1.0, 0.98, 0.95, 0.96, 0.97, 0.98, 0.99, 1.05, 1.12,
];
/// Costs at the grass-roots and in hospitals against the average of all.
const COST_AT_GRASSROOTS: f64 = 0.45;
const STAYS_PER_VISIT: f64 = 0.027;

impl Level {
    fn of(world: &World, entries: &Entries<'_>, month: Month) -> Self {
        let settings: &HealthSettings = &world.city.settings.registers.health;
        let at = |pair: [f64; 2]| entries.on_the_line(pair, month);
        let season = SEASON
            .get(month.month() as usize - 1)
            .copied()
            .unwrap_or(1.0);
        Self {
            visits: f64::from(world.people()) * settings.visits_a_person / 12.0 * season,
            at_grassroots: at(settings.grassroots_share_of_visits),
            first: f64::from(settings.first_visits_per_thousand) / 1_000.0,
            first_at_grassroots: at(settings.grassroots_share_of_first_visits),
            outpatient_cost: at(settings.outpatient_cost),
            inpatient_cost: at(settings.inpatient_cost),
            drug_share: at(settings.drug_share),
        }
    }

    /// A cost in a hospital, when the grass-roots cost less and all together what is set.
    fn in_hospitals(&self, cost: f64) -> f64 {
        cost * (1.0 - self.at_grassroots * COST_AT_GRASSROOTS) / (1.0 - self.at_grassroots)
    }
}

fn fill(world: &World, entries: &mut Entries<'_>) -> Result<(), Error> {
    let institutions = institutions(world)?;
    for month in entries.months() {
        let level = Level::of(world, entries, month);
        for (at, institution) in institutions.iter().enumerate() {
            entries.add_month(month, at, institution.county, |draw| {
                report(world, institution, month, &level, draw)
            });
        }
    }
    Ok(())
}

fn report(
    world: &World,
    institution: &Institution,
    month: Month,
    level: &Level,
    draw: &mut Draw,
) -> Record {
    let near = |draw: &mut Draw| draw.stream.triangular(0.93, 1.0, 1.07);
    let here = institution.share;
    let (share, first_share, cost, stay_cost, stays_share) = if institution.is_grassroots() {
        let cost = level.outpatient_cost * COST_AT_GRASSROOTS;
        (
            level.at_grassroots,
            level.first_at_grassroots,
            cost,
            level.inpatient_cost * 0.38,
            0.16,
        )
    } else {
        let cost = level.in_hospitals(level.outpatient_cost);
        let stay = level.inpatient_cost * (1.0 - 0.16 * 0.38) / 0.84;
        (
            1.0 - level.at_grassroots,
            1.0 - level.first_at_grassroots,
            cost,
            stay,
            0.84,
        )
    };
    let noise = near(draw);
    let visits = draw.count(level.visits * share * here * noise);
    let first = draw
        .count(level.visits * level.first * first_share * here * noise)
        .min(visits);
    let stays_here = level.visits * STAYS_PER_VISIT * stays_share * here * near(draw);
    let stays = draw.count(stays_here);
    let outpatient = visits as f64 * cost * near(draw);
    let inpatient = stays as f64 * stay_cost * near(draw);
    let income = outpatient + inpatient;
    let drugs = income * (level.drug_share + draw.stream.triangular(-0.02, 0.0, 0.02));
    let (hour, minute) = (8 + draw.stream.below(10), draw.stream.below(60));
    Record::new()
        .month(world, month)
        .text(&institution.code)
        .text(&institution.name)
        .text(institution.level)
        .text(&institution.division)
        .number(visits)
        .number(first)
        .number(stays)
        .decimal(outpatient, 2)
        .decimal(inpatient, 2)
        .decimal(drugs, 2)
        .decimal(income, 2)
        .time(world, draw.reported_on, hour, minute)
}

fn plant(_: &World, kind: DefectKind, hand: &mut Hand<'_>) -> Option<Planted> {
    match kind {
        DefectKind::SumDisagrees => {
            let income: f64 = hand.text("medical_income").parse().ok()?;
            let more = income * 1.2 + 500.0 + f64::from(hand.stream.below(10_000));
            hand.set_text("drug_income", format!("{more:.2}"));
            Some(Planted::hard("drug_income", "drugs-exceed"))
        }
        DefectKind::MissingRequired => {
            hand.empty(&["visits", "medical_income", "drug_income", "level"])
        }
        DefectKind::NegativeAmount => {
            hand.hard("outpatient_income", "outpatient-range", |text, _| {
                spoil::negative(text)
            })
        }
        DefectKind::Range => hand.exceed("first_visits", "visits", "first-exceeds"),
        DefectKind::CodeList => hand.wrong_code(&[("level", "一般"), ("level", "9")]),
        DefectKind::FullWidth => {
            hand.soft("division", "full-width", |text, _| spoil::full_width(text))
        }
        DefectKind::Spaces => hand.soft("division", "space", spoil::spaces),
        _ => None,
    }
}
