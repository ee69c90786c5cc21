//! Why a command did not succeed, and how that is shown.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::path::Path;

use serde_json::json;
use yandu_http::Problem;

pub(crate) type Result<T, E = Failure> = std::result::Result<T, E>;

/// The end of a command that did not succeed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Failure {
    pub(crate) message: String,
    pub(crate) causes: Vec<String>,
    pub(crate) help: Option<Box<str>>,
    pub(crate) code: Option<Box<str>>,
    /// More about single places, one line each, already written out.
    pub(crate) details: Vec<String>,
    /// What was refused is in the result that was printed; nothing more is to be said.
    pub(crate) is_told: bool,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }

    /// A command whose result was printed, and says what was wrong.
    pub(crate) fn told() -> Self {
        Self {
            is_told: true,
            ..Self::default()
        }
    }

    pub(crate) fn help(mut self, help: impl Into<Box<str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn code(mut self, code: &str) -> Self {
        self.code = Some(code.into());
        self
    }

    /// In one line, for the log.
    pub(crate) fn line(&self) -> String {
        let begin = self.message.clone();
        self.causes
            .iter()
            .fold(begin, |line, cause| format!("{line}: {cause}"))
    }

    /// An error with the causes below it.
    pub(crate) fn of(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut failure = Self::new(error.to_string());
        let mut cause = error.source();
        while let Some(source) = cause {
            failure.causes.push(source.to_string());
            cause = source.source();
        }
        failure
    }

    pub(crate) fn io(doing: &str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let message = format!("cannot {doing} `{}`", path.display());
        move |source| Self {
            message,
            causes: vec![source.to_string()],
            ..Self::default()
        }
    }

    /// Tells the one who gave the command, on stderr.
    pub(crate) fn print(&self, as_json: bool) {
        if self.is_told {
            return;
        }
        let mut stderr = std::io::stderr().lock();
        let text = if as_json {
            let error = json!({
                "code": self.code,
                "message": self.message,
                "causes": self.causes,
                "help": self.help,
                "details": self.details,
            });
            format!("{}\n", json!({ "error": error }))
        } else {
            self.text(is_coloured(stderr.is_terminal()))
        };
        // There is nobody left to tell when stderr is gone.
        let _ = stderr.write_all(text.as_bytes());
    }

    fn text(&self, coloured: bool) -> String {
        let (red, cyan, bold, plain) = if coloured {
            ("\x1b[1;31m", "\x1b[36m", "\x1b[1m", "\x1b[0m")
        } else {
            ("", "", "", "")
        };
        let mut text = format!("{red}error{plain}: {bold}{}{plain}\n", self.message);
        for cause in &self.causes {
            let _ = writeln!(text, "  because: {cause}");
        }
        for detail in &self.details {
            let _ = writeln!(text, "{detail}");
        }
        if let Some(help) = &self.help {
            let _ = writeln!(text, "{cyan}help{plain}: {help}");
        }
        text
    }
}

/// Colours are for terminals whose owner has not asked for none (<https://no-color.org>).
pub(crate) fn is_coloured(is_terminal: bool) -> bool {
    is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let rows = problem.rows.iter().map(|row| {
            let reasons: Vec<String> = row
                .reasons
                .iter()
                .map(|reason| match &reason.column {
                    Some(column) => format!("{column}: {}", reason.title),
                    None => reason.title.clone(),
                })
                .collect();
            format!("  row {}: {}", row.row, reasons.join("; "))
        });
        Self {
            details: rows.collect(),
            message: problem.detail,
            causes: problem.causes,
            help: problem.help.map(Into::into),
            code: Some(problem.code.into()),
            is_told: false,
        }
    }
}

impl From<yandu_store::Error> for Failure {
    fn from(error: yandu_store::Error) -> Self {
        let failure = Self::of(&error).code(error.code());
        Self {
            help: error.help().map(Into::into),
            ..failure
        }
    }
}

impl From<yandu_access::Error> for Failure {
    fn from(error: yandu_access::Error) -> Self {
        let failure = Self::of(&error).code(error.code());
        Self {
            help: error.help().map(Into::into),
            ..failure
        }
    }
}

impl From<yandu_ledger::Error> for Failure {
    fn from(error: yandu_ledger::Error) -> Self {
        let failure = Self::of(&error).code(error.code());
        Self {
            help: error.help().map(Into::into),
            ..failure
        }
    }
}

impl From<yandu_lake::Error> for Failure {
    fn from(error: yandu_lake::Error) -> Self {
        let failure = Self::of(&error).code(error.code());
        Self {
            help: error.help().map(Into::into),
            ..failure
        }
    }
}

impl From<yandu_classify::Error> for Failure {
    fn from(error: yandu_classify::Error) -> Self {
        let failure = Self::of(&error).code(error.code());
        Self {
            help: error.help().map(Into::into),
            ..failure
        }
    }
}

impl From<yandu_metrics::Error> for Failure {
    fn from(error: yandu_metrics::Error) -> Self {
        let failure = Self::of(&error).code(error.code());
        Self {
            help: error.help().map(Into::into),
            ..failure
        }
    }
}

impl From<yandu_plan::Error> for Failure {
    fn from(error: yandu_plan::Error) -> Self {
        let failure = Self::of(&error).code(error.code());
        Self {
            help: error.help().map(Into::into),
            ..failure
        }
    }
}

impl From<yandu_transform::Error> for Failure {
    fn from(error: yandu_transform::Error) -> Self {
        let failure = Self::of(&error).code(error.code());
        Self {
            help: error.help().map(Into::into),
            ..failure
        }
    }
}

impl From<yandu_collect::Error> for Failure {
    fn from(error: yandu_collect::Error) -> Self {
        let failure = Self::of(&error).code(error.code());
        Self {
            help: error.help().map(Into::into),
            ..failure
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn a_failure_reads_as_error_cause_and_help() {
        let failure = Failure {
            causes: vec!["no such file".to_owned()],
            ..Failure::new("cannot open `a.csv`").help("name another file")
        };
        assert_eq!(
            failure.text(false),
            "error: cannot open `a.csv`\n  because: no such file\nhelp: name another file\n"
        );
        assert!(failure.text(true).starts_with("\x1b[1;31merror\x1b[0m: "));
    }
}
