//! Signs as they are compared, and numbers that stand for texts.

use std::hash::{DefaultHasher, Hash, Hasher};

pub(crate) use yandu_words::sign::{fold, is_han};

/// A number for a text whose spaces and kinds of signs do not matter.
pub(crate) fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    for sign in text.chars().map(fold).filter(|sign| !sign.is_whitespace()) {
        sign.hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_kinds_of_signs_do_not_matter_to_a_hash() {
        assert_eq!(hash("戶籍 登記"), hash("户籍登记"));
        assert_ne!(hash("户籍"), hash("登记"));
    }
}
