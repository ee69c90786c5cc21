//! Addresses that the program gives out.

use std::fmt::Write as _;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::line::Line;

/// The address under which the caller has reached the server, without a slash at its end: `http://127.0.0.1:8650`.
///
/// What is given out in answers begins with it, so that a program behind a tunnel or another port can follow it.
#[derive(Debug, Clone)]
pub(crate) struct Base(String);

impl Base {
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl<S: Sync> FromRequestParts<S> for Base {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let host = parts
            .headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .filter(|host| is_host(host));
        let scheme = Line::of(&parts.extensions).scheme();
        Ok(Self(format!("{scheme}://{}", host.unwrap_or("localhost"))))
    }
}

/// Whether an address leads to a page of our own: a path that no browser takes for an address of another site.
pub(crate) fn is_own_path(address: &str) -> bool {
    let is_plain = |sign: char| sign.is_ascii_graphic() && sign != '\\';
    address.starts_with('/') && !address.contains("//") && address.chars().all(is_plain)
}

/// An answer that says where the thing is that it speaks of.
pub(crate) fn located(location: String, answer: impl IntoResponse) -> Response {
    let mut response = answer.into_response();
    if let Ok(location) = HeaderValue::try_from(location) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// Whether a host can stand in an address: it is written into documents, where `<` or a quote would end it.
fn is_host(host: &str) -> bool {
    let is_sign = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']')
    };
    !host.is_empty() && host.bytes().all(is_sign)
}

/// A text as one part of a path, or as a value in a query.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_host_can_end_an_address() {
        for host in ["localhost", "127.0.0.1:8650", "[::1]:80"] {
            assert!(is_host(host), "{host}");
        }
        for host in ["", "localhost:1> <x", "a\"b", "a/b", "a b", "盐城"] {
            assert!(!is_host(host), "{host}");
        }
    }

    #[test]
    fn any_text_is_one_part_of_a_path() {
        assert_eq!(
            encode("市公安局/a b"),
            "%E5%B8%82%E5%85%AC%E5%AE%89%E5%B1%80%2Fa%20b"
        );
        assert_eq!(encode("population.resident"), "population.resident");
    }
}
