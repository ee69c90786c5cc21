use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Number;

use super::Decision;
use crate::amount::goal_text;
use crate::reading::{Comparison, Doubt, Kind, Value};
use crate::reviewing::OPEN_PERCENT;

/// What is said by a figure. All of it may be corrected in a review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    pub value: Value,
    #[serde(default)]
    pub unit: String,
    pub comparison: Comparison,
    /// The last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Date>,
    pub kind: Kind,
    /// Of a change: what it reaches at least or at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Comparison>,
    /// Of a range: its two ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<(Number, Number)>,
    /// Against what a change is measured, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
}

impl Said {
    /// Whether it says a number or a range of numbers, and not only words.
    pub(crate) fn is_numeric(&self) -> bool {
        self.range.is_some() || matches!(self.value, Value::Number(_))
    }
}

/// Where a figure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// The reading found it.
    Read,
    /// The reading offered it, and a person took it.
    Offered,
    /// A person added it.
    Added,
}

impl Origin {
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Offered => "offered",
            Self::Added => "added",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FigureState {
    /// As it was read; nobody has looked at it.
    Open,
    Accepted,
    Corrected,
    /// It is none.
    Rejected,
}

impl FigureState {
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Corrected => "corrected",
            Self::Rejected => "rejected",
        }
    }
}

/// What the text leaves open about a figure, and what a person decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoubtAnswer {
    pub doubt: Doubt,
    /// How it is to be understood, who said so, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Decision>,
}

/// A figure of the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// From 1; those of the reading in the order of the text.
    pub number: u32,
    /// The piece of the text in which it stands.
    pub sentence: u32,
    pub point: Option<u32>,
    pub origin: Origin,
    /// As it stands in the text at `offset`.
    pub literal: String,
    pub offset: usize,
    pub said: Said,
    /// What the reading said, where a person corrected it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_read: Option<Said>,
    /// What was approved with the text, where a later change says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_approved: Option<Said>,
    pub state: FigureState,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<DoubtAnswer>,
}

impl Figure {
    /// Whether it is a target and was not rejected.
    pub fn is_target(&self) -> bool {
        self.said.kind == Kind::Target && self.state != FigureState::Rejected
    }

    /// Its literal without blanks and breaks of lines, as a list names it: with the value in force, where a review or a change gave it
    /// another than the text has.
    pub fn wording(&self) -> String {
        let words = self.written();
        let read = self.as_corrected();
        let Some(before) = read.as_ref().or_else(|| self.before_change()) else {
            return words;
        };
        match put_in(&words, before, &self.said) {
            Some(words) => words,
            // What was misread stands in the text as it is.
            None if read.is_some() && stands_in(&words, &self.said) => words,
            None => format!("{words}（现为{}）", goal_text(&self.said)),
        }
    }

    /// What the reading found in the text, where a review said another number and something else than what was read is in force. How the
    /// number is to be understood is what the review says of it.
    fn as_corrected(&self) -> Option<Said> {
        let read = self.as_read.as_ref()?;
        let approved = self.as_approved.as_ref().unwrap_or(&self.said);
        // The same size in another unit is another number, and not another value.
        let is_counted_so = read.unit == approved.unit || read.unit == OPEN_PERCENT;
        let is_other = is_other_number(read, approved) && is_other_number(read, &self.said);
        (is_counted_so && is_other).then(|| Said {
            unit: approved.unit.clone(),
            comparison: approved.comparison,
            bound: approved.bound,
            ..read.clone()
        })
    }

    /// Its literal without blanks and breaks of lines, as the text has it.
    pub(crate) fn written(&self) -> String {
        self.literal.split_whitespace().collect()
    }

    /// What it asked for when it was approved, where a change made it ask for something else; another day alone is nothing else.
    fn before_change(&self) -> Option<&Said> {
        let asks = |said: &Said| Said {
            due: None,
            baseline: None,
            ..said.clone()
        };
        let before = self.as_approved.as_ref()?;
        (asks(before) != asks(&self.said)).then_some(before)
    }

    /// Says something else by it since a change was approved.
    pub(crate) fn change(&mut self, after: Said) {
        let before = self.as_approved.get_or_insert_with(|| self.said.clone());
        if *before == after {
            self.as_approved = None;
        }
        self.said = after;
    }

    /// Says something else by it. What the reading said is kept for as long as it is otherwise.
    pub(crate) fn correct(&mut self, after: Said) {
        if self.origin == Origin::Read {
            let read = self.as_read.get_or_insert_with(|| self.said.clone());
            if *read == after {
                self.as_read = None;
            }
        }
        self.said = after;
    }

    /// Whether the text leaves open from which side it is reached, and what is said by it still does.
    pub(crate) fn leaves_side_open(&self) -> bool {
        self.said.kind == Kind::Target
            && self.said.comparison == Comparison::Equal
            && self
                .doubts
                .iter()
                .any(|one| one.doubt == Doubt::SideNotSaid)
    }

    /// What of the text is still open.
    pub fn open_doubts(&self) -> impl Iterator<Item = Doubt> {
        let is_counted = self.state != FigureState::Rejected;
        self.doubts
            .iter()
            .filter(move |one| is_counted && one.answered.is_none())
            .map(|one| one.doubt)
    }
}

/// Whether two numbers, or two ranges, are of another size. A sign says which way a change goes.
fn is_other_number(one: &Said, other: &Said) -> bool {
    let sizes = |said: &Said| said.value.number().map(f64::abs);
    match (&one.range, &other.range) {
        (Some(one), Some(other)) => one != other,
        (None, None) => sizes(one)
            .zip(sizes(other))
            .is_some_and(|(one, other)| (one - other).abs() > f64::EPSILON),
        _ => false,
    }
}

/// Words with a number in the place of another, where that stands in them once, in digits and with its unit.
fn put_in(words: &str, before: &Said, after: &Said) -> Option<String> {
    let (old, new) = (before.value.number()?, after.value.number()?);
    let is_alike = before.unit == after.unit
        && before.comparison == after.comparison
        && before.bound == after.bound
        && (old < 0.0) == (new < 0.0);
    if !is_alike || before.unit.is_empty() {
        return None;
    }
    let written = format!("{}{}", old.abs(), before.unit);
    let mut places = places_of(words, &written);
    let (Some(at), None) = (places.next(), places.next()) else {
        return None;
    };
    let (ahead, behind) = (words.get(..at)?, words.get(at + written.len()..)?);
    Some(format!("{ahead}{}{}{behind}", new.abs(), after.unit))
}

/// Where a number with its unit stands in words, and is not the end of a longer one.
fn places_of<'a>(words: &'a str, written: &'a str) -> impl Iterator<Item = usize> + 'a {
    let places = words.match_indices(written).map(|(at, _)| at);
    places.filter(move |at| {
        let ahead = words.get(..*at).and_then(|ahead| ahead.chars().next_back());
        ahead.is_none_or(|sign| !sign.is_numeric() && !matches!(sign, '.' | ',' | '-'))
    })
}

/// Whether a number stands in words, in digits and with its unit.
fn stands_in(words: &str, said: &Said) -> bool {
    said.value.number().is_some_and(|number| {
        let written = format!("{}{}", number.abs(), said.unit);
        !said.unit.is_empty() && places_of(words, &written).next().is_some()
    })
}

/// What may be a figure and may be none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanOffer {
    pub number: u32,
    pub sentence: u32,
    pub point: Option<u32>,
    pub literal: String,
    pub offset: usize,
    /// Why it is not taken for a figure by itself, in Chinese.
    pub why: String,
    /// The figure that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided: Option<Decision>,
}
