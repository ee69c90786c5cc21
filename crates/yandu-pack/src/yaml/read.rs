//! Events of the YAML parser into a value with places, without recursion and within the bounds.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};
use serde_json::{Map, Value};

use super::mend::mend;
use super::{
    Content, Document, Entry, MAX_DEPTH, MAX_PROBLEMS, MAX_SCALAR, MAX_VALUES, Node, Place, scalar,
};
use crate::problem::{Code, quoted};

/// The digits of the greatest number that is kept exactly.
const MAX_DIGITS: usize = 18;

/// Something wrong with the text of a file.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    pub(crate) place: Place,
    pub(crate) message: String,
    pub(crate) help: Option<&'static str>,
}

/// Reads the one document of a text. The document is absent when the faults leave none worth looking at.
pub(crate) fn read(text: &str) -> (Option<Document>, Vec<Fault>) {
    if let Some(fault) = control_character(text) {
        return (None, vec![fault]);
    }
    let mut reader = Reader::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((event, span)) => reader.take(event, place(span)),
            Err(error) => {
                let marker = *error.marker();
                let message = error.info().trim_end_matches('.').to_lowercase();
                let place = place(Span::empty(marker));
                if message == "recursion limit exceeded" {
                    reader.fail(Code::TooDeep, place, message, None);
                } else {
                    let mended = mend(text, place, message);
                    let (place, message) = (mended.place, mended.message);
                    reader.fail(Code::YamlSyntax, place, message, Some(mended.help));
                }
            }
        }
        if reader.stop || reader.faults.len() >= MAX_PROBLEMS {
            return (None, reader.faults);
        }
    }
    let document = reader.root.map(|(value, root)| Document { value, root });
    let document = document.unwrap_or_else(|| Document {
        value: Value::Null,
        root: Node::default(),
    });
    (Some(document), reader.faults)
}

/// Control characters are no part of YAML, and a NUL would hide what follows it.
fn control_character(text: &str) -> Option<Fault> {
    let is_wrong = |sign: char| sign.is_control() && !matches!(sign, '\t' | '\n' | '\r' | '\u{85}');
    let (byte, sign) = text.char_indices().find(|(_, sign)| is_wrong(*sign))?;
    let before = text.get(..byte)?;
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let start = before.chars().count();
    Some(Fault {
        code: Code::NotText,
        place: Place {
            start,
            end: start + 1,
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..)?.chars().count(),
        },
        message: format!(
            "the control character U+{:04X} is no part of a declaration",
            u32::from(sign)
        ),
        help: Some("save the file as plain UTF-8 text"),
    })
}

fn place(span: Span) -> Place {
    Place {
        start: span.start.index(),
        end: span.end.index(),
        line: span.start.line(),
        column: span.start.col(),
    }
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    root: Option<(Value, Node)>,
    values: usize,
    documents: usize,
    faults: Vec<Fault>,
    /// What follows is not worth reading.
    stop: bool,
}

/// A list or map whose end has not come yet.
enum Open {
    List {
        place: Place,
        values: Vec<Value>,
        nodes: Vec<Node>,
    },
    Map {
        place: Place,
        map: Map<String, Value>,
        entries: Vec<Entry>,
        key: Option<Key>,
    },
}

struct Key {
    text: String,
    place: Place,
    /// The key stands twice, and this is not the first time.
    dropped: bool,
}

impl Reader {
    fn fail(
        &mut self,
        code: Code,
        place: Place,
        message: impl Into<String>,
        help: Option<&'static str>,
    ) {
        self.stop |= !matches!(code, Code::DuplicateKey | Code::DoubtfulNumber);
        self.faults.push(Fault {
            code,
            place,
            message: message.into(),
            help,
        });
    }

    fn take(&mut self, event: Event<'_>, place: Place) {
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {}
            Event::DocumentStart(_) => {
                self.documents += 1;
                if self.documents > 1 {
                    self.fail(
                        Code::SeveralDocuments,
                        place,
                        "a second document starts here",
                        Some("a file of a pack holds one document; make it two files"),
                    );
                }
            }
            Event::Alias(_) => self.alias(place),
            Event::Scalar(text, style, anchor, tag) => {
                self.properties(anchor, tag.is_some(), place);
                self.scalar(text, style, place);
            }
            Event::SequenceStart(anchor, tag) => {
                self.properties(anchor, tag.is_some(), place);
                self.open(Open::List {
                    place,
                    values: Vec::new(),
                    nodes: Vec::new(),
                });
            }
            Event::MappingStart(anchor, tag) => {
                self.properties(anchor, tag.is_some(), place);
                self.open(Open::Map {
                    place,
                    map: Map::new(),
                    entries: Vec::new(),
                    key: None,
                });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(place),
        }
    }

