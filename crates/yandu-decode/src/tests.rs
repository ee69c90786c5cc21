//! Whole files: every format, the refusals, and real files of unpleasant kinds.

use std::io::Write;
use std::path::{Path, PathBuf};

use yandu_check::block::RowFaultKind;

use super::{Error, Hints, Limits, Opened, Report, open, open_bytes, open_bytes_within};

mod binary_workbooks;
mod documents;
mod messy_tables;
mod refusals;
mod workbooks;

pub(super) type Row = Vec<Option<String>>;

/// A file read to its end.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) report: Report,
    pub(super) header: Vec<String>,
    pub(super) rows: Vec<Row>,
    pub(super) records: Vec<String>,
    pub(super) faults: Vec<(u64, RowFaultKind)>,
}

impl Table {
    pub(super) fn texts(&self, row: usize) -> Vec<&str> {
        self.rows[row]
            .iter()
            .map(|cell| cell.as_deref().unwrap_or("∅"))
            .collect()
    }
}

pub(super) fn collect(opened: Opened) -> Result<Table, Error> {
    let mut table = Table {
        report: opened.report,
        header: opened.header,
        rows: Vec::new(),
        records: Vec::new(),
        faults: Vec::new(),
    };
    for block in opened.rows.into_blocks() {
        let block = block?;
        assert_eq!(block.width, table.header.len());
        assert_eq!(block.cells.len(), block.rows() * block.width);
        assert_eq!(block.first_row, table.rows.len() as u64 + 1);
        for row in 0..block.rows() {
            let cells = (0..block.width).map(|column| block.cell(row, column).map(str::to_owned));
            table.rows.push(cells.collect());
            table.records.push(block.record(row).to_owned());
        }
        for fault in block.faults {
            let place = block.first_row + u64::from(fault.row);
            table.faults.push((place, fault.kind));
        }
    }
    Ok(table)
}

pub(super) fn read(bytes: impl Into<Vec<u8>>) -> Table {
    read_with(bytes, &Hints::default())
}

pub(super) fn read_with(bytes: impl Into<Vec<u8>>, hints: &Hints) -> Table {
    collect(open_bytes(bytes.into(), hints).unwrap()).unwrap()
}

pub(super) fn refused(bytes: impl Into<Vec<u8>>) -> Error {
    open_bytes(bytes.into(), &Hints::default()).err().unwrap()
}

pub(super) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The folder of shared data, which stands beside the repository where there is one.
pub(super) fn shared_data(folder: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|above| above.join("shared/data").join(folder))
        .find(|path| path.is_dir());
    if found.is_none() {
        println!("skipped: there is no folder shared/data/{folder} beside the repository");
    }
    found
}
