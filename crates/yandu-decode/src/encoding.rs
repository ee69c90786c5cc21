//! Which encoding a file is written in, and why we think so.
//!
//! A byte order mark decides. Without one, bytes are judged line by line on a sample, so that a few lines in
//! another encoding do not turn the whole file: UTF-8 needs valid sequences, GB18030 the two-byte area of
//! GB 2312 level 1 that running Chinese text lives in, Big5 its level 1 of frequent characters, and lone high
//! bytes between Latin letters are Windows-1252.

use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::Error;

/// The encoding of a file.
#[derive(Debug, Clone)]
pub(crate) struct Detected {
    pub(crate) encoding: &'static Encoding,
    pub(crate) reason: String,
    /// Length of the byte order mark at the start of the file.
    pub(crate) mark: usize,
}

/// The encoding under a name that a pack declares. GBK and GB2312 are read as GB18030, which contains them.
pub(crate) fn by_label(label: &str) -> Result<&'static Encoding, Error> {
    let encoding = match label.to_ascii_lowercase().as_str() {
        "utf-8-bom" | "utf-8-sig" => UTF_8,
        other => Encoding::for_label(other.as_bytes()).ok_or_else(|| Error::UnknownEncoding {
            label: label.to_owned(),
        })?,
    };
    Ok(if encoding == GBK { GB18030 } else { encoding })
}

/// The name of an encoding as people write it.
pub(crate) fn name(encoding: &'static Encoding) -> &'static str {
    if encoding == GB18030 {
        "GB18030"
    } else {
        encoding.name()
    }
}

/// The byte order mark at the start of a file.
pub(crate) fn mark(head: &[u8]) -> Option<(&'static Encoding, usize)> {
    if head.starts_with(&[0x84, 0x31, 0x95, 0x33]) {
        return Some((GB18030, 4));
    }
    Encoding::for_bom(head)
}

/// The encoding of UTF-16 text without a mark: ASCII separators leave zero bytes on one side only.
pub(crate) fn unmarked_utf16(head: &[u8]) -> Option<&'static Encoding> {
    let head = head.get(..head.len() & !1)?;
    let (mut even, mut odd) = (0_usize, 0_usize);
    for pair in head.chunks_exact(2) {
        even += usize::from(pair.first() == Some(&0));
        odd += usize::from(pair.last() == Some(&0));
    }
    let pairs = head.len() / 2;
    let (encoding, zeros, others) = if odd > even {
        (UTF_16LE, odd, even)
    } else {
        (UTF_16BE, even, odd)
    };
    if pairs < 4 || zeros * 20 < pairs || others * 20 > zeros {
        return None;
    }
    let (text, broken) = encoding.decode_without_bom_handling(head);
    (!broken && text.contains(['\n', '\r', ',', '\t', ';'])).then_some(encoding)
}

/// The encoding of a sample of whole lines without a mark.
pub(crate) fn detect(sample: &[u8]) -> Detected {
    let found = |encoding, reason: String| Detected {
        encoding,
        reason,
        mark: 0,
    };
    if sample.is_ascii() {
        return found(UTF_8, "every byte is ASCII".to_owned());
    }
    if let Some(encoding) = unmarked_utf16(sample) {
        return found(
            encoding,
            "zero bytes stand beside ASCII characters as in UTF-16".to_owned(),
        );
    }
    let mut utf8_lines = 0_usize;
    let mut others: Vec<&[u8]> = Vec::new();
    for line in sample.split(|byte| matches!(byte, b'\n' | b'\r')) {
        if line.is_ascii() {
            continue;
        }
        if simdutf8::basic::from_utf8(line).is_ok() {
            utf8_lines += 1;
        } else {
            others.push(line);
        }
    }
    if others.is_empty() {
        return found(UTF_8, "the sample is valid UTF-8".to_owned());
    }
    if utf8_lines > others.len() {
        return found(
            UTF_8,
            format!(
                "{utf8_lines} lines of the sample are valid UTF-8, {} are not",
                others.len()
            ),
        );
    }
    let mut detected = legacy(&others);
    if utf8_lines > 0 {
        detected.reason = format!(
            "{}; {utf8_lines} lines of the sample are UTF-8",
            detected.reason
        );
    }
    detected
}

