use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};
use yandu_words::{CodeListId, ColumnName, DatasetId, Grade, Mask, Standard, Title, ValueType};

use super::{Check, Form};

/// `datasets/*.yaml`: one governed table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatasetFile {
    /// The id of the dataset, `pack.name`, the name being that of its file, in the singular.
    pub dataset: DatasetId,
    pub title: Title,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The department that answers for the data.
    #[schemars(length(min = 1))]
    pub owner: String,
    /// Who looks after the data day by day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steward: Option<String>,
    pub origin: Origin,
    pub sharing: Sharing,
    pub opening: Opening,
    pub refresh: Refresh,
    /// The columns whose values together name a row.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub key: Vec<ColumnName>,
    /// The grade of columns that have none of their own and no standard of a higher one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// The columns by name, in their order.
    #[schemars(extend("minProperties" = 1))]
    pub columns: IndexMap<ColumnName, Column>,
    /// Who fills which columns, and when; of the origin `form` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
    /// The inputs that a model does not wait for: as long as one has never had rows, it is read without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub may_be_absent: Vec<DatasetId>,
    /// What is expected of the rows beyond the meaning of the columns.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checks: Vec<Check>,
}

/// Where the rows of a dataset come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A department's file, database, API or queue.
    Collect,
    /// A SQL select over other datasets.
    Model,
    /// The cases of a matter.
    Matter,
    /// People who fill a form.
    Form,
    /// Things that report.
    Observe,
}

/// Whether other departments may have the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sharing {
    pub class: SharingClass,
    /// The law or document that says so; needed where the class is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// Who may have it, and for what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SharingClass {
    Unconditional,
    Conditional,
    /// An entry of the negative list.
    None,
}

/// Whether the public may have the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Opening {
    Open,
    Conditional,
    Closed,
}

/// How often new rows are expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Refresh {
    RealTime,
    Hourly,
    Daily,
    Weekly,
    Monthly,
    Quarterly,
    Yearly,
    Irregular,
}

/// One column: a standard, or a type, or a code list with or without a type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [
    {"required": ["standard"], "not": {"anyOf": [{"required": ["type"]}, {"required": ["codes"]}]}},
    {"required": ["type"], "not": {"anyOf": [{"required": ["standard"]}, {"required": ["codes"]}]}},
    {"required": ["codes"], "not": {"required": ["standard"]}},
]))]
pub struct Column {
    pub title: Title,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The data standard of the column: type, validator, grade and mask in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard: Option<Standard>,
    /// The type of a column without a standard.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub value_type: Option<ValueType>,
    /// The code list that the values are taken from; the column is text unless it has a type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<CodeListId>,
    /// The headers under which departments deliver the column, beside its own name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(length(min = 1)))]
    pub from: Vec<String>,
    /// Whether every row must have a value.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub required: bool,
    /// The unit of the numbers, such as CNY/month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The sensitivity, where it is not that of the standard or the dataset.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grade: Option<Grade>,
    /// Why an aggregate of more sensitive values may have the lower `grade`, such as that nobody can be made out in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub lowered: Option<String>,
    /// What a reader without a right to the value gets, where it is not what the standard says.
    #[serde(
        default,
        deserialize_with = "mask",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(schema_with = "mask_schema")]
    pub mask: Option<Mask>,
}

impl Column {
    /// The type of the values: that of the standard, the declared one, or text for a code list alone.
    pub fn value_type(&self) -> ValueType {
        match (self.standard, self.value_type) {
            (Some(standard), _) => standard.value_type(),
            (None, Some(value_type)) => value_type,
            (None, None) => ValueType::Text,
        }
    }

    /// Whether the column gives a grade of its own and says why it may be lower than what flows in.
    pub fn may_be_lower(&self) -> bool {
        self.grade.is_some() && self.lowered.is_some()
    }
}

impl DatasetFile {
    /// The grade of one of its columns: its own, or else the higher of those of its standard and of the dataset.
    pub fn grade_of(&self, column: &Column) -> Grade {
        let usual = || column.standard.map(Standard::grade).max(self.grade);
        column.grade.or_else(usual).unwrap_or(Grade::General1)
    }
}

fn yes() -> bool {
    true
}

/// In YAML the bare word `null` is no text, and here it is the name of a mask.
fn mask<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Mask>, D::Error> {
    Ok(Some(
        Option::deserialize(deserializer)?.unwrap_or(Mask::Null),
    ))
}

fn mask_schema(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = Mask::json_schema(generator);
    let alternatives = schema
        .get_mut("oneOf")
        .and_then(serde_json::Value::as_array_mut);
    if let Some(alternatives) = alternatives {
        alternatives.push(json_schema!({ "type": "null" }).into());
    }
    schema
}
