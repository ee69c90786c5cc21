//! What became of datasets, told to the ledger: collection and the lake know it, the ledger shows it.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use yandu_collect::{Batch, BatchStatus, Freshness};
use yandu_http::State;
use yandu_lake::{Principal, ReadPoint};
use yandu_ledger::{EntryId, Facts, FactsOf};
use yandu_pack::Dataset;
use yandu_pack::declare::Origin;
use yandu_transform::RunStatus;

use crate::failure::Result;

/// How often it is looked without a commit: a delivery may be refused, and what was fresh grows old by itself.
const LOOK: Duration = Duration::from_secs(5);
/// How long commits gather, so that many of them are looked at once, each with the record of its batch.
const GATHER: Duration = Duration::from_millis(500);

/// Keeps the facts of the ledger as they are until `over` is.
pub(crate) async fn keep(state: State, over: impl Future<Output = ()>) {
    let mut over = pin!(over);
    let mut commits = state.collector().lake().commits();
    loop {
        if let Err(failure) = note(&state).await {
            tracing::error!(
                error = failure.line(),
                "the ledger could not be told of the datasets"
            );
        }
        tokio::select! {
            () = &mut over => return,
            () = tokio::time::sleep(LOOK) => {}
            Ok(()) = commits.changed() => tokio::time::sleep(GATHER).await,
        }
    }
}

/// Tells the ledger what has changed since it was told last: a few requests for all datasets, and a count for each that
/// has changed.
pub(crate) async fn note(state: &State) -> Result<()> {
    let collector = state.collector();
    let packs = collector.packs();
    let ids: Vec<&str> = packs
        .datasets()
        .map(|dataset| dataset.id().as_str())
        .collect();
    let before = state.ledger().facts(&ids).await?;
    let mut newest = collector.newest_batches().await?;
    let fresh = collector.freshness_of_all().await?;
    let mut all = Vec::new();
    for dataset in packs.datasets() {
        let id = dataset.id();
        let Some(known) = before.get(id.as_str()) else {
            continue;
        };
        let facts = facts(state, dataset, known, newest.remove(id), fresh.get(id)).await?;
        all.push(FactsOf {
            id: EntryId::from(id),
            facts,
        });
    }
    state.ledger().note_all_facts(all).await?;
    state.ledger().flush_uses().await?;
    Ok(())
}

async fn facts(
    state: &State,
    dataset: &Dataset,
    before: &Facts,
    newest: Option<Batch>,
    fresh: Option<&Freshness>,
) -> Result<Facts> {
    let mut facts = before.clone();
    if let Some(fresh) = fresh {
        facts.fresh = fresh.is_fresh;
        facts.last_at = fresh.last_delivery_at.or(facts.last_at);
    }
    let is_model = dataset.file().origin == Origin::Model;
    // What is under way has not changed anything yet, and is new again when it has.
    let newest = newest
        .filter(|batch| !matches!(batch.status, BatchStatus::Running | BatchStatus::Committing));
    let changed = newest.as_ref().is_some_and(|batch| {
        facts.last_batch.as_deref() != Some(batch.id.as_str())
            || batch.status == BatchStatus::Written
            || batch.status == BatchStatus::Undone
    });
    if let Some(batch) = newest {
        if batch.status == BatchStatus::Collected {
            facts.score = batch.score.and_then(|score| score.total);
        }
        facts.last_batch = Some(batch.id.to_string());
    }
    let is_unmeasured = facts.version.is_some() && facts.bytes.is_none();
    if changed || is_model || is_unmeasured {
        let session = state
            .collector()
            .lake()
            .session(&Principal::local_administrator(), ReadPoint::default());
        let count = session.count(dataset.id()).await?;
        let is_new = facts.version != count.version || facts.last_at.is_none();
        if is_model && count.version.is_some() && is_new {
            note_refresh(state, dataset, &mut facts).await?;
        }
        if is_new || facts.bytes.is_none() {
            facts.bytes = state.collector().lake().bytes(dataset.id()).await?;
        }
        facts.version = count.version;
        facts.rows = count
            .version
            .map(|_| count.rows)
            .or(Some(count.rows).filter(|rows| *rows > 0));
    }
    Ok(facts)
}

/// What a model's last refresh was is to it what a delivery is to other datasets.
async fn note_refresh(state: &State, dataset: &Dataset, facts: &mut Facts) -> Result<()> {
    let last = state.transform().model(dataset.id()).await?.last_run;
    if let Some(run) = last.filter(|run| run.status == RunStatus::Done) {
        facts.last_at = run.ended_at.or(facts.last_at);
        facts.score = run.score.and_then(|score| score.total).or(facts.score);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
