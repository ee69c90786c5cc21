//! Keeping addresses out of what people read.

use reqwest::Url;

/// The text without the address, and without the user's password in it.
pub(super) fn hide(address: &str, text: &str) -> String {
    let mut hidden = text.to_owned();
    let mut take_out = |secret: &str| {
        if !secret.is_empty() {
            hidden = hidden.replace(secret, "***");
        }
    };
    take_out(address);
    if let Ok(url) = Url::parse(address) {
        let in_query = url
            .query_pairs()
            .filter(|(name, _)| name == "password")
            .map(|(_, value)| value.into_owned())
            .collect::<Vec<_>>();
        for password in url
            .password()
            .into_iter()
            .chain(in_query.iter().map(String::as_str))
        {
            take_out(&decoded(password));
            take_out(password);
        }
    }
    hidden
}

/// The text with `%xx` as the bytes that they stand for.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let escaped = (first == '%')
            .then(|| u8::from_str_radix(rest.get(1..3)?, 16).ok())
            .flatten();
        let taken = if let Some(byte) = escaped {
            bytes.push(byte);
            3
        } else {
            bytes.extend_from_slice(first.encode_utf8(&mut [0; 4]).as_bytes());
            first.len_utf8()
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_address_nor_password_is_left_in_a_text() {
        let address = "postgres://reader:p%40ss%20w@db:5432/x?password=second";
        let text = format!("cannot reach {address} as reader with p@ss w, p%40ss%20w or second");
        assert_eq!(
            hide(address, &text),
            "cannot reach *** as reader with ***, *** or ***"
        );
        assert_eq!(hide("", "nothing to hide"), "nothing to hide");
        assert_eq!(decoded("100%"), "100%");
    }
}
