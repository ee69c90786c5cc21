//! From a reading to a plan that people can review.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::reading::{self, Reading};
use crate::record::{
    Decision, DoubtAnswer, Figure, FigureState, Gone, Head, Origin, Plan, PlanFinding, PlanOffer,
    PlanPiece, PlanPoint, Said, SourceText, Status,
};
use crate::sheet::{self, PieceKind};
use crate::{Error, Result};

/// The largest text that is kept as a plan. A plan has some dozens of pages, and each of its sentences is reviewed by a person.
pub const STORED_BYTES: usize = 2 << 20;

/// The longest id that a plan may be given.
const ID_SIGNS: usize = 63;

/// What is imported as a plan.
#[derive(Debug, Clone, Default)]
pub struct Import {
    pub bytes: Vec<u8>,
    /// The name of the file.
    pub name: Option<String>,
    /// The year of the plan, where its title does not say it.
    pub year: Option<i16>,
    /// Under what the plan is kept; its year where nothing is said, and where that is taken its year and a part of the hash of its text.
    pub id: Option<String>,
    pub reason: Option<String>,
}

/// The ids that a plan may be given, in the order in which they are tried.
pub(crate) fn ids_of(asked: Option<String>, year: Option<i16>, hash: &str) -> Result<Vec<String>> {
    let Some(id) = asked else {
        let year = year.map_or("plan".to_owned(), |year| year.to_string());
        let longer = format!("{year}-{}", hash.get(..6).unwrap_or_default());
        return Ok(vec![year, longer]);
    };
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=ID_SIGNS).contains(&id.len()) && id.bytes().all(is_plain) && !id.starts_with('-') {
        return Ok(vec![id]);
    }
    Err(Error::invalid(
        "id",
        "an id has 1 to 63 small letters, digits and dashes, and begins with none",
    ))
}

/// Makes a plan of a reading.
pub(crate) fn plan_of(
    id: String,
    (signs, reading): (&[char], &Reading),
    source: SourceText,
    by: Decision,
) -> Plan {
    let points: BTreeMap<u32, PlanPoint> = reading
        .points
        .iter()
        .map(|point| (point.number, point_of(point)))
        .collect();
    let mut plan = Plan {
        id,
        revision: 1,
        status: Status::Reviewing,
        updated_at: by.at,
        pieces: pieces_of(signs, reading),
        points,
        ..Plan::empty(Head {
            title: reading.title.clone(),
            year: reading.year,
            source,
            chapters: reading.chapters.clone(),
            everywhere: reading
                .everywhere
                .iter()
                .map(|unit| unit.name.clone())
                .collect(),
            imported: by,
            approved: None,
            closed: None,
        })
    };
    for (place, figure) in reading.targets.iter().enumerate() {
        let figure = figure_of(number(place), figure, &plan);
        plan.figures.insert(figure.number, figure);
    }
    for (place, offer) in reading.offers.iter().enumerate() {
        let offer = PlanOffer {
            number: number(place),
            sentence: plan.piece_at(offer.offset).map_or(0, |piece| piece.number),
            point: offer.point,
            literal: offer.literal.clone(),
            offset: offer.offset,
            why: offer.why.to_owned(),
            figure: None,
            decided: None,
        };
        plan.offers.insert(offer.number, offer);
    }
    for (place, finding) in reading.findings.iter().enumerate() {
        let finding = PlanFinding {
            number: number(place),
            code: finding.code.code().to_owned(),
            message: finding.message.clone(),
            mend: finding.mend.to_owned(),
            offset: finding.offset,
            line: finding.line,
            point: finding.point,
            answered: None,
        };
        plan.findings.insert(finding.number, finding);
    }
    mark_what_is_reviewed(&mut plan);
    plan
}

fn number(place: usize) -> u32 {
    u32::try_from(place + 1).unwrap_or(u32::MAX)
}

fn pieces_of(signs: &[char], reading: &Reading) -> BTreeMap<u32, PlanPiece> {
    sheet::cut(signs, reading)
        .into_iter()
        .enumerate()
        .map(|(place, cut)| {
            let piece = PlanPiece {
                number: number(place),
                is_reviewed_alone: matches!(cut.kind, PieceKind::Sentence | PieceKind::Units),
                kind: cut.kind,
                point: cut.point,
                offset: cut.offset,
                end: cut.end,
                text: cut.text,
                starts_line: cut.starts_line,
                review: None,
            };
            (piece.number, piece)
        })
        .collect()
}

fn point_of(point: &reading::Point) -> PlanPoint {
    let mut leads = point.leads.clone();
    let lead = if leads.len() == 1 { leads.pop() } else { None };
    // Of several that lead, none leads all of the point; who does is to be decided.
    leads.extend(point.supports.iter().cloned());
    PlanPoint {
        number: point.number,
        label: point.label.clone(),
        title: point.title.clone(),
        offset: point.offset,
        end: point.end,
        lead,
        supports: leads,
        assigned: None,
        assignments: point.assignments.clone(),
        gone_tasks: Gone::default(),
    }
}

fn figure_of(number: u32, figure: &reading::Figure, plan: &Plan) -> Figure {
    Figure {
        number,
        sentence: plan.piece_at(figure.offset).map_or(0, |piece| piece.number),
        point: figure.point,
        origin: Origin::Read,
        literal: figure.literal.clone(),
        offset: figure.offset,
        said: Said {
            value: figure.value.clone(),
            unit: figure.unit.clone(),
            comparison: figure.comparison,
            due: figure
                .due
                .as_deref()
                .and_then(|due| due.parse::<Date>().ok()),
            kind: figure.kind,
            bound: figure.bound,
            range: figure.range.clone(),
            baseline: figure.baseline.clone(),
        },
        as_read: None,
        as_approved: None,
        state: FigureState::Open,
        doubts: figure
            .doubts
            .iter()
            .map(|doubt| DoubtAnswer {
                doubt: *doubt,
                answered: None,
            })
            .collect(),
    }
}

/// A piece that holds a figure or an offer is reviewed wherever it stands.
fn mark_what_is_reviewed(plan: &mut Plan) {
    let figures = plan.figures.values().map(|figure| figure.sentence);
    let offers = plan.offers.values().map(|offer| offer.sentence);
    let numbers: Vec<u32> = figures.chain(offers).collect();
    for number in numbers {
        if let Some(piece) = plan.pieces.get_mut(&number) {
            piece.is_reviewed_alone = true;
        }
    }
}
