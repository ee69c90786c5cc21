//! A document of Word (Office Open XML, ECMA-376), written part by part: only so does each footnote lead on to an address, and do two
//! calls give the same bytes.

mod parts;
mod xml;

use std::io::{Cursor, Write as _};

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use self::xml::{Xml, break_line, run};
use crate::clean::clean;
use crate::document::{Align, Block, Document, Heading, Level, Run, Table};
use crate::fonts::Face;
use crate::numeral::date_text;
use crate::{Error, Result, sheet};

/// Twentieths of a point, the unit of lengths in a document of Word.
pub(crate) fn twips(points: f32) -> i32 {
    (points * 20.0).round() as i32
}

/// Half points, the unit of sizes of fonts.
pub(crate) fn half_points(points: f32) -> i32 {
    (points * 2.0).round() as i32
}

/// The bytes of a document of Word.
pub fn to_docx(document: &Document) -> Result<Vec<u8>> {
    let notes = document.notes();
    let parts: [(&str, String); 12] = [
        ("[Content_Types].xml", parts::content_types()),
        ("_rels/.rels", parts::package_relations()),
        ("docProps/core.xml", parts::core(document)),
        ("docProps/app.xml", parts::app()),
        ("word/document.xml", body(document)),
        ("word/_rels/document.xml.rels", parts::document_relations()),
        ("word/styles.xml", parts::styles()),
        ("word/settings.xml", parts::settings()),
        ("word/footnotes.xml", parts::footnotes(&notes)),
        (
            "word/_rels/footnotes.xml.rels",
            parts::note_relations(&notes),
        ),
        ("word/footer1.xml", parts::footer("right")),
        ("word/footer2.xml", parts::footer("left")),
    ];
    package(parts).map_err(Error::Package)
}

fn package(parts: [(&str, String); 12]) -> ZipResult<Vec<u8>> {
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    // Without a time of its own a part has the first one that a package knows.
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in parts {
        package.start_file(name, options)?;
        package.write_all(text.as_bytes())?;
    }
    Ok(package.finish()?.into_inner())
}

fn body(document: &Document) -> String {
    let mut xml = Xml::part();
    xml.open("w:document", &parts::NAMESPACES);
    xml.open("w:body", &[]);
    let mut writer = Writer {
        xml,
        numbers: document.numbers(),
        noted: 0,
    };
    if let Some(number) = &document.number {
        writer.line(&Style::body("center"), number);
    }
    writer.title(&document.title_lines());
    writer.line(&Style::body("center"), "");
    if let Some(recipients) = &document.recipients {
        let style = Style {
            first_line: false,
            ..Style::body("left")
        };
        writer.line(&style, &format!("{recipients}："));
    }
    for (number, block) in document.numbered() {
        match block {
            Block::Heading(heading) => writer.heading(&number, heading),
            Block::Paragraph(runs) => writer.paragraph(&Style::body("both"), "", runs),
            Block::Table(table) => writer.table(table),
        }
    }
    writer.foot(document);
    let mut xml = writer.xml;
    parts::section(&mut xml);
    xml.close("w:body");
    xml.close("w:document");
    xml.into_text()
}

struct Writer {
    xml: Xml,
    numbers: std::collections::BTreeMap<usize, usize>,
    /// Footnotes that were written; what is referred to again is one of them.
    noted: usize,
}

/// How a paragraph stands.
struct Style {
    face: Face,
    size: f32,
    line: f32,
    align: &'static str,
    first_line: bool,
    /// Left and right, in signs of the text.
    indent: (f32, f32),
    level: Option<Level>,
}

impl Style {
    fn body(align: &'static str) -> Self {
        Self {
            face: Face::Fangsong,
            size: sheet::BODY,
            line: sheet::LINE,
            align,
            first_line: align == "both",
            indent: (0.0, 0.0),
            level: None,
        }
    }

    fn title() -> Self {
        Self {
            face: Face::Biaosong,
            size: sheet::TITLE,
            line: sheet::TITLE_LINE,
            ..Self::body("center")
        }
    }

    fn heading(level: Level) -> Self {
        Self {
            face: sheet::face_of(level),
            level: Some(level),
            ..Self::body("both")
        }
    }

    fn cell(face: Face, align: &'static str) -> Self {
        Self {
            face,
            size: sheet::TABLE,
            line: sheet::TABLE_LINE,
            first_line: false,
            ..Self::body(align)
        }
    }
}

impl Writer {
    fn line(&mut self, style: &Style, text: &str) {
        self.paragraph(style, "", &[Run::plain(text)]);
    }

    /// One paragraph, whatever the number of its lines.
    fn title(&mut self, lines: &[String]) {
        let style = Style::title();
        self.xml.open("w:p", &[]);
        self.properties(&style);
        for (place, line) in lines.iter().enumerate() {
            if place > 0 {
                break_line(&mut self.xml, (style.face, style.size));
            }
            run(&mut self.xml, (style.face, style.size), &clean(line));
        }
        self.xml.close("w:p");
    }

