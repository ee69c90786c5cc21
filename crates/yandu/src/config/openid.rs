//! The provider of identities at which people sign in.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use yandu_access::IdentityRules;
use yandu_http::access::OpenidOptions;
use yandu_openid::{Provider, Settings};

use crate::failure::{Failure, Result};

/// The largest file of a secret, in bytes.
const SECRET_BYTES: usize = 4_096;

/// `[openid]`; there is no provider where the issuer is empty.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Openid {
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    /// The secret itself stands in no configuration.
    pub(crate) client_secret_file: PathBuf,
    pub(crate) name_zh: String,
    pub(crate) name_en: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) account_claim: String,
    pub(crate) unknown: Unknown,
    pub(crate) passwords: Passwords,
    pub(crate) administrators: bool,
    pub(crate) second_factors: Vec<String>,
}

/// What becomes of somebody whom the claim names and who has no account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Unknown {
    #[default]
    Refuse,
    /// They are given an account without any role.
    Create,
}

/// Who logs in with a password where there is a provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Passwords {
    #[default]
    Everybody,
    Administrators,
}

impl Default for Openid {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret_file: PathBuf::new(),
            name_zh: "统一身份认证".to_owned(),
            name_en: "single sign-on".to_owned(),
            scopes: vec!["profile".to_owned()],
            account_claim: String::new(),
            unknown: Unknown::default(),
            passwords: Passwords::default(),
            administrators: false,
            second_factors: Vec::new(),
        }
    }
}

impl Openid {
    /// What the provider may do with accounts; nothing where there is none.
    pub(crate) fn rules(&self) -> IdentityRules {
        if self.issuer.is_empty() {
            return IdentityRules::default();
        }
        IdentityRules {
            creates_accounts: self.unknown == Unknown::Create,
            admits_administrators: self.administrators,
            replaces_passwords: self.passwords == Passwords::Administrators,
        }
    }

    /// The provider, if there is one. Nobody is asked yet, so that one that does not answer holds nobody up.
    pub(crate) fn options(&self) -> Result<Option<OpenidOptions>> {
        if self.issuer.is_empty() {
            return match self.set_without_issuer() {
                None => Ok(None),
                Some(key) => Err(Failure::new(format!(
                    "`openid.{key}` is set, and `openid.issuer` is not"
                ))
                .help("set the address of the provider, or take the other keys of `openid` away")),
            };
        }
        if self.client_secret_file.as_os_str().is_empty() {
            return Err(Failure::new("`openid.client_secret_file` is missing").help(
                "write the secret that the provider gives into a file that only the server reads, and name it here",
            ));
        }
        if self.unknown == Unknown::Create && self.account_claim.trim().is_empty() {
            return Err(Failure::new(
                "`openid.unknown` is `create`, and no claim names the account that is to be made",
            )
            .help("set `openid.account_claim`, such as `preferred_username`"));
        }
        if self.name_zh.trim().is_empty() || self.name_en.trim().is_empty() {
            return Err(Failure::new(
                "`openid.name_zh` and `openid.name_en` stand on the button, and one of them is empty",
            ));
        }
        let secret = secret(&self.client_secret_file)?;
        let settings = Settings::new(
            &self.issuer,
            &self.client_id,
            &secret,
            &self.scopes,
            &self.account_claim,
        );
        let provider = settings.and_then(Provider::new).map_err(|error| {
            Failure::of(&error)
                .help("`docs/access.md` says how the city is registered with a provider")
        })?;
        Ok(Some(OpenidOptions {
            provider,
            name: self.name_zh.trim().to_owned(),
            name_en: self.name_en.trim().to_owned(),
            second_factors: self.second_factors.iter().cloned().collect(),
        }))
    }

    /// A key that means nothing alone.
    fn set_without_issuer(&self) -> Option<&'static str> {
        let default = Self::default();
        let set = [
            ("client_id", self.client_id != default.client_id),
            (
                "client_secret_file",
                self.client_secret_file != default.client_secret_file,
            ),
            ("account_claim", self.account_claim != default.account_claim),
            ("unknown", self.unknown != default.unknown),
            ("passwords", self.passwords != default.passwords),
            ("administrators", self.administrators),
        ];
        set.into_iter()
            .find(|(_, is_set)| *is_set)
            .map(|(key, _)| key)
    }
}

/// The secret in a file, without the end of its line.
fn secret(path: &Path) -> Result<String> {
    let text = std::fs::read_to_string(path).map_err(Failure::io("read", path))?;
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.len() > SECRET_BYTES || secret.contains(['\r', '\n']) {
        return Err(Failure::new(format!(
            "`{}` holds more than a secret in one line",
            path.display()
        ))
        .help("`openid.client_secret_file` is a file of one line"));
    }
    Ok(secret.to_owned())
}
