//! The line on which a request came, and from where.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::Extensions;
use axum::http::request::Parts;
use yandu_access::Origin;

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

    /// How a cookie ends that is set on it: one of an encrypted line never goes over another.
    pub(crate) fn end_of_cookie(self) -> &'static str {
        match self {
            Self::Own => "",
            Self::Encrypted => "; Secure",
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Line {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}

/// The address that a request came from; none where it is asked in process.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) Option<IpAddr>);

impl Peer {
    pub(crate) fn of(extensions: &Extensions) -> Self {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        Self(peer.map(|ConnectInfo(peer)| peer.ip()))
    }

    /// By what its places are counted.
    pub(crate) fn origin(self) -> Origin {
        self.0.map(Origin::from).unwrap_or_default()
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.extensions))
    }
}
