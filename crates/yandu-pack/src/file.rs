//! The text of one file, and problems placed in it.

use std::path::PathBuf;

use crate::problem::{Code, Problem, Span, excerpt};
use crate::yaml::{Content, Document, Fault, Found, Node, Place, read};

/// A file as it was read: where it is, and what stands in it.
#[derive(Debug)]
pub(crate) struct FileText {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl FileText {
    pub(crate) fn new(path: PathBuf, text: String) -> Self {
        // Editors on Windows write a byte order mark; it is no part of the text and would shift the first line.
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        Self { path, text }
    }

    /// Reads the file as YAML; what is wrong with its text goes to `problems`.
    pub(crate) fn read(&self, problems: &mut Vec<Problem>) -> Option<Document> {
        let (document, faults) = read(&self.text);
        problems.extend(faults.into_iter().map(|fault| self.fault(fault)));
        document
    }

    fn fault(&self, fault: Fault) -> Problem {
        self.problem(fault.code, fault.place, fault.message)
            .help_if(fault.help.map(str::to_owned))
    }

    pub(crate) fn problem(&self, code: Code, place: Place, message: impl Into<String>) -> Problem {
        let mut problem = Problem::new(code, &self.path, message);
        let (line, span) = self.locate(place);
        problem.excerpt = (!line.trim().is_empty()).then(|| excerpt(line, span));
        problem.span = Some(span);
        problem
    }

    /// Hides what stands at the place of a problem, which may be a secret.
    pub(crate) fn redact(mut problem: Problem) -> Problem {
        problem.is_secret = true;
        if let Some(excerpt) = &mut problem.excerpt {
            excerpt.marked = "*".repeat(8);
            excerpt.after.clear();
        }
        problem
    }

    /// The line of a place, and the place within it.
    fn locate(&self, place: Place) -> (&str, Span) {
        let is_break = |sign: char| matches!(sign, '\n' | '\r');
        let start = self
            .text
            .char_indices()
            .nth(place.start)
            .map_or(self.text.len(), |(byte, _)| byte);
        let before = self.text.get(..start).unwrap_or_default();
        let line_start = before.rfind(is_break).map_or(0, |newline| newline + 1);
        let from_line = self.text.get(line_start..).unwrap_or_default();
        let line = from_line.split(is_break).next().unwrap_or_default();
        let column = before.get(line_start..).unwrap_or_default().chars().count();
        let available = line.chars().count().saturating_sub(column);
        let length = place.end.saturating_sub(place.start).min(available).max(1);
        let span = Span {
            line: place.line.max(1),
            column: column + 1,
            length,
        };
        (line, span)
    }

    /// The characters of a place.
    pub(crate) fn slice(&self, place: Place) -> String {
        self.text
            .chars()
            .skip(place.start)
            .take(place.end.saturating_sub(place.start))
            .collect()
    }

    /// Where to point for a value: at itself, or at its key where it is a block of several lines.
    pub(crate) fn value_place(&self, root: &Node, pointer: &str) -> Place {
        let Found { key, node } = root.find(pointer);
        match &node.content {
            Content::Scalar => {
                // A value that was left out has no signs of its own.
                if node.place.end > node.place.start {
                    node.place
                } else {
                    key.unwrap_or(node.place)
                }
            }
            Content::List(_) | Content::Map(_) => {
                let flow = self.text.chars().nth(node.place.start);
                match key {
                    Some(key) if !matches!(flow, Some('[' | '{')) => key,
                    _ => first_line(node),
                }
            }
        }
    }

    /// Where to point for the key of a value, or for the value where it has none.
    pub(crate) fn key_place(&self, root: &Node, pointer: &str) -> Place {
        let found = root.find(pointer);
        found.key.unwrap_or_else(|| self.value_place(root, pointer))
    }
}

/// A block of several lines is pointed at by its first key.
fn first_line(node: &Node) -> Place {
    match &node.content {
        Content::Map(entries) => match entries.first() {
            Some(entry) if entry.key_place.start == node.place.start => entry.key_place,
            _ => node.place,
        },
        _ => node.place,
    }
}
