//! Reporting sets: the numbers that a province asks for, computed from the entries for the city and for each of its counties.
//!
//! What cannot be answered is a gap with its reason. It is shown where the number would be, and the number of gaps stands beside
//! the number of indicators; nothing is left out of a denominator because it is not known.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use yandu_pack::declare::{EntryFilter, Fact, Indicator, IndicatorFile, Measure};

use crate::Result;
use crate::board::{Board, Facet, Line, Marks, required};
use crate::ledger::{Desk, Ledger};

/// The answer to an indicator, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// None where there is a gap.
    pub value: Option<f64>,
    /// Why there is no value.
    pub gap: Option<String>,
    /// The entries that the value is about: those counted, or those of a denominator.
    pub entries: u64,
    /// Of these, how many have nothing that could be summed up.
    pub unknown: u64,
}

/// An indicator with its answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    pub indicator: Indicator,
    /// For the city as a whole.
    pub city: Answer,
    /// For each of its counties by code; what is about the whole city is in none of them.
    pub counties: BTreeMap<String, Answer>,
}

/// A reporting set with its answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub set: IndicatorFile,
    pub items: Vec<Answered>,
    /// How many of the indicators the city cannot answer.
    pub gaps: u64,
}

impl Ledger {
    /// Answers the indicators of a set.
    pub async fn indicators(&self, set: &IndicatorFile) -> Result<Report> {
        let uses = self.all_uses().await?;
        let (ledger, set) = (self.clone(), set.clone());
        Ok(tokio::task::spawn_blocking(move || {
            let desk = ledger
                .inner
                .desk
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            report(&desk, &uses, set)
        })
        .await?)
    }
}

fn report(desk: &Desk, uses: &BTreeMap<u32, u64>, set: IndicatorFile) -> Report {
    let items: Vec<Answered> = set
        .items
        .iter()
        .map(|indicator| answered(desk, uses, indicator))
        .collect();
    let gaps = items
        .iter()
        .filter(|item| item.city.value.is_none())
        .count();
    Report {
        set,
        items,
        gaps: gaps as u64,
    }
}

fn answered(desk: &Desk, uses: &BTreeMap<u32, u64>, indicator: &Indicator) -> Answered {
    let board = &desk.board;
    let test = Test::new(&indicator.measure);
    let mut city = Tally::default();
    let mut counties: BTreeMap<String, Tally> = desk
        .tree
        .iter()
        .filter(|division| division.level == yandu_words::division::Level::County)
        .map(|division| (division.code.clone(), Tally::default()))
        .collect();
    for (number, (line, marks)) in board.lines.iter().zip(&board.marks).enumerate() {
        let uses = uses.get(&(number as u32)).copied().unwrap_or(0);
        city.add(&test, board, (line, marks), uses);
        let county = board.places.word(marks.county() as usize);
        if let Some(tally) = counties.get_mut(county) {
            tally.add(&test, board, (line, marks), uses);
        }
    }
    Answered {
        city: city.answer(&indicator.measure),
        counties: counties
            .into_iter()
            .map(|(code, tally)| (code, tally.answer(&indicator.measure)))
            .collect(),
        indicator: indicator.clone(),
    }
}

/// What has been counted for one indicator and one place.
#[derive(Debug, Default)]
struct Tally {
    /// Entries counted, or those of the denominator.
    all: u64,
    /// Those of the numerator.
    part: u64,
    known: u64,
    sum: f64,
}

impl Tally {
    fn add(&mut self, test: &Test<'_>, board: &Board, (line, marks): (&Line, &Marks), uses: u64) {
        match test {
            Test::Count(condition) => self.all += u64::from(condition.holds(board, line, marks)),
            Test::Share { part, of } => {
                if of.holds(board, line, marks) {
                    self.all += 1;
                    self.part += u64::from(part.holds(board, line, marks));
                }
            }
            Test::Fact(of, condition) => {
                if condition.holds(board, line, marks) {
                    self.all += 1;
                    if let Some(value) = fact(*of, line, uses) {
                        self.known += 1;
                        self.sum += value;
                    }
                }
            }
            Test::Nothing => {}
        }
    }

