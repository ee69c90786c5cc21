//! The rules of all packs, ready to be held against fields.

use std::collections::BTreeMap;

use yandu_pack::Packs;
use yandu_pack::declare::{ClassificationFile, ClassificationRule, Combination, Weights};
use yandu_words::{Title, fold_header};

use crate::evidence::FoundIn;
use crate::facts::FieldFacts;

/// The rules of all packs.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub(crate) all: Vec<Rule>,
    /// With the weights of the set that each stands in.
    pub(crate) combinations: Vec<(Combination, Weights)>,
    classes: BTreeMap<String, Title>,
}

#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) file: ClassificationRule,
    pub(crate) weights: Weights,
    pub(crate) words: Vec<Word>,
    /// Folded.
    pub(crate) not: Vec<String>,
}

/// A word that names are searched for.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    /// As it is written.
    pub(crate) text: String,
    folded: String,
    /// Chinese words stand in others without a mark; others between `_`.
    is_chinese: bool,
}

/// A name of a field, made ready once for the words of all rules.
pub(crate) struct Name<'a> {
    pub(crate) found_in: FoundIn,
    /// As it is written.
    pub(crate) text: &'a str,
    pub(crate) folded: String,
    /// Its parts, each alone and with those that follow it.
    runs: Vec<String>,
}

impl Rules {
    pub fn of(packs: &Packs) -> Self {
        Self::new(packs.classifications())
    }

    pub fn new<'a>(files: impl Iterator<Item = &'a ClassificationFile>) -> Self {
        let mut rules = Self::default();
        for file in files {
            let own = file.rules.iter().map(|rule| Rule {
                words: rule.names.iter().map(|text| Word::new(text)).collect(),
                not: rule.not.iter().map(|text| fold_header(text)).collect(),
                weights: file.weights,
                file: rule.clone(),
            });
            rules.all.extend(own);
            let combinations = file.combinations.iter().cloned();
            rules
                .combinations
                .extend(combinations.map(|one| (one, file.weights)));
            rules.classes.extend(
                file.classes
                    .iter()
                    .map(|(id, title)| (id.clone(), title.clone())),
            );
        }
        rules
    }

    /// The classes by name.
    pub fn classes(&self) -> &BTreeMap<String, Title> {
        &self.classes
    }
}

impl Word {
    fn new(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            folded: fold_header(text),
            is_chinese: !text.is_ascii(),
        }
    }

    /// Whether it is a name as a whole, or stands in one; `None` where it does not.
    pub(crate) fn stands_in(&self, name: &Name<'_>) -> Option<bool> {
        if name.folded == self.folded {
            return Some(true);
        }
        let is_there = if self.is_chinese {
            name.folded.contains(&self.folded)
        } else {
            // A word of several parts, such as `id_card`, stands where its parts follow one another.
            name.runs.contains(&self.folded)
        };
        is_there.then_some(false)
    }
}

impl<'a> Name<'a> {
    /// The title, the name and the headers of a field.
    pub(crate) fn all(field: &'a FieldFacts) -> Vec<Self> {
        let headers = field.headers.iter().map(|text| (FoundIn::Header, text));
        let names = [(FoundIn::Title, &field.title), (FoundIn::Name, &field.name)];
        names
            .into_iter()
            .chain(headers)
            .map(|(found_in, text)| Self::new(found_in, text))
            .collect()
    }

    fn new(found_in: FoundIn, text: &'a str) -> Self {
        let parts: Vec<String> = text
            .split(|sign: char| !sign.is_ascii_alphanumeric())
            .filter(|part| !part.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        let mut runs = Vec::new();
        for from in 0..parts.len() {
            let mut run = String::new();
            for part in parts.iter().skip(from) {
                run.push_str(part);
                runs.push(run.clone());
            }
        }
        Self {
            found_in,
            text,
            folded: fold_header(text),
            runs,
        }
    }
}
