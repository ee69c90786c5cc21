//! The parts of the package beside the text.

use super::xml::{Xml, fonts, properties, run};
use super::{half_points, twips};
use crate::clean::clean;
use crate::document::{Document, Note, Table};
use crate::fonts::Face;
use crate::sheet;

pub(super) const NAMESPACES: [(&str, &str); 2] = [
    (
        "xmlns:w",
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
    (
        "xmlns:r",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    ),
];

const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const WORD: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// Ids of the two footnotes that Word asks for: the line above notes, and that above notes which go on.
const SEPARATORS: [(&str, &str, &str); 2] = [
    ("-1", "separator", "w:separator"),
    ("0", "continuationSeparator", "w:continuationSeparator"),
];

pub(super) fn content_types() -> String {
    let mut xml = Xml::part();
    let types = format!("{PACKAGE}/content-types");
    xml.open("Types", &[("xmlns", &types)]);
    let relations = "application/vnd.openxmlformats-package.relationships+xml";
    for (ending, kind) in [("rels", relations), ("xml", "application/xml")] {
        xml.leaf("Default", &[("Extension", ending), ("ContentType", kind)]);
    }
    let of_word = [
        ("document", "document.main"),
        ("styles", "styles"),
        ("settings", "settings"),
        ("footnotes", "footnotes"),
        ("footer1", "footer"),
        ("footer2", "footer"),
    ];
    for (name, kind) in of_word {
        over(
            &mut xml,
            &format!("/word/{name}.xml"),
            &format!("{WORD}.{kind}+xml"),
        );
    }
    let core = "application/vnd.openxmlformats-package.core-properties+xml";
    let app = "application/vnd.openxmlformats-officedocument.extended-properties+xml";
    over(&mut xml, "/docProps/core.xml", core);
    over(&mut xml, "/docProps/app.xml", app);
    xml.close("Types");
    xml.into_text()
}

fn over(xml: &mut Xml, part: &str, kind: &str) {
    xml.leaf("Override", &[("PartName", part), ("ContentType", kind)]);
}

/// Relations of a part: id, kind, target, and whether that lies outside.
fn relations(all: &[(String, String, String, bool)]) -> String {
    let mut xml = Xml::part();
    let namespace = format!("{PACKAGE}/relationships");
    xml.open("Relationships", &[("xmlns", &namespace)]);
    for (id, kind, target, is_outside) in all {
        let mut values = vec![
            ("Id", id.as_str()),
            ("Type", kind.as_str()),
            ("Target", target.as_str()),
        ];
        if *is_outside {
            values.push(("TargetMode", "External"));
        }
        xml.leaf("Relationship", &values);
    }
    xml.close("Relationships");
    xml.into_text()
}

pub(super) fn package_relations() -> String {
    let core = format!("{PACKAGE}/relationships/metadata/core-properties");
    let all = [
        (format!("{OFFICE}/officeDocument"), "word/document.xml"),
        (core, "docProps/core.xml"),
        (format!("{OFFICE}/extended-properties"), "docProps/app.xml"),
    ];
    numbered(&all)
}

pub(super) fn document_relations() -> String {
    let all = [
        ("styles", "styles.xml"),
        ("settings", "settings.xml"),
        ("footnotes", "footnotes.xml"),
        ("footer", "footer1.xml"),
        ("footer", "footer2.xml"),
    ];
    numbered(&all.map(|(kind, target)| (format!("{OFFICE}/{kind}"), target)))
}

fn numbered(all: &[(String, &str)]) -> String {
    let all: Vec<_> = all
        .iter()
        .enumerate()
        .map(|(place, (kind, target))| {
            let id = format!("rId{}", place + 1);
            (id, kind.clone(), (*target).to_owned(), false)
        })
        .collect();
    relations(&all)
}

/// Where the footnotes lead on to.
pub(super) fn note_relations(notes: &[&Note]) -> String {
    let all: Vec<_> = notes
        .iter()
        .enumerate()
        .filter_map(|(place, note)| {
            let id = format!("rId{}", place + 1);
            let address = note.address.clone()?;
            Some((id, format!("{OFFICE}/hyperlink"), address, true))
        })
        .collect();
    relations(&all)
}

pub(super) fn core(document: &Document) -> String {
    let mut xml = Xml::part();
    let properties = format!("{PACKAGE}/metadata/core-properties");
    xml.open(
        "cp:coreProperties",
        &[
            ("xmlns:cp", &properties),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
            ("xmlns:dcterms", "http://purl.org/dc/terms/"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
        ],
    );
    xml.holding("dc:title", &[], &clean(&document.title()));
    if let Some(signature) = &document.signature {
        xml.holding("dc:creator", &[], &clean(signature));
    }
    if let Some(taken) = &document.taken {
        xml.holding("dc:description", &[], &clean(taken));
    }
    xml.holding("dc:language", &[], "zh-CN");
    if let Some(date) = document.date {
        let at = format!("{date}T00:00:00Z");
        for name in ["dcterms:created", "dcterms:modified"] {
            xml.holding(name, &[("xsi:type", "dcterms:W3CDTF")], &at);
        }
    }
    xml.close("cp:coreProperties");
    xml.into_text()
}

pub(super) fn app() -> String {
    let mut xml = Xml::part();
    let namespace = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties";
    xml.open("Properties", &[("xmlns", namespace)]);
    xml.holding("Application", &[], "Yandu");
    xml.close("Properties");
    xml.into_text()
}

pub(super) fn styles() -> String {
    let mut xml = Xml::part();
    xml.open("w:styles", &NAMESPACES);
    xml.open("w:docDefaults", &[]);
    xml.open("w:rPrDefault", &[]);
    let size = half_points(sheet::BODY).to_string();
    xml.open("w:rPr", &[]);
    fonts(&mut xml, Face::Fangsong);
    xml.leaf("w:sz", &[("w:val", &size)]);
    xml.leaf("w:szCs", &[("w:val", &size)]);
    xml.leaf("w:lang", &[("w:val", "en-US"), ("w:eastAsia", "zh-CN")]);
    xml.close("w:rPr");
    xml.close("w:rPrDefault");
    xml.leaf("w:pPrDefault", &[]);
    xml.close("w:docDefaults");
    let normal = [
        ("w:type", "paragraph"),
        ("w:default", "1"),
        ("w:styleId", "Normal"),
    ];
    xml.open("w:style", &normal);
    xml.leaf("w:name", &[("w:val", "Normal")]);
    xml.close("w:style");
    xml.close("w:styles");
    xml.into_text()
}

pub(super) fn settings() -> String {
    let mut xml = Xml::part();
    xml.open("w:settings", &NAMESPACES);
    xml.leaf("w:evenAndOddHeaders", &[]);
    xml.leaf(
        "w:characterSpacingControl",
        &[("w:val", "compressPunctuation")],
    );
    xml.open("w:footnotePr", &[]);
    for (id, ..) in SEPARATORS {
        xml.leaf("w:footnote", &[("w:id", id)]);
    }
    xml.close("w:footnotePr");
    xml.open("w:compat", &[]);
    let mode = [
        ("w:name", "compatibilityMode"),
        ("w:uri", "http://schemas.microsoft.com/office/word"),
        ("w:val", "15"),
    ];
    xml.leaf("w:compatSetting", &mode);
    xml.close("w:compat");
    xml.close("w:settings");
    xml.into_text()
}

pub(super) fn footnotes(notes: &[&Note]) -> String {
    let mut xml = Xml::part();
    xml.open("w:footnotes", &NAMESPACES);
    for (id, kind, line) in SEPARATORS {
        xml.open("w:footnote", &[("w:type", kind), ("w:id", id)]);
        xml.open("w:p", &[]);
        xml.open("w:r", &[]);
        xml.leaf(line, &[]);
        xml.close("w:r");
        xml.close("w:p");
        xml.close("w:footnote");
    }
    for (place, note) in notes.iter().enumerate() {
        footnote(&mut xml, place + 1, note);
    }
    xml.close("w:footnotes");
    xml.into_text()
}

fn footnote(xml: &mut Xml, number: usize, note: &Note) {
    let line = twips(sheet::NOTE_LINE).to_string();
    let id = number.to_string();
    let letters = (Face::Fangsong, sheet::NOTE);
    xml.open("w:footnote", &[("w:id", &id)]);
    xml.open("w:p", &[]);
    xml.open("w:pPr", &[]);
    xml.leaf("w:spacing", &[("w:line", &line), ("w:lineRule", "exact")]);
    xml.leaf("w:jc", &[("w:val", "left")]);
    xml.close("w:pPr");
    xml.open("w:r", &[]);
    xml.raise();
    xml.leaf("w:footnoteRef", &[]);
    xml.close("w:r");
    run(xml, letters, &format!(" {}", clean(&note.text)));
    if let Some(address) = &note.address {
        run(xml, letters, " ");
        let relation = format!("rId{number}");
        xml.open("w:hyperlink", &[("r:id", &relation)]);
        run(xml, letters, &clean(address));
        xml.close("w:hyperlink");
    }
    xml.close("w:p");
    xml.close("w:footnote");
}

/// The page number: a sign from the outer end, which is the right of odd pages and the left of even ones (7.5).
pub(super) fn footer(align: &str) -> String {
    let letters = (Face::Songti, sheet::PAGE_NUMBER);
    let sign = twips(sheet::PAGE_NUMBER).to_string();
    let side = if align == "right" {
        "w:right"
    } else {
        "w:left"
    };
    let mut xml = Xml::part();
    xml.open("w:ftr", &NAMESPACES);
    xml.open("w:p", &[]);
    xml.open("w:pPr", &[]);
    xml.leaf("w:ind", &[(side, &sign)]);
    xml.leaf("w:jc", &[("w:val", align)]);
    xml.close("w:pPr");
    run(&mut xml, letters, "— ");
    for step in ["begin", "PAGE", "separate", "1", "end"] {
        xml.open("w:r", &[]);
        properties(&mut xml, letters.0, letters.1);
        match step {
            "PAGE" => xml.holding("w:instrText", &[("xml:space", "preserve")], " PAGE "),
            "1" => xml.words("1"),
            step => xml.leaf("w:fldChar", &[("w:fldCharType", step)]),
        }
        xml.close("w:r");
    }
    run(&mut xml, letters, " —");
    xml.close("w:p");
    xml.close("w:ftr");
    xml.into_text()
}

/// The sheet of the only section.
pub(super) fn section(xml: &mut Xml) {
    let text = |points: f32| twips(points).to_string();
    let width = text(sheet::WIDTH);
    let height = text(sheet::HEIGHT);
    let top = text(sheet::TOP);
    let bottom = text(sheet::HEIGHT - sheet::TOP - sheet::TEXT_HEIGHT);
    let left = text(sheet::LEFT);
    let right = text(sheet::WIDTH - sheet::LEFT - sheet::TEXT_WIDTH);
    let below = sheet::HEIGHT - sheet::TOP - sheet::TEXT_HEIGHT - sheet::PAGE_NUMBER_BELOW;
    let footer = text(below - sheet::PAGE_NUMBER);
    let pitch = text(sheet::LINE);
    // What is added to the width of each sign, in 4096ths of a point.
    let space = ((sheet::SIGN - sheet::BODY) * 4096.0).round().to_string();
    xml.open("w:sectPr", &[]);
    for (kind, relation) in [("default", "rId4"), ("even", "rId5")] {
        xml.leaf("w:footerReference", &[("w:type", kind), ("r:id", relation)]);
    }
    xml.leaf("w:pgSz", &[("w:w", &width), ("w:h", &height)]);
    let margins = [
        ("w:top", top.as_str()),
        ("w:right", &right),
        ("w:bottom", &bottom),
        ("w:left", &left),
        ("w:header", "851"),
        ("w:footer", &footer),
        ("w:gutter", "0"),
    ];
    xml.leaf("w:pgMar", &margins);
    let grid = [
        ("w:type", "linesAndChars"),
        ("w:linePitch", pitch.as_str()),
        ("w:charSpace", &space),
    ];
    xml.leaf("w:docGrid", &grid);
    xml.close("w:sectPr");
}

/// Widths of the columns of a table, in twips; together that of the text.
pub(super) fn widths(table: &Table) -> Vec<i32> {
    let whole: u32 = table
        .columns
        .iter()
        .map(|one| u32::from(one.width.max(1)))
        .sum();
    let width = sheet::TEXT_WIDTH;
    let of = |column: &crate::document::Column| {
        twips(width * f32::from(column.width.max(1)) / whole as f32)
    };
    table.columns.iter().map(of).collect()
}

pub(super) fn open_table(xml: &mut Xml, widths: &[i32]) {
    let whole: i32 = widths.iter().sum();
    xml.open("w:tbl", &[]);
    xml.open("w:tblPr", &[]);
    xml.leaf("w:tblW", &[("w:w", &whole.to_string()), ("w:type", "dxa")]);
    xml.leaf("w:jc", &[("w:val", "center")]);
    xml.open("w:tblBorders", &[]);
    for side in ["top", "left", "bottom", "right", "insideH", "insideV"] {
        let line = [
            ("w:val", "single"),
            ("w:sz", "4"),
            ("w:space", "0"),
            ("w:color", "auto"),
        ];
        xml.leaf(&format!("w:{side}"), &line);
    }
    xml.close("w:tblBorders");
    xml.leaf("w:tblLayout", &[("w:type", "fixed")]);
    xml.open("w:tblCellMar", &[]);
    for side in ["left", "right"] {
        xml.leaf(&format!("w:{side}"), &[("w:w", "80"), ("w:type", "dxa")]);
    }
    xml.close("w:tblCellMar");
    xml.close("w:tblPr");
    xml.open("w:tblGrid", &[]);
    for width in widths {
        xml.leaf("w:gridCol", &[("w:w", &width.to_string())]);
    }
    xml.close("w:tblGrid");
}
