//! What happens by itself: sources that are due are run, what is late is told, tables are kept up.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures::StreamExt;
use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use yandu_lake::Principal;
use yandu_pack::declare::{Channel, SourceFile};
use yandu_pack::{Dataset, Packs};
use yandu_words::calendar::Calendar;
use yandu_words::id::{DatasetId, SourceId};

use super::records::Records;
use super::run::Occasion;
use crate::Result;
use crate::collector::{Collector, Outcome};
use crate::freshness::{Deliveries, overdue, periods};
use crate::notice::{NoticeKind, Notices, Subject};
use crate::schedule::{History, shown, standing};

/// What became of a source that a tick ran.
#[derive(Debug)]
pub struct Ran {
    pub source: SourceId,
    /// Empty when there was nothing new.
    pub result: Result<Vec<Outcome>>,
}

/// How often things happen by themselves.
#[derive(Debug, Clone, Copy)]
pub struct Rhythm {
    /// Between two looks at folders and schedules.
    pub tick: Duration,
    /// Between two rounds of upkeep.
    pub upkeep: Duration,
}

impl Default for Rhythm {
    fn default() -> Self {
        Self {
            tick: Duration::from_secs(5),
            upkeep: Duration::from_mins(1),
        }
    }
}

/// Ticks that may be under way at a time: a source that takes long must not keep others waiting.
const TICKS: usize = 8;

impl Collector {
    /// Runs the sources that are due, and records what is late or stale. Sources that are running are passed over.
    ///
    /// Files of packs come first, when they are not as they were collected, once for each set of packs. Watched folders
    /// are looked into at every tick, databases and APIs by their schedules.
    pub async fn tick(&self, principal: &Principal) -> Result<Vec<Ran>> {
        let packs = self.packs();
        let records = Records::new(self.inner.store.pool());
        let mut histories = records.histories().await?;
        let calendar = self.calendar().await;
        let now = self.now();
        Deliveries::new(self.inner.store.pool())
            .know(packs.datasets().map(Dataset::id), now)
            .await?;
        for source in packs.sources().map(yandu_pack::Source::file) {
            if source.schedule.is_some() && !histories.contains_key(source.source.as_str()) {
                records.know(&source.source, now).await?;
                histories.insert(source.source.to_string(), History::new(now));
            }
        }
        let mut ran = Vec::new();
        for source in self.unseen_files(&packs) {
            if is_due(source, &histories, &calendar, now) {
                ran.extend(self.run_due(principal, source).await);
            }
        }
        let due = packs
            .sources()
            .map(yandu_pack::Source::file)
            .filter(|source| {
                !matches!(source.channel, Channel::File(_))
                    && is_due(source, &histories, &calendar, now)
            });
        let mut runs = Vec::new();
        for source in due {
            runs.push(self.run_due(principal, source));
        }
        let mut running =
            futures::stream::iter(runs).buffer_unordered(self.channels().options().sources.max(1));
        while let Some(one) = running.next().await {
            ran.extend(one);
        }
        self.tell_late(&packs).await?;
        self.tell_stale(&packs).await?;
        Ok(ran)
    }

    /// Ticks and keeps tables up until `stopped` is over. What is being collected then goes on; what is being fetched is
    /// given up.
    pub async fn watch(
        &self,
        principal: &Principal,
        rhythm: Rhythm,
        stopped: impl Future<Output = ()>,
    ) {
        let mut ticks = JoinSet::new();
        let mut tick = tokio::time::interval(rhythm.tick);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut upkeep =
            tokio::time::interval_at(tokio::time::Instant::now() + rhythm.upkeep, rhythm.upkeep);
        upkeep.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut keeping_up: Option<tokio::task::JoinHandle<()>> = None;
        tokio::pin!(stopped);
        loop {
            tokio::select! {
                () = &mut stopped => break,
                _ = tick.tick() => {
                    while ticks.try_join_next().is_some() {}
                    if ticks.len() < TICKS {
                        let (collector, principal) = (self.clone(), principal.clone());
                        ticks.spawn(async move { collector.tick_and_log(&principal).await });
                    }
                }
                _ = upkeep.tick() => {
                    if keeping_up.as_ref().is_none_or(tokio::task::JoinHandle::is_finished) {
                        let collector = self.clone();
                        keeping_up = Some(tokio::spawn(async move {
                            collector.maintain().await;
                        }));
                    }
                }
            }
        }
        ticks.shutdown().await;
        if let Some(keeping_up) = keeping_up {
            // Upkeep stops between two tables.
            keeping_up.abort();
            let _ = keeping_up.await;
        }
    }

    async fn tick_and_log(&self, principal: &Principal) {
        match self.tick(principal).await {
            // How each run ended is in the notices, which are logged where they are raised.
            Ok(ran) => {
                let batches: usize = ran
                    .iter()
                    .map(|ran| ran.result.as_ref().map_or(0, Vec::len))
                    .sum();
                if batches > 0 {
                    tracing::debug!(batches, "tick");
                }
            }
            Err(error) => {
                let failure = crate::collector::failure_of(&error);
                tracing::error!(
                    code = failure.code,
                    error = failure.message,
                    "sources cannot be looked at"
                );
            }
        }
    }

