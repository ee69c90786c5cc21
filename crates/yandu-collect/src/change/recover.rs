//! After a crash: a change that had committed all its tables is finished, any other is undone.

use std::sync::Arc;

use yandu_lake::{Lake, TableSpec, Version};
use yandu_pack::Packs;
use yandu_store::{DataFolder, Store};

use super::installed::Installed;
use super::record::{ChangeRecord, Step};
use crate::quarantine::discard;
use crate::trial::{self, spec};
use crate::{Error, Result};

/// Settles the change that was under way when the process last ended. No table is known to the lake afterwards.
pub(super) async fn recover(
    installed: &Installed,
    folder: &DataFolder,
    store: &Store,
    lake: &Lake,
) -> Result<()> {
    let Some(change) = installed.records.under_way().await? else {
        return Ok(());
    };
    let to = load(installed, &change.to).await?;
    let from = match &change.from {
        Some(digest) => load(installed, digest).await?,
        None => Arc::clone(&to),
    };
    trial::declare(lake, &to)?;
    trial::declare(lake, &from)?;
    let mut done = Vec::new();
    let mut is_whole = true;
    for step in &change.steps {
        let version = standing(lake, step).await?;
        is_whole &= version.is_some() || step.commits == Some(false);
        done.push(Step {
            version,
            ..step.clone()
        });
    }
    if is_whole {
        installed
            .records
            .applied(change.number, &done, &to, store.clock().now())
            .await?;
        tracing::info!(
            change.number = change.number,
            "a change of the packs found complete"
        );
    } else {
        undo(installed, folder, store, lake, &change, &done, &from).await?;
    }
    lake.switch(Vec::new(), Vec::new(), &lake.datasets())
        .await?;
    Ok(())
}

/// The version that a step made, unless it was taken back before the process ended.
async fn standing(lake: &Lake, step: &Step) -> Result<Option<Version>> {
    let Some(version) = lake.find_commit(&step.dataset, &step.commit).await? else {
        return Ok(None);
    };
    let newest = lake.newest_versions(&step.dataset, None, 1).await?;
    let newest = newest.first().map(|newest| newest.version);
    let ancestry = lake.ancestry(&step.dataset, newest).await?;
    Ok(ancestry.has(&step.commit).then_some(version))
}

async fn load(installed: &Installed, digest: &str) -> Result<Arc<Packs>> {
    let state = installed.records.state(digest).await?;
    Ok(Arc::new(installed.load(&state)?))
}

async fn undo(
    installed: &Installed,
    folder: &DataFolder,
    store: &Store,
    lake: &Lake,
    change: &ChangeRecord,
    done: &[Step],
    from: &Packs,
) -> Result<()> {
    let mut conversions = Vec::new();
    for step in done.iter().filter(|step| step.version.is_some()) {
        let declared = from.dataset(&step.dataset).map(spec);
        let spec = declared.unwrap_or_else(|| TableSpec {
            id: step.dataset.clone(),
            schema: Arc::new(arrow::datatypes::Schema::empty()),
            key: Vec::new(),
        });
        let version = step.version_before.ok_or(Error::WorkerPanicked)?;
        let mut conversion = lake.convert(spec).await?;
        let by = crate::store::new_id(store).await?;
        conversion
            .restore(by, version, &format!("undo pack change {}", change.number))
            .await?;
        conversions.push(conversion);
    }
    lake.switch(conversions, Vec::new(), &[]).await?;
    for step in done {
        discard(&folder.quarantine(), &step.commit)?;
    }
    installed
        .records
        .undone(change.number, store.clock().now())
        .await?;
    tracing::warn!(
        change.number = change.number,
        "a change of the packs was cut short and is undone; everything is as it was before"
    );
    Ok(())
}
