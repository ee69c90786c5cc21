use std::error::Error as _;
use std::time::Duration;

use crate::channel::problem::Problem;

/// Why one request brought no page.
#[derive(Debug)]
pub(super) enum Failure {
    /// Asking again does not help.
    Final(Problem),
    /// Asking again may help, after the wait where the server names one.
    Passing(Problem, Option<Duration>),
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::Passing(Problem::silent("no whole answer within the timeout"), None);
        }
        if error.is_redirect() {
            return Self::Final(Problem::refused(reason(&error)));
        }
        if error.is_builder() {
            return Self::Final(Problem::refused(reason(&error)));
        }
        Self::Passing(Problem::silent(reason(&error)), None)
    }
}

/// The innermost reason, which does not hold the address.
pub(super) fn reason(error: &reqwest::Error) -> String {
    let mut innermost = error.source();
    while let Some(deeper) = innermost.and_then(|error| error.source()) {
        innermost = Some(deeper);
    }
    innermost.map_or_else(|| "the request failed".to_owned(), ToString::to_string)
}
