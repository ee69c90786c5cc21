//! The SQL of a model with its settings put in, and problems placed in the file as it was written.

use crate::check::Checker;
use crate::check::condition::{offset, word_length};
use crate::file::FileText;
use crate::load::{SqlPlace, SqlProblem};
use crate::model::Expanded;
use crate::packs::ExpandError;
use crate::problem::{Code, Problem, quoted};
use crate::yaml::Place;

pub(super) struct SqlText<'a> {
    file: &'a FileText,
    expanded: Expanded,
}

impl<'a> SqlText<'a> {
    /// Puts the defaults of the settings in. A setting that the pack does not have is reported.
    pub(super) fn expand(
        checker: &mut Checker<'_>,
        file: &'a FileText,
        folder: usize,
    ) -> Option<Self> {
        let pack = checker.pack_of_folder.get(&folder).copied();
        let problem = match Expanded::new(&checker.settings_of(folder), &file.text) {
            Ok(expanded) => return Some(Self { file, expanded }),
            Err(ExpandError::Open) => file
                .problem(
                    Code::MissingSetting,
                    place_of_open(&file.text),
                    "`${` is never closed",
                )
                .help("a setting is used as `${name}`"),
            Err(ExpandError::Unknown(name)) => {
                // The pack itself, or the setting in it, could not be read, and that was reported.
                let pack = pack?;
                if checker.has_setting(pack, &name) {
                    return None;
                }
                file.problem(
                    Code::MissingSetting,
                    place_of(&file.text, &format!("${{{name}}}")),
                    format!(
                        "the pack `{}` has no setting {}",
                        pack.declaration.pack,
                        quoted(&name)
                    ),
                )
                .help(checker.mend_of_setting(pack, &name))
            }
        };
        checker.push(problem);
        None
    }

    /// What is compiled.
    pub(super) fn text(&self) -> &str {
        &self.expanded.text
    }

    pub(super) fn file(&self) -> &'a FileText {
        self.file
    }

    /// A place of what is compiled, in the file.
    pub(super) fn place(&self, place: SqlPlace) -> Place {
        let Some(offset) = offset(self.text(), place.line, place.column) else {
            return Place::default();
        };
        let start = self.expanded.written(offset);
        let end = match usize::try_from(place.length) {
            Ok(length) if length > 0 => self.expanded.written(offset + length),
            _ => start + word_length(&self.file.text, start),
        };
        located(&self.file.text, start, end.max(start + 1))
    }

    pub(super) fn problem(
        &self,
        code: Code,
        place: SqlPlace,
        message: impl Into<String>,
    ) -> Problem {
        if place.line == 0 {
            return Problem::new(code, &self.file.path, message);
        }
        self.file.problem(code, self.place(place), message)
    }

    pub(super) fn wrong(&self, wrong: SqlProblem) -> Problem {
        let place = SqlPlace {
            line: wrong.line,
            column: wrong.column,
            length: 0,
        };
        let message = wrong.message.trim_end_matches('.').to_owned();
        self.problem(Code::WrongSql, place, message)
            .help_if(wrong.help)
    }
}

/// The `${` that no `}` follows.
fn place_of_open(text: &str) -> Place {
    let closed = text.rfind('}').map_or(0, |last| last + 1);
    let open = text.get(closed..).and_then(|rest| rest.find("${"));
    let byte = closed + open.unwrap_or_default();
    let start = text.get(..byte).unwrap_or_default().chars().count();
    located(text, start, start + "${".len())
}

/// The first place of a text in another.
fn place_of(text: &str, wanted: &str) -> Place {
    let before = text.split(wanted).next().unwrap_or_default();
    let start = before.chars().count();
    located(text, start, start + wanted.chars().count())
}

fn located(text: &str, start: usize, end: usize) -> Place {
    let before = text.chars().take(start);
    let line = before.filter(|sign| *sign == '\n').count() + 1;
    Place {
        start,
        end,
        line,
        column: 0,
    }
}
