//! The stored plans: one change is one transaction, with a record of who did what, when and why.

mod change;
mod work;

use std::sync::Arc;

use jiff::civil::Date;
use tokio::sync::{Mutex, watch};
use yandu_store::{DataFolder, Documents, Store};
use yandu_words::calendar::CITY_CLOCK;

use crate::binding::{self, Proposal};
use crate::import::{self, Import, STORED_BYTES};
use crate::record::{Decision, Plan, SourceText, Status};
use crate::reviewing::said;
use crate::revision::{Baseline, Revision, RevisionKind};
use crate::store::{self, MIGRATIONS};
use crate::{Error, Options, Result};

/// The plans of a city. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Plans {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    documents: Documents,
    /// What the city's file says of what targets are bound to.
    proposals: Vec<Proposal>,
    /// One change at a time.
    writing: Mutex<()>,
    /// Counts the changes.
    changes: watch::Sender<u64>,
}

/// Who changes a plan, why, and at which revision it is expected to be.
#[derive(Debug, Clone)]
pub struct Cause {
    pub who: String,
    pub reason: Option<String>,
    pub expected: Option<u64>,
}

impl Plans {
    pub async fn open(store: Store, folder: &DataFolder, proposals: Vec<Proposal>) -> Result<Self> {
        store.migrate("plan", MIGRATIONS).await?;
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                documents: Documents::new(folder.documents(), folder.staging()),
                proposals,
                writing: Mutex::default(),
                changes: watch::Sender::new(0),
            }),
        })
    }

    /// Reads a text and keeps it as a plan to be reviewed, its bytes by their content. The same bytes again change nothing: the
    /// plan that is there comes back, with `false`.
    pub async fn import(&self, who: &str, import: Import) -> Result<(Plan, bool)> {
        let options = Options {
            year: import.year,
            limit_bytes: STORED_BYTES,
        };
        let documents = self.inner.documents.clone();
        let bytes = import.bytes;
        let (hash, size_bytes, signs, reading) = tokio::task::spawn_blocking(move || {
            let (text, reading) = crate::read_with_text(&bytes, &options)?;
            let signs: Vec<char> = text.chars().collect();
            let hash = documents.keep(&bytes)?;
            Ok::<_, Error>((hash, bytes.len() as u64, signs, reading))
        })
        .await??;
        let _turn = self.inner.writing.lock().await;
        let mut writing = yandu_store::writing(self.inner.store.pool()).await?;
        if let Some(id) = store::of_source(&mut writing, &hash).await?
            && import.id.as_ref().is_none_or(|asked| *asked == id)
        {
            let plan = store::find(&mut writing, &id).await?;
            return Ok((plan.ok_or(Error::NoPlan(id))?, false));
        }
        let ids = import::ids_of(import.id, reading.year, &hash)?;
        let id = store::first_free(&mut writing, &ids).await?;
        let by = Decision {
            who: who.to_owned(),
            at: self.inner.store.clock().now(),
            reason: said(import.reason.as_deref()),
        };
        let source = SourceText {
            hash,
            name: import.name,
            size_bytes,
            encoding: reading.encoding.to_owned(),
            signs: signs.len(),
        };
        let mut plan = import::plan_of(id, (&signs, &reading), source, by.clone());
        binding::propose(&mut plan, &self.inner.proposals);
        store::insert(&mut writing, &plan, &serde_json::to_string(&reading)?).await?;
        let first = Revision {
            revision: plan.revision,
            kind: RevisionKind::Imported,
            who: by.who,
            at: by.at,
            reason: by.reason,
            changes: Vec::new(),
        };
        store::record(&mut writing, &plan.id, &first).await?;
        writing.commit().await?;
        self.tell();
        Ok((plan, true))
    }

    /// Is told of each change of a plan.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    fn tell(&self) {
        self.inner.changes.send_modify(|count| *count += 1);
    }

    /// The day of the city.
    pub fn today(&self) -> Date {
        day_of(self.inner.store.clock().now())
    }

    /// All plans without their parts, the newest first.
    pub async fn list(&self) -> Result<Vec<Plan>> {
        store::heads(self.inner.store.pool()).await
    }

    /// The plan that people work on: the newest in force that has begun, or else one that is to begin, or was closed.
    pub async fn current(&self) -> Result<Option<String>> {
        let year = self.today().year();
        let plans = self.list().await?.into_iter();
        let place = |plan: &Plan| {
            let has_begun = plan.head.year.is_none_or(|begins| begins <= year);
            (plan.status == Status::Approved, has_begun, plan.head.year)
        };
        let known = plans.filter(|plan| plan.status != Status::Reviewing);
        Ok(known.max_by_key(place).map(|plan| plan.id))
    }

    pub async fn plan(&self, id: &str) -> Result<Plan> {
        // The head of a plan and its parts are several reads of one moment.
        let mut reading = yandu_store::reading(self.inner.store.pool()).await?;
        let plan = store::find(&mut reading, id).await?;
        plan.ok_or_else(|| Error::NoPlan(id.to_owned()))
    }

    /// The bytes of the text that a plan was imported from.
    pub async fn source(&self, plan: &Plan) -> Result<Vec<u8>> {
        let documents = self.inner.documents.clone();
        let hash = plan.head.source.hash.clone();
        Ok(tokio::task::spawn_blocking(move || documents.read(&hash)).await??)
    }

    /// The reading as it was at the import, JSON.
    pub async fn reading(&self, id: &str) -> Result<String> {
        let reading = store::reading(self.inner.store.pool(), id).await?;
        reading.ok_or_else(|| Error::NoPlan(id.to_owned()))
    }

    /// What became of a plan, newest first; before a revision where one is named.
    pub async fn history(
        &self,
        id: &str,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Revision>> {
        let history = store::history(self.inner.store.pool(), id, before, limit).await?;
        if history.is_empty() {
            self.plan(id).await?;
        }
        Ok(history)
    }

    /// What the plan binds people to: as it was approved, and after each approved change.
    pub async fn baselines(&self, id: &str) -> Result<Vec<Baseline>> {
        let mut connection = self.inner.store.pool().acquire().await?;
        store::baselines(&mut connection, id).await
    }
}

/// The day on which something happened, on the city's clocks.
pub(crate) fn day_of(at: jiff::Timestamp) -> Date {
    CITY_CLOCK.to_datetime(at).date()
}
