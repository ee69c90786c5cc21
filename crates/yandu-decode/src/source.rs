//! The bytes of a delivery, which can be opened again from the start.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use encoding_rs::Decoder;

use super::Error;
use super::archive::{Bounded, Member, STREAMED_BYTES};
use super::encoding::{self, Detected};

pub(crate) type Input = Box<dyn Read + Send>;

/// Bytes of the start of a file that formats, encodings and dialects are judged by.
pub(crate) const HEAD_BYTES: usize = 1 << 20;
const PROBES: u64 = 16;
const PROBE_BYTES: usize = 64 << 10;

#[derive(Debug, Clone)]
pub(crate) enum Source {
    File(PathBuf),
    Bytes(Arc<[u8]>),
    Gzip(Box<Source>),
    Member(Box<Source>, Member),
}

/// What a random access reader needs.
pub(crate) trait Seekable: Read + Seek + Send {}
impl<T: Read + Seek + Send> Seekable for T {}

impl Source {
    pub(crate) fn open(&self) -> Result<Input, Error> {
        Ok(match self {
            Self::File(path) => Box::new(File::open(path).map_err(Error::from_read)?),
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
            Self::Gzip(inner) => {
                let reader = io::BufReader::with_capacity(1 << 16, inner.open()?);
                let unpacked = flate2::bufread::MultiGzDecoder::new(reader);
                Box::new(Bounded::new(unpacked, STREAMED_BYTES))
            }
            Self::Member(inner, member) => member.open(inner.seekable()?)?,
        })
    }

    /// The bytes for random access; packed ones are unpacked into memory, at most `LOADED_BYTES`.
    pub(crate) fn seekable(&self) -> Result<Box<dyn Seekable>, Error> {
        Ok(match self {
            Self::File(path) => Box::new(File::open(path).map_err(Error::from_read)?),
            Self::Bytes(bytes) => Box::new(Cursor::new(Arc::clone(bytes))),
            Self::Gzip(_) | Self::Member(..) => Box::new(Cursor::new(self.load(LOADED_BYTES)?)),
        })
    }

    pub(crate) fn load(&self, limit_bytes: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let read = self
            .open()?
            .take(limit_bytes + 1)
            .read_to_end(&mut bytes)
            .map_err(Error::from_read)?;
        if read as u64 > limit_bytes {
            return Err(if matches!(self, Self::File(_) | Self::Bytes(_)) {
                Error::TooLarge { limit_bytes }
            } else {
                Error::UnpacksTooLarge { limit_bytes }
            });
        }
        Ok(bytes)
    }

    pub(crate) fn head(&self) -> Result<Vec<u8>, Error> {
        read_up_to(&mut self.open()?, HEAD_BYTES)
    }

    /// The encoding of text that starts with `head`.
    pub(crate) fn detect_encoding(
        &self,
        head: &[u8],
        declared: Option<&str>,
    ) -> Result<Detected, Error> {
        let mark = encoding::mark(head);
        if let Some(label) = declared {
            let encoding = encoding::by_label(label)?;
            let mark = mark.filter(|(marked, _)| *marked == encoding);
            return Ok(Detected {
                encoding,
                reason: "declared".to_owned(),
                mark: mark.map_or(0, |(_, length)| length),
            });
        }
        if let Some((encoding, length)) = mark {
            return Ok(Detected {
                encoding,
                reason: "the file starts with a byte order mark".to_owned(),
                mark: length,
            });
        }
        if let Some(encoding) = encoding::unmarked_utf16(head) {
            return Ok(Detected {
                encoding,
                reason: "zero bytes stand beside ASCII characters as in UTF-16".to_owned(),
                mark: 0,
            });
        }
        let mut sample = whole_lines(head, head.len() < HEAD_BYTES).to_vec();
        self.probe(&mut sample)?;
        if sample.is_ascii() && head.len() == HEAD_BYTES {
            sample = self.first_beyond_ascii()?;
        }
        Ok(encoding::detect(&sample))
    }

