//! How Chinese signs are spoken, so that they can be found by typing their sounds, or only the first letters.

use std::collections::HashSet;

use pinyin::ToPinyin;

use super::sign::{fold, is_han};

/// The most signs from one place on that can be typed by sound.
const LONGEST: usize = 8;
const LONGEST_INITIALS: usize = 16;
/// The most ways in which a text is taken to be spoken.
const VARIANTS: usize = 8;

/// Signs of titles of government data that are spoken in more than one way, the usual one first. The tables of the library
/// know hundreds more, whose rare readings would find what nobody meant.
const POLYPHONES: &[(char, &[&str])] = &[
    ('行', &["xing", "hang"]),
    ('重', &["zhong", "chong"]),
    ('长', &["chang", "zhang"]),
    ('会', &["hui", "kuai"]),
    ('都', &["du", "dou"]),
    ('调', &["diao", "tiao"]),
    ('率', &["lv", "shuai"]),
    ('参', &["can", "shen"]),
    ('藏', &["cang", "zang"]),
    ('传', &["chuan", "zhuan"]),
    ('便', &["bian", "pian"]),
    ('还', &["hai", "huan"]),
    ('圩', &["wei", "xu"]),
    ('盛', &["sheng", "cheng"]),
    ('省', &["sheng", "xing"]),
    ('乐', &["le", "yue"]),
    ('朝', &["chao", "zhao"]),
    ('解', &["jie", "xie"]),
    ('模', &["mo", "mu"]),
    ('系', &["xi", "ji"]),
    ('降', &["jiang", "xiang"]),
    ('差', &["cha", "chai"]),
    ('单', &["dan", "shan"]),
    ('曾', &["zeng", "ceng"]),
    ('查', &["cha", "zha"]),
    ('区', &["qu", "ou"]),
    ('厦', &["xia", "sha"]),
    ('石', &["shi", "dan"]),
    ('提', &["ti", "di"]),
    ('弹', &["dan", "tan"]),
    ('供', &["gong"]),
    ('数', &["shu"]),
    ('地', &["di"]),
    ('的', &["de"]),
    ('大', &["da"]),
    ('车', &["che"]),
    ('期', &["qi"]),
    ('卡', &["ka"]),
    ('落', &["luo"]),
    ('术', &["shu"]),
    ('粘', &["zhan", "nian"]),
    ('泊', &["bo", "po"]),
    ('薄', &["bo", "bao"]),
    ('食', &["shi"]),
    ('射', &["she"]),
    ('属', &["shu"]),
    ('合', &["he"]),
    ('度', &["du"]),
    ('识', &["shi"]),
    ('券', &["quan"]),
    ('储', &["chu"]),
];

/// The readings of a sign, the usual one first; none where it is not spoken.
fn readings(sign: char) -> Vec<String> {
    if let Some((_, readings)) = POLYPHONES.iter().find(|(of, _)| *of == sign) {
        return readings
            .iter()
            .map(|reading| (*reading).to_owned())
            .collect();
    }
    sign.to_pinyin()
        .map(|spoken| spoken.plain().replace('ü', "v"))
        .into_iter()
        .collect()
}

/// A text as it is spoken, sign by sign, for the order of titles.
pub(crate) fn spoken(text: &str, signs: usize) -> String {
    let mut spoken = String::new();
    for sign in text.chars().take(signs).map(fold) {
        match readings(sign).first() {
            Some(reading) if is_han(sign) => {
                spoken.push_str(reading);
                spoken.push(' ');
            }
            _ => spoken.push(sign),
        }
    }
    spoken
}

/// The sounds of a text from each of its signs on, and the first letters of these.
#[derive(Debug, Default)]
pub(crate) struct Sounds {
    pub(crate) whole: Vec<String>,
    pub(crate) initials: Vec<String>,
}

/// What letters may be typed to find a text: words of letters and digits stand for themselves.
pub(crate) fn sounds(text: &str) -> Sounds {
    let spoken: Vec<Vec<String>> = text
        .chars()
        .map(fold)
        .filter_map(|sign| {
            if sign.is_ascii_alphanumeric() {
                return Some(vec![sign.to_string()]);
            }
            Some(readings(sign)).filter(|readings| is_han(sign) && !readings.is_empty())
        })
        .collect();
    let mut sounds = Sounds::default();
    for start in 0..spoken.len() {
        let from = spoken.get(start..).unwrap_or_default();
        let upto = |most: usize| from.get(..most.min(from.len())).unwrap_or_default();
        sounds.whole.extend(joined(upto(LONGEST), false));
        sounds.initials.extend(joined(upto(LONGEST_INITIALS), true));
    }
    sounds
}