/// The encoding of lines that are not UTF-8.
fn legacy(lines: &[&[u8]]) -> Detected {
    let (mut chinese, mut taiwanese, mut latin) =
        (Tally::default(), Tally::default(), Tally::default());
    for line in lines {
        tally(line, gb18030_length, gb2312_frequent, &mut chinese);
        tally(line, big5_length, big5_frequent, &mut taiwanese);
        tally_latin(line, &mut latin);
    }
    let (gb, big5, western) = (chinese.share(), taiwanese.share(), latin.share());
    let (encoding, reason) = if western > 0.7 && western > gb && western > big5 {
        (
            WINDOWS_1252,
            format!(
                "{}% of the high bytes stand alone among Latin letters",
                percent(western)
            ),
        )
    } else if big5 > gb + 0.1 {
        (
            BIG5,
            format!(
                "{}% of the double bytes are frequent characters of Big5",
                percent(big5)
            ),
        )
    } else if gb >= 0.5 || chinese.broken * 10 <= chinese.all {
        (
            GB18030,
            format!(
                "the lines are not UTF-8, and {}% of the double bytes are frequent characters of GB 2312",
                percent(gb)
            ),
        )
    } else {
        (
            WINDOWS_1252,
            "the lines are valid in no Chinese encoding".to_owned(),
        )
    };
    Detected {
        encoding,
        reason,
        mark: 0,
    }
}

fn percent(share: f64) -> u32 {
    (share * 100.0).round() as u32
}

#[derive(Default)]
struct Tally {
    all: usize,
    frequent: usize,
    broken: usize,
}

impl Tally {
    fn share(&self) -> f64 {
        if self.all == 0 {
            return 0.0;
        }
        self.frequent as f64 / self.all as f64
    }
}

fn tally(
    line: &[u8],
    length: fn(&[u8]) -> Option<usize>,
    frequent: fn(u8, u8) -> bool,
    tally: &mut Tally,
) {
    let mut rest = line;
    while let Some(&lead) = rest.first() {
        let step = if lead < 0x80 {
            1
        } else {
            tally.all += 1;
            match length(rest) {
                Some(2) => {
                    let trail = rest.get(1).copied().unwrap_or_default();
                    tally.frequent += usize::from(frequent(lead, trail));
                    2
                }
                Some(step) => step,
                None => {
                    tally.broken += 1;
                    1
                }
            }
        };
        rest = rest.get(step..).unwrap_or_default();
    }
}

fn gb18030_length(bytes: &[u8]) -> Option<usize> {
    match *bytes {
        [0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE, ..] => Some(2),
        [0x81..=0xFE, 0x30..=0x39, 0x81..=0xFE, 0x30..=0x39, ..] => Some(4),
        _ => None,
    }
}

/// Symbols (rows 1 to 3) and level 1 of GB 2312-1980 (rows 16 to 55): 3,755 characters that make up more than
/// 99% of running text.
fn gb2312_frequent(lead: u8, trail: u8) -> bool {
    trail >= 0xA1 && matches!(lead, 0xA1..=0xA3 | 0xB0..=0xD7)
}

fn big5_length(bytes: &[u8]) -> Option<usize> {
    match *bytes {
        [0x81..=0xFE, 0x40..=0x7E | 0xA1..=0xFE, ..] => Some(2),
        _ => None,
    }
}

/// Symbols and level 1 of Big5 (ETEN 1984): 5,401 frequent characters.
fn big5_frequent(lead: u8, _trail: u8) -> bool {
    matches!(lead, 0xA1..=0xC6)
}

fn tally_latin(line: &[u8], tally: &mut Tally) {
    let high = |at: Option<usize>| {
        at.and_then(|at| line.get(at))
            .is_some_and(|byte| *byte >= 0x80)
    };
    for (at, byte) in line.iter().enumerate().filter(|(_, byte)| **byte >= 0x80) {
        tally.all += 1;
        let alone = !high(at.checked_sub(1)) && !high(at.checked_add(1));
        let defined = !matches!(byte, 0x81 | 0x8D | 0x8F | 0x90 | 0x9D);
        tally.frequent += usize::from(alone && defined);
    }
}
