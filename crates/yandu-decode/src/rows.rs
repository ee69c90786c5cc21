//! What is common to the rows of all formats: which rows are no data, and how blocks are filled.

use yandu_check::block::{CellSpan, RowFault, RowFaultKind, TextBlock};

/// Words that stand at the start of a row of totals.
const TOTALS: [&str; 10] = [
    "合计",
    "总计",
    "共计",
    "小计",
    "总合计",
    "total",
    "totals",
    "subtotal",
    "grandtotal",
    "grandtotals",
];

/// Tells rows that are no data: the header once more, and totals under the table.
#[derive(Debug)]
pub(crate) struct RowJudge {
    header: Vec<String>,
    /// Header names as they stand in the file, which may differ from the names given out.
    written: Vec<String>,
    /// Whether a first cell that starts with the byte may be one of those.
    suspects: Vec<bool>,
}

impl RowJudge {
    pub(crate) fn new(header: Vec<String>, written: Vec<String>) -> Self {
        let mut suspects = vec![false; 256];
        let first_name = written
            .first()
            .map(String::as_str)
            .filter(|_| written.len() > 1);
        let words = TOTALS.into_iter().chain(["T", "S", "G", " ", "\u{3000}"]);
        for word in words.chain(first_name) {
            let first = word.bytes().next().map(usize::from);
            if let Some(flag) = first.and_then(|first| suspects.get_mut(first)) {
                *flag = true;
            }
        }
        Self {
            header,
            written,
            suspects,
        }
    }

    pub(crate) fn width(&self) -> usize {
        self.header.len()
    }

    /// Why a row is no data, by its cells.
    pub(crate) fn fault<'a>(
        &self,
        cell: impl Fn(usize) -> Option<&'a str>,
    ) -> Option<RowFaultKind> {
        let (place, first) = (0..self.width().min(3)).find_map(|at| Some((at, cell(at)?)))?;
        let byte = usize::from(first.bytes().next()?);
        if !self.suspects.get(byte).copied().unwrap_or(false) || self.width() < 2 {
            return None;
        }
        if is_total(first) {
            let word = first.trim();
            return Some(RowFaultKind::syntax(
                format!("合计行（{word}）"),
                format!("a row of totals (`{word}`)"),
            ));
        }
        let repeats = place == 0
            && self.written.len() == self.width()
            && self.written.iter().enumerate().all(|(at, name)| {
                let found = cell(at).unwrap_or_default();
                found == name || found.trim() == name.trim()
            });
        repeats.then(|| RowFaultKind::syntax("表头重复出现", "the header once more"))
    }
}

fn is_total(cell: &str) -> bool {
    if cell.len() > 24 {
        return false;
    }
    let word: String = cell
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, ':' | '：'))
        .flat_map(char::to_lowercase)
        .collect();
    TOTALS.contains(&word.as_str())
}

/// Whether a text has a character that no text of a register has.
pub(crate) fn has_control(text: &str) -> bool {
    // Without an early end inside a run of bytes, the compiler looks at many bytes at once.
    text.as_bytes().chunks(256).any(|bytes| {
        let found = bytes.iter().fold(0_u8, |found, &byte| {
            let low = u8::from(byte < 0x20) & u8::from(byte.wrapping_sub(9) > 4);
            found | low | u8::from(byte == 0x7F)
        });
        found != 0
    })
}

const BLOCK_BYTES: usize = 2 << 20;
const BLOCK_ROWS: usize = 16_384;

/// Fills blocks row by row.
pub(crate) struct BlockBuilder<'a> {
    judge: &'a RowJudge,
    block: TextBlock,
    next_row: u64,
}

impl<'a> BlockBuilder<'a> {
    pub(crate) fn new(judge: &'a RowJudge) -> Self {
        Self {
            judge,
            block: TextBlock::default(),
            next_row: 1,
        }
    }

    /// Adds a row whose record is its cells with tabs between them. A blank row is passed over.
    pub(crate) fn push<S: AsRef<str>>(&mut self, cells: &[Option<S>], fault: Option<RowFaultKind>) {
        let filled = |cell: &Option<S>| {
            cell.as_ref()
                .is_some_and(|text| !text.as_ref().trim().is_empty())
        };
        if fault.is_none() && !cells.iter().any(filled) {
            return;
        }
        let width = self.judge.width();
        let start = self.block.text.len();
        let mut cut = None;
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.block.text.push('\t');
            }
            let from = self.block.text.len();
            let text = cell.as_ref().map(AsRef::as_ref);
            self.block.text.push_str(text.unwrap_or_default());
            if at < width {
                self.block.cells.push(if text.is_some() {
                    CellSpan::new(from, self.block.text.len())
                } else {
                    CellSpan::ABSENT
                });
            } else if text.is_some_and(|text| !text.trim().is_empty()) {
                cut = Some(RowFaultKind::CellCount {
                    found: at as u32 + 1,
                    expected: width as u32,
                });
            }
        }
        let control = has_control(self.block.text.get(start..).unwrap_or_default());
        let control = control.then_some(RowFaultKind::ControlCharacter);
        let of_row = self
            .judge
            .fault(|at| cells.get(at)?.as_ref().map(AsRef::as_ref));
        self.end(start, fault.or(control).or(of_row).or(cut));
    }

    /// Adds a record that could not be read as cells.
    pub(crate) fn push_broken(&mut self, record: &str, fault: RowFaultKind) {
        let start = self.block.text.len();
        self.block.text.push_str(record);
        self.end(start, Some(fault));
    }

    /// Adds a row whose record stands beside its cells.
    pub(crate) fn push_with_record(
        &mut self,
        record: &str,
        cells: &[Option<String>],
        fault: Option<RowFaultKind>,
    ) {
        let start = self.block.text.len();
        self.block.text.push_str(record);
        let end = self.block.text.len();
        for cell in cells.iter().take(self.judge.width()) {
            let from = self.block.text.len();
            self.block.cells.push(match cell {
                Some(text) => {
                    self.block.text.push_str(text);
                    CellSpan::new(from, self.block.text.len())
                }
                None => CellSpan::ABSENT,
            });
        }
        let control = self.block.text.get(end..).is_some_and(has_control);
        let fault = fault.or(control.then_some(RowFaultKind::ControlCharacter));
        self.end(start, fault);
        if let Some(record) = self.block.records.last_mut() {
            *record = CellSpan::new(start, end);
        }
    }

    fn end(&mut self, start: usize, fault: Option<RowFaultKind>) {
        let row = self.block.records.len();
        let width = self.judge.width();
        self.block.cells.resize((row + 1) * width, CellSpan::ABSENT);
        self.block
            .records
            .push(CellSpan::new(start, self.block.text.len()));
        if let Some(kind) = fault {
            self.block.faults.push(RowFault {
                row: row as u32,
                kind,
            });
        }
    }

    /// The block, once it is full.
    pub(crate) fn take_full(&mut self) -> Option<TextBlock> {
        let full = self.block.text.len() >= BLOCK_BYTES || self.block.records.len() >= BLOCK_ROWS;
        if full { self.take() } else { None }
    }

    /// What is left.
    pub(crate) fn take(&mut self) -> Option<TextBlock> {
        let mut block = std::mem::take(&mut self.block);
        if block.records.is_empty() {
            return None;
        }
        block.width = self.judge.width();
        block.first_row = self.next_row;
        self.next_row += block.records.len() as u64;
        Some(block)
    }
}
