//! The writing of XML.

use crate::docx::half_points;
use crate::fonts::Face;

/// XML as it is written. Names come from the program, values and words are escaped.
pub(super) struct Xml(String);

impl Xml {
    pub(super) fn part() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n".to_owned())
    }

    pub(super) fn into_text(self) -> String {
        self.0
    }

    pub(super) fn open(&mut self, name: &str, values: &[(&str, &str)]) {
        self.start(name, values);
        self.0.push('>');
    }

    pub(super) fn leaf(&mut self, name: &str, values: &[(&str, &str)]) {
        self.start(name, values);
        self.0.push_str("/>");
    }

    pub(super) fn close(&mut self, name: &str) {
        self.0.push_str(&format!("</{name}>"));
    }

    fn start(&mut self, name: &str, values: &[(&str, &str)]) {
        self.0.push_str(&format!("<{name}"));
        for (key, value) in values {
            self.0.push_str(&format!(" {key}=\""));
            self.escape(value);
            self.0.push('"');
        }
    }

    /// An element that holds words alone.
    pub(super) fn holding(&mut self, name: &str, values: &[(&str, &str)], text: &str) {
        self.open(name, values);
        self.escape(text);
        self.close(name);
    }

    /// The words of a run.
    pub(super) fn words(&mut self, text: &str) {
        self.holding("w:t", &[("xml:space", "preserve")], text);
    }

    /// That a run is a mark above the line.
    pub(super) fn raise(&mut self) {
        self.open("w:rPr", &[]);
        fonts(self, Face::Fangsong);
        self.leaf("w:vertAlign", &[("w:val", "superscript")]);
        self.close("w:rPr");
    }

    fn escape(&mut self, text: &str) {
        for sign in text.chars() {
            match sign {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                sign => self.0.push(sign),
            }
        }
    }
}

/// A run of one face and size.
pub(super) fn run(xml: &mut Xml, (face, size): (Face, f32), text: &str) {
    xml.open("w:r", &[]);
    properties(xml, face, size);
    xml.words(text);
    xml.close("w:r");
}

/// A break of lines in a paragraph.
pub(super) fn break_line(xml: &mut Xml, (face, size): (Face, f32)) {
    xml.open("w:r", &[]);
    properties(xml, face, size);
    xml.leaf("w:br", &[]);
    xml.close("w:r");
}

pub(super) fn properties(xml: &mut Xml, face: Face, size: f32) {
    let size = half_points(size).to_string();
    xml.open("w:rPr", &[]);
    fonts(xml, face);
    xml.leaf("w:sz", &[("w:val", &size)]);
    xml.leaf("w:szCs", &[("w:val", &size)]);
    xml.close("w:rPr");
}

pub(super) fn fonts(xml: &mut Xml, face: Face) {
    let name = face.name();
    let all = ["w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"].map(|key| (key, name));
    xml.leaf("w:rFonts", &all);
}
