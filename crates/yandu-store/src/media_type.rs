//! What a document is by its content, whatever its name says. What is not known here is not kept.

/// Bytes that are looked at to tell a text.
const SAMPLE: usize = 1 << 20;

/// Why a document is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DocumentRefused(pub String);

/// The media type of a document that may be handed in, and of at most so many bytes.
pub fn media_type(bytes: &[u8], most_bytes: u64) -> Result<&'static str, DocumentRefused> {
    let size_bytes = bytes.len() as u64;
    if size_bytes > most_bytes {
        return Err(refused(&format!(
            "it has {size_bytes} bytes, and at most {most_bytes} are taken"
        )));
    }
    let known = if bytes.is_empty() {
        return Err(refused("it is empty"));
    } else if bytes.starts_with(b"%PDF-") {
        Some("application/pdf")
    } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
        Some("image/jpeg")
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if bytes.starts_with(b"PK\x03\x04") {
        of_archive(bytes)
    } else {
        of_text(bytes)
    };
    known.ok_or_else(|| refused("its content is of no kind that is taken"))
}

/// Documents that are archives of parts, told by the names of the parts.
fn of_archive(bytes: &[u8]) -> Option<&'static str> {
    const PARTS: [(&[u8], &str); 4] = [
        (
            b"word/document.xml",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (
            b"xl/workbook.xml",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        (
            b"ppt/presentation.xml",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ),
        (b"OFD.xml", "application/ofd"),
    ];
    let names = names_of_archive(bytes)?;
    // What a word processor would run on opening is handed in as a PDF.
    if names.iter().any(|name| name.ends_with(b"vbaProject.bin")) {
        return None;
    }
    PARTS
        .iter()
        .find(|(part, _)| names.contains(part))
        .map(|(_, kind)| *kind)
}

/// The names in the list at the end of a zip archive.
fn names_of_archive(bytes: &[u8]) -> Option<Vec<&[u8]>> {
    const END: &[u8] = b"PK\x05\x06";
    const ENTRY: &[u8] = b"PK\x01\x02";
    let tail = bytes.len().saturating_sub((1 << 16) + 22);
    let at = bytes
        .get(tail..)?
        .windows(4)
        .rposition(|four| four == END)?
        + tail;
    let number = |at: usize, length: usize| -> Option<usize> {
        let bytes = bytes.get(at..at + length)?.iter().rev();
        Some(bytes.fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
    };
    let count = number(at + 10, 2)?;
    let mut entry = number(at + 16, 4)?;
    let mut names = Vec::new();
    for _ in 0..count {
        if bytes.get(entry..entry + 4)? != ENTRY {
            return None;
        }
        let length = number(entry + 28, 2)?;
        names.push(bytes.get(entry + 46..entry + 46 + length)?);
        entry += 46 + length + number(entry + 30, 2)? + number(entry + 32, 2)?;
    }
    Some(names)
}

/// A text in UTF-8 or GB18030 that is no page of a browser.
fn of_text(bytes: &[u8]) -> Option<&'static str> {
    let sample = bytes.get(..bytes.len().min(SAMPLE))?;
    let start: String = String::from_utf8_lossy(sample.get(..sample.len().min(512))?)
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_ascii_lowercase();
    if sample.contains(&0) || start.starts_with('<') || start.starts_with("#!") {
        return None;
    }
    let is_utf8 = match std::str::from_utf8(sample) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && error.valid_up_to() > 0,
    };
    let (_, had_errors) = encoding_rs::GB18030.decode_without_bom_handling(sample);
    (is_utf8 || !had_errors).then_some("text/plain")
}

fn refused(why: &str) -> DocumentRefused {
    DocumentRefused(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_known_by_their_content_and_programs_and_pages_are_refused() {
        let kind = |bytes: &[u8]| media_type(bytes, u64::MAX).ok();
        assert_eq!(kind(b"%PDF-1.7\n"), Some("application/pdf"));
        assert_eq!(kind(&[0xff, 0xd8, 0xff, 0xe0]), Some("image/jpeg"));
        assert_eq!(kind("已完成1650座。".as_bytes()), Some("text/plain"));
        let (gb, ..) = encoding_rs::GB18030.encode("已完成1650座。");
        assert_eq!(kind(&gb), Some("text/plain"));
        for refused in [
            &b""[..],
            b"\x7fELF\x02\x01\x01\0",
            b"MZ\x90\0",
            b"<html><script>",
            "\u{feff} <svg onload=alert(1)>".as_bytes(),
            b"#!/bin/sh\n",
            b"PK\x03\x04 and nothing else",
        ] {
            assert_eq!(kind(refused), None, "{refused:?}");
        }
    }

    /// An archive with empty parts of these names.
    fn archive(names: &[&str]) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04".to_vec();
        let start = bytes.len() as u32;
        for name in names {
            let mut entry = b"PK\x01\x02".to_vec();
            entry.resize(46, 0);
            entry[28] = name.len() as u8;
            entry.extend_from_slice(name.as_bytes());
            bytes.extend(entry);
        }
        let mut end = b"PK\x05\x06".to_vec();
        end.resize(22, 0);
        end[10] = names.len() as u8;
        end[16..20].copy_from_slice(&start.to_le_bytes());
        bytes.extend(end);
        bytes
    }

    #[test]
    fn an_archive_is_a_document_by_its_parts_and_none_that_holds_macros() {
        let kind = |names: &[&str]| media_type(&archive(names), u64::MAX).ok();
        assert_eq!(
            kind(&["OFD.xml", "Doc_0/Document.xml"]),
            Some("application/ofd")
        );
        assert!(kind(&["[Content_Types].xml", "word/document.xml"]).is_some());
        assert_eq!(kind(&["word/document.xml", "word/vbaProject.bin"]), None);
        assert_eq!(kind(&["setup.exe"]), None);
        // A name in the content of a part is no part.
        let mut text = archive(&["readme.txt"]);
        text.splice(4..4, b"word/document.xml".iter().copied());
        assert_eq!(media_type(&text, u64::MAX).ok(), None);
    }
}
