//! Entries that have changed and are not in the index yet, with their tokens in memory.

use std::collections::HashMap;

use super::field::{Field, Tokens};
use super::near::Near;
use super::query::{Fit, Term};

#[derive(Debug, Default)]
pub(crate) struct Fresh {
    entries: HashMap<u32, (i64, Tokens)>,
}

impl Fresh {
    pub(crate) fn put(&mut self, number: u32, change: i64, tokens: Tokens) {
        self.entries.insert(number, (change, tokens));
    }

    pub(crate) fn has(&self, number: u32) -> bool {
        self.entries.contains_key(&number)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets what the index has seen.
    pub(crate) fn forget(&mut self, upto: i64) {
        self.entries.retain(|_, (change, _)| *change > upto);
    }

    pub(crate) fn each(&self, term: &Term, field: Field, found: &mut dyn FnMut(u32)) {
        let near = (term.fit == Fit::OneOff).then(|| Near::new(&term.text));
        for (number, (_, tokens)) in &self.entries {
            let tokens = tokens.of(field);
            let at = tokens.partition_point(|token| *token < term.text);
            let holds = match (&near, term.fit) {
                (Some(near), _) => tokens.iter().any(|token| near.holds(token)),
                (None, Fit::Starts) => tokens
                    .get(at)
                    .is_some_and(|token| token.starts_with(&term.text)),
                (None, _) => tokens.get(at).is_some_and(|token| *token == term.text),
            };
            if holds {
                found(*number);
            }
        }
    }
}
