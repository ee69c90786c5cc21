//! Whole catalogues: files of entries, line by line. What is wrong with a line is told, and the others are kept; a file that is
//! imported again changes nothing, so an import that was cut short is simply repeated.
//!
//! A line of JSON is an entry as a whole: what it leaves out is emptied. A table says only what it has headers for, and where it
//! names columns only, less of them than an entry knows; whatever else is known of an entry that is there stays.

pub(crate) mod item;
mod jsonl;
mod line;
mod merge;
pub(crate) mod table;
mod word;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use tokio::sync::mpsc;
use yandu_lake::Principal;

use crate::diff::diff;
use crate::edit::{check_own, check_owner};
use crate::entry::EntryId;
use crate::facts::FactsOf;
use crate::lacks::lacks;
use crate::ledger::{Cause, Draft, Ledger};
use crate::revision::RevisionKind;
use crate::status::Status;
use crate::store::{self, Stored};
use crate::{Error, Result};

use line::Line;
pub(crate) use word::said;

/// Lines of one transaction.
const CHUNK: usize = 1_000;
/// The most faults that are told one by one.
const FAULTS: usize = 1_000;

/// The form of a file of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// One JSON object a line: an entry as it is shown, or the fields of one with an `id`.
    JsonLines,
    /// A table under the headers of a catalogue (信息资源名称, 提供方 …).
    Csv,
    Workbook,
}

impl Format {
    pub fn name(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Csv => "csv",
            Self::Workbook => "xlsx",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::JsonLines, Self::Csv, Self::Workbook]
            .into_iter()
            .find(|format| format.name() == name)
    }

    /// The format that the name of a file tells of.
    pub fn of_file(name: &str) -> Option<Self> {
        let ending = name.rsplit('.').next()?.to_ascii_lowercase();
        match ending.as_str() {
            "jsonl" | "ndjson" | "json" => Some(Self::JsonLines),
            "csv" | "txt" => Some(Self::Csv),
            "xlsx" | "xlsm" | "xls" | "ods" => Some(Self::Workbook),
            _ => None,
        }
    }
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Counted from 1; in a table the header is the first.
    pub line: u64,
    pub id: Option<String>,
    pub field: Option<String>,
    pub why: String,
}

/// What became of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    pub lines: u64,
    pub created: u64,
    pub changed: u64,
    pub unchanged: u64,
    /// Entries that were to be published and lack something; they are kept as drafts.
    pub held_back: u64,
    pub faulty: u64,
    /// The first of the faults.
    pub faults: Vec<Fault>,
    /// Headers of a table that mean nothing here.
    pub ignored: Vec<String>,
}

impl Imported {
    fn fault(&mut self, fault: Fault) {
        self.faulty += 1;
        if self.faults.len() < FAULTS {
            self.faults.push(fault);
        }
    }
}

/// What the reading of a file hands over.
enum Read {
    Lines(Vec<std::result::Result<Line, Fault>>),
    Ignored(Vec<String>),
}

impl Ledger {
    /// Imports a file of entries. The answer comes when all of them can be found.
    pub async fn import(
        &self,
        principal: &Principal,
        path: &Path,
        format: Format,
        reason: Option<String>,
    ) -> Result<Imported> {
        let (sender, mut receiver) = mpsc::channel(2);
        let path: PathBuf = path.to_owned();
        let reading = tokio::task::spawn_blocking(move || match format {
            Format::JsonLines => jsonl::read(&path, &sender),
            Format::Csv => table::read_csv(&path, &sender),
            Format::Workbook => table::read_workbook(&path, &sender),
        });
        let mut imported = Imported::default();
        let mut seen = HashMap::new();
        while let Some(read) = receiver.recv().await {
            match read {
                Read::Ignored(headers) => imported.ignored = headers,
                Read::Lines(lines) => {
                    let cause = self.cause(RevisionKind::Imported, principal, reason.clone());
                    self.take(lines, &cause, &mut seen, &mut imported).await?;
                }
            }
        }
        reading.await??;
        self.wait_for_index().await;
        Ok(imported)
    }

