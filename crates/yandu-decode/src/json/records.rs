//! The records of a JSON file one by one, whatever its size: lines, or the elements of its outer array.

use std::io::{BufRead, BufReader, Read};

use super::super::Error;

/// How records follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    Lines,
    /// The elements of the array that the file is.
    Array,
}

pub(crate) struct Records<R> {
    input: BufReader<R>,
    layout: Layout,
    limit_bytes: usize,
    started: bool,
}

/// A record of at most the limit, and how long it really was.
pub(crate) struct Record {
    pub(crate) bytes: Vec<u8>,
    pub(crate) length: u64,
}

impl<R: Read> Records<R> {
    pub(crate) fn new(input: R, layout: Layout, limit_bytes: usize) -> Self {
        Self {
            input: BufReader::with_capacity(1 << 18, input),
            layout,
            limit_bytes,
            started: false,
        }
    }

    pub(crate) fn next(&mut self) -> Result<Option<Record>, Error> {
        loop {
            let record = match self.layout {
                Layout::Lines => self.next_line()?,
                Layout::Array => self.next_element()?,
            };
            match record {
                Some(record) if record.bytes.trim_ascii().is_empty() => {}
                record => return Ok(record),
            }
        }
    }

    fn next_line(&mut self) -> Result<Option<Record>, Error> {
        let mut record = Record {
            bytes: Vec::new(),
            length: 0,
        };
        loop {
            let bytes = self.input.fill_buf().map_err(Error::from_read)?;
            if bytes.is_empty() {
                return Ok((record.length > 0).then_some(record));
            }
            let end = memchr::memchr(b'\n', bytes);
            let line = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            record.keep(line, self.limit_bytes);
            let used = line.len() + usize::from(end.is_some());
            record.length += usize::from(end.is_some()) as u64;
            self.input.consume(used);
            if end.is_some() {
                return Ok(Some(record));
            }
        }
    }

    /// The next element, by the depth of brackets outside texts.
    fn next_element(&mut self) -> Result<Option<Record>, Error> {
        let mut record = Record {
            bytes: Vec::new(),
            length: 0,
        };
        let mut scan = Scan::default();
        loop {
            let bytes = self.input.fill_buf().map_err(Error::from_read)?;
            if bytes.is_empty() {
                let torn = record.bytes.trim_ascii();
                return Ok((!torn.is_empty() && torn != b"]").then_some(record));
            }
            let mut used = 0;
            if !self.started {
                used = bytes
                    .iter()
                    .position(|byte| *byte == b'[')
                    .map_or(bytes.len(), |place| place + 1);
                self.started = used > 0 && bytes.get(used - 1) == Some(&b'[');
                self.input.consume(used);
                continue;
            }
            let mut ended = None;
            for &byte in bytes {
                used += 1;
                ended = scan.step(byte);
                if ended.is_some() {
                    break;
                }
            }
            let kept = used - usize::from(ended.is_some());
            record.keep(bytes.get(..kept).unwrap_or_default(), self.limit_bytes);
            self.input.consume(used);
            match ended {
                Some(End::Comma) => {
                    record.length += 1;
                    return Ok(Some(record));
                }
                Some(End::Array) => {
                    // What follows the array is passed over.
                    self.layout = Layout::Lines;
                    self.drain()?;
                    let last = record.bytes.trim_ascii();
                    return Ok((!last.is_empty()).then_some(record));
                }
                None => {}
            }
        }
    }

    fn drain(&mut self) -> Result<(), Error> {
        std::io::copy(&mut self.input, &mut std::io::sink())
            .map(drop)
            .map_err(Error::from_read)
    }
}

impl Record {
    fn keep(&mut self, bytes: &[u8], limit: usize) {
        self.length += bytes.len() as u64;
        let room = limit.saturating_sub(self.bytes.len());
        self.bytes
            .extend_from_slice(bytes.get(..room.min(bytes.len())).unwrap_or_default());
    }
}

enum End {
    Comma,
    Array,
}

#[derive(Default)]
struct Scan {
    depth: u32,
    in_text: bool,
    escaped: bool,
}

impl Scan {
    fn step(&mut self, byte: u8) -> Option<End> {
        if self.in_text {
            if self.escaped {
                self.escaped = false;
            } else if byte == b'\\' {
                self.escaped = true;
            } else if byte == b'"' {
                self.in_text = false;
            }
            return None;
        }
        match byte {
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth += 1,
            b']' if self.depth == 0 => return Some(End::Array),
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            b',' if self.depth == 0 => return Some(End::Comma),
            _ => {}
        }
        None
    }
}
