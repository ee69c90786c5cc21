use yandu_words::id::SourceId;

use crate::Error;
use crate::error::Why;

/// Why fetching did not succeed, in words that hold no secret; whoever asked adds the name of the source.
#[derive(Debug)]
pub(crate) enum Problem {
    /// It does not let us in, or does not know what we ask for: asking again does not help.
    Refused(Why),
    /// It does not answer any more.
    Silent(Why),
    /// It answers what is not expected.
    Answer(Why),
    /// What failed is on our side.
    Local(Box<Error>),
}

impl Problem {
    /// It refuses, and no cell stands in why.
    pub(crate) fn refused(words: impl Into<String>) -> Self {
        Self::Refused(Why::Plain(words.into()))
    }

    /// It does not answer, and no cell stands in why.
    pub(crate) fn silent(words: impl Into<String>) -> Self {
        Self::Silent(Why::Plain(words.into()))
    }

    /// It answers otherwise, and no cell stands in how.
    pub(crate) fn answer(words: impl Into<String>) -> Self {
        Self::Answer(Why::Plain(words.into()))
    }

    /// The same problem, said otherwise.
    pub(crate) fn said(self, say: impl FnOnce(Why) -> Why) -> Self {
        match self {
            Self::Refused(why) => Self::Refused(say(why)),
            Self::Silent(why) => Self::Silent(say(why)),
            Self::Answer(why) => Self::Answer(say(why)),
            Self::Local(error) => Self::Local(error),
        }
    }

    /// The same problem where no row was read yet, so that no cell stands in it.
    pub(crate) fn before_rows(self) -> Self {
        self.said(|why| Why::Plain(why.words().to_owned()))
    }

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
