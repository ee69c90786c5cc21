//! The board: of every entry what filters, facets, sums and orders need, in memory, in columns of small numbers.
//!
//! A request goes over it once. It is a copy of the records and of nothing else, so it needs no file of its own.

mod count;
mod filter;
mod order;
mod words;

use jiff::Timestamp;
use yandu_pack::declare::{Opening, Origin, SharingClass};
use yandu_words::Grade;

use crate::content::{Kind, Refresh};
use crate::facts::Facts;
use crate::lacks;
use crate::search::{pinyin, sign};
use crate::status::Status;
use crate::store::Stored;

pub use count::FacetCount;
pub(crate) use count::{counted, tags};
pub(crate) use filter::required;
pub use filter::{Filter, Lacking};
pub use order::Sort;
pub(crate) use order::{After, page_of};
pub(crate) use words::{Places, Words};

/// The signs of a title that decide its place in the order of titles.
const KEY_SIGNS: usize = 24;

/// What results can be narrowed down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Facet {
    Owner,
    Division,
    Theme,
    Kind,
    Sharing,
    Opening,
    Origin,
    Grade,
    Refresh,
    Status,
    Fresh,
    Point,
}

impl Facet {
    pub const ALL: [Self; 12] = [
        Self::Owner,
        Self::Division,
        Self::Theme,
        Self::Kind,
        Self::Sharing,
        Self::Opening,
        Self::Origin,
        Self::Grade,
        Self::Refresh,
        Self::Status,
        Self::Fresh,
        Self::Point,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Division => "division",
            Self::Theme => "theme",
            Self::Kind => "kind",
            Self::Sharing => "sharing",
            Self::Opening => "opening",
            Self::Origin => "origin",
            Self::Grade => "grade",
            Self::Refresh => "refresh",
            Self::Status => "status",
            Self::Fresh => "fresh",
            Self::Point => "point",
        }
    }
}

/// The word for a value that nobody has set, in facets and in filters.
pub(crate) const UNSET: &str = "unset";

const SHARING: [&str; 4] = [UNSET, "unconditional", "conditional", "none"];
const OPENING: [&str; 4] = [UNSET, "open", "conditional", "closed"];
const ORIGIN: [&str; 6] = [UNSET, "collect", "model", "matter", "form", "observe"];
const FRESH: [&str; 3] = [UNSET, "true", "false"];

/// The values of an entry as small numbers, side by side with those of the others: what a pass over the board reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Marks {
    owner: u32,
    division: u32,
    county: u32,
    theme: u32,
    points: u32,
    pub(crate) lacks: u32,
    kind: u8,
    sharing: u8,
    opening: u8,
    origin: u8,
    grade: u8,
    refresh: u8,
    status: u8,
    fresh: u8,
}

/// Where an entry stands in each of the orders; the smaller, the sooner.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ranks {
    /// The first signs of the key of the title; equal ones are told apart by the key itself.
    title: u64,
    updated: u64,
    score: u64,
    rows: u64,
}

/// What else the board knows of an entry.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) status: Status,
    updated_at: Timestamp,
    /// The title as it is spoken, for the order of titles.
    key: Box<str>,
    /// The folded title, as a number and in signs.
    pub(crate) title_hash: u64,
    pub(crate) title_signs: u16,
    pub(crate) facts: Facts,
}

#[derive(Debug, Default)]
pub(crate) struct Board {
    pub(crate) lines: Vec<Line>,
    pub(crate) marks: Vec<Marks>,
    ranks: Vec<Ranks>,
    /// The tags of each entry.
    tagged: Vec<Box<[u32]>>,
    pub(crate) tags: Words,
    pub(crate) owners: Words,
    pub(crate) themes: Words,
    pub(crate) places: Places,
}

