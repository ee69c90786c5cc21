//! Encryption, when the site has a certificate.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::{Error, Result};

/// What a client that begins with TLS says it speaks.
pub(crate) const PROTOCOL: &[u8] = b"postgresql";

/// Where the certificate of the site stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// The chain, the site's own certificate first, as PEM.
    pub certificate: PathBuf,
    /// The private key of the first certificate, as PEM.
    pub key: PathBuf,
}

/// Reads the certificate and its key.
///
/// `protocol` is what clients say that they speak (ALPN).
pub fn acceptor(tls: &Tls, protocol: &[u8]) -> Result<TlsAcceptor> {
    let chain = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
        .map_err(|source| unreadable("certificate", &tls.certificate, source))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key)
        .map_err(|source| unreadable("key", &tls.key, source))?;
    let unsuited = |source| Error::Certificate {
        path: tls.certificate.clone(),
        source,
    };
    // Two libraries of cryptography are in the program, so that neither is taken by itself.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(unsuited)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(unsuited)?;
    config.alpn_protocols = vec![protocol.to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn unreadable(what: &'static str, path: &Path, source: rustls_pki_types::pem::Error) -> Error {
    Error::Pem {
        what,
        path: path.to_owned(),
        source,
    }
}
