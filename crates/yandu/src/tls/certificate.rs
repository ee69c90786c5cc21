//! The certificate of the site, which every listener that encrypts shows.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::failure::{Failure, Result};

/// Where the certificate stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// The chain, the site's own certificate first, as PEM.
    pub(crate) chain: PathBuf,
    /// The private key of the first certificate, as PEM.
    pub(crate) key: PathBuf,
}

impl Certificate {
    /// Reads the certificate and its key. `protocol` is what clients say that they speak (ALPN).
    pub(crate) fn acceptor(&self, protocol: &[u8]) -> Result<TlsAcceptor> {
        let chain = CertificateDer::pem_file_iter(&self.chain)
            .and_then(Iterator::collect::<std::result::Result<Vec<_>, _>>)
            .map_err(|source| unreadable("certificate", &self.chain, &source))?;
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|source| unreadable("key", &self.key, &source))?;
        // Two libraries of cryptography are in the program, so that neither is taken by itself.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|source| self.unsuited(&source))?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|source| self.unsuited(&source))?;
        config.alpn_protocols = vec![protocol.to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }

    fn unsuited(&self, source: &rustls::Error) -> Failure {
        let chain = self.chain.display();
        Failure {
            causes: vec![source.to_string()],
            ..Failure::new(format!(
                "the certificate `{chain}` cannot be served with its key"
            ))
        }
        .help("the first certificate of the file must be the site's own, and the key must belong to it")
    }
}

fn unreadable(what: &str, path: &Path, source: &rustls_pki_types::pem::Error) -> Failure {
    Failure {
        causes: vec![source.to_string()],
        ..Failure::new(format!("cannot read the {what} `{}` as PEM", path.display()))
    }
    .help("`tls.certificate` and `tls.key` name files that this user can read, with `-----BEGIN …-----` in them")
}