impl Board {
    /// Puts an entry on the board, in the place of what was there of it.
    pub(crate) fn put(&mut self, entry: &Stored, lacks: u32) {
        let facts = self
            .lines
            .get_mut(entry.number as usize)
            .map(|line| std::mem::take(&mut line.facts))
            .unwrap_or_default();
        let line = Line {
            status: entry.status,
            updated_at: entry.updated_at,
            key: pinyin::spoken(&entry.content.title.zh, KEY_SIGNS).into(),
            title_hash: sign::hash(&entry.content.title.zh),
            title_signs: entry
                .content
                .title
                .zh
                .chars()
                .count()
                .min(usize::from(u16::MAX)) as u16,
            facts,
        };
        let marks = self.marks(entry, lacks, line.facts.fresh);
        // Numbers are given without gaps, so the next one is the end.
        place(&mut self.marks, entry.number, marks);
        place(&mut self.ranks, entry.number, Ranks::new(&line));
        let tags = entry.content.tags.iter();
        let tags = tags.map(|tag| self.tags.place(Some(tag))).collect();
        place(&mut self.tagged, entry.number, tags);
        place(&mut self.lines, entry.number, line);
    }

    /// The tags of an entry, as places of [`Self::tags`].
    pub(crate) fn tags_of(&self, number: u32) -> &[u32] {
        self.tagged
            .get(number as usize)
            .map_or(&[], |tags| tags.as_ref())
    }

    fn marks(&mut self, entry: &Stored, lacks: u32, fresh: Option<bool>) -> Marks {
        let content = &entry.content;
        let listed = |place: Option<usize>| place.map_or(0, |place| place as u8 + 1);
        let division = self.places.place(content.division.as_deref());
        Marks {
            owner: self.owners.place(Some(content.owner.as_str())),
            division,
            county: self.places.county(division),
            theme: self.themes.place(content.theme.as_deref()),
            points: content
                .points
                .iter()
                .fold(0, |points, point| points | 1 << (u32::from(*point) & 31)),
            lacks,
            kind: listed(Kind::ALL.iter().position(|kind| *kind == content.kind)),
            sharing: content.sharing.class.map_or(0, |class| match class {
                SharingClass::Unconditional => 1,
                SharingClass::Conditional => 2,
                SharingClass::None => 3,
            }),
            opening: content.opening.map_or(0, |opening| match opening {
                Opening::Open => 1,
                Opening::Conditional => 2,
                Opening::Closed => 3,
            }),
            origin: content.origin.map_or(0, |origin| match origin {
                Origin::Collect => 1,
                Origin::Model => 2,
                Origin::Matter => 3,
                Origin::Form => 4,
                Origin::Observe => 5,
            }),
            grade: content.grade.map_or(0, |grade| grade as u8 + 1),
            refresh: listed(
                content
                    .refresh
                    .and_then(|refresh| Refresh::ALL.iter().position(|known| *known == refresh)),
            ),
            status: entry.status as u8 + 1,
            fresh: fresh_place(fresh),
        }
    }

    /// Notes facts; nothing happens where there is no such entry.
    pub(crate) fn note(&mut self, number: u32, facts: Facts) {
        let at = number as usize;
        if let (Some(line), Some(marks), Some(ranks)) = (
            self.lines.get_mut(at),
            self.marks.get_mut(at),
            self.ranks.get_mut(at),
        ) {
            marks.fresh = fresh_place(facts.fresh);
            line.facts = facts;
            *ranks = Ranks::new(line);
        }
    }
}

fn place<T>(all: &mut Vec<T>, number: u32, one: T) {
    match all.get_mut(number as usize) {
        Some(place) => *place = one,
        None => all.push(one),
    }
}

fn fresh_place(fresh: Option<bool>) -> u8 {
    match fresh {
        None => 0,
        Some(true) => 1,
        Some(false) => 2,
    }
}

