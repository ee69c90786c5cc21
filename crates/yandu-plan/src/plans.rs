//! The stored plans: one change is one transaction, with a record of who did what, when and why.

use std::sync::Arc;

use tokio::sync::Mutex;
use yandu_store::{DataFolder, Store};

use crate::documents::Documents;
use crate::import::{self, Import, STORED_BYTES};
use crate::record::{Decision, Plan, Source, Status, difference, items_of};
use crate::reviewing::{self, Decisions, Progress, said};
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
    /// One change at a time.
    writing: Mutex<()>,
}

/// Who changes a plan, why, and at which revision it is expected to be.
#[derive(Debug, Clone)]
pub struct Cause {
    pub who: String,
    pub reason: Option<String>,
    pub expected: Option<u64>,
}

impl Plans {
    pub async fn open(store: Store, folder: &DataFolder) -> Result<Self> {
        store.migrate("plan", MIGRATIONS).await?;
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                documents: Documents::new(folder.documents(), folder.staging()),
                writing: Mutex::default(),
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
        let mut writing = self
            .inner
            .store
            .pool()
            .begin_with("BEGIN IMMEDIATE")
            .await?;
        if let Some(id) = store::of_source(&mut writing, &hash).await?
            && import.id.as_ref().is_none_or(|asked| *asked == id)
        {
            let plan = store::find(&mut writing, &id).await?;
            return Ok((plan.ok_or(Error::NoPlan(id))?, false));
        }
        let id = import::id_of(import.id, reading.year, &hash)?;
        if store::find(&mut writing, &id).await?.is_some() {
            return Err(Error::Exists(id));
        }
        let by = Decision {
            who: who.to_owned(),
            at: self.inner.store.clock().now(),
            reason: said(import.reason.as_deref()),
        };
        let source = Source {
            hash,
            name: import.name,
            size_bytes,
            encoding: reading.encoding.to_owned(),
            signs: signs.len(),
        };
        let plan = import::plan_of(id, (&signs, &reading), source, by.clone());
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
        Ok((plan, true))
    }

    /// All plans without their parts, the newest first.
    pub async fn list(&self) -> Result<Vec<Plan>> {
        store::heads(self.inner.store.pool()).await
    }

    pub async fn plan(&self, id: &str) -> Result<Plan> {
        let mut connection = self.inner.store.pool().acquire().await?;
        let plan = store::find(&mut connection, id).await?;
        plan.ok_or_else(|| Error::NoPlan(id.to_owned()))
    }

    /// The bytes of the text that a plan was imported from.
    pub async fn source(&self, plan: &Plan) -> Result<Vec<u8>> {
        let documents = self.inner.documents.clone();
        let hash = plan.head.source.hash.clone();
        tokio::task::spawn_blocking(move || documents.read(&hash)).await?
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

    /// Writes what a person decided about the reading, all of it or nothing.
    pub async fn review(&self, id: &str, decisions: Decisions, cause: Cause) -> Result<Plan> {
        self.change(id, RevisionKind::Reviewed, cause, |plan, by| {
            plan.must_be(Status::Reviewing, "reviewed")?;
            reviewing::decide(plan, &decisions, by)?;
            Ok(Effect::None)
        })
        .await
    }

    /// Puts a plan in force, once everything that the reading left open is decided.
    pub async fn approve(&self, id: &str, cause: Cause) -> Result<Plan> {
        self.change(id, RevisionKind::Approved, cause, |plan, by| {
            plan.must_be(Status::Reviewing, "approved")?;
            if by.reason.is_none() {
                return Err(Error::NoReason);
            }
            let progress = Progress::of(plan);
            if !progress.is_complete() {
                return Err(Error::ReviewOpen(progress.open()));
            }
            plan.status = Status::Approved;
            plan.head.approved = Some(by.clone());
            Ok(Effect::Baseline)
        })
        .await
    }

    /// One change: the plan is read, changed and written in one transaction that no other writer enters.
    async fn change(
        &self,
        id: &str,
        kind: RevisionKind,
        cause: Cause,
        work: impl FnOnce(&mut Plan, &Decision) -> Result<Effect>,
    ) -> Result<Plan> {
        let _turn = self.inner.writing.lock().await;
        let mut writing = self
            .inner
            .store
            .pool()
            .begin_with("BEGIN IMMEDIATE")
            .await?;
        let mut plan = store::find(&mut writing, id)
            .await?
            .ok_or_else(|| Error::NoPlan(id.to_owned()))?;
        if let Some(expected) = cause.expected
            && expected != plan.revision
        {
            return Err(Error::Outdated {
                id: plan.id,
                revision: plan.revision,
                expected,
            });
        }
        let by = Decision {
            who: cause.who,
            at: self.inner.store.clock().now(),
            reason: said(cause.reason.as_deref()),
        };
        let before = plan.kept()?;
        let status = plan.status;
        let effect = work(&mut plan, &by)?;
        let after = plan.kept()?;
        if before == after && status == plan.status {
            return Ok(plan);
        }
        plan.revision += 1;
        plan.updated_at = by.at;
        store::update(&mut writing, &plan, (&before, &after)).await?;
        let revision = Revision {
            revision: plan.revision,
            kind,
            who: by.who.clone(),
            at: by.at,
            reason: by.reason.clone(),
            changes: difference(&items_of(&before)?, &items_of(&after)?),
        };
        store::record(&mut writing, &plan.id, &revision).await?;
        if matches!(effect, Effect::Baseline) {
            let last = store::baselines(&mut writing, id).await?;
            let baseline = Baseline {
                number: last.last().map_or(1, |last| last.number + 1),
                revision: plan.revision,
                by,
                items: plan.binding()?,
            };
            store::put_baseline(&mut writing, id, &baseline).await?;
        }
        writing.commit().await?;
        Ok(plan)
    }
}

/// What a change brings about beside itself.
enum Effect {
    None,
    /// The plan binds people to something else from now on.
    Baseline,
}

impl Plan {
    pub(crate) fn must_be(&self, status: Status, doing: &'static str) -> Result<()> {
        if self.status == status {
            return Ok(());
        }
        Err(Error::NotNow {
            id: self.id.clone(),
            status: self.status,
            doing,
        })
    }
}
