use serde::{Deserialize, Serialize};
use yandu_check::profile::Look;
use yandu_words::{Grade, Standard};

/// Where a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FoundIn {
    Title,
    Name,
    Header,
}

/// Why something is suggested. Names and counts; never a value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Reason {
    /// A word of the rule stands in a name.
    Name {
        word: String,
        found_in: FoundIn,
        text: String,
        /// Whether the name is the word.
        is_whole: bool,
    },
    /// The column has a standard that the rule names.
    Standard { standard: Standard },
    /// So many values look as the rule says.
    Content {
        look: Look,
        values: u64,
        looked: u64,
    },
    /// The values do not look as the rule says, so that the name counts for less.
    Contradicted { looked: u64 },
    /// Values of this grade flow in.
    Inflow { grade: Grade, from: Vec<String> },
    /// The pack declares a higher grade than was decided.
    Declared { grade: Grade },
    /// Fields of these classes stand together.
    Together {
        rule: String,
        title: String,
        fields: Vec<String>,
    },
    /// Nothing speaks for a class; the grade is the present one.
    Nothing,
}

impl Reason {
    /// What the reason rests on, without counts: the same evidence gives the same text.
    pub(crate) fn fingerprint(&self) -> String {
        match self {
            Self::Name { word, text, .. } => format!("name {word} {text}"),
            Self::Standard { standard } => format!("standard {standard}"),
            Self::Content { look, .. } => format!("content {}", look.name()),
            Self::Contradicted { .. } => "contradicted".to_owned(),
            Self::Inflow { grade, from } => format!("inflow {grade} {}", from.join(" ")),
            Self::Declared { grade } => format!("declared {grade}"),
            Self::Together { rule, fields, .. } => format!("together {rule} {}", fields.join(" ")),
            Self::Nothing => "nothing".to_owned(),
        }
    }
}
