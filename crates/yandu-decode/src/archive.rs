//! Files inside a zip, and what an archive may unpack to.
//!
//! Names inside an archive are labels, never paths. Declared sizes are looked at first and not believed: what
//! really comes out is counted too.

use std::io::{self, Read, SeekFrom};

use zip::{CompressionMethod, ZipArchive};

use super::Error;
use super::source::{Input, Seekable, Source};

/// Most bytes that a workbook may unpack to.
pub(crate) const WORKBOOK_BYTES: u64 = 1 << 30;
/// Most bytes that are streamed out of an archive.
pub(crate) const STREAMED_BYTES: u64 = 64 << 30;
/// Deflate never packs more tightly (zlib technical details, <https://zlib.net/zlib_tech.html>).
const TIGHTEST: u64 = 1032;
const MEMBERS: usize = 20_000;

/// What a zip is.
pub(crate) enum Content {
    Xlsx,
    Xlsb,
    /// With its content.
    Ods(Member),
    /// An archive with files, the one to read first.
    Files {
        chosen: Member,
        others: Vec<String>,
    },
}

/// Where a file stands in a zip.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    start: u64,
    packed_bytes: u64,
    bytes: u64,
    deflated: bool,
    encrypted: bool,
}

impl Member {
    pub(crate) fn open(&self, mut archive: Box<dyn Seekable>) -> Result<Input, Error> {
        archive
            .seek(SeekFrom::Start(self.start))
            .map_err(Error::from_read)?;
        let packed = archive.take(self.packed_bytes);
        Ok(if self.deflated {
            Box::new(Bounded::new(
                flate2::read::DeflateDecoder::new(packed),
                STREAMED_BYTES,
            ))
        } else {
            Box::new(packed)
        })
    }
}

/// Looks into a zip. `wanted` is the name of a file in it.
pub(crate) fn look(source: &Source, wanted: Option<&str>) -> Result<Content, Error> {
    let members = members(source)?;
    let has = |name: &str| members.iter().any(|member| member.name == name);
    let starts = |prefix: &str| members.iter().any(|member| member.name.starts_with(prefix));
    if has("xl/workbook.bin") {
        return within(source, &members).map(|()| Content::Xlsb);
    }
    if has("[Content_Types].xml") && starts("xl/") {
        return within(source, &members).map(|()| Content::Xlsx);
    }
    if has("content.xml") && has("META-INF/manifest.xml") {
        within(source, &members)?;
        let content = members.iter().find(|member| member.name == "content.xml");
        return match content {
            Some(content) => Ok(Content::Ods(content.clone())),
            None => Err(Error::NoTable),
        };
    }
    if has("[Content_Types].xml") {
        return Err(Error::Binary {
            what: "a document or presentation",
        });
    }
    choose(members, wanted)
}

fn members(source: &Source) -> Result<Vec<Member>, Error> {
    let damaged = |error| Error::damaged("archive", error);
    let mut archive = ZipArchive::new(source.seekable()?).map_err(damaged)?;
    if archive.len() > MEMBERS {
        return Err(Error::UnpacksTooLarge {
            limit_bytes: STREAMED_BYTES,
        });
    }
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(damaged)?;
        let name = match file.name() {
            Ok(name) => name.into_owned(),
            Err(_) => format!("file {}", index + 1),
        };
        let (Some(start), false) = (file.data_start(), file.is_dir()) else {
            continue;
        };
        members.push(Member {
            name,
            start,
            packed_bytes: file.compressed_size(),
            bytes: file.size(),
            deflated: file.compression() != CompressionMethod::Stored,
            encrypted: file.encrypted(),
        });
    }
    Ok(members)
}

fn choose(mut members: Vec<Member>, wanted: Option<&str>) -> Result<Content, Error> {
    members.retain(|member| {
        let file = member.name.rsplit('/').next().unwrap_or_default();
        !member.name.starts_with("__MACOSX/") && !file.starts_with('.')
    });
    let table = |member: &Member| {
        let name = member.name.to_ascii_lowercase();
        [
            ".csv", ".tsv", ".txt", ".xls", ".xlsx", ".xlsb", ".ods", ".json", ".jsonl", ".html",
            ".htm",
        ]
        .iter()
        .any(|end| name.ends_with(end))
    };
    let best = members
        .iter()
        .enumerate()
        .max_by_key(|(_, member)| {
            let named = Some(member.name.as_str()) == wanted;
            (named, table(member), member.bytes)
        })
        .map(|(place, _)| place);
    let chosen = members.remove(best.ok_or(Error::NoTable)?);
    if chosen.encrypted {
        return Err(Error::Encrypted { what: "archive" });
    }
    if chosen.bytes > STREAMED_BYTES {
        return Err(Error::UnpacksTooLarge {
            limit_bytes: STREAMED_BYTES,
        });
    }
    let others = members.into_iter().map(|member| member.name).collect();
    Ok(Content::Files { chosen, others })
}

/// Refuses a workbook that unpacks to too much.
fn within(source: &Source, members: &[Member]) -> Result<(), Error> {
    let too_large = Error::UnpacksTooLarge {
        limit_bytes: WORKBOOK_BYTES,
    };
    if members.iter().any(|member| member.encrypted) {
        return Err(Error::Encrypted { what: "workbook" });
    }
    let declared = members
        .iter()
        .fold(0_u64, |sum, member| sum.saturating_add(member.bytes));
    if declared > WORKBOOK_BYTES {
        return Err(too_large);
    }
    let packed = members
        .iter()
        .fold(0_u64, |sum, member| sum.saturating_add(member.packed_bytes));
    if packed <= WORKBOOK_BYTES / TIGHTEST {
        return Ok(());
    }
    let mut real = 0;
    for member in members {
        let input = member.open(source.seekable()?)?;
        let mut input = input.take(WORKBOOK_BYTES + 1 - real);
        real += io::copy(&mut input, &mut io::sink()).map_err(Error::from_read)?;
        if real > WORKBOOK_BYTES {
            return Err(too_large);
        }
    }
    Ok(())
}

/// A reader that fails instead of giving more than its limit.
pub(crate) struct Bounded<R> {
    input: R,
    left: u64,
    limit_bytes: u64,
}

impl<R> Bounded<R> {
    pub(crate) fn new(input: R, limit_bytes: u64) -> Self {
        Self {
            input,
            left: limit_bytes,
            limit_bytes,
        }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(out)?;
        self.left = self.left.checked_sub(read as u64).ok_or_else(|| {
            io::Error::other(Error::UnpacksTooLarge {
                limit_bytes: self.limit_bytes,
            })
        })?;
        Ok(read)
    }
}
