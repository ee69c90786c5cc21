//! Rows of the tables in a stream of tags, without a tree of the document.
//!
//! Reads HTML as offices export it (cells and rows that are never closed, tables in tables) and the XML
//! workbooks of Excel 2003, whose elements have other names for the same things.

use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use std::cell::RefCell;

use super::grid::Grid;
use crate::header::Cells;

/// A row, and the number of its table in the document.
pub(crate) struct Row {
    pub(crate) table: usize,
    pub(crate) cells: Cells,
    /// How many cells it has; `None` in a workbook, which leaves out empty cells at the end of a row.
    pub(crate) found: Option<usize>,
    /// A cell was longer than the limit, with its bytes.
    pub(crate) too_long: Option<u64>,
}

#[derive(Default)]
pub(crate) struct Walker {
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    open: Vec<Table>,
    tables: usize,
    rows: Vec<Row>,
}

#[derive(Default)]
struct Table {
    number: usize,
    grid: Grid,
    row: Option<Line>,
    cell: Option<Cell>,
}

#[derive(Default)]
struct Line {
    cells: Vec<Cell>,
    hidden: bool,
    /// The row is one of an XML workbook.
    of_workbook: bool,
}

#[derive(Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    /// Column of the cell where the file gives it, from 0.
    pub(crate) at: Option<usize>,
    /// Bytes that were not kept.
    pub(crate) lost: u64,
    /// Name and depth of the hidden element that is open.
    hidden: Option<(String, usize)>,
}

/// Most bytes of one cell.
const CELL_BYTES: usize = 4 << 20;
/// As in the HTML standard, 4.9.11.
const MOST_COLUMNS: usize = 1000;
const MOST_ROWS: usize = 65_534;
/// Stands for a line break until the spaces around it are dropped.
const LINE_BREAK: &str = "\u{2028}";
/// Tables in tables deeper than this are read as text.
const DEPTH: usize = 32;

impl Walker {
    /// The rows that were finished since the last call.
    pub(crate) fn take_rows(&self) -> Vec<Row> {
        std::mem::take(&mut self.state.borrow_mut().rows)
    }
}

