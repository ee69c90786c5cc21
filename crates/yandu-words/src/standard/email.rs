//! E-mail addresses after RFC 5321: an unquoted local part and a domain name.

use super::without;
use crate::{Change, FaultCode};

pub(super) fn check(text: &str) -> Result<(), FaultCode> {
    if text.is_empty() {
        return Err(FaultCode::Empty);
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(FaultCode::Character);
    }
    let Some((local, domain)) = text.split_once('@') else {
        return Err(FaultCode::Format);
    };
    if text.len() > 254 || local.len() > 64 {
        return Err(FaultCode::Length);
    }
    check_local(local)?;
    check_domain(domain)
}

fn check_local(local: &str) -> Result<(), FaultCode> {
    let mut previous = b'.';
    for byte in local.bytes() {
        match byte {
            b'.' if previous == b'.' => return Err(FaultCode::Format),
            b'.'
            | b'0'..=b'9'
            | b'a'..=b'z'
            | b'A'..=b'Z'
            | b'!'
            | b'#'..=b'\''
            | b'*'
            | b'+'
            | b'-'
            | b'/'
            | b'='
            | b'?'
            | b'^'..=b'`'
            | b'{'..=b'~' => {}
            _ => return Err(FaultCode::Character),
        }
        previous = byte;
    }
    if previous == b'.' {
        return Err(FaultCode::Format);
    }
    Ok(())
}

fn check_domain(domain: &str) -> Result<(), FaultCode> {
    let mut labels = 0;
    let mut last = "";
    for label in domain.split('.') {
        if label.is_empty() || label.len() > 63 || label.starts_with('-') || label.ends_with('-') {
            return Err(FaultCode::Format);
        }
        if !label
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'-'))
        {
            return Err(FaultCode::Character);
        }
        labels += 1;
        last = label;
    }
    let top_level = last.len() >= 2 && last.bytes().any(|byte| byte.is_ascii_lowercase());
    if labels >= 2 && top_level {
        Ok(())
    } else {
        Err(FaultCode::Format)
    }
}

/// Writes the domain in lower case; the case of the local part may mean something to its server.
pub(super) fn rewrite(text: &str) -> Option<(String, Change)> {
    let stripped = without(text, &[' ']);
    let plain = stripped.as_ref().map_or(text, |(plain, _)| plain.as_str());
    let plain = plain.strip_prefix("mailto:").unwrap_or(plain);
    match plain.split_once('@') {
        Some((local, domain)) if domain.bytes().any(|byte| byte.is_ascii_uppercase()) => Some((
            format!("{local}@{}", domain.to_ascii_lowercase()),
            Change::Case,
        )),
        _ if plain.len() != text.len() => Some((
            plain.to_owned(),
            stripped
                .as_ref()
                .map_or(Change::Separator, |(_, change)| *change),
        )),
        _ => None,
    }
}
