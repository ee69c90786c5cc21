//! The workbook of rows that wait, when it comes back with its cells mended.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use yandu_decode::{Hints, Opened};
use yandu_lake::Principal;
use yandu_words::id::BatchId;

use super::leave::require;
use super::report::{LEADING, SHEET};
use super::{QuarantinedRow, Released, RowState, Selection};
use crate::collector::Collector;
use crate::{Error, Result};

/// What became of a workbook of waiting rows that came back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returned {
    /// Rows of which a cell was mended, by this workbook or before it.
    pub corrected: Vec<u64>,
    /// Rows that came back as they went, and that nobody had mended.
    pub unchanged: u64,
    /// Rows that had left quarantine before; nothing was done with them.
    pub left: Vec<u64>,
    /// What became of those that were mended.
    pub released: Released,
}

/// Rows of a workbook that are compared with those that wait at a time.
#[cfg(not(test))]
const STEP: usize = 16_384;
/// Few, so that small workbooks have several steps.
#[cfg(test)]
const STEP: usize = 2;

/// The cells of a row as they came back, by column; those of columns that the workbook has.
type Cells = BTreeMap<String, Option<String>>;

/// Rows of a workbook, by their places in the batch.
type Given = BTreeMap<u64, Cells>;

/// Whether the headers of a delivery are those of a workbook of waiting rows. As a delivery it would stand for rows that it does not
/// have, and its leading columns for columns of the dataset.
pub(crate) fn are_waiting_rows(headers: &[String]) -> bool {
    let first = headers.iter().take(LEADING.len());
    first.map(|header| header.trim()).eq(LEADING)
}

impl Collector {
    /// Takes a workbook of waiting rows back: cells that differ from those that wait are corrected, and the rows that have such cells
    /// are checked again and released where they pass; so are those that wait mended as they came back, as after a workbook whose
    /// taking back was cut off before its release. Nothing is done with rows that nobody mended, with those that left
    /// quarantine since, and with columns that were left out because they are not to be shown: whether a cell there differs would tell
    /// what it holds.
    ///
    /// The workbook is a file, of which some rows are held at a time, and what was mended. It is taken as a whole or not at all.
    pub async fn take_back(
        &self,
        principal: &Principal,
        id: &BatchId,
        (workbook, reason): (&Path, &str),
        shows: impl Fn(&str) -> bool + Send,
    ) -> Result<Returned> {
        require(reason)?;
        let batch = self.batch_record(id).await?;
        let packs = self.packs();
        let columns = packs.dataset(&batch.dataset).map(super::report::columns);
        let mut columns = columns.unwrap_or_default();
        columns.retain(|(name, _)| shows(name));
        let mut returned = Returned::default();
        {
            let _turn = self.settled_turn(&batch.dataset).await?;
            let (sender, mut read) = mpsc::channel(1);
            let reading = Reading {
                workbook: workbook.to_owned(),
                columns,
                batch: id.clone(),
                places: HashSet::new(),
                given: Given::new(),
                sender,
            };
            let reading = tokio::task::spawn_blocking(move || reading.read());
            let mut corrections = Vec::new();
            while let Some(given) = read.recv().await {
                let mended = self.compare(id, given, &mut returned).await?;
                corrections.extend(mended);
            }
            reading.await??;
            returned.left.sort_unstable();
            returned.corrected.sort_unstable();
            self.record(principal, id, corrections, "corrected", reason)
                .await?;
        }
        // None named would be all that wait.
        if !returned.corrected.is_empty() {
            returned.released = self
                .release(principal, id, &returned.corrected, reason)
                .await?;
        }
        Ok(returned)
    }

    /// Looks what of some rows was mended: those, each with its new cells as JSON.
    async fn compare(
        &self,
        id: &BatchId,
        mut given: Given,
        returned: &mut Returned,
    ) -> Result<Vec<(u64, Option<String>)>> {
        let selection = Selection {
            rows: given.keys().copied().collect(),
            waiting: true,
            after: given.keys().next().map(|first| first.saturating_sub(1)),
            limit: Some(given.len()),
            ..Selection::default()
        };
        let mut corrections = Vec::new();
        for row in self.quarantined(id, &selection).await? {
            let cells = given.remove(&row.row).unwrap_or_default();
            let mended = mended(&row, cells);
            if mended.is_empty() && row.state != RowState::Corrected {
                returned.unchanged += 1;
                continue;
            }
            returned.corrected.push(row.row);
            if !mended.is_empty() {
                corrections.push((row.row, Some(serde_json::to_string(&mended)?)));
            }
        }
        returned.left.extend(given.into_keys());
        Ok(corrections)
    }
}

