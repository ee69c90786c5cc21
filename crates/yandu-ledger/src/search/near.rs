//! Words that are one letter away from another.

use std::sync::LazyLock;

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};

static ONE_OFF: LazyLock<LevenshteinAutomatonBuilder> =
    LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));

/// All words at most one letter away from one, as an automaton over their bytes.
pub(crate) struct Near(DFA);

impl Near {
    pub(crate) fn new(word: &str) -> Self {
        Self(ONE_OFF.build_dfa(word))
    }

    pub(crate) fn holds(&self, word: &str) -> bool {
        is_near(self.0.eval(word))
    }
}

fn is_near(distance: Distance) -> bool {
    matches!(distance, Distance::Exact(..=1))
}

impl tantivy_fst::Automaton for Near {
    type State = u32;

    fn start(&self) -> u32 {
        self.0.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        is_near(self.0.distance(*state))
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        self.0.transition(*state, byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_more_less_other_or_swapped_is_near_and_two_are_not() {
        let near = Near::new("resident");
        for word in ["resident", "residant", "residet", "residents", "reisdent"] {
            assert!(near.holds(word), "{word}");
        }
        for word in ["redisant", "resid", "population"] {
            assert!(!near.holds(word), "{word}");
        }
    }
}
