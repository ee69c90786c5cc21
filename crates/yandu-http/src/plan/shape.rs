//! A reading as it is told. Places are Unicode code points from the start of the text as given.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};
use yandu_plan::{
    Assignment, Chapter, Figure, Finding, Offer, Point, Reading, Role, Sentence, Unit, Value,
};

/// A plan as it was read.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanReading {
    pub title: Option<String>,
    /// The last year of the plan.
    pub year: Option<i16>,
    /// As which encoding the text was read.
    #[schema(example = "GB18030")]
    pub encoding: String,
    /// Signs of the text.
    pub signs: u64,
    pub chapters: Vec<PlanChapter>,
    pub points: Vec<PlanPoint>,
    /// Units that answer for every point.
    pub everywhere: Vec<PlanUnit>,
    /// The figures, in the order of the text; `kind` says which of them are targets.
    pub targets: Vec<PlanFigure>,
    /// What may be a target and may be none: a reviewer decides.
    pub offers: Vec<PlanOffer>,
    /// What a person should look at before the reading is used.
    pub findings: Vec<PlanFinding>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanChapter {
    /// As the text numbers it.
    #[schema(example = "一")]
    pub label: String,
    pub title: String,
    pub offset: u64,
    /// Numbers of its points.
    pub points: Vec<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanPoint {
    /// From 1 through the whole text.
    pub number: u32,
    /// As the text numbers it.
    pub label: String,
    pub title: String,
    pub offset: u64,
    pub end: u64,
    pub leads: Vec<String>,
    /// Units that support, and those that answer together without a leading one.
    pub supports: Vec<String>,
    /// No leading unit is named: somebody has to be appointed.
    pub lead_open: bool,
    pub assignments: Vec<PlanAssignment>,
    pub sentences: Vec<PlanSentence>,
}

/// Units that answer for a part of a point.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanAssignment {
    /// Where the part begins for which they answer.
    pub from: u64,
    /// Where they are named.
    pub offset: u64,
    pub end: u64,
    pub units: Vec<PlanUnit>,
    /// When the part is due, where the naming says so.
    #[schema(format = Date)]
    pub due: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanUnit {
    pub name: String,
    /// `lead`, `support`, or `shared` for one of several that answer together.
    #[schema(pattern = "^(lead|support|shared)$")]
    pub role: String,
    pub offset: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanSentence {
    pub text: String,
    pub offset: u64,
    pub end: u64,
}

/// A figure of the text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanFigure {
    /// The point in which it stands; absent outside of all points.
    pub point: Option<u32>,
    /// As it stands in the text at `offset`.
    #[schema(example = "新增10G-PON端口2.7万个")]
    pub literal: String,
    pub offset: u64,
    pub value: PlanValue,
    #[schema(example = "个")]
    pub unit: String,
    /// `=`, `>=`, `>`, `<=`, `<`, `~` (about), `between`, or `change`.
    #[schema(pattern = "^(=|>=|>|<=|<|~|between|change)$")]
    pub comparison: String,
    /// The last day; absent when no year is known.
    #[schema(format = Date)]
    pub due: Option<String>,
    /// `target`, `preference`, `name`, `list-count` or `description`.
    #[schema(pattern = "^(target|preference|name|list-count|description)$")]
    pub kind: String,
    /// Of a change: how its amount is compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
    /// Of a range: its two ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub range: Vec<f64>,
    /// Against what a change is measured, in the words of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// What the text leaves open, such as `due-not-said` or `percent-or-point`.
    pub doubts: Vec<String>,
    /// The same in Chinese.
    pub doubt_texts: Vec<String>,
}

/// A number, or the words of the text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PlanValue {
    Whole(i64),
    Decimal(f64),
    Text(String),
}

/// A whole number is a number too, so that the cases do not exclude each other.
impl PartialSchema for PlanValue {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter([Type::Number, Type::String]))
            .description(Some("A number, or the words of the text."))
            .into()
    }
}

