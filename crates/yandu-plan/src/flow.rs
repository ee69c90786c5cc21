//! Signs in reading order: folded, without spaces and line ends, each with its place in the text as given.

/// A run of the text as it is read. A place in it is an index; [`Flow::place`] says where that is in the text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flow {
    signs: Vec<char>,
    places: Vec<u32>,
    /// Whether a space or a line end stood before the sign.
    gaps: Vec<bool>,
    /// Behind the bracket that closes one that opens here; zero elsewhere.
    closes: Vec<u32>,
    /// Brackets of the run that are open still.
    open: Vec<usize>,
}

impl Flow {
    pub(crate) fn push(&mut self, sign: char, place: usize, gap: bool) {
        self.signs.push(sign);
        self.places.push(u32::try_from(place).unwrap_or(u32::MAX));
        self.gaps.push(gap);
        self.closes.push(0);
        match sign {
            '(' | '[' | '〔' | '【' => self.open.push(self.signs.len() - 1),
            ')' | ']' | '〕' | '】' => {
                let behind = u32::try_from(self.signs.len()).unwrap_or(u32::MAX);
                if let Some(close) = self.open.pop().and_then(|open| self.closes.get_mut(open)) {
                    *close = behind;
                }
            }
            _ => {}
        }
    }

    /// Whether a bracket of the run is open still.
    pub(crate) fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Ends a run: no bracket closes beyond.
    pub(crate) fn end_run(&mut self) {
        self.open.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.signs.len()
    }

    /// The sign at an index; NUL outside.
    pub(crate) fn at(&self, index: usize) -> char {
        self.signs.get(index).copied().unwrap_or('\0')
    }

    /// The sign before an index; NUL outside.
    pub(crate) fn before(&self, index: usize) -> char {
        index.checked_sub(1).map_or('\0', |index| self.at(index))
    }

    pub(crate) fn gap(&self, index: usize) -> bool {
        self.gaps.get(index).copied().unwrap_or(false)
    }

    /// Where a sign stands in the text.
    pub(crate) fn place(&self, index: usize) -> usize {
        self.places.get(index).map_or(0, |place| *place as usize)
    }

    /// Where a run that ends before `end` ends in the text.
    pub(crate) fn place_after(&self, end: usize) -> usize {
        end.checked_sub(1).map_or(0, |last| self.place(last) + 1)
    }

    pub(crate) fn has(&self, index: usize, word: &str) -> bool {
        word.chars()
            .enumerate()
            .all(|(step, sign)| self.at(index + step) == sign)
    }

    pub(crate) fn ends_with(&self, end: usize, word: &str) -> bool {
        let length = word.chars().count();
        end.checked_sub(length)
            .is_some_and(|start| self.has(start, word))
    }

    /// The longest of the words that begins at an index, with its length.
    pub(crate) fn word_at(
        &self,
        index: usize,
        words: &[&'static str],
    ) -> Option<(&'static str, usize)> {
        words
            .iter()
            .filter(|word| self.has(index, word))
            .map(|word| (*word, word.chars().count()))
            .max_by_key(|(_, length)| *length)
    }

    /// What the longest of the words that begins at an index means, with the length of the word.
    pub(crate) fn meaning_at<T: Copy>(
        &self,
        index: usize,
        words: &[(&str, T)],
    ) -> Option<(T, usize)> {
        words
            .iter()
            .filter(|(word, _)| self.has(index, word))
            .map(|(word, meaning)| (*meaning, word.chars().count()))
            .max_by_key(|(_, length)| *length)
    }

    /// The longest of the words that ends before an index, with its length.
    pub(crate) fn word_before(
        &self,
        end: usize,
        words: &[&'static str],
    ) -> Option<(&'static str, usize)> {
        words
            .iter()
            .filter(|word| self.ends_with(end, word))
            .map(|word| (*word, word.chars().count()))
            .max_by_key(|(_, length)| *length)
    }

    /// The first place of a word in a range.
    pub(crate) fn find(&self, from: usize, to: usize, word: &str) -> Option<usize> {
        let length = word.chars().count();
        (from..to.min(self.len()))
            .take_while(|start| start + length <= to)
            .find(|start| self.has(*start, word))
    }

    pub(crate) fn holds_any(&self, from: usize, to: usize, words: &[&'static str]) -> bool {
        words.iter().any(|word| self.find(from, to, word).is_some())
    }

    pub(crate) fn text(&self, from: usize, to: usize) -> String {
        self.signs
            .get(from..to.min(self.len()))
            .unwrap_or_default()
            .iter()
            .collect()
    }

    pub(crate) fn part(&self, from: usize, to: usize) -> Self {
        let mut part = Self::default();
        for index in from..to.min(self.len()) {
            part.push(self.at(index), self.place(index), self.gap(index));
        }
        part
    }

    /// The place behind the bracket that closes the one at `open`, or `None` when none does before `to`.
    pub(crate) fn closing(&self, open: usize, to: usize) -> Option<usize> {
        let close = self.closes.get(open).map_or(0, |close| *close as usize);
        (close > open && close <= to).then_some(close)
    }
}
