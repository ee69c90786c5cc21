//! Suggestions and decisions as they are shown.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_classify::{Classified, Reason, Suggestion};

/// Why something is suggested. Names and counts; never a value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReasonLine {
    /// `name`, `standard`, `content`, `contradicted`, `inflow`, `declared`, `together` or `nothing`.
    pub kind: String,
    /// The word that stands in a name.
    pub word: Option<String>,
    /// `title`, `name` or `header`.
    pub found_in: Option<String>,
    /// The name that the word stands in, or the name of the rule.
    pub text: Option<String>,
    /// Whether the name is the word.
    pub is_whole: Option<bool>,
    /// The standard of the column.
    pub standard: Option<String>,
    /// What values look like: `resident-id`, `mobile` …
    pub look: Option<String>,
    /// How many values look so, of those that were looked at.
    pub values: Option<u64>,
    pub looked: Option<u64>,
    /// The grade that flows in, or is declared.
    pub grade: Option<String>,
    /// The columns that bring it, `pack.dataset.column`, or that stand together.
    pub from: Vec<String>,
}

/// A suggestion.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SuggestionLine {
    pub id: i64,
    pub dataset: String,
    /// In Chinese.
    pub dataset_title: String,
    pub owner: String,
    /// Absent for the dataset as a whole.
    #[schema(example = "F12")]
    pub field: Option<String>,
    pub name: Option<String>,
    /// In Chinese.
    pub title: Option<String>,
    pub class: Option<String>,
    pub grade: String,
    /// From 0 to 1; 0 where nothing speaks for it.
    pub confidence: f64,
    pub reasons: Vec<ReasonLine>,
    /// The grade in force, what holds until a decision apart.
    pub present: String,
    /// How the suggestion stands to it: `higher`, `lower`, `same` or `nothing`.
    pub bearing: String,
    /// Whether it holds until somebody decides.
    pub holds: bool,
    /// `open`, `confirmed`, `changed`, `rejected`, `superseded` or `withdrawn`.
    pub status: String,
    /// The delivery whose values were looked at.
    pub batch: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    pub decided_by: Option<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub decided_at: Option<Timestamp>,
    pub reason: Option<String>,
    /// What whoever asks may do: `steward`.
    pub may: Vec<String>,
}

/// Suggestions, those that are stricter than the present grade first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SuggestionPage {
    pub suggestions: Vec<SuggestionLine>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

/// A class that rules give.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ClassLine {
    pub id: String,
    /// In Chinese.
    pub title: String,
    pub title_en: Option<String>,
}

/// How far a dataset is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct SummaryLine {
    pub dataset: String,
    /// In Chinese.
    pub title: String,
    pub owner: String,
    pub grade: String,
    pub fields: u64,
    /// Fields that somebody has decided.
    pub decided: u64,
    /// Suggestions that somebody has rejected.
    pub rejected: u64,
    /// Open suggestions.
    pub open: u64,
    /// Those of them that are stricter than the present grade.
    pub higher: u64,
    /// Those of them for which nothing speaks.
    pub nothing: u64,
}

/// How far whoever asks is with the datasets that they steward.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Summary {
    pub datasets: Vec<SummaryLine>,
    pub classes: Vec<ClassLine>,
    /// What holds of a stricter suggestion until somebody decides: `declared`, `checked` or `stricter`.
    pub until_confirmed: String,
}

/// What somebody decided of a field, or of a dataset as a whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ClassifiedLine {
    pub id: i64,
    pub dataset: String,
    pub owner: String,
    pub field: Option<String>,
    /// What it was called.
    pub name: Option<String>,
    pub class: Option<String>,
    pub grade: String,
    /// What it was before.
    pub before: String,
    /// What the pack declared.
    pub declared: String,
    /// What flowed in along lineage, and from where.
    pub inflow: Option<String>,
    pub inflow_from: Vec<String>,
    pub is_lowering: bool,
    pub reason: Option<String>,
    pub decided_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub decided_at: Timestamp,
    pub suggestion: Option<i64>,
}

/// A column of a model that its pack declares to be lower than what flows in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeclaredLowering {
    pub dataset: String,
    pub column: String,
    pub grade: String,
    pub inflow: String,
    /// The columns that bring it: `pack.dataset.column`.
    pub from: Vec<String>,
    pub reason: String,
}

