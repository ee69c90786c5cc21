use std::fmt;

use serde::{Deserialize, Serialize};

/// An attempt to sign in, from its beginning until the browser comes back.
///
/// Whoever holds it can finish it: it is kept where neither the provider nor anybody else reads it, and is good for one answer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What the provider sends back with the browser.
    pub state: String,
    /// What the provider writes into the token.
    pub(crate) nonce: String,
    /// The secret of PKCE; the provider is told its SHA-256 first, and the secret itself with the code.
    pub(crate) verifier: String,
    /// Where the provider sends the browser, as it was told at the beginning.
    pub(crate) redirect: String,
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempt(…)")
    }
}

/// An attempt that has begun, and the address at which the browser goes on with it.
#[derive(Debug, Clone)]
pub struct Begun {
    pub address: String,
    pub attempt: Attempt,
}

/// What the browser brings back from a provider that let somebody in.
#[derive(Debug, Clone)]
pub struct Answer {
    pub code: String,
    /// The issuer, as providers say it that follow RFC 9207.
    pub issuer: Option<String>,
}
