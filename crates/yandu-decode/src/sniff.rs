//! What a file is, by its first bytes; its name is never trusted.

use super::{Error, encoding};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Zip,
    Gzip,
    /// A compound file of Microsoft: an old workbook, or an encrypted new one.
    Compound,
    Binary(&'static str),
    Html,
    Json,
    Text,
}

const MAGIC: [(&[u8], &str); 22] = [
    (b"\x7FELF", "a program"),
    (b"MZ", "a program"),
    (b"\x89PNG", "an image"),
    (b"\xFF\xD8\xFF", "an image"),
    (b"GIF8", "an image"),
    (b"BM6", "an image"),
    (b"RIFF", "a media file"),
    (b"ID3", "a media file"),
    (b"\0\0\0\x18ftyp", "a media file"),
    (b"\0\0\0\x20ftyp", "a media file"),
    (b"%PDF", "a PDF document"),
    (b"{\\rtf", "a text document"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"Rar!\x1A\x07", "a RAR archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xFD7zXZ\0", "an xz archive"),
    (b"\x28\xB5\x2F\xFD", "a zstd archive"),
    (b"PAR1", "a Parquet file"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
    (b"SQLite format 3\0", "a SQLite database"),
    (b"\xCA\xFE\xBA\xBE", "a program"),
];

/// Judges by the first bytes of the file.
pub(crate) fn sniff(head: &[u8]) -> Kind {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Kind::Zip;
    }
    if head.starts_with(&[0x1F, 0x8B]) {
        return Kind::Gzip;
    }
    if head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        return Kind::Compound;
    }
    let magic = MAGIC.iter().find(|(magic, _)| head.starts_with(magic));
    if let Some((magic, what)) = magic {
        // Letters alone may begin a text, too.
        let letters = magic.iter().all(u8::is_ascii_alphanumeric);
        if !letters || head.contains(&0) {
            return Kind::Binary(what);
        }
    }
    let decoded;
    let text: &[u8] = match encoding::mark(head) {
        Some((encoding, length)) => {
            let rest = head.get(length..).unwrap_or_default();
            decoded = encoding.decode_without_bom_handling(rest).0;
            decoded.as_bytes()
        }
        None => match encoding::unmarked_utf16(head) {
            Some(encoding) => {
                decoded = encoding.decode_without_bom_handling(head).0;
                decoded.as_bytes()
            }
            None => head,
        },
    };
    if has_controls(text) {
        return Kind::Binary("binary data");
    }
    if is_html(text) {
        return Kind::Html;
    }
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => Kind::Json,
        Some(b'[') if starts_array(text) => Kind::Json,
        _ => Kind::Text,
    }
}

/// Text may have a stray control character; more than that and it is none.
fn has_controls(bytes: &[u8]) -> bool {
    let controls = bytes
        .iter()
        .filter(|byte| **byte < 0x20 && !matches!(**byte, 9..=13 | 0x1A | 0x1B))
        .count();
    controls > 8 && controls * 30 > bytes.len()
}

fn is_html(text: &[u8]) -> bool {
    let start: String = text
        .iter()
        .take(4096)
        .map(|byte| char::from(byte.to_ascii_lowercase()))
        .collect();
    let start = start.trim_start();
    start.starts_with('<')
        && ([
            "<html",
            "<!doctype html",
            "<table",
            "<head",
            "<body",
            "<meta",
            "<style",
            "<div",
            "<center",
            "<tr",
        ]
        .iter()
        .any(|tag| start.starts_with(tag))
            || start.contains("<html")
            || start.contains("<table")
            || start.contains("urn:schemas-microsoft-com:office:spreadsheet"))
}

/// A JSON array of rows starts with an object or an array in it; `[id]` is a cell.
fn starts_array(text: &[u8]) -> bool {
    let mut bytes = text.iter().filter(|byte| !byte.is_ascii_whitespace());
    bytes.next();
    matches!(bytes.next(), Some(b'{' | b'[' | b']'))
}

/// Whether a compound file is a workbook. Names of its streams stand in it as UTF-16.
pub(crate) fn compound(bytes: &[u8]) -> Result<(), Error> {
    let has = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memchr::memmem::find(bytes, &name).is_some()
    };
    if has("EncryptedPackage") {
        Err(Error::Encrypted { what: "workbook" })
    } else if has("Workbook") || has("Book") {
        Ok(())
    } else if has("WordDocument") || has("PowerPoint Document") {
        Err(Error::Binary {
            what: "a document or presentation",
        })
    } else {
        Err(Error::UnknownFormat)
    }
}
