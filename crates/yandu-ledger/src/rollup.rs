//! Sums over the ledger: by county, department or theme, and of the whole.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use crate::Result;
use crate::board::{Board, Line, Marks, UNSET, required};
use crate::ledger::{Desk, Ledger};
use crate::status::Status;

/// What sums are made by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum By {
    /// By county; what is about the whole city is beside them.
    Division,
    Owner,
    Theme,
}

impl By {
    pub const ALL: [Self; 3] = [Self::Division, Self::Owner, Self::Theme];

    pub fn name(self) -> &'static str {
        match self {
            Self::Division => "division",
            Self::Owner => "owner",
            Self::Theme => "theme",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.name() == name)
    }
}

/// Counts of entries. Withdrawn ones are in none of them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sums {
    pub entries: u64,
    pub published: u64,
    /// Entries that lack nothing that is needed to publish them.
    pub complete: u64,
    /// Entries whose newest delivery is as new as was promised, and those where it is not; the rest promises nothing.
    pub fresh: u64,
    pub stale: u64,
    /// Entries without any delivery.
    pub never_delivered: u64,
    /// Entries with a quality score, and the sum of the scores.
    pub scored: u64,
    pub score_sum: f64,
    pub rows: u64,
}

impl Sums {
    /// The mean of the scores, of those entries that have one.
    pub fn average_score(&self) -> Option<f64> {
        (self.scored > 0).then(|| self.score_sum / self.scored as f64)
    }

    fn add(&mut self, line: &Line, marks: &Marks) {
        let facts = &line.facts;
        self.entries += 1;
        self.published += u64::from(line.status == Status::Published);
        self.complete += u64::from(marks.lacks & required() == 0);
        self.fresh += u64::from(facts.fresh == Some(true));
        self.stale += u64::from(facts.fresh == Some(false));
        self.never_delivered += u64::from(facts.last_at.is_none());
        if let Some(score) = facts.score {
            self.scored += 1;
            self.score_sum += score;
        }
        self.rows = self.rows.saturating_add(facts.rows.unwrap_or(0));
    }
}

/// The sums of one county, department or theme.
#[derive(Debug, Clone, PartialEq)]
pub struct RollupRow {
    /// A code or a name; `unset` for entries that say nothing.
    pub value: String,
    /// What a code stands for.
    pub title: Option<String>,
    pub sums: Sums,
}

/// Sums of each, and of all: every entry that is not withdrawn is in exactly one row.
#[derive(Debug, Clone, PartialEq)]
pub struct Rollup {
    pub rows: Vec<RollupRow>,
    pub total: Sums,
}

impl Ledger {
    /// Sums the ledger up. For a county → city roll-up every county of the city has a row, one without entries too.
    pub async fn rollup(&self, by: By) -> Result<Rollup> {
        let ledger = self.clone();
        Ok(tokio::task::spawn_blocking(move || {
            let desk = ledger
                .inner
                .desk
                .read()
                .unwrap_or_else(PoisonError::into_inner);
            rollup(&desk, by)
        })
        .await?)
    }
}

fn rollup(desk: &Desk, by: By) -> Rollup {
    let board = &desk.board;
    let mut sums: BTreeMap<u32, Sums> = BTreeMap::new();
    let mut total = Sums::default();
    for (line, marks) in living(board) {
        sums.entry(place(marks, by)).or_default().add(line, marks);
        total.add(line, marks);
    }
    let mut rows: Vec<RollupRow> = sums
        .into_iter()
        .map(|(place, sums)| row(desk, by, word(board, by, place), sums))
        .collect();
    if by == By::Division {
        add_empty_counties(desk, &mut rows);
    }
    rows.sort_by(|one, two| {
        (one.value == UNSET, &one.value).cmp(&(two.value == UNSET, &two.value))
    });
    Rollup { rows, total }
}

/// Entries that are in force or on the way there.
fn living(board: &Board) -> impl Iterator<Item = (&Line, &Marks)> {
    board
        .lines
        .iter()
        .zip(&board.marks)
        .filter(|(line, _)| line.status != Status::Withdrawn)
}

fn place(marks: &Marks, by: By) -> u32 {
    match by {
        By::Division => marks.county(),
        By::Owner => marks.owner(),
        By::Theme => marks.theme(),
    }
}

fn word(board: &Board, by: By, place: u32) -> String {
    let place = place as usize;
    match by {
        By::Division => board.places.word(place),
        By::Owner => board.owners.word(place),
        By::Theme => board.themes.word(place),
    }
    .to_owned()
}

fn row(desk: &Desk, by: By, value: String, sums: Sums) -> RollupRow {
    let title = match by {
        By::Division => desk
            .tree
            .lookup(&value)
            .map(|division| division.name.clone()),
        By::Owner | By::Theme => None,
    };
    RollupRow { value, title, sums }
}

/// A county that has reported nothing is a row of zeros, not a row that is missing.
fn add_empty_counties(desk: &Desk, rows: &mut Vec<RollupRow>) {
    let counties = desk
        .tree
        .iter()
        .filter(|division| division.level == yandu_words::division::Level::County);
    for county in counties {
        if !rows.iter().any(|row| row.value == county.code) {
            rows.push(row(
                desk,
                By::Division,
                county.code.clone(),
                Sums::default(),
            ));
        }
    }
}
