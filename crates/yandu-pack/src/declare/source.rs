use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yandu_words::{ColumnName, DatasetId, SourceId, Title};

use super::{Channel, Period};

/// `sources/*.yaml`: where the rows of a dataset come from, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceFile {
    /// The id of the source, `pack.name`, the name being that of its file.
    pub source: SourceId,
    pub title: Title,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The dataset that the rows go to.
    pub dataset: DatasetId,
    pub mode: Mode,
    /// When deliveries are expected; without it none is ever late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Schedule>,
    /// What the file is like, where it cannot or should not be found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Headers of this source, with the columns that they stand for, beside those that the dataset names.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, ColumnName>,
    pub channel: Channel,
}

/// What a delivery means for the rows that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The delivery is the whole dataset: what it does not have is gone.
    Snapshot,
    /// Rows replace those with the same key.
    Upsert,
    /// Rows are added.
    Append,
}

/// How often a delivery comes, and how late it may be before somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    pub every: Period,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace: Option<Period>,
}

/// The form of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// The name of the encoding, such as gb18030.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// The sign between two cells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delimiter: Option<char>,
    /// The row that holds the headers, from 1; the rows above it are skipped. 0: there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header_row: Option<u32>,
    /// The name of the sheet of a workbook.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// The headers of a file that has none, in the order of its cells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
}