    async fn take(
        &self,
        lines: Vec<std::result::Result<Line, Fault>>,
        cause: &Cause<'_>,
        seen: &mut HashMap<EntryId, u64>,
        imported: &mut Imported,
    ) -> Result<()> {
        imported.lines += lines.len() as u64;
        let mut good = Vec::with_capacity(lines.len());
        for line in lines {
            match line.and_then(|line| once(line, seen)) {
                Ok(line) => good.push(line),
                Err(fault) => imported.fault(fault),
            }
        }
        let turn = self.inner.writing.lock().await;
        let ids: Vec<&str> = good.iter().map(|line| line.id.as_str()).collect();
        let mut connection = self.inner.store.pool().acquire().await?;
        let mut known: HashMap<EntryId, Stored> = store::find_all(&mut connection, &ids)
            .await?
            .into_iter()
            .map(|entry| (entry.id.clone(), entry))
            .collect();
        drop(connection);
        let mut drafts = Vec::new();
        let mut facts = Vec::new();
        for line in good {
            let before = known.remove(&line.id);
            let is_pack = before.as_ref().is_some_and(|entry| entry.is_pack);
            let (number, id) = (line.number, line.id.clone());
            if let Some(noted) = line.facts.clone().filter(|_| !is_pack) {
                facts.push(FactsOf {
                    id: line.id.clone(),
                    facts: noted,
                });
            }
            match draft(line, before, cause, imported) {
                Ok(draft) => drafts.extend(draft),
                Err(error) => imported.fault(fault(number, Some(id.to_string()), &error)),
            }
        }
        self.write(drafts, true).await?;
        drop(turn);
        self.note_all_facts(facts).await
    }
}

/// A line whose id was not in the file before.
fn once(line: Line, seen: &mut HashMap<EntryId, u64>) -> std::result::Result<Line, Fault> {
    if let Some(first) = seen.get(&line.id) {
        Err(Fault {
            line: line.number,
            id: Some(line.id.to_string()),
            field: Some("id".to_owned()),
            why: format!("the id is in line {first} already"),
        })
    } else {
        seen.insert(line.id.clone(), line.number);
        Ok(line)
    }
}

/// What a line changes; nothing where all is as it says.
fn draft(
    line: Line,
    before: Option<Stored>,
    cause: &Cause<'_>,
    imported: &mut Imported,
) -> Result<Option<Draft>> {
    let content = match (&line.said, &before) {
        (Some(said), Some(before)) => merge::merged(&before.content, &line.content, said)?,
        _ => line.content,
    };
    check_owner(&content)?;
    let wants_published = line.status == Some(Status::Published);
    let is_complete = lacks(&content).iter().all(|element| !element.is_required());
    if wants_published && !is_complete {
        imported.held_back += 1;
    }
    let publishes = wants_published && is_complete;
    let Some(before) = before else {
        imported.created += 1;
        let mut draft = Draft::new(line.id, content, false, cause.clone());
        if publishes {
            draft.publish();
        }
        return Ok(Some(draft));
    };
    if before.is_pack {
        check_own(&before.id, &before.content, &content)?;
    }
    let changes = diff(&before.content, &content)?;
    let from = before.status;
    let status = match from {
        Status::Withdrawn => from,
        _ if publishes => Status::Published,
        from if changes.is_empty() => from,
        from => from.after_change(),
    };
    if changes.is_empty() && status == from {
        imported.unchanged += 1;
        return Ok(None);
    }
    imported.changed += 1;
    let after = Stored {
        status,
        content,
        ..before
    };
    Ok(Some(Draft::change(after, from, changes, cause.clone())))
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::invalid("file", format!("it cannot be read: {error}"))
}

fn fault(line: u64, id: Option<String>, error: &Error) -> Fault {
    let (field, why) = match error {
        Error::Invalid { field, why } => (Some(field.clone()), why.clone()),
        Error::ReadOnly { field, .. } => (Some(field.clone()), error.to_string()),
        error => (None, error.to_string()),
    };
    Fault {
        line,
        id,
        field,
        why,
    }
}
