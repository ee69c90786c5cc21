use openidconnect::{ClientId, ClientSecret, IssuerUrl, Scope};
use reqwest::Url;
use yandu_words::is_loopback;

use crate::{Error, Result};

/// The scope by which a request is one of OpenID Connect.
const OPENID: &str = "openid";

/// Whom to ask, and as whom.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(crate) issuer: IssuerUrl,
    pub(crate) client_id: ClientId,
    /// Hidden where it is printed.
    pub(crate) client_secret: ClientSecret,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) account_claim: Option<String>,
}

impl Settings {
    /// Checks what is set. The issuer is an address as the provider itself writes it, with `https` unless it is on this machine;
    /// `account_claim` names the claim that holds the name of an account, and is empty where none does.
    pub fn new(
        issuer: &str,
        client_id: &str,
        client_secret: &str,
        scopes: &[String],
        account_claim: &str,
    ) -> Result<Self> {
        let wrong = |key, why: &str| Error::Setting {
            key,
            why: why.to_owned(),
        };
        let address = Url::parse(issuer)
            .map_err(|error| wrong("issuer", &format!("is no address: {error}")))?;
        if !is_safe(&address) {
            return Err(wrong(
                "issuer",
                "must begin with `https://`; `http://` is for a provider on this machine alone",
            ));
        }
        if address.query().is_some() || address.fragment().is_some() {
            return Err(wrong("issuer", "has no query and no fragment"));
        }
        if client_id.trim().is_empty() {
            return Err(wrong(
                "client_id",
                "is missing: the provider gives it when the city is registered there",
            ));
        }
        if client_secret.is_empty() {
            return Err(wrong(
                "client_secret_file",
                "names a file without a secret in it",
            ));
        }
        let is_scope = |scope: &&String| {
            !scope.is_empty()
                && scope
                    .bytes()
                    .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'))
        };
        if let Some(scope) = scopes.iter().find(|scope| !is_scope(scope)) {
            return Err(wrong(
                "scopes",
                &format!("holds `{scope}`, which is no scope: write each as a text of its own"),
            ));
        }
        let issuer = IssuerUrl::new(issuer.to_owned())
            .map_err(|error| wrong("issuer", &format!("is no address: {error}")))?;
        Ok(Self {
            issuer,
            client_id: ClientId::new(client_id.trim().to_owned()),
            client_secret: ClientSecret::new(client_secret.to_owned()),
            scopes: scopes
                .iter()
                .filter(|scope| *scope != OPENID)
                .cloned()
                .map(Scope::new)
                .collect(),
            account_claim: Some(account_claim.trim().to_owned()).filter(|claim| !claim.is_empty()),
        })
    }

    /// The issuer, as it is set.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }
}

/// Whether secrets may go to an address: over TLS, or to this machine.
pub(crate) fn is_safe(address: &Url) -> bool {
    match address.scheme() {
        "https" => address.host_str().is_some(),
        "http" => address.host_str().is_some_and(is_loopback),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_go_over_tls_or_stay_on_this_machine() {
        for safe in [
            "https://sso.example.gov.cn",
            "http://localhost:1",
            "http://127.0.0.1/a",
            "http://[::1]:8080",
        ] {
            assert!(is_safe(&Url::parse(safe).unwrap()), "{safe}");
        }
        for other in [
            "http://sso.example.gov.cn",
            "http://127.0.0.1.example",
            "http://10.0.0.1",
            "ftp://localhost",
            "javascript:alert(1)",
        ] {
            assert!(!is_safe(&Url::parse(other).unwrap()), "{other}");
        }
    }

    #[test]
    fn the_secret_is_not_printed() {
        let settings = Settings::new("https://a.example", "yandu", "s3cret", &[], "sub").unwrap();
        assert!(!format!("{settings:?}").contains("s3cret"));
    }
}