impl ToSchema for PlanValue {
    fn name() -> Cow<'static, str> {
        "PlanValue".into()
    }
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanOffer {
    pub point: Option<u32>,
    pub literal: String,
    pub offset: u64,
    /// Why it is not taken for a figure by itself, in Chinese.
    pub why: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PlanFinding {
    /// Stable name, such as `truncated` or `numbering-gap`.
    pub code: String,
    /// In Chinese.
    pub message: String,
    /// What to do about it, in Chinese.
    pub mend: String,
    pub offset: u64,
    /// From 1.
    pub line: u64,
    pub point: Option<u32>,
}

impl From<Reading> for PlanReading {
    fn from(reading: Reading) -> Self {
        Self {
            title: reading.title,
            year: reading.year,
            encoding: reading.encoding.to_owned(),
            signs: reading.signs as u64,
            chapters: each(reading.chapters),
            points: each(reading.points),
            everywhere: each(reading.everywhere),
            targets: each(reading.targets),
            offers: each(reading.offers),
            findings: each(reading.findings),
        }
    }
}

fn each<T, U: From<T>>(all: Vec<T>) -> Vec<U> {
    all.into_iter().map(U::from).collect()
}

impl From<Chapter> for PlanChapter {
    fn from(chapter: Chapter) -> Self {
        Self {
            label: chapter.label,
            title: chapter.title,
            offset: chapter.offset as u64,
            points: chapter.points,
        }
    }
}

impl From<Point> for PlanPoint {
    fn from(point: Point) -> Self {
        Self {
            number: point.number,
            label: point.label,
            title: point.title,
            offset: point.offset as u64,
            end: point.end as u64,
            leads: point.leads,
            supports: point.supports,
            lead_open: point.lead_open,
            assignments: each(point.assignments),
            sentences: each(point.sentences),
        }
    }
}

impl From<Assignment> for PlanAssignment {
    fn from(assignment: Assignment) -> Self {
        Self {
            from: assignment.from as u64,
            offset: assignment.offset as u64,
            end: assignment.end as u64,
            units: each(assignment.units),
            due: assignment.due,
        }
    }
}

impl From<Unit> for PlanUnit {
    fn from(unit: Unit) -> Self {
        let role = match unit.role {
            Role::Lead => "lead",
            Role::Support => "support",
            Role::Shared => "shared",
        };
        Self {
            name: unit.name,
            role: role.to_owned(),
            offset: unit.offset as u64,
        }
    }
}

impl From<Sentence> for PlanSentence {
    fn from(sentence: Sentence) -> Self {
        Self {
            text: sentence.text,
            offset: sentence.offset as u64,
            end: sentence.end as u64,
        }
    }
}

impl From<Figure> for PlanFigure {
    fn from(figure: Figure) -> Self {
        let range = figure
            .range
            .map(|(low, high)| vec![low, high])
            .unwrap_or_default();
        Self {
            point: figure.point,
            literal: figure.literal,
            offset: figure.offset as u64,
            value: figure.value.into(),
            unit: figure.unit,
            comparison: figure.comparison.sign().to_owned(),
            due: figure.due,
            kind: figure.kind.name().to_owned(),
            bound: figure.bound.map(|bound| bound.sign().to_owned()),
            range: range
                .iter()
                .filter_map(serde_json::Number::as_f64)
                .collect(),
            baseline: figure.baseline,
            doubts: figure
                .doubts
                .iter()
                .map(|doubt| doubt.code().to_owned())
                .collect(),
            doubt_texts: figure
                .doubts
                .iter()
                .map(|doubt| doubt.text().to_owned())
                .collect(),
        }
    }
}

impl From<Value> for PlanValue {
    fn from(value: Value) -> Self {
        match value {
            Value::Number(number) => match number.as_i64() {
                Some(whole) => Self::Whole(whole),
                None => Self::Decimal(number.as_f64().unwrap_or_default()),
            },
            Value::Text(text) => Self::Text(text),
        }
    }
}

impl From<Offer> for PlanOffer {
    fn from(offer: Offer) -> Self {
        Self {
            point: offer.point,
            literal: offer.literal,
            offset: offer.offset as u64,
            why: offer.why.to_owned(),
        }
    }
}

impl From<Finding> for PlanFinding {
    fn from(finding: Finding) -> Self {
        Self {
            code: finding.code.code().to_owned(),
            message: finding.message,
            mend: finding.mend.to_owned(),
            offset: finding.offset as u64,
            line: finding.line as u64,
            point: finding.point,
        }
    }
}
