use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yandu_words::{ColumnName, PackId, RoleId, Title};

use super::SettingValue;

/// `pack.yaml`: what a pack is, what it needs, and what a site may set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackFile {
    /// The id of the pack, equal to the name of its folder.
    pub pack: PackId,
    /// The version of the pack, such as 1.0.0.
    #[schemars(regex(pattern = r"^[0-9]{1,5}(\.[0-9]{1,5}){0,2}$"), example = "1.0.0")]
    pub version: String,
    pub title: Title,
    /// What the system is, in a sentence or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The points of the work plan that the pack serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(range(min = 1, max = 25)))]
    pub points: Vec<u8>,
    /// The packs whose datasets or code lists this one refers to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<PackId>,
    /// The roles that the pack knows, for policies and accounts.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub roles: IndexMap<RoleId, Title>,
    /// What a site may set, by name; a text of the pack uses one as `${name}`.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub settings: IndexMap<ColumnName, Setting>,
}

/// A value that a law or a city may change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    pub title: Title,
    /// The value where the site sets none: a text, a number, or true or false.
    pub default: SettingValue,
    /// True where the shipped value could not be confirmed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncertain: bool,
    /// The law, standard or document that the value is taken from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}
