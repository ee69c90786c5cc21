//! What is kept beside the cells: what numbers were, what was said of them, and when they were outside of their bounds.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use jiff::Timestamp;
use jiff::civil::Date;
use yandu_lake::{Number, Principal};
use yandu_words::{MetricId, Period};

use crate::areas::AreaLevel;
use crate::ask::By;
use crate::definition::Definition;
use crate::metrics::Metrics;
use crate::roll::{Extent, Roll};
use crate::{Error, Result};

/// Characters of a note.
const NOTE: usize = 2_000;

/// A number as it was told at a time.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    pub metric: MetricId,
    /// Empty for the whole.
    pub area: String,
    pub period: Period,
    /// `None` when the period had no cells any more.
    pub value: Option<Number>,
    pub unit: String,
    /// The definition that it was computed by.
    pub definition: String,
    /// The version of the model.
    pub version: u64,
    pub recorded_at: Timestamp,
}

/// What somebody said of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub id: i64,
    pub metric: MetricId,
    pub area: String,
    pub period: Period,
    pub text: String,
    pub author: String,
    pub written_at: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlertKind {
    Below,
    Above,
}

impl AlertKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Below => "below",
            Self::Above => "above",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Below, Self::Above]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// A number that is, or was, outside of its bounds.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    pub id: i64,
    pub metric: MetricId,
    pub area: String,
    pub kind: AlertKind,
    pub period: Period,
    pub value: f64,
    pub bound: f64,
    pub opened_at: Timestamp,
    pub closed_at: Option<Timestamp>,
    pub closed_value: Option<f64>,
}

/// What the numbers of a metric are recorded under: a period that has not begun is left out until it has.
fn mark_of(definition: &Definition, today: Date) -> String {
    let running = Period::of(today, definition.file.time.grain);
    format!("{} {running}", definition.version)
}

/// The numbers of a metric by area and period, as they are recorded.
pub(crate) type Told = std::collections::BTreeMap<(String, Period), Number>;

impl Metrics {
    /// Records the numbers of all metrics whose data, definition or running period changed since they were recorded last, and opens and
    /// closes alerts. A metric is recorded as a whole or not at all; one that cannot be recorded is told of, and holds up
    /// no other one.
    pub async fn record(&self) -> Result<usize> {
        let mut changed = 0;
        let today = self.today();
        for definition in self.definitions() {
            let version = self.inner.lake.version(&definition.file.of).await?;
            let Some(version) = version else { continue };
            let mark = self.inner.records.mark(definition.id()).await?;
            if mark.as_ref() == Some(&(version, mark_of(&definition, today))) {
                continue;
            }
            match self.record_one(&definition, today).await {
                Ok(()) => changed += 1,
                Err(error) => tracing::error!(
                    metric = %definition.id(),
                    code = error.code(),
                    error = &error as &dyn std::error::Error,
                    "the numbers of a metric could not be recorded"
                ),
            }
        }
        if changed > 0 {
            self.wake();
        }
        Ok(changed)
    }

    async fn record_one(&self, definition: &Definition, today: Date) -> Result<()> {
        let me = Principal::local_administrator();
        let cells = self.cells(&me, definition).await?;
        let Some(version) = cells.version else {
            return Ok(());
        };
        let areas = self.areas(&me).await?;
        let whole = Roll::new(definition, &cells, &areas, &[], &[], today)?;
        let by = definition.file.area().map(|(area, _)| By {
            dimension: area.clone(),
            level: Some(AreaLevel::County),
        });
        let by_county = by
            .map(|by| Roll::new(definition, &cells, &areas, &[by], &[], today))
            .transpose()?;
        let mut told = Told::new();
        let begun = cells.periods.iter();
        let begun = begun.filter(|period| period.first_day() <= today);
        let extents: Vec<Extent> = begun.map(|period| Extent::whole(*period)).collect();
        for roll in [&whole].into_iter().chain(&by_county) {
            let is_whole = std::ptr::eq(roll, &raw const whole);
            let rolled = roll.over(extents.iter().copied())?;
            for (Extent { period, .. }, rolled) in extents.iter().zip(rolled) {
                for group in &rolled.groups {
                    let area = roll.values_of(group.key).into_iter().next().flatten();
                    let area = match area {
                        Some(area) => area.to_string(),
                        None if is_whole => String::new(),
                        // Cells that lie in no county are in the number of the whole.
                        None => continue,
                    };
                    told.insert((area, *period), rolled.number(group.key));
                }
            }
        }
        let now = self.inner.store.stamp().await?;
        let mark = mark_of(definition, today);
        let records = &self.inner.records;
        records.tell(definition, (version, &mark), &told, now).await
    }

