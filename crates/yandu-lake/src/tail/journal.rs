//! The journal of a hot tail: frames that are on disk before their rows are acknowledged.
//!
//! A segment is a file of frames, named by the sequence of its first one. A frame is a header of 48 bytes and a
//! payload, integers little-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | the mark `YTF1` |
//! | 4 | length of the payload |
//! | 8 | sequence |
//! | 8 | length of the segment that was on disk when the frame was written |
//! | 16 | start of the BLAKE3 hash of the payload |
//! | 8 | start of the BLAKE3 hash of the 40 bytes before |
//!
//! The payload is the length of the rows (4 bytes), the rows as an Arrow IPC stream, and the bytes as they came.
//! A damaged place was never acknowledged unless a later frame says that the segment was on disk beyond it: then the
//! journal is refused, otherwise it is cut off there.

use std::fs::{self, File, OpenOptions};
use std::io::{Cursor, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;

use crate::{Error, Result, log};

const MARK: [u8; 4] = *b"YTF1";
const HEADER: usize = 48;

/// Extension of a segment with rows that are not all in the snapshot.
const OPEN: &str = "journal";

/// Extension of a segment whose rows are all in the snapshot.
const FOLDED: &str = "folded";

/// One acknowledged write.
#[derive(Debug, Clone)]
pub struct JournalFrame {
    pub sequence: u64,
    pub rows: Vec<RecordBatch>,
    /// The bytes as they came.
    pub raw: Vec<u8>,
}

/// The segment that takes new frames.
#[derive(Debug)]
pub(crate) struct Segment {
    pub(crate) path: PathBuf,
    file: File,
    /// Bytes that are on disk.
    durable: u64,
}

/// The payload of a frame that has no sequence yet.
pub(crate) fn payload(
    rows: &RecordBatch,
    raw: &[u8],
) -> std::result::Result<Vec<u8>, arrow::error::ArrowError> {
    let mut payload = vec![0; 4];
    let mut writer = StreamWriter::try_new(&mut payload, rows.schema_ref())?;
    writer.write(rows)?;
    writer.finish()?;
    drop(writer);
    let length = (payload.len() - 4) as u32;
    if let Some(head) = payload.first_chunk_mut::<4>() {
        *head = length.to_le_bytes();
    }
    payload.extend_from_slice(raw);
    Ok(payload)
}

fn header(sequence: u64, durable: u64, payload: &[u8]) -> [u8; HEADER] {
    let mut header = [0; HEADER];
    let mut rest = header.as_mut_slice();
    let mut put = |bytes: &[u8]| {
        let (place, after) = std::mem::take(&mut rest).split_at_mut(bytes.len());
        place.copy_from_slice(bytes);
        rest = after;
    };
    put(&MARK);
    put(&(payload.len() as u32).to_le_bytes());
    put(&sequence.to_le_bytes());
    put(&durable.to_le_bytes());
    put(blake3::hash(payload)
        .as_bytes()
        .first_chunk::<16>()
        .unwrap_or(&[0; 16]));
    let (head, check) = header.split_at_mut(HEADER - 8);
    check.copy_from_slice(
        blake3::hash(head)
            .as_bytes()
            .first_chunk::<8>()
            .unwrap_or(&[0; 8]),
    );
    header
}

impl Segment {
    pub(crate) fn create(folder: &Path, first_sequence: u64) -> Result<Self> {
        fs::create_dir_all(folder).map_err(Error::io("make", folder))?;
        let path = folder.join(format!("{first_sequence:020}.{OPEN}"));
        let file = OpenOptions::new()
            .create(true)
            .truncate(true)
            .write(true)
            .open(&path)
            .map_err(Error::io("make", &path))?;
        log::sync_folder(folder)?;
        if let Some(parent) = folder.parent() {
            log::sync_folder(parent)?;
        }
        Ok(Self {
            path,
            file,
            durable: 0,
        })
    }

    /// Writes frames and waits until they are on disk. On an error none of them is there.
    pub(crate) fn write<'a>(
        &mut self,
        frames: impl Iterator<Item = (u64, &'a [u8])>,
    ) -> Result<()> {
        let mut bytes = Vec::new();
        for (sequence, payload) in frames {
            bytes.extend_from_slice(&header(sequence, self.durable, payload));
            bytes.extend_from_slice(payload);
        }
        let written = self
            .file
            .write_all(&bytes)
            .and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            self.file
                .set_len(self.durable)
                .and_then(|()| self.file.seek(SeekFrom::Start(self.durable)).map(drop))
                .and_then(|()| self.file.sync_data())
                .map_err(Error::io("cut off", &self.path))?;
            return Err(Error::io("write", &self.path)(error));
        }
        self.durable += bytes.len() as u64;
        Ok(())
    }
}