    fn alias(&mut self, place: Place) {
        self.fail(
            Code::YamlAlias,
            place,
            "packs have no anchors and aliases",
            Some("write the value out where it is needed"),
        );
    }

    fn properties(&mut self, anchor: usize, tagged: bool, place: Place) {
        if anchor > 0 {
            self.alias(place);
        }
        if tagged {
            self.fail(
                Code::YamlTag,
                place,
                "packs have no YAML tags",
                Some("leave out the `!` word; put a text in quotes"),
            );
        }
    }

    fn open(&mut self, open: Open) {
        let place = match &open {
            Open::List { place, .. } | Open::Map { place, .. } => *place,
        };
        if self.open.len() >= MAX_DEPTH {
            let message = format!("lists and maps are nested more than {MAX_DEPTH} deep");
            self.fail(Code::TooDeep, place, message, None);
        }
        if matches!(self.open.last(), Some(Open::Map { key: None, .. })) {
            self.fail(
                Code::KeyNotText,
                place,
                "the key of a map is a text",
                Some("put it in quotes if the brackets belong to it"),
            );
        }
        self.open.push(open);
    }

    fn scalar(&mut self, text: Cow<'_, str>, style: ScalarStyle, place: Place) {
        if text.len() > MAX_SCALAR {
            let message = format!(
                "a text of {} bytes is too long: at most {MAX_SCALAR} are read",
                text.len()
            );
            return self.fail(Code::TooMuch, place, message, None);
        }
        if let Some(Open::Map {
            key: key @ None,
            map,
            ..
        }) = self.open.last_mut()
        {
            let dropped = map.contains_key(text.as_ref());
            let message =
                dropped.then(|| format!("the key {} stands twice in one map", quoted(&text)));
            *key = Some(Key {
                text: text.into_owned(),
                place,
                dropped,
            });
            if let Some(message) = message {
                self.fail(
                    Code::DuplicateKey,
                    place,
                    message,
                    Some("keep one of the two"),
                );
            }
            return;
        }
        let value = if style == ScalarStyle::Plain {
            scalar::resolve(&text)
        } else {
            Some(Value::String(text.as_ref().to_owned()))
        };
        let value = value.unwrap_or_else(|| {
            let message = if text.len() > MAX_DIGITS {
                format!("{} has more digits than a number keeps", quoted(&text))
            } else {
                format!("{} can be read as more than one number", quoted(&text))
            };
            self.fail(
                Code::DoubtfulNumber,
                place,
                message,
                Some("put it in quotes if it is a code, or write a plain number such as 10 or 0.5"),
            );
            Value::String(text.into_owned())
        });
        let node = Node {
            place,
            content: Content::Scalar,
        };
        self.put(value, node);
    }

    fn close(&mut self, end: Place) {
        let Some(open) = self.open.pop() else {
            return;
        };
        let until = |place: Place| Place {
            end: end.end.max(place.start),
            ..place
        };
        let (value, place, content) = match open {
            Open::List {
                place,
                values,
                nodes,
            } => (Value::Array(values), place, Content::List(nodes)),
            Open::Map {
                place,
                map,
                entries,
                ..
            } => (Value::Object(map), place, Content::Map(entries)),
        };
        self.put(
            value,
            Node {
                place: until(place),
                content,
            },
        );
    }

    fn put(&mut self, value: Value, node: Node) {
        self.values += 1;
        if self.values > MAX_VALUES {
            let message = format!("a file of a pack has at most {MAX_VALUES} values");
            self.fail(
                Code::TooMuch,
                node.place,
                message,
                Some("rows belong into a file under data/"),
            );
            return;
        }
        match self.open.last_mut() {
            None => self.root = Some((value, node)),
            Some(Open::List { values, nodes, .. }) => {
                values.push(value);
                nodes.push(node);
            }
            Some(Open::Map {
                map, entries, key, ..
            }) => {
                if let Some(key) = key.take().filter(|key| !key.dropped) {
                    map.insert(key.text.clone(), value);
                    entries.push(Entry {
                        key: key.text,
                        key_place: key.place,
                        node,
                    });
                }
            }
        }
    }
}