/// The ways in which a run of Chinese signs may be spoken.
pub(crate) fn variants(signs: &[char]) -> Vec<String> {
    let spoken: Vec<Vec<String>> = signs.iter().map(|sign| readings(*sign)).collect();
    if spoken.iter().any(Vec::is_empty) {
        return Vec::new();
    }
    joined(
        spoken.get(..LONGEST.min(spoken.len())).unwrap_or_default(),
        false,
    )
}

/// All combinations of readings, and no more than a few.
fn joined(spoken: &[Vec<String>], initials: bool) -> Vec<String> {
    let mut all = vec![String::new()];
    for readings in spoken {
        let mut parts: Vec<&str> = readings
            .iter()
            .filter_map(|reading| {
                if initials {
                    reading.get(..1)
                } else {
                    Some(reading)
                }
            })
            .collect();
        parts.dedup();
        if all.len() * parts.len() > VARIANTS {
            parts.truncate(1);
        }
        all = all
            .iter()
            .flat_map(|before| parts.iter().map(move |part| format!("{before}{part}")))
            .collect();
    }
    all
}

/// The signs of a text that typed letters stand for: their places, from and to, the first that fit.
pub(crate) fn typed(text: &[char], letters: &str) -> Option<(usize, usize)> {
    let mut reading = Reading {
        text,
        letters,
        tried: HashSet::new(),
    };
    (0..text.len()).find_map(|start| Some((start, reading.end(start, 0)?)))
}

/// Letters that are read over signs. Each letter may be a sound's first or one within it, so there are as many ways as there are
/// subsets of the signs; what has led nowhere once is not tried again.
struct Reading<'a> {
    text: &'a [char],
    letters: &'a str,
    /// Signs with the letters that were left when they were come to.
    tried: HashSet<(usize, usize)>,
}

impl Reading<'_> {
    /// Where the letters end that begin after `done` of them at the sign `at`; `None` where the signs do not sound so.
    fn end(&mut self, mut at: usize, done: usize) -> Option<usize> {
        let left = self.letters.get(done..)?;
        if left.is_empty() {
            return Some(at);
        }
        let parts = loop {
            if !self.tried.insert((at, done)) {
                return None;
            }
            let sign = fold(*self.text.get(at)?);
            if sign.is_ascii_alphanumeric() {
                break vec![sign.to_string()];
            }
            if is_han(sign) {
                break readings(sign);
            }
            at += 1;
        };
        parts.iter().find_map(|part| {
            if part.starts_with(left) {
                return Some(at + 1);
            }
            let ways = [Some(part.as_str()), part.get(..1)];
            ways.into_iter()
                .flatten()
                .filter(|way| left.starts_with(way))
                .find_map(|way| self.end(at + 1, done + way.len()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_found_by_sounds_and_initials_from_any_sign() {
        let sounds = sounds("常住人口登记");
        for typed in ["changzhurenkoudengji", "renkou", "kou"] {
            assert!(
                sounds.whole.iter().any(|sound| sound.starts_with(typed)),
                "{typed}"
            );
        }
        for typed in ["czrkdj", "rk"] {
            assert!(
                sounds.initials.iter().any(|sound| sound.starts_with(typed)),
                "{typed}"
            );
        }
    }

    #[test]
    fn a_sign_of_two_readings_is_found_by_both() {
        let sounds = sounds("银行网点");
        assert!(sounds.whole.contains(&"yinhangwangdian".to_owned()));
        assert!(sounds.whole.contains(&"yinxingwangdian".to_owned()));
        assert_eq!(variants(&['绿', '地']), ["lvdi"]);
    }

    #[test]
    fn a_title_of_polyphones_alone_does_not_explode() {
        let sounds = sounds(&"行重长会都调".repeat(30));
        assert!(sounds.whole.len() <= 180 * VARIANTS);
    }

    #[test]
    fn typed_letters_lead_back_to_their_signs() {
        let title: Vec<char> = "全市常住人口登记".chars().collect();
        assert_eq!(typed(&title, "renkou"), Some((4, 6)));
        assert_eq!(typed(&title, "czrk"), Some((2, 6)));
        assert_eq!(typed(&title, "xyz"), None);
    }

    /// Every letter of it is a sound and the first letter of one: there are more ways to read it than there is time.
    #[test]
    fn letters_that_fit_in_countless_ways_are_read_at_once() {
        for sign in ['a', '啊'] {
            let title = vec![sign; 200];
            let almost = format!("{}b", "a".repeat(63));
            assert_eq!(typed(&title, &almost), None);
            assert_eq!(typed(&title, &almost[..63]), Some((0, 63)));
        }
    }

    #[test]
    fn signs_without_a_sound_are_passed_over_however_many_they_are() {
        let mut text = vec!['…'; 200_000];
        text.push('人');
        assert_eq!(typed(&text, "ren"), Some((0, 200_001)));
        assert_eq!(typed(&text, "kou"), None);
    }
}