impl Ranks {
    fn new(line: &Line) -> Self {
        let downwards = |value: u64| u64::MAX - value;
        let mut first = [0; 8];
        for (place, byte) in first.iter_mut().zip(line.key.bytes()) {
            *place = byte;
        }
        Self {
            title: u64::from_be_bytes(first),
            updated: downwards(line.updated_at.as_microsecond().max(0) as u64),
            // Positive floats are in the order of their bits.
            score: line
                .facts
                .score
                .map_or(u64::MAX, |score| downwards(score.max(0.0).to_bits())),
            rows: line.facts.rows.map_or(u64::MAX, downwards),
        }
    }
}

impl Marks {
    /// The place of its value of a facet that has one value; 0 where it is not set.
    fn place(&self, facet: Facet) -> u32 {
        match facet {
            Facet::Owner => self.owner,
            Facet::Division => self.county,
            Facet::Theme => self.theme,
            Facet::Kind => self.kind.into(),
            Facet::Sharing => self.sharing.into(),
            Facet::Opening => self.opening.into(),
            Facet::Origin => self.origin.into(),
            Facet::Grade => self.grade.into(),
            Facet::Refresh => self.refresh.into(),
            Facet::Status => self.status.into(),
            Facet::Fresh => self.fresh.into(),
            Facet::Point => 0,
        }
    }

    /// Its word of a closed list.
    pub(crate) fn closed(&self, facet: Facet) -> &'static str {
        closed(facet, self.place(facet) as usize)
    }

    pub(crate) fn serves(&self, point: u8) -> bool {
        self.points & (1 << (u32::from(point) & 31)) != 0
    }

    pub(crate) fn owner(&self) -> u32 {
        self.owner
    }

    pub(crate) fn theme(&self) -> u32 {
        self.theme
    }

    pub(crate) fn county(&self) -> u32 {
        self.county
    }
}

impl Board {
    /// How many places the values of a facet have, the one for those without a value among them.
    fn width(&self, facet: Facet) -> usize {
        match facet {
            Facet::Owner => self.owners.len(),
            Facet::Division => self.places.len(),
            Facet::Theme => self.themes.len(),
            Facet::Kind => Kind::ALL.len() + 1,
            Facet::Sharing => SHARING.len(),
            Facet::Opening => OPENING.len(),
            Facet::Origin => ORIGIN.len(),
            Facet::Grade => Grade::ALL.len() + 1,
            Facet::Refresh => Refresh::ALL.len() + 1,
            Facet::Status => Status::ALL.len() + 1,
            Facet::Fresh => FRESH.len(),
            Facet::Point => 32,
        }
    }

    /// The word for a place of a facet.
    fn word(&self, facet: Facet, place: usize) -> String {
        match facet {
            Facet::Owner => self.owners.word(place).to_owned(),
            Facet::Division => self.places.word(place).to_owned(),
            Facet::Theme => self.themes.word(place).to_owned(),
            Facet::Point if place > 0 => place.to_string(),
            facet => closed(facet, place).to_owned(),
        }
    }

    pub(crate) fn lacking(&self, number: u32) -> Vec<lacks::Element> {
        self.marks
            .get(number as usize)
            .map(|marks| lacks::from_bits(marks.lacks))
            .unwrap_or_default()
    }
}

/// The word for a place of a closed list.
fn closed(facet: Facet, place: usize) -> &'static str {
    let below = place.checked_sub(1);
    match facet {
        Facet::Kind => below
            .and_then(|at| Kind::ALL.get(at))
            .map(|kind| kind.name()),
        Facet::Sharing => SHARING.get(place).copied(),
        Facet::Opening => OPENING.get(place).copied(),
        Facet::Origin => ORIGIN.get(place).copied(),
        Facet::Grade => below
            .and_then(|at| Grade::ALL.get(at))
            .map(|grade| grade.name()),
        Facet::Refresh => below
            .and_then(|at| Refresh::ALL.get(at))
            .map(|refresh| refresh.name()),
        Facet::Status => below
            .and_then(|at| Status::ALL.get(at))
            .map(|status| status.name()),
        Facet::Fresh => FRESH.get(place).copied(),
        Facet::Owner | Facet::Division | Facet::Theme | Facet::Point => None,
    }
    .unwrap_or(UNSET)
}
