//! JSON Lines, read line by line.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;

use serde_json::Value;
use tokio::sync::mpsc::Sender;

use super::line::Line;
use super::{CHUNK, Fault, Read, unreadable};
use crate::Result;

/// The longest line, in bytes.
const LONGEST: u64 = 4 << 20;
/// Bytes of the lines of one transaction, after which no more are added.
const CHUNK_BYTES: usize = 8 << 20;

pub(super) fn read(path: &Path, sender: &Sender<Read>) -> Result<()> {
    let unreadable = |error| unreadable(&error);
    let mut file = BufReader::with_capacity(1 << 18, File::open(path).map_err(unreadable)?);
    let mut lines = Vec::with_capacity(CHUNK);
    let (mut number, mut gathered) = (0, 0);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read = (&mut file)
            .take(LONGEST)
            .read_until(b'\n', &mut bytes)
            .map_err(unreadable)?;
        if read == 0 {
            break;
        }
        number += 1;
        gathered += read;
        let is_whole = bytes.ends_with(b"\n") || (read as u64) < LONGEST;
        if !is_whole {
            skip_line(&mut file).map_err(unreadable)?;
            lines.push(Err(told(
                number,
                "the line is longer than 4 MiB".to_owned(),
            )));
        } else if let Some(line) = line(number, &bytes) {
            lines.push(line);
        }
        if lines.len() < CHUNK && gathered < CHUNK_BYTES {
            continue;
        }
        gathered = 0;
        let lines = Read::Lines(std::mem::take(&mut lines));
        if sender.blocking_send(lines).is_err() {
            return Ok(());
        }
    }
    // Whoever asked is gone when this fails.
    let _ = sender.blocking_send(Read::Lines(lines));
    Ok(())
}

fn skip_line(file: &mut impl BufRead) -> std::io::Result<()> {
    loop {
        let buffer = file.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(buffer.len(), |end| end + 1);
        file.consume(used);
        if end.is_some() {
            return Ok(());
        }
    }
}

/// The entry of a line; nothing where it is empty.
fn line(number: u64, bytes: &[u8]) -> Option<std::result::Result<Line, Fault>> {
    let bytes = match number {
        1 => bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes),
        _ => bytes,
    };
    let Ok(text) = std::str::from_utf8(bytes) else {
        return Some(Err(told(number, "the line is not UTF-8".to_owned())));
    };
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    Some(match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) => Line::read(number, fields, None),
        Ok(_) => Err(told(number, "the line is no JSON object".to_owned())),
        Err(error) => Err(told(number, format!("the line is no JSON: {error}"))),
    })
}

fn told(line: u64, why: String) -> Fault {
    Fault {
        line,
        id: None,
        field: None,
        why,
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[test]
    fn long_lines_are_handed_on_before_there_are_many() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.jsonl");
        let line = format!("{{\"id\": \"{}\"}}\n", "a".repeat(1 << 20));
        std::fs::write(&path, line.repeat(40)).unwrap();
        let (sender, mut receiver) = mpsc::channel(100);
        read(&path, &sender).unwrap();
        drop(sender);
        let mut counts = Vec::new();
        while let Some(Read::Lines(lines)) = receiver.blocking_recv() {
            counts.push(lines.len());
        }
        assert_eq!(counts.iter().sum::<usize>(), 40);
        assert!(counts.iter().all(|count| *count <= 8), "{counts:?}");
    }
}