impl TokenSink for Walker {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.state.borrow_mut();
        match token {
            Token::TagToken(tag) => {
                if tag.kind == TagKind::StartTag {
                    state.start(&tag);
                    if !tag.self_closing {
                        return match &*tag.name {
                            "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                            "style" => TokenSinkResult::RawData(RawKind::Rawtext),
                            "textarea" | "title" => TokenSinkResult::RawData(RawKind::Rcdata),
                            _ => TokenSinkResult::Continue,
                        };
                    }
                }
                if tag.kind == TagKind::EndTag || tag.self_closing {
                    state.end(&tag.name);
                }
            }
            Token::CharacterTokens(text) => state.text(&text),
            Token::EOFToken => state.end_all(),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl State {
    fn start(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        match name {
            "table" => {
                if self.open.len() < DEPTH {
                    self.open.push(Table {
                        number: self.tables,
                        ..Table::default()
                    });
                }
                self.tables += 1;
            }
            "tr" | "row" => {
                self.end_row();
                if let Some(table) = self.open.last_mut() {
                    if let Some(at) = number(tag, "ss:index") {
                        table.grid.skip_to(at.saturating_sub(1));
                    }
                    table.row = Some(Line {
                        hidden: is_hidden(tag),
                        of_workbook: name == "row",
                        ..Line::default()
                    });
                }
            }
            "td" | "th" | "cell" => self.start_cell(tag),
            "thead" | "tbody" | "tfoot" => self.end_row(),
            "br" => self.text(LINE_BREAK),
            _ => self.start_inside(name, tag),
        }
    }

    fn start_cell(&mut self, tag: &Tag) {
        self.end_cell();
        let Some(table) = self.open.last_mut() else {
            return;
        };
        table.row.get_or_insert_default();
        let merged = |html: &str, xml: &str| {
            number(tag, html).or_else(|| number(tag, xml).map(|more| more + 1))
        };
        let rows = merged("rowspan", "ss:mergedown").unwrap_or(1);
        table.cell = Some(Cell {
            columns: merged("colspan", "ss:mergeacross")
                .unwrap_or(1)
                .clamp(1, MOST_COLUMNS),
            rows: if rows == 0 {
                MOST_ROWS
            } else {
                rows.min(MOST_ROWS)
            },
            at: number(tag, "ss:index").and_then(|at| at.checked_sub(1)),
            ..Cell::default()
        });
        if is_hidden(tag)
            && let Some(cell) = &mut table.cell
        {
            cell.hidden = Some((String::new(), 1));
        }
    }

    /// A tag inside a cell.
    fn start_inside(&mut self, name: &str, tag: &Tag) {
        let Some(cell) = self.cell() else {
            return;
        };
        let never_shown = matches!(
            name,
            "script" | "style" | "template" | "noscript" | "comment" | "title"
        );
        match &mut cell.hidden {
            Some((hidden, depth)) if hidden == name && !tag.self_closing => *depth += 1,
            None if !is_void(name) && (never_shown || is_hidden(tag)) => {
                cell.hidden = Some((name.to_owned(), 1));
            }
            None if is_block(name) && !cell.text.is_empty() => cell.text.push(' '),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "table" => {
                self.end_row();
                self.open.pop();
            }
            "tr" | "row" | "thead" | "tbody" | "tfoot" => self.end_row(),
            "td" | "th" | "cell" => self.end_cell(),
            _ => {
                let Some(cell) = self.cell() else {
                    return;
                };
                if let Some((hidden, depth)) = &mut cell.hidden
                    && hidden == name
                {
                    *depth -= 1;
                    if *depth == 0 {
                        cell.hidden = None;
                    }
                } else if is_block(name) && cell.hidden.is_none() && !cell.text.is_empty() {
                    cell.text.push(' ');
                }
            }
        }
    }

    fn cell(&mut self) -> Option<&mut Cell> {
        self.open.last_mut()?.cell.as_mut()
    }

    fn text(&mut self, text: &str) {
        let Some(cell) = self.cell().filter(|cell| cell.hidden.is_none()) else {
            return;
        };
        if cell.text.len() + text.len() > CELL_BYTES {
            cell.lost += text.len() as u64;
            return;
        }
        cell.text.push_str(text);
    }

    fn end_cell(&mut self) {
        let Some(table) = self.open.last_mut() else {
            return;
        };
        if let Some(mut cell) = table.cell.take() {
            cell.text = tidy(&cell.text);
            table.row.get_or_insert_default().cells.push(cell);
        }
    }

    fn end_row(&mut self) {
        self.end_cell();
        let Some(table) = self.open.last_mut() else {
            return;
        };
        if let Some(line) = table.row.take() {
            let lost = line.cells.iter().find(|cell| cell.lost > 0);
            let too_long = lost.map(|cell| cell.lost + cell.text.len() as u64);
            let (cells, found) = table.grid.row(line.cells);
            if !line.hidden {
                self.rows.push(Row {
                    table: table.number,
                    cells,
                    found: (!line.of_workbook).then_some(found),
                    too_long,
                });
            }
        }
    }

    fn end_all(&mut self) {
        while !self.open.is_empty() {
            self.end_row();
            self.open.pop();
        }
    }
}

fn attribute<'a>(tag: &'a Tag, name: &str) -> Option<&'a str> {
    tag.attrs
        .iter()
        .find(|attribute| &*attribute.name.local == name)
        .map(|attribute| &*attribute.value)
}

fn number(tag: &Tag, name: &str) -> Option<usize> {
    attribute(tag, name)?.trim().parse().ok()
}

fn is_hidden(tag: &Tag) -> bool {
    let style = attribute(tag, "style").is_some_and(|style| {
        let style: String = style
            .chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect();
        style.contains("display:none") || style.contains("visibility:hidden")
    });
    style || attribute(tag, "hidden").is_some()
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "img" | "input" | "hr" | "col" | "wbr" | "meta" | "link" | "area" | "source"
    )
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div" | "li" | "ul" | "ol" | "center" | "h1" | "h2" | "h3" | "h4" | "hr" | "data"
    )
}

/// Text as a browser shows it: runs of spaces are one, line breaks stay.
fn tidy(text: &str) -> String {
    let lines = text.split(LINE_BREAK).map(|line| {
        let words: Vec<&str> = line
            .split([' ', '\t', '\n', '\r', '\u{A0}'])
            .filter(|word| !word.is_empty())
            .collect();
        words.join(" ")
    });
    let lines: Vec<String> = lines.collect();
    lines.join("\n").trim_matches('\n').to_owned()
}
