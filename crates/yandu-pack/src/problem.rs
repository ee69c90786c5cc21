//! What is wrong in a pack: a stable code, a place, a message and a mend.

use std::path::{Path, PathBuf};

use serde::Serialize;

mod code;
mod render;
mod text;

pub use code::Code;
pub(crate) use render::excerpt;
pub(crate) use text::{alternatives, did_you_mean, quoted};

/// One thing that is wrong, or doubtful, in a file of a pack.
///
/// As JSON: `code`, `severity`, `file`, `span` (`line`, `column`, `length`, or null), `message`, `help` (or null).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub code: Code,
    pub severity: Severity,
    /// The file as it was reached from the path that the loader was given.
    pub file: PathBuf,
    pub span: Option<Span>,
    /// Lower-case, without a full stop, the user's words in backticks.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// The line of the span, or the part of a long line around it.
    #[serde(skip)]
    pub(crate) excerpt: Option<Excerpt>,
    /// A secret stands at the place, and its line is shown by no problem.
    #[serde(skip)]
    pub(crate) is_secret: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    Warning,
    /// The packs must not be used.
    Error,
}

/// A place in a file. Lines and columns start at 1; columns and lengths are counted in Unicode characters.
///
/// What reaches over several lines is given by its part of the first one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Span {
    pub line: usize,
    pub column: usize,
    pub length: usize,
}

/// The shown part of a source line: the text before the span, in it, and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excerpt {
    pub(crate) before: String,
    pub(crate) marked: String,
    pub(crate) after: String,
}

impl Problem {
    pub(crate) fn new(code: Code, file: impl Into<PathBuf>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            file: file.into(),
            span: None,
            message: message.into(),
            help: None,
            excerpt: None,
            is_secret: false,
        }
    }

    /// What a check says of rows in a file, and the line of one of them; `is_hard` where they are not taken.
    pub fn of_rows(file: &Path, line: Option<usize>, is_hard: bool, message: String) -> Self {
        let code = if is_hard {
            Code::WrongRow
        } else {
            Code::DoubtfulRow
        };
        let span = line.map(|line| Span {
            line,
            column: 1,
            length: 0,
        });
        Self {
            span,
            ..Self::new(code, file, message)
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn help_if(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Whether all that is declared could be read in spite of it, so that other things can be held against the declarations.
    pub fn leaves_whole(&self) -> bool {
        let is_of_meaning = matches!(
            self.code,
            Code::GradeTooLow
                | Code::ModelCycle
                | Code::NoBasis
                | Code::NotRead
                | Code::NotSelected
                | Code::Policy
                | Code::TypeMismatch
                | Code::UndeclaredColumn
                | Code::WrongBound
                | Code::WrongPattern
                | Code::WrongSql
        );
        is_of_meaning || !self.is_error()
    }
}
