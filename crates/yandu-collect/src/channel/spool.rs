//! What a source sends, as a file of the staging folder.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::problem::Problem;
use crate::{Error, Result};

/// Bytes that are handed to the writing thread at a time, and how many such pieces may wait.
const PIECE: usize = 1 << 20;
const WAITING: usize = 4;

/// A file of the staging folder that goes with its owner.
#[derive(Debug)]
pub(crate) struct Staged {
    path: PathBuf,
}

impl Staged {
    pub(crate) fn new(folder: &Path, extension: &str) -> Self {
        Self {
            path: folder.join(format!("{}.{extension}", uuid::Uuid::now_v7())),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file, which from now on somebody else removes.
    pub(crate) fn hand_over(mut self) -> PathBuf {
        std::mem::take(&mut self.path)
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            // What is left is swept at the next start if this fails.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// A file that is being written, on a thread of its own.
#[derive(Debug)]
pub(crate) struct Spool {
    staged: Staged,
    buffer: Vec<u8>,
    sender: mpsc::Sender<Vec<u8>>,
    writer: JoinHandle<io::Result<()>>,
    bytes: u64,
    limit: u64,
}

impl Spool {
    /// Must be called within the runtime. More than `limit` bytes are refused.
    pub(crate) fn create(folder: &Path, extension: &str, limit: u64) -> Result<Self> {
        let staged = Staged::new(folder, extension);
        let mut file = File::create_new(staged.path())
            .map_err(|source| Error::file("write", staged.path(), source))?;
        let (sender, mut receiver) = mpsc::channel::<Vec<u8>>(WAITING);
        let writer = tokio::task::spawn_blocking(move || {
            while let Some(piece) = receiver.blocking_recv() {
                file.write_all(&piece)?;
            }
            Ok(())
        });
        Ok(Self {
            staged,
            buffer: Vec::with_capacity(PIECE + PIECE / 4),
            sender,
            writer,
            bytes: 0,
            limit,
        })
    }

    /// Where the next bytes go; [`Self::settle`] is to be called after every few of them.
    pub(crate) fn buffer(&mut self) -> &mut Vec<u8> {
        &mut self.buffer
    }

    /// Hands what is in the buffer to the disk when it is worth it.
    pub(crate) async fn settle(&mut self) -> Result<(), Problem> {
        if self.buffer.len() < PIECE {
            return Ok(());
        }
        self.flush().await
    }

    async fn flush(&mut self) -> Result<(), Problem> {
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE + PIECE / 4));
        self.bytes += piece.len() as u64;
        if self.bytes > self.limit {
            return Err(Problem::answer(format!(
                "it sends more than {} MiB",
                self.limit >> 20
            )));
        }
        if self.sender.send(piece).await.is_err() {
            // The writer is gone, and its end says why.
            let ended = (&mut self.writer).await.map_err(Error::from)?;
            let source = ended
                .err()
                .unwrap_or_else(|| io::Error::other("the writer stopped"));
            return Err(Error::file("write", self.staged.path(), source).into());
        }
        Ok(())
    }

    pub(crate) async fn finish(mut self) -> Result<Staged, Problem> {
        self.flush().await?;
        let Self {
            staged,
            sender,
            writer,
            ..
        } = self;
        drop(sender);
        let written = writer.await.map_err(Error::from)?;
        written.map_err(|source| Error::file("write", staged.path(), source))?;
        Ok(staged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_spooled_is_in_the_file_and_the_file_goes_with_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(folder.path(), "csv", 1 << 30).unwrap();
        let line = [b'x'; 1000];
        for _ in 0..5000 {
            spool.buffer().extend_from_slice(&line);
            spool.settle().await.unwrap();
        }
        let staged = spool.finish().await.unwrap();
        assert_eq!(fs::metadata(staged.path()).unwrap().len(), 5_000_000);
        let path = staged.path().to_owned();
        drop(staged);
        assert!(!path.exists());
    }

    #[tokio::test]
    async fn a_source_that_sends_without_end_is_cut_off_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(folder.path(), "csv", 3 << 20).unwrap();
        let mut refused = None;
        for _ in 0..10 {
            spool.buffer().resize(PIECE, b'x');
            if let Err(problem) = spool.settle().await {
                refused = Some(problem);
                break;
            }
        }
        assert!(
            matches!(refused, Some(Problem::Answer(message)) if message.words() == "it sends more than 3 MiB")
        );
        drop(spool);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
