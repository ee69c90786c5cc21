//! One JSON object as a flat list of columns: the names of nested objects are joined by dots, arrays stay JSON,
//! numbers stay as they were written.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Objects in objects deeper than this stay JSON.
const DEPTH: usize = 16;

/// Calls `each` with the name and the text of every value; `None` is null.
pub(crate) fn flatten(
    object: &str,
    each: &mut dyn FnMut(&str, Option<String>),
) -> Result<(), serde_json::Error> {
    let mut name = String::new();
    walk(object, &mut name, DEPTH, each)
}

fn walk(
    object: &str,
    name: &mut String,
    depth: usize,
    each: &mut dyn FnMut(&str, Option<String>),
) -> Result<(), serde_json::Error> {
    let members = members(object)?;
    let length = name.len();
    for (key, value) in members {
        if length > 0 {
            name.push('.');
        }
        name.push_str(&key);
        let text = value.get();
        match text.bytes().next() {
            Some(b'{') if depth > 0 && text.len() > 2 => walk(text, name, depth - 1, each)?,
            Some(b'n') => each(name, None),
            Some(b'"') => each(name, Some(serde_json::from_str(text)?)),
            _ => each(name, Some(text.to_owned())),
        }
        name.truncate(length);
    }
    Ok(())
}

type Member<'a> = (Cow<'a, str>, &'a RawValue);

/// The members of an object, in order.
pub(crate) fn members(object: &str) -> Result<Vec<Member<'_>>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(object);
    let members = deserializer.deserialize_map(Members)?;
    deserializer.end()?;
    Ok(members)
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<Member<'de>>;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(Key(key)) = map.next_key()? {
            members.push((key, map.next_value()?));
        }
        Ok(members)
    }
}

/// A key, borrowed where it has no escapes.
struct Key<'de>(Cow<'de, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Key<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
                formatter.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        deserializer.deserialize_str(Text)
    }
}
