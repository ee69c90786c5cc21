//! The installed packs of a running city: what is offered, what it would do, and who is told when it is done.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures::future::BoxFuture;
use jiff::Timestamp;
use yandu_pack::Packs;
use yandu_words::id::DatasetId;

use super::field::{Fields, Moved};
use super::installed::{Installed, Offered};
use super::plan::Plan;
use super::record::ChangeRecord;
use super::vet::{vet, vet_back};
use crate::collector::Collector;
use crate::progress::Progress;
use crate::{Error, Result};

/// Reads the packs that are offered, as they stand at this moment.
pub type Offer = dyn Fn() -> Result<Packs> + Send + Sync;

/// Somebody who holds something of the packs and has to know when others are installed.
pub trait Told: Send + Sync {
    /// Who it is, for the log.
    fn name(&self) -> &'static str;

    /// Other packs are installed. What goes wrong is logged; the packs stay.
    fn told<'a>(&'a self, packs: &'a Arc<Packs>) -> BoxFuture<'a, Result<(), String>>;

    /// A change is done that has made these the installed packs. May be told more than once of the same one: of the newest at each
    /// start, so that none is missed. What goes wrong is logged; the packs stay.
    fn changed<'a>(
        &'a self,
        _change: &'a ChangeRecord,
        _packs: &'a Arc<Packs>,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }
}

/// Says what the city has settled of the fields that packs declare.
pub trait Settles: Send + Sync {
    /// The packs with what is settled laid over them, where their columns are these fields.
    fn settled<'a>(
        &'a self,
        packs: &'a Packs,
        fields: &'a Fields,
    ) -> BoxFuture<'a, Result<Packs, String>>;
}

/// Changes of the installed packs. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct PackChanges {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) collector: Collector,
    pub(super) installed: Installed,
    offer: Box<Offer>,
    told: Mutex<Vec<Arc<dyn Told>>>,
    settles: OnceLock<Arc<dyn Settles>>,
    /// The change or the dry run that is under way.
    under_way: Mutex<Option<Arc<Progress>>>,
    #[cfg(test)]
    pub(super) stops: Stops,
    /// What dry runs found, by the digests of both packs and the versions that were read, oldest first.
    pub(super) counted: Mutex<Vec<(String, Plan)>>,
    /// The digests of the installed packs, and of those that were found to be without errors last.
    vetted: Mutex<Option<(Option<String>, String)>>,
    /// What is wrong with the packs that were offered last.
    refused: Mutex<Vec<String>>,
}

/// Where a test stops a change.
#[cfg(test)]
#[derive(Default)]
pub(super) struct Stops {
    at: Mutex<Option<String>>,
    reached: Arc<tokio::sync::Notify>,
    go_on: Arc<tokio::sync::Notify>,
}

#[cfg(test)]
impl PackChanges {
    /// The next change stops at a step; what comes back says when it is there.
    pub(super) fn stop_at(&self, step: &str) -> Arc<tokio::sync::Notify> {
        *self.inner.stops.at.lock().unwrap() = Some(step.to_owned());
        Arc::clone(&self.inner.stops.reached)
    }

    pub(super) fn go_on(&self) -> Arc<tokio::sync::Notify> {
        Arc::clone(&self.inner.stops.go_on)
    }
}

impl PackChanges {
    /// `offer` reads the packs that are offered whenever somebody asks.
    pub fn new(collector: Collector, installed: Installed, offer: Box<Offer>) -> Self {
        Self {
            inner: Arc::new(Inner {
                collector,
                installed,
                offer,
                told: Mutex::default(),
                settles: OnceLock::new(),
                under_way: Mutex::default(),
                #[cfg(test)]
                stops: Stops::default(),
                counted: Mutex::default(),
                vetted: Mutex::default(),
                refused: Mutex::default(),
            }),
        }
    }

    /// From now on somebody says what is settled of fields. The first one counts.
    pub fn settle_by(&self, settles: Arc<dyn Settles>) {
        // Whoever composes the program does it once.
        let _ = self.inner.settles.set(settles);
    }

