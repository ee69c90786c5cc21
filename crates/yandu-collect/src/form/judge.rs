//! Whether a report is one of its form: who, when, which fields, which files.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::{Map, Value};
use yandu_check::Checker;
use yandu_pack::Dataset;
use yandu_pack::declare::{EvidenceKind, Form, Later};
use yandu_words::Period;
use yandu_words::id::DatasetId;

use super::{Evidence, Handed, ReportFile, due, form_of, store};
use crate::collector::Collector;
use crate::write::{block_of, refusals};
use crate::{Error, Result, expectation};

/// What is recorded of a report beside its row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head {
    pub(crate) unit: String,
    pub(crate) period: Period,
    pub(crate) submission: String,
    pub(crate) reporter: Option<String>,
    pub(crate) filled_on: Option<Date>,
    pub(crate) evidence: Vec<String>,
}

/// A report as it came.
#[derive(Debug)]
pub(super) struct Sent {
    file: ReportFile,
    /// The name of its submission; that of one without a name is its hash.
    pub(super) submission: String,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub(super) hash: String,
}

/// A report that is one of its form; its row is not checked yet.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) head: Head,
    pub(crate) row: Map<String, Value>,
}

impl Collector {
    /// Reads a report of a form.
    pub(super) fn read_report(&self, id: &DatasetId, bytes: &[u8]) -> Result<Sent> {
        form_of(&self.packs(), id)?;
        let file = ReportFile::parse(bytes)?;
        if let Some(form) = file.form.as_ref().filter(|form| *form != id) {
            return Err(Error::Report(format!(
                "it is a report of `{form}` and not of `{id}`"
            )));
        }
        let hash = blake3::hash(bytes).to_hex().to_string();
        let submission = match &file.submission {
            Some(name) if !(1..=64).contains(&name.len()) => {
                return Err(Error::Report("`submission` has 1 to 64 bytes".to_owned()));
            }
            Some(name) => name.clone(),
            None => hash.clone(),
        };
        Ok(Sent {
            file,
            submission,
            hash,
        })
    }

    /// Holds a report to its form.
    pub(super) async fn judge(
        &self,
        sender: &str,
        id: &DatasetId,
        sent: &Sent,
        handed: &Handed,
    ) -> Result<Judged> {
        let packs = self.packs();
        let (dataset, form) = form_of(&packs, id)?;
        let file = &sent.file;
        let row = row_of(dataset, form, file)?;
        check_unit(dataset, form, &file.unit)?;
        let calendar = self.calendar().await;
        let today = self.today();
        check_period(form, file.period, today)?;
        let due = due::of(form, file.period, &calendar);
        if let Some(closed) = due.closes_on.filter(|closes| *closes < today) {
            return Err(Error::FormClosed {
                period: file.period,
                closed,
            });
        }
        check_count(form, file.evidence.len())?;
        let by = (sender, file.unit.as_str());
        let evidence = self.evidence_of(id, &file.evidence, handed, by).await?;
        check_kinds(form, &evidence)?;
        check_filled_on(file, today)?;
        self.check_later(dataset, form, file).await?;
        Ok(Judged {
            head: Head {
                unit: file.unit.clone(),
                period: file.period,
                submission: sent.submission.clone(),
                reporter: file.reporter.clone(),
                filled_on: file.filled_on.filter(|day| *day < today),
                evidence: evidence.into_iter().map(|file| file.hash).collect(),
            },
            row,
        })
    }

    /// Looks at the row with all hard checks of its dataset.
    pub(crate) async fn check_fields(&self, id: &DatasetId, report: &Judged) -> Result<()> {
        let packs = self.packs();
        let (dataset, _) = form_of(&packs, id)?;
        let references = self.hard_references(&packs, dataset).await?;
        let expectations = Arc::new(expectation::compile(&packs, dataset, &references)?);
        let cells = (0..expectations.columns.len()).map(Some).collect();
        let checker = Checker::new(expectations, cells);
        let block = block_of(id, &checker, std::slice::from_ref(&report.row), 1)?;
        let rows = refusals(&checker, &checker.check(&block)?);
        if rows.is_empty() {
            return Ok(());
        }
        let dataset = id.clone();
        Err(Error::RowsRefused { dataset, rows })
    }

