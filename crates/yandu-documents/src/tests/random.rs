//! Documents of any text.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng, SeedableRng};

use super::readers::{read, text_of, without_blanks};
use super::site::fonts;
use crate::layout::{Part, pages};
use crate::line::{Line, may_split};
use crate::{
    Align, Block, Column, Document, Heading, Level, Note, Run, Runs, Table, to_docx, to_pdf,
};

/// Signs with which no line of an office begins.
const CLOSING: &str = "，。、；：？！）》」』】”,.;:?!)]}";

/// Signs that none of the fonts of the tests has.
const MISSING: [char; 3] = ['😀', '🏗', '\u{e000}'];

fn piece(random: &mut StdRng) -> String {
    let count = random.random_range(1..12);
    match random.random_range(0..13) {
        0 => "Antidisestablishmentarianism".repeat(random.random_range(1..5)),
        1 => random.random_range(0..u64::MAX).to_string(),
        2 => "（《“".repeat(count),
        3 => "”》）。，".repeat(count),
        4 => "!),.:;?]}".repeat(count),
        5 => "鹽瀆臺灣繁體".to_owned(),
        6 => "𠮷𪚥𠀀".to_owned(),
        7 => MISSING.choose(random).unwrap().to_string(),
        8 => " ".repeat(count),
        9 => format!("https://example.org/{}?a=b&c=<d>", "path/".repeat(count)),
        10 => "\u{0}\u{7}\n\t\u{2028}".to_owned(),
        11 => "……——".to_owned(),
        _ => (0..count * 5)
            .map(|_| char::from_u32(random.random_range(0x4e00..0x9fa5)).unwrap())
            .collect(),
    }
}

fn runs(random: &mut StdRng, document: &mut Document, pieces: usize) -> Runs {
    let count = random.random_range(0..=pieces);
    (0..count)
        .map(|_| {
            let text = piece(random);
            if random.random_bool(0.3) {
                let note = Note {
                    text: piece(random) + &piece(random),
                    address: random
                        .random_bool(0.5)
                        .then(|| "http://127.0.0.1:8650/figures/a.b".to_owned()),
                    trail: None,
                };
                let note = document.note(note);
                Run::noted(text, note)
            } else {
                Run::plain(text)
            }
        })
        .collect()
}

fn block(random: &mut StdRng, document: &mut Document) -> Block {
    match random.random_range(0..6) {
        0 | 1 => Block::Heading(Heading {
            level: *Level::ALL.choose(random).unwrap(),
            text: runs(random, document, 3),
        }),
        2 => {
            let width = random.random_range(0..6);
            let columns = (0..width).map(|_| Column {
                title: piece(random),
                width: random.random_range(0..5),
                align: *[Align::Left, Align::Centre, Align::Right]
                    .choose(random)
                    .unwrap(),
            });
            let columns = columns.collect();
            let rows = (0..random.random_range(0..6)).map(|_| {
                // Rows may be short of cells, or have more than there are columns.
                let cells = random.random_range(0..7);
                (0..cells)
                    .map(|_| {
                        let pieces = if random.random_bool(0.1) { 120 } else { 3 };
                        runs(random, document, pieces)
                    })
                    .collect()
            });
            let rows = rows.collect();
            Block::Table(Table { columns, rows })
        }
        _ => {
            // A hundred footnotes on a page, now and then.
            let pieces = if random.random_bool(0.1) { 400 } else { 20 };
            Block::Paragraph(runs(random, document, pieces))
        }
    }
}

fn document(random: &mut StdRng) -> Document {
    let mut document = Document {
        title: piece(random),
        number: random.random_bool(0.3).then(|| piece(random)),
        recipients: random.random_bool(0.5).then(|| piece(random)),
        signature: random.random_bool(0.7).then(|| piece(random)),
        date: random
            .random_bool(0.7)
            .then(|| jiff::civil::date(2026, 6, 30)),
        ..Document::default()
    };
    for _ in 0..random.random_range(0..14) {
        let block = block(random, &mut document);
        document.blocks.push(block);
    }
    document
}

