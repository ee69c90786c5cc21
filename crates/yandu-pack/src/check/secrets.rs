//! Secrets that stand where only their names may.

pub(super) const HELP: &str = "a pack is readable by everybody: say where the secret is kept, `{env: NAME}`, `{stored: name}` or `{file: path}`";

/// Parts of names of what is secret.
const SECRET_WORDS: [&str; 9] = [
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "apikey",
    "api_key",
    "access_key",
    "private_key",
];

/// Whether the value of a setting looks like a secret, by its name or by what is in it.
pub(super) fn is_secret(name: &str, text: &str) -> bool {
    let named = SECRET_WORDS.iter().any(|word| name.contains(word));
    (named && !text.is_empty()) || has_password(text)
}

/// Whether an address holds a password, or a parameter named like a secret.
pub(super) fn has_password(text: &str) -> bool {
    if let Some((_, rest)) = text.split_once("://") {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if let Some((user, _)) = authority.rsplit_once('@')
            && let Some((_, password)) = user.split_once(':')
            && !password.is_empty()
            && !is_setting(password)
        {
            return true;
        }
    }
    text.split(['?', '&', ';', ' ', '#'])
        .skip(usize::from(text.contains("://")))
        .any(|part| {
            part.split_once('=').is_some_and(|(name, value)| {
                let name = name.to_lowercase();
                let named = SECRET_WORDS.iter().any(|word| name.contains(word)) || name == "key";
                named && !value.is_empty() && !is_setting(value)
            })
        })
}

/// A setting cannot hold a secret either, which is reported where it is declared.
fn is_setting(text: &str) -> bool {
    text.starts_with("${")
}
