use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yandu_words::{CodeListId, Title};

/// `codes/*.yaml`: the values that a column may have, with what they mean.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeListFile {
    /// The id of the list, `pack.list`, the list being the name of its file.
    pub codes: CodeListId,
    pub title: Title,
    /// The standard or document that the list is taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The codes, in the order of the list, with their titles.
    #[schemars(extend("minProperties" = 1))]
    pub values: IndexMap<String, Title>,
    /// Words as departments write them, with the code that each stands for.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub synonyms: IndexMap<String, String>,
}