    fn answer(&self, measure: &Measure) -> Answer {
        let gap = |why: &str| Answer {
            value: None,
            gap: Some(why.to_owned()),
            entries: self.all,
            unknown: self.all - self.known,
        };
        let value = |value: f64, unknown: u64| Answer {
            value: Some(value),
            gap: None,
            entries: self.all,
            unknown,
        };
        match measure {
            Measure::Count(_) => value(self.all as f64, 0),
            Measure::Share(_) if self.all == 0 => Answer {
                unknown: 0,
                ..gap("没有可作分母的条目")
            },
            Measure::Share(_) => value(100.0 * self.part as f64 / self.all as f64, 0),
            // Nothing adds up to nothing; what nobody has measured does not.
            Measure::Sum(_) if self.all > 0 && self.known == 0 => gap("这些条目都还没有数据"),
            Measure::Sum(_) => value(self.sum, self.all - self.known),
            Measure::Mean(_) if self.known == 0 => gap("没有一个条目有数据"),
            Measure::Mean(_) => value(self.sum / self.known as f64, self.all - self.known),
            Measure::Uncovered(uncovered) => Answer {
                unknown: 0,
                ..gap(&uncovered.reason)
            },
        }
    }
}

fn fact(fact: Fact, line: &Line, uses: u64) -> Option<f64> {
    match fact {
        Fact::Rows => line.facts.rows.map(|rows| rows as f64),
        Fact::Bytes => line.facts.bytes.map(|bytes| bytes as f64),
        Fact::Score => line.facts.score,
        Fact::Uses => Some(uses as f64),
    }
}

/// A filter, with its words written out once.
struct Condition<'a> {
    filter: &'a EntryFilter,
    closed: Vec<(Facet, Vec<String>)>,
}

impl<'a> Condition<'a> {
    fn new(filter: &'a EntryFilter) -> Self {
        let mut closed = vec![
            (Facet::Status, words(&filter.status)),
            (Facet::Origin, words(&filter.origin)),
            (Facet::Kind, words(&filter.kind)),
            (Facet::Sharing, words(&filter.sharing)),
            (Facet::Opening, words(&filter.opening)),
            (Facet::Grade, words(&filter.grade)),
        ];
        closed.retain(|(_, words)| !words.is_empty());
        Self { filter, closed }
    }

    /// Whether an entry fits every key that is given.
    fn holds(&self, board: &Board, line: &Line, marks: &Marks) -> bool {
        let filter = self.filter;
        let named = |wanted: &[String], name: &str| {
            wanted.is_empty() || wanted.iter().any(|one| one == name)
        };
        self.closed
            .iter()
            .all(|(facet, words)| named(words, marks.closed(*facet)))
            && named(&filter.owner, board.owners.word(marks.owner() as usize))
            && named(&filter.theme, board.themes.word(marks.theme() as usize))
            && (filter.point.is_empty() || filter.point.iter().any(|point| marks.serves(*point)))
            && filter
                .fresh
                .is_none_or(|fresh| line.facts.fresh == Some(fresh))
            && filter
                .complete
                .is_none_or(|complete| (marks.lacks & required() == 0) == complete)
            && filter
                .score_at_least
                .is_none_or(|least| line.facts.score.is_some_and(|score| score >= least))
    }
}

/// The words of a declaration as they are written.
fn words<T: serde::Serialize>(declared: &[T]) -> Vec<String> {
    declared
        .iter()
        .filter_map(|word| {
            serde_json::to_value(word)
                .ok()?
                .as_str()
                .map(ToOwned::to_owned)
        })
        .collect()
}

/// A measure, with its conditions.
enum Test<'a> {
    Count(Condition<'a>),
    Share {
        part: Condition<'a>,
        of: Condition<'a>,
    },
    Fact(Fact, Condition<'a>),
    Nothing,
}

impl<'a> Test<'a> {
    fn new(measure: &'a Measure) -> Self {
        match measure {
            Measure::Count(filter) => Self::Count(Condition::new(filter)),
            Measure::Share(share) => Self::Share {
                part: Condition::new(&share.part),
                of: Condition::new(&share.of),
            },
            Measure::Sum(measured) | Measure::Mean(measured) => {
                Self::Fact(measured.fact, Condition::new(&measured.of))
            }
            Measure::Uncovered(_) => Self::Nothing,
        }
    }
}
