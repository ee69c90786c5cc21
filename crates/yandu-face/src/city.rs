//! The city that is read, and who reads it.

use std::sync::Arc;

use jiff::Timestamp;
use yandu_access::{Door, Programs, Receipts, Result};
use yandu_collect::Collector;
use yandu_lake::{Principal, ReadPoint, Session};
use yandu_ledger::Ledger;
use yandu_pack::Packs;
use yandu_words::id::DatasetId;

/// The city that is read. Clones are one.
#[derive(Clone)]
pub struct City {
    inner: Arc<Inner>,
}

struct Inner {
    collector: Collector,
    programs: Programs,
    ledger: Ledger,
    page_rows: u64,
}

impl City {
    /// `local_key` is what whoever holds the data folder shows; an answer of more than `page_rows` rows has a receipt of its own.
    pub fn new(
        collector: Collector,
        door: Door,
        ledger: Ledger,
        local_key: &str,
        page_rows: u64,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                collector,
                programs: Programs::new(door, local_key),
                ledger,
                page_rows,
            }),
        }
    }

    /// The most rows of an answer that is counted with others.
    pub fn page_rows(&self) -> u64 {
        self.inner.page_rows
    }

    pub(crate) fn receipts(&self) -> &Receipts {
        self.programs().door().receipts()
    }

    /// The time of the records.
    pub(crate) fn now(&self) -> Timestamp {
        self.inner.collector.store().clock().now()
    }

    /// Who may log in, and what they read at this moment.
    pub fn programs(&self) -> &Programs {
        &self.inner.programs
    }

    pub fn packs(&self) -> Arc<Packs> {
        self.inner.collector.packs()
    }

    /// A reader of the present. A grant that says how often it may be used is counted by [`City::note`].
    pub fn session(&self, principal: &Principal) -> Session {
        let lake = self.inner.collector.lake();
        lake.session(principal, ReadPoint::default())
    }

    /// Counts the use of grants, and notes whose rows were read.
    ///
    /// # Errors
    ///
    /// When a grant has been used up, or the records cannot be written.
    pub async fn note(&self, principal: &Principal, read: &[DatasetId]) -> Result<()> {
        if let Some(rights) = principal.rights() {
            self.programs().door().count_use(rights, read).await?;
        }
        let now = self.now();
        for dataset in read {
            self.inner.ledger.note_use(dataset.as_str(), principal, now);
        }
        Ok(())
    }
}
