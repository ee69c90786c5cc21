//! What the face stands on, and who reads through it.

use std::sync::Arc;

use yandu_access::{Door, Login, Programs, Standing};
use yandu_collect::Collector;
use yandu_lake::{Principal, ReadPoint, Session};
use yandu_ledger::Ledger;
use yandu_pack::Packs;
use yandu_words::id::DatasetId;

use crate::fault::{Fault, Result};

/// The city that is read. Clones are one.
#[derive(Clone)]
pub struct City {
    inner: Arc<Inner>,
}

struct Inner {
    collector: Collector,
    programs: Programs,
    ledger: Ledger,
}

impl City {
    /// `local_key` is what whoever holds the data folder shows.
    pub fn new(collector: Collector, door: Door, ledger: Ledger, local_key: &str) -> Self {
        Self {
            inner: Arc::new(Inner {
                collector,
                programs: Programs::new(door, local_key),
                ledger,
            }),
        }
    }

    pub(crate) fn programs(&self) -> &Programs {
        &self.inner.programs
    }

    pub(crate) fn packs(&self) -> Arc<Packs> {
        self.inner.collector.packs()
    }

    /// A reader of the present, with the rights of this moment. A grant that says how often it may be used is counted by
    /// [`City::note`].
    pub(crate) async fn session(&self, login: &Login) -> Result<Session> {
        let principal = match self.programs().standing(login).await? {
            Standing::Reads(principal) => principal,
            Standing::ReadsNothing => return Err(Fault::not_for_reading()),
            Standing::Ended => return Err(Fault::ended()),
        };
        let lake = self.inner.collector.lake();
        Ok(lake.session(&principal, ReadPoint::default()))
    }

    /// Counts the use of grants, and notes whose rows were read.
    pub(crate) async fn note(&self, principal: &Principal, read: &[DatasetId]) -> Result<()> {
        if let Some(rights) = principal.rights() {
            self.programs().door().count_use(rights, read).await?;
        }
        let now = self.inner.collector.store().clock().now();
        for dataset in read {
            self.inner.ledger.note_use(dataset.as_str(), principal, now);
        }
        Ok(())
    }
}
