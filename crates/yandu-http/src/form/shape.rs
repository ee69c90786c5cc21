//! Forms as they are shown.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use yandu_collect::form::{
    self, Evidence, FilledReport, FormLamp, FormStanding, Report, Standing, form_of,
};
use yandu_pack::{Dataset, Packs};
use yandu_words::id::DatasetId;

use crate::batch::word;

/// The forms, and what is due.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FormList {
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    pub forms: Vec<FormSummary>,
    /// What is still to be reported of the newest periods that are over, the latest first.
    pub due: Vec<DueReport>,
}

/// A form, and how its newest period that is over stands.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FormSummary {
    #[schema(example = "industry.future_industry_report")]
    pub dataset: String,
    /// In Chinese.
    pub title: String,
    pub title_en: Option<String>,
    pub about: Option<String>,
    pub owner: String,
    /// `day`, `month`, `quarter` or `year`.
    pub every: String,
    #[schema(example = "2025-06")]
    pub period: String,
    #[schema(value_type = String, format = Date)]
    pub due: Date,
    /// How many units report.
    pub units: usize,
    /// How many of them have reported the period.
    pub reported: usize,
    /// How many reports of any period shown are late and missing.
    pub late: usize,
    /// How many reports of periods before those are late and missing too; they are not listed one by one.
    pub late_earlier: usize,
    #[schema(value_type = Option<String>, format = Date)]
    pub last_reported_on: Option<Date>,
}

/// A report that a unit owes, or has made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DueReport {
    pub dataset: String,
    /// Title of the form, in Chinese.
    pub title: String,
    pub unit: String,
    #[schema(example = "2025-06")]
    pub period: String,
    #[schema(value_type = String, format = Date)]
    pub due: Date,
    /// The calendar has no data of that year: Monday to Friday were taken for working days.
    pub is_presumed: bool,
    #[schema(value_type = Option<String>, format = Date)]
    pub closes_on: Option<Date>,
    #[schema(pattern = "^(not-begun|on-course|near|late|done|done-late)$")]
    pub lamp: String,
    /// Days to the due day, negative behind it; of a report by how many it was early.
    pub days_left: i64,
    /// Whether somebody is to be reminded.
    pub remind: bool,
    #[schema(value_type = Option<String>, format = Date)]
    pub reported_on: Option<Date>,
    /// The newest report of the period.
    pub batch: Option<String>,
}

/// Who has reported and who has not.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FormStand {
    pub dataset: String,
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// The newest period that is over.
    pub period: String,
    /// By period, the newest first, then in the order of the units.
    pub reports: Vec<DueReport>,
}

/// A form as it is filled.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Form {
    pub dataset: String,
    /// What whoever asks may do to the dataset: `deliver`, `steward`.
    pub may: Vec<String>,
    /// The units for which whoever asks may report.
    pub own_units: Vec<String>,
    /// In Chinese.
    pub title: String,
    pub title_en: Option<String>,
    pub about: Option<String>,
    pub owner: String,
    /// JSON Schema (draft 2020-12) of `values` of a report.
    #[schema(value_type = Object)]
    pub schema: Value,
    /// The fields in the order of the form.
    pub order: Vec<String>,
    pub fields: Vec<FieldOfForm>,
    pub units: Vec<String>,
    pub every: String,
    pub since: String,
    /// The period to report now: the newest that is over, or where that has closed the newest that is taken. Absent when none is.
    pub period: Option<String>,
    /// The periods that are taken, the newest first.
    pub periods: Vec<String>,
    /// How long after the end of a period, as the pack says: `5 wd`.
    pub due: String,
    pub closes: Option<String>,
    /// Whether a later report of the same key takes the place of the earlier one: `replaces` or `refused`.
    pub later: String,
    pub evidence_least: u8,
    pub evidence_most: u8,
    /// `picture`, `document`.
    pub evidence_kinds: Vec<String>,
    /// In Chinese.
    pub evidence_help: Option<String>,
    /// The largest file that is taken.
    pub evidence_bytes: u64,
}

/// One field of a form beside what its schema says.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FieldOfForm {
    pub column: String,
    /// In Chinese.
    pub title: String,
    pub title_en: Option<String>,
    pub help: Option<String>,
    pub help_en: Option<String>,
    pub unit: Option<String>,
    pub required: bool,
    /// Whether the text may have several lines.
    pub long: bool,
}

