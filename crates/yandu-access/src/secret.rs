//! What is shown once and stored as a hash, and what is stored sealed.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Generate, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use rand::RngCore as _;
use sha2::{Digest as _, Sha256};

use crate::{Error, Result};

pub(crate) const SESSION: &str = "ys_";
pub(crate) const TOKEN: &str = "yt_";
pub(crate) const INVITATION: &str = "yi_";

const SECRET_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// A text that only its owner may see: printing it shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// 32 random bytes as base64url after a prefix that says what they open.
    pub(crate) fn generate(prefix: &str) -> Self {
        let mut bytes = [0; SECRET_BYTES];
        rand::rng().fill_bytes(&mut bytes);
        Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The text itself, for the one whom it is made for.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The SHA-256 of a secret, by which it is found. A secret has 256 random bits, so that a hash without salt tells nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SecretHash([u8; 32]);

impl SecretHash {
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret).into())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// The key of the site: secrets of second factors are sealed under it, and the keys of masks and of
/// signatures follow from it.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Seals bytes under a name, so that they can take the place of nothing else.
    pub(crate) fn seal(&self, name: &str, bytes: &[u8]) -> Result<Vec<u8>> {
        let nonce = XNonce::generate();
        let sealed = self
            .cipher(name)?
            .encrypt(&nonce, payload(name, bytes))
            .map_err(|_| Error::Sealed(name.to_owned()))?;
        let mut whole = nonce.to_vec();
        whole.extend_from_slice(&sealed);
        Ok(whole)
    }

    /// What was sealed under a name.
    pub(crate) fn open(&self, name: &str, whole: &[u8]) -> Result<Vec<u8>> {
        let damaged = || Error::Sealed(name.to_owned());
        let (nonce, sealed) = whole.split_at_checked(NONCE_BYTES).ok_or_else(damaged)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| damaged())?;
        self.cipher(name)?
            .decrypt(&nonce, payload(name, sealed))
            .map_err(|_| damaged())
    }

    /// A key for the masks of one permit. Values that are masked under one key can be compared.
    pub(crate) fn derive(&self, permit: &str) -> [u8; 32] {
        self.derive_named("yandu 2026 masks of a permit", permit)
    }

    /// The signature of a text that the site gives out, by which it is known again: a keyed BLAKE3 under a key of its own.
    pub(crate) fn sign(&self, text: &str) -> blake3::Hash {
        let key = blake3::derive_key("yandu 2026 signatures of addresses", &self.0);
        blake3::keyed_hash(&key, text.as_bytes())
    }

    /// A key for another purpose, which has a name of its own in the whole program, and one thing of it.
    pub(crate) fn derive_named(&self, purpose: &str, name: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(purpose);
        hasher.update(&self.0);
        hasher.update(name.as_bytes());
        *hasher.finalize().as_bytes()
    }

    fn cipher(&self, name: &str) -> Result<XChaCha20Poly1305> {
        XChaCha20Poly1305::new_from_slice(&self.0).map_err(|_| Error::Sealed(name.to_owned()))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

fn payload<'a>(name: &'a str, message: &'a [u8]) -> Payload<'a, 'a> {
    Payload {
        msg: message,
        aad: name.as_bytes(),
    }
}
