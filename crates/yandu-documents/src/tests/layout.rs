use super::site::{brief, fonts};
use crate::document::{Document, Level};
use crate::layout::{Part, pages};
use crate::numeral::{Numbers, chinese};
use crate::{Align, Block, Column, Note, Run, Table, sheet, to_pdf};

#[test]
fn headings_are_numbered_anew_below_a_higher_one() {
    let mut numbers = Numbers::default();
    let levels = [
        (Level::First, "一、"),
        (Level::Second, "（一）"),
        (Level::Third, "1."),
        (Level::Fourth, "（1）"),
        (Level::Fourth, "（2）"),
        (Level::Second, "（二）"),
        (Level::Third, "1."),
        (Level::First, "二、"),
        (Level::Second, "（一）"),
    ];
    for (level, number) in levels {
        assert_eq!(numbers.next(level), number);
    }
    assert_eq!(chinese(20), "二十");
    assert_eq!(chinese(11), "十一");
}

#[test]
fn digits_of_a_title_take_half_a_sign() {
    let title = |signs: usize| {
        let title = format!("{}2026年\n{}", "盐".repeat(signs), "渎".repeat(8));
        Document {
            title,
            ..Document::default()
        }
        .title_lines()
        .len()
    };
    assert_eq!(title(9), 1, "20 signs of the 20 that a line holds");
    assert_eq!(title(10), 2);
}

#[test]
fn a_page_holds_22_lines_of_28_signs() {
    let Some(fonts) = fonts() else { return };
    let document = Document {
        blocks: vec![Block::Paragraph(vec![Run::plain("盐".repeat(28 * 40))])],
        ..Document::default()
    };
    let pages = pages(&document, &mut fonts.glyphs());
    let text = |page: usize| {
        let own = pages[page].lines.iter();
        let own = own.filter(|line| matches!(line.part, Part::Text(_)));
        own.map(|line| line.line.signs.len()).collect::<Vec<_>>()
    };
    // The line of an empty title, which is higher, and the blank one below it stand above.
    assert_eq!(text(0).len(), 19);
    assert_eq!(text(1).len(), 22);
    assert_eq!(text(0)[0], 26, "two signs of the first line are indent");
    assert!(
        text(0)[1..].iter().all(|signs| *signs == 28),
        "{:?}",
        text(0)
    );
}

#[test]
fn a_footnote_stands_on_the_page_that_refers_to_it_and_numbers_follow_the_text() {
    let Some(fonts) = fonts() else { return };
    let document = brief();
    assert_eq!(document.notes().len(), 2);
    let pages = pages(&document, &mut fonts.glyphs());
    let mut referred = Vec::new();
    for page in &pages {
        let marks = page.lines.iter().flat_map(|line| line.line.notes());
        for mark in marks {
            // Whoever refers to it again does so to the page before.
            if referred.contains(&mark) {
                continue;
            }
            let mut lines = page.lines.iter();
            let is_there = lines.any(|line| line.part == Part::Note(mark));
            assert!(is_there, "footnote {mark}");
            referred.push(mark);
        }
    }
    assert_eq!(referred, [1, 2]);
    let first = pages[0].lines.iter().any(|line| line.part == Part::Note(1));
    assert!(first);
}

#[test]
fn nothing_stands_outside_the_text_of_the_sheet() {
    let Some(fonts) = fonts() else { return };
    let mut document = brief();
    let more = document.blocks.clone();
    for _ in 0..20 {
        document.blocks.extend(more.clone());
    }
    let pages = pages(&document, &mut fonts.glyphs());
    assert!(pages.len() > 5);
    let (right, bottom) = (
        sheet::LEFT + sheet::TEXT_WIDTH,
        sheet::TOP + sheet::TEXT_HEIGHT,
    );
    for drawn in pages.iter().flat_map(|page| &page.lines) {
        assert!(drawn.at.x >= sheet::LEFT - 0.1, "{drawn:?}");
        assert!(drawn.at.x + drawn.line.width() <= right + 0.6, "{drawn:?}");
        let is_number = drawn.part == Part::Furniture && drawn.at.y > bottom;
        assert!(is_number || drawn.at.y <= bottom + 0.1, "{drawn:?}");
    }
}

#[test]
fn the_same_document_has_the_same_bytes() {
    let Some(fonts) = fonts() else { return };
    let pdf = to_pdf(&brief(), &fonts).unwrap();
    assert!(pdf.bytes.starts_with(b"%PDF-1.7"));
    assert!(pdf.missing.is_empty());
    let again = to_pdf(&brief(), &super::site::fonts().unwrap()).unwrap();
    assert!(pdf.bytes == again.bytes);
}

#[test]
fn footnotes_of_a_row_come_by_their_numbers_whatever_the_lines_of_its_cells() {
    let Some(fonts) = fonts() else { return };
    let mut document = Document::default();
    let mut noted = |text: &str, note: &str| {
        let note = document.note(Note {
            text: note.to_owned(),
            ..Note::default()
        });
        vec![Run::noted(text, note)]
    };
    let row = vec![noted(&"盐".repeat(40), "甲"), noted("渎", "乙")];
    let column = |title: &str| Column {
        title: title.to_owned(),
        width: 1,
        align: Align::Left,
    };
    document.blocks = vec![Block::Table(Table {
        columns: vec![column("一"), column("二")],
        rows: vec![row],
    })];
    let pages = pages(&document, &mut fonts.glyphs());
    let lines = pages[0].lines.iter();
    let notes: Vec<Part> = lines
        .map(|line| line.part)
        .filter(|part| matches!(part, Part::Note(_)))
        .collect();
    assert_eq!(notes, [Part::Note(1), Part::Note(2)]);
}
