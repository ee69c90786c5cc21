//! The structure of the text for readers who listen: which lines are a heading, a paragraph, a cell, a footnote.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use krilla::tagging::{Identifier, Node, TableHeaderScope, Tag, TagGroup, TagKind, TagTree};

use crate::document::{Block, Document, Level};
use crate::layout::Part;

pub(super) struct Tags {
    /// Pieces of pages in the order of drawing.
    drawn: Vec<(Part, Identifier)>,
    /// By the number of their footnote.
    links: BTreeMap<usize, Vec<Identifier>>,
    titles: BTreeMap<usize, String>,
}

impl Tags {
    pub(super) fn new(document: &Document) -> Self {
        let titles = document
            .numbered()
            .enumerate()
            .filter_map(|(place, (number, block))| {
                let Block::Heading(heading) = block else {
                    return None;
                };
                let text: String = heading.text.iter().map(|run| run.text.as_str()).collect();
                Some((place, format!("{number}{text}")))
            });
        Self {
            drawn: Vec::new(),
            links: BTreeMap::new(),
            titles: titles.collect(),
        }
    }

    pub(super) fn put(&mut self, part: Part, place: Identifier) {
        self.drawn.push((part, place));
    }

    pub(super) fn put_link(&mut self, note: usize, place: Identifier) {
        self.links.entry(note).or_default().push(place);
    }

    /// The tree: the text in its order, then the footnotes.
    pub(super) fn tree(self) -> TagTree {
        let mut tree = TagTree::new().with_lang(Some("zh-CN".to_owned()));
        let (notes, text): (Vec<_>, Vec<_>) = self
            .drawn
            .into_iter()
            .partition(|(part, _)| matches!(part, Part::Note(_)));
        let mut tables: BTreeMap<usize, Rows> = BTreeMap::new();
        for (part, place) in &text {
            if let Part::Cell(block, row, column) = part {
                let rows = tables.entry(*block).or_default();
                let cells = rows.entry(*row).or_default();
                cells.entry(*column).or_default().push((*place).into());
            }
        }
        let same = |one: &(Part, Identifier), next: &(Part, Identifier)| {
            one.0 == next.0 && one.0 != Part::Paragraph
        };
        for group in text.chunk_by(same) {
            let Some((part, _)) = group.first() else {
                continue;
            };
            let lines = || group.iter().map(|(_, place)| (*place).into()).collect();
            match part {
                Part::Cell(block, ..) => {
                    if let Some(rows) = tables.remove(block) {
                        tree.push(table(rows));
                    }
                }
                part => tree.push(TagGroup::with_children(kind(*part, &self.titles), lines())),
            }
        }
        let mut by_number: BTreeMap<usize, Vec<Node>> = BTreeMap::new();
        for (part, place) in notes {
            if let Part::Note(number) = part {
                by_number.entry(number).or_default().push(place.into());
            }
        }
        for (number, mut lines) in by_number {
            for link in self.links.get(&number).into_iter().flatten() {
                lines.push(TagGroup::with_children(Tag::Link, vec![(*link).into()]).into());
            }
            tree.push(TagGroup::with_children(Tag::Note, lines));
        }
        tree
    }
}

type Rows = BTreeMap<usize, BTreeMap<usize, Vec<Node>>>;

fn kind(part: Part, titles: &BTreeMap<usize, String>) -> TagKind {
    match part {
        Part::Heading(level, place) => heading(level, titles.get(&place).cloned()),
        Part::Title => Tag::Title.into(),
        _ => Tag::P.into(),
    }
}

fn heading(level: Level, title: Option<String>) -> TagKind {
    let number = u16::try_from(level as usize + 1)
        .ok()
        .and_then(NonZeroU16::new);
    Tag::Hn(number.unwrap_or(NonZeroU16::MIN), title).into()
}

fn table(rows: Rows) -> TagGroup {
    let mut group = TagGroup::new(Tag::Table);
    for (row, cells) in rows {
        let mut line = TagGroup::new(Tag::TR);
        for lines in cells.into_values() {
            let kind: TagKind = if row == 0 {
                Tag::TH(TableHeaderScope::Column).into()
            } else {
                Tag::TD.into()
            };
            line.push(TagGroup::with_children(kind, lines));
        }
        group.push(line);
    }
    group
}
