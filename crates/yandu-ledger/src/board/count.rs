//! One pass over the board: which entries are meant, and what could be chosen instead.

use std::collections::BTreeMap;

use super::filter::{Filter, Test, Verdict};
use super::{Board, Facet, Marks};
use crate::Result;

/// How many of the results have a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetCount {
    pub value: String,
    pub count: u64,
    /// What a code stands for.
    pub title: Option<String>,
}

/// What a pass has found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) numbers: Vec<u32>,
    /// Of each facet, the values that results have, counted as if the facet itself were not narrowed down.
    pub(crate) facets: Vec<(Facet, Vec<FacetCount>)>,
}

/// Goes over the candidates, or over all entries where there are none given; counts out at most `values` of each facet, and
/// none at all where it is `None`.
pub(crate) fn counted(
    board: &Board,
    filter: &Filter,
    candidates: Option<&[u32]>,
    values: Option<usize>,
) -> Result<Found> {
    let test = Test::new(filter, board)?;
    let mut counts = Counts::new(board, values.is_some());
    let mut numbers = Vec::new();
    let mut look = |number: u32, marks: &Marks| match test.verdict(marks, board.tags_of(number)) {
        Verdict::Wanted => {
            numbers.push(number);
            counts.add(marks);
        }
        Verdict::But(facet) => counts.add_to(marks, facet),
        Verdict::Unwanted => {}
    };
    match candidates {
        None => {
            for (number, marks) in board.marks.iter().enumerate() {
                look(number as u32, marks);
            }
        }
        Some(candidates) => {
            for number in candidates {
                if let Some(marks) = board.marks.get(*number as usize) {
                    look(*number, marks);
                }
            }
        }
    }
    Ok(Found {
        numbers,
        facets: counts.finish(board, values.unwrap_or_default()),
    })
}

/// The tags of the entries that are meant, with the number of those that have each.
pub(crate) fn tags(board: &Board, filter: &Filter) -> Result<BTreeMap<String, u64>> {
    let found = counted(board, filter, None, None)?;
    let mut counts = vec![0_u64; board.tags.len()];
    for number in found.numbers {
        for tag in board.tags_of(number) {
            if let Some(count) = counts.get_mut(*tag as usize) {
                *count += 1;
            }
        }
    }
    let counted = counts.into_iter().enumerate();
    let tags = counted.filter(|(_, count)| *count > 0);
    Ok(tags
        .map(|(place, count)| (board.tags.word(place).to_owned(), count))
        .collect())
}

struct Counts {
    by_facet: Vec<(Facet, Vec<u64>)>,
}

impl Counts {
    fn new(board: &Board, with_facets: bool) -> Self {
        let facets: &[Facet] = if with_facets { &Facet::ALL } else { &[] };
        let by_facet = facets
            .iter()
            .map(|facet| (*facet, vec![0; board.width(*facet)]))
            .collect();
        Self { by_facet }
    }

    fn add(&mut self, marks: &Marks) {
        for (facet, counts) in &mut self.by_facet {
            add(counts, *facet, marks);
        }
    }

    fn add_to(&mut self, marks: &Marks, facet: Facet) {
        if let Some((_, counts)) = self.by_facet.iter_mut().find(|(of, _)| *of == facet) {
            add(counts, facet, marks);
        }
    }

    fn finish(self, board: &Board, values: usize) -> Vec<(Facet, Vec<FacetCount>)> {
        self.by_facet
            .into_iter()
            .map(|(facet, counts)| {
                let mut places: Vec<(usize, u64)> = counts
                    .into_iter()
                    .enumerate()
                    .filter(|(_, count)| *count > 0)
                    .collect();
                places.sort_by_key(|(place, count)| (std::cmp::Reverse(*count), *place));
                places.truncate(values);
                let values = places
                    .into_iter()
                    .map(|(place, count)| FacetCount {
                        value: board.word(facet, place),
                        count,
                        title: None,
                    })
                    .collect();
                (facet, values)
            })
            .collect()
    }
}

fn add(counts: &mut [u64], facet: Facet, marks: &Marks) {
    let mut one = |place: u32| {
        if let Some(count) = counts.get_mut(place as usize) {
            *count += 1;
        }
    };
    if facet != Facet::Point {
        return one(marks.place(facet));
    }
    let mut points = marks.points;
    if points == 0 {
        one(0);
    }
    while points != 0 {
        one(points.trailing_zeros());
        points &= points - 1;
    }
}