    /// The fields that the columns of the installed packs are.
    pub async fn fields(&self) -> Result<Fields> {
        self.inner.installed.fields().await
    }

    /// The columns of a dataset whose names may have meant other fields at a moment.
    pub async fn moved_since(&self, dataset: &DatasetId, at: Timestamp) -> Result<Moved> {
        self.inner.installed.records.moved_since(dataset, at).await
    }

    /// Looks again at what is settled of fields, lays it over the installed packs and tells everybody, as after a change of packs.
    pub async fn settle_again(&self) -> Result<()> {
        let _one = self.inner.collector.inner.changing_packs.lock().await;
        let packs = self.settled(&self.inner.collector.packs()).await;
        self.inner.collector.settle(Arc::clone(&packs));
        self.tell_all(&packs).await;
        Ok(())
    }

    /// Packs with what is settled laid over them. Where that cannot be said, what was settled before stays where it fits.
    pub(super) async fn settled(&self, packs: &Arc<Packs>) -> Arc<Packs> {
        let Some(settles) = self.inner.settles.get() else {
            return Arc::clone(packs);
        };
        let settled = async {
            let fields = self.fields().await.map_err(|error| error.to_string())?;
            settles.settled(packs, &fields).await
        };
        match settled.await {
            Ok(settled) => Arc::new(settled),
            Err(error) => {
                tracing::error!(
                    error,
                    "what is settled of fields cannot be read, and stays as it was"
                );
                Arc::new(packs.settled_like(&self.inner.collector.packs()))
            }
        }
    }

    /// From now on somebody is told when other packs are installed.
    pub fn tell(&self, who: Arc<dyn Told>) {
        self.inner
            .told
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(who);
    }

    /// Changes, newest first.
    pub async fn history(&self, before: Option<u64>, limit: u32) -> Result<Vec<ChangeRecord>> {
        self.inner.installed.records.list(before, limit).await
    }

    pub async fn change(&self, number: u64) -> Result<ChangeRecord> {
        self.inner.installed.records.change(number).await
    }

    /// Reads what is offered now.
    pub(super) async fn offered(&self) -> Result<Offered> {
        let changes = self.clone();
        let packs = tokio::task::spawn_blocking(move || (changes.inner.offer)()).await??;
        self.inner.installed.offered(packs).await
    }

    /// What is installed.
    pub(super) async fn present(&self) -> Result<Offered> {
        let records = &self.inner.installed.records;
        let installed = records.installed().await?;
        let (_, digest) = installed.ok_or(Error::NoPackChange(0))?;
        Ok(Offered {
            state: records.state(&digest).await?,
            packs: self.inner.collector.packs(),
        })
    }

    /// What the packs that are offered now would do, without a look at the rows; `None` when they are the installed ones.
    pub async fn plan(&self) -> Result<Option<Plan>> {
        let offered = self.offered().await?;
        self.plan_of(&offered).await
    }

    /// The packs that are offered now, as they would be when they are installed: with the fields that their columns would be, and with
    /// what is settled of these. `None` when they are the installed ones.
    pub async fn proposed(&self) -> Result<Option<Packs>> {
        let offered = self.offered().await?;
        let Some(plan) = self.plan_of(&offered).await? else {
            return Ok(None);
        };
        let Some(settles) = self.inner.settles.get() else {
            return Ok(Some(offered.packs.as_ref().clone()));
        };
        let records = &self.inner.installed.records;
        let fields = records.fields_after(&plan, &offered.packs).await?;
        let settled = settles.settled(&offered.packs, &fields).await;
        settled.map(Some).map_err(Error::Settled)
    }

    /// What packs that are to be installed would do; `None` when they are the installed ones. Packs with errors are refused.
    pub(super) async fn plan_of(&self, offered: &Offered) -> Result<Option<Plan>> {
        let plan = self.plan_to(offered).await?;
        if let Some(plan) = &plan {
            self.vetted(offered, plan).await?;
        }
        self.set_refused(Vec::new());
        Ok(plan)
    }