fn seed() -> u64 {
    let named = std::env::var("SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = named.unwrap_or_else(|| rand::rng().random());
    println!("SEED={seed}");
    seed
}

/// The lines of each part of the text, in their order.
fn parts(document: &Document, glyphs: &mut crate::fonts::Glyphs<'_>) -> BTreeMap<Part, Vec<Line>> {
    let mut parts: BTreeMap<Part, Vec<Line>> = BTreeMap::new();
    for drawn in pages(document, glyphs)
        .into_iter()
        .flat_map(|page| page.lines)
    {
        if !matches!(drawn.part, Part::Furniture | Part::Paragraph) {
            parts.entry(drawn.part).or_default().push(drawn.line);
        }
    }
    parts
}

#[test]
fn no_line_begins_with_a_closing_sign_while_another_place_is_left() {
    let Some(fonts) = fonts() else { return };
    let seed = seed();
    let mut random = StdRng::seed_from_u64(seed);
    for _ in 0..60 {
        let document = document(&mut random);
        for lines in parts(&document, &mut fonts.glyphs()).into_values() {
            for pair in lines.windows(2) {
                let (before, line) = (&pair[0], &pair[1]);
                let Some(first) = line.signs.first() else {
                    continue;
                };
                if CLOSING.contains(first.letter) {
                    let could = before
                        .signs
                        .windows(2)
                        .any(|pair| may_split(&pair[0], &pair[1]));
                    assert!(!could, "{before:?}\n{line:?}");
                }
            }
        }
    }
}

#[test]
fn any_text_is_set_without_a_sign_lost() {
    let Some(fonts) = fonts() else { return };
    let seed = seed();
    let mut random = StdRng::seed_from_u64(seed);
    for round in 0..40 {
        let document = document(&mut random);
        to_docx(&document).unwrap();
        let pdf = to_pdf(&document, &fonts).unwrap();
        let parts = parts(&document, &mut fonts.glyphs());
        for (place, (number, block)) in document.numbered().enumerate() {
            let set = |part: Part| -> String {
                let lines = parts.get(&part).into_iter().flatten();
                let signs = lines.flat_map(|line| &line.signs);
                signs
                    .filter(|sign| sign.rise == 0.0)
                    .map(|sign| sign.letter)
                    .collect()
            };
            let text = |runs: &Runs| -> String {
                runs.iter()
                    .map(|run| crate::clean::clean(&run.text))
                    .collect()
            };
            match block {
                Block::Heading(heading) => {
                    let part = Part::Heading(heading.level, place);
                    assert_eq!(set(part), number + &text(&heading.text), "round {round}");
                }
                Block::Paragraph(runs) => assert_eq!(set(Part::Text(place)), text(runs)),
                Block::Table(table) => {
                    for (row, cells) in table.rows.iter().enumerate() {
                        for (column, cell) in cells.iter().enumerate().take(table.columns.len()) {
                            let part = Part::Cell(place, row + 1, column);
                            assert_eq!(set(part), text(cell), "round {round}");
                        }
                    }
                }
            }
        }
        for number in 1..=document.notes().len() {
            assert!(parts.contains_key(&Part::Note(number)), "footnote {number}");
        }
        let text: String = document
            .blocks
            .iter()
            .flat_map(Block::runs)
            .map(|run| run.text.as_str())
            .collect();
        for sign in MISSING.into_iter().filter(|sign| text.contains(*sign)) {
            assert!(pdf.missing.contains(&sign), "{sign:?} is not reported");
        }
    }
}

#[test]
fn what_others_read_in_a_pdf_is_what_was_set() {
    let Some(fonts) = fonts() else { return };
    let seed = seed();
    let mut random = StdRng::seed_from_u64(seed);
    for round in 0..6 {
        let document = document(&mut random);
        let pdf = to_pdf(&document, &fonts).unwrap();
        let Some(read) = read("pdf", &pdf.bytes) else {
            return;
        };
        assert_eq!(read["pages"].as_array().unwrap().len(), pdf.pages);
        let set: String = pages(&document, &mut fonts.glyphs())
            .into_iter()
            .flat_map(|page| page.lines)
            .flat_map(|drawn| drawn.line.signs)
            .map(|sign| sign.letter)
            .collect();
        // What stands for a missing sign has no text of its own.
        let known = |text: &str| -> String {
            let signs = text
                .chars()
                .filter(|sign| *sign != '〓' && !pdf.missing.contains(sign));
            signs.collect()
        };
        assert_eq!(
            known(&text_of(&read)),
            known(&without_blanks(&set)),
            "round {round}"
        );
    }
}
