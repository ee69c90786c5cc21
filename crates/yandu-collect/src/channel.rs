//! Channels: the ways by which the rows of a source come. Each brings a delivery as a file of the staging folder, which
//! is then collected like any other.
//!
//! What a source brought is remembered only once it is collected: a watermark travels with its batch, a file of a
//! watched folder is taken again until it was dealt with. So nothing is lost when the process ends in between, and what
//! comes twice changes nothing.

mod fetched;
mod folder;
mod http;
mod mark;
mod options;
pub(crate) mod place;
mod problem;
mod records;
mod run;
mod spool;
mod sql;
mod tick;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use tokio::sync::Semaphore;
use yandu_words::id::SourceId;

pub use options::Options;
pub use tick::{Ran, Rhythm};

use crate::collector::Collector;
use crate::secret::Secrets;

/// What the channels of a collector share.
pub(crate) struct Channels {
    options: RwLock<Arc<Options>>,
    /// One run of a source at a time.
    turns: Mutex<HashMap<SourceId, Arc<tokio::sync::Mutex<()>>>>,
    /// Fetched deliveries are collected one after the other, since each uses all threads.
    collecting: Arc<Semaphore>,
    watched: folder::Watched,
    /// Sources of files of packs that were looked at, and the packs that they are of.
    looked_at: Mutex<(usize, HashSet<SourceId>)>,
}

impl Default for Channels {
    fn default() -> Self {
        Self {
            options: RwLock::default(),
            turns: Mutex::default(),
            collecting: Arc::new(Semaphore::new(1)),
            watched: folder::Watched::default(),
            looked_at: Mutex::default(),
        }
    }
}

impl Channels {
    fn turn(&self, source: &SourceId) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(turns.entry(source.clone()).or_default())
    }

    fn options(&self) -> Arc<Options> {
        Arc::clone(&self.options.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Collector {
    /// Sets how patient the channels are; runs under way go on as they began.
    pub fn set_channel_options(&self, options: Options) {
        let mut present = self
            .channels()
            .options
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *present = Arc::new(options);
    }

    /// The secrets of the site.
    pub fn secrets(&self) -> Secrets {
        Secrets::new(self.folder().root())
    }

    fn channels(&self) -> &Channels {
        &self.inner.channels
    }
}
