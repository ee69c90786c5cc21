//! Names of persons in any script.
//!
//! Signs of the private use area are refused: what they show depends on the font of one office, and
//! every sign that the national standard GB 18030 needs for names has a place of its own by now.

use crate::{Change, FaultCode};

const LONGEST: usize = 100;
const MIDDLE_DOT: char = '·';

pub(super) fn check(text: &str) -> Result<(), FaultCode> {
    let mut length = 0;
    let mut previous = Kind::Joint;
    let mut stopped = false;
    let mut han = false;
    for sign in text.chars() {
        let kind = kind_of(sign);
        match (previous, kind) {
            (_, Kind::Other) => return Err(FaultCode::Character),
            // A space may follow the full stop of an initial (`J. Smith`).
            (Kind::Joint, Kind::Joint) if stopped && sign == ' ' => {}
            (Kind::Joint, Kind::Joint | Kind::Mark) => return Err(FaultCode::Format),
            (Kind::Han, Kind::Joint) if matches!(sign, ' ' | '.') => {
                return Err(FaultCode::Format);
            }
            _ => {}
        }
        stopped = sign == '.';
        han |= kind == Kind::Han;
        previous = kind;
        length += 1;
    }
    if length == 0 {
        return Err(FaultCode::Empty);
    }
    // A full stop may close a name (`Jr.`), the other joints may not, and none closes a Chinese one.
    if previous == Kind::Joint && (han || !text.ends_with('.')) {
        return Err(FaultCode::Format);
    }
    if length > LONGEST {
        return Err(FaultCode::Length);
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Han,
    Letter,
    /// A sign that only follows a letter, such as a variation selector or a vowel sign.
    Mark,
    /// A sign between two parts of a name.
    Joint,
    Other,
}

#[inline]
fn kind_of(sign: char) -> Kind {
    match sign {
        '\u{4e00}'..='\u{9fff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{20000}'..='\u{323af}'
        | '\u{f900}'..='\u{faff}'
        | '〇' => Kind::Han,
        'a'..='z' | 'A'..='Z' => Kind::Letter,
        MIDDLE_DOT | ' ' | '-' | '\'' | '.' | '’' => Kind::Joint,
        // Variation selectors, combining accents, and the signs that end a Tibetan syllable.
        '\u{fe00}'..='\u{fe0f}'
        | '\u{e0100}'..='\u{e01ef}'
        | '\u{300}'..='\u{36f}'
        | '\u{0f0b}'
        | '\u{0f84}' => Kind::Mark,
        '\u{ff01}'..='\u{ff5e}' => Kind::Other,
        other if other.is_alphabetic() => Kind::Letter,
        _ => Kind::Other,
    }
}

/// Writes one middle dot for its look-alikes, and removes spaces between Chinese characters.
pub(super) fn rewrite(text: &str) -> Option<(String, Change)> {
    let mut out = String::with_capacity(text.len());
    let mut change = None;
    let mut signs = text.chars().peekable();
    let mut previous = None;
    while let Some(sign) = signs.next() {
        let beside_han = |sign: Option<char>| sign.is_some_and(|s| kind_of(s) == Kind::Han);
        let between_han = beside_han(previous) && beside_han(signs.peek().copied());
        match sign {
            '•' | '・' | '‧' | '●' | '∙' | '⋅' | '｡' => {
                change = Some(Change::Separator);
                out.push(MIDDLE_DOT);
            }
            '.' if between_han => {
                change = Some(Change::Separator);
                out.push(MIDDLE_DOT);
            }
            ' ' if beside_han(previous) || beside_han(signs.peek().copied()) => {
                change = change.or(Some(Change::Space));
                continue;
            }
            ' ' if previous == Some(' ') => {
                change = change.or(Some(Change::Space));
                continue;
            }
            other => out.push(other),
        }
        previous = Some(sign);
    }
    change.map(|change| (out, change))
}
