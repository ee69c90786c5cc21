//! Secrets of sources: where they are kept, and how they stay out of sight.
//!
//! A pack names a secret and never holds it. It is in the environment, in a file, or in the encrypted store of the
//! site: one file a secret under `secrets/stored/`, sealed with XChaCha20-Poly1305 under the key of the site, the name
//! of the secret being sealed with it, so that no file can take the place of another.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, Generate, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use jiff::Timestamp;
use serde::Serialize;
use yandu_pack::declare;

use crate::channel::place;
use crate::{Error, Result};

/// The environment variable that holds the key of the site, as 64 hexadecimal digits, in place of the key file.
pub const KEY_VARIABLE: &str = "YANDU_SECRET_KEY";

/// The first bytes of a sealed secret: what it is, and the version of its form.
const MAGIC: &[u8] = b"YDS1";
const NONCE_BYTES: usize = 24;
const KEY_BYTES: usize = 32;
/// A secret is a password, a token or an address.
const MAX_BYTES: u64 = 64 << 10;

/// A value that nobody may see: printing shows `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The value itself, for the one who presents it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// What can be told of a stored secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StoredSecret {
    pub name: String,
    pub set_at: Timestamp,
}

/// The secrets of a site.
#[derive(Clone)]
pub struct Secrets {
    root: PathBuf,
    environment: fn(&str) -> Option<String>,
}

