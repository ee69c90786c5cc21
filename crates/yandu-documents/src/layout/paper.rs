//! Strips placed on pages with the footnotes that they refer to.

use std::collections::VecDeque;

use super::plain_line;
use super::strip::{Part, Rule, Ruled, Spot, Strip, Text};
use crate::fonts::{Face, Glyphs};
use crate::line::{Letters, Line};
use crate::sheet;

/// Between the text and the first footnote, with the line that parts them.
const ABOVE_NOTES: f32 = 8.0;
/// How much of a page footnotes of the page before may take.
const CARRIED: f32 = sheet::TEXT_HEIGHT * 2.0 / 3.0;

/// A line on a page: the left end and the base of its letters, from the upper left corner of the sheet.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    pub(crate) at: Spot,
    pub(crate) line: Line,
    pub(crate) part: Part,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Page {
    pub(crate) lines: Vec<Drawn>,
    pub(crate) rules: Vec<Rule>,
}

pub(super) struct Paper {
    pages: Vec<Page>,
    page: Page,
    /// Height of the text of the page.
    used: f32,
    /// Footnotes at the foot of the page.
    at_foot: Vec<Text>,
    /// Footnotes that were referred to and have found no place yet.
    pending: VecDeque<Text>,
    /// The lines of each footnote that nothing has referred to yet.
    notes: Vec<Vec<Text>>,
    /// Strips of the head of the table that is being placed.
    head: Vec<Strip>,
    /// The ruled lines of the last strip, when it was one of a table.
    ruled: Option<Ruled>,
}

impl Paper {
    pub(super) fn new(notes: Vec<Vec<Text>>) -> Self {
        Self {
            pages: Vec::new(),
            page: Page::default(),
            used: 0.0,
            at_foot: Vec::new(),
            pending: VecDeque::new(),
            notes,
            head: Vec::new(),
            ruled: None,
        }
    }

    /// Places strips, those that keep together on one page as far as one holds them.
    pub(super) fn place(&mut self, strips: Vec<Strip>) {
        let mut group: Vec<Strip> = Vec::new();
        let last = strips.len().saturating_sub(1);
        for (place, strip) in strips.into_iter().enumerate() {
            let is_end = !strip.keeps_next || place == last;
            group.push(strip);
            if is_end {
                self.place_group(std::mem::take(&mut group));
            }
        }
    }

    fn place_group(&mut self, group: Vec<Strip>) {
        if !self.holds(&group) && self.used > 0.0 {
            self.turn(&group);
        }
        if self.holds(&group) {
            // Cells stand side by side: the footnotes of a row come by their numbers and not by the lines of its cells.
            let mut numbers: Vec<usize> = group.iter().flat_map(Strip::notes).collect();
            numbers.sort_unstable();
            self.refer_to(&numbers);
            for strip in group {
                self.put(strip);
            }
            return;
        }
        // One page does not hold them all.
        for strip in group {
            if !self.holds(std::slice::from_ref(&strip)) && self.used > 0.0 {
                self.turn(std::slice::from_ref(&strip));
            }
            self.put(strip);
        }
    }

    /// Whether the page has room for strips and for all that they refer to.
    fn holds(&self, group: &[Strip]) -> bool {
        let height: f32 = group.iter().map(|strip| strip.height).sum();
        let mut numbers: Vec<usize> = group.iter().flat_map(Strip::notes).collect();
        numbers.sort_unstable();
        numbers.dedup();
        let of = |number: &usize| self.notes.get(number - 1).map_or(0, Vec::len);
        let lines = self.at_foot.len() + self.pending.len() + numbers.iter().map(of).sum::<usize>();
        self.used + height + notes_height(lines) <= sheet::TEXT_HEIGHT + 0.01
    }

    /// Begins a page; in the middle of a table with its head.
    fn turn(&mut self, next: &[Strip]) {
        self.end_page();
        let goes_on = next
            .first()
            .and_then(|strip| strip.table.as_ref())
            .filter(|ruled| !ruled.is_head)
            .map(|ruled| ruled.table);
        let head = self.head.first().and_then(|strip| strip.table.as_ref());
        if goes_on.is_some() && goes_on == head.map(|ruled| ruled.table) {
            for mut strip in self.head.clone() {
                for text in &mut strip.texts {
                    text.part = Part::Furniture;
                }
                self.draw(strip);
            }
        }
        self.take_pending(CARRIED - self.used);
    }

    fn put(&mut self, strip: Strip) {
        if strip.texts.is_empty() && strip.table.is_none() && self.used == 0.0 {
            // A page does not begin with a blank line.
            return;
        }
        self.refer_to(&strip.notes().collect::<Vec<_>>());
        if let Some(ruled) = &strip.table {
            if ruled.is_head && ruled.begins_row {
                self.head.clear();
            }
            if ruled.is_head {
                self.head.push(strip.clone());
            }
        }
        self.draw(strip);
        self.take_pending(sheet::TEXT_HEIGHT - self.used);
    }