    /// Adds whole lines from places all over a large file.
    fn probe(&self, sample: &mut Vec<u8>) -> Result<(), Error> {
        let Self::File(path) = self else {
            return Ok(());
        };
        let mut file = File::open(path).map_err(Error::from_read)?;
        let size = file.metadata().map_err(Error::from_read)?.len();
        if size < 4 * HEAD_BYTES as u64 {
            return Ok(());
        }
        for probe in 1..=PROBES {
            let at = (size - PROBE_BYTES as u64) / PROBES * probe;
            file.seek(SeekFrom::Start(at)).map_err(Error::from_read)?;
            let bytes = read_up_to(&mut file, PROBE_BYTES)?;
            if let Some(first) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                let lines = bytes.get(first..).unwrap_or_default();
                sample.push(b'\n');
                sample.extend_from_slice(whole_lines(lines, false));
            }
        }
        Ok(())
    }

    /// The first stretch of a long file that is not ASCII alone.
    fn first_beyond_ascii(&self) -> Result<Vec<u8>, Error> {
        let mut input = self.open()?;
        loop {
            let bytes = read_up_to(&mut input, HEAD_BYTES)?;
            if !bytes.is_ascii() {
                let last = bytes.len() < HEAD_BYTES;
                let lines = match bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                    Some(first) => bytes.get(first..).unwrap_or_default(),
                    None => &bytes,
                };
                let lines = whole_lines(lines, last);
                return Ok(if lines.is_ascii() {
                    bytes
                } else {
                    lines.to_vec()
                });
            }
            if bytes.len() < HEAD_BYTES {
                return Ok(bytes);
            }
        }
    }
}

/// Most bytes of a packed file that may be held in memory at once.
pub(crate) const LOADED_BYTES: u64 = 256 << 20;

pub(crate) fn read_up_to(input: &mut impl Read, limit: usize) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    input
        .take(limit as u64)
        .read_to_end(&mut bytes)
        .map_err(Error::from_read)?;
    Ok(bytes)
}

/// The bytes up to the last line end, or all of them when there is none or nothing was cut.
fn whole_lines(bytes: &[u8], complete: bool) -> &[u8] {
    if complete {
        return bytes;
    }
    match memchr::memrchr2(b'\n', b'\r', bytes) {
        Some(last) => bytes.get(..=last).unwrap_or(bytes),
        None => bytes,
    }
}

/// Turns text of any encoding into UTF-8 while it is read; what is not text becomes U+FFFD.
pub(crate) struct Transcoder<R> {
    input: R,
    decoder: Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

const TRANSCODED_BYTES: usize = 1 << 16;

impl<R: Read> Transcoder<R> {
    pub(crate) fn new(input: R, encoding: &'static encoding_rs::Encoding) -> Self {
        Self {
            input,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; TRANSCODED_BYTES],
            text: Vec::new(),
            given: 0,
            ended: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        let read = self.input.read(&mut self.raw)?;
        self.ended = read == 0;
        let raw = self.raw.get(..read).unwrap_or_default();
        let room = self
            .decoder
            .max_utf8_buffer_length(read)
            .unwrap_or(TRANSCODED_BYTES * 3 + 16);
        self.text.resize(room, 0);
        let (_, _, written, _) = self.decoder.decode_to_utf8(raw, &mut self.text, self.ended);
        self.text.truncate(written);
        self.given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Transcoder<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.given == self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
        let ready = self.text.get(self.given..).unwrap_or_default();
        let taken = ready.len().min(out.len());
        if let (Some(out), Some(ready)) = (out.get_mut(..taken), ready.get(..taken)) {
            out.copy_from_slice(ready);
        }
        self.given += taken;
        Ok(taken)
    }
}

/// Skips bytes at the start of a reader.
pub(crate) fn skip(input: &mut impl Read, bytes: usize) -> Result<(), Error> {
    io::copy(&mut input.take(bytes as u64), &mut io::sink())
        .map(drop)
        .map_err(Error::from_read)
}
