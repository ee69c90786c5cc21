//! How far a source was read, as its newest batch keeps it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// The newest value of a watermark that was read.
///
/// Kept as JSON where it is known which rows stood at the value, and as the value alone where it is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mark {
    pub(crate) value: String,
    pub(crate) standing: Option<Standing>,
}

/// What was known of the rows at a watermark, and of those that no watermark reaches: a value alone does not say that no
/// other row will come to share it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Standing {
    /// Rows at the value.
    pub(crate) rows: u64,
    /// Of their lines, in whatever order.
    pub(crate) digest: String,
    /// The hash of each of their lines; empty where they are too many, or where the rows are not read again.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) lines: BTreeSet<String>,
    /// Rows without a value, which came with the first reading.
    pub(crate) without: u64,
    /// Rows that came at an older value after it had been read, and were not read themselves.
    pub(crate) passed: u64,
}

impl Mark {
    pub(crate) fn plain(value: String) -> Self {
        Self {
            value,
            standing: None,
        }
    }

    pub(super) fn parse(text: String) -> Self {
        serde_json::from_str(&text).unwrap_or_else(|_| Self::plain(text))
    }

    pub(super) fn to_text(&self) -> serde_json::Result<String> {
        match &self.standing {
            Some(_) => serde_json::to_string(self),
            None => Ok(self.value.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watermark_that_is_kept_as_a_value_alone_is_still_understood() {
        let known = Mark {
            value: "2025-01-03".to_owned(),
            standing: Some(Standing {
                rows: 2,
                digest: "ab".to_owned(),
                lines: BTreeSet::from(["a".to_owned(), "b".to_owned()]),
                without: 1,
                passed: 0,
            }),
        };
        for mark in [
            known,
            Mark::plain("2025-01-03".to_owned()),
            Mark::plain("7".to_owned()),
            Mark::plain("{\"value\": 7}".to_owned()),
        ] {
            assert_eq!(Mark::parse(mark.to_text().unwrap()), mark);
        }
        let without_lines =
            r#"{"value":"1","standing":{"rows":1,"digest":"ab","without":0,"passed":0}}"#;
        let standing = Mark::parse(without_lines.to_owned()).standing.unwrap();
        assert_eq!((standing.rows, standing.lines), (1, BTreeSet::new()));
    }
}
