use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Period, PeriodUnit, Secret, Url};

/// The way rows come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Files put into a folder.
    Folder(FolderChannel),
    /// A file of the pack itself.
    File(FileChannel),
    /// Files handed over by HTTP or on the command line.
    Upload(UploadChannel),
    /// A table or query of a database.
    Sql(SqlChannel),
    /// A JSON API.
    Http(HttpChannel),
}

/// Files are taken when they are complete, in the order of their names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FolderChannel {
    /// The folder, relative to the data folder.
    #[schemars(length(min = 1), example = "inbox/public_security")]
    pub path: String,
    /// Which files of the folder, with `*` for any signs and `?` for one.
    #[schemars(length(min = 1), example = "*.csv")]
    pub pattern: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileChannel {
    /// The file, relative to the folder of the pack.
    #[schemars(length(min = 1), example = "data/division.csv")]
    pub path: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadChannel {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{"required": ["table"]}, {"required": ["query"]}]))]
pub struct SqlChannel {
    pub engine: Engine,
    pub url: Url,
    /// The table to read, with or without its schema.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]{0,62}(\.[A-Za-z_][A-Za-z0-9_]{0,62})?$"))]
    pub table: Option<String>,
    /// The select to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(min = 1))]
    pub query: Option<String>,
    /// The column of table or query that grows: only rows past the greatest value seen are read, with `mode: upsert` also rows at it that are new or changed. A query leaves columns out that change by themselves, such as `now()`: with them every row at it is new at each reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = "^[A-Za-z_][A-Za-z0-9_]{0,62}$"))]
    pub watermark: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Engine {
    Postgres,
    Mariadb,
    Sqlite,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HttpChannel {
    /// The address; `${name}` stands for a setting of the pack.
    #[schemars(length(min = 1), example = "${station_api}/api/stations/readings")]
    pub url: String,
    /// JSON pointer to the list of rows in the answer; empty where the answer is the list.
    #[serde(default)]
    #[schemars(regex(pattern = "^(/.*)?$"), example = "/data/items")]
    pub rows: String,
    /// How the next page is asked for; without it there is one page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Page>,
    /// Headers of the request.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, Secret>,
    /// How only what is new is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watermark: Option<Watermark>,
    #[serde(default)]
    pub retry: Retry,
    /// How long one answer may take: s or min.
    #[serde(default = "timeout")]
    pub timeout: Period,
}

/// How an API divides its rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Page {
    /// Pages have numbers, and the last one has fewer rows than its size, or none.
    Number(NumberPage),
    /// The answer holds what to ask for next.
    Cursor(CursorPage),
    /// The answer holds the address of the next page.
    Link(LinkPage),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberPage {
    /// The query parameter that holds the number of the page.
    pub param: String,
    /// The query parameter that holds the size of a page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_param: Option<String>,
    /// The rows of a full page.
    #[schemars(range(min = 1, max = 100_000))]
    pub size: u32,
    /// The number of the first page.
    #[serde(default = "one")]
    pub first: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CursorPage {
    /// The query parameter that holds the cursor.
    pub param: String,
    /// JSON pointer to the next cursor; absent or null on the last page.
    #[schemars(regex(pattern = "^/"), example = "/next")]
    pub next: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkPage {
    /// JSON pointer to the address of the next page; absent or null on the last one.
    #[schemars(regex(pattern = "^/"), example = "/next")]
    pub next: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Watermark {
    /// The query parameter that holds the greatest value seen.
    pub param: String,
    /// The member of a row that holds the value.
    pub column: String,
}

/// What happens when an answer fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Retry {
    /// How often in all one page is asked for.
    #[schemars(range(min = 1, max = 100))]
    pub times: u32,
    /// The wait before the second attempt, doubled before each one after it: s or min.
    pub wait: Period,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            times: 5,
            wait: Period::new(1, PeriodUnit::Second),
        }
    }
}

fn timeout() -> Period {
    Period::new(30, PeriodUnit::Second)
}

fn one() -> u32 {
    1
}
