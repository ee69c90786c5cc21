//! A graph of facts, and its two forms. Both are written from the same triples, so that they cannot differ.

use indexmap::{IndexMap, IndexSet};
use jiff::Timestamp;
use oxrdf::{Literal, NamedNode, Term, Triple};
use oxttl::TurtleSerializer;
use serde_json::{Map, Value, json};
use yandu_words::Title;

use super::vocabulary::{PREFIXES, named, shortened};

/// Facts by what they are about, in the order in which they were said.
#[derive(Debug, Default)]
pub(super) struct Graph {
    facts: IndexMap<NamedNode, IndexSet<(NamedNode, Term)>>,
}

/// What facts are said about.
pub(super) struct Subject<'a> {
    node: NamedNode,
    graph: &'a mut Graph,
}

impl Graph {
    pub(super) fn about(&mut self, iri: &str) -> Subject<'_> {
        Subject {
            node: NamedNode::new_unchecked(iri),
            graph: self,
        }
    }

    pub(super) fn turtle(&self) -> std::io::Result<Vec<u8>> {
        let mut serializer = TurtleSerializer::new();
        for (prefix, iri) in PREFIXES {
            serializer = serializer
                .with_prefix(*prefix, *iri)
                .map_err(std::io::Error::other)?;
        }
        let mut writer = serializer.for_writer(Vec::new());
        for (subject, facts) in &self.facts {
            for (predicate, object) in facts {
                let triple = Triple::new(subject.clone(), predicate.clone(), object.clone());
                writer.serialize_triple(&triple)?;
            }
        }
        writer.finish()
    }

    pub(super) fn json_ld(&self) -> Value {
        let prefixes = PREFIXES.iter();
        let context: Map<String, Value> = prefixes
            .map(|(prefix, iri)| ((*prefix).to_owned(), Value::from(*iri)))
            .collect();
        let nodes: Vec<Value> = self
            .facts
            .iter()
            .map(|(subject, facts)| node(subject, facts))
            .collect();
        json!({ "@context": context, "@graph": nodes })
    }
}

fn node(subject: &NamedNode, facts: &IndexSet<(NamedNode, Term)>) -> Value {
    let mut node = Map::from_iter([("@id".to_owned(), Value::from(subject.as_str()))]);
    let mut say = |key: String, value: Value| match node.entry(key) {
        serde_json::map::Entry::Vacant(entry) => {
            entry.insert(json!([value]));
        }
        serde_json::map::Entry::Occupied(mut entry) => {
            if let Value::Array(values) = entry.get_mut() {
                values.push(value);
            }
        }
    };
    let kind = named("rdf:type");
    for (predicate, object) in facts {
        match object {
            Term::NamedNode(class) if *predicate == kind => {
                say("@type".to_owned(), shortened(class.as_str()).into());
            }
            object => say(shortened(predicate.as_str()), value(object)),
        }
    }
    Value::Object(node)
}

fn value(object: &Term) -> Value {
    match object {
        Term::NamedNode(node) => json!({ "@id": node.as_str() }),
        Term::BlankNode(node) => json!({ "@id": format!("_:{}", node.as_str()) }),
        Term::Literal(literal) => match literal.language() {
            Some(language) => json!({ "@value": literal.value(), "@language": language }),
            None if literal.datatype() == oxrdf::vocab::xsd::STRING => literal.value().into(),
            None => {
                let datatype = literal.datatype();
                json!({ "@value": literal.value(), "@type": shortened(datatype.as_str()) })
            }
        },
    }
}

impl Subject<'_> {
    fn say(&mut self, predicate: &str, object: impl Into<Term>) -> &mut Self {
        let facts = self.graph.facts.entry(self.node.clone()).or_default();
        facts.insert((named(predicate), object.into()));
        self
    }

    pub(super) fn is_a(&mut self, class: &str) -> &mut Self {
        self.say("rdf:type", named(class))
    }

    pub(super) fn link(&mut self, predicate: &str, iri: &str) -> &mut Self {
        self.say(predicate, NamedNode::new_unchecked(iri))
    }

    pub(super) fn text(&mut self, predicate: &str, text: &str) -> &mut Self {
        self.say(predicate, Literal::new_simple_literal(text))
    }

    pub(super) fn worded(&mut self, predicate: &str, text: &str, language: &str) -> &mut Self {
        self.say(
            predicate,
            Literal::new_language_tagged_literal_unchecked(text, language),
        )
    }

    pub(super) fn titled(&mut self, predicate: &str, title: &Title) -> &mut Self {
        self.worded(predicate, &title.zh, "zh");
        if let Some(en) = &title.en {
            self.worded(predicate, en, "en");
        }
        self
    }

    pub(super) fn typed(&mut self, predicate: &str, value: &str, datatype: &str) -> &mut Self {
        self.say(
            predicate,
            Literal::new_typed_literal(value, named(datatype)),
        )
    }

    pub(super) fn time(&mut self, predicate: &str, at: Timestamp) -> &mut Self {
        self.typed(predicate, &at.to_string(), "xsd:dateTime")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use oxttl::TurtleParser;
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    /// Signs that end, begin or change something in some form, and some of every script.
    const SIGNS: &[char] = &[
        '"',
        '\'',
        '\\',
        '<',
        '>',
        '{',
        '}',
        '[',
        ']',
        '@',
        '#',
        '.',
        ';',
        ',',
        '^',
        '_',
        ':',
        '$',
        '%',
        '&',
        ' ',
        '\n',
        '\r',
        '\t',
        '\u{0}',
        '\u{8}',
        '\u{b}',
        '\u{7f}',
        '\u{85}',
        '\u{2028}',
        '\u{202e}',
        '\u{feff}',
        '\u{fffd}',
        'a',
        'é',
        '盐',
        '𪚥',
        '🏮',
        '\u{10ffff}',
    ];

    #[test]
    fn a_text_of_any_signs_comes_out_of_turtle_as_it_went_in() {
        let seed: u64 = match std::env::var("YANDU_SEED") {
            Ok(seed) => seed.parse().unwrap(),
            Err(_) => rand::random(),
        };
        println!("YANDU_SEED={seed}");
        let mut random = StdRng::seed_from_u64(seed);
        let mut graph = Graph::default();
        let mut said = HashSet::new();
        for number in 0..300 {
            let length = random.random_range(0..20);
            let text: String = (0..length)
                .map(|_| SIGNS[random.random_range(0..SIGNS.len())])
                .collect();
            let subject = format!("http://localhost/{}", number % 7);
            let mut subject = graph.about(&subject);
            subject
                .worded("dct:title", &text, "zh")
                .text("dct:identifier", &text);
            said.insert(text);
        }
        let turtle = graph.turtle().unwrap();
        let read: Vec<Triple> = TurtleParser::new()
            .for_slice(&turtle)
            .collect::<Result<_, _>>()
            .unwrap();
        let written: HashSet<Triple> = graph
            .facts
            .iter()
            .flat_map(|(subject, facts)| {
                facts.iter().map(|(predicate, object)| {
                    Triple::new(subject.clone(), predicate.clone(), object.clone())
                })
            })
            .collect();
        assert_eq!(read.len(), written.len());
        assert_eq!(read.into_iter().collect::<HashSet<_>>(), written);
        let json_ld = graph.json_ld().to_string();
        let nodes: Value = serde_json::from_str(&json_ld).unwrap();
        let found: HashSet<String> = nodes["@graph"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|node| node["dct:identifier"].as_array().unwrap())
            .map(|text| text.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(found, said);
    }
}
