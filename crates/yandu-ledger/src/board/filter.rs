//! Conditions on entries.

use crate::lacks::Element;
use crate::{Error, Result};

use super::{Board, FRESH, Facet, Marks, OPENING, ORIGIN, SHARING};
use crate::content::{Kind, Refresh};
use crate::status::Status;
use yandu_words::Grade;

/// What an entry lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lacking {
    /// Nothing that is needed to publish it.
    Nothing,
    /// Something that is needed to publish it.
    Something,
    This(Element),
}

impl Lacking {
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "nothing" => Some(Self::Nothing),
            "something" => Some(Self::Something),
            name => Element::from_name(name).map(Self::This),
        }
    }

    fn holds(self, lacks: u32) -> bool {
        match self {
            Self::Nothing => lacks & required() == 0,
            Self::Something => lacks & required() != 0,
            Self::This(element) => lacks & element.bit() != 0,
        }
    }
}

/// The bits of what an entry needs to be published.
pub(crate) fn required() -> u32 {
    Element::ALL
        .into_iter()
        .filter(|element| element.is_required())
        .fold(0, |bits, element| bits | element.bit())
}

/// Which entries are meant: of each facet that is named one of its values, and of `lacks` and of `tags` one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    pub values: Vec<(Facet, Vec<String>)>,
    pub lacks: Vec<Lacking>,
    pub tags: Vec<String>,
}

impl Filter {
    /// Adds values of a facet; none mean any.
    #[must_use]
    pub fn with(
        mut self,
        facet: Facet,
        values: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let values: Vec<String> = values.into_iter().map(Into::into).collect();
        if !values.is_empty() {
            self.values.push((facet, values));
        }
        self
    }
}

/// A filter over the words of one board.
pub(crate) struct Test {
    facets: Vec<(Facet, Allowed)>,
    lacks: Vec<Lacking>,
    /// The places of the tags that are wanted; `None` where any will do.
    tags: Option<Vec<u32>>,
}

enum Allowed {
    /// Of each place of the facet, whether it is wanted. For divisions the places are those of the codes themselves.
    Places(Vec<bool>),
    Points(u32),
}

/// How an entry stands against a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Wanted,
    /// All but one facet want it: it counts among the alternatives of that facet.
    But(Facet),
    Unwanted,
}

impl Test {
    pub(crate) fn new(filter: &Filter, board: &Board) -> Result<Self> {
        let mut facets: Vec<(Facet, Allowed)> = Vec::new();
        for (facet, values) in &filter.values {
            facets.push((*facet, allowed(board, *facet, values)?));
        }
        Ok(Self {
            facets,
            lacks: filter.lacks.clone(),
            tags: (!filter.tags.is_empty()).then(|| {
                let places = filter.tags.iter().map(|tag| board.tags.known(tag));
                places.flatten().collect()
            }),
        })
    }

    pub(crate) fn verdict(&self, marks: &Marks, tags: &[u32]) -> Verdict {
        let is_tagged = |wanted: &Vec<u32>| tags.iter().any(|tag| wanted.contains(tag));
        if !self.tags.as_ref().is_none_or(is_tagged) {
            return Verdict::Unwanted;
        }
        if !self.lacks.is_empty() && !self.lacks.iter().any(|lacking| lacking.holds(marks.lacks)) {
            return Verdict::Unwanted;
        }
        let mut verdict = Verdict::Wanted;
        for (facet, allowed) in &self.facets {
            if allowed.holds(*facet, marks) {
                continue;
            }
            if verdict != Verdict::Wanted {
                return Verdict::Unwanted;
            }
            verdict = Verdict::But(*facet);
        }
        verdict
    }
}

impl Allowed {
    fn holds(&self, facet: Facet, marks: &Marks) -> bool {
        match self {
            Self::Points(wanted) => {
                marks.points & wanted != 0 || (marks.points == 0 && wanted & 1 == 1)
            }
            Self::Places(wanted) => {
                let place = match facet {
                    Facet::Division => marks.division,
                    facet => marks.place(facet),
                };
                wanted.get(place as usize).copied().unwrap_or(false)
            }
        }
    }
}

fn allowed(board: &Board, facet: Facet, values: &[String]) -> Result<Allowed> {
    if facet == Facet::Point {
        return values
            .iter()
            .try_fold(0, |points, value| Ok(points | 1 << point(value)?))
            .map(Allowed::Points);
    }
    if facet == Facet::Division {
        let mut wanted = vec![false; board.places.len()];
        for value in values {
            for (place, inside) in wanted.iter_mut().zip(board.places.inside(value)) {
                *place |= inside;
            }
        }
        return Ok(Allowed::Places(wanted));
    }
    let mut wanted = vec![false; board.width(facet)];
    for value in values {
        // A department that is in no entry is no mistake: nothing is found.
        let place = match facet {
            Facet::Owner => board.owners.find(value),
            Facet::Theme => board.themes.find(value),
            facet => Some(listed(facet, value)?),
        };
        if let Some(slot) = place.and_then(|place| wanted.get_mut(place as usize)) {
            *slot = true;
        }
    }
    Ok(Allowed::Places(wanted))
}

/// The place of a word of a closed list.
fn listed(facet: Facet, value: &str) -> Result<u32> {
    let words: Vec<&str> = match facet {
        Facet::Sharing => SHARING.to_vec(),
        Facet::Opening => OPENING.to_vec(),
        Facet::Origin => ORIGIN.to_vec(),
        Facet::Fresh => FRESH.to_vec(),
        Facet::Kind => with_unset(Kind::ALL.iter().map(|kind| kind.name())),
        Facet::Refresh => with_unset(Refresh::ALL.iter().map(|refresh| refresh.name())),
        Facet::Grade => with_unset(Grade::ALL.into_iter().map(Grade::name)),
        Facet::Status => with_unset(Status::ALL.into_iter().map(Status::name)),
        Facet::Owner | Facet::Division | Facet::Theme | Facet::Point => Vec::new(),
    };
    words
        .iter()
        .position(|word| *word == value)
        .map(|place| place as u32)
        .ok_or_else(|| Error::Parameter {
            parameter: facet.name(),
            why: format!("`{}` is none of {}", clipped(value), words.join(", ")),
        })
}

fn with_unset<'a>(words: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    std::iter::once(super::UNSET).chain(words).collect()
}

fn point(value: &str) -> Result<u32> {
    if value == super::UNSET {
        return Ok(0);
    }
    value
        .parse()
        .ok()
        .filter(|point| (1..=25).contains(point))
        .ok_or_else(|| Error::Parameter {
            parameter: "point",
            why: format!("`{}` is no point of the plan, 1 to 25", clipped(value)),
        })
}

fn clipped(text: &str) -> String {
    text.chars().take(60).collect()
}
