//! YAML as packs use it: a value, and the place of everything in it.
//!
//! Less is read than YAML allows, so that no file can mean something else than it seems to, and none can cost more than
//! its size: no anchors, aliases or tags, one document, text keys, bounded depth, size and number of values. A word that
//! YAML readers disagree on (`010`, `0x1f`, `.5`) must be put in quotes.

use serde_json::Value;

mod align;
mod mend;
mod read;
mod scalar;

pub(crate) use align::locate;
pub(crate) use read::{Fault, read};

/// The largest file, in bytes. Rows belong into `data/`, not into a declaration.
pub(crate) const MAX_BYTES: u64 = 1 << 20;
const MAX_DEPTH: usize = 24;
const MAX_VALUES: usize = 100_000;
/// The longest single text, in bytes.
const MAX_SCALAR: usize = 1 << 16;
/// The most problems of one file that are kept.
pub(crate) const MAX_PROBLEMS: usize = 100;

/// A range of characters, from `start` to before `end`, and the line (from 1) and column (from 0) where it starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A value and the places of its parts.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) value: Value,
    pub(crate) root: Node,
}

/// The place of a value and of what is in it, shaped like the value.
#[derive(Debug, Default)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) content: Content,
}

#[derive(Debug, Default)]
pub(crate) enum Content {
    #[default]
    Scalar,
    List(Vec<Node>),
    Map(Vec<Entry>),
}

#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_place: Place,
    pub(crate) node: Node,
}

/// A value found by its pointer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found<'a> {
    /// The place of its key, when it stands in a map.
    pub(crate) key: Option<Place>,
    pub(crate) node: &'a Node,
}

impl Node {
    /// Finds a value by JSON pointer; where it is not there, the nearest value around it.
    pub(crate) fn find(&self, pointer: &str) -> Found<'_> {
        let mut found = Found {
            key: None,
            node: self,
        };
        for part in parts(pointer) {
            let next = match &found.node.content {
                Content::Scalar => None,
                Content::List(items) => part
                    .parse()
                    .ok()
                    .and_then(|index: usize| items.get(index))
                    .map(|node| Found { key: None, node }),
                Content::Map(entries) => {
                    entries
                        .iter()
                        .find(|entry| entry.key == part)
                        .map(|entry| Found {
                            key: Some(entry.key_place),
                            node: &entry.node,
                        })
                }
            };
            match next {
                Some(next) => found = next,
                None => break,
            }
        }
        found
    }

    /// The keys of a map.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        let entries = match &self.content {
            Content::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(|entry| entry.key.as_str())
    }

    fn remove(&mut self, part: &str) {
        match &mut self.content {
            Content::Scalar => {}
            Content::List(items) => {
                if let Some(index) = part
                    .parse()
                    .ok()
                    .filter(|index: &usize| *index < items.len())
                {
                    items.remove(index);
                }
            }
            Content::Map(entries) => entries.retain(|entry| entry.key != part),
        }
    }

    fn find_mut(&mut self, pointer: &str) -> Option<&mut Self> {
        let mut node = self;
        for part in parts(pointer) {
            node = match &mut node.content {
                Content::Scalar => return None,
                Content::List(items) => items.get_mut(part.parse::<usize>().ok()?)?,
                Content::Map(entries) => {
                    &mut entries.iter_mut().find(|entry| entry.key == part)?.node
                }
            };
        }
        Some(node)
    }
}

impl Document {
    /// Takes a value out of its map or list, with its place. False when there is no such value, or it is the whole.
    pub(crate) fn remove(&mut self, pointer: &str) -> bool {
        let Some((parent, _)) = pointer.rsplit_once('/') else {
            return false;
        };
        let Some(part) = parts(pointer).last() else {
            return false;
        };
        let removed = match self.value.pointer_mut(parent) {
            Some(Value::Object(map)) => map.shift_remove(&part).is_some(),
            Some(Value::Array(items)) => match part.parse::<usize>() {
                Ok(index) if index < items.len() => {
                    items.remove(index);
                    true
                }
                _ => false,
            },
            _ => false,
        };
        if removed && let Some(node) = self.root.find_mut(parent) {
            node.remove(&part);
        }
        removed
    }
}

fn parts(pointer: &str) -> impl Iterator<Item = String> {
    pointer
        .split('/')
        .skip(1)
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
}

/// A key or name as a part of a JSON pointer.
pub(crate) fn escape(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}
