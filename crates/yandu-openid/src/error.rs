/// Why somebody could not sign in at the provider.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// `key` is the name of the setting, without `openid.` before it.
    #[error("`openid.{key}` {why}")]
    Setting { key: &'static str, why: String },

    /// It cannot be reached, or is no provider at all.
    #[error("the provider `{issuer}` does not answer as it should: {why}")]
    Silent { issuer: String, why: String },

    /// What it says of somebody is not believed.
    #[error("the answer of the provider is not believed: {0}")]
    Answer(String),

    /// It does not let somebody in, or they did not want to.
    #[error("the provider refuses: {0}")]
    Refused(String),

    #[error("no client for the provider can be made")]
    Client(#[source] reqwest::Error),
}

impl Error {
    /// Every code that [`Error::code`] gives, in alphabetical order.
    pub const CODES: &'static [&'static str] = &[
        "internal",
        "openid-answer",
        "openid-refused",
        "openid-silent",
    ];

    /// Stable name of the cause, the name of its page under `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Silent { .. } => "openid-silent",
            Self::Answer(_) => "openid-answer",
            Self::Refused(_) => "openid-refused",
            Self::Setting { .. } | Self::Client(_) => "internal",
        }
    }
}
