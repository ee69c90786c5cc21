use csv::StringRecord;

/// Counts lines up to where records begin. The reader counts from the end of the record before, which is not the line of a
/// record after empty lines or after a line end of two signs.
pub(super) struct Place<'a> {
    bytes: &'a [u8],
    byte: usize,
    line: u64,
}

impl<'a> Place<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            byte: 0,
            line: 1,
        }
    }

    /// The line of the last record.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    pub(super) fn line_of(&mut self, record: &StringRecord) -> u64 {
        let start = record.position().map_or(0, csv::Position::byte) as usize;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let ends = rest
            .iter()
            .take_while(|byte| matches!(**byte, b'\r' | b'\n'));
        let start = start + ends.count();
        let passed = self.bytes.get(self.byte..start).unwrap_or_default();
        self.line += line_ends(passed);
        self.byte = start;
        self.line
    }
}

pub(super) fn line_ends(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
