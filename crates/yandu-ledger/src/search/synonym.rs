//! Words that mean the same to those who search. They are data of packs, so that a city adds its own.

use std::collections::{BTreeSet, HashMap};

use super::sign::{fold, is_han};

/// Groups of words, by each of their words.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Synonyms {
    groups: Vec<Vec<String>>,
    by_word: HashMap<String, BTreeSet<usize>>,
    /// The longest word in signs.
    longest: usize,
}

impl Synonyms {
    /// Reads groups, one a line, their words set apart by `=` or commas; a line that starts with `#` is a remark.
    pub(crate) fn add(&mut self, text: &str) {
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
        {
            let words: Vec<String> = line
                .split(['=', ',', '，', '＝'])
                .map(|word| word.trim().chars().map(fold).collect::<String>())
                .filter(|word| !word.is_empty())
                .collect();
            if words.len() < 2 {
                continue;
            }
            let group = self.groups.len();
            for word in &words {
                self.longest = self.longest.max(word.chars().count());
                self.by_word.entry(word.clone()).or_default().insert(group);
            }
            self.groups.push(words);
        }
    }

    /// The other words of the groups of a word.
    pub(crate) fn of(&self, word: &str) -> Vec<&str> {
        let groups = self.by_word.get(word).into_iter().flatten();
        let mut others: Vec<&str> = groups
            .filter_map(|group| self.groups.get(*group))
            .flatten()
            .map(String::as_str)
            .filter(|other| *other != word)
            .collect();
        others.sort_unstable();
        others.dedup();
        others
    }

    /// A run of Chinese signs cut around the words that have synonyms, the longest first.
    pub(crate) fn cut<'a>(&self, signs: &'a [char]) -> Vec<&'a [char]> {
        let mut parts = Vec::new();
        let (mut start, mut at) = (0, 0);
        while at < signs.len() {
            let most = self.longest.min(signs.len() - at);
            let length = (2..=most).rev().find(|length| {
                signs.get(at..at + length).is_some_and(|part| {
                    part.iter().all(|sign| is_han(*sign))
                        && self.by_word.contains_key(&part.iter().collect::<String>())
                })
            });
            match length {
                Some(length) => {
                    parts.extend(signs.get(start..at));
                    parts.extend(signs.get(at..at + length));
                    at += length;
                    start = at;
                }
                None => at += 1,
            }
        }
        parts.extend(signs.get(start..));
        parts.retain(|part| !part.is_empty());
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_cut_around_the_longest_words_that_have_synonyms() {
        let mut synonyms = Synonyms::default();
        synonyms.add("# 说明\n低保=最低生活保障\n企业,市場主體，公司\n\nx");
        let signs: Vec<char> = "最低生活保障家庭".chars().collect();
        let parts: Vec<String> = synonyms
            .cut(&signs)
            .into_iter()
            .map(|part| part.iter().collect())
            .collect();
        assert_eq!(parts, ["最低生活保障", "家庭"]);
        assert_eq!(synonyms.of("企业"), ["公司", "市场主体"]);
        assert!(synonyms.of("家庭").is_empty());
    }
}