    fn heading(&mut self, number: &str, heading: &Heading) {
        self.paragraph(&Style::heading(heading.level), number, &heading.text);
    }

    fn paragraph(&mut self, style: &Style, before: &str, runs: &[Run]) {
        self.xml.open("w:p", &[]);
        self.properties(style);
        if !before.is_empty() {
            run(&mut self.xml, (style.face, style.size), before);
        }
        for one in runs {
            let text = clean(&one.text);
            if !text.is_empty() {
                run(&mut self.xml, (style.face, style.size), &text);
            }
            if let Some(number) = one.note.and_then(|note| self.numbers.get(&note).copied()) {
                self.mark(number);
            }
        }
        self.xml.close("w:p");
    }

    fn properties(&mut self, style: &Style) {
        let xml = &mut self.xml;
        xml.open("w:pPr", &[]);
        let line = twips(style.line).to_string();
        xml.leaf("w:spacing", &[("w:line", &line), ("w:lineRule", "exact")]);
        let (left, right) = style.indent;
        let left = twips(left * sheet::SIGN).to_string();
        let right = twips(right * sheet::SIGN).to_string();
        let first = twips(2.0 * sheet::BODY).to_string();
        let mut indent = vec![("w:left", left.as_str()), ("w:right", right.as_str())];
        if style.first_line {
            indent.extend([("w:firstLineChars", "200"), ("w:firstLine", &first)]);
        }
        xml.leaf("w:ind", &indent);
        xml.leaf("w:jc", &[("w:val", style.align)]);
        if let Some(level) = style.level {
            let level = (level as usize).to_string();
            xml.leaf("w:outlineLvl", &[("w:val", &level)]);
        }
        xml.close("w:pPr");
    }

    /// The mark of a footnote: the first one is a footnote that Word counts, a later one points to it.
    fn mark(&mut self, number: usize) {
        let name = format!("note{number}");
        let id = number.to_string();
        let xml = &mut self.xml;
        if number > self.noted {
            self.noted = number;
            xml.leaf("w:bookmarkStart", &[("w:id", &id), ("w:name", &name)]);
            xml.open("w:r", &[]);
            xml.raise();
            xml.leaf("w:footnoteReference", &[("w:id", &id)]);
            xml.close("w:r");
            xml.leaf("w:bookmarkEnd", &[("w:id", &id)]);
            return;
        }
        let instruction = format!(" NOTEREF {name} \\h ");
        xml.open("w:fldSimple", &[("w:instr", &instruction)]);
        xml.open("w:r", &[]);
        xml.raise();
        xml.words(&id);
        xml.close("w:r");
        xml.close("w:fldSimple");
    }

    fn table(&mut self, table: &Table) {
        if table.columns.is_empty() {
            return;
        }
        let widths = parts::widths(table);
        parts::open_table(&mut self.xml, &widths);
        self.xml.open("w:tr", &[]);
        self.xml.open("w:trPr", &[]);
        self.xml.leaf("w:cantSplit", &[]);
        self.xml.leaf("w:tblHeader", &[]);
        self.xml.close("w:trPr");
        for (column, width) in table.columns.iter().zip(&widths) {
            let title = [Run::plain(&column.title)];
            self.cell(*width, &Style::cell(Face::Heiti, "center"), &title);
        }
        self.xml.close("w:tr");
        for row in &table.rows {
            self.xml.open("w:tr", &[]);
            for (place, (column, width)) in table.columns.iter().zip(&widths).enumerate() {
                let align = match column.align {
                    Align::Left => "left",
                    Align::Centre => "center",
                    Align::Right => "right",
                };
                let runs = row.get(place).map(Vec::as_slice).unwrap_or_default();
                self.cell(*width, &Style::cell(Face::Fangsong, align), runs);
            }
            self.xml.close("w:tr");
        }
        self.xml.close("w:tbl");
    }

    fn cell(&mut self, width: i32, style: &Style, runs: &[Run]) {
        let width = width.to_string();
        self.xml.open("w:tc", &[]);
        self.xml.open("w:tcPr", &[]);
        self.xml
            .leaf("w:tcW", &[("w:w", &width), ("w:type", "dxa")]);
        self.xml.leaf("w:vAlign", &[("w:val", "center")]);
        self.xml.close("w:tcPr");
        self.paragraph(style, "", runs);
        self.xml.close("w:tc");
    }

    /// The signature, centred over the date, which stands four signs from the right end.
    fn foot(&mut self, document: &Document) {
        if document.signature.is_none() && document.date.is_none() {
            return;
        }
        for _ in 0..2 {
            self.line(&Style::body("left"), "");
        }
        let date = document.date.map(date_text);
        if let Some(signature) = &document.signature {
            let room = sheet::room_of_signature(date.as_deref());
            let style = Style {
                indent: (sheet::SIGNS - room, 0.0),
                ..Style::body("center")
            };
            self.line(&style, signature);
        }
        if let Some(date) = date {
            let style = Style {
                indent: (0.0, sheet::DATE_FROM_RIGHT),
                ..Style::body("right")
            };
            self.line(&style, &date);
        }
    }
}
