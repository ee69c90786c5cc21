use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yandu_words::{ColumnName, DatasetId};

use super::Literal;

/// `tests/*.yaml`: one test, or several under `tests`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "TestFields")]
pub struct TestFile {
    pub tests: Vec<Test>,
    /// The datasets of which usual cells are given.
    pub(crate) usual: Vec<DatasetId>,
}

/// Rows that are delivered, and what becomes of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What the test shows, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub given: Given,
    pub then: Then,
}

/// A test file as it is written.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "TestFile", extend("oneOf" = [{"required": ["tests"]}, {"required": ["given", "then"]}]))]
pub struct TestFields {
    /// Several tests of one file.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub tests: Option<Vec<Test>>,
    /// The cells that every given row of a dataset has where it has none of that name itself.
    #[serde(default)]
    pub usual: IndexMap<DatasetId, Row>,
    /// What the test shows, as a sentence.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub given: Option<Given>,
    #[serde(default)]
    pub then: Option<Then>,
}

/// A delivery, and what is there before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["file"]}, {"required": ["rows"]}]))]
pub struct Given {
    /// The dataset that the rows are delivered to.
    pub dataset: DatasetId,
    /// The delivered file, relative to the folder of the pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The delivered rows, by header or column name; null is an empty cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<Row>>,
    /// Rows of other datasets, delivered before. A model is refreshed after them, and again after the delivery.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub and: IndexMap<DatasetId, Vec<Row>>,
}

impl Given {
    /// Gives rows the usual cells of their dataset where they have none of that name.
    fn complete(&mut self, usual: &IndexMap<DatasetId, Row>) {
        let delivered = self.rows.as_mut().map(|rows| (&self.dataset, rows));
        for (dataset, rows) in self.and.iter_mut().chain(delivered) {
            let Some(cells) = usual.get(dataset) else {
                continue;
            };
            for row in rows {
                for (header, value) in cells {
                    row.entry(header.clone()).or_insert_with(|| value.clone());
                }
            }
        }
    }
}

/// The cells of a row by header; `None` is an empty cell.
pub type Row = IndexMap<String, Option<Literal>>;

/// What a test expects. What is not named is not looked at.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Then {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_in: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_kept: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_quarantined: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_superseded: Option<u64>,
    /// How many rows have each reason: the code of a fault or the name of a check.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub reasons: IndexMap<String, u64>,
    /// The encoding that the file is found to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The model that `rows` are of: all its rows, in the order of its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<DatasetId>,
    /// The first kept rows, in their order, in the columns that are named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<Vec<IndexMap<ColumnName, Option<Literal>>>>,
}

/// A test file that holds neither one test nor several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a test file has `given` and `then`, or a list under `tests`")]
pub struct TestShapeError;

impl TryFrom<TestFields> for TestFile {
    type Error = TestShapeError;

    fn try_from(fields: TestFields) -> Result<Self, Self::Error> {
        let mut tests = match (fields.tests, fields.given, fields.then) {
            (Some(tests), None, None) => tests,
            (None, Some(given), Some(then)) => vec![Test {
                name: fields.name,
                given,
                then,
            }],
            _ => return Err(TestShapeError),
        };
        for test in &mut tests {
            test.given.complete(&fields.usual);
        }
        Ok(Self {
            tests,
            usual: fields.usual.into_keys().collect(),
        })
    }
}
