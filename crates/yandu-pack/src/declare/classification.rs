use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yandu_check::profile::Look;
use yandu_words::{ClassificationId, Grade, Standard, Title};

/// `classification/*.yaml`: how the class and the grade of a field are guessed from its name, its standard and its values, for
/// somebody to confirm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassificationFile {
    /// The id of the set, `pack.name`, the name being that of its file.
    pub classification: ClassificationId,
    pub title: Title,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The law or standard that the rules follow.
    #[schemars(length(min = 1))]
    pub basis: String,
    #[serde(default)]
    pub weights: Weights,
    /// The classes that rules give, by name.
    #[schemars(extend("propertyNames" = {"pattern": "^[a-z][a-z0-9-]{0,62}$"}))]
    pub classes: IndexMap<String, Title>,
    pub rules: Vec<ClassificationRule>,
    /// Classes that together make a dataset more sensitive than each of them alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub combinations: Vec<Combination>,
}

/// How much each kind of evidence is worth, from 0 to 1, and how much it takes. Evidence adds up as independent chances do.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Weights {
    /// A name that is a word of the rule as a whole.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub name: f64,
    /// A name that has a word of the rule in it.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub part: f64,
    /// A standard that the rule names.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub standard: f64,
    /// All values that were looked at look as the rule says; fewer are worth less.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub content: f64,
    /// What is left of the worth of a name whose values do not look as the rule says.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub contradicted: f64,
    /// From here on a suggestion is made.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub offer: f64,
    /// The fewest values that say anything.
    #[schemars(range(min = 1))]
    pub sample: u64,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            name: 0.8,
            part: 0.6,
            standard: 0.9,
            content: 0.9,
            contradicted: 0.4,
            offer: 0.5,
            sample: 20,
        }
    }
}

/// What speaks for a class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassificationRule {
    /// The name of the rule, one in all sets.
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]{0,62}$"))]
    pub id: String,
    pub title: Title,
    pub class: String,
    /// The grade of a field that the rule is about.
    pub grade: Grade,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Words of names: titles and headers of deliveries in Chinese, names of columns, and abbreviations of pinyin such as `SFZH`. A
    /// Chinese word may stand anywhere in a name, another one between `_` or as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(length(min = 1)))]
    pub names: Vec<String>,
    /// Words that speak against it, wherever they stand in a name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(length(min = 1)))]
    pub not: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub standards: Vec<Standard>,
    /// What values look like, each with the least share of them.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub looks: IndexMap<Look, f64>,
}

/// Classes that raise a dataset in which fields of all of them stand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Combination {
    #[schemars(regex(pattern = r"^[a-z][a-z0-9-]{0,62}$"))]
    pub id: String,
    pub title: Title,
    /// The classes, one field of each.
    #[schemars(length(min = 2))]
    pub all_of: Vec<String>,
    /// The grade of the dataset as a whole.
    pub grade: Grade,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}
