//! Batches as they are shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_check::FindingCount;
use yandu_collect::batch::NOT_EVALUATED;
use yandu_collect::{Reading, batch};
use yandu_lake::WholeColumns;
use yandu_pack::declare::Origin;
use yandu_pack::{Dataset, Packs};
use yandu_words::id::DatasetId;

use crate::access::Duty;

/// A delivery and what became of it. `rows_in` = `rows_kept` + `rows_superseded` + `rows_quarantined`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Batch {
    #[schema(example = "20260901-083000-000123")]
    pub id: String,
    pub dataset: String,
    pub source: Option<String>,
    /// `running`, `committing`, `collected`, `unchanged`, `refused`, `rolled-back` or `undone`.
    pub status: String,
    /// `snapshot`, `upsert` or `append`.
    pub mode: String,
    /// The name of the file, or what was asked of the source.
    pub delivered_as: String,
    pub delivered_by: String,
    /// BLAKE3 of the bytes as they came.
    pub content_hash: Option<String>,
    pub size_bytes: Option<u64>,
    pub rows_in: u64,
    pub rows_kept: u64,
    pub rows_superseded: u64,
    pub rows_quarantined: u64,
    /// Rows of the former snapshot that this one does not have.
    pub rows_deleted: u64,
    /// Version of the dataset that the batch made.
    pub version: Option<u64>,
    pub encoding: Option<String>,
    /// Quality of the batch, 0 to 100; absent when nothing could be assessed.
    pub score: Option<f64>,
    pub error: Option<Failure>,
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

/// Why a delivery did not reach the lake.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    pub code: String,
    pub message: String,
    pub help: Option<String>,
}

/// A batch with everything that is known of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct BatchDetail {
    #[serde(flatten)]
    pub batch: Batch,
    /// What whoever asks may do to the dataset: `deliver`, `steward`.
    pub may: Vec<String>,
    /// Whether whoever asks sees every cell of the delivery.
    pub is_whole: bool,
    /// How far a running collection is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    pub findings: Vec<Finding>,
    pub scores: Vec<DimensionScore>,
    pub profile: Vec<Profile>,
    /// How the file was read, and why so.
    #[schema(value_type = Option<Object>)]
    pub report: Option<serde_json::Value>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// `fetching`, `keeping`, `checking`, `committing` or `done`.
    pub phase: String,
    pub bytes_total: u64,
    pub bytes_done: u64,
    pub rows_done: u64,
}

/// How often one reason was found in one column.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    pub column: Option<String>,
    /// Code of the fault, or name of the check.
    pub reason: String,
    /// The reason in Chinese.
    pub title: String,
    /// `hard`: the rows are in quarantine; `soft`: they were kept.
    pub level: String,
    /// Dimension of data quality of GB/T 36344-2018.
    pub dimension: String,
    /// 0 for what was found of the delivery as a whole.
    pub rows: u64,
    /// Some of the cells, where whoever asks sees them.
    pub samples: Vec<Sample>,
    /// The columns that keep the samples back: their cells are not shown to whoever asks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
}

/// A cell that shows what a finding means.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Sample {
    /// Place of the row in the batch, from 1; 0 where the text is of no one row.
    pub row: u64,
    pub text: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DimensionScore {
    pub dimension: String,
    pub title: String,
    /// 0 to 1; absent is *not assessed*.
    pub pass_rate: Option<f64>,
    pub assessed: u64,
    pub failed: u64,
}

/// What the values of a column look like.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Profile {
    pub column: String,
    pub rows: u64,
    pub nulls: u64,
    /// Approximate.
    pub distinct: u64,
    pub min: Option<String>,
    pub max: Option<String>,
    pub frequent: Vec<Frequent>,
    /// `9{18}` is 18 digits, `汉{2,4}` Chinese characters.
    pub patterns: Vec<Frequent>,
    /// Whether frequent values and patterns were counted over every row.
    pub exact: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Frequent {
    pub value: String,
    pub rows: u64,
}

/// What stands for the words of why a delivery failed, which may quote a cell of it.
pub(crate) const DELIVERY_FAILED: &str =
    "the delivery failed; why is told to whoever sees all of its dataset";

/// What stands for help that may quote a cell, too.
pub(crate) fn help_of(code: &str) -> String {
    format!("`/errors/{code}` says what it means and what to do")
}

/// Keeps back from whoever does not see all of its dataset what may quote a cell of a delivery: why it failed, and why a check could
/// not be evaluated. What kind of failure it is and what to do about it is told all the same.
pub(crate) fn keep_back(batch: &mut batch::Batch, seen: &WholeColumns) {
    if seen.shows_all() {
        return;
    }
    if let Some(error) = &mut batch.error {
        DELIVERY_FAILED.clone_into(&mut error.message);
        error.help = Some(help_of(&error.code));
    }
    let report = batch.report.as_mut();
    let notes = report.and_then(|report| report.get_mut("notes")?.as_array_mut());
    for note in notes.into_iter().flatten() {
        let before = note
            .as_str()
            .and_then(|text| text.split_once(NOT_EVALUATED));
        if let Some((check, _)) = before {
            *note = format!("{check}{NOT_EVALUATED}").into();
        }
    }
}

impl Batch {
    /// A delivery as it is told to whoever sees these columns of its dataset.
    pub(crate) fn new(mut batch: batch::Batch, seen: &WholeColumns) -> Self {
        keep_back(&mut batch, seen);
        Self::kept_back(batch)
    }

