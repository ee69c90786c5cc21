//! The installed packs of a running city: what is offered, what it would do, and who is told when it is done.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use futures::future::BoxFuture;
use jiff::Timestamp;
use yandu_lake::Lake;
use yandu_pack::Packs;
use yandu_store::{DataFolder, Store};
use yandu_words::id::DatasetId;

use super::field::{Fields, Moved};
use super::installed::{Installed, Offered, State};
use super::note::to_note;
use super::plan::{Plan, gone, specs};
use super::record::{Begun, ChangeKind, ChangeRecord};
use super::vet::{vet, vet_back};
use crate::collector::Collector;
use crate::notice::Notices;
use crate::progress::Progress;
use crate::{Error, Result, trial};

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

/// The packs that a city starts with.
#[derive(Debug)]
pub struct Started {
    pub packs: Arc<Packs>,
    /// What the offered packs would do, when they wait for somebody to apply them.
    pub waiting: Option<Plan>,
    /// Datasets whose soft rules are others since this start; [`PackChanges::note_again`] looks at them.
    pub to_note: Vec<DatasetId>,
    /// What is wrong with the offered packs, so that the installed ones are used.
    pub refused: Vec<String>,
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

/// Settles what was cut short, decides which packs the city starts with, and makes their tables known.
///
/// Offered packs that touch no stored row and open nothing are installed at once, in the name of `by`. Where stored rows are touched,
/// or something is opened, the installed ones are used, and the offered ones wait. Where they have errors, the installed ones are used
/// too; the first packs of a data folder are refused then.
pub async fn start(
    folder: &DataFolder,
    store: &Store,
    lake: &Lake,
    offered: Packs,
    by: &str,
) -> Result<(Installed, Started)> {
    let installed = opened(folder, store, lake).await?;
    let offered = installed.offered(offered).await?;
    let Some((_, digest)) = installed.records.installed().await? else {
        let plan = Plan::new(lake, None, &offered.state, &offered.packs).await?;
        vet(&offered, &plan).await?;
        let first = First {
            installed: &installed,
            store,
            by,
        };
        first
            .install(ChangeKind::Install, &plan, &offered, "first start")
            .await?;
        trial::declare(lake, &offered.packs)?;
        return Ok((installed, Started::with(offered.packs)));
    };
    if digest == offered.state.digest {
        // A folder of before fields were written down has none.
        installed.settle_fields(&offered.packs).await?;
        trial::declare(lake, &offered.packs)?;
        Notices::new(store.pool())
            .settle_waiting(store.clock().now())
            .await?;
        return Ok((installed, Started::with(offered.packs)));
    }
    let (state, before) = former(&installed, lake, &digest).await?;
    let plan = Plan::new(
        lake,
        Some((&state, &before)),
        &offered.state,
        &offered.packs,
    )
    .await?;
    match vet(&offered, &plan).await {
        Ok(()) => {}
        Err(Error::Packs { problems, .. }) => {
            return Ok((installed, Started::refused(before, problems)));
        }
        Err(error) => return Err(error),
    }
    if plan.waits() {
        tracing::warn!(
            datasets = plan.awaited().count(),
            "the offered packs would touch stored rows or open something; the installed ones are used until somebody applies the change"
        );
        let notices = Notices::new(store.pool());
        for dataset in plan.awaited() {
            notices.tell_waiting(dataset, store.clock().now()).await?;
        }
        let started = Started {
            waiting: Some(plan),
            ..Started::with(before)
        };
        return Ok((installed, started));
    }
    let first = First {
        installed: &installed,
        store,
        by,
    };
    first
        .install(
            ChangeKind::Change,
            &plan,
            &offered,
            "no stored row is touched",
        )
        .await?;
    let gone = gone(&before, &offered.packs);
    lake.switch(Vec::new(), specs(&offered.packs), &gone)
        .await?;
    let started = Started {
        to_note: to_note(&plan),
        ..Started::with(offered.packs)
    };
    Ok((installed, started))
}

/// The same where the offered packs cannot be read for these problems: with the installed ones, if there are any.
pub async fn start_as_before(
    folder: &DataFolder,
    store: &Store,
    lake: &Lake,
    problems: Vec<String>,
) -> Result<Option<(Installed, Started)>> {
    let installed = opened(folder, store, lake).await?;
    let Some((_, digest)) = installed.records.installed().await? else {
        return Ok(None);
    };
    let (_, before) = former(&installed, lake, &digest).await?;
    Ok(Some((installed, Started::refused(before, problems))))
}

async fn opened(folder: &DataFolder, store: &Store, lake: &Lake) -> Result<Installed> {
    super::site::settle_site(folder.root())?;
    let installed = Installed::open(folder, store).await?;
    super::recover::recover(&installed, folder, store, lake).await?;
    Ok(installed)
}

/// The installed packs, read from their copies, with their tables known.
async fn former(installed: &Installed, lake: &Lake, digest: &str) -> Result<(State, Arc<Packs>)> {
    let state = installed.records.state(digest).await?;
    let packs = Arc::new(installed.load(&state)?);
    installed.settle_fields(&packs).await?;
    trial::declare(lake, &packs)?;
    Ok((state, packs))
}

impl Started {
    fn with(packs: Arc<Packs>) -> Self {
        Self {
            packs,
            waiting: None,
            to_note: Vec::new(),
            refused: Vec::new(),
        }
    }

    fn refused(packs: Arc<Packs>, problems: Vec<String>) -> Self {
        tracing::error!(
            problems = problems.len(),
            "the offered packs have errors; the installed ones are used until they are mended"
        );
        Self {
            refused: problems,
            ..Self::with(packs)
        }
    }
}

/// Installing at a start, before anybody reads.
struct First<'a> {
    installed: &'a Installed,
    store: &'a Store,
    by: &'a str,
}

impl First<'_> {
    async fn install(
        &self,
        kind: ChangeKind,
        plan: &Plan,
        offered: &Offered,
        reason: &str,
    ) -> Result<()> {
        self.installed.keep(offered)?;
        let records = &self.installed.records;
        let now = || self.store.clock().now();
        let number = records
            .begin(&Begun {
                kind,
                from: plan.from.as_deref(),
                to: &offered.state,
                by: self.by,
                reason,
                plan: &serde_json::to_value(plan)?,
                takes_back: None,
                at: now(),
                steps: &[],
            })
            .await?;
        records.applied(number, &[], &offered.packs, now()).await?;
        Notices::new(self.store.pool())
            .settle_waiting(now())
            .await?;
        tracing::info!(
            change.number = number,
            packs.digest = offered.state.digest,
            "packs installed"
        );
        Ok(())
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