    /// What going back to packs that were installed would do; `None` when they are the present ones.
    pub(super) async fn plan_back(&self, to: &Offered) -> Result<Option<Plan>> {
        let Some(plan) = self.plan_to(to).await? else {
            return Ok(None);
        };
        vet_back(to).await?;
        Ok(Some(plan.going_back(&to.packs)))
    }

    async fn plan_to(&self, offered: &Offered) -> Result<Option<Plan>> {
        let present = self.present().await?;
        if present.state.digest == offered.state.digest {
            return Ok(None);
        }
        let installed = Some((&present.state, present.packs.as_ref()));
        let lake = self.inner.collector.lake();
        Plan::new(lake, installed, &offered.state, &offered.packs)
            .await
            .map(Some)
    }

    /// What was found to be without errors is not looked at twice.
    async fn vetted(&self, offered: &Offered, plan: &Plan) -> Result<()> {
        let looked_at = (plan.from.clone(), plan.to.clone());
        let known = || {
            let vetted = self.inner.vetted.lock();
            vetted.unwrap_or_else(PoisonError::into_inner)
        };
        if known().as_ref() == Some(&looked_at) {
            return Ok(());
        }
        vet(offered, plan).await?;
        *known() = Some(looked_at);
        Ok(())
    }

    /// What is wrong with the packs of the folders, so that the installed ones are used; nothing as far as is known.
    pub fn refused(&self) -> Vec<String> {
        let refused = self.inner.refused.lock();
        refused.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says what was found wrong with the packs of the folders at the start.
    pub fn set_refused(&self, problems: Vec<String>) {
        let refused = self.inner.refused.lock();
        *refused.unwrap_or_else(PoisonError::into_inner) = problems;
    }

    /// Whether packs are being changed at this moment.
    pub fn is_applying(&self) -> bool {
        let changing = &self.inner.collector.inner.changing_packs;
        changing.try_lock().is_err()
    }

    /// How far the change or the dry run that is under way has come.
    pub fn progress(&self) -> Option<Arc<Progress>> {
        self.inner
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn set_progress(&self, progress: Option<Arc<Progress>>) {
        *self
            .inner
            .under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = progress;
    }

    /// A step that a change may be cut short after.
    #[cfg(test)]
    pub(super) async fn at_step(&self, step: &str) {
        let stops = &self.inner.stops;
        if stops.at.lock().unwrap().as_deref() == Some(step) {
            stops.at.lock().unwrap().take();
            stops.reached.notify_one();
            stops.go_on.notified().await;
        }
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_async, reason = "tests stop here")]
    pub(super) async fn at_step(&self, _step: &str) {}

    /// Tells everybody who has to know.
    pub(super) async fn tell_all(&self, packs: &Arc<Packs>) {
        for one in self.everybody() {
            if let Err(error) = one.told(packs).await {
                tracing::error!(told = one.name(), error, "could not go on with other packs");
            }
        }
    }

    /// Tells everybody what the newest change did, for the case that the program ended before they were told.
    pub async fn tell_newest(&self) -> Result<()> {
        let records = &self.inner.installed.records;
        let Some((number, _)) = records.installed().await? else {
            return Ok(());
        };
        let change = records.change(number).await?;
        self.tell_changed(&change).await;
        Ok(())
    }

    /// Tells everybody of a change that is done.
    pub(super) async fn tell_changed(&self, change: &ChangeRecord) {
        let packs = self.inner.collector.packs();
        for one in self.everybody() {
            if let Err(error) = one.changed(change, &packs).await {
                tracing::error!(
                    told = one.name(),
                    error,
                    change.number = change.number,
                    "could not write down a change of the packs"
                );
            }
        }
    }

    fn everybody(&self) -> Vec<Arc<dyn Told>> {
        let told = self.inner.told.lock();
        told.unwrap_or_else(PoisonError::into_inner).clone()
    }
}
