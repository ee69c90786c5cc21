use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a thing is called by people: in Chinese, and in English where somebody has written it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Title {
    /// The Chinese title, in simplified characters.
    #[schemars(length(min = 1))]
    pub zh: String,
    /// The English title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub en: Option<String>,
}

impl Title {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: Some(en.into()),
        }
    }

    /// The English title, or the Chinese one where there is none.
    pub fn english(&self) -> &str {
        self.en.as_deref().unwrap_or(&self.zh)
    }
}

impl fmt::Display for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.zh)
    }
}
