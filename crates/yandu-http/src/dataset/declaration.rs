//! What a pack declares of a dataset, as it is shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_pack::Dataset;
use yandu_pack::declare;

use crate::batch::word;

/// What a dataset is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Declaration {
    pub id: String,
    /// In Chinese.
    pub title: String,
    pub title_en: Option<String>,
    pub about: Option<String>,
    pub owner: String,
    pub steward: Option<String>,
    pub origin: String,
    pub refresh: String,
    /// Whether other departments may have it: `unconditional`, `conditional` or `none`.
    pub sharing: String,
    pub sharing_basis: Option<String>,
    /// Whether the public may have it: `open`, `conditional` or `closed`.
    pub opening: String,
    /// The highest grade of its columns.
    pub grade: String,
    pub key: Vec<String>,
    pub columns: Vec<Column>,
    pub checks: Vec<Check>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Column {
    pub name: String,
    /// In Chinese.
    pub title: String,
    #[serde(rename = "type")]
    pub value_type: String,
    pub standard: Option<String>,
    /// The code list that the values are taken from.
    pub codes: Option<String>,
    pub required: bool,
    pub unit: Option<String>,
    pub grade: String,
    /// The headers under which it is delivered.
    pub from: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Check {
    /// The reason that a row which breaks the check is given.
    pub name: String,
    pub title: Option<String>,
    /// `hard` or `soft`.
    pub level: String,
    /// Dimension of data quality of GB/T 36344-2018.
    pub dimension: String,
}

impl Declaration {
    pub(super) fn of(dataset: &Dataset) -> Self {
        let file = dataset.file();
        Self {
            id: file.dataset.to_string(),
            title: file.title.zh.clone(),
            title_en: file.title.en.clone(),
            about: file.about.clone(),
            owner: file.owner.clone(),
            steward: file.steward.clone(),
            origin: word(&file.origin),
            refresh: word(&file.refresh),
            sharing: word(&file.sharing.class),
            sharing_basis: file.sharing.basis.clone(),
            opening: word(&file.opening),
            grade: dataset.grade().name().to_owned(),
            key: file.key.iter().map(ToString::to_string).collect(),
            columns: file
                .columns
                .iter()
                .map(|(name, column)| self::column(dataset, name.as_str(), column))
                .collect(),
            checks: file
                .checks
                .iter()
                .map(|check| Check {
                    name: check.name.clone(),
                    title: check.title.as_ref().map(|title| title.zh.clone()),
                    level: word(&check.level),
                    dimension: check.dimension.name().to_owned(),
                })
                .collect(),
        }
    }
}

fn column(dataset: &Dataset, name: &str, column: &declare::Column) -> Column {
    let grade = dataset.column_grade(name);
    Column {
        name: name.to_owned(),
        title: column.title.zh.clone(),
        value_type: column.value_type().to_string(),
        standard: column.standard.map(|standard| standard.name().to_owned()),
        codes: column.codes.as_ref().map(ToString::to_string),
        required: column.required,
        unit: column.unit.clone(),
        grade: grade
            .map(|grade| grade.name().to_owned())
            .unwrap_or_default(),
        from: column.from.clone(),
    }
}
