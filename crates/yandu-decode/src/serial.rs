//! Rows that one thread reads: it runs ahead of its reader by a few blocks and stops when nobody listens.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use yandu_check::block::TextBlock;

use super::rows::{BlockBuilder, RowJudge};
use super::{Blocks, Error};

const AHEAD: usize = 2;

/// Where the rows of a table go.
pub(crate) struct Drain<'a> {
    pub(crate) rows: BlockBuilder<'a>,
    sender: &'a SyncSender<Result<TextBlock, Error>>,
}

impl Drain<'_> {
    /// Hands on what is full; `false` when nobody listens any more.
    pub(crate) fn hand_on(&mut self) -> bool {
        match self.rows.take_full() {
            Some(block) => self.sender.send(Ok(block)).is_ok(),
            None => true,
        }
    }
}

/// Runs a reader of rows on a thread of its own.
pub(crate) fn blocks(
    judge: RowJudge,
    what: &'static str,
    read: impl FnOnce(&mut Drain) -> Result<(), Error> + Send + 'static,
) -> Blocks {
    let (sender, receiver) = sync_channel(AHEAD);
    let run = move || {
        let mut drain = Drain {
            rows: BlockBuilder::new(&judge),
            sender: &sender,
        };
        let outcome = guarded(what, || read(&mut drain));
        let last = drain.rows.take();
        // Nobody listens when a send fails, so there is nobody to tell.
        if let Some(block) = last {
            drop(sender.send(Ok(block)));
        }
        if let Err(error) = outcome {
            drop(sender.send(Err(error)));
        }
    };
    match thread::Builder::new().name("decode".to_owned()).spawn(run) {
        Ok(_) => Box::new(Received(receiver)),
        Err(error) => Box::new(std::iter::once(Err(Error::Read(error)))),
    }
}

struct Received(Receiver<Result<TextBlock, Error>>);

impl Iterator for Received {
    type Item = Result<TextBlock, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.recv().ok()
    }
}

/// Runs a reader of a foreign format, whose failure on damaged input may be a panic.
pub(crate) fn guarded<T>(
    what: &'static str,
    read: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(Error::damaged(what, "its structure makes no sense")))
}
