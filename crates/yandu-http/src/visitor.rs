//! What visitors make the program do is bounded, for all of them together and for each address: whoever works in the city goes first,
//! and no visitor shuts out the others. An address is that of the connection: whoever comes through one proxy shares it, since a header
//! that names another address can be made up.

use std::time::Duration;

use yandu_access::{Place, Places};

use crate::line::Peer;

/// How much visitors may ask for at a time.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Files that are taken away at a time, and those of them by one address.
    pub files: usize,
    pub files_of_one: usize,
    /// How long a file is kept for whoever takes nothing of it.
    pub file_waits: Duration,
    /// Pages at a time for which data is searched or read, and those of them for one address.
    pub looks: usize,
    pub looks_of_one: usize,
    /// How long a file or such a page waits for its place.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            files: 8,
            files_of_one: 3,
            // Some 400 kB are held for a slow line, so that one of 7 kB/s keeps up.
            file_waits: Duration::from_mins(1),
            looks: 8,
            looks_of_one: 4,
            patience: Duration::from_secs(5),
        }
    }
}

/// The places of visitors.
pub(crate) struct Visitors {
    options: Options,
    files: Places,
    looks: Places,
}

impl Visitors {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            files: Places::new(options.files, options.files_of_one),
            looks: Places::new(options.looks, options.looks_of_one),
            options,
        }
    }

    /// The place of a file, which is waited for a little, and how long it is kept for whoever takes nothing of it.
    pub(crate) async fn file(&self, peer: Peer) -> Option<(Place, Duration)> {
        let patience = self.options.patience;
        let place = self.files.wait(peer.origin(), patience).await?;
        Some((place, self.options.file_waits))
    }

    /// The place of a page for which data is searched or read; it is waited for a little.
    pub(crate) async fn look(&self, peer: Peer) -> Option<Place> {
        let patience = self.options.patience;
        self.looks.wait(peer.origin(), patience).await
    }
}
