use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a secret is kept. A pack names it and never holds it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(extend("examples" = [{"env": "AIR_TOKEN"}, {"stored": "air_token"}]))]
pub enum Secret {
    /// The name of an environment variable.
    Env(#[schemars(regex(pattern = "^[A-Z][A-Z0-9_]{0,126}$"))] String),
    /// A file whose whole text is the secret, relative to the data folder.
    File(#[schemars(length(min = 1))] String),
    /// The name of a secret in the encrypted store of the site.
    Stored(#[schemars(regex(pattern = "^[a-z][a-z0-9_]{0,62}$"))] String),
}

/// The address of a database: a secret, or a text without a password in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(extend("examples" = [{"env": "SETTLEMENT_URL"}]))]
pub enum Url {
    /// For SQLite a path relative to the data folder; `${name}` stands for a setting.
    Text(#[schemars(length(min = 1))] String),
    Secret(Secret),
}
