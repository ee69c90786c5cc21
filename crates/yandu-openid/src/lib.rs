//! Signing in at a provider of identities by OpenID Connect: the authorization code flow with PKCE (OpenID Connect Core 1.0,
//! 3.1; RFC 7636; RFC 9207).
//!
//! [`Provider`] says where somebody signs in, and what the provider has proved of them once they come back. Nothing is believed
//! that is not signed by a key that the issuer publishes, with an asymmetric algorithm, for this client, for this attempt and
//! for this moment. Keys are read anew when a token names one that is not known.
//!
//! A provider that does not answer is no fault of the program: it is told with each attempt, and asked again all the while.
//!
//! Not here: accounts, sessions, cookies, and how an attempt is bound to a browser. An [`Attempt`] is for the caller to keep where
//! nobody else can read it, and to use once.

mod attempt;
mod error;
mod proof;
mod provider;
mod settings;
mod web;

pub use attempt::{Answer, Attempt, Begun};
pub use error::Error;
pub use proof::Proof;
pub use provider::Provider;
pub use settings::Settings;

pub type Result<T, E = Error> = std::result::Result<T, E>;
