//! Settings of a connection. Clients set many at the start; few mean anything here.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::fault::{Fault, Result};

/// The release of PostgreSQL whose protocol and catalogue are spoken, with ours behind it.
pub(crate) const SERVER_VERSION: &str = concat!("15.0 (Yandu ", env!("CARGO_PKG_VERSION"), ")");

/// Those that a client is told at the start, and whenever they change.
const REPORTED: [&str; 13] = [
    "application_name",
    "client_encoding",
    "DateStyle",
    "default_transaction_read_only",
    "in_hot_standby",
    "integer_datetimes",
    "IntervalStyle",
    "is_superuser",
    "server_encoding",
    "server_version",
    "session_authorization",
    "standard_conforming_strings",
    "TimeZone",
];

/// What everything is set to at the start.
const DEFAULTS: &[(&str, &str)] = &[
    ("application_name", ""),
    ("client_encoding", "UTF8"),
    ("client_min_messages", "notice"),
    ("DateStyle", "ISO, MDY"),
    ("default_transaction_isolation", "read committed"),
    ("default_transaction_read_only", "on"),
    ("extra_float_digits", "1"),
    ("in_hot_standby", "off"),
    ("integer_datetimes", "on"),
    ("IntervalStyle", "postgres"),
    ("is_superuser", "off"),
    ("lc_collate", "C"),
    ("lc_ctype", "C"),
    ("lc_messages", "C"),
    ("lc_monetary", "C"),
    ("max_identifier_length", "63"),
    ("max_index_keys", "32"),
    ("search_path", "public"),
    ("server_encoding", "UTF8"),
    ("server_version", SERVER_VERSION),
    ("server_version_num", "150000"),
    ("session_authorization", ""),
    ("standard_conforming_strings", "on"),
    ("statement_timeout", "0"),
    ("TimeZone", CITY),
    ("transaction_isolation", "read committed"),
    ("transaction_read_only", "on"),
];

/// Those that nobody sets.
const FIXED: [&str; 9] = [
    "in_hot_standby",
    "integer_datetimes",
    "is_superuser",
    "max_identifier_length",
    "max_index_keys",
    "server_encoding",
    "server_version",
    "server_version_num",
    "session_authorization",
];

/// The zone of times that have none.
const CITY: &str = "Asia/Shanghai";

/// The most settings of names that nothing knows, which clients may make up.
const MOST: usize = 200;

/// The longest name and value of a setting, in bytes.
const MOST_NAME: usize = 128;
const MOST_VALUE: usize = 1_024;

/// The settings of one connection.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// By name in small letters: the name as it is shown, and the value.
    values: BTreeMap<String, (String, String)>,
    /// What a reset goes back to.
    start: BTreeMap<String, (String, String)>,
}

impl Settings {
    /// Those of a user at the start.
    pub(crate) fn new(user: &str) -> Self {
        let entry = |(name, value): &(&str, &str)| {
            (
                name.to_lowercase(),
                ((*name).to_owned(), (*value).to_owned()),
            )
        };
        let mut values: BTreeMap<_, _> = DEFAULTS.iter().map(entry).collect();
        let user = ("session_authorization".to_owned(), user.to_owned());
        values.insert("session_authorization".to_owned(), user);
        Self {
            start: values.clone(),
            values,
        }
    }

    /// Takes what a client says at the start. What cannot be followed is left as it is, and told to the client.
    pub(crate) fn take(&mut self, parameters: &BTreeMap<String, String>) {
        for (name, value) in parameters {
            match name.as_str() {
                "user" | "database" | "replication" => {}
                "options" => {
                    for (name, value) in options(value) {
                        let _ = self.set(&name, Some(value));
                    }
                }
                name if name.starts_with("_pq_.") => {}
                name => {
                    let _ = self.set(name, Some(value.clone()));
                }
            }
        }
        self.start = self.values.clone();
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let found = self.values.get(&name.to_lowercase())?;
        Some(found.1.as_str())
    }

    /// Sets something, back to the start where no value is given. Gives what the client has to be told.
    pub(crate) fn set(
        &mut self,
        name: &str,
        value: Option<String>,
    ) -> Result<Option<(String, String)>> {
        let key = name.to_lowercase();
        let Some(value) = value.or_else(|| Some(self.start.get(&key)?.1.clone())) else {
            self.values.remove(&key);
            return Ok(None);
        };
        let is_same = self.get(&key) == Some(value.as_str());
        if FIXED.contains(&key.as_str()) && !is_same {
            return Err(Fault::new("55P02", format!("`{name}` cannot be changed")));
        }
        if name.len() > MOST_NAME || value.len() > MOST_VALUE {
            return Err(Fault::new("53400", "the setting is too long"));
        }
        let value = followed(&key, value)?;
        let shown = match self.values.get(&key) {
            Some((shown, _)) => shown.clone(),
            None if self.values.len() >= MOST => {
                return Err(Fault::new("53400", "there are too many settings"));
            }
            None => name.to_owned(),
        };
        self.values.insert(key, (shown.clone(), value.clone()));
        let is_reported = REPORTED.contains(&shown.as_str());
        Ok(is_reported.then_some((shown, value)))
    }

