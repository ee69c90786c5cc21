//! Texts as tokens: Chinese as single signs and pairs of neighbours, everything else as words.
//!
//! Pairs need no dictionary, so they know every new word of an office and cost nothing at start; a dictionary of words
//! would take longer to load than the whole program.

use super::sign::{fold, is_han};

/// The longest word that is kept whole, in signs.
const LONGEST: usize = 64;

/// A stretch of a text of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Run {
    Han(Vec<char>),
    Word(String),
}

/// The runs of a text, folded.
pub(crate) fn runs(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut is_open = false;
    for sign in text.chars().map(fold) {
        let is_word = !is_han(sign) && sign.is_alphanumeric();
        match (runs.last_mut(), is_open) {
            (Some(Run::Han(signs)), true) if is_han(sign) => signs.push(sign),
            (Some(Run::Word(word)), true) if is_word => word.push(sign),
            _ if is_han(sign) => runs.push(Run::Han(vec![sign])),
            _ if is_word => runs.push(Run::Word(sign.to_string())),
            _ => {}
        }
        is_open = is_han(sign) || is_word;
    }
    for run in &mut runs {
        if let Run::Word(word) = run
            && let Some((end, _)) = word.char_indices().nth(LONGEST)
        {
            word.truncate(end);
        }
    }
    runs
}

/// The tokens that a run of Chinese signs is searched by: its pairs, or the sign itself where it is alone.
pub(crate) fn pairs(signs: &[char]) -> Vec<String> {
    match signs {
        [one] => vec![one.to_string()],
        signs => signs.windows(2).map(|pair| pair.iter().collect()).collect(),
    }
}

/// Adds all tokens of a text to those of a field.
pub(crate) fn add_text(text: &str, tokens: &mut Vec<String>) {
    for run in runs(text) {
        match run {
            Run::Word(word) => tokens.push(word),
            Run::Han(signs) => {
                tokens.extend(signs.iter().map(char::to_string));
                if signs.len() > 1 {
                    tokens.extend(pairs(&signs));
                }
            }
        }
    }
}

/// A code as it is compared: folded, without spaces.
pub(crate) fn code(text: &str) -> String {
    text.chars()
        .map(fold)
        .filter(|sign| !sign.is_whitespace())
        .take(2 * LONGEST)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_other_words_are_cut_where_they_meet() {
        assert_eq!(
            runs("12345热线 PM2.5-日均"),
            [
                Run::Word("12345".to_owned()),
                Run::Han(vec!['热', '线']),
                Run::Word("pm2".to_owned()),
                Run::Word("5".to_owned()),
                Run::Han(vec!['日', '均']),
            ]
        );
    }

    #[test]
    fn pairs_do_not_reach_over_a_space() {
        let mut tokens = Vec::new();
        add_text("人口 登記", &mut tokens);
        assert_eq!(tokens, ["人", "口", "人口", "登", "记", "登记"]);
    }
}