/// The cells of a row that are no longer what waits.
fn mended(row: &QuarantinedRow, mut cells: Cells) -> Cells {
    cells.retain(|column, text| {
        let waits = row.cells.get(column).and_then(Option::as_deref);
        // A workbook ends lines in a way of its own.
        let [waits, came] = [waits, text.as_deref()].map(|text| text.unwrap_or_default().lines());
        !waits.eq(came)
    });
    cells
}

fn refused(id: &BatchId, why: String) -> Error {
    Error::NotReturned {
        batch: id.clone(),
        why,
    }
}

/// A workbook while it is read.
struct Reading {
    workbook: PathBuf,
    columns: Vec<(String, String)>,
    batch: BatchId,
    /// The places of all rows that were read.
    places: HashSet<u64>,
    /// Rows that are not handed on yet.
    given: Given,
    sender: mpsc::Sender<Given>,
}

impl Reading {
    /// Reads all sheets with rows, and hands the rows on in steps.
    fn read(mut self) -> Result<()> {
        let first = self.open(format!("{SHEET}1"))?;
        let mut others = first.report.other_sheets.clone();
        others.retain(|sheet| sheet.starts_with(SHEET));
        self.read_sheet(first)?;
        for sheet in others {
            let opened = self.open(sheet)?;
            self.read_sheet(opened)?;
        }
        if self.places.is_empty() {
            return Err(self.refused("it has no rows".to_owned()));
        }
        self.hand_on()
    }

    fn open(&self, sheet: String) -> Result<Opened> {
        let titles = self.columns.iter().map(|(_, title)| title.clone());
        let titles: Vec<String> = titles.collect();
        let hints = Hints {
            sheet: Some(sheet),
            header_row: Some(1),
            text_headers: titles.clone(),
            known_headers: titles,
            ..Hints::default()
        };
        yandu_decode::open(&self.workbook, &hints).map_err(|error| self.refused(error.to_string()))
    }

    fn refused(&self, why: String) -> Error {
        refused(&self.batch, why)
    }

    /// Hands over what was read; nobody takes it once a step before has failed.
    fn hand_on(&mut self) -> Result<()> {
        let given = std::mem::take(&mut self.given);
        if given.is_empty() {
            return Ok(());
        }
        let sent = self.sender.blocking_send(given);
        sent.map_err(|_| Error::Cancelled)
    }

    fn read_sheet(&mut self, opened: Opened) -> Result<()> {
        if !are_waiting_rows(&opened.header) {
            let leading = LEADING.join(", ");
            return Err(self.refused(format!("its first columns are not {leading}")));
        }
        let places = self.places_of_columns(&opened.header);
        for block in opened.rows.into_blocks() {
            let block = block.map_err(|error| self.refused(error.to_string()))?;
            for row in 0..block.rows() {
                // Below the header.
                let line = block.first_row + row as u64 + 1;
                let said = block.cell(row, 0).unwrap_or_default().trim();
                if said != self.batch.as_str() {
                    return Err(self.refused(format!("line {line} is of batch `{said}`")));
                }
                let place = block.cell(row, 1).unwrap_or_default().trim();
                let place: u64 = place
                    .parse()
                    .map_err(|_| self.refused(format!("line {line} has no place: `{place}`")))?;
                if !self.places.insert(place) {
                    return Err(self.refused(format!("it has row {place} twice")));
                }
                let text = |place: usize| block.cell(row, place).filter(|text| !text.is_empty());
                let cells = places
                    .iter()
                    .map(|(place, column)| (column.clone(), text(*place).map(ToOwned::to_owned)));
                self.given.insert(place, cells.collect());
                if self.given.len() >= STEP {
                    self.hand_on()?;
                }
            }
        }
        Ok(())
    }

    /// Where the columns of the dataset stand in a sheet. Titles of two columns may be the same: they come in the order of the dataset.
    fn places_of_columns(&self, header: &[String]) -> Vec<(usize, String)> {
        let mut unused: Vec<&(String, String)> = self.columns.iter().collect();
        let mut places = Vec::new();
        for (place, header) in header.iter().enumerate().skip(LEADING.len()) {
            if let Some(at) = unused.iter().position(|(_, title)| title == header.trim()) {
                places.push((place, unused.remove(at).0.clone()));
            }
        }
        places
    }
}
