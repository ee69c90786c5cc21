//! What a pack declares of a dataset, as it is shown.

use arrow::datatypes::Schema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_pack::declare::{self, CheckKind};
use yandu_pack::{Dataset, Packs};

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
    /// The codes of the list with their words, in its order; none of a list that is too long to choose from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<CodeWord>,
    pub required: bool,
    pub unit: Option<String>,
    pub grade: String,
    /// The headers under which it is delivered.
    pub from: Vec<String>,
}

/// A code and what it stands for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct CodeWord {
    pub code: String,
    /// In Chinese.
    pub title: String,
    pub title_en: Option<String>,
}

/// Codes of the longest list whose words are told with a column.
const WORDS: usize = 300;

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

/// The fields of a dataset that somebody is told of; `None` for all.
#[derive(Clone, Copy)]
pub(super) struct Known<'a>(pub(super) Option<&'a Schema>);

impl Known<'_> {
    fn has(self, column: &str) -> bool {
        self.0
            .is_none_or(|schema| schema.field_with_name(column).is_ok())
    }

    /// Whether a check names no other field, in its name and its title.
    fn tells(self, dataset: &Dataset, check: &declare::Check) -> bool {
        match &check.kind {
            CheckKind::Within { column, .. }
            | CheckKind::Matches { column, .. }
            | CheckKind::OneOf { column, .. }
            | CheckKind::References { column, .. } => self.has(column.as_str()),
            CheckKind::Unique { columns } => columns.iter().all(|column| self.has(column.as_str())),
            // It may speak of any.
            CheckKind::Expect { .. } => {
                let mut all = dataset.file().columns.keys();
                all.all(|column| self.has(column.as_str()))
            }
            CheckKind::Rows { .. } | CheckKind::Fresh { .. } => true,
        }
    }
}

impl Declaration {
    /// What is declared of a dataset, as far as it names fields that are known.
    pub(super) fn of(packs: &Packs, dataset: &Dataset, known: Known<'_>) -> Self {
        let file = dataset.file();
        let key = file.key.iter().filter(|name| known.has(name.as_str()));
        let columns = file.columns.iter();
        let columns = columns.filter(|(name, _)| known.has(name.as_str()));
        let checks = file.checks.iter();
        let checks = checks.filter(|check| known.tells(dataset, check));
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
            key: key.map(ToString::to_string).collect(),
            columns: columns
                .map(|(name, column)| self::column(packs, dataset, name.as_str(), column))
                .collect(),
            checks: checks
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

/// The words of the codes of a column.
fn words(packs: &Packs, column: &declare::Column) -> Vec<CodeWord> {
    let list = column.codes.as_ref().and_then(|id| packs.code_list(id));
    let values = list
        .map(|list| &list.values)
        .filter(|values| values.len() <= WORDS);
    let values = values.into_iter().flatten();
    values
        .map(|(code, title)| CodeWord {
            code: code.clone(),
            title: title.zh.clone(),
            title_en: title.en.clone(),
        })
        .collect()
}

fn column(packs: &Packs, dataset: &Dataset, name: &str, column: &declare::Column) -> Column {
    let grade = dataset.column_grade(name);
    Column {
        name: name.to_owned(),
        title: column.title.zh.clone(),
        value_type: column.value_type().to_string(),
        standard: column.standard.map(|standard| standard.name().to_owned()),
        codes: column.codes.as_ref().map(ToString::to_string),
        words: words(packs, column),
        required: column.required,
        unit: column.unit.clone(),
        grade: grade
            .map(|grade| grade.name().to_owned())
            .unwrap_or_default(),
        from: column.from.clone(),
    }
}
