//! What somebody has typed, as conditions on entries.
//!
//! Every word must be found in an entry, each in any of the ways that it may be meant: as it stands, as one of its synonyms, by
//! its sound, as the beginning of a word. Where nothing is found so, the words are read again with more good will.

use super::field::Field;
use super::synonym::Synonyms;
use super::token::{self, Run, pairs};
use super::{pinyin, sign};
use crate::{Error, Result};

/// The longest text that is searched for, in signs, and the most words of it.
pub(crate) const LONGEST: usize = 200;
const WORDS: usize = 16;

/// How the words are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// As they stand.
    Exact,
    /// With signs of the same sound, a letter too much or too little, and a part of a word enough.
    Near,
    /// One of the words enough.
    Any,
}

impl Stage {
    pub(crate) const ALL: [Self; 3] = [Self::Exact, Self::Near, Self::Any];

    pub(crate) fn of(number: u8) -> Self {
        Self::ALL
            .get(usize::from(number))
            .copied()
            .unwrap_or(Self::Any)
    }
}

/// A text that is searched for, in one reading.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Query {
    pub(crate) words: Vec<Word>,
    /// How many of the words must be found.
    pub(crate) need: usize,
    /// Of the folded text as a whole: a title that is just this is what was meant.
    pub(crate) hash: u64,
}

/// A word, with the ways in which it may be meant.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    pub(crate) ways: Vec<Way>,
    pub(crate) signs: usize,
}

/// One way to mean a word: some of its terms must be found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Way {
    pub(crate) terms: Vec<Term>,
    pub(crate) need: usize,
    /// What a finding is worth, against one of the word as it stands.
    pub(crate) factor: f32,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Term {
    pub(crate) text: String,
    pub(crate) fit: Fit,
    pub(crate) fields: &'static [Field],
}

/// When a token is a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    Same,
    Starts,
    /// One letter is another, too much, too little, or has changed places with its neighbour.
    OneOff,
}

const TEXT: &[Field] = &[Field::Title, Field::Names, Field::About];
const WORD: &[Field] = &[Field::Title, Field::Code, Field::Names, Field::About];
const WORD_START: &[Field] = &[Field::Title, Field::Code, Field::Names];
const CODE: &[Field] = &[Field::Code, Field::Names];
const SOUNDS: &[Field] = &[Field::Sounds];
const INITIALS: &[Field] = &[Field::Initials];

/// What other ways than the word itself are worth.
const SYNONYM: f32 = 0.8;
const START: f32 = 0.9;
const SOUND: f32 = 0.6;
const ONE_OFF: f32 = 0.5;
/// Words of fewer letters have too many neighbours one letter away.
const SHORTEST_ONE_OFF: usize = 4;

impl Query {
    /// Reads what was typed; `None` where there is no word in it.
    pub(crate) fn read(text: &str, synonyms: &Synonyms, stage: Stage) -> Result<Option<Self>> {
        if text.chars().take(LONGEST + 1).count() > LONGEST {
            return Err(Error::Parameter {
                parameter: "q",
                why: format!("longer than {LONGEST} signs"),
            });
        }
        let mut words = Vec::new();
        for piece in text.split(|sign| sign::fold(sign).is_whitespace()) {
            read_piece(piece, synonyms, stage, &mut words);
        }
        words.truncate(WORDS);
        if words.is_empty() {
            return Ok(None);
        }
        let need = match stage {
            Stage::Any => 1,
            Stage::Exact | Stage::Near => words.len(),
        };
        Ok(Some(Self {
            words,
            need,
            hash: sign::hash(text),
        }))
    }
}

/// A piece between spaces: a code as a whole, everything else run by run.
fn read_piece(piece: &str, synonyms: &Synonyms, stage: Stage, words: &mut Vec<Word>) {
    let runs = token::runs(piece);
    let is_code = piece.is_ascii() && runs.len() > 1;
    if is_code {
        words.push(code(piece, &runs, stage));
        return;
    }
    for run in runs {
        match run {
            Run::Word(word) => words.push(latin(&word, synonyms, stage)),
            Run::Han(signs) => han(&signs, synonyms, stage, words),
        }
    }
}

