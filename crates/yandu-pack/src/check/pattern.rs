//! Regular expressions.

use regex_syntax::{Error, ParserBuilder};

use crate::declare::DatasetFile;
use crate::expectation::whole;
use crate::load::Declared;
use crate::problem::{Code, Problem};
use crate::yaml::locate;

/// How deep groups may be nested.
const MAX_NESTING: u32 = 50;

pub(super) fn check(
    dataset: &Declared<DatasetFile>,
    pointer: &str,
    pattern: &str,
) -> Option<Problem> {
    let parsed = ParserBuilder::new()
        .nest_limit(MAX_NESTING)
        .build()
        .parse(pattern);
    let Err(error) = parsed else {
        return unusable(dataset, pointer, pattern);
    };
    let (message, span) = match &error {
        Error::Parse(error) => (error.kind().to_string(), error.span()),
        Error::Translate(error) => (error.kind().to_string(), error.span()),
        _ => (error.to_string(), &EVERYTHING),
    };
    let message = format!("the pattern does not compile: {}", sentence(&message));
    let to_characters = |byte: usize| {
        pattern
            .get(..byte)
            .map_or(0, |before| before.chars().count())
    };
    let (start, end) = (
        to_characters(span.start.offset),
        to_characters(span.end.offset),
    );
    let scalar = dataset.root.find(pointer).node.place;
    let mut place = locate(&dataset.file.text, scalar, pattern, start);
    if end > start {
        place.end = locate(&dataset.file.text, scalar, pattern, end - 1)
            .end
            .max(place.end);
    }
    Some(
        dataset
            .at_place(Code::WrongPattern, place, message)
            .help(HELP),
    )
}

/// A pattern that reads well and cannot be used as one of the whole value: it is too large, or swallows what follows it.
fn unusable(dataset: &Declared<DatasetFile>, pointer: &str, pattern: &str) -> Option<Problem> {
    let error = whole(pattern).err()?.to_string();
    let last = error.lines().last().unwrap_or_default();
    let why = sentence(last.trim_start_matches("error: "));
    let message = format!("the pattern does not compile: {why}");
    let problem = dataset.at(Code::WrongPattern, pointer, message);
    Some(problem.help(HELP))
}

const HELP: &str =
    "patterns are those of the Rust `regex` crate, without look-around and back-references";

const EVERYTHING: regex_syntax::ast::Span = regex_syntax::ast::Span {
    start: regex_syntax::ast::Position {
        offset: 0,
        line: 1,
        column: 1,
    },
    end: regex_syntax::ast::Position {
        offset: 0,
        line: 1,
        column: 1,
    },
};

fn sentence(message: &str) -> String {
    message.trim_end_matches('.').to_lowercase()
}
