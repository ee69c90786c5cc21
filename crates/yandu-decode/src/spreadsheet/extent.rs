//! How large the grid of an OpenDocument sheet becomes: a few bytes can repeat a cell a billion times.

use std::cell::RefCell;
use std::io::Read;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use crate::Error;
use crate::source::Input;

/// Most cells of all sheets together.
const CELLS: u64 = 30_000_000;

/// Refuses content whose rows and columns, once repeated, are more than a workbook can have in memory.
pub(crate) fn within(mut content: Input) -> Result<(), Error> {
    let tokenizer = Tokenizer::new(Extent::default(), TokenizerOpts::default());
    let queue = BufferQueue::default();
    let mut chunk = vec![0; 1 << 16];
    loop {
        let read = content.read(&mut chunk).map_err(Error::from_read)?;
        // Tags are ASCII; what the texts say does not matter here.
        let text = String::from_utf8_lossy(chunk.get(..read).unwrap_or_default());
        queue.push_back(StrTendril::from(text.as_ref()));
        let _ = tokenizer.feed(&queue);
        let mut extent = tokenizer.sink.state.borrow_mut();
        if read == 0 {
            extent.end_table();
        }
        if extent.cells > CELLS {
            return Err(Error::UnpacksTooLarge {
                limit_bytes: super::super::archive::WORKBOOK_BYTES,
            });
        }
        if read == 0 {
            return Ok(());
        }
    }
}

#[derive(Default)]
struct Extent {
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    cells: u64,
    /// Rows of the table so far, and those up to the last one that holds something.
    rows: u64,
    filled_rows: u64,
    width: u64,
    repeats: u64,
    columns: u64,
    filled_columns: u64,
}

impl State {
    fn end_row(&mut self) {
        self.rows = self.rows.saturating_add(self.repeats);
        if self.filled_columns > 0 {
            self.filled_rows = self.rows;
            self.width = self.width.max(self.filled_columns);
        }
        (self.repeats, self.columns, self.filled_columns) = (0, 0, 0);
    }

    fn end_table(&mut self) {
        self.end_row();
        let cells = self.filled_rows.saturating_mul(self.width);
        self.cells = self.cells.saturating_add(cells);
        (self.rows, self.filled_rows, self.width) = (0, 0, 0);
    }

    fn start(&mut self, tag: &Tag) {
        let number = |name: &str| {
            tag.attrs
                .iter()
                .find(|attribute| &*attribute.name.local == name)
                .and_then(|attribute| attribute.value.parse::<u64>().ok())
                .unwrap_or(1)
        };
        match &*tag.name {
            "table:table" => self.end_table(),
            "table:table-row" => {
                self.end_row();
                self.repeats = number("table:number-rows-repeated");
            }
            "table:table-cell" | "table:covered-table-cell" => {
                let repeats = number("table:number-columns-repeated");
                self.columns = self.columns.saturating_add(repeats);
                let valued = tag
                    .attrs
                    .iter()
                    .any(|attribute| &*attribute.name.local == "office:value-type");
                if valued {
                    self.filled_columns = self.columns;
                }
            }
            "text:p" => self.filled_columns = self.columns,
            _ => {}
        }
    }
}

impl TokenSink for Extent {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let Token::TagToken(tag) = token
            && tag.kind == TagKind::StartTag
        {
            self.state.borrow_mut().start(&tag);
        }
        TokenSinkResult::Continue
    }
}
