//! The order of results, and the place in it where a page begins.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::Board;
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

/// Where a result stands. Most are told apart by the rank alone, so the key is looked up only where ranks are equal.
#[derive(Clone, Copy)]
struct Place {
    rank: u64,
    number: u32,
}

/// The results of a page in their order, and whether there are more.
pub(crate) fn page_of(
    board: &Board,
    numbers: &[u32],
    sort: Sort,
    score: impl Fn(u32) -> f32,
    after: Option<&After>,
    limit: usize,
) -> (Vec<u32>, Option<After>) {
    let key = |number: u32| key(board, sort, number);
    let compare = |one: &Place, two: &Place| -> Ordering {
        let by_key = || key(one.number).cmp(key(two.number));
        let by_number = || one.number.cmp(&two.number);
        one.rank
            .cmp(&two.rank)
            .then_with(by_key)
            .then_with(by_number)
    };
    let is_after = |place: &Place| {
        after.is_none_or(|after| {
            let by_key = || key(place.number).cmp(after.key.as_str());
            let by_number = || place.number.cmp(&after.number);
            let order = place.rank.cmp(&after.rank);
            order.then_with(by_key).then_with(by_number) == Ordering::Greater
        })
    };
    // The best so far, in order; one more than a page has, which tells whether there is another page.
    let mut best: Vec<Place> = Vec::with_capacity(limit + 2);
    for number in numbers {
        let place = Place {
            rank: rank(board, sort, *number, &score),
            number: *number,
        };
        let is_full = best.len() > limit;
        let is_behind = |last: &Place| compare(&place, last) != Ordering::Less;
        if (is_full && best.last().is_some_and(is_behind)) || !is_after(&place) {
            continue;
        }
        if is_full {
            best.pop();
        }
        let at = best.partition_point(|other| compare(other, &place) == Ordering::Less);
        best.insert(at, place);
    }
    let more = best.len() > limit;
    best.truncate(limit);
    let next = best.last().filter(|_| more).map(|last| After {
        sort,
        stage: 0,
        rank: last.rank,
        key: key(last.number).to_owned(),
        number: last.number,
    });
    (best.into_iter().map(|place| place.number).collect(), next)
}

fn key(board: &Board, sort: Sort, number: u32) -> &str {
    let line = (sort == Sort::Title).then(|| board.lines.get(number as usize));
    line.flatten().map_or("", |line| &line.key)
}

fn rank(board: &Board, sort: Sort, number: u32, score: &impl Fn(u32) -> f32) -> u64 {
    if sort == Sort::Relevance {
        // Positive floats are in the order of their bits.
        return u64::MAX - u64::from(score(number).max(0.0).to_bits());
    }
    board
        .ranks
        .get(number as usize)
        .map_or(u64::MAX, |ranks| match sort {
            Sort::Title | Sort::Relevance => ranks.title,
            Sort::Updated => ranks.updated,
            Sort::Score => ranks.score,
            Sort::Rows => ranks.rows,
        })
}
