//! The packs that a city starts with.

use std::sync::Arc;

use yandu_lake::Lake;
use yandu_pack::Packs;
use yandu_store::{DataFolder, Store};
use yandu_words::id::DatasetId;

use super::installed::{Installed, Offered, State};
use super::note::to_note;
use super::plan::{Plan, gone, specs};
use super::record::{Begun, ChangeKind};
use super::vet::vet;
use crate::notice::Notices;
use crate::{Error, Result, trial};

/// The packs that a city starts with.
#[derive(Debug)]
pub struct Started {
    pub packs: Arc<Packs>,
    /// What the offered packs would do, when they wait for somebody to apply them.
    pub waiting: Option<Plan>,
    /// Datasets whose soft rules are others since this start; [`note_again`](super::PackChanges::note_again) looks at them.
    pub to_note: Vec<DatasetId>,
    /// What is wrong with the offered packs, so that the installed ones are used.
    pub refused: Vec<String>,
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