    /// Everything back to the start.
    pub(crate) fn reset(&mut self) -> Vec<(String, String)> {
        let before = std::mem::replace(&mut self.values, self.start.clone());
        let reported = self.reported().into_iter();
        reported
            .filter(|(name, value)| {
                let before = before.get(&name.to_lowercase());
                before.is_none_or(|(_, before)| before != value)
            })
            .collect()
    }

    /// What a client is told at the start.
    pub(crate) fn reported(&self) -> Vec<(String, String)> {
        let values = REPORTED.iter().filter_map(|name| {
            let value = self.get(name)?;
            Some(((*name).to_owned(), value.to_owned()))
        });
        values.collect()
    }

    /// All of them, by name.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .values()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// How long a question may take, when the client has said it.
    pub(crate) fn timeout(&self) -> Option<Duration> {
        let text = self.get("statement_timeout")?;
        milliseconds(text).filter(|time| !time.is_zero())
    }
}

/// A value that is followed, as it is kept.
fn followed(name: &str, value: String) -> Result<String> {
    let refused = |why: &str| {
        Err(Fault::new("22023", format!("`{value}` is no value of `{name}` here")).hint(why))
    };
    match name {
        "client_encoding" => match value.to_uppercase().replace(['-', '_'], "").as_str() {
            "UTF8" | "UNICODE" => Ok("UTF8".to_owned()),
            _ => refused("texts are sent in UTF8"),
        },
        "datestyle" if !value.to_uppercase().contains("ISO") => {
            refused("dates are sent as ISO writes them")
        }
        "intervalstyle" if value != "postgres" => refused("there is the style `postgres`"),
        "standard_conforming_strings" if !is_on(&value) => {
            refused("strings are those of the standard")
        }
        "transaction_read_only" | "default_transaction_read_only" if !is_on(&value) => {
            Err(Fault::read_only())
        }
        "statement_timeout" if milliseconds(&value).is_none() => {
            refused("write it as milliseconds, or as `30s`")
        }
        // Times are those of the city, wherever its reader is.
        "timezone" => Ok(CITY.to_owned()),
        _ => Ok(value),
    }
}

fn is_on(value: &str) -> bool {
    ["on", "true", "yes", "1"].contains(&value.to_lowercase().as_str())
}

/// A time in milliseconds, or with a unit.
fn milliseconds(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.trim_end_matches(|sign: char| !sign.is_ascii_digit());
    let number: u64 = digits.parse().ok()?;
    let factor = match text.get(digits.len()..)?.trim() {
        "" | "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    Some(Duration::from_millis(number.checked_mul(factor)?))
}

/// `-c name=value` and `--name=value`, as clients give them at the start.
fn options(text: &str) -> Vec<(String, String)> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => word.extend(signs.next()),
            sign if sign.is_whitespace() => words.push(std::mem::take(&mut word)),
            sign => word.push(sign),
        }
    }
    words.push(word);
    words
        .iter()
        .map(|word| word.strip_prefix("-c").unwrap_or(word))
        .map(|word| word.strip_prefix("--").unwrap_or(word))
        .filter_map(|word| word.split_once('='))
        .map(|(name, value)| (name.replace('-', "_"), value.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_followed_is_refused_and_not_kept() {
        let mut settings = Settings::new("wang_abc123");
        for (name, value, state) in [
            ("client_encoding", "GBK", "22023"),
            ("DateStyle", "German", "22023"),
            ("server_version", "9.6", "55P02"),
            ("transaction_read_only", "off", "25006"),
            ("statement_timeout", "soon", "22023"),
        ] {
            let before = settings.get(name).unwrap().to_owned();
            let fault = settings.set(name, Some(value.to_owned())).unwrap_err();
            assert_eq!(fault.state, state, "{name}");
            assert_eq!(settings.get(name), Some(before.as_str()));
        }
        assert!(
            settings
                .set("client_encoding", Some("utf-8".to_owned()))
                .is_ok()
        );
    }

    #[test]
    fn options_of_the_start_are_read_and_come_back_with_a_reset() {
        let mut settings = Settings::new("wang_abc123");
        let parameters = BTreeMap::from([(
            "options".to_owned(),
            "-c statement_timeout=5s --search-path=a\\ b".to_owned(),
        )]);
        settings.take(&parameters);
        assert_eq!(settings.timeout(), Some(Duration::from_secs(5)));
        assert_eq!(settings.get("search_path"), Some("a b"));
        let told = settings
            .set("application_name", Some("dbt".to_owned()))
            .unwrap();
        assert_eq!(
            told,
            Some(("application_name".to_owned(), "dbt".to_owned()))
        );
        settings
            .set("statement_timeout", Some("0".to_owned()))
            .unwrap();
        assert_eq!(settings.timeout(), None);
        assert_eq!(
            settings.reset(),
            [("application_name".to_owned(), String::new())]
        );
        assert_eq!(settings.timeout(), Some(Duration::from_secs(5)));
    }
}
