use yandu_words::id::SourceId;

use crate::Error;

/// Why fetching did not succeed, in words that hold no secret; whoever asked adds the name of the source.
#[derive(Debug)]
pub(crate) enum Problem {
    /// It does not let us in, or does not know what we ask for: asking again does not help.
    Refused(String),
    /// It does not answer any more.
    Silent(String),
    /// It answers what is not expected.
    Answer(String),
    /// What failed is on our side.
    Local(Box<Error>),
}

impl Problem {
    pub(crate) fn of(self, source_id: &SourceId) -> Error {
        let source_id = source_id.clone();
        match self {
            Self::Refused(message) => Error::SourceRefused { source_id, message },
            Self::Silent(message) => Error::SourceSilent { source_id, message },
            Self::Answer(message) => Error::SourceAnswer { source_id, message },
            Self::Local(error) => *error,
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Local(Box::new(error))
    }
}