    /// Runs a source unless it is running.
    async fn run_due(&self, principal: &Principal, source: &SourceFile) -> Option<Ran> {
        let turn = self.channels().turn(&source.source);
        let _turn = turn.try_lock().ok()?;
        let result = self
            .run_in_turn(principal, &source.source, Occasion::Scheduled)
            .await;
        if result.is_ok() && matches!(source.channel, Channel::File(_)) {
            let mut looked_at = self
                .channels()
                .looked_at
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            looked_at.1.insert(source.source.clone());
        }
        Some(Ran {
            source: source.source.clone(),
            result,
        })
    }

    /// The sources of files of packs that were not looked at since the packs were read.
    fn unseen_files<'a>(&self, packs: &'a Arc<Packs>) -> Vec<&'a SourceFile> {
        let mut looked_at = self
            .channels()
            .looked_at
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let present = Arc::as_ptr(packs) as usize;
        if looked_at.0 != present {
            *looked_at = (present, HashSet::new());
        }
        packs
            .sources()
            .map(yandu_pack::Source::file)
            .filter(|source| {
                matches!(source.channel, Channel::File(_)) && !looked_at.1.contains(&source.source)
            })
            .collect()
    }

    async fn tell_late(&self, packs: &Packs) -> Result<()> {
        let calendar = self.calendar().await;
        let histories = Records::new(self.inner.store.pool()).histories().await?;
        let notices = Notices::new(self.inner.store.pool());
        let now = self.now();
        for source in packs.sources().map(yandu_pack::Source::file) {
            let (Some(schedule), Some(history)) =
                (&source.schedule, histories.get(source.source.as_str()))
            else {
                continue;
            };
            if self.is_running(source) || !standing(schedule, history, &calendar, now).late {
                continue;
            }
            let since = match history.succeeded_at {
                Some(at) => format!("the last one came at {}", shown(at)),
                None => format!("none has come since {}", shown(history.known_since)),
            };
            let message = format!(
                "a delivery is expected every {}, and {since}",
                schedule.every
            );
            notices
                .raise(NoticeKind::Late, Subject::Source(source), &message, now)
                .await?;
        }
        Ok(())
    }

    /// Records which datasets went stale, and which are so no more although no delivery was collected: rows were written
    /// to them one by one, or their checks ask for less.
    async fn tell_stale(&self, packs: &Packs) -> Result<()> {
        let deliveries = Deliveries::new(self.inner.store.pool());
        let notices = Notices::new(self.inner.store.pool());
        let mut told: HashSet<DatasetId> = notices.stale().await?.into_iter().collect();
        let checked: Vec<&Dataset> = packs
            .datasets()
            .filter(|dataset| periods(dataset).next().is_some())
            .collect();
        let ids: Vec<&DatasetId> = checked.iter().map(|dataset| dataset.id()).collect();
        let newest = deliveries.newest(&ids).await?;
        let known = deliveries.known().await?;
        let calendar = self.calendar().await;
        let now = self.now();
        for dataset in checked {
            let id = dataset.id();
            let came = newest.get(id).copied();
            let since = came.or_else(|| known.get(id).copied()).unwrap_or(now);
            let Some(period) = overdue(dataset, &calendar, since, now) else {
                continue;
            };
            if told.remove(id) || self.is_delivering(packs, id) {
                continue;
            }
            let since = match came {
                Some(at) => format!("the last delivery came at {}", shown(at)),
                None => format!("none has come since {}", shown(since)),
            };
            let message = format!("the data may be no older than {period}, and {since}");
            notices
                .raise(NoticeKind::Stale, Subject::Dataset(id), &message, now)
                .await?;
        }
        for dataset in told {
            notices
                .recover(Subject::Dataset(&dataset), "the data is up to date", now)
                .await?;
        }
        Ok(())
    }

    fn is_running(&self, source: &SourceFile) -> bool {
        self.channels().turn(&source.source).try_lock().is_err()
    }

    /// Whether a delivery of a dataset is being fetched or collected.
    fn is_delivering(&self, packs: &Packs, dataset: &DatasetId) -> bool {
        let mut sources = packs.sources().map(yandu_pack::Source::file);
        self.turn(dataset).try_lock().is_err()
            || sources.any(|source| source.dataset == *dataset && self.is_running(source))
    }
}

fn is_due(
    source: &SourceFile,
    histories: &HashMap<String, History>,
    calendar: &Calendar,
    now: Timestamp,
) -> bool {
    let history = histories.get(source.source.as_str());
    match (&source.channel, &source.schedule) {
        (Channel::Upload(_), _) | (Channel::Sql(_) | Channel::Http(_), None) => false,
        (Channel::Folder(_) | Channel::File(_), _) => history
            .and_then(History::retry_at)
            .is_none_or(|retry| retry <= now),
        (Channel::Sql(_) | Channel::Http(_), Some(schedule)) => {
            history.is_none_or(|history| standing(schedule, history, calendar, now).due)
        }
    }
}