/// A report that is handed in.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitReport {
    /// The dataset of the form; where it is said it must be the one of the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    #[schema(example = "市发改委")]
    pub unit: String,
    #[schema(example = "2025-06")]
    pub period: String,
    /// What was filled, by column: texts, numbers, yes and no.
    #[schema(value_type = Object)]
    pub values: Map<String, Value>,
    /// Hashes of files that were handed in before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub evidence: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reporter: Option<String>,
    /// The day on which it was filled on paper, where it is entered later; needs evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    pub filled_on: Option<Date>,
    /// Names this submission, so that it is taken once however often it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64)]
    pub submission: Option<String>,
}

/// What is recorded of a report.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FormReport {
    pub batch: String,
    pub dataset: String,
    /// `collected` or `undone`.
    pub status: String,
    pub unit: String,
    pub period: String,
    pub reporter: Option<String>,
    /// The day on which it was filled on paper.
    #[schema(value_type = Option<String>, format = Date)]
    pub filled_on: Option<Date>,
    pub submitted_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub submitted_at: Timestamp,
    /// Hashes of its files.
    pub evidence: Vec<String>,
    /// A later report of the same unit and period counts in its place.
    pub is_replaced: bool,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReportPage {
    pub reports: Vec<FormReport>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

/// A report with what was filled and its files.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct FilledForm {
    #[serde(flatten)]
    pub report: FormReport,
    #[schema(value_type = Object)]
    pub values: Map<String, Value>,
    pub files: Vec<EvidenceFile>,
}

/// A file that was handed in for a form.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct EvidenceFile {
    /// BLAKE3 of its bytes, in hexadecimal: its name in the store.
    pub hash: String,
    pub name: String,
    /// What its content is, whatever its name says.
    pub media_type: String,
    pub size_bytes: u64,
    /// What the photograph says of when it was taken, by the clock of the camera; not checked.
    pub taken_at: Option<String>,
    /// What the photograph says of where it was taken, degrees north (WGS 84); not checked.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    pub kept_by: String,
    #[schema(value_type = String, format = DateTime)]
    pub kept_at: Timestamp,
}

impl FormList {
    pub(super) fn new(packs: &Packs, day: Date, standings: &[FormStanding]) -> Self {
        let mut due: Vec<DueReport> = standings
            .iter()
            .flat_map(|standing| due_reports(packs, standing))
            .filter(|(lamp, _)| lamp.is_open())
            .map(|(_, report)| report)
            .collect();
        due.sort_by(|one, other| {
            (one.days_left, &one.dataset).cmp(&(other.days_left, &other.dataset))
        });
        let summary = |standing| FormSummary::new(packs, standing);
        Self {
            day,
            forms: standings.iter().filter_map(summary).collect(),
            due,
        }
    }
}

impl FormSummary {
    fn new(packs: &Packs, standing: &FormStanding) -> Option<Self> {
        let (dataset, form) = form_of(packs, &standing.dataset).ok()?;
        let file = dataset.file();
        let reports = &standing.reports;
        let mut newest = reports.iter().filter(|one| one.period == standing.period);
        Some(Self {
            dataset: standing.dataset.to_string(),
            title: file.title.zh.clone(),
            title_en: file.title.en.clone(),
            about: file.about.clone(),
            owner: file.owner.clone(),
            every: form.every.name().to_owned(),
            period: standing.period.to_string(),
            due: newest.clone().next()?.due.day,
            units: newest.clone().count(),
            reported: newest.by_ref().filter(|one| one.batch.is_some()).count(),
            late: reports
                .iter()
                .filter(|one| one.lamp == FormLamp::Late)
                .count(),
            late_earlier: standing.late_earlier.values().sum(),
            last_reported_on: reports.iter().filter_map(|one| one.reported_on).max(),
        })
    }
}

fn due_reports(packs: &Packs, standing: &FormStanding) -> Vec<(FormLamp, DueReport)> {
    let title = packs
        .dataset(&standing.dataset)
        .map(|dataset| dataset.file().title.zh.clone())
        .unwrap_or_default();
    let reports = standing.reports.iter();
    reports
        .map(|one| {
            (
                one.lamp,
                due_report(&standing.dataset, &title, one, standing.day),
            )
        })
        .collect()
}

