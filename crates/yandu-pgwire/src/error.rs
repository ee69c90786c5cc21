use std::path::PathBuf;

/// Why the face cannot be opened. What goes wrong with a question is a [`crate::fault::Fault`] and goes to the client.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot read the {what} `{}` as PEM", path.display())]
    Pem {
        what: &'static str,
        path: PathBuf,
        source: rustls_pki_types::pem::Error,
    },

    #[error("the certificate `{}` cannot be served with its key", path.display())]
    Certificate {
        path: PathBuf,
        source: rustls::Error,
    },
}

impl Error {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Pem { .. } => {
                "`tls.certificate` and `tls.key` name files that this user can read, with `-----BEGIN …-----` in them"
            }
            Self::Certificate { .. } => {
                "the first certificate of the file must be the site's own, and the key must belong to it"
            }
        }
    }
}

pub type Result<T, E = Error> = std::result::Result<T, E>;
