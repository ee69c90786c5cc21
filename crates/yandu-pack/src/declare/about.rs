//! What a declaration says about itself, in a sentence or two.

use std::fmt;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use yandu_words::Title;

/// Reads words in two languages. A text by itself is Chinese: so files were written before there were two.
pub(super) fn about<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Title>, D::Error> {
    deserializer.deserialize_any(Words)
}

pub(super) fn about_schema(generator: &mut SchemaGenerator) -> Schema {
    let words = generator.subschema_for::<Title>();
    json_schema!({ "anyOf": [{ "type": "string" }, words] })
}

struct Words;

impl<'de> Visitor<'de> for Words {
    type Value = Option<Title>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or `{zh: 中文, en: English}`")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        let zh = text.to_owned();
        Ok(Some(Title { zh, en: None }))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Title::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }
}
