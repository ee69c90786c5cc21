//! The batch as it came: compressed, named by its content, written once and never changed.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::progress::Progress;
use crate::{Error, Result};

const CHUNK: usize = 4 << 20;
/// Level 1 is faster than 3 and, on registers, no larger.
const LEVEL: i32 = 1;

/// A delivery that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// BLAKE3 of the delivered bytes, in hexadecimal.
    pub hash: String,
    pub size_bytes: u64,
    /// Whether the same bytes were kept already.
    pub known: bool,
}

/// The folder of kept batches.
#[derive(Debug, Clone)]
pub struct Keep {
    root: PathBuf,
    staging: PathBuf,
}

struct Source {
    file: File,
    hasher: blake3::Hasher,
    ticket: u64,
    size_bytes: u64,
}

struct Target {
    file: File,
    next: u64,
    failed: bool,
}

impl Keep {
    pub fn new(root: PathBuf, staging: PathBuf) -> Self {
        Self { root, staging }
    }

    /// Where the bytes with this hash are kept: a sequence of zstd frames.
    pub fn path(&self, hash: &str) -> PathBuf {
        self.root
            .join(hash.get(..2).unwrap_or_default())
            .join(format!("{hash}.zst"))
    }

    /// The delivered bytes.
    pub fn open(&self, hash: &str) -> Result<impl Read + use<>> {
        let path = self.path(hash);
        let file = File::open(&path)
            .map_err(|source| Error::file("open the kept batch", &path, source))?;
        zstd::Decoder::new(file).map_err(|source| Error::file("read the kept batch", &path, source))
    }

    /// Keeps a file: hashes and compresses it in one reading, on `threads` threads, in bounded memory.
    ///
    /// The file is in place under its final name, and on disk, when this returns.
    pub fn file(&self, path: &Path, threads: usize, progress: &Progress) -> Result<Kept> {
        let delivered =
            File::open(path).map_err(|source| Error::file("open the delivery", path, source))?;
        let draft = self.staging.join(format!("{}.zst", uuid::Uuid::now_v7()));
        let draft_file = File::create(&draft)
            .map_err(|source| Error::file("write the kept batch", &draft, source))?;
        let source = Mutex::new(Source {
            file: delivered,
            hasher: blake3::Hasher::new(),
            ticket: 0,
            size_bytes: 0,
        });
        let target = Mutex::new(Target {
            file: draft_file,
            next: 0,
            failed: false,
        });
        let turn = Condvar::new();
        let results: Vec<io::Result<()>> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads.max(1))
                .map(|_| scope.spawn(|| compress(&source, &target, &turn, progress)))
                .collect();
            workers
                .into_iter()
                .map(|worker| {
                    worker
                        .join()
                        .unwrap_or_else(|_| Err(io::Error::other("a compressing thread panicked")))
                })
                .collect()
        });
        let source = source.into_inner().unwrap_or_else(PoisonError::into_inner);
        let kept = Kept {
            hash: source.hasher.finalize().to_hex().to_string(),
            size_bytes: source.size_bytes,
            known: false,
        };
        let finish = || -> io::Result<bool> {
            results.into_iter().collect::<io::Result<()>>()?;
            let file = target
                .into_inner()
                .unwrap_or_else(PoisonError::into_inner)
                .file;
            let place = self.path(&kept.hash);
            if place.exists() {
                fs::remove_file(&draft)?;
                return Ok(true);
            }
            file.sync_all()?;
            let folder = place.parent().unwrap_or(&self.root);
            fs::create_dir_all(folder)?;
            fs::rename(&draft, &place)?;
            File::open(folder)?.sync_all()?;
            File::open(&self.root)?.sync_all()?;
            Ok(false)
        };
        if progress.is_cancelled() {
            // What is left of the draft is swept at the next start if this fails.
            let _ = fs::remove_file(&draft);
            return Err(Error::Cancelled);
        }
        match finish() {
            Ok(known) => Ok(Kept { known, ..kept }),
            Err(source) => {
                // What is left of the draft is swept at the next start if this fails too.
                let _ = fs::remove_file(&draft);
                Err(Error::file("keep the delivery", path, source))
            }
        }
    }
}

fn compress(
    source: &Mutex<Source>,
    target: &Mutex<Target>,
    turn: &Condvar,
    progress: &Progress,
) -> io::Result<()> {
    while !progress.is_cancelled() {
        let mut chunk = Vec::with_capacity(CHUNK);
        let ticket = {
            let mut source = source.lock().unwrap_or_else(PoisonError::into_inner);
            let source = &mut *source;
            Read::take(&mut source.file, CHUNK as u64).read_to_end(&mut chunk)?;
            if chunk.is_empty() && source.ticket > 0 {
                return Ok(());
            }
            source.hasher.update(&chunk);
            source.size_bytes += chunk.len() as u64;
            source.ticket += 1;
            source.ticket - 1
        };
        let frame = zstd::bulk::compress(&chunk, LEVEL);
        let mut target = target.lock().unwrap_or_else(PoisonError::into_inner);
        while target.next != ticket && !target.failed {
            target = turn.wait(target).unwrap_or_else(PoisonError::into_inner);
        }
        if target.failed {
            return Ok(());
        }
        let written = frame.and_then(|frame| target.file.write_all(&frame));
        target.next += 1;
        target.failed = written.is_err();
        turn.notify_all();
        drop(target);
        written?;
        progress.advance(chunk.len() as u64, 0);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(folder: &Path) -> Keep {
        for name in ["raw", "staging"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        Keep::new(folder.join("raw"), folder.join("staging"))
    }

    #[test]
    fn a_kept_batch_comes_back_byte_for_byte() {
        let folder = tempfile::tempdir().unwrap();
        let keep = keep(folder.path());
        let bytes: Vec<u8> = (0..9_000_000_u32).map(|n| (n % 251) as u8).collect();
        let delivery = folder.path().join("delivery");
        for size in [0, 1, CHUNK, bytes.len()] {
            fs::write(&delivery, &bytes[..size]).unwrap();
            for threads in [1, 3] {
                let kept = keep.file(&delivery, threads, &Progress::default()).unwrap();
                assert_eq!(kept.hash, blake3::hash(&bytes[..size]).to_hex().to_string());
                assert_eq!(kept.known, threads == 3);
                let mut back = Vec::new();
                keep.open(&kept.hash)
                    .unwrap()
                    .read_to_end(&mut back)
                    .unwrap();
                assert!(back == bytes[..size], "{size} bytes on {threads} threads");
            }
        }
        assert_eq!(
            fs::read_dir(folder.path().join("staging")).unwrap().count(),
            0
        );
    }
}
