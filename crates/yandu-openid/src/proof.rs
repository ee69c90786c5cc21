//! What a token proves, once it is believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{
    CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm as Algorithm,
};
use openidconnect::{AccessToken, AccessTokenHash, Nonce};
use serde_json::Value;

use crate::provider::Metadata;
use crate::settings::Settings;
use crate::{Error, Result};

/// The algorithms of signatures that are believed: those whose keys the provider alone holds. `none` and those that share a
/// secret with the client (`HS256` and its kin) are not, whatever the provider says that it supports.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];

/// Signs of a claim that is kept; the subject has 255 at most (OpenID Connect Core 1.0, 2).
const CLAIM_LENGTH: usize = 255;

/// Whom the provider has let in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub issuer: String,
    /// The name under which the issuer knows somebody for ever; it is nobody else's there.
    pub subject: String,
    /// What the claim says that names an account, where there is one.
    pub account: Option<String>,
    /// What people call them.
    pub name: Option<String>,
    /// How they have signed in, as `acr` and `amr` say (RFC 8176).
    pub methods: Vec<String>,
}

/// Looks at a token: its signature, issuer, audience, term and nonce, and that it is for this client and with this access token.
pub(crate) fn believed<'t>(
    settings: &Settings,
    metadata: &Metadata,
    token: &'t CoreIdToken,
    access: &AccessToken,
    nonce: &Nonce,
) -> Result<&'t CoreIdTokenClaims, String> {
    // As of a public client, which has no secret that a signature could be made with.
    let verifier = CoreIdTokenVerifier::new_public_client(
        settings.client_id.clone(),
        metadata.issuer().clone(),
        metadata.jwks().clone(),
    )
    .set_allowed_algs(ALGORITHMS);
    let told = |error: &dyn std::error::Error| match error.source() {
        Some(source) => format!("{error}: {source}"),
        None => error.to_string(),
    };
    let claims = token
        .claims(&verifier, nonce)
        .map_err(|error| told(&error))?;
    if let Some(party) = claims.authorized_party()
        && *party != settings.client_id
    {
        return Err("it was made for another client (`azp`)".to_owned());
    }
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(|error| told(&error))?;
        let key = token.signing_key(&verifier).map_err(|error| told(&error))?;
        let hash =
            AccessTokenHash::from_token(access, algorithm, key).map_err(|error| told(&error))?;
        if hash != *expected {
            return Err("it belongs to another access token (`at_hash`)".to_owned());
        }
    }
    Ok(claims)
}

/// All claims of a token that is believed.
pub(crate) fn claims_of(token: &CoreIdToken) -> Result<Value> {
    let damaged = || Error::Answer("the claims of the token cannot be read".to_owned());
    let text = token.to_string();
    let part = text.split('.').nth(1).ok_or_else(damaged)?;
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| damaged())?;
    serde_json::from_slice(&bytes).map_err(|_| damaged())
}

/// What a claim says, where it is a text in one line. An address of mail counts where the provider has verified it.
pub(crate) fn text_of(claims: &Value, name: &str) -> Option<String> {
    let text = claims.get(name)?.as_str()?.trim();
    let is_verified = name != "email" || claims.get("email_verified") == Some(&Value::Bool(true));
    let is_line = !text.is_empty()
        && text.chars().count() <= CLAIM_LENGTH
        && !text.chars().any(char::is_control);
    (is_verified && is_line).then(|| text.to_owned())
}

/// The values of `acr` and `amr`.
pub(crate) fn methods_of(claims: &CoreIdTokenClaims) -> Vec<String> {
    let context = claims.auth_context_ref().into_iter();
    let methods = claims.auth_method_refs().into_iter().flatten();
    context
        .map(|context| context.as_str().to_owned())
        .chain(methods.map(|method| method.as_str().to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_claim_is_one_line_of_text_and_mail_counts_where_it_is_verified() {
        let long = "x".repeat(CLAIM_LENGTH + 1);
        let claims = json!({
            "preferred_username": " wang ",
            "number": 7,
            "empty": " ",
            "lines": "a\nb",
            "long": long,
            "email": "wang@example.gov.cn",
        });
        assert_eq!(
            text_of(&claims, "preferred_username").as_deref(),
            Some("wang")
        );
        for wrong in ["number", "empty", "lines", "long", "email", "missing"] {
            assert_eq!(text_of(&claims, wrong), None, "{wrong}");
        }
        for (verified, expected) in [
            (json!(true), Some("wang@example.gov.cn")),
            (json!("true"), None),
            (json!(false), None),
        ] {
            let claims = json!({"email": "wang@example.gov.cn", "email_verified": verified});
            assert_eq!(text_of(&claims, "email").as_deref(), expected);
        }
    }

    #[test]
    fn no_signature_is_believed_that_the_client_could_make_too() {
        for other in [
            Algorithm::None,
            Algorithm::HmacSha256,
            Algorithm::HmacSha384,
            Algorithm::HmacSha512,
        ] {
            assert!(!ALGORITHMS.contains(&other), "{other:?}");
        }
    }
}
