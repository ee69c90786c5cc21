//! Addresses as people write them; taking them apart is not the business of a standard.

use crate::{Change, FaultCode};

const SHORTEST: usize = 2;
const LONGEST: usize = 300;

pub(super) fn check(text: &str) -> Result<(), FaultCode> {
    if text.is_empty() {
        return Err(FaultCode::Empty);
    }
    if text.starts_with(' ') || text.ends_with(' ') {
        return Err(FaultCode::Character);
    }
    let mut length = 0;
    let mut letters = false;
    for sign in text.chars() {
        match sign {
            '\u{4e00}'..='\u{9fff}' | 'a'..='z' | 'A'..='Z' => letters = true,
            '0'..='9' | ' '..='~' => {}
            '\u{ff10}'..='\u{ff19}'
            | '\u{ff21}'..='\u{ff3a}'
            | '\u{ff41}'..='\u{ff5a}'
            | '\u{fffd}'
            | '\u{feff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}' => return Err(FaultCode::Character),
            other if other.is_whitespace() || other.is_control() => {
                return Err(FaultCode::Character);
            }
            other => letters |= other.is_alphabetic(),
        }
        length += 1;
    }
    if !(SHORTEST..=LONGEST).contains(&length) {
        return Err(FaultCode::Length);
    }
    if letters {
        Ok(())
    } else {
        Err(FaultCode::Format)
    }
}

pub(super) fn rewrite(_: &str) -> Option<(String, Change)> {
    None
}
