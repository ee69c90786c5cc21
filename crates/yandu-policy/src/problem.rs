use std::ops::Range;
use std::sync::Arc;

/// What is wrong with a text of policies, with its place and a mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file of the text, as it was handed in.
    pub file: Arc<str>,
    /// The bytes of the text that are meant.
    pub span: Option<Range<usize>>,
    /// Lower-case, without a full stop, the user's words in backticks.
    pub message: String,
    pub help: Option<String>,
}

impl Problem {
    pub(crate) fn new(
        file: &Arc<str>,
        span: impl Into<Option<Range<usize>>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            file: Arc::clone(file),
            span: span.into(),
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<Option<String>>) -> Self {
        self.help = help.into();
        self
    }
}

/// The known name that a mistyped one probably means, as a mend.
pub(crate) fn did_you_mean<'a>(
    wrong: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    const LIKE: f64 = 0.6;
    known
        .into_iter()
        .map(|name| (strsim::normalized_damerau_levenshtein(wrong, name), name))
        .filter(|(likeness, _)| *likeness >= LIKE)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| format!("did you mean `{name}`?"))
}
