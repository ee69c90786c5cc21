//! The line on which a request came.

use axum::http::Extensions;

/// How a request reached the program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Line {
    /// As it is, from this machine alone.
    #[default]
    Own,
    /// Encrypted, from anywhere.
    Encrypted,
}

impl Line {
    pub(crate) fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or_default()
    }

    pub(crate) fn scheme(self) -> &'static str {
        match self {
            Self::Own => "http",
            Self::Encrypted => "https",
        }
    }
}