    /// What the number of a period was at different times, oldest first.
    pub async fn history(
        &self,
        metric: &MetricId,
        area: &str,
        period: Period,
    ) -> Result<Vec<Recorded>> {
        self.definition(metric)?;
        self.inner.records.history(metric, area, period).await
    }

    pub async fn notes(&self, metric: &MetricId) -> Result<Vec<Note>> {
        self.definition(metric)?;
        Ok(self.inner.records.said(metric).await?.notes.clone())
    }

    /// Writes a note at a number.
    pub async fn add_note(
        &self,
        principal: &Principal,
        metric: &MetricId,
        area: &str,
        period: Period,
        text: &str,
    ) -> Result<Note> {
        self.definition(metric)?;
        let text = text.trim();
        if text.is_empty() || text.chars().count() > NOTE {
            return Err(Error::NoteLength { most: NOTE });
        }
        let now = self.inner.store.stamp().await?;
        let note = Note {
            id: 0,
            metric: metric.clone(),
            area: area.to_owned(),
            period,
            text: text.to_owned(),
            author: principal.name().to_owned(),
            written_at: now,
        };
        let note = self.inner.records.add_note(note).await?;
        self.wake();
        Ok(note)
    }

    /// Takes a note away; that it was there stays recorded.
    pub async fn remove_note(
        &self,
        principal: &Principal,
        metric: &MetricId,
        id: i64,
    ) -> Result<()> {
        let now = self.inner.store.stamp().await?;
        let records = &self.inner.records;
        if records
            .remove_note(metric, id, principal.name(), now)
            .await?
        {
            self.wake();
            Ok(())
        } else {
            Err(Error::NoNote {
                metric: metric.clone(),
                id,
            })
        }
    }

    /// The alerts of the metrics that `of` takes, newest first; with `open` those that are open.
    pub async fn alerts(
        &self,
        open: bool,
        before: Option<i64>,
        limit: u32,
        of: impl Fn(&Definition) -> bool,
    ) -> Result<Vec<Alert>> {
        let among = self.definitions().into_iter().filter(|one| of(one));
        let among: Vec<MetricId> = among.map(|one| one.id().clone()).collect();
        self.inner.records.alerts(open, before, limit, &among).await
    }

    /// The newest number of each declared metric as it is recorded, of the whole and of the counties that the list of divisions
    /// has, as the principal sees it: as many as there are metrics and counties, whatever codes the data have. A metric is left
    /// out for whoever does not see all that its numbers are made of, because they are recorded as the whole city has them.
    pub async fn newest_by_county(
        &self,
        principal: &Principal,
    ) -> Result<Vec<(Definition, Vec<Recorded>)>> {
        let mut definitions = self.definitions();
        definitions.retain(|definition| self.shows_records(principal, definition));
        if definitions.is_empty() {
            return Ok(Vec::new());
        }
        let areas = self.areas(principal).await?;
        let counties = areas.counties().map(|(code, _)| code);
        let areas: Vec<&str> = std::iter::once("").chain(counties).collect();
        let mut newest: HashMap<MetricId, Vec<Recorded>> = HashMap::new();
        for one in self.inner.records.newest(&areas).await? {
            newest.entry(one.metric.clone()).or_default().push(one);
        }
        let numbers = |definition: Definition| {
            let numbers = newest.remove(definition.id()).unwrap_or_default();
            (definition, numbers)
        };
        Ok(definitions.into_iter().map(numbers).collect())
    }

    /// The newest number of each metric as it is recorded. Where nobody watches, as in a command of its own, what changed is
    /// recorded first; otherwise no cell is read.
    pub async fn newest(&self) -> Result<Vec<Recorded>> {
        if !self.inner.is_watched.load(Ordering::Relaxed) {
            self.record().await?;
        }
        self.inner.records.newest(&[""]).await
    }
}
