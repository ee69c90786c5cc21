//! How much visitors may ask for at a time.

use serde::Deserialize;
use yandu_http::visitor::Options;

/// The places of visitors, in all and for one address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Visitors {
    files: usize,
    files_of_one: usize,
    looks: usize,
    looks_of_one: usize,
}

impl Default for Visitors {
    fn default() -> Self {
        let Options {
            files,
            files_of_one,
            looks,
            looks_of_one,
            ..
        } = Options::default();
        Self {
            files,
            files_of_one,
            looks,
            looks_of_one,
        }
    }
}

impl Visitors {
    pub(crate) fn options(self) -> Options {
        Options {
            files: self.files,
            files_of_one: self.files_of_one,
            looks: self.looks,
            looks_of_one: self.looks_of_one,
            ..Options::default()
        }
    }
}