impl Secrets {
    /// The secrets of the data folder `root`.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            environment: |name| std::env::var(name).ok(),
        }
    }

    #[cfg(test)]
    pub(crate) fn with_environment(root: &Path, environment: fn(&str) -> Option<String>) -> Self {
        Self {
            root: root.to_owned(),
            environment,
        }
    }

    /// Stores a secret under a name, in place of the one that has it.
    pub fn set(&self, name: &str, secret: &Secret) -> Result<()> {
        let path = self.stored(name)?;
        let cipher = XChaCha20Poly1305::new(&self.key(name, true)?);
        let nonce = XNonce::generate();
        let sealed = cipher
            .encrypt(&nonce, payload(name, secret.expose().as_bytes()))
            .map_err(|_| unreadable(name, "it is too long"))?;
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        let folder = self.stored_folder();
        fs::create_dir_all(&folder)
            .map_err(|source| Error::file("make the folder", &folder, source))?;
        write_closed(&path, &bytes)?;
        tracing::info!(secret.name = name, "secret stored");
        Ok(())
    }

    /// The stored secrets, by name.
    pub fn list(&self) -> Result<Vec<StoredSecret>> {
        let folder = self.stored_folder();
        let failed = |source| Error::file("list", &folder, source);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(error)),
        };
        let mut secrets = Vec::new();
        for entry in entries {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !is_name(&name) {
                continue;
            }
            let modified = entry
                .metadata()
                .and_then(|metadata| metadata.modified())
                .map_err(failed)?;
            secrets.push(StoredSecret {
                name,
                set_at: Timestamp::try_from(modified).unwrap_or_default(),
            });
        }
        secrets.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(secrets)
    }

    /// Removes a stored secret; false when there was none.
    pub fn remove(&self, name: &str) -> Result<bool> {
        let path = self.stored(name)?;
        match fs::remove_file(&path) {
            Ok(()) => {
                tracing::info!(secret.name = name, "secret removed");
                Ok(true)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::file("remove", &path, error)),
        }
    }

    /// The value that a declaration names.
    pub fn resolve(&self, declared: &declare::Secret) -> Result<Secret> {
        match declared {
            declare::Secret::Env(name) => self.in_environment(name),
            declare::Secret::File(path) => self.in_file(path),
            declare::Secret::Stored(name) => self.in_store(name),
        }
    }

    fn in_environment(&self, name: &str) -> Result<Secret> {
        // The key opens all stored secrets, so it is nobody's password.
        match (self.environment)(name) {
            Some(value) if !value.is_empty() && name != KEY_VARIABLE => Ok(Secret(value)),
            Some(_) if name == KEY_VARIABLE => Err(unreadable(name, "it is the key of the store")),
            Some(_) => Err(unreadable(name, "the environment variable is empty")),
            None => Err(unreadable(name, "the environment variable is not set")),
        }
    }

    fn in_file(&self, relative: &str) -> Result<Secret> {
        let path = place::secret_file(&self.root, relative)
            .map_err(|problem| unreadable(relative, problem))?;
        let read = || -> std::io::Result<(String, bool)> {
            let file = File::open(&path)?;
            let is_open = is_open_to_others(&file)?;
            let mut text = String::new();
            file.take(MAX_BYTES).read_to_string(&mut text)?;
            Ok((text, is_open))
        };
        match read() {
            Ok((_, true)) => Err(unreadable(
                relative,
                "others may read the file; make it readable by its owner alone (chmod 600)",
            )),
            Ok((text, false)) => match text.trim_end_matches(['\r', '\n']) {
                "" => Err(unreadable(relative, "the file is empty")),
                text => Ok(Secret(text.to_owned())),
            },
            Err(error) => Err(unreadable(relative, error)),
        }
    }

    fn in_store(&self, name: &str) -> Result<Secret> {
        let path = self.stored(name)?;
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(unreadable(name, "the store has none of that name"));
            }
            Err(error) => return Err(unreadable(name, error)),
        };
        let damaged = || unreadable(name, "what is stored is damaged");
        let rest = bytes.strip_prefix(MAGIC).ok_or_else(damaged)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE_BYTES).ok_or_else(damaged)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| damaged())?;
        let text = XChaCha20Poly1305::new(&self.key(name, false)?)
            .decrypt(&nonce, payload(name, sealed))
            .map_err(|_| {
                unreadable(
                    name,
                    "it was sealed with another key, or what is stored is damaged",
                )
            })?;
        String::from_utf8(text).map(Secret).map_err(|_| damaged())
    }

    /// A key of the site for another purpose than secrets of sources; `purpose` is a text that nothing else uses.
    pub fn derived_key(&self, purpose: &str) -> Result<[u8; 32]> {
        let key = self.key(purpose, true)?;
        Ok(blake3::derive_key(purpose, key.as_slice()))
    }

    /// The key of the site. The first secret that is stored makes one.
    fn key(&self, secret: &str, may_make: bool) -> Result<Key> {
        if let Some(text) = (self.environment)(KEY_VARIABLE) {
            let key = key_of(&text);
            return key.ok_or_else(|| unreadable(KEY_VARIABLE, "a key is 64 hexadecimal digits"));
        }
        let path = self.root.join("secrets").join("key");
        match File::open(&path) {
            Ok(file) => {
                let failed = |source| Error::file("read", &path, source);
                if is_open_to_others(&file).map_err(failed)? {
                    return Err(unreadable(
                        secret,
                        format!("others may read `{}`", path.display()),
                    ));
                }
                let mut text = String::new();
                file.take(MAX_BYTES)
                    .read_to_string(&mut text)
                    .map_err(failed)?;
                key_of(text.trim_end())
                    .ok_or_else(|| unreadable(secret, format!("`{}` is damaged", path.display())))
            }
            Err(error)
                if error.kind() == ErrorKind::NotFound && may_make && self.list()?.is_empty() =>
            {
                let key = Key::generate();
                write_closed(&path, digits_of(&key).as_bytes())?;
                Ok(key)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Err(unreadable(
                secret,
                format!(
                    "the key that sealed it is gone: put `{}` back, or remove the stored secrets and set them again",
                    path.display()
                ),
            )),
            Err(error) => Err(Error::file("read", &path, error)),
        }
    }

    fn stored_folder(&self) -> PathBuf {
        self.root.join("secrets").join("stored")
    }

    fn stored(&self, name: &str) -> Result<PathBuf> {
        if is_name(name) {
            Ok(self.stored_folder().join(name))
        } else {
            Err(Error::SecretName(name.to_owned()))
        }
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}

fn unreadable(secret: &str, why: impl fmt::Display) -> Error {
    Error::Secret {
        secret: format!("`{secret}`"),
        why: why.to_string(),
    }
}

fn payload<'a>(name: &'a str, message: &'a [u8]) -> Payload<'a, 'a> {
    Payload {
        msg: message,
        aad: name.as_bytes(),
    }
}

fn is_name(name: &str) -> bool {
    let is_rest = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_';
    name.len() <= 63
        && name.starts_with(|sign: char| sign.is_ascii_lowercase())
        && name.chars().all(is_rest)
}

/// The key as a line of hexadecimal digits.
fn digits_of(key: &Key) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    let digits = key
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]);
    digits.chain(['\n']).collect()
}

fn key_of(digits: &str) -> Option<Key> {
    let digits = digits.trim();
    if digits.len() != 2 * KEY_BYTES || !digits.is_ascii() {
        return None;
    }
    let bytes: Vec<u8> = (0..KEY_BYTES)
        .filter_map(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok())
        .collect();
    Key::try_from(bytes.as_slice()).ok()
}

/// Writes a file that its owner alone may read; it is whole and on disk when it has its name.
pub fn write_closed(path: &Path, bytes: &[u8]) -> Result<()> {
    let draft = path.with_extension("new");
    let write = || -> std::io::Result<()> {
        match fs::remove_file(&draft) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&draft)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&draft, path)?;
        match path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(|source| Error::file("write", path, source))
}

#[cfg(unix)]
fn is_open_to_others(file: &File) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &File) -> std::io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests;
