//! The review of a plan, sentence by sentence: what a person decides about the reading. Pure functions over a plan.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::reading::{Comparison, Doubt, Kind};
use crate::record::{Decision, Figure, FigureState, Origin, Plan, Review, Said, Verdict};
use crate::{Error, Result};

/// Signs of a name of a unit, of a unit of measure, of an answer.
const NAME_SIGNS: usize = 100;
const WORDS_SIGNS: usize = 2_000;
/// What a change is counted in where the text leaves open which of the two it is.
pub(crate) const OPEN_PERCENT: &str = "% or percentage point";

/// What a person decided about parts of a plan, all of it or nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    #[serde(default)]
    pub sentences: Vec<SentenceReview>,
    #[serde(default)]
    pub findings: Vec<FindingAnswer>,
    #[serde(default)]
    pub points: Vec<UnitsOfPoint>,
    pub reason: Option<String>,
}

/// A sentence that a person has looked at. It is accepted as it was read where nothing of it is corrected.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentenceReview {
    pub sentence: u32,
    #[serde(default)]
    pub figures: Vec<FigureReview>,
    #[serde(default)]
    pub offers: Vec<OfferReview>,
    /// Figures that the reading does not have.
    #[serde(default)]
    pub added: Vec<AddedFigure>,
    /// Units of the point of the sentence, where those that were read are wrong.
    pub units: Option<Units>,
    /// Why something was corrected.
    pub reason: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureReview {
    pub figure: u32,
    /// It is no figure of the plan.
    #[serde(default)]
    pub reject: bool,
    /// Fields that are otherwise than they were read.
    #[serde(default)]
    pub set: Map<String, Value>,
    /// How each open doubt is to be understood.
    #[serde(default)]
    pub answers: BTreeMap<Doubt, String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferReview {
    pub offer: u32,
    /// The figure that it is; absent where it is none.
    pub figure: Option<Said>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddedFigure {
    /// As it stands in the sentence.
    pub literal: String,
    pub figure: Said,
}

/// Who answers for a point.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Units {
    /// The one leading unit; absent while it is open.
    pub lead: Option<String>,
    #[serde(default)]
    pub supports: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitsOfPoint {
    pub point: u32,
    pub units: Units,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingAnswer {
    pub finding: u32,
    /// What was looked at and what is right.
    pub answer: String,
}

/// How far a review has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    pub sentences: Share,
    pub doubts: Share,
    pub offers: Share,
    pub findings: Share,
    /// Targets that lack a day, which no doubt names.
    pub undated: u32,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    pub done: u32,
    pub of: u32,
}

impl Share {
    fn count(&mut self, is_done: bool) {
        self.of += 1;
        self.done += u32::from(is_done);
    }

    pub fn open(self) -> u32 {
        self.of - self.done
    }
}

impl Progress {
    pub fn of(plan: &Plan) -> Self {
        let mut progress = Self::default();
        for piece in plan.pieces.values().filter(|one| one.is_reviewed_alone) {
            progress.sentences.count(piece.review.is_some());
        }
        let counted = |figure: &&Figure| figure.state != FigureState::Rejected;
        for figure in plan.figures.values().filter(counted) {
            for doubt in &figure.doubts {
                progress.doubts.count(doubt.answered.is_some());
            }
            progress.undated += u32::from(figure.is_target() && figure.said.due.is_none());
        }
        for offer in plan.offers.values() {
            progress.offers.count(offer.decided.is_some());
        }
        for finding in plan.findings.values() {
            progress.findings.count(finding.answered.is_some());
        }
        progress
    }

    pub fn is_complete(&self) -> bool {
        let parts = [self.sentences, self.doubts, self.offers, self.findings];
        parts.iter().all(|part| part.open() == 0) && self.undated == 0
    }

    /// What is open, in words.
    pub(crate) fn open(&self) -> String {
        let parts = [
            (self.sentences.open(), "sentences"),
            (self.doubts.open(), "doubts"),
            (self.offers.open(), "offers"),
            (self.findings.open(), "findings"),
            (self.undated, "targets without a day"),
        ];
        let open: Vec<String> = parts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, what)| format!("{count} {what}"))
            .collect();
        open.join(", ")
    }
}

