//! Which delimiter, quote and line end a text is written with.

use yandu_words::fold_header;

use super::super::Hints;
use super::parser::{first_record, split_record};
use super::scanner::Scanner;

const CANDIDATES: [u8; 4] = [b',', b'\t', b';', b'|'];
const RECORDS: usize = 300;

pub(crate) struct Dialect {
    pub(crate) scanner: Scanner,
    pub(crate) line_end: &'static str,
    pub(crate) notes: Vec<String>,
}

/// The dialect of a text. `complete` says that the text is the whole file.
pub(crate) fn detect(text: &str, complete: bool, hints: &Hints) -> Dialect {
    let (newline, line_end) = line_end(text);
    let declared = hints
        .delimiter
        .and_then(|delimiter| u8::try_from(delimiter).ok());
    let known: Vec<String> = hints
        .known_headers
        .iter()
        .map(|name| fold_header(name))
        .collect();
    let candidates = declared.map_or(CANDIDATES.to_vec(), |delimiter| vec![delimiter]);
    let mut best: Option<(f64, Scanner)> = None;
    for delimiter in candidates {
        let scanner = Scanner {
            delimiter,
            quote: Some(quote(text, delimiter)),
            newline,
        };
        let score = score(text, complete, scanner, &known);
        if best.is_none_or(|(most, _)| score > most) {
            best = Some((score, scanner));
        }
    }
    let fallback = Scanner {
        delimiter: b',',
        quote: Some(b'"'),
        newline,
    };
    let (score, scanner) = best.unwrap_or((0.0, fallback));
    let mut notes = Vec::new();
    let single = score < 0.3 && declared.is_none();
    if single {
        notes.push("no delimiter separates the lines into cells; read as one column".to_owned());
    }
    Dialect {
        scanner: if single { fallback } else { scanner },
        line_end,
        notes,
    }
}

/// LF ends lines unless bare CR is by far more frequent.
fn line_end(text: &str) -> (u8, &'static str) {
    let bytes = text.as_bytes();
    let line_feeds = memchr::memchr_iter(b'\n', bytes).count();
    let both = memchr::memmem::find_iter(bytes, b"\r\n").count();
    let returns = memchr::memchr_iter(b'\r', bytes).count() - both;
    if returns > 4 * line_feeds {
        (b'\r', "cr")
    } else if both * 2 > line_feeds {
        (b'\n', "crlf")
    } else {
        (b'\n', "lf")
    }
}

/// The apostrophe quotes when cells stand in it and none stands in double quotes.
fn quote(text: &str, delimiter: u8) -> u8 {
    let delimiter = char::from(delimiter);
    let quoted = |quote: char| {
        text.lines()
            .take(RECORDS)
            .flat_map(|line| line.split(delimiter))
            .filter(|cell| {
                let cell = cell.trim();
                cell.len() > 1 && cell.starts_with(quote) && cell.ends_with(quote)
            })
            .count()
    };
    if quoted('"') == 0 && quoted('\'') >= 2 {
        b'\''
    } else {
        b'"'
    }
}

/// How well a text reads as a table: the share of records with the usual number of cells, at least two.
fn score(text: &str, complete: bool, scanner: Scanner, known: &[String]) -> f64 {
    let bytes = text.as_bytes();
    let mut counts: Vec<usize> = Vec::new();
    let mut names = 0;
    let mut start = 0;
    while let Some(head) = first_record(scanner, bytes, start, complete) {
        let record = text.get(start..head.end).unwrap_or_default();
        if !scanner.is_blank(record.as_bytes()) {
            let cells = split_record(scanner, record, head.plain);
            counts.push(cells.len());
            if counts.len() <= 30 && !known.is_empty() {
                let found = cells
                    .iter()
                    .flatten()
                    .filter(|cell| known.contains(&fold_header(cell)));
                names = names.max(found.count());
            }
        }
        start = head.next;
        if counts.len() == RECORDS {
            break;
        }
    }
    let usual = usual(&counts);
    if usual < 2 {
        return 0.0;
    }
    let alike = counts.iter().filter(|count| **count == usual).count();
    let share = alike as f64 / counts.len() as f64;
    let first = if counts.first() == Some(&usual) {
        0.1
    } else {
        0.0
    };
    let wide = usual.min(20) as f64 * 0.005;
    let declared = if names >= 2 { 1.0 } else { 0.0 };
    share + first + wide + declared
}

/// The most frequent number of cells above one.
fn usual(counts: &[usize]) -> usize {
    let mut best = (0, 0);
    for count in counts.iter().copied().filter(|count| *count > 1) {
        let times = counts.iter().filter(|other| **other == count).count();
        best = best.max((times, count));
    }
    best.1
}