fn due_report(dataset: &DatasetId, title: &str, one: &Standing, today: Date) -> DueReport {
    DueReport {
        dataset: dataset.to_string(),
        title: title.to_owned(),
        unit: one.unit.clone(),
        period: one.period.to_string(),
        due: one.due.day,
        is_presumed: one.due.is_presumed,
        closes_on: one.due.closes_on,
        lamp: one.lamp.name().to_owned(),
        days_left: one.days_left,
        remind: one.lamp.is_open() && today >= one.due.remind_on,
        reported_on: one.reported_on,
        batch: one.batch.as_ref().map(ToString::to_string),
    }
}

impl FormStand {
    pub(super) fn new(packs: &Packs, standing: &FormStanding) -> Self {
        let reports = due_reports(packs, standing).into_iter();
        Self {
            dataset: standing.dataset.to_string(),
            day: standing.day,
            period: standing.period.to_string(),
            reports: reports.map(|(_, report)| report).collect(),
        }
    }
}

impl Form {
    pub(super) fn new(
        packs: &Packs,
        (dataset, form): (&Dataset, &yandu_pack::declare::Form),
        standing: &FormStanding,
        evidence_bytes: u64,
    ) -> Self {
        let file = dataset.file();
        let described = form::schema(packs, dataset, form);
        let mut periods: Vec<String> = standing
            .reports
            .iter()
            .filter(|one| one.is_taken_on(standing.day))
            .map(|one| one.period.to_string())
            .collect();
        periods.dedup();
        let now = standing.period.to_string();
        let now = periods.iter().find(|period| **period == now);
        let rule = &form.evidence;
        Self {
            dataset: dataset.id().to_string(),
            may: Vec::new(),
            own_units: Vec::new(),
            title: file.title.zh.clone(),
            title_en: file.title.en.clone(),
            about: file.about.clone(),
            owner: file.owner.clone(),
            schema: described.schema,
            fields: fields(dataset, form),
            order: described.order,
            units: form.units.clone(),
            every: form.every.name().to_owned(),
            since: form.since.to_string(),
            period: now.or(periods.first()).cloned(),
            periods,
            due: form.due.to_string(),
            closes: form.closes.map(|closes| closes.to_string()),
            later: word(&form.later),
            evidence_least: rule.least,
            evidence_most: rule.most,
            evidence_kinds: rule
                .kinds
                .iter()
                .map(|kind| kind.name().to_owned())
                .collect(),
            evidence_help: rule.help.as_ref().map(|help| help.zh.clone()),
            evidence_bytes,
        }
    }
}

fn fields(dataset: &Dataset, form: &yandu_pack::declare::Form) -> Vec<FieldOfForm> {
    let fields = form.fields.iter();
    let fields = fields.filter_map(|field| {
        let column = dataset.column(field.column.as_str())?;
        Some(FieldOfForm {
            column: field.column.to_string(),
            title: column.title.zh.clone(),
            title_en: column.title.en.clone(),
            help: field.help.as_ref().map(|help| help.zh.clone()),
            help_en: field.help.as_ref().and_then(|help| help.en.clone()),
            unit: column.unit.clone(),
            required: column.required,
            long: field.long,
        })
    });
    fields.collect()
}

impl From<Report> for FormReport {
    fn from(report: Report) -> Self {
        Self {
            batch: report.batch.to_string(),
            dataset: report.dataset.to_string(),
            status: report.status.name().to_owned(),
            unit: report.unit,
            period: report.period.to_string(),
            reporter: report.reporter,
            filled_on: report.filled_on,
            submitted_by: report.submitted_by,
            submitted_at: report.submitted_at,
            evidence: report.evidence,
            is_replaced: report.is_replaced,
        }
    }
}

impl From<FilledReport> for FilledForm {
    fn from(filled: FilledReport) -> Self {
        Self {
            report: filled.report.into(),
            values: filled.values,
            files: filled
                .evidence
                .into_iter()
                .map(EvidenceFile::from)
                .collect(),
        }
    }
}

impl From<Evidence> for EvidenceFile {
    fn from(evidence: Evidence) -> Self {
        let exif = evidence.exif.unwrap_or_default();
        Self {
            hash: evidence.hash,
            name: evidence.name,
            media_type: evidence.media_type,
            size_bytes: evidence.size_bytes,
            taken_at: exif.taken_at,
            latitude: exif.position.map(|position| position.0),
            longitude: exif.position.map(|position| position.1),
            kept_by: evidence.kept_by,
            kept_at: evidence.kept_at,
        }
    }
}