/// Writes decisions into a plan.
pub(crate) fn decide(plan: &mut Plan, decisions: &Decisions, by: &Decision) -> Result<()> {
    for units in &decisions.points {
        let reason = said(decisions.reason.as_deref()).ok_or(Error::NoReason)?;
        set_units(plan, units.point, &units.units, &because(by, &reason))?;
    }
    for review in &decisions.sentences {
        sentence(plan, review, by)?;
    }
    for answer in &decisions.findings {
        let text = said(Some(&answer.answer)).ok_or(Error::NoReason)?;
        let by = because(by, &text);
        let missing = plan.missing("finding", answer.finding);
        let finding = plan.findings.get_mut(&answer.finding).ok_or(missing)?;
        finding.answered = Some(by);
    }
    Ok(())
}

fn sentence(plan: &mut Plan, review: &SentenceReview, by: &Decision) -> Result<()> {
    let number = review.sentence;
    let missing = plan.missing("sentence", number);
    let piece = plan.pieces.get(&number).ok_or(missing)?;
    let (point, offset, text) = (piece.point, piece.offset, piece.text.clone());
    let is_corrected = review.units.is_some()
        || !review.added.is_empty()
        || review
            .figures
            .iter()
            .any(|one| one.reject || !one.set.is_empty());
    let reason = said(review.reason.as_deref());
    if is_corrected && reason.is_none() {
        return Err(Error::NoReason);
    }
    let by = Decision {
        reason,
        ..by.clone()
    };
    for one in &review.figures {
        figure(plan, number, one, &by)?;
    }
    for one in &review.offers {
        offer(plan, number, one, &by)?;
    }
    for added in &review.added {
        let at = text
            .find(&added.literal)
            .filter(|_| !added.literal.trim().is_empty())
            .ok_or_else(|| Error::invalid("literal", "it does not stand in the sentence"))?;
        let before = text.get(..at).unwrap_or_default().chars().count();
        add_figure(
            plan,
            (number, point),
            (added.literal.clone(), offset + before),
            (Origin::Added, added.figure.clone()),
        )?;
    }
    if let Some(units) = &review.units {
        let point = point.ok_or_else(|| {
            Error::invalid(
                "units",
                "the sentence stands in no point that units answer for",
            )
        })?;
        set_units(plan, point, units, &by)?;
    }
    settle_figures(plan, number)?;
    if let Some(piece) = plan.pieces.get_mut(&number) {
        piece.review = Some(Review {
            verdict: if is_corrected {
                Verdict::Corrected
            } else {
                Verdict::Accepted
            },
            by,
        });
    }
    Ok(())
}

/// What a review of the sentence leaves undecided is refused; the rest counts as looked at.
fn settle_figures(plan: &mut Plan, sentence: u32) -> Result<()> {
    let mut open: Vec<String> = Vec::new();
    for figure in plan.figures.values_mut() {
        if figure.sentence != sentence {
            continue;
        }
        for doubt in figure.open_doubts() {
            open.push(format!("`{}` of figure {}", doubt.code(), figure.number));
        }
        if figure.is_target() && figure.said.due.is_none() {
            open.push(format!("the day of figure {}", figure.number));
        }
        if figure.state == FigureState::Open {
            figure.state = FigureState::Accepted;
        }
    }
    let offers = plan.offers.values();
    for offer in offers.filter(|one| one.sentence == sentence && one.decided.is_none()) {
        open.push(format!("offer {}", offer.number));
    }
    if open.is_empty() {
        return Ok(());
    }
    Err(Error::ReviewOpen(format!(
        "sentence {sentence}: {}",
        open.join(", ")
    )))
}

