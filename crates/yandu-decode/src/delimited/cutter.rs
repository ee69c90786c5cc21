//! Cuts delimited text into blocks of whole records: the sequential, cheap half of decoding.
//!
//! Memory is bounded by the block size and the record limit, whatever the file holds. A record that is longer
//! than the limit is passed over and a short stub stands for it; a quote that swallows lines without ever being
//! closed costs its own line only. Both are decided from the record alone, never from where a block happens
//! to end, so any block size gives the same rows.

use std::io::Read;

use memchr::{memchr, memchr_iter};

use super::super::Error;
use super::scanner::{Record, Scanner, tail};
use yandu_check::block::RowFaultKind;

/// How much is held at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// About how many bytes a block has.
    pub block_bytes: usize,
    /// Most bytes that one record may have.
    pub record_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            block_bytes: 4 << 20,
            record_bytes: 16 << 20,
        }
    }
}

/// Whole records as they stand in the file, not yet decoded.
#[derive(Debug, Default)]
pub struct RawBlock {
    pub bytes: Vec<u8>,
    /// Place of the first record among the rows of the file, from 1; blank lines have no place.
    pub first_row: u64,
    /// How many rows the block has.
    pub rows: u32,
    /// Where the block starts, in bytes of the text after its header.
    pub offset: u64,
    /// Rows that the cutter found at fault, by their index in the block.
    pub(crate) marks: Vec<(u32, RowFaultKind)>,
}

/// Reads blocks of whole records.
pub struct Cutter<R> {
    input: R,
    scanner: Scanner,
    limits: Limits,
    /// Number of cells that a row should have.
    width: usize,
    carried: Vec<u8>,
    ended: bool,
    next_row: u64,
    offset: u64,
    blank: u64,
}

impl<R: Read> Cutter<R> {
    pub(crate) fn new(input: R, scanner: Scanner, width: usize, limits: Limits) -> Self {
        Self {
            input,
            scanner,
            limits,
            width,
            carried: Vec::new(),
            ended: false,
            next_row: 1,
            offset: 0,
            blank: 0,
        }
    }

    /// Blank lines passed over so far.
    pub fn blank_lines(&self) -> u64 {
        self.blank
    }

    /// Bytes of text handed out so far.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The next block, `None` at the end of the file.
    pub fn next_block(&mut self) -> Result<Option<RawBlock>, Error> {
        let mut bytes = std::mem::take(&mut self.carried);
        let mut wanted = self.limits.block_bytes.max(bytes.len());
        loop {
            self.fill(&mut bytes, wanted)?;
            if bytes.is_empty() {
                return Ok(None);
            }
            let cut = self.cut(&bytes);
            if cut.end > 0 {
                return Ok(Some(self.take_block(bytes, cut)));
            }
            if bytes.len() > self.limits.record_bytes {
                return self.pass_over(bytes).map(Some);
            }
            wanted = (bytes.len() * 2).min(self.limits.record_bytes + 1);
        }
    }

    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> Result<(), Error> {
        let missing = wanted.saturating_sub(bytes.len());
        if self.ended || missing == 0 {
            return Ok(());
        }
        bytes.reserve_exact(missing);
        let read = (&mut self.input)
            .take(missing as u64)
            .read_to_end(bytes)
            .map_err(Error::from_read)?;
        self.ended = read < missing;
        Ok(())
    }

    /// Finds the whole records at the start of the bytes. No record is looked at beyond the limit, so that what
    /// is found does not depend on how many bytes there are.
    fn cut(&self, bytes: &[u8]) -> Cut {
        let mut cut = Cut::default();
        while cut.end < bytes.len() {
            let start = cut.end;
            let view = bytes
                .get(..start + self.limits.record_bytes + 1)
                .unwrap_or(bytes);
            let last = self.ended && bytes.len() - start <= self.limits.record_bytes;
            let mut record = self.scanner.record(view, start, last);
            let goes_on = match record {
                Record::Whole { end, .. } => end - start > self.limits.record_bytes,
                Record::Partial => view.len() - start > self.limits.record_bytes,
                Record::Stray => false,
            };
            if goes_on && !self.runs_over_rows(tail(view, start)) {
                break;
            }
            if goes_on {
                record = Record::Stray;
            }
            let mut fault = None;
            if record == Record::Stray {
                fault = Some(RowFaultKind::OpenQuote);
                record = self.scanner.line(view, start, last);
            }
            let Record::Whole { end, next } = record else {
                break;
            };
            cut.end = next;
            if self
                .scanner
                .is_blank(bytes.get(start..end).unwrap_or_default())
            {
                cut.blank += 1;
                continue;
            }
            if let Some(fault) = fault {
                cut.marks.push((cut.rows, fault));
            }
            cut.rows += 1;
        }
        cut
    }