    /// Takes up footnotes that nothing has referred to before.
    fn refer_to(&mut self, numbers: &[usize]) {
        for number in numbers {
            if let Some(lines) = self.notes.get_mut(number - 1) {
                self.pending.extend(std::mem::take(lines));
            }
        }
    }

    fn draw(&mut self, strip: Strip) {
        let top = sheet::TOP + self.used;
        let is_same = |one: &Ruled, other: &Ruled| one.table == other.table;
        if let (Some(before), None) = (&self.ruled, &strip.table) {
            let rule = across(before, top);
            self.page.rules.push(rule);
        }
        if let Some(ruled) = &strip.table {
            let goes_on = self.ruled.as_ref().is_some_and(|one| is_same(one, ruled));
            if ruled.begins_row || !goes_on {
                self.page.rules.push(across(ruled, top));
            }
            for x in &ruled.columns {
                let x = sheet::LEFT + x;
                self.page.rules.push(Rule {
                    from: Spot { x, y: top },
                    to: Spot {
                        x,
                        y: top + strip.height,
                    },
                });
            }
        }
        self.ruled = strip.table;
        for text in strip.texts {
            let base = top + text.top + base_of(strip.line, &text.line);
            self.page.lines.push(Drawn {
                at: Spot {
                    x: sheet::LEFT + text.x,
                    y: base,
                },
                line: text.line,
                part: text.part,
            });
        }
        self.used += strip.height;
    }

    /// Takes footnotes to the foot of the page as far as there is room.
    fn take_pending(&mut self, room: f32) {
        while notes_height(self.at_foot.len() + 1) <= room + 0.01 {
            let Some(text) = self.pending.pop_front() else {
                return;
            };
            self.at_foot.push(text);
        }
    }

    fn end_page(&mut self) {
        if let Some(ruled) = self.ruled.take() {
            let rule = across(&ruled, sheet::TOP + self.used);
            self.page.rules.push(rule);
        }
        let notes = std::mem::take(&mut self.at_foot);
        let mut top = sheet::TOP + sheet::TEXT_HEIGHT - notes_height(notes.len());
        if !notes.is_empty() {
            let y = top + ABOVE_NOTES / 2.0;
            self.page.rules.push(Rule {
                from: Spot { x: sheet::LEFT, y },
                to: Spot {
                    x: sheet::LEFT + sheet::TEXT_WIDTH / 3.0,
                    y,
                },
            });
            top += ABOVE_NOTES;
        }
        for text in notes {
            self.page.lines.push(Drawn {
                at: Spot {
                    x: sheet::LEFT + text.x,
                    y: top + base_of(sheet::NOTE_LINE, &text.line),
                },
                line: text.line,
                part: text.part,
            });
            top += sheet::NOTE_LINE;
        }
        self.pages.push(std::mem::take(&mut self.page));
        self.used = 0.0;
    }

    /// The pages with their numbers.
    pub(super) fn finish(mut self, glyphs: &mut Glyphs<'_>) -> Vec<Page> {
        self.end_page();
        while !self.pending.is_empty() {
            self.take_pending(sheet::TEXT_HEIGHT);
            self.end_page();
        }
        for (place, page) in self.pages.iter_mut().enumerate() {
            page.lines.push(page_number(place + 1, glyphs));
        }
        self.pages
    }
}

fn notes_height(lines: usize) -> f32 {
    if lines == 0 {
        return 0.0;
    }
    ABOVE_NOTES + lines as f32 * sheet::NOTE_LINE
}

fn across(ruled: &Ruled, y: f32) -> Rule {
    let end = |x: Option<&f32>| Spot {
        x: sheet::LEFT + x.copied().unwrap_or_default(),
        y,
    };
    Rule {
        from: end(ruled.columns.first()),
        to: end(ruled.columns.last()),
    }
}

/// From the top of a line to the base of its letters, which stand in its middle.
fn base_of(height: f32, line: &Line) -> f32 {
    let letters = line.signs.iter().filter(|sign| sign.rise == 0.0);
    let size = letters.map(|sign| sign.size).fold(0.0, f32::max);
    (height - size) / 2.0 + size * 0.88
}

/// 4号宋体 between dashes, a sign from the outer end (7.5).
fn page_number(number: usize, glyphs: &mut Glyphs<'_>) -> Drawn {
    let letters = Letters {
        face: Face::Songti,
        size: sheet::PAGE_NUMBER,
        pitch: sheet::PAGE_NUMBER,
    };
    let line = plain_line(glyphs, letters, &format!("— {number} —"));
    let x = if number % 2 == 1 {
        sheet::TEXT_WIDTH - sheet::PAGE_NUMBER - line.width()
    } else {
        sheet::PAGE_NUMBER
    };
    let below = sheet::TOP + sheet::TEXT_HEIGHT + sheet::PAGE_NUMBER_BELOW;
    Drawn {
        at: Spot {
            x: sheet::LEFT + x,
            // The dashes stand in the middle of the letters.
            y: below + sheet::PAGE_NUMBER * 0.38,
        },
        line,
        part: Part::Furniture,
    }
}