fn figure(plan: &mut Plan, sentence: u32, review: &FigureReview, by: &Decision) -> Result<()> {
    let missing = plan.missing("figure", review.figure);
    let figure = plan
        .figures
        .get_mut(&review.figure)
        .filter(|figure| figure.sentence == sentence)
        .ok_or(missing)?;
    if review.reject {
        figure.state = FigureState::Rejected;
        return Ok(());
    }
    if !review.set.is_empty() {
        let after = patched(&figure.said, &review.set)?;
        figure.correct(after);
    }
    for (doubt, answer) in &review.answers {
        let answer = said(Some(answer))
            .ok_or_else(|| Error::invalid("answers", "an answer says how it is understood"))?;
        let open = figure
            .doubts
            .iter_mut()
            .find(|one| one.doubt == *doubt)
            .ok_or_else(|| {
                Error::invalid("answers", format!("`{}` is no doubt of it", doubt.code()))
            })?;
        open.answered = Some(because(by, &answer));
    }
    let is_answered = |doubt: Doubt| {
        let mut doubts = figure.doubts.iter();
        doubts.any(|one| one.doubt == doubt && one.answered.is_some())
    };
    if is_answered(Doubt::PercentOrPoint) && figure.said.unit == OPEN_PERCENT {
        return Err(Error::invalid(
            "unit",
            "`%` or `percentage point`, whichever it was decided to be",
        ));
    }
    if is_answered(Doubt::SideNotSaid) && figure.leaves_side_open() {
        return Err(Error::invalid(
            "comparison",
            "`>=` or `<=`, on whichever side of the value it was decided to be",
        ));
    }
    figure.state = if figure.as_read.is_some() {
        FigureState::Corrected
    } else {
        FigureState::Accepted
    };
    Ok(())
}

fn offer(plan: &mut Plan, sentence: u32, review: &OfferReview, by: &Decision) -> Result<()> {
    let missing = plan.missing("offer", review.offer);
    let offer = plan
        .offers
        .get(&review.offer)
        .filter(|offer| offer.sentence == sentence)
        .ok_or(missing)?;
    let (point, literal, offset) = (offer.point, offer.literal.clone(), offer.offset);
    let before = offer.figure;
    let figure = match (&review.figure, before) {
        (Some(figure), Some(number)) => {
            check(figure)?;
            if let Some(there) = plan.figures.get_mut(&number) {
                there.said = figure.clone();
                there.state = FigureState::Accepted;
            }
            Some(number)
        }
        (Some(figure), None) => Some(add_figure(
            plan,
            (sentence, point),
            (literal, offset),
            (Origin::Offered, figure.clone()),
        )?),
        (None, before) => {
            let there = before.and_then(|number| plan.figures.get_mut(&number));
            if let Some(there) = there {
                there.state = FigureState::Rejected;
            }
            before
        }
    };
    if let Some(offer) = plan.offers.get_mut(&review.offer) {
        offer.figure = figure;
        offer.decided = Some(by.clone());
    }
    Ok(())
}

fn add_figure(
    plan: &mut Plan,
    (sentence, point): (u32, Option<u32>),
    (literal, offset): (String, usize),
    (origin, said): (Origin, Said),
) -> Result<u32> {
    check(&said)?;
    // Said once more, it is the same figure.
    let mut figures = plan.figures.values_mut();
    let known =
        figures.find(|one| one.origin == origin && one.offset == offset && one.literal == literal);
    if let Some(figure) = known {
        (figure.said, figure.state) = (said, FigureState::Accepted);
        return Ok(figure.number);
    }
    let number = plan.figures.keys().last().map_or(1, |last| last + 1);
    plan.figures.insert(
        number,
        Figure {
            number,
            sentence,
            point,
            origin,
            literal,
            offset,
            said,
            as_read: None,
            as_approved: None,
            state: FigureState::Accepted,
            doubts: Vec::new(),
        },
    );
    Ok(number)
}

/// A figure with some of its fields set; null empties one.
pub(crate) fn patched(before: &Said, set: &Map<String, Value>) -> Result<Said> {
    let after = merged(serde_json::to_value(before)?, set)?;
    check(&after)?;
    Ok(after)
}

/// An object with some of its fields set, read as what it is; null empties one. What cannot be read is told by its field.
pub(crate) fn merged<T: DeserializeOwned>(before: Value, set: &Map<String, Value>) -> Result<T> {
    let Value::Object(before) = before else {
        return Err(Error::damaged("an item"));
    };
    let mut fields = before.clone();
    for (field, value) in set {
        put(&mut fields, field, value);
    }
    serde_json::from_value(fields.into()).map_err(|error| {
        let wrong = set.iter().find_map(|(field, value)| {
            let mut alone = before.clone();
            put(&mut alone, field, value);
            let error = serde_json::from_value::<T>(alone.into()).err()?;
            Some(refused(field, value, &error))
        });
        wrong.unwrap_or_else(|| Error::invalid("fields", error.to_string()))
    })
}

fn put(fields: &mut Map<String, Value>, field: &str, value: &Value) {
    if value.is_null() {
        fields.remove(field);
    } else {
        fields.insert(field.to_owned(), value.clone());
    }
}

