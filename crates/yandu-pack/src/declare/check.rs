use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use yandu_words::{ColumnName, DatasetId, Dimension, IdError, Title};

use super::{Literal, Period};

/// An expectation about the rows of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "CheckFields", into = "CheckFields")]
pub struct Check {
    /// The reason that a row which breaks the check is given.
    pub name: String,
    pub title: Option<Title>,
    pub level: Level,
    pub dimension: Dimension,
    pub kind: CheckKind,
}

/// Whether a row that breaks a check is kept.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// The row is reported and kept.
    Soft,
    /// The row waits in quarantine.
    Hard,
}

/// What a check asks. A NULL passes, as in a SQL CHECK.
#[derive(Debug, Clone, PartialEq)]
pub enum CheckKind {
    /// A SQL condition over the columns of one row.
    Expect { sql: String },
    /// The value lies between the bounds, which belong to the range; at least one is there.
    Within {
        column: ColumnName,
        low: Option<Literal>,
        high: Option<Literal>,
    },
    /// The whole value matches the regular expression.
    Matches { column: ColumnName, pattern: String },
    OneOf {
        column: ColumnName,
        values: Vec<Literal>,
    },
    /// No two rows have the same values in these columns.
    Unique { columns: Vec<ColumnName> },
    /// The value is one of another dataset's column.
    References {
        column: ColumnName,
        target: ReferenceTarget,
    },
    /// How many rows the dataset has after a delivery.
    Rows { count: RowCount },
    /// How long ago the last delivery may be.
    Fresh { within: Period },
}

/// `pack.dataset`, whose key is one column, or `pack.dataset.column`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ReferenceTarget {
    pub dataset: DatasetId,
    pub column: Option<ColumnName>,
}

/// The least and the greatest number of rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("minProperties" = 1))]
pub struct RowCount {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u64>,
}

/// A check as it is written: one of the kinds, each with keys of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Check", extend("oneOf" = [
    {"required": ["expect"]},
    {"required": ["between"]},
    {"anyOf": [{"required": ["at_least"]}, {"required": ["at_most"]}]},
    {"required": ["matches"]},
    {"required": ["in"]},
    {"required": ["unique"]},
    {"required": ["references"]},
    {"required": ["rows"]},
    {"required": ["fresh"]},
], "dependentRequired" = {
    "between": ["column"], "at_least": ["column"], "at_most": ["column"],
    "matches": ["column"], "in": ["column"], "references": ["column"],
}))]
pub struct CheckFields {
    /// The reason that a row which breaks the check is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[a-z][a-z0-9_-]{0,62}$"))]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Title>,
    /// hard: a row that breaks the check waits in quarantine; soft: it is reported and kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// The quality dimension that the check counts for, where it is not the usual one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dimension: Option<Dimension>,
    /// The column that the check is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<ColumnName>,
    /// A SQL condition over one row. NULL passes, as in SQL CHECK; an error in it breaks the check.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = "income >= 0")]
    pub expect: Option<String>,
    /// The least and the greatest value, both allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub between: Option<(Literal, Literal)>,
    /// The least value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<Literal>,
    /// The greatest value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Literal>,
    /// A regular expression that the whole value matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matches: Option<String>,
    /// The values that are allowed.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub one_of: Option<Vec<Literal>>,
    /// The columns whose values together must not repeat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub unique: Option<Vec<ColumnName>>,
    /// The dataset (its key of one column), or the dataset and column, that has the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<ReferenceTarget>,
    /// How many rows the dataset has after a delivery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<RowCount>,
    /// How long ago the last delivery may be: h, d or wd.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh: Option<Period>,
}

/// The keys of a check do not make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckShapeError {
    #[error(
        "a check asks one thing: `expect`, `between`, `at_least` with or without `at_most`, `matches`, `in`, `unique`, \
         `references`, `rows` or `fresh`"
    )]
    Kind,
    #[error("`column` is missing: the check is about one column")]
    NoColumn,
}

impl CheckKind {
    /// The column, where the check is about one.
    pub fn column(&self) -> Option<&ColumnName> {
        match self {
            Self::Within { column, .. }
            | Self::Matches { column, .. }
            | Self::OneOf { column, .. }
            | Self::References { column, .. } => Some(column),
            Self::Expect { .. } | Self::Unique { .. } | Self::Rows { .. } | Self::Fresh { .. } => {
                None
            }
        }
    }

    fn level(&self) -> Level {
        match self {
            Self::References { .. } | Self::Rows { .. } | Self::Fresh { .. } => Level::Soft,
            _ => Level::Hard,
        }
    }

    fn dimension(&self) -> Dimension {
        match self {
            Self::Matches { .. } | Self::OneOf { .. } => Dimension::Conformance,
            Self::Within { .. } | Self::Unique { .. } => Dimension::Accuracy,
            Self::Expect { .. } | Self::References { .. } => Dimension::Consistency,
            Self::Rows { .. } => Dimension::Completeness,
            Self::Fresh { .. } => Dimension::Timeliness,
        }
    }

