//! The command that shows the next page of a list: the one that was typed, with all that it said besides, ready to be pasted.

use std::env;

const AFTER: &str = "--after";

/// The command for the page behind this key.
pub(crate) fn command(next: &str) -> String {
    again(typed(), next)
}

/// The same of a list about something that was `named` in another way than by its own id, such as the newest batch of a dataset:
/// it is still about that one when there is a newer one.
pub(crate) fn command_of(named: &str, id: &str, next: &str) -> String {
    let by_id = |word: String| if word == named { id.to_owned() } else { word };
    again(typed().map(by_id), next)
}

fn typed() -> impl Iterator<Item = String> {
    let words = env::args_os().skip(1);
    words.map(|word| word.to_string_lossy().into_owned())
}

fn again(mut typed: impl Iterator<Item = String>, next: &str) -> String {
    let mut words = vec!["yandu".to_owned()];
    let mut behind = Vec::new();
    while let Some(word) = typed.next() {
        if word == "--" {
            // No option stands behind it.
            behind.push(word);
            behind.extend(typed.by_ref());
        } else if word == AFTER {
            typed.next();
        } else if !word.starts_with("--after=") {
            words.push(word);
        }
    }
    words.extend([AFTER.to_owned(), next.to_owned()]);
    words.extend(behind);
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// A word as a shell reads it.
fn quoted(word: &str) -> String {
    let is_plain = |sign: char| sign.is_alphanumeric() || "-_./:,=@%+".contains(sign);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::again;

    #[test]
    fn the_next_page_is_asked_for_with_all_that_this_one_was_asked_for_with() {
        let next = |typed: &[&str]| again(typed.iter().map(|word| (*word).to_owned()), "k2");
        for (typed, told) in [
            (&["batch", "list"][..], "yandu batch list --after k2"),
            (
                &[
                    "form",
                    "reports",
                    "a.b",
                    "--after",
                    "k1",
                    "--unit",
                    "市 发改委",
                ][..],
                "yandu form reports a.b --unit '市 发改委' --after k2",
            ),
            (
                &["quarantine", "list", "--after=k1", "--reason=it's", "b1"][..],
                r"yandu quarantine list '--reason=it'\''s' b1 --after k2",
            ),
            (
                &["dataset", "versions", "--limit", "1", "--", "a.b"][..],
                "yandu dataset versions --limit 1 --after k2 -- a.b",
            ),
        ] {
            assert_eq!(next(typed), told);
        }
    }
}