/// A value that is none of its field, with what is written there.
fn refused(field: &str, value: &Value, error: &serde_json::Error) -> Error {
    /// Signs of a value that are told.
    const SIGNS: usize = 60;
    let form = match field {
        "value" => "a number, or some words",
        "unit" | "title" | "lead" | "deliverable" => "words in quotation marks",
        "baseline" => "what a change is measured against, in words: \"2025年底的92%\"",
        "comparison" => {
            "one of \"=\", \">=\", \">\", \"<=\", \"<\", \"~\", \"between\", \"change\""
        }
        "bound" => "one of \"=\", \">=\", \">\", \"<=\", \"<\", \"~\"",
        "kind" => "one of \"target\", \"preference\", \"name\", \"list-count\", \"description\"",
        "due" => "a day: \"2026-06-30\"",
        "range" => "two numbers, the lower one first: [10, 15]",
        "supports" | "counties" => "a list of names: [\"市工信局\"]",
        "quantity" => "a number from 0",
        "share" => "a number from 0 to 1",
        _ => return Error::invalid(field, error.to_string()),
    };
    if value.is_null() {
        return Error::invalid(field, format!("it is needed: {form}"));
    }
    let value: String = value.to_string().chars().take(SIGNS).collect();
    Error::invalid(field, format!("{form}, and not `{value}`"))
}

/// Refuses a figure that contradicts itself.
pub(crate) fn check(said: &Said) -> Result<()> {
    if said.unit.chars().count() > NAME_SIGNS {
        return Err(Error::invalid("unit", "it is too long"));
    }
    let number = match &said.value {
        crate::Value::Number(number) => number.as_f64(),
        crate::Value::Text(text) if text.trim().is_empty() || text.len() > WORDS_SIGNS => {
            return Err(Error::invalid("value", "a number, or some words"));
        }
        crate::Value::Text(_) => None,
    };
    let ends = said
        .range
        .as_ref()
        .map(|(low, high)| (low.as_f64(), high.as_f64()));
    match said.comparison {
        Comparison::Between => match ends {
            Some((Some(low), Some(high))) if low <= high => {}
            _ => {
                return Err(Error::invalid(
                    "range",
                    "a comparison `between` has two ends, the lower one first",
                ));
            }
        },
        _ if ends.is_some() => {
            return Err(Error::invalid(
                "range",
                "only a comparison `between` has one",
            ));
        }
        Comparison::Change if number.is_none() => {
            return Err(Error::invalid("value", "a change has a number"));
        }
        _ => {}
    }
    if said.kind == Kind::Target && said.due.is_none() {
        return Err(Error::invalid("due", "a target has a day"));
    }
    Ok(())
}

/// Sets who answers for a point.
pub(crate) fn set_units(plan: &mut Plan, point: u32, units: &Units, by: &Decision) -> Result<()> {
    let lead = units.lead.as_deref().map(name).transpose()?;
    let mut supports: Vec<String> = Vec::new();
    for unit in &units.supports {
        let unit = name(unit)?;
        if lead.as_ref() == Some(&unit) {
            return Err(Error::invalid(
                "supports",
                format!("`{unit}` leads already"),
            ));
        }
        if !supports.contains(&unit) {
            supports.push(unit);
        }
    }
    let missing = plan.missing("point", point);
    let point = plan.points.get_mut(&point).ok_or(missing)?;
    (point.lead, point.supports) = (lead, supports);
    point.assigned = Some(by.clone());
    Ok(())
}

/// A name of a unit without blanks around it.
pub(crate) fn name(text: &str) -> Result<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > NAME_SIGNS || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "units",
            "a unit has a name of at most 100 signs",
        ));
    }
    Ok(name.to_owned())
}

/// A text that says something.
pub(crate) fn said(text: Option<&str>) -> Option<String> {
    let text = text?.trim();
    (!text.is_empty()).then(|| text.chars().take(WORDS_SIGNS).collect())
}

pub(crate) fn because(by: &Decision, reason: &str) -> Decision {
    Decision {
        reason: Some(reason.to_owned()),
        ..by.clone()
    }
}

impl Plan {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "whoever misses something names it by a number or a key"
    )]
    pub(crate) fn missing(&self, kind: &'static str, key: impl ToString) -> Error {
        Error::NoItem {
            plan: self.id.clone(),
            kind,
            key: key.to_string(),
        }
    }
}
