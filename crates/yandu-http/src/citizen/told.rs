//! Words of closed lists and of problems: those that the pages of the desk have.

use std::collections::HashMap;
use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil::Time;
use serde::Deserialize;
use yandu_policy::{Because, Seen};
use yandu_words::calendar::CITY_CLOCK;
use yandu_words::{Grade, Mask};

use super::language::Language;

type Texts = HashMap<String, String>;

static CHINESE: LazyLock<Texts> =
    LazyLock::new(|| read(include_str!("../../../../web/src/i18n/zh-CN.json")));
static ENGLISH: LazyLock<Texts> =
    LazyLock::new(|| read(include_str!("../../../../web/src/i18n/en.json")));
static PROBLEMS: LazyLock<HashMap<String, Told>> = LazyLock::new(|| {
    let text = include_str!("../../../../web/src/i18n/problems.json");
    serde_json::from_str(text).unwrap_or_default()
});

#[derive(Debug, Deserialize)]
struct Told {
    zh: Words,
    en: Words,
}

/// A kind of problem in words.
#[derive(Debug, Deserialize)]
pub(super) struct Words {
    pub(super) title: String,
    pub(super) text: String,
    pub(super) help: String,
}

fn read(text: &str) -> Texts {
    serde_json::from_str(text).unwrap_or_default()
}

/// What became of a problem's code in words; none where the code is not known.
pub(super) fn problem(language: Language, code: &str) -> Option<&'static Words> {
    let told = PROBLEMS.get(code)?;
    Some(match language {
        Language::Chinese => &told.zh,
        Language::English => &told.en,
    })
}

/// The word of a list for a value; the value itself where the list has no word for it.
pub(super) fn word(language: Language, list: &str, value: &str) -> String {
    text(language, &format!("{list}.{value}"), &[]).unwrap_or_else(|| value.to_owned())
}

/// A text of the pages of the desk, with values in their places; none where there is no such text.
pub(crate) fn text(language: Language, key: &str, values: &[(&str, &str)]) -> Option<String> {
    let texts: &Texts = match language {
        Language::Chinese => &CHINESE,
        Language::English => &ENGLISH,
    };
    let mut text = texts.get(key)?.clone();
    for (name, value) in values {
        text = text.replace(&format!("{{{{{name}}}}}"), value);
    }
    Some(text)
}

pub(crate) fn grade(language: Language, grade: Grade) -> String {
    word(language, "grade", grade.name())
}

/// What a mask leaves of a value.
pub(super) fn mask(language: Language, mask: &Mask) -> String {
    let (first, last, value);
    let (kind, values): (&str, &[(&str, &str)]) = match mask {
        Mask::Null => ("null", &[]),
        Mask::Fixed { value: fixed } => ("fixed", &[("value", fixed)]),
        Mask::Keep {
            first: one,
            last: other,
        } => {
            (first, last) = (one.to_string(), other.to_string());
            // Nothing is said of an end that is not kept.
            let kind = match (*one, *other) {
                (0, 0) => "keep-none",
                (_, 0) => "keep-first",
                (0, _) => "keep-last",
                _ => "keep",
            };
            (kind, &[("first", &first), ("last", &last)])
        }
        Mask::Month => ("month", &[]),
        Mask::Year => ("year", &[]),
        Mask::Step { by } => {
            value = by.to_string();
            ("step", &[("value", &value)])
        }
        Mask::Grid { metres } => {
            value = metres.to_string();
            ("grid", &[("value", &value)])
        }
        Mask::Hash => ("hash", &[]),
        Mask::Fpe => ("fpe", &[]),
    };
    text(language, &format!("mask.{kind}"), values).unwrap_or_else(|| kind.to_owned())
}

/// Why a column is not shown as it is; none where it is.
pub(crate) fn because(language: Language, seen: &Seen) -> Option<String> {
    match &seen.because {
        Because::Permitted => None,
        Because::Masked => text(language, "sights.because-masked", &[]),
        Because::Grade(grade) => {
            let grade = self::grade(language, *grade);
            text(language, "sights.because-grade", &[("grade", &grade)])
        }
        Because::Withheld(policy) => {
            text(language, "sights.because-withheld", &[("policy", policy)])
        }
    }
}

