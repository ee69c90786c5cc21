//! What a reading holds. Every place is counted in Unicode code points from the start of the text as given.

use serde::{Deserialize, Serialize};
use serde_json::Number;

use crate::finding::Finding;

/// A plan as it was read.
#[derive(Debug, Clone, Serialize)]
pub struct Reading {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The year for which the plan is made; the last one of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    pub encoding: &'static str,
    /// Signs of the text.
    pub signs: usize,
    pub chapters: Vec<Chapter>,
    pub points: Vec<Point>,
    /// Units that answer for every point.
    pub everywhere: Vec<Unit>,
    /// The figures, in the order of the text.
    pub targets: Vec<Figure>,
    /// What may be a target and may be none; a reviewer decides.
    pub offers: Vec<Offer>,
    pub findings: Vec<Finding>,
}

/// A chapter with the points that it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// As the text numbers it, such as `一`.
    pub label: String,
    pub title: String,
    pub offset: usize,
    /// Numbers of its points.
    pub points: Vec<u32>,
}

/// A point: one numbered piece of work.
#[derive(Debug, Clone, Serialize)]
pub struct Point {
    /// From 1 through the whole text. Where the text begins again in each chapter, the place in the order of the text.
    pub number: u32,
    /// As the text numbers it.
    pub label: String,
    pub title: String,
    pub offset: usize,
    /// Behind the last sign.
    pub end: usize,
    pub leads: Vec<String>,
    pub supports: Vec<String>,
    /// The text names units and no leading one among them: somebody has to be appointed.
    pub lead_open: bool,
    /// Who answers for which part of the point, in the order of the text.
    pub assignments: Vec<Assignment>,
    pub sentences: Vec<Sentence>,
}

/// Units that answer for a part of a point.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// Where the part begins for which the units answer.
    pub from: usize,
    /// Where it ends, and the naming of the units begins.
    pub offset: usize,
    pub end: usize,
    pub units: Vec<Unit>,
    /// When the part is due, where the naming of the units says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
}

/// A responsible unit as the text names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    pub name: String,
    pub role: Role,
    pub offset: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 牵头.
    Lead,
    /// 配合, or 责任单位 beside a leading one.
    Support,
    /// One of several that answer together, none of them as the leading one.
    Shared,
}

#[derive(Debug, Clone, Serialize)]
pub struct Sentence {
    pub text: String,
    pub offset: usize,
    pub end: usize,
}

/// A figure of the text.
#[derive(Debug, Clone, Serialize)]
pub struct Figure {
    /// The point in which it stands; absent in a part without points, such as 总体目标.
    pub point: Option<u32>,
    /// As it stands in the text at `offset`.
    pub literal: String,
    pub offset: usize,
    pub value: Value,
    pub unit: String,
    pub comparison: Comparison,
    /// The last day, as `YYYY-MM-DD`; absent when the text and its title name no year.
    pub due: Option<String>,
    pub kind: Kind,
    /// Of a change: what it reaches at least or at most, where the text says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<Comparison>,
    /// Of a range: its two ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<(Number, Number)>,
    /// Against what a change is measured, in the words of the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// What the text leaves open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<Doubt>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    Number(Number),
    Text(String),
}

impl Value {
    /// The number, where it is none of words.
    pub(crate) fn number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => number.as_f64(),
            Self::Text(_) => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparison {
    #[serde(rename = "=")]
    Equal,
    #[serde(rename = ">=")]
    AtLeast,
    #[serde(rename = ">")]
    Above,
    #[serde(rename = "<=")]
    AtMost,
    #[serde(rename = "<")]
    Below,
    /// About so many.
    #[serde(rename = "~")]
    About,
    #[serde(rename = "between")]
    Between,
    #[serde(rename = "change")]
    Change,
}

impl Comparison {
    pub const ALL: [Self; 8] = [
        Self::Equal,
        Self::AtLeast,
        Self::Above,
        Self::AtMost,
        Self::Below,
        Self::About,
        Self::Between,
        Self::Change,
    ];

    /// In Chinese.
    pub fn text(self) -> &'static str {
        match self {
            Self::Equal => "等于",
            Self::AtLeast => "不低于",
            Self::Above => "高于",
            Self::AtMost => "不高于",
            Self::Below => "低于",
            Self::About => "约",
            Self::Between => "介于",
            Self::Change => "变化",
        }
    }

    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::AtLeast => ">=",
            Self::Above => ">",
            Self::AtMost => "<=",
            Self::Below => "<",
            Self::About => "~",
            Self::Between => "between",
            Self::Change => "change",
        }
    }
}

/// What a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// To be reached.
    Target,
    /// A stated preference.
    Preference,
    /// Part of a scheme's name.
    Name,
    /// Counts a list that is named beside it.
    ListCount,
    /// Describes something that is there.
    Description,
}

