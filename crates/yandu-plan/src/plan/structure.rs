//! Chapters and points, and how they are numbered.

use std::collections::BTreeMap;

use super::{Draught, Span, TITLE_SIGNS};
use crate::outline::{self, Heading, Mark};
use crate::reading::{Chapter, Point};
use crate::review;

impl Draught<'_> {
    /// Chapters and points, without what the points hold.
    pub(super) fn outline(&mut self) -> (Vec<Chapter>, Vec<Span>) {
        let Some(mark) = self.mark else {
            return (Vec::new(), Vec::new());
        };
        let coarse = self
            .headings
            .iter()
            .map(|heading| heading.mark)
            .min()
            .filter(|one| *one < mark);
        let mut chapters: Vec<Chapter> = Vec::new();
        let mut points: Vec<Span> = Vec::new();
        let mut chapter_of: Vec<usize> = Vec::new();
        let named: Vec<(usize, usize)> = self
            .namings
            .iter()
            .filter(|naming| !naming.units.is_empty())
            .map(|naming| (naming.from, naming.to))
            .collect();
        let are_points = outline::points(&self.headings, &self.ends, mark, &named);
        for (place, (heading, end)) in self.headings.iter().zip(&self.ends).enumerate() {
            if Some(heading.mark) == coarse {
                chapters.push(Chapter {
                    label: self.label(heading),
                    title: self.heading_title(heading),
                    offset: self.layout.flow.place(heading.from),
                    points: Vec::new(),
                });
            }
            if are_points.contains(&place) {
                chapter_of.push(chapters.len());
                points.push(self.span(heading, *end));
            }
        }
        self.number(mark, &mut points);
        for (span, chapter) in points.iter().zip(&chapter_of) {
            if let Some(chapter) = chapter
                .checked_sub(1)
                .and_then(|place| chapters.get_mut(place))
            {
                chapter.points.push(span.point.number);
            }
        }
        (chapters, points)
    }

    fn label(&self, heading: &Heading) -> String {
        let label = self.raw(heading.from, heading.text);
        label
            .trim_start_matches("任务")
            .trim_start_matches("任務")
            .trim_matches(['(', ')', '（', '）', '、', '.', '．', ':', '：'])
            .to_owned()
    }

    fn span(&self, heading: &Heading, end: usize) -> Span {
        let flow = &self.layout.flow;
        Span {
            point: Point {
                number: heading.number,
                label: self.label(heading),
                title: self.heading_title(heading),
                offset: flow.place(heading.from),
                end: flow.place_after(end),
                leads: Vec::new(),
                supports: Vec::new(),
                lead_open: true,
                assignments: Vec::new(),
                sentences: Vec::new(),
            },
            from: heading.from,
            to: end,
        }
    }

    /// The first words of a heading: to the end of its first sentence, or before its units.
    fn heading_title(&self, heading: &Heading) -> String {
        let flow = &self.layout.flow;
        let from = heading.text;
        let first = self.namings.partition_point(|naming| naming.from < from);
        let naming = self
            .namings
            .get(first)
            .filter(|naming| naming.from < heading.to);
        let limit = naming.map_or(heading.to, |naming| naming.from);
        let mut end = (from..limit)
            .find(|place| {
                matches!(flow.at(*place), '。' | '!' | '?')
                    || flow.at(*place) == ':' && place - from <= 30
            })
            .unwrap_or(limit);
        if end - from > TITLE_SIGNS {
            end = (from..end)
                .find(|place| matches!(flow.at(*place), ',' | ';'))
                .unwrap_or(end);
        }
        self.raw(from, end.min(from + 2 * TITLE_SIGNS))
    }

    /// Numbers as the text has them where they run through it, else the order of the text.
    fn number(&mut self, mark: Mark, points: &mut [Span]) {
        let begins_again = {
            let (mut last, mut is_under_new) = (0, false);
            self.headings.iter().any(|heading| {
                is_under_new |= heading.mark < mark;
                let again = heading.mark == mark && heading.number == 1 && last > 0 && is_under_new;
                if heading.mark == mark {
                    (last, is_under_new) = (heading.number, false);
                }
                again
            })
        };
        review::numbering(
            &mut self.notes,
            &self.layout.flow,
            &self.headings,
            mark,
            begins_again,
        );
        let mut seen = BTreeMap::new();
        for span in points.iter() {
            *seen.entry(span.point.number).or_insert(0) += 1;
        }
        if begins_again || seen.values().any(|count| *count > 1) {
            for (place, span) in points.iter_mut().enumerate() {
                span.point.number = u32::try_from(place + 1).unwrap_or(u32::MAX);
            }
        }
    }
}
