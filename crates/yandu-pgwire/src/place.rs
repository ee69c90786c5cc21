//! Where a statement stands in the text that a client sent.

/// A statement of a text, when it is asked as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// Signs of the text before the statement.
    pub(crate) before: usize,
    pub(crate) statement: String,
}

impl Place {
    /// The sign of the whole text, from 1, that stands at a line and a column of the statement.
    pub(crate) fn sign(&self, line: u64, column: u64) -> Option<usize> {
        let (line, column) = (usize::try_from(line).ok()?, usize::try_from(column).ok()?);
        let lines = self.statement.split('\n').take(line.checked_sub(1)?);
        let before: usize = lines.map(|line| line.chars().count() + 1).sum();
        Some(self.before + before + column)
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_place_counts_signs_of_the_whole_text() {
        let place = Place {
            before: 10,
            statement: "SELECT '城'\nFROM nowhere".to_owned(),
        };
        assert_eq!(place.sign(1, 1), Some(11));
        assert_eq!(place.sign(2, 6), Some(27));
    }
}
