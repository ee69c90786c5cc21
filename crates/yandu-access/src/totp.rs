//! Codes that change with the time: RFC 6238 over SHA-1 with 6 digits and steps of 30 seconds, as every authenticator knows it.

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use rand::RngCore as _;
use sha1::Sha1;
use yandu_words::sign::fold;

use crate::secret::Secret;
use yandu_words::AccountId;

/// Who stands beside the account in an authenticator.
const ISSUER: &str = "Yandu";
/// RFC 4226 section 4 recommends 160 bits.
const SECRET_BYTES: usize = 20;
const STEP_SECONDS: i64 = 30;
const DIGITS: usize = 6;
/// One step before and one after are accepted (RFC 6238 section 5.2).
const TOLERANCE: i64 = 1;
/// The alphabet of base32: RFC 4648 section 6.
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

pub(crate) fn generate() -> [u8; SECRET_BYTES] {
    let mut secret = [0; SECRET_BYTES];
    rand::rng().fill_bytes(&mut secret);
    secret
}

/// The step in which a time lies.
pub(crate) fn step_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(STEP_SECONDS)
}

/// The step whose code is given, where it is near a time and later than the last that was accepted.
pub(crate) fn accepted(secret: &[u8], given: &str, at: Timestamp, last_step: i64) -> Option<i64> {
    let given: String = given
        .chars()
        .map(fold)
        .filter(|sign| !sign.is_whitespace())
        .collect();
    let now = step_of(at);
    (now - TOLERANCE..=now + TOLERANCE)
        .filter(|step| *step > last_step)
        .find(|step| code(secret, *step).is_some_and(|code| code == given))
}

/// The code of a step.
pub(crate) fn code(secret: &[u8], step: i64) -> Option<String> {
    let number = truncated(secret, step)? % 10_u32.pow(DIGITS as u32);
    Some(format!("{number:0DIGITS$}"))
}

/// The number that a code is the end of: RFC 4226 section 5.3.
pub(crate) fn truncated(secret: &[u8], step: i64) -> Option<u32> {
    let mut code = Hmac::<Sha1>::new_from_slice(secret).ok()?;
    code.update(&step.to_be_bytes());
    let hash: [u8; 20] = code.finalize().into_bytes().into();
    let place = usize::from(hash.last()? & 0x0f);
    let four: [u8; 4] = hash.get(place..place + 4)?.try_into().ok()?;
    Some(u32::from_be_bytes(four) & 0x7fff_ffff)
}

/// The address that an authenticator reads from a picture.
pub(crate) fn uri(account: &AccountId, secret: &[u8]) -> Secret {
    let secret = base32(secret);
    Secret::new(format!(
        "otpauth://totp/{ISSUER}:{account}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits={DIGITS}&period={STEP_SECONDS}"
    ))
}

/// Base32 without padding, as it is typed into an authenticator.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let mut held = 0_u32;
    let mut bits = 0;
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(digit(held >> bits));
        }
    }
    if bits > 0 {
        text.push(digit(held << (5 - bits)));
    }
    text
}

fn digit(value: u32) -> char {
    let digit = ALPHABET.get((value & 31) as usize);
    char::from(digit.copied().unwrap_or(b'A'))
}
