//! Where records and cells end: the one place that knows quotes, shared by the cutter and the parser.
//!
//! RFC 4180 with the tolerance that real exports need. A quote opens a cell only at its start (spaces before
//! it are allowed), a doubled quote stands for one, a quote closes only before a delimiter or a line end, and
//! any other quote is text. Bytes are looked at one by one, so an encoding must keep ASCII separators out of
//! its other characters.

use memchr::{memchr, memchr2};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Scanner {
    pub(crate) delimiter: u8,
    pub(crate) quote: Option<u8>,
    /// The byte that ends a line: LF (a CR before it belongs to the end), or CR in files without LF.
    pub(crate) newline: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    Whole {
        /// End of the content, before the line end.
        end: usize,
        /// Start of the next record.
        next: usize,
    },
    /// The record goes on beyond the bytes.
    Partial,
    /// A quote is opened that cannot be meant as one: it is never closed, or it runs over a line end into a
    /// quote that is neither doubled nor closing.
    Stray,
}

pub(crate) enum Close {
    /// Place of the closing quote, and of the delimiter or line end after it.
    At {
        quote: usize,
        next: usize,
        /// Whether quotes stand inside.
        inner: bool,
    },
    Beyond,
    Stray,
}

pub(crate) fn tail(bytes: &[u8], from: usize) -> &[u8] {
    bytes.get(from..).unwrap_or_default()
}

impl Scanner {
    /// The record that starts at `start`; `last` says that nothing follows the bytes.
    pub(crate) fn record(self, bytes: &[u8], start: usize, last: bool) -> Record {
        let mut at = start;
        loop {
            let rest = tail(bytes, at);
            let found = match self.quote {
                Some(quote) => memchr2(quote, self.newline, rest),
                None => memchr(self.newline, rest),
            };
            let Some(found) = found.map(|found| at + found) else {
                return if last {
                    Record::Whole {
                        end: self.trim_end(bytes, start, bytes.len()),
                        next: bytes.len(),
                    }
                } else {
                    Record::Partial
                };
            };
            if bytes.get(found) == Some(&self.newline) {
                return self.end_of_line(bytes, start, found, last);
            }
            if !self.opens(bytes, start, found) {
                at = found + 1;
                continue;
            }
            match self.close(bytes, found + 1, last) {
                Close::At { next, .. } => at = next,
                Close::Beyond => return Record::Partial,
                Close::Stray => return Record::Stray,
            }
        }
    }

    /// The line that starts at `start`, whatever quotes it has.
    pub(crate) fn line(self, bytes: &[u8], start: usize, last: bool) -> Record {
        match memchr(self.newline, tail(bytes, start)) {
            Some(found) => self.end_of_line(bytes, start, start + found, last),
            None if last => Record::Whole {
                end: self.trim_end(bytes, start, bytes.len()),
                next: bytes.len(),
            },
            None => Record::Partial,
        }
    }

    fn end_of_line(self, bytes: &[u8], start: usize, newline: usize, last: bool) -> Record {
        let mut next = newline + 1;
        if self.newline == b'\r' {
            match bytes.get(next) {
                Some(b'\n') => next += 1,
                None if !last => return Record::Partial,
                _ => {}
            }
        }
        Record::Whole {
            end: self.trim_end(bytes, start, newline),
            next,
        }
    }

    fn trim_end(self, bytes: &[u8], start: usize, end: usize) -> usize {
        let returned = self.newline == b'\n'
            && end > start
            && end.checked_sub(1).and_then(|at| bytes.get(at)) == Some(&b'\r');
        if returned { end - 1 } else { end }
    }

    /// Whether the quote at `quote` is the first of its cell.
    fn opens(self, bytes: &[u8], start: usize, quote: usize) -> bool {
        let before = bytes.get(start..quote).unwrap_or_default();
        match before.iter().rev().find(|byte| **byte != b' ') {
            Some(byte) => *byte == self.delimiter,
            None => true,
        }
    }

    /// The end of a quoted cell whose content starts at `from`.
    pub(crate) fn close(self, bytes: &[u8], from: usize, last: bool) -> Close {
        let Some(quote) = self.quote else {
            return Close::Stray;
        };
        let mut at = from;
        let mut inner = false;
        loop {
            let Some(found) = memchr(quote, tail(bytes, at)) else {
                return if last { Close::Stray } else { Close::Beyond };
            };
            let found = at + found;
            let mut next = found + 1;
            while bytes.get(next) == Some(&b' ') && self.delimiter != b' ' {
                next += 1;
            }
            match bytes.get(next) {
                None if last => {
                    return Close::At {
                        quote: found,
                        next,
                        inner,
                    };
                }
                None => return Close::Beyond,
                Some(&byte) if byte == self.delimiter || byte == self.newline || byte == b'\r' => {
                    return Close::At {
                        quote: found,
                        next,
                        inner,
                    };
                }
                Some(&byte) if byte == quote && next == found + 1 => at = next + 1,
                Some(_) => {
                    let cell = bytes.get(from..found).unwrap_or_default();
                    if memchr(self.newline, cell).is_some() {
                        return Close::Stray;
                    }
                    at = found + 1;
                }
            }
            inner = true;
        }
    }