    /// The day by the clock of the city.
    pub fn today(&self) -> Date {
        let clock = yandu_words::calendar::CITY_CLOCK;
        clock.to_datetime(self.now()).date()
    }

    /// Refuses a second report where the form says that the first one stays.
    async fn check_later(&self, dataset: &Dataset, form: &Form, file: &ReportFile) -> Result<()> {
        if form.later == Later::Replaces {
            return Ok(());
        }
        let reports = store::Reports::new(self.inner.store.pool());
        match reports.first(dataset.id(), &file.unit, file.period).await? {
            Some(batch) => Err(Error::Reported {
                unit: file.unit.clone(),
                period: file.period,
                batch,
            }),
            None => Ok(()),
        }
    }
}

/// The row that a report is, in the columns of its dataset.
fn row_of(dataset: &Dataset, form: &Form, file: &ReportFile) -> Result<Map<String, Value>> {
    let mut row = Map::new();
    for (name, value) in &file.values {
        if !form.has_field(name) {
            return Err(Error::NoColumn {
                dataset: dataset.id().clone(),
                column: name.clone(),
            });
        }
        match value {
            Value::Array(_) | Value::Object(_) => {
                let why = format!("`{name}` is no text, no number and neither yes nor no");
                return Err(Error::Report(why));
            }
            Value::String(text) if text.trim().is_empty() => {}
            Value::Null => {}
            other => {
                row.insert(name.clone(), other.clone());
            }
        }
    }
    row.insert(form.unit.to_string(), file.unit.clone().into());
    let first = file.period.first_day().to_string();
    row.insert(form.period.to_string(), first.into());
    if let (Some(column), Some(reporter)) = (&form.reporter, &file.reporter) {
        row.insert(column.to_string(), reporter.clone().into());
    }
    Ok(row)
}

fn check_unit(dataset: &Dataset, form: &Form, unit: &str) -> Result<()> {
    if form.units.iter().any(|known| known == unit) {
        return Ok(());
    }
    Err(Error::FormUnit {
        dataset: dataset.id().clone(),
        unit: unit.chars().take(100).collect(),
    })
}

fn check_period(form: &Form, period: Period, today: Date) -> Result<()> {
    let why = if period.grain() != form.every {
        format!("reports are for a {}, as `{}` is", form.every, form.since)
    } else if period < form.since {
        format!("the first period is `{}`", form.since)
    } else if period.first_day() > today {
        "it has not begun".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::FormPeriod { period, why })
}

/// A day before today is believed where files show it.
fn check_filled_on(file: &ReportFile, today: Date) -> Result<()> {
    let Some(day) = file.filled_on else {
        return Ok(());
    };
    let why = if day > today {
        format!("`filled_on` is {day}, and today is {today}")
    } else if day < file.period.first_day() {
        format!("`filled_on` is {day}, before the period begins")
    } else if day < today && file.evidence.is_empty() {
        "a report that was filled on an earlier day needs a file that shows it".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::FormPeriod {
        period: file.period,
        why,
    })
}

fn check_count(form: &Form, count: usize) -> Result<()> {
    let rule = &form.evidence;
    let why = if count < usize::from(rule.least) {
        format!(
            "there are {count} files, and at least {} are needed",
            rule.least
        )
    } else if count > usize::from(rule.most) {
        format!(
            "there are {count} files, and at most {} are taken",
            rule.most
        )
    } else {
        return Ok(());
    };
    Err(Error::FormEvidence(why))
}

fn check_kinds(form: &Form, files: &[Evidence]) -> Result<()> {
    let kinds = &form.evidence.kinds;
    let wrong = files
        .iter()
        .find(|file| !kinds.contains(&EvidenceKind::of(&file.media_type)));
    match wrong {
        Some(file) => {
            let why = wrong_kind(&file.name, &file.media_type);
            Err(Error::FormEvidence(why))
        }
        None => Ok(()),
    }
}

pub(super) fn wrong_kind(name: &str, media_type: &str) -> String {
    let kind = EvidenceKind::of(media_type).name();
    format!("`{name}` is a {kind}, and the form takes none")
}