    /// The name of a check that was given none: the condition itself, or the column and what is asked of it.
    fn name(&self) -> String {
        match self {
            Self::Expect { sql } => sql.split_whitespace().collect::<Vec<_>>().join(" "),
            Self::Within { column, low, high } => match (low, high) {
                (Some(_), None) => format!("{column}-at-least"),
                (None, Some(_)) => format!("{column}-at-most"),
                _ => format!("{column}-between"),
            },
            Self::Matches { column, .. } => format!("{column}-matches"),
            Self::OneOf { column, .. } => format!("{column}-in"),
            Self::Unique { columns } => {
                let columns: Vec<&str> = columns.iter().map(ColumnName::as_str).collect();
                format!("unique-{}", columns.join("-"))
            }
            Self::References { column, .. } => format!("{column}-references"),
            Self::Rows { .. } => "rows".to_owned(),
            Self::Fresh { .. } => "fresh".to_owned(),
        }
    }
}

impl TryFrom<CheckFields> for Check {
    type Error = CheckShapeError;

    fn try_from(fields: CheckFields) -> Result<Self, Self::Error> {
        let mut kinds = Vec::new();
        let column = || fields.column.clone().ok_or(CheckShapeError::NoColumn);
        if let Some(sql) = fields.expect {
            kinds.push(CheckKind::Expect { sql });
        }
        if let Some((low, high)) = fields.between {
            kinds.push(CheckKind::Within {
                column: column()?,
                low: Some(low),
                high: Some(high),
            });
        }
        if fields.at_least.is_some() || fields.at_most.is_some() {
            kinds.push(CheckKind::Within {
                column: column()?,
                low: fields.at_least,
                high: fields.at_most,
            });
        }
        if let Some(pattern) = fields.matches {
            kinds.push(CheckKind::Matches {
                column: column()?,
                pattern,
            });
        }
        if let Some(values) = fields.one_of {
            kinds.push(CheckKind::OneOf {
                column: column()?,
                values,
            });
        }
        if let Some(columns) = fields.unique {
            kinds.push(CheckKind::Unique { columns });
        }
        if let Some(target) = fields.references {
            kinds.push(CheckKind::References {
                column: column()?,
                target,
            });
        }
        if let Some(count) = fields.rows {
            kinds.push(CheckKind::Rows { count });
        }
        if let Some(within) = fields.fresh {
            kinds.push(CheckKind::Fresh { within });
        }
        let kind = kinds.pop().ok_or(CheckShapeError::Kind)?;
        if !kinds.is_empty() {
            return Err(CheckShapeError::Kind);
        }
        Ok(Self {
            name: fields.name.unwrap_or_else(|| kind.name()),
            title: fields.title,
            level: fields.level.unwrap_or_else(|| kind.level()),
            dimension: fields.dimension.unwrap_or_else(|| kind.dimension()),
            kind,
        })
    }
}

impl From<Check> for CheckFields {
    fn from(check: Check) -> Self {
        let mut fields = Self {
            name: (check.name != check.kind.name()).then_some(check.name),
            title: check.title,
            level: (check.level != check.kind.level()).then_some(check.level),
            dimension: (check.dimension != check.kind.dimension()).then_some(check.dimension),
            column: check.kind.column().cloned(),
            ..Self::default()
        };
        match check.kind {
            CheckKind::Expect { sql } => fields.expect = Some(sql),
            CheckKind::Within {
                low: Some(low),
                high: Some(high),
                ..
            } => fields.between = Some((low, high)),
            CheckKind::Within { low, high, .. } => (fields.at_least, fields.at_most) = (low, high),
            CheckKind::Matches { pattern, .. } => fields.matches = Some(pattern),
            CheckKind::OneOf { values, .. } => fields.one_of = Some(values),
            CheckKind::Unique { columns } => fields.unique = Some(columns),
            CheckKind::References { target, .. } => fields.references = Some(target),
            CheckKind::Rows { count } => fields.rows = Some(count),
            CheckKind::Fresh { within } => fields.fresh = Some(within),
        }
        fields
    }
}

impl FromStr for ReferenceTarget {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.match_indices('.').nth(1) {
            Some((dot, _)) => {
                let (dataset, column) = text.split_at(dot);
                Ok(Self {
                    dataset: dataset.parse()?,
                    column: Some(column.trim_start_matches('.').parse()?),
                })
            }
            None => Ok(Self {
                dataset: text.parse()?,
                column: None,
            }),
        }
    }
}

impl fmt::Display for ReferenceTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.column {
            Some(column) => write!(f, "{}.{column}", self.dataset),
            None => write!(f, "{}", self.dataset),
        }
    }
}

impl TryFrom<String> for ReferenceTarget {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ReferenceTarget> for String {
    fn from(target: ReferenceTarget) -> Self {
        target.to_string()
    }
}

impl JsonSchema for ReferenceTarget {
    fn schema_name() -> Cow<'static, str> {
        "ReferenceTarget".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": r"^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62})?$",
            "examples": ["base.division", "population.resident.resident_id"]
        })
    }
}
