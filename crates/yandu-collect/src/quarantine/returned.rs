//! The workbook of rows that wait, when it comes back with its cells mended.

use std::collections::BTreeMap;

use yandu_decode::{Hints, Opened};
use yandu_lake::Principal;
use yandu_words::id::BatchId;

use super::leave::require;
use super::report::{LEADING, SHEET};
use super::{QuarantinedRow, Released, Selection};
use crate::collector::Collector;
use crate::{Error, Result};

/// What became of a workbook of waiting rows that came back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returned {
    /// Rows of which a cell was mended.
    pub corrected: Vec<u64>,
    /// Rows that came back as they went.
    pub unchanged: u64,
    /// Rows that had left quarantine before; nothing was done with them.
    pub left: Vec<u64>,
    /// What became of those that were mended.
    pub released: Released,
}

/// The cells of a row as they came back, by column; those of columns that the workbook has.
type Cells = BTreeMap<String, Option<String>>;

/// Whether the headers of a delivery are those of a workbook of waiting rows. As a delivery it would stand for rows that it does not
/// have, and its leading columns for columns of the dataset.
pub(crate) fn are_waiting_rows(headers: &[String]) -> bool {
    let first = headers.iter().take(LEADING.len());
    first.map(|header| header.trim()).eq(LEADING)
}

impl Collector {
    /// Takes a workbook of waiting rows back: cells that differ from those that wait are corrected, and the rows that have such cells
    /// are checked again and released where they pass. Nothing is done with rows that came back as they went, with those that left
    /// quarantine since, and with columns that were left out because they are not to be shown: whether a cell there differs would tell
    /// what it holds.
    pub async fn take_back(
        &self,
        principal: &Principal,
        id: &BatchId,
        (workbook, reason): (Vec<u8>, &str),
        shows: impl Fn(&str) -> bool + Send,
    ) -> Result<Returned> {
        require(reason)?;
        let batch = self.batch_record(id).await?;
        let packs = self.packs();
        let columns = packs.dataset(&batch.dataset).map(super::report::columns);
        let mut columns = columns.unwrap_or_default();
        columns.retain(|(name, _)| shows(name));
        let of = id.clone();
        let reading = tokio::task::spawn_blocking(move || read(&workbook, &columns, &of));
        let mut given = reading.await??;
        let mut returned = Returned::default();
        {
            let turn = self.turn(&batch.dataset);
            let _turn = turn.lock().await;
            let selection = Selection {
                rows: given.keys().copied().collect(),
                waiting: true,
                ..Selection::default()
            };
            let mut corrections = Vec::new();
            for row in self.quarantined(id, &selection).await? {
                let cells = given.remove(&row.row).unwrap_or_default();
                let mended = mended(&row, cells);
                if mended.is_empty() {
                    returned.unchanged += 1;
                } else {
                    returned.corrected.push(row.row);
                    corrections.push((row.row, Some(serde_json::to_string(&mended)?)));
                }
            }
            returned.left = given.into_keys().collect();
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

/// The rows of a workbook, by their places in the batch.
fn read(
    workbook: &[u8],
    columns: &[(String, String)],
    id: &BatchId,
) -> Result<BTreeMap<u64, Cells>> {
    let titles: Vec<String> = columns.iter().map(|(_, title)| title.clone()).collect();
    let open = |sheet: String| {
        let hints = Hints {
            sheet: Some(sheet),
            header_row: Some(1),
            text_headers: titles.clone(),
            known_headers: titles.clone(),
            ..Hints::default()
        };
        yandu_decode::open_bytes(workbook.to_vec(), &hints)
            .map_err(|error| refused(id, error.to_string()))
    };
    let first = open(format!("{SHEET}1"))?;
    let mut others = first.report.other_sheets.clone();
    others.retain(|sheet| sheet.starts_with(SHEET));
    let mut rows = BTreeMap::new();
    read_sheet(first, columns, id, &mut rows)?;
    for sheet in others {
        read_sheet(open(sheet)?, columns, id, &mut rows)?;
    }
    if rows.is_empty() {
        return Err(refused(id, "it has no rows".to_owned()));
    }
    Ok(rows)
}

fn refused(id: &BatchId, why: String) -> Error {
    Error::NotReturned {
        batch: id.clone(),
        why,
    }
}

fn read_sheet(
    opened: Opened,
    columns: &[(String, String)],
    id: &BatchId,
    rows: &mut BTreeMap<u64, Cells>,
) -> Result<()> {
    if !are_waiting_rows(&opened.header) {
        let leading = LEADING.join(", ");
        return Err(refused(id, format!("its first columns are not {leading}")));
    }
    // Titles of two columns may be the same: they come in the order of the dataset.
    let mut unused: Vec<&(String, String)> = columns.iter().collect();
    let mut places = Vec::new();
    for (place, header) in opened.header.iter().enumerate().skip(LEADING.len()) {
        if let Some(at) = unused.iter().position(|(_, title)| title == header.trim()) {
            places.push((place, &unused.remove(at).0));
        }
    }
    for block in opened.rows.into_blocks() {
        let block = block.map_err(|error| refused(id, error.to_string()))?;
        for row in 0..block.rows() {
            // Below the header.
            let line = block.first_row + row as u64 + 1;
            let said = block.cell(row, 0).unwrap_or_default().trim();
            if said != id.as_str() {
                return Err(refused(id, format!("line {line} is of batch `{said}`")));
            }
            let place = block.cell(row, 1).unwrap_or_default().trim();
            let place: u64 = place
                .parse()
                .map_err(|_| refused(id, format!("line {line} has no place: `{place}`")))?;
            let text = |place: usize| block.cell(row, place).filter(|text| !text.is_empty());
            let cells = places
                .iter()
                .map(|(place, column)| ((*column).clone(), text(*place).map(ToOwned::to_owned)));
            if rows.insert(place, cells.collect()).is_some() {
                return Err(refused(id, format!("it has row {place} twice")));
            }
        }
    }
    Ok(())
}
