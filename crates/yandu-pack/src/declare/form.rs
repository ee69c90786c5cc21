use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use yandu_words::{ColumnName, Grain, Period, Title};

use super::Period as Length;
use super::PeriodUnit;

/// How people fill a dataset of the origin `form`: one report is one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// What a person fills, in the order of the form.
    #[schemars(length(min = 1, max = 100))]
    pub fields: Vec<FormField>,
    /// The column of who reports, which is filled in beforehand.
    pub unit: ColumnName,
    /// The column of the first day of the period, which is filled in beforehand.
    pub period: ColumnName,
    /// The column of the person who fills the form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporter: Option<ColumnName>,
    /// The departments or counties that each have to report.
    #[schemars(length(min = 1, max = 500), inner(length(min = 1)), extend("uniqueItems" = true))]
    pub units: Vec<String>,
    /// How long a period is.
    pub every: Grain,
    /// The first period that is reported.
    pub since: Period,
    /// How long after the end of its period a report is due, in `d` or `wd`.
    pub due: Length,
    /// How long before the due day somebody is reminded, in `d` or `wd`.
    #[serde(
        default = "Form::usual_remind",
        skip_serializing_if = "Form::is_usual_remind"
    )]
    pub remind: Length,
    /// How long after the due day reports are taken, in `d` or `wd`; without it there is no end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<Length>,
    /// What becomes of a second report with the key of an earlier one.
    #[serde(default)]
    pub later: Later,
    /// What has to be handed in with a report.
    #[serde(default)]
    pub evidence: EvidenceRule,
}

/// One column that a person fills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FormField {
    pub column: ColumnName,
    /// What to write there, beside the title of the column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Title>,
    /// Whether the text may have several lines.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub long: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Later {
    /// It takes the place of the earlier one.
    #[default]
    Replaces,
    /// It is refused.
    Refused,
}

/// How many files, and of what kinds, go with a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceRule {
    #[serde(default)]
    #[schemars(range(max = 50))]
    pub least: u8,
    #[serde(default = "EvidenceRule::usual_most")]
    #[schemars(range(max = 50))]
    pub most: u8,
    #[serde(default = "EvidenceRule::all_kinds")]
    #[schemars(length(min = 1), extend("uniqueItems" = true))]
    pub kinds: Vec<EvidenceKind>,
    /// What the files should show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Title>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceKind {
    /// A photograph or a drawing: JPEG or PNG.
    Picture,
    /// A PDF, an OFD, a document of an office, or plain text.
    Document,
}

impl EvidenceKind {
    /// The kind of a file of this media type.
    pub fn of(media_type: &str) -> Self {
        if media_type.starts_with("image/") {
            Self::Picture
        } else {
            Self::Document
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Document => "document",
        }
    }
}

impl Default for EvidenceRule {
    fn default() -> Self {
        Self {
            least: 0,
            most: Self::usual_most(),
            kinds: Self::all_kinds(),
            help: None,
        }
    }
}

impl EvidenceRule {
    fn usual_most() -> u8 {
        9
    }

    fn all_kinds() -> Vec<EvidenceKind> {
        vec![EvidenceKind::Picture, EvidenceKind::Document]
    }
}

impl Form {
    const REMIND: Length = Length::new(3, PeriodUnit::Day);

    fn usual_remind() -> Length {
        Self::REMIND
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands a reference over"
    )]
    fn is_usual_remind(remind: &Length) -> bool {
        *remind == Self::REMIND
    }

    /// The columns that are filled in beforehand.
    pub fn prefilled(&self) -> impl Iterator<Item = &ColumnName> {
        [&self.unit, &self.period].into_iter().chain(&self.reporter)
    }

    pub fn has_field(&self, column: &str) -> bool {
        let mut fields = self.fields.iter();
        fields.any(|field| field.column.as_str() == column)
    }
}