/// `population.resident`, `330209-000123`: the code itself, its beginning, or its parts.
fn code(piece: &str, runs: &[Run], stage: Stage) -> Word {
    let whole = token::code(piece);
    let parts: Vec<String> = runs
        .iter()
        .filter_map(|run| match run {
            Run::Word(word) => Some(word.clone()),
            Run::Han(_) => None,
        })
        .collect();
    let mut ways = vec![
        Way::one(&whole, Fit::Same, CODE, 2.0),
        Way::one(&whole, Fit::Starts, CODE, START),
        Way::all(&parts, WORD, parts.len(), START),
    ];
    if stage > Stage::Exact {
        ways.push(Way::one(&whole, Fit::OneOff, CODE, ONE_OFF));
    }
    Word {
        ways,
        signs: piece.len(),
    }
}

/// A word of letters and digits: itself, its beginning, or sounds and their first letters.
fn latin(word: &str, synonyms: &Synonyms, stage: Stage) -> Word {
    let mut ways = vec![
        Way::one(word, Fit::Same, WORD, 1.0),
        Way::one(word, Fit::Starts, WORD_START, START),
    ];
    let is_typed = word.len() >= 2 && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_typed && word.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        ways.push(Way::one(word, Fit::Starts, SOUNDS, 1.0));
        ways.push(Way::one(word, Fit::Starts, INITIALS, 1.0));
    }
    ways.extend(synonym_ways(word, synonyms));
    if stage > Stage::Exact && word.chars().count() >= SHORTEST_ONE_OFF {
        ways.push(Way::one(word, Fit::OneOff, WORD_START, ONE_OFF));
        ways.push(Way::one(word, Fit::OneOff, SOUNDS, ONE_OFF));
    }
    Word {
        ways,
        signs: word.chars().count(),
    }
}

/// Chinese signs: cut around words that have synonyms, each part a word.
fn han(signs: &[char], synonyms: &Synonyms, stage: Stage, words: &mut Vec<Word>) {
    let parts = synonyms.cut(signs);
    let is_one = parts.len() == 1;
    for part in parts {
        // A sign that is left between words joins them and names nothing.
        if part.len() == 1 && !is_one {
            continue;
        }
        let text: String = part.iter().collect();
        let tokens = pairs(part);
        let need = match (stage, tokens.len()) {
            (Stage::Exact, 0..=3) => tokens.len(),
            (Stage::Exact, count) => (count * 3).div_ceil(4),
            (_, count) => count.div_ceil(2),
        };
        let mut ways = vec![Way::all(&tokens, TEXT, need, 1.0)];
        ways.extend(synonym_ways(&text, synonyms));
        if stage > Stage::Exact && part.len() > 1 {
            ways.extend(
                pinyin::variants(part)
                    .iter()
                    .map(|sound| Way::one(sound, Fit::Starts, SOUNDS, SOUND)),
            );
        }
        words.push(Word {
            ways,
            signs: part.len(),
        });
    }
}

fn synonym_ways(word: &str, synonyms: &Synonyms) -> Vec<Way> {
    synonyms
        .of(word)
        .into_iter()
        .map(|other| {
            let tokens: Vec<String> = token::runs(other)
                .into_iter()
                .flat_map(|run| match run {
                    Run::Han(signs) => pairs(&signs),
                    Run::Word(word) => vec![word],
                })
                .collect();
            Way::all(&tokens, TEXT, tokens.len(), SYNONYM)
        })
        .filter(|way| !way.terms.is_empty())
        .collect()
}

impl Way {
    fn one(text: &str, fit: Fit, fields: &'static [Field], factor: f32) -> Self {
        Self {
            terms: vec![Term {
                text: text.to_owned(),
                fit,
                fields,
            }],
            need: 1,
            factor,
        }
    }

    fn all(tokens: &[String], fields: &'static [Field], need: usize, factor: f32) -> Self {
        Self {
            terms: tokens
                .iter()
                .map(|token| Term {
                    text: token.clone(),
                    fit: Fit::Same,
                    fields,
                })
                .collect(),
            need: need.max(1),
            factor,
        }
    }
}

impl Query {
    /// A query that finds nothing.
    pub(crate) fn empty() -> Self {
        Self {
            words: Vec::new(),
            need: 1,
            hash: 0,
        }
    }
}
