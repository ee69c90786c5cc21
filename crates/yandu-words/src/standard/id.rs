//! Identifiers that some system gave out, of which nothing is known but that they are one word.

use super::without;
use crate::value::is_scientific;
use crate::{Change, FaultCode};

const LONGEST: usize = 128;

pub(super) fn check(text: &str) -> Result<(), FaultCode> {
    if text.is_empty() {
        return Err(FaultCode::Empty);
    }
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return if is_scientific(text) {
            Err(FaultCode::Scientific)
        } else if text.len() <= LONGEST {
            Ok(())
        } else {
            Err(FaultCode::Length)
        };
    }
    check_wide(text)
}

fn check_wide(text: &str) -> Result<(), FaultCode> {
    let mut length = 0;
    for sign in text.chars() {
        let folded = matches!(sign, '\u{ff01}'..='\u{ff5e}' | '\u{200b}'..='\u{200f}' | '\u{feff}');
        if sign.is_whitespace() || sign.is_control() || folded || sign == '\u{fffd}' {
            return Err(FaultCode::Character);
        }
        length += 1;
    }
    if length <= LONGEST {
        Ok(())
    } else {
        Err(FaultCode::Length)
    }
}

pub(super) fn rewrite(text: &str) -> Option<(String, Change)> {
    without(text, &[' '])
}
