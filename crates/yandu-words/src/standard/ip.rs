//! Addresses of the Internet Protocol, versions 4 and 6.

use std::fmt::{self, Write};
use std::net::Ipv6Addr;

use crate::{Change, FaultCode};

pub(super) fn check(text: &str) -> Result<(), FaultCode> {
    if text.contains(':') {
        check_v6(text)
    } else {
        check_v4(text)
    }
}

/// Four numbers without leading zeros, which some programs read as octal.
fn check_v4(text: &str) -> Result<(), FaultCode> {
    if text.is_empty() {
        return Err(FaultCode::Empty);
    }
    let mut parts = 0;
    for part in text.split('.') {
        if !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(FaultCode::Character);
        }
        match part.as_bytes() {
            [_] | [b'1'..=b'9', _] | [b'1'..=b'9', _, _] => {}
            [_, _, _, ..] if !part.starts_with('0') => return Err(FaultCode::Range),
            _ => return Err(FaultCode::Format),
        }
        let value = part
            .bytes()
            .fold(0_u32, |value, byte| value * 10 + u32::from(byte - b'0'));
        if value > 255 {
            return Err(FaultCode::Range);
        }
        parts += 1;
    }
    if parts == 4 {
        Ok(())
    } else {
        Err(FaultCode::Format)
    }
}

fn check_v6(text: &str) -> Result<(), FaultCode> {
    let Ok(address) = text.parse::<Ipv6Addr>() else {
        return Err(FaultCode::Format);
    };
    let mut same = Same { rest: text };
    if write!(same, "{address}").is_ok() && same.rest.is_empty() {
        Ok(())
    } else {
        Err(FaultCode::Format)
    }
}

/// Compares what is written to it with a text, without keeping it.
struct Same<'a> {
    rest: &'a str,
}

impl Write for Same<'_> {
    fn write_str(&mut self, written: &str) -> fmt::Result {
        self.rest = self.rest.strip_prefix(written).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// Writes version 6 in the form of RFC 5952: lower case, the longest run of zeros left out.
pub(super) fn rewrite(text: &str) -> Option<(String, Change)> {
    let canonical = text.parse::<Ipv6Addr>().ok()?.to_string();
    let change = if canonical.eq_ignore_ascii_case(text) {
        Change::Case
    } else {
        Change::LeadingZero
    };
    Some((canonical, change))
}
