//! The order of results, and the place in it where a page begins.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::{Board, Line};
use crate::{Error, Result};

/// What results are ordered by; equal ones by when they came to the ledger.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sort {
    /// The best match first; where nothing is searched for, by title.
    #[default]
    Relevance,
    /// By how the title is spoken.
    Title,
    /// The newest change first.
    Updated,
    /// The best quality first, those without a score last.
    Score,
    /// The largest first, those of unknown size last.
    Rows,
}

impl Sort {
    pub const ALL: [Self; 5] = [
        Self::Relevance,
        Self::Title,
        Self::Updated,
        Self::Score,
        Self::Rows,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Title => "title",
            Self::Updated => "updated",
            Self::Score => "score",
            Self::Rows => "rows",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.name() == name)
    }
}

/// The last result of a page: the next one begins after it, wherever it may have gone since.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct After {
    pub(crate) sort: Sort,
    /// How the words were read: see the stages of the search.
    #[serde(default)]
    pub(crate) stage: u8,
    pub(crate) rank: u64,
    #[serde(default)]
    pub(crate) key: String,
    pub(crate) number: u32,
}

impl After {
    /// As a text that means nothing to anybody else: the JSON in hexadecimal digits.
    pub(crate) fn text(&self) -> Result<String> {
        Ok(serde_json::to_vec(self)?
            .iter()
            .fold(String::new(), |mut text, byte| {
                text.push_str(&format!("{byte:02x}"));
                text
            }))
    }

    pub(crate) fn read(text: &str) -> Result<Self> {
        const LONGEST: usize = 2_000;
        let no_key = || Error::Parameter {
            parameter: "after",
            why: "it is not the `next` of a page before".to_owned(),
        };
        if text.len() > LONGEST || !text.len().is_multiple_of(2) || !text.is_ascii() {
            return Err(no_key());
        }
        let bytes: Option<Vec<u8>> = (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
            .collect();
        serde_json::from_slice(&bytes.ok_or_else(no_key)?).map_err(|_| no_key())
    }
}

/// Where a result stands.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Place<'a> {
    rank: u64,
    key: &'a str,
    number: u32,
}

/// The results of a page in their order, and whether there are more.
pub(crate) fn page_of(
    board: &Board,
    mut numbers: Vec<u32>,
    sort: Sort,
    score: impl Fn(u32) -> f32,
    after: Option<&After>,
    limit: usize,
) -> (Vec<u32>, Option<After>) {
    let place = |number: u32| {
        let line = board.lines.get(number as usize);
        let (rank, key) = line.map_or((u64::MAX, ""), |line| ranked(line, sort, score(number)));
        Place { rank, key, number }
    };
    if let Some(after) = after {
        let start = Place {
            rank: after.rank,
            key: &after.key,
            number: after.number,
        };
        numbers.retain(|number| place(*number) > start);
    }
    let compare = |one: &u32, two: &u32| -> Ordering { place(*one).cmp(&place(*two)) };
    let more = numbers.len() > limit;
    if more {
        numbers.select_nth_unstable_by(limit, compare);
        numbers.truncate(limit);
    }
    numbers.sort_unstable_by(compare);
    let last = numbers.last().copied().filter(|_| more).map(|number| {
        let Place { rank, key, number } = place(number);
        After {
            sort,
            stage: 0,
            rank,
            key: key.to_owned(),
            number,
        }
    });
    (numbers, last)
}

fn ranked(line: &Line, sort: Sort, score: f32) -> (u64, &str) {
    let downwards = |value: u64| u64::MAX - value;
    match sort {
        // Positive floats are in the order of their bits.
        Sort::Relevance => (downwards(score.max(0.0).to_bits().into()), ""),
        Sort::Title => (0, &line.key),
        Sort::Updated => (
            downwards(line.updated_at.as_microsecond().max(0) as u64),
            "",
        ),
        Sort::Score => (
            line.facts
                .score
                .map_or(u64::MAX, |score| downwards(score.max(0.0).to_bits())),
            "",
        ),
        Sort::Rows => (line.facts.rows.map_or(u64::MAX, downwards), ""),
    }
}
