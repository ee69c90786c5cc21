//! Which texts of policies may open something that others did not, told from their statements alone.

use std::collections::BTreeSet;

use crate::policies::Source;
use crate::text::{Cut, cut};

/// The names of texts, such as packs, that permit what was not permitted, or no longer forbid what was forbidden.
///
/// A statement that is written otherwise is another one, so that a text may be named that opens nothing, and none is passed over that
/// does.
pub fn opened(before: &[Source], after: &[Source]) -> BTreeSet<String> {
    let (before, after) = (Statements::of(before), Statements::of(after));
    let permits = after.permits.difference(&before.permits);
    let forbids = before.forbids.difference(&after.forbids);
    permits
        .chain(forbids)
        .map(|(name, _)| (*name).to_owned())
        .collect()
}

/// Statements by the names of their texts. One that cannot be told is both a permit and a prohibition.
#[derive(Default)]
struct Statements<'a> {
    permits: BTreeSet<(&'a str, &'a str)>,
    forbids: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Statements<'a> {
    fn of(sources: &'a [Source]) -> Self {
        let mut all = Self::default();
        for source in sources {
            for cut in cut(&source.text) {
                let written = source.text.get(cut.span.clone()).unwrap_or_default();
                let statement = (source.name.as_ref(), written);
                let effect = effect(&source.text, &cut);
                if !effect.starts_with("forbid") {
                    all.permits.insert(statement);
                }
                if !effect.starts_with("permit") {
                    all.forbids.insert(statement);
                }
            }
        }
        all
    }
}

/// A statement from its effect on, behind its annotations and the comments between them.
fn effect<'a>(text: &'a str, cut: &Cut) -> &'a str {
    let last = cut.annotations.last();
    let start = last.map_or(cut.span.start, |last| {
        let value = last.value_span.as_ref();
        value.map_or(last.name_span.end, |value| value.end)
    });
    let mut rest = text.get(start..cut.span.end).unwrap_or_default();
    loop {
        rest = rest.trim_start_matches(|sign: char| {
            sign.is_whitespace() || matches!(sign, '"' | '(' | ')')
        });
        match rest.strip_prefix("//") {
            Some(comment) => rest = comment.split_once('\n').map_or("", |(_, after)| after),
            None => return rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READS: &str = "@id(\"a\") @about(\"no forbid\")\npermit (principal, action, resource);\n";
    const STOPS: &str =
        "// permit (\n@id(\"b\") // said of it\nforbid (principal, action, resource);\n";

    fn names(before: &str, after: &str) -> Vec<String> {
        let source = |text: &str| {
            [Source {
                name: "club".into(),
                file: "a.cedar".into(),
                text: text.to_owned(),
            }]
        };
        opened(&source(before), &source(after))
            .into_iter()
            .collect()
    }

    #[test]
    fn a_new_permit_and_a_prohibition_that_goes_open_something_and_the_others_do_not() {
        let both = format!("{READS}{STOPS}");
        assert_eq!(names(STOPS, &both), ["club"]);
        assert_eq!(names(&both, READS), ["club"]);
        assert_eq!(names(READS, &both), [""; 0]);
        assert_eq!(names(&both, STOPS), [""; 0]);
        assert_eq!(
            names(&both, &format!("// Moved.\n{STOPS}\n{READS}")),
            [""; 0]
        );
    }

    #[test]
    fn a_permit_that_shows_more_opens_something() {
        let wider = READS.replace("@id(\"a\")", "@id(\"a\") @up_to(\"general-3\")");
        assert_eq!(names(READS, &wider), ["club"]);
    }

    #[test]
    fn what_is_no_statement_yet_may_open_something_either_way() {
        assert_eq!(names("", "when;"), ["club"]);
        assert_eq!(names("when;", ""), ["club"]);
    }
}
