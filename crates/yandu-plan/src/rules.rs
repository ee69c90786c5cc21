//! The rules of supervision: settings of the site, each with its basis where it is declared. No number of theirs stands here.

use jiff::civil::Date;
use yandu_words::calendar::Calendar;

use crate::{Error, Result};

/// A value of a setting.
#[derive(Debug, Clone, PartialEq)]
pub enum RuleValue {
    Number(f64),
    Text(String),
}

/// When a lamp changes, what is listed, and where a due date moves.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Days before a due date from which a lamp is near.
    pub near_days: u32,
    /// Share of the straight-line pace below which a target is near.
    pub near_share: f64,
    /// Share by which an actual may miss a target that says about.
    pub about_share: f64,
    pub rest_day: RestDay,
    pub node_pace: Pace,
    pub remind_days: u32,
    pub supervise_days: u32,
    pub interview_days: u32,
    pub interview_items: u32,
    /// Who signs papers; empty where nobody does.
    pub office: String,
}

/// Where a due date goes that is a day of rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestDay {
    Keep,
    /// To the working day before it.
    Before,
    /// To the working day after it.
    After,
}

/// How close proposed nodes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    Month,
    Quarter,
}

impl Rules {
    /// Reads the rules from the settings by their names. All but `office` must be there.
    pub fn read(value: impl Fn(&str) -> Option<RuleValue>) -> Result<Self> {
        let wrong = |name: &str, why: &str| Error::Rule {
            name: name.to_owned(),
            why: why.to_owned(),
        };
        let number = |name: &str| match value(name) {
            Some(RuleValue::Number(number)) if number.is_finite() && number >= 0.0 => Ok(number),
            Some(_) => Err(wrong(name, "it is no number from 0")),
            None => Err(wrong(name, "it is not declared")),
        };
        let days = |name: &str| number(name).map(|days| days as u32);
        let text = |name: &str| match value(name) {
            Some(RuleValue::Text(text)) => Ok(text),
            Some(RuleValue::Number(_)) => Err(wrong(name, "it is no text")),
            None => Err(wrong(name, "it is not declared")),
        };
        Ok(Self {
            near_days: days("near_days")?,
            near_share: number("near_share")?,
            about_share: number("about_share")?,
            rest_day: match text("rest_day")?.as_str() {
                "keep" => RestDay::Keep,
                "before" => RestDay::Before,
                "after" => RestDay::After,
                _ => return Err(wrong("rest_day", "one of `before`, `after`, `keep`")),
            },
            node_pace: match text("node_pace")?.as_str() {
                "month" => Pace::Month,
                "quarter" => Pace::Quarter,
                _ => return Err(wrong("node_pace", "one of `month`, `quarter`")),
            },
            remind_days: days("remind_days")?,
            supervise_days: days("supervise_days")?,
            interview_days: days("interview_days")?,
            interview_items: days("interview_items")?.max(1),
            // A site that has an older pack has no such setting.
            office: value("office").map_or(Ok(String::new()), |_| text("office"))?,
        })
    }
}

/// A due date as it counts on the working-day calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub day: Date,
    /// The calendar has no data of the year: from Monday to Friday people are taken to work.
    pub is_presumed: bool,
}

impl RestDay {
    /// Moves a day of rest as the rule says.
    pub fn count(self, due: Date, calendar: &Calendar) -> Counted {
        let mut day = due;
        if self != Self::Keep {
            // Weeks of rest at the longest are shorter.
            for _ in 0..60 {
                if calendar.is_presumed_working_day(day) {
                    break;
                }
                let next = match self {
                    Self::Before => day.yesterday(),
                    _ => day.tomorrow(),
                };
                let Ok(next) = next else { break };
                day = next;
            }
        }
        let is_known = |day: Date| calendar.years().any(|year| year == day.year());
        Counted {
            day,
            is_presumed: self != Self::Keep && !(is_known(due) && is_known(day)),
        }
    }
}
