//! Rows of one dataset become bytes, and some of them get a fault, which is written down.

use std::sync::Arc;

use crate::defect::{DefectKind, Planted, Truth, Verdict};
use crate::hand::Hand;
use crate::random::Stream;
use crate::rates::Plan;
use crate::sink::{Cell, Frame, Row, Texts};
use crate::term::{Charset, encode};
use crate::world::World;

/// What becomes of rows of the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The first is kept.
    Snapshot,
    /// The last wins.
    Upsert,
}

/// The shape of a dataset as it is delivered.
pub(crate) struct Layout {
    pub(crate) dataset: &'static str,
    pub(crate) columns: &'static [&'static str],
    pub(crate) headers: &'static [&'static str],
    pub(crate) key: &'static [usize],
    pub(crate) mode: Mode,
    /// The text column that takes bytes of another encoding than the delivery's.
    pub(crate) foreign: (&'static str, Charset),
    /// Works a fault into the cells, or leaves them as they are where the row cannot have it.
    pub(crate) spoil: fn(&World, DefectKind, &mut Hand<'_>) -> Option<Planted>,
}

impl Layout {
    pub(crate) fn at(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| *known == column)
    }

    fn key_of(&self, cells: &[Cell]) -> String {
        let texts: Vec<&str> = self
            .key
            .iter()
            .map(|at| cells.get(*at).map_or("", Cell::text))
            .collect();
        texts.join("|")
    }
}

/// A fault with the place of its row in the block.
pub(crate) struct Noted {
    row: u64,
    twin: Option<u64>,
    key: String,
    kind: DefectKind,
    planted: Planted,
}

/// A run of rows and their faults.
pub(crate) struct Block<P> {
    pub(crate) page: P,
    pub(crate) rows: u64,
    pub(crate) noted: Vec<Noted>,
}

impl Noted {
    /// The truth about the row, `before` rows having come in earlier blocks.
    pub(crate) fn truth(
        self,
        before: u64,
        file: &Arc<str>,
        sheet: Option<&Arc<str>>,
        dataset: &Arc<str>,
    ) -> Truth {
        Truth {
            file: Arc::clone(file),
            sheet: sheet.cloned(),
            dataset: Arc::clone(dataset),
            row: before + self.row,
            key: self.key,
            column: self.planted.column.map(Arc::from),
            kind: self.kind,
            reason: self.planted.reason.into(),
            hard: self.planted.verdict.keeps_out(),
            verdict: self.planted.verdict,
            twin: self.twin.map(|twin| before + twin),
        }
    }
}

/// A row that is to come once more at the end of its block.
struct Held {
    cells: Vec<Cell>,
    row: u64,
    key: String,
    kind: DefectKind,
}

/// Where clean and spoiled rows go; a book takes cells, a text file bytes.
pub(crate) trait Page {
    fn row<R: Row>(&mut self, row: &R);
    fn cells(&mut self, cells: &[Cell]);
    /// A record cut off in its middle.
    fn broken(&mut self, cells: &[Cell]);
}

/// Bytes in one frame, and a copy in another.
pub(crate) struct Text<'a> {
    frame: &'a Frame,
    copy_frame: Option<&'a Frame>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) copy: Vec<u8>,
}

impl<'a> Text<'a> {
    pub(crate) fn new(frame: &'a Frame, copy_frame: Option<&'a Frame>) -> Self {
        Self {
            frame,
            copy_frame,
            bytes: Vec::with_capacity(1 << 19),
            copy: Vec::new(),
        }
    }
}

impl Page for Text<'_> {
    fn row<R: Row>(&mut self, row: &R) {
        self.frame.write_row(row, &mut self.bytes);
        if let Some(frame) = self.copy_frame {
            frame.write_row(row, &mut self.copy);
        }
    }

    fn cells(&mut self, cells: &[Cell]) {
        self.frame.write_cells(cells, &mut self.bytes);
        if let Some(frame) = self.copy_frame {
            let decoded: Vec<Cell> = cells
                .iter()
                .map(|cell| match cell {
                    Cell::Foreign(bytes) => {
                        Cell::Text(encoding_rs::GB18030.decode(bytes).0.into_owned())
                    }
                    other => other.clone(),
                })
                .collect();
            frame.write_cells(&decoded, &mut self.copy);
        }
    }

    fn broken(&mut self, cells: &[Cell]) {
        let start = self.bytes.len();
        self.frame.write_cells(cells, &mut self.bytes);
        let mut end = start + (self.bytes.len() - start) * 3 / 5;
        // A cut between characters, so that the fault is one of form and not of encoding.
        while self.bytes.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
            end -= 1;
        }
        self.bytes.truncate(end);
        self.bytes.push(b'\n');
    }
}

/// Cells for a workbook.
#[derive(Default)]
pub(crate) struct Cells {
    pub(crate) rows: Vec<Vec<Cell>>,
}

impl Page for Cells {
    fn row<R: Row>(&mut self, row: &R) {
        self.rows.push(Texts::of(row));
    }

    fn cells(&mut self, cells: &[Cell]) {
        self.rows.push(cells.to_vec());
    }

    fn broken(&mut self, cells: &[Cell]) {
        self.cells(cells);
    }
}

/// Writes the rows of one block of a dataset.
pub(crate) struct Pen<'a, P> {
    world: &'a World,
    layout: &'a Layout,
    plan: &'a Plan,
    page: P,
    rows: u64,
    noted: Vec<Noted>,
    held: Vec<Held>,
}

