use super::fold::read_folded;
use crate::{Change, FaultCode, Read};

/// Reads yes or no: `是` `否`, `有` `无`, `true` `false`, `Y` `N`, `1` `0`, and `yes` `no`.
pub fn parse_boolean(text: &str) -> Read<bool> {
    match plain_boolean(text) {
        Some(value) => Read::Canonical(value),
        None => read_folded(text, |plain| {
            if let Some(value) = plain_boolean(plain) {
                return Read::Canonical(value);
            }
            let lower = plain.to_ascii_lowercase();
            let value = match lower.as_str() {
                "y" => Some(true),
                "n" => Some(false),
                other => plain_boolean(other),
            };
            match value {
                Some(value) => Read::Normalised(value, Change::Case),
                None => Read::Invalid(FaultCode::Boolean),
            }
        }),
    }
}

fn plain_boolean(text: &str) -> Option<bool> {
    match text {
        "true" | "1" | "是" | "有" | "Y" | "yes" => Some(true),
        "false" | "0" | "否" | "无" | "N" | "no" => Some(false),
        _ => None,
    }
}
