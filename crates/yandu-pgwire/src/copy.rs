//! Rows as the lines of a copy, in text, CSV or binary, as PostgreSQL writes them: one message for each line, so that clients which
//! take a copy row by row can.

use bytes::{BufMut as _, Bytes, BytesMut};
use futures::SinkExt;
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::copy::CopyData;

use crate::answer::{Answer, Column};
use crate::ends::Ends;
use crate::fault::{Fault, Result};
use crate::receipt::Out;
use crate::socket::{Socket, Stream, lost};
use crate::statement::{CopyFormat, CopyOptions, Quoted};
use crate::value::{Columns, Format};

/// What a binary copy begins with: its mark, no flags, and no more of a head.
const BINARY_HEAD: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// The number of columns of the line behind the last one.
const BINARY_END: i16 = -1;

/// How the lines of one copy are written.
pub(crate) struct Lines {
    options: CopyOptions,
    /// Which columns always stand in quotes.
    forced: Vec<bool>,
    /// Of the values of a binary row.
    formats: Vec<Format>,
}

impl Lines {
    pub(crate) fn new(options: &CopyOptions, columns: &[Column]) -> Result<Self> {
        let forced = match &options.forced {
            Quoted::All => vec![true; columns.len()],
            Quoted::Only(names) => {
                let unknown = names
                    .iter()
                    .find(|name| columns.iter().all(|column| column.name() != *name));
                if let Some(unknown) = unknown {
                    let message = format!("`FORCE_QUOTE` names `{unknown}`, which is not copied");
                    return Err(Fault::new("42703", message));
                }
                let columns = columns.iter();
                let forced = columns.map(|column| names.iter().any(|name| name == column.name()));
                forced.collect()
            }
        };
        Ok(Self {
            options: options.clone(),
            formats: vec![Format::Binary; forced.len()],
            forced,
        })
    }

    pub(crate) fn format(&self) -> Format {
        match self.options.format {
            CopyFormat::Text | CopyFormat::Csv => Format::Text,
            CopyFormat::Binary => Format::Binary,
        }
    }

    /// The line with the names of the columns, where there is one.
    fn header(&self, columns: &[Column]) -> Option<BytesMut> {
        let mut line = BytesMut::new();
        for (place, column) in columns.iter().enumerate() {
            self.part(place, &mut line);
            match self.options.format {
                CopyFormat::Csv => self.quote(column.name().as_bytes(), false, &mut line),
                CopyFormat::Text | CopyFormat::Binary => {
                    self.escape(column.name().as_bytes(), &mut line);
                }
            }
        }
        line.put_u8(b'\n');
        self.options.has_header.then_some(line)
    }

    /// One row.
    fn write(&self, columns: &Columns, row: usize, line: &mut BytesMut) {
        if self.options.format == CopyFormat::Binary {
            line.put_i16(columns.count() as i16);
            columns.write(row, &self.formats, line);
            return;
        }
        let mut text = BytesMut::new();
        for (place, is_forced) in self.forced.iter().enumerate() {
            self.part(place, line);
            text.clear();
            if !columns.write_text(row, place, &mut text) {
                line.put_slice(self.options.null.as_bytes());
            } else if self.options.format == CopyFormat::Csv {
                self.quote(&text, *is_forced, line);
            } else {
                self.escape(&text, line);
            }
        }
        line.put_u8(b'\n');
    }

    fn part(&self, place: usize, line: &mut BytesMut) {
        if place > 0 {
            line.put_u8(self.options.delimiter);
        }
    }

    /// A value of a text copy.
    fn escape(&self, text: &[u8], line: &mut BytesMut) {
        for &byte in text {
            let escaped = match byte {
                b'\\' => b'\\',
                0x08 => b'b',
                0x0c => b'f',
                b'\n' => b'n',
                b'\r' => b'r',
                b'\t' => b't',
                0x0b => b'v',
                byte if byte == self.options.delimiter => byte,
                byte => {
                    line.put_u8(byte);
                    continue;
                }
            };
            line.put_slice(&[b'\\', escaped]);
        }
    }

    /// A value of CSV. What would be read as nothing, as two values, or as the end stands in quotes.
    fn quote(&self, text: &[u8], is_forced: bool, line: &mut BytesMut) {
        let CopyOptions {
            delimiter,
            quote,
            escape,
            ..
        } = self.options;
        let parts = |byte: &u8| [delimiter, quote, b'\n', b'\r'].contains(byte);
        let is_end = self.forced.len() == 1 && text == b"\\.";
        let is_nothing = text == self.options.null.as_bytes();
        if !is_forced && !is_nothing && !is_end && !text.iter().any(parts) {
            line.put_slice(text);
            return;
        }
        line.put_u8(quote);
        for &byte in text {
            if byte == quote || byte == escape {
                line.put_u8(escape);
            }
            line.put_u8(byte);
        }
        line.put_u8(quote);
    }
}

/// Sends all rows, and gives their number. What is written down of them ends with them.
pub(crate) async fn send<S: Stream>(
    answer: &mut Answer,
    lines: &Lines,
    socket: &mut Socket<S>,
    ends: &mut Ends,
) -> Result<u64> {
    let sent = send_all(answer, lines, socket, ends).await;
    match &sent {
        Ok(_) => answer.out.end().await,
        Err(fault) => answer.out.break_off(fault),
    }
    sent
}

async fn send_all<S: Stream>(
    answer: &mut Answer,
    lines: &Lines,
    socket: &mut Socket<S>,
    ends: &mut Ends,
) -> Result<u64> {
    // The head of a binary copy goes out with its first line, as PostgreSQL sends it.
    let mut line = BytesMut::new();
    if lines.options.format == CopyFormat::Binary {
        line.put_slice(BINARY_HEAD);
    } else if let Some(header) = lines.header(&answer.columns) {
        feed(socket, &mut answer.out, header.freeze(), 0).await?;
    }
    let mut rows = 0;
    while let Some((columns, from)) = answer.take(ends).await? {
        let count = columns.rows() - from;
        let sending = send_lines(socket, &mut answer.out, lines, (&columns, from), &mut line);
        ends.patiently(&answer.terms, sending).await?;
        rows += count as u64;
    }
    if lines.options.format == CopyFormat::Binary {
        line.put_i16(BINARY_END);
        feed(socket, &mut answer.out, line.freeze(), 0).await?;
    }
    Ok(rows)
}

/// Sends the rows of a batch from one on; what waits in the line goes out with the first of them.
async fn send_lines<S: Stream>(
    socket: &mut Socket<S>,
    out: &mut Out,
    lines: &Lines,
    (columns, from): (&Columns, usize),
    line: &mut BytesMut,
) -> Result<()> {
    for row in from..columns.rows() {
        lines.write(columns, row, line);
        feed(socket, out, line.split().freeze(), 1).await?;
    }
    Ok(())
}

async fn feed<S: Stream>(
    socket: &mut Socket<S>,
    out: &mut Out,
    line: Bytes,
    rows: u64,
) -> Result<()> {
    out.take(&line, rows);
    let message = PgWireBackendMessage::CopyData(CopyData::new(line));
    socket.feed(message).await.map_err(lost)
}

#[cfg(test)]
mod tests;