    /// Whether a record has no content: nothing but delimiters, spaces and the end-of-file mark of DOS.
    pub(crate) fn is_blank(self, record: &[u8]) -> bool {
        let blank = |byte: &u8| {
            *byte == self.delimiter || matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0x1A)
        };
        record.first().is_none_or(blank) && record.iter().all(blank)
    }

    /// The cells of a record, with their quotes taken off; `plain` leaves quotes as they are.
    pub(crate) fn cells(self, record: &[u8], plain: bool, mut cell: impl FnMut(Cell)) {
        let mut at = 0;
        loop {
            let quoted = if plain {
                None
            } else {
                self.quoted_cell(record, at)
            };
            let next = if let Some((found, next)) = quoted {
                cell(found);
                next
            } else {
                let end = memchr(self.delimiter, tail(record, at))
                    .map_or(record.len(), |found| at + found);
                cell(Cell::Plain { start: at, end });
                end
            };
            if next >= record.len() {
                return;
            }
            at = next + 1;
        }
    }

    /// The cells of the record that starts at `start`, in bytes of the whole text, together with its end and the
    /// start of the next one: what [`Self::record`] and [`Self::cells`] give for a record without stray quotes, in
    /// one walk over it.
    pub(crate) fn split(
        self,
        bytes: &[u8],
        start: usize,
        mut cell: impl FnMut(Cell),
    ) -> (usize, usize) {
        let mut at = start;
        loop {
            let quoted = self.quoted_start(bytes, at);
            let (from, found) = match quoted.map(|open| (open, self.close(bytes, open, true))) {
                Some((open, Close::At { quote, next, inner })) => {
                    let found = Cell::Quoted {
                        start: open,
                        end: quote,
                        inner,
                    };
                    (next, Some(found))
                }
                _ => (at, None),
            };
            let end = match bytes.get(from) {
                Some(byte) if *byte == self.delimiter || *byte == self.newline => from,
                _ => memchr2(self.delimiter, self.newline, tail(bytes, from))
                    .map_or(bytes.len(), |found| from + found),
            };
            let goes_on = bytes.get(end) == Some(&self.delimiter);
            let text_end = if goes_on {
                end
            } else {
                self.trim_end(bytes, start, end)
            };
            cell(found.unwrap_or(Cell::Plain {
                start: at,
                end: text_end.max(at),
            }));
            if goes_on {
                at = end + 1;
                continue;
            }
            return match self.end_of_line(bytes, start, end, true) {
                Record::Whole { next, .. } => (text_end, next.min(bytes.len())),
                Record::Partial | Record::Stray => (text_end, bytes.len()),
            };
        }
    }

    /// Start of the content of a cell that opens with a quote.
    fn quoted_start(self, bytes: &[u8], at: usize) -> Option<usize> {
        let quote = self.quote?;
        let mut open = at;
        while bytes.get(open) == Some(&b' ') && self.delimiter != b' ' {
            open += 1;
        }
        (bytes.get(open) == Some(&quote)).then_some(open + 1)
    }

    fn quoted_cell(self, record: &[u8], at: usize) -> Option<(Cell, usize)> {
        let open = self.quoted_start(record, at)?;
        match self.close(record, open, true) {
            Close::At { quote, next, inner } => {
                let end = memchr(self.delimiter, tail(record, next))
                    .map_or(record.len(), |found| next + found);
                Some((
                    Cell::Quoted {
                        start: open,
                        end: quote,
                        inner,
                    },
                    end,
                ))
            }
            Close::Beyond | Close::Stray => None,
        }
    }
}

/// A cell of a record, in bytes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cell {
    Plain {
        start: usize,
        end: usize,
    },
    Quoted {
        start: usize,
        end: usize,
        inner: bool,
    },
}

/// The text of a quoted cell whose doubled quotes stand for one.
pub(crate) fn unescape(content: &str, quote: u8, out: &mut String) {
    let quote = char::from(quote);
    let mut rest = content;
    while let Some(found) = rest.find(quote) {
        let (before, after) = rest.split_at(found);
        out.push_str(before);
        out.push(quote);
        let after = after.strip_prefix(quote).unwrap_or(after);
        rest = after.strip_prefix(quote).unwrap_or(after);
    }
    out.push_str(rest);
}
