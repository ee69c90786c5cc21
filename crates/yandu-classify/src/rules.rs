//! The rules of all packs, ready to be held against fields.

use std::collections::BTreeMap;

use yandu_pack::declare::{ClassificationFile, ClassificationRule, Combination, Weights};
use yandu_pack::{Packs, fold_header};
use yandu_words::Title;

/// The rules of all packs.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    pub(crate) all: Vec<Rule>,
    pub(crate) combinations: Vec<Combination>,
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
    pub(crate) folded: String,
    /// Chinese words stand in others without a mark; others between `_`.
    pub(crate) is_chinese: bool,
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
            rules.combinations.extend(file.combinations.iter().cloned());
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

    pub(crate) fn weights(&self) -> Weights {
        self.all
            .first()
            .map(|rule| rule.weights)
            .unwrap_or_default()
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
    pub(crate) fn stands_in(&self, name: &str) -> Option<bool> {
        let folded = fold_header(name);
        if folded == self.folded {
            return Some(true);
        }
        if self.is_chinese {
            return folded.contains(&self.folded).then_some(false);
        }
        let parts: Vec<String> = name
            .split(|sign: char| !sign.is_ascii_alphanumeric())
            .filter(|part| !part.is_empty())
            .map(str::to_ascii_lowercase)
            .collect();
        // A word of several parts, such as `id_card`, stands where its parts follow one another.
        let is_there = (0..parts.len()).any(|from| {
            (from + 1..=parts.len()).any(|to| {
                parts
                    .get(from..to)
                    .is_some_and(|some| some.concat() == self.folded)
            })
        });
        is_there.then_some(false)
    }
}
