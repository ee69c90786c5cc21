//! How well entries fit a query. What an entry is worth follows from the query and the entry alone, so that it stays where it
//! is when other entries come and go, and pages can be asked for one after the other.

use super::field::Field;
use super::query::{Query, Term, Way};
use crate::board::Board;

/// What a title that takes its place whole is worth beside the word.
const SHARE: f32 = 6.0;
/// What a title that is just what was typed is worth beside its words.
const SAME_TITLE: f32 = 30.0;

/// Where entries with a term are found.
pub(crate) trait Postings {
    /// Calls with the number of every entry that has the term in the field; one may come twice.
    fn each(&self, term: &Term, field: Field, found: &mut dyn FnMut(u32)) -> crate::Result<()>;
}

/// The entries that fit, with what they are worth.
#[derive(Debug, Default)]
pub(crate) struct Matches {
    pub(crate) numbers: Vec<u32>,
    scores: Vec<f32>,
}

impl Matches {
    pub(crate) fn score(&self, number: u32) -> f32 {
        self.scores.get(number as usize).copied().unwrap_or(0.0)
    }
}

pub(crate) fn tally(
    query: &Query,
    board: &Board,
    postings: &dyn Postings,
) -> crate::Result<Matches> {
    let mut sheet = Sheet::new(board.lines.len());
    let mut words = Best::new(board.lines.len());
    let mut total = vec![0.0_f32; board.lines.len()];
    let mut found = vec![0_u16; board.lines.len()];
    let mut any = Vec::new();
    for word in &query.words {
        for way in &word.ways {
            sheet.count(way, postings)?;
            sheet.settle(way, |number, worth, in_title| {
                let signs = board
                    .lines
                    .get(number as usize)
                    .map_or(1, |line| line.title_signs.max(1));
                let share = (word.signs as f32 / f32::from(signs)).min(1.0);
                words.offer(number, way.factor * (worth + in_title * share * SHARE));
            });
        }
        words.settle(|number, worth| {
            if let (Some(total), Some(found)) = (
                total.get_mut(number as usize),
                found.get_mut(number as usize),
            ) {
                if *found == 0 {
                    any.push(number);
                }
                *total += worth;
                *found += 1;
            }
        });
    }
    any.retain(|number| {
        found
            .get(*number as usize)
            .is_some_and(|found| usize::from(*found) >= query.need)
    });
    for number in &any {
        if let (Some(line), Some(total)) = (
            board.lines.get(*number as usize),
            total.get_mut(*number as usize),
        ) && line.title_hash == query.hash
        {
            *total += SAME_TITLE;
        }
    }
    Ok(Matches {
        numbers: any,
        scores: total,
    })
}

/// What one way of a word has found so far.
struct Sheet {
    marks: Vec<Mark>,
    touched: Vec<u32>,
}

#[derive(Clone, Copy, Default)]
struct Mark {
    /// The terms found, and those of them found in the title.
    terms: u16,
    in_title: u16,
    /// The newest of them, from 1, so that a term counts once however many fields have it.
    newest: u16,
    sum: f32,
}

impl Sheet {
    fn new(entries: usize) -> Self {
        Self {
            marks: vec![Mark::default(); entries],
            touched: Vec::new(),
        }
    }

    fn count(&mut self, way: &Way, postings: &dyn Postings) -> crate::Result<()> {
        for (place, term) in way.terms.iter().enumerate() {
            let newest = place as u16 + 1;
            for field in Field::ALL {
                if !term.fields.contains(&field) {
                    continue;
                }
                let (marks, touched) = (&mut self.marks, &mut self.touched);
                postings.each(term, field, &mut |number| {
                    let Some(mark) = marks.get_mut(number as usize) else {
                        return;
                    };
                    if mark.newest == newest {
                        return;
                    }
                    if mark.terms == 0 {
                        touched.push(number);
                    }
                    mark.newest = newest;
                    mark.terms += 1;
                    mark.in_title += u16::from(field == Field::Title);
                    mark.sum += field.weight();
                })?;
            }
        }
        Ok(())
    }

    /// Hands out what was found, and is empty again.
    fn settle(&mut self, way: &Way, mut found: impl FnMut(u32, f32, f32)) {
        let terms = way.terms.len().max(1) as f32;
        for number in self.touched.drain(..) {
            if let Some(mark) = self.marks.get_mut(number as usize) {
                if usize::from(mark.terms) >= way.need {
                    found(number, mark.sum / terms, f32::from(mark.in_title) / terms);
                }
                *mark = Mark::default();
            }
        }
    }
}

/// The best of the ways of a word.
struct Best {
    worth: Vec<f32>,
    touched: Vec<u32>,
}

impl Best {
    fn new(entries: usize) -> Self {
        Self {
            worth: vec![0.0; entries],
            touched: Vec::new(),
        }
    }

    fn offer(&mut self, number: u32, worth: f32) {
        if let Some(best) = self.worth.get_mut(number as usize) {
            if *best == 0.0 {
                self.touched.push(number);
            }
            *best = best.max(worth);
        }
    }

    fn settle(&mut self, mut found: impl FnMut(u32, f32)) {
        for number in self.touched.drain(..) {
            if let Some(worth) = self.worth.get_mut(number as usize) {
                found(number, *worth);
                *worth = 0.0;
            }
        }
    }
}