/// By which policy or grant it is shown so.
pub(crate) fn under(language: Language, policy: &str) -> Option<String> {
    text(language, "hidden.under", &[("policy", policy)])
}

/// A moment on the clock of the city, to the minute.
pub(super) fn time(at: Timestamp) -> String {
    CITY_CLOCK
        .to_datetime(at)
        .strftime("%Y-%m-%d %H:%M")
        .to_string()
}

/// A text as it is read: where lines of Chinese were joined no space stands between the signs.
pub(super) fn prose(text: &str) -> String {
    let is_wide = |sign: Option<char>| sign.is_some_and(|sign| sign >= '\u{2e80}');
    let mut read = String::with_capacity(text.len());
    let mut rest = text.trim_end().chars().peekable();
    while let Some(sign) = rest.next() {
        if !sign.is_whitespace() {
            read.push(sign);
            continue;
        }
        while rest.next_if(|next| next.is_whitespace()).is_some() {}
        if !(is_wide(read.chars().next_back()) && is_wide(rest.peek().copied())) {
            read.push(' ');
        }
    }
    read
}

/// Until when something holds that ends at a moment: through the day before where that is the first one of a day, as on the desk.
pub(super) fn until(language: Language, end: Timestamp) -> String {
    let local = CITY_CLOCK.to_datetime(end);
    let last = local.date().yesterday().ok();
    let through = last
        .filter(|_| local.time() == Time::midnight())
        .and_then(|day| text(language, "grants.through", &[("day", &day.to_string())]));
    through.unwrap_or_else(|| time(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_was_folded_has_no_spaces_between_chinese_signs() {
        assert_eq!(
            prose("每站一行。 按月\n统计， 含 5G 基站"),
            "每站一行。按月统计，含 5G 基站"
        );
        assert_eq!(
            prose("One row a station.\nMonthly"),
            "One row a station. Monthly"
        );
        assert_eq!(prose("以 GB 3095 为准\n"), "以 GB 3095 为准");
    }

    #[test]
    fn what_ends_with_a_day_is_told_through_that_day_and_all_else_by_the_minute() {
        let at = |text: &str| -> Timestamp { text.parse().unwrap() };
        let whole = at("2026-12-30T16:00:00Z");
        assert_eq!(until(Language::Chinese, whole), "至 2026-12-30（含当日）");
        let midday = at("2026-12-31T04:30:00Z");
        assert_eq!(until(Language::Chinese, midday), "2026-12-31 12:30");
        assert!(until(Language::English, whole).contains("2026-12-30"));
    }

    #[test]
    fn every_list_that_is_spoken_of_has_its_words_in_both_languages() {
        for texts in [&*CHINESE, &*ENGLISH] {
            for key in [
                "sights.because-masked",
                "sights.because-grade",
                "sights.because-withheld",
                "sights.because-condition",
                "sights.because-unread",
                "hidden.grade",
                "hidden.under",
                "refresh.daily",
                "refresh.half-yearly",
                "type.text",
                "way.page",
                "way.export",
                "way.interface",
                "login.code-refused",
                "openid.do",
                "openid.or",
                "openid.or-administrator",
                "openid.unreachable",
                "openid.code-about",
                "openid.left",
                "openid.end",
                "openid-refusal.openid-attempt",
                "openid-refusal.openid-silent",
            ] {
                assert!(texts.contains_key(key), "{key}");
            }
            for grade in Grade::ALL {
                assert!(texts.contains_key(&format!("grade.{}", grade.name())));
            }
            for kind in [
                "null",
                "keep",
                "keep-first",
                "keep-last",
                "keep-none",
                "fixed",
                "month",
                "year",
                "step",
                "grid",
                "hash",
                "fpe",
            ] {
                assert!(texts.contains_key(&format!("mask.{kind}")), "{kind}");
            }
        }
        for kind in crate::problem::KINDS {
            assert!(PROBLEMS.contains_key(kind.code), "{}", kind.code);
        }
    }
}