impl Kind {
    pub const ALL: [Self; 5] = [
        Self::Target,
        Self::Preference,
        Self::Name,
        Self::ListCount,
        Self::Description,
    ];

    /// In Chinese.
    pub fn text(self) -> &'static str {
        match self {
            Self::Target => "指标",
            Self::Preference => "努力方向",
            Self::Name => "名称的一部分",
            Self::ListCount => "列举项数",
            Self::Description => "现状描述",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Preference => "preference",
            Self::Name => "name",
            Self::ListCount => "list-count",
            Self::Description => "description",
        }
    }
}

/// What the text leaves open about a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// No date is said; the end of the plan's last year is taken.
    DueNotSaid,
    /// The date stands earlier in the sentence.
    DueInherited,
    /// The plan is made for several years and the date says none of them; the last one is taken.
    YearNotSaid,
    /// The sentence names a plan or a span of years that runs longer than this plan.
    LongerPlan,
    /// 某月前 may mean the month's first day or its last.
    MonthBefore,
    /// Percent or percentage points.
    PercentOrPoint,
    /// A change without what it is measured against.
    BaselineMissing,
    /// A number without a unit.
    UnitMissing,
    /// Computing power without its precision.
    PrecisionNotSaid,
    /// 力争, 争取: an effort is promised, not a result.
    EffortOnly,
    /// Each year, month or quarter.
    Recurring,
    /// For each county, town or unit, not for all together.
    PerArea,
    /// The counted things are named beside it.
    NamedList,
    /// Two words of comparison contradict each other.
    ComparisonUnclear,
    /// No word says on which side of the value the city is to be.
    SideNotSaid,
    /// A share or a part of another figure of the sentence.
    PartOfAnother,
    /// Written in words such as 十余, 近百, 数十.
    Vague,
}

impl Doubt {
    pub const ALL: [Self; 17] = [
        Self::DueNotSaid,
        Self::DueInherited,
        Self::YearNotSaid,
        Self::LongerPlan,
        Self::MonthBefore,
        Self::PercentOrPoint,
        Self::BaselineMissing,
        Self::UnitMissing,
        Self::PrecisionNotSaid,
        Self::EffortOnly,
        Self::Recurring,
        Self::PerArea,
        Self::NamedList,
        Self::ComparisonUnclear,
        Self::SideNotSaid,
        Self::PartOfAnother,
        Self::Vague,
    ];

    /// Stable name, as JSON writes it.
    pub fn code(self) -> &'static str {
        match self {
            Self::DueNotSaid => "due-not-said",
            Self::DueInherited => "due-inherited",
            Self::YearNotSaid => "year-not-said",
            Self::LongerPlan => "longer-plan",
            Self::MonthBefore => "month-before",
            Self::PercentOrPoint => "percent-or-point",
            Self::BaselineMissing => "baseline-missing",
            Self::UnitMissing => "unit-missing",
            Self::PrecisionNotSaid => "precision-not-said",
            Self::EffortOnly => "effort-only",
            Self::Recurring => "recurring",
            Self::PerArea => "per-area",
            Self::NamedList => "named-list",
            Self::ComparisonUnclear => "comparison-unclear",
            Self::SideNotSaid => "side-not-said",
            Self::PartOfAnother => "part-of-another",
            Self::Vague => "vague",
        }
    }

    /// In Chinese, for a reviewer.
    pub fn text(self) -> &'static str {
        match self {
            Self::DueNotSaid => "未写时限，按计划末年年底计",
            Self::DueInherited => "时限取自本句前文",
            Self::YearNotSaid => "时限没有写是哪一年，按计划末年计",
            Self::LongerPlan => "本句提到的计划或年限（如“三年内”）长于本计划，时限可能更晚",
            Self::MonthBefore => "“某月前”不明确是否含当月",
            Self::PercentOrPoint => "未写明是百分比还是百分点",
            Self::BaselineMissing => "未写明基数",
            Self::UnitMissing => "未写计量单位",
            Self::PrecisionNotSaid => "未写明算力精度",
            Self::EffortOnly => "“力争”“争取”，是否作为硬指标请确认",
            Self::Recurring => "按年、季、月反复计",
            Self::PerArea => "按每个县区或单位计",
            Self::NamedList => "所数对象在文中逐一列名",
            Self::ComparisonUnclear => "比较词前后不一致",
            Self::SideNotSaid => "未写明是不低于还是不高于",
            Self::PartOfAnother => "是前一数字的一部分",
            Self::Vague => "概数",
        }
    }
}

/// What may be a target and may be none.
#[derive(Debug, Clone, Serialize)]
pub struct Offer {
    pub point: Option<u32>,
    pub literal: String,
    pub offset: usize,
    /// Why it is not taken for a figure by itself, in Chinese.
    pub why: &'static str,
}
