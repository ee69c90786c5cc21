use yandu_check::profile::Looks;
use yandu_words::{BatchId, DatasetId, FieldId, Grade, Standard};

/// What is known of a dataset when suggestions are made.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetFacts {
    pub dataset: DatasetId,
    pub owner: String,
    /// The highest grade of its columns as they are declared, and that of the dataset.
    pub declared: Grade,
    pub fields: Vec<FieldFacts>,
    /// The delivery whose values were looked at.
    pub batch: Option<BatchId>,
}

/// What is known of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldFacts {
    pub field: FieldId,
    pub name: String,
    /// In Chinese.
    pub title: String,
    /// Under which it is delivered, beside its name.
    pub headers: Vec<String>,
    pub standard: Option<Standard>,
    /// The grade that its pack declares.
    pub declared: Grade,
    /// Whether the pack says something of this column: a grade or a standard.
    pub is_declared: bool,
    /// What flows in along lineage.
    pub inflow: Option<Inflow>,
    /// Of how many values it was counted what they look like.
    pub looked: u64,
    pub looks: Vec<Looks>,
}

/// The highest grade that flows into a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inflow {
    pub grade: Grade,
    /// The columns that bring it, `pack.dataset.column`.
    pub from: Vec<String>,
}