    /// Whether the lines that an open quote has swallowed look like rows of this file.
    fn runs_over_rows(&self, bytes: &[u8]) -> bool {
        let mut ends = memchr_iter(self.scanner.newline, bytes);
        let Some(mut start) = ends.next() else {
            return false;
        };
        let (mut lines, mut alike) = (0, 0);
        for end in ends.take(20) {
            let line = bytes.get(start..end).unwrap_or_default();
            let cells = memchr_iter(self.scanner.delimiter, line).count() + 1;
            lines += 1;
            alike += usize::from(cells == self.width);
            start = end;
        }
        lines > 0 && alike * 2 >= lines
    }

    fn take_block(&mut self, mut bytes: Vec<u8>, cut: Cut) -> RawBlock {
        self.carried = tail(&bytes, cut.end).to_vec();
        bytes.truncate(cut.end);
        let block = RawBlock {
            bytes,
            first_row: self.next_row,
            rows: cut.rows,
            offset: self.offset,
            marks: cut.marks,
        };
        self.next_row += u64::from(cut.rows);
        self.offset += cut.end as u64;
        self.blank += cut.blank;
        block
    }

    /// Passes over a record that is too long and leaves a stub for it.
    fn pass_over(&mut self, mut bytes: Vec<u8>) -> Result<RawBlock, Error> {
        let mut stub: Vec<u8> = bytes
            .iter()
            .take(STUB_BYTES.min(self.limits.record_bytes))
            .map(|&byte| {
                let breaks = byte == self.scanner.newline || Some(byte) == self.scanner.quote;
                if breaks || byte == b'\r' || byte == b'\n' {
                    b' '
                } else {
                    byte
                }
            })
            .collect();
        let mut walk = Walk::CellStart;
        let mut length = 0_u64;
        let rest = loop {
            if let Some(end) = walk.go(&bytes, self.scanner) {
                length += end as u64;
                break tail(&bytes, end).to_vec();
            }
            length += bytes.len() as u64;
            bytes.clear();
            self.fill(&mut bytes, PASSED_BYTES)?;
            if bytes.is_empty() {
                break Vec::new();
            }
        };
        self.carried = rest;
        if self.scanner.newline == b'\r' {
            let mut carried = std::mem::take(&mut self.carried);
            self.fill(&mut carried, 1)?;
            if carried.first() == Some(&b'\n') {
                carried.remove(0);
                length += 1;
            }
            self.carried = carried;
        }
        stub.extend_from_slice(b" ...\n");
        if let Some(last) = stub.last_mut() {
            *last = self.scanner.newline;
        }
        let block = RawBlock {
            bytes: stub,
            first_row: self.next_row,
            rows: 1,
            offset: self.offset,
            marks: vec![(0, RowFaultKind::CellTooLong { bytes: length })],
        };
        self.next_row += 1;
        self.offset += length;
        Ok(block)
    }
}

const STUB_BYTES: usize = 200;
const PASSED_BYTES: usize = 1 << 20;

impl<R: Read> Iterator for Cutter<R> {
    type Item = Result<RawBlock, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_block().transpose()
    }
}

#[derive(Default)]
struct Cut {
    end: usize,
    rows: u32,
    blank: u64,
    marks: Vec<(u32, RowFaultKind)>,
}

/// Where in a record a byte stands, for records that are not kept.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Walk {
    CellStart,
    Plain,
    Quoted,
    /// After a quote inside a quoted cell.
    Closing,
}

impl Walk {
    /// Goes on over the bytes; gives the start of the next record once it is reached.
    fn go(&mut self, bytes: &[u8], scanner: Scanner) -> Option<usize> {
        if *self == Self::Plain && scanner.quote.is_none() {
            return memchr(scanner.newline, bytes).map(|end| end + 1);
        }
        for (at, &byte) in bytes.iter().enumerate() {
            let quote = Some(byte) == scanner.quote;
            *self = match *self {
                Self::Quoted if quote => Self::Closing,
                Self::Quoted => Self::Quoted,
                Self::Closing if quote => Self::Quoted,
                _ if byte == scanner.newline => return Some(at + 1),
                _ if byte == scanner.delimiter => Self::CellStart,
                Self::CellStart if quote => Self::Quoted,
                Self::CellStart if byte == b' ' => Self::CellStart,
                Self::Closing if matches!(byte, b' ' | b'\r') => Self::Closing,
                Self::Closing => Self::Quoted,
                Self::CellStart | Self::Plain => Self::Plain,
            };
        }
        None
    }
}