/// Segments in the order of their sequences: those with rows that may not be in the snapshot.
pub(crate) fn open_segments(folder: &Path) -> Result<Vec<PathBuf>> {
    segments(folder, OPEN)
}

/// Segments whose rows are all in the snapshot, kept until somebody has taken their bytes.
pub(crate) fn folded_segments(folder: &Path) -> Result<Vec<PathBuf>> {
    segments(folder, FOLDED)
}

fn segments(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::io("list", folder)(error)),
    };
    let mut segments: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    segments.sort();
    Ok(segments)
}

/// Marks a segment as folded.
pub(crate) fn set_folded(path: &Path) -> Result<PathBuf> {
    let folded = path.with_extension(FOLDED);
    fs::rename(path, &folded).map_err(Error::io("rename", path))?;
    if let Some(folder) = path.parent() {
        log::sync_folder(folder)?;
    }
    Ok(folded)
}

/// Reads a segment that nobody writes. What was cut short at its end, and so was never acknowledged, is removed from the
/// file.
pub(crate) fn read(path: &Path) -> Result<Vec<JournalFrame>> {
    let bytes = fs::read(path).map_err(Error::io("read", path))?;
    let damaged = |offset: usize, what| Error::Journal {
        path: path.to_owned(),
        offset: offset as u64,
        what,
    };
    let mut frames = Vec::new();
    let mut offset = 0;
    while offset < bytes.len() {
        let rest = bytes.get(offset..).unwrap_or_default();
        match frame(rest) {
            Ok((sequence, payload)) => {
                let frame = decode(sequence, payload)
                    .ok_or_else(|| damaged(offset, "the rows of a whole frame cannot be read"))?;
                frames.push(frame);
                offset += HEADER + payload.len();
            }
            Err(_) if !was_durable(&bytes, offset) => {
                tracing::warn!(
                    journal.path = %path.display(),
                    journal.offset = offset,
                    journal.bytes = bytes.len() - offset,
                    "a journal ends with a write that was cut short and never acknowledged; it is cut off"
                );
                let file = OpenOptions::new()
                    .write(true)
                    .open(path)
                    .map_err(Error::io("open", path))?;
                file.set_len(offset as u64)
                    .and_then(|()| file.sync_all())
                    .map_err(Error::io("cut off", path))?;
                break;
            }
            Err(what) => return Err(damaged(offset, what)),
        }
    }
    Ok(frames)
}

/// The frame at the start of `bytes`.
fn frame(bytes: &[u8]) -> std::result::Result<(u64, &[u8]), &'static str> {
    let header = bytes
        .first_chunk::<HEADER>()
        .ok_or("a frame is cut short")?;
    let (length, sequence, _) = parse(header)?;
    let payload = bytes
        .get(HEADER..HEADER + length)
        .ok_or("a frame is cut short")?;
    let expected = header.get(24..40).unwrap_or_default();
    if blake3::hash(payload).as_bytes().get(..16) != Some(expected) {
        return Err("the hash of a frame does not fit its bytes");
    }
    Ok((sequence, payload))
}

/// Length of the payload, sequence, and length of the segment that was on disk.
fn parse(header: &[u8; HEADER]) -> std::result::Result<(usize, u64, u64), &'static str> {
    let (head, check) = header.split_at(HEADER - 8);
    if blake3::hash(head).as_bytes().get(..8) != Some(check) || !head.starts_with(&MARK) {
        return Err("there is no frame");
    }
    let number = |from: usize| {
        head.get(from..)
            .and_then(|bytes| bytes.first_chunk::<8>())
            .map_or(0, |bytes| u64::from_le_bytes(*bytes))
    };
    let length = head
        .get(4..)
        .and_then(|bytes| bytes.first_chunk::<4>())
        .map_or(0, |bytes| u32::from_le_bytes(*bytes));
    Ok((length as usize, number(8), number(16)))
}

/// Whether a frame after `offset` says that the segment was on disk beyond it.
fn was_durable(bytes: &[u8], offset: usize) -> bool {
    let rest = bytes.get(offset + 1..).unwrap_or_default();
    rest.windows(HEADER)
        .filter(|window| window.starts_with(&MARK))
        .filter_map(|window| parse(window.first_chunk::<HEADER>()?).ok())
        .any(|(_, _, durable)| durable > offset as u64)
}

fn decode(sequence: u64, payload: &[u8]) -> Option<JournalFrame> {
    let length = u32::from_le_bytes(*payload.first_chunk::<4>()?) as usize;
    let rows = payload.get(4..4 + length)?;
    let raw = payload.get(4 + length..)?;
    let reader = StreamReader::try_new(Cursor::new(rows), None).ok()?;
    Some(JournalFrame {
        sequence,
        rows: reader.collect::<std::result::Result<_, _>>().ok()?,
        raw: raw.to_vec(),
    })
}