impl<'a, P: Page> Pen<'a, P> {
    pub(crate) fn new(world: &'a World, layout: &'a Layout, plan: &'a Plan, page: P) -> Self {
        Self {
            world,
            layout,
            plan,
            page,
            rows: 0,
            noted: Vec::new(),
            held: Vec::new(),
        }
    }

    /// Writes a row, with a fault if the plan has one for `index`.
    #[inline]
    pub(crate) fn write<R: Row>(&mut self, index: u64, row: &R) {
        match self.plan.draw(index) {
            None => {
                self.rows += 1;
                self.page.row(row);
            }
            Some((kind, stream)) => self.write_spoiled(row, kind, stream),
        }
    }

    fn write_spoiled<R: Row>(&mut self, row: &R, kind: DefectKind, stream: Stream) {
        let mut cells = Texts::of(row);
        let clean_key = self.layout.key_of(&cells);
        let mut hand = Hand {
            layout: self.layout,
            cells: &mut cells,
            stream,
        };
        let planted = match kind {
            DefectKind::DuplicateKey => {
                self.rows += 1;
                self.page.row(row);
                self.hold(cells, clean_key, kind);
                return;
            }
            DefectKind::NearDuplicate => {
                self.rows += 1;
                self.page.row(row);
                if (self.layout.spoil)(self.world, kind, &mut hand).is_some() {
                    self.hold(cells, clean_key, kind);
                }
                return;
            }
            DefectKind::HeaderRepeated => {
                self.rows += 1;
                self.page.row(row);
                cells = self
                    .layout
                    .headers
                    .iter()
                    .map(|text| Cell::Text((*text).into()))
                    .collect();
                Some(Planted::row("header", Verdict::LeftOut))
            }
            DefectKind::TotalRow => {
                self.rows += 1;
                self.page.row(row);
                cells = vec![Cell::Absent; self.layout.columns.len()];
                if let Some(first) = cells.first_mut() {
                    *first = Cell::Text("合计".into());
                }
                if let Some(last) = cells.last_mut() {
                    *last = Cell::Text(self.rows.to_string());
                }
                Some(Planted::row("total", Verdict::LeftOut))
            }
            DefectKind::CellCount => {
                let at = 2 + hand.stream.below(self.layout.columns.len() as u32 - 4) as usize;
                if hand.stream.per_thousand(500) {
                    hand.cells.remove(at);
                } else {
                    hand.cells.insert(at, Cell::Absent);
                }
                Some(Planted::row("cell-count", Verdict::Quarantined))
            }
            DefectKind::Encoding => {
                let (column, charset) = self.layout.foreign;
                let bytes = foreign(hand.text(column), charset);
                hand.set(column, Cell::Foreign(bytes));
                Some(Planted::row("encoding", Verdict::Quarantined))
            }
            DefectKind::BrokenRecord => {
                self.rows += 1;
                self.page.broken(&cells);
                self.noted.push(Noted {
                    row: self.rows,
                    twin: None,
                    key: clean_key,
                    kind,
                    planted: Planted::row("syntax", Verdict::Quarantined),
                });
                return;
            }
            _ => (self.layout.spoil)(self.world, kind, &mut hand),
        };
        self.rows += 1;
        let Some(planted) = planted else {
            self.page.row(row);
            return;
        };
        self.page.cells(&cells);
        self.noted.push(Noted {
            row: self.rows,
            twin: None,
            key: match kind {
                DefectKind::CellCount => clean_key,
                _ => self.layout.key_of(&cells),
            },
            kind,
            planted,
        });
    }

    fn hold(&mut self, cells: Vec<Cell>, key: String, kind: DefectKind) {
        self.held.push(Held {
            cells,
            row: self.rows,
            key,
            kind,
        });
    }

    /// Writes the rows that come a second time and gives the page back.
    pub(crate) fn finish(mut self) -> Block<P> {
        for held in std::mem::take(&mut self.held) {
            self.rows += 1;
            self.page.cells(&held.cells);
            let (row, twin, planted) = match self.layout.mode {
                Mode::Snapshot => (
                    self.rows,
                    held.row,
                    Planted::row("duplicate-key", Verdict::Quarantined),
                ),
                Mode::Upsert => (
                    held.row,
                    self.rows,
                    Planted::row("superseded", Verdict::Superseded),
                ),
            };
            self.noted.push(Noted {
                row,
                twin: Some(twin),
                key: held.key,
                kind: held.kind,
                planted,
            });
        }
        Block {
            page: self.page,
            rows: self.rows,
            noted: self.noted,
        }
    }
}

/// The bytes of a text in an encoding that is not the delivery's, such that they cannot be read in it:
/// where they could be, with a byte that neither encoding knows.
fn foreign(text: &str, delivery: Charset) -> Vec<u8> {
    let mut bytes = match delivery {
        Charset::Utf8 => encode(text, Charset::Gb18030),
        Charset::Gb18030 | Charset::GbkInHtml => text.as_bytes().to_vec(),
    };
    let readable = match delivery {
        Charset::Utf8 => std::str::from_utf8(&bytes).is_ok(),
        Charset::Gb18030 | Charset::GbkInHtml => {
            let cell = [bytes.as_slice(), b","].concat();
            !encoding_rs::GB18030.decode(&cell).2
        }
    };
    if readable {
        bytes.push(0xFF);
    }
    bytes
}
