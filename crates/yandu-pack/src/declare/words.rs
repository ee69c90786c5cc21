//! What a declaration says in a sentence or two: what it is about, how a number is counted, and who asks for it.

use std::fmt;

use schemars::{Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};
use yandu_words::Title;

/// Reads words in two languages. A text by itself is Chinese: so files were written before there were two.
pub(super) fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Title, D::Error> {
    deserializer.deserialize_any(Words)
}

/// The same where nothing may be said.
pub(super) fn words_if_any<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Title>, D::Error> {
    let written = Option::<Written>::deserialize(deserializer)?;
    Ok(written.map(|Written(words)| words))
}

pub(super) fn words_schema(generator: &mut SchemaGenerator) -> Schema {
    let words = generator.subschema_for::<Title>();
    json_schema!({ "anyOf": [{ "type": "string" }, words] })
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Written(#[serde(deserialize_with = "words")] Title);

struct Words;

impl<'de> Visitor<'de> for Words {
    type Value = Title;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, or `{zh: 中文, en: English}`")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        let zh = text.to_owned();
        Ok(Title { zh, en: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        Title::deserialize(MapAccessDeserializer::new(map))
    }
}