    /// A delivery of which everything was kept back that is not told.
    fn kept_back(batch: batch::Batch) -> Self {
        Self {
            encoding: batch.encoding().map(ToOwned::to_owned),
            id: batch.id.to_string(),
            dataset: batch.dataset.to_string(),
            source: batch.source.map(|source| source.to_string()),
            status: batch.status.name().to_owned(),
            mode: word(&batch.mode),
            delivered_as: batch.delivered_as,
            delivered_by: batch.delivered_by,
            content_hash: batch.content_hash,
            size_bytes: batch.size_bytes,
            rows_in: batch.rows_in,
            rows_kept: batch.rows_kept,
            rows_superseded: batch.rows_superseded,
            rows_quarantined: batch.rows_quarantined,
            rows_deleted: batch.rows_deleted,
            version: batch.version,
            score: batch.score.and_then(|score| score.total),
            error: batch.error.map(|error| Failure {
                code: error.code,
                message: error.message,
                help: error.help,
            }),
            started_at: batch.started_at,
            finished_at: batch.finished_at,
        }
    }
}

impl BatchDetail {
    pub(super) fn new(
        detail: batch::BatchDetail,
        progress: Option<Reading>,
        packs: &Packs,
        (duty, seen): (&Duty, &WholeColumns),
    ) -> Self {
        let mut batch = detail.batch;
        keep_back(&mut batch, seen);
        let scores = batch.score.iter().flat_map(|score| &score.dimensions);
        Self {
            may: duty.on(&batch.dataset),
            is_whole: seen.shows_all(),
            progress: progress
                .filter(|_| !batch.status.is_settled())
                .map(Progress::from),
            findings: findings(detail.findings, packs, &batch.dataset, seen),
            scores: scores
                .map(|score| DimensionScore {
                    dimension: score.dimension.name().to_owned(),
                    title: score.dimension.title().zh,
                    pass_rate: score.pass_rate,
                    assessed: score.assessed,
                    failed: score.failed,
                })
                .collect(),
            profile: detail
                .profile
                .into_iter()
                .map(|profile| Profile::from(profile).seen_by(seen))
                .collect(),
            report: batch.report.clone(),
            batch: Batch::kept_back(batch),
        }
    }
}

/// What was found of rows of a dataset, with titles. Samples are there where whoever asks sees every cell that may stand in them; where
/// they are kept back, the columns that do so are named.
pub(crate) fn findings(
    found: Vec<FindingCount>,
    packs: &Packs,
    dataset: &DatasetId,
    seen: &WholeColumns,
) -> Vec<Finding> {
    let titles = crate::quarantine::Titles::new(packs, dataset);
    let declared = packs.dataset(dataset).map(Dataset::file);
    let is_model = declared.is_some_and(|file| file.origin == Origin::Model);
    let columns = declared.into_iter().flat_map(|file| file.columns.keys());
    let unseen = columns.filter(|column| !seen.shows(column.as_str()));
    let unseen: Vec<String> = unseen.map(ToString::to_string).collect();
    found
        .into_iter()
        .map(|finding| {
            // A model's row that lacks a value is shown by its key, which is of other columns.
            let is_of_row = is_model && finding.reason == "missing";
            let own = finding.column.as_deref().filter(|_| !is_of_row);
            let is_seen = match own {
                Some(column) => seen.shows(column),
                // What was found of a delivery as a whole quotes none of its cells.
                None => finding.rows == 0 || seen.shows_all(),
            };
            let hidden = match own {
                _ if is_seen || finding.samples.is_empty() => Vec::new(),
                Some(column) => vec![column.to_owned()],
                None => unseen.clone(),
            };
            let samples = finding.samples.into_iter().filter(|_| is_seen);
            Finding {
                title: titles.of(&finding.reason),
                level: word(&finding.level),
                dimension: finding.dimension.name().to_owned(),
                samples: samples.map(Sample::from).collect(),
                hidden,
                column: finding.column,
                reason: finding.reason,
                rows: finding.rows,
            }
        })
        .collect()
}

impl From<yandu_check::Sample> for Sample {
    fn from(sample: yandu_check::Sample) -> Self {
        Self {
            row: sample.row,
            text: sample.text,
        }
    }
}

impl From<Reading> for Progress {
    fn from(reading: Reading) -> Self {
        Self {
            phase: word(&reading.phase),
            bytes_total: reading.bytes_total,
            bytes_done: reading.bytes_done,
            rows_done: reading.rows_done,
        }
    }
}

impl From<yandu_check::profile::ColumnProfile> for Profile {
    fn from(profile: yandu_check::profile::ColumnProfile) -> Self {
        let frequent = |values: Vec<yandu_check::profile::Frequent>| {
            values
                .into_iter()
                .map(|frequent| Frequent {
                    value: frequent.value,
                    rows: frequent.rows,
                })
                .collect()
        };
        Self {
            column: profile.column,
            rows: profile.rows,
            nulls: profile.nulls,
            distinct: profile.distinct,
            min: profile.min,
            max: profile.max,
            frequent: frequent(profile.frequent),
            patterns: frequent(profile.patterns),
            exact: profile.exact,
        }
    }
}

impl Profile {
    /// How often there is a value is known of every column; what the values are of those that are seen.
    fn seen_by(self, seen: &WholeColumns) -> Self {
        if seen.shows(&self.column) {
            return self;
        }
        Self {
            min: None,
            max: None,
            frequent: Vec::new(),
            patterns: Vec::new(),
            ..self
        }
    }
}

/// The word that a unit variant is written as.
pub(crate) fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|value| value.as_str().map(ToOwned::to_owned))
        .unwrap_or_default()
}