/// What was made less sensitive.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Lowerings {
    /// By decision, the newest first.
    pub decided: Vec<ClassifiedLine>,
    /// By declaration of packs; on the first page.
    pub declared: Vec<DeclaredLowering>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

/// A field with all that was suggested and decided of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FieldHistory {
    pub dataset: String,
    pub field: String,
    pub name: String,
    pub title: String,
    pub grade: String,
    pub declared: String,
    /// What stands in for a value that a reader may not see.
    pub mask: String,
    /// What flows in along lineage, and from where.
    pub inflow: Option<String>,
    pub inflow_from: Vec<String>,
    pub suggestions: Vec<SuggestionLine>,
    pub decisions: Vec<ClassifiedLine>,
    /// What whoever asks may do: `steward`.
    pub may: Vec<String>,
}

impl From<Reason> for ReasonLine {
    fn from(reason: Reason) -> Self {
        let line = |kind: &str| Self {
            kind: kind.to_owned(),
            ..Self::default()
        };
        match reason {
            Reason::Name {
                word,
                found_in,
                text,
                is_whole,
            } => Self {
                word: Some(word),
                found_in: Some(crate::batch::word(&found_in)),
                text: Some(text),
                is_whole: Some(is_whole),
                ..line("name")
            },
            Reason::Standard { standard } => Self {
                standard: Some(standard.name().to_owned()),
                ..line("standard")
            },
            Reason::Content {
                look,
                values,
                looked,
            } => Self {
                look: Some(look.name().to_owned()),
                values: Some(values),
                looked: Some(looked),
                ..line("content")
            },
            Reason::Contradicted { looked } => Self {
                looked: Some(looked),
                ..line("contradicted")
            },
            Reason::Inflow { grade, from } => Self {
                grade: Some(grade.name().to_owned()),
                from,
                ..line("inflow")
            },
            Reason::Declared { grade } => Self {
                grade: Some(grade.name().to_owned()),
                ..line("declared")
            },
            Reason::Together { title, fields, .. } => Self {
                text: Some(title),
                from: fields,
                ..line("together")
            },
            Reason::Nothing => line("nothing"),
        }
    }
}

impl SuggestionLine {
    /// `titles` are those of the dataset and of the field in Chinese.
    pub(super) fn new(
        suggestion: Suggestion,
        (dataset_title, title): (String, Option<String>),
        may: Vec<String>,
    ) -> Self {
        Self {
            id: suggestion.id,
            dataset: suggestion.dataset.to_string(),
            dataset_title,
            owner: suggestion.owner,
            field: suggestion.field.map(|field| field.to_string()),
            name: suggestion.name,
            title,
            class: suggestion.class,
            grade: suggestion.grade.name().to_owned(),
            confidence: suggestion.confidence,
            reasons: suggestion
                .reasons
                .into_iter()
                .map(ReasonLine::from)
                .collect(),
            present: suggestion.present.name().to_owned(),
            bearing: suggestion.bearing.name().to_owned(),
            holds: suggestion.holds,
            status: suggestion.status.name().to_owned(),
            batch: suggestion.batch.map(|batch| batch.to_string()),
            opened_at: suggestion.opened_at,
            decided_by: suggestion.decided_by,
            decided_at: suggestion.decided_at,
            reason: suggestion.reason,
            may,
        }
    }
}

impl From<Classified> for ClassifiedLine {
    fn from(classified: Classified) -> Self {
        Self {
            id: classified.id,
            dataset: classified.dataset.to_string(),
            owner: classified.owner,
            field: classified.field.map(|field| field.to_string()),
            name: classified.name,
            class: classified.class,
            grade: classified.grade.name().to_owned(),
            before: classified.before.name().to_owned(),
            declared: classified.declared.name().to_owned(),
            inflow: classified.inflow.map(|grade| grade.name().to_owned()),
            inflow_from: classified.inflow_from,
            is_lowering: classified.is_lowering,
            reason: classified.reason,
            decided_by: classified.decided_by,
            decided_at: classified.decided_at,
            suggestion: classified.suggestion,
        }
    }
}
