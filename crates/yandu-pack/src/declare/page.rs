use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yandu_words::{ColumnName, DatasetId, PageId, Title};

/// `pages/*.yaml`: a page of the web application over datasets, of one of the kinds that it knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PageFile {
    /// The id of the page, `pack.name`, the name being that of its file.
    pub page: PageId,
    pub title: Title,
    /// What the page shows and for whom, in a sentence or two.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    pub kind: PageKind,
    /// list: the dataset whose rows are shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<DatasetId>,
    /// list: the columns in their order; all of the dataset when none is named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub columns: Vec<ColumnName>,
    /// list: the columns that a reader can narrow the rows down by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("uniqueItems" = true))]
    pub filters: Vec<ColumnName>,
    /// list: the order of the rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sort: Vec<SortColumn>,
    /// dashboard: single numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 24))]
    pub tiles: Vec<Tile>,
    /// dashboard: drawings of what a select gives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 24))]
    pub charts: Vec<Chart>,
}

/// The kinds of pages that the web application draws.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PageKind {
    /// The rows of one dataset, with filters.
    List,
    /// Numbers and charts.
    Dashboard,
}

impl PageKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Dashboard => "dashboard",
        }
    }
}

/// A column that rows are ordered by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SortColumn {
    pub column: ColumnName,
    /// True where the greatest value comes first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub descending: bool,
}

/// A number with its title.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tile {
    pub title: Title,
    /// A SELECT that gives one row with one number.
    #[schemars(length(min = 1))]
    pub sql: String,
    /// The unit of the number, such as µg/m³; a number without one says so with `1`.
    #[schemars(length(min = 1))]
    pub unit: String,
}

/// A drawing of the rows that a select gives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    pub title: Title,
    #[serde(rename = "type")]
    pub chart_type: ChartType,
    /// A SELECT that gives the columns below, in the order in which they are drawn.
    #[schemars(length(min = 1))]
    pub sql: String,
    /// The column along the axis, or of the names of the pieces.
    pub x: ColumnName,
    /// The columns of numbers.
    #[schemars(length(min = 1))]
    pub y: Vec<ColumnName>,
    /// The column whose values are lines or bars of their own; then `y` has one column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<ColumnName>,
    /// The unit of the numbers.
    #[schemars(length(min = 1))]
    pub unit: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChartType {
    Bar,
    Line,
    Pie,
}

impl ChartType {
    pub fn name(self) -> &'static str {
        match self {
            Self::Bar => "bar",
            Self::Line => "line",
            Self::Pie => "pie",
        }
    }
}
