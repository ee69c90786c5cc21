//! What answers for metrics.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroUsize;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use jiff::civil::Date;
use lru::LruCache;
use tokio::sync::watch;
use yandu_lake::{Lake, Principal, ReadPoint, Session, WholeColumns};
use yandu_pack::Packs;
use yandu_pack::declare::BoardFile;
use yandu_store::Store;
use yandu_words::calendar::CITY_CLOCK;
use yandu_words::{BoardId, DatasetId, MetricId, Period};

use crate::answer::{Answer, BaselineChange, Gap};
use crate::answered::{Answered, Ground};
use crate::areas::{AreaLevel, Areas};
use crate::ask::Ask;
use crate::asked::Asked;
use crate::cells::Cells;
use crate::definition::Definition;
use crate::store::{MIGRATIONS, Records};
use crate::target::TargetStanding;
use crate::{Error, Result};

/// Points of one answer.
const POINTS: usize = 4_000;

/// Answers for the metrics of the packs. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Metrics {
    pub(crate) inner: Arc<Inner>,
}

/// The metrics that are declared, each with why it cannot be computed where it cannot.
type Definitions = HashMap<MetricId, Result<Definition, Arc<Error>>>;

/// The cells that somebody saw, and the definition that they were read by.
type Seen = (Arc<str>, Arc<Cells>);

/// How many metrics of readers are held.
const HELD: usize = 10_000;
/// How many cells are held of all readers together.
const HELD_CELLS: usize = 4_000_000;
/// For how many readers areas are held, the one who asked longest ago given up first. Lists of areas are small, and every question
/// needs them.
pub(crate) const HELD_AREAS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(31);

pub(crate) struct Inner {
    pub(crate) lake: Lake,
    pub(crate) store: Store,
    pub(crate) records: Records,
    definitions: RwLock<Arc<Definitions>>,
    /// With the tiles that they inherit.
    boards: RwLock<Arc<BTreeMap<BoardId, BoardFile>>>,
    /// What each reader saw of each metric, at one version of its model.
    cells: Mutex<HashMap<(MetricId, String), Seen>>,
    /// The areas that each reader saw, at one version of the lists.
    areas: Mutex<LruCache<String, Arc<Areas>>>,
    answered: Answered,
    /// Counts the rounds in which numbers may have changed.
    pub(crate) changes: watch::Sender<u64>,
    /// Whether somebody records numbers as they change.
    pub(crate) is_watched: AtomicBool,
}

impl Metrics {
    /// Opens the records of metrics. No cell is read before somebody asks.
    pub async fn open(store: Store, lake: Lake, packs: &Packs) -> Result<Self> {
        store.migrate("metrics", MIGRATIONS).await?;
        let metrics = Self {
            inner: Arc::new(Inner {
                records: Records::new(store.pool().clone()),
                lake,
                store,
                definitions: RwLock::default(),
                boards: RwLock::default(),
                cells: Mutex::default(),
                areas: Mutex::new(LruCache::new(HELD_AREAS)),
                answered: Answered::new(),
                changes: watch::Sender::new(0),
                is_watched: AtomicBool::new(false),
            }),
        };
        metrics.set_packs(packs);
        Ok(metrics)
    }

    /// Takes other packs, such as those with a changed metric.
    pub fn set_packs(&self, packs: &Packs) {
        let definitions = packs.metrics().map(|metric| {
            let definition = Definition::read(packs, metric);
            if let Err(error) = &definition {
                tracing::warn!(metric = %metric.metric, %error, "a metric cannot be computed");
            }
            (metric.metric.clone(), definition.map_err(Arc::new))
        });
        let definitions = Arc::new(definitions.collect());
        let boards = packs.boards().filter_map(|board| {
            let id = board.board.clone();
            Some((id.clone(), packs.board(&id)?))
        });
        let boards = Arc::new(boards.collect());
        let slot = &self.inner.boards;
        *slot.write().unwrap_or_else(PoisonError::into_inner) = boards;
        let slot = &self.inner.definitions;
        *slot.write().unwrap_or_else(PoisonError::into_inner) = definitions;
        lock(&self.inner.cells).clear();
        self.wake();
    }

    /// Is told of each round in which numbers may have changed.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    /// Wakes those who wait for changes, such as to let them see that the program ends.
    pub fn wake(&self) {
        self.inner.changes.send_modify(|round| *round += 1);
    }

    /// The metrics that can be computed, in the order of their ids.
    pub fn definitions(&self) -> Vec<Definition> {
        let all = self.all();
        let mut definitions: Vec<Definition> = all
            .values()
            .filter_map(|definition| definition.as_ref().ok().cloned())
            .collect();
        definitions.sort_by(|one, other| one.id().cmp(other.id()));
        definitions
    }

    pub(crate) fn boards(&self) -> Arc<BTreeMap<BoardId, BoardFile>> {
        let slot = &self.inner.boards;
        Arc::clone(&slot.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn all(&self) -> Arc<Definitions> {
        let slot = &self.inner.definitions;
        Arc::clone(&slot.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn definition(&self, id: &MetricId) -> Result<Definition> {
        match self.all().get(id) {
            Some(Ok(definition)) => Ok(definition.clone()),
            Some(Err(error)) => Err(Error::Sql {
                metric: id.clone(),
                part: "declaration",
                message: error.to_string(),
            }),
            None => Err(Error::NoMetric(id.to_string())),
        }
    }

    /// The day on the clock of the city.
    pub fn today(&self) -> Date {
        let now = self.inner.store.clock().now();
        CITY_CLOCK.to_datetime(now).date()
    }

    /// The cells of a metric as a principal sees them now.
    pub(crate) async fn cells(
        &self,
        principal: &Principal,
        definition: &Definition,
    ) -> Result<Arc<Cells>> {
        let version = self.inner.lake.version(&definition.file.of).await?;
        let key = (definition.id().clone(), self.inner.lake.key_of(principal));
        if let Some((of, cells)) = lock(&self.inner.cells).get(&key)
            && *of == definition.version
            && cells.version == version
        {
            return Ok(Arc::clone(cells));
        }
        let session = self.inner.lake.session(principal, ReadPoint::default());
        must_see(&session, definition)?;
        let cells = Arc::new(Cells::read(&session, definition).await?);
        let kept = (Arc::clone(&definition.version), Arc::clone(&cells));
        let mut held = lock(&self.inner.cells);
        let count: usize = held.values().map(|(_, cells)| cells.count()).sum();
        if held.len() >= HELD || count >= HELD_CELLS {
            // Readers come and go; the local administrator records every number.
            held.retain(|(_, reader), _| !reader.contains('#'));
        }
        held.insert(key, kept);
        Ok(cells)
    }

    pub(crate) async fn areas(&self, principal: &Principal) -> Result<Arc<Areas>> {
        let versions = Areas::versions(&self.inner.lake).await?;
        let key = self.inner.lake.key_of(principal);
        if let Some(areas) = lock(&self.inner.areas).get(&key)
            && areas.is_of(&versions)
        {
            return Ok(Arc::clone(areas));
        }
        let session = self.inner.lake.session(principal, ReadPoint::default());
        let areas = Arc::new(Areas::read(&session, versions).await?);
        lock(&self.inner.areas).put(key, Arc::clone(&areas));
        Ok(areas)
    }

    /// The names of the counties, and of the units that answer for parts of the city, as a reader sees them; none where there is no
    /// list of them.
    pub async fn parts_of_city(&self, principal: &Principal) -> Result<Vec<String>> {
        let areas = self.areas(principal).await?;
        let mut names: Vec<String> = Vec::new();
        for (_, name) in areas.counties().chain(areas.managing_units()) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// Answers a question.
    pub async fn ask(&self, principal: &Principal, ask: &Ask) -> Result<Answer> {
        let definition = self.definition(&ask.metric)?;
        if ask.points == 0 || ask.points > POINTS {
            return Err(Error::TooManyPoints {
                asked: ask.points,
                most: POINTS,
            });
        }
        let cells = self.cells(principal, &definition).await?;
        let areas = self.areas(principal).await?;
        let today = self.today();
        let ground = Ground {
            definition: &definition,
            cells: &cells,
            areas: &areas,
            today,
        };
        let reader = self.inner.lake.key_of(principal);
        let answered = &self.inner.answered;
        let mut answer = answered.answer(reader, ask, &ground, || {
            Asked::new(&definition, &cells, &areas, &ask.by, &ask.only, today)?.answer(ask)
        })?;
        let seen = self.whole_columns(principal, &definition);
        answer.is_part = !shows_whole(&seen, &definition);
        if answer.is_part {
            answer.target = answer.target.map(TargetStanding::not_compared);
            answer.baseline = answer.baseline.map(BaselineChange::not_compared);
        }
        let Some(period) = answer.period else {
            return Ok(answer);
        };
        if !seen.shows_all() {
            return Ok(answer);
        }
        let said = self.inner.records.said(&ask.metric).await?;
        answer.notes = said.notes_of(period).cloned().collect();
        let area = recorded_area(ask, &definition, &areas, today);
        answer.is_restated = area.map(|area| said.is_restated(&area, period));
        Ok(answer)
    }

    /// The areas that are missed in each of some periods of a metric's own length, as [`Answer::gaps`] tells those of the newest. A
    /// period in which none is missed is not among them.
    pub async fn gaps(
        &self,
        principal: &Principal,
        metric: &MetricId,
        periods: &[Period],
    ) -> Result<BTreeMap<Period, Vec<Gap>>> {
        let definition = self.definition(metric)?;
        let cells = self.cells(principal, &definition).await?;
        let areas = self.areas(principal).await?;
        let today = self.today();
        let asked = Asked::new(&definition, &cells, &areas, &[], &[], today)?;
        let mut gaps = BTreeMap::new();
        if let Some(reporting) = asked.reporting(&[])? {
            for period in periods {
                let missing = reporting.missing(*period)?;
                if !missing.is_empty() {
                    gaps.insert(*period, missing);
                }
            }
        }
        Ok(gaps)
    }

    /// Whether somebody sees, of every row of the model, all that the number of a metric follows from as it is stored.
    pub fn shows_whole(&self, principal: &Principal, definition: &Definition) -> bool {
        shows_whole(&self.whole_columns(principal, definition), definition)
    }

    /// Whether somebody is told what the numbers of a metric were, and what is noted at them. They are recorded as the whole city has
    /// them, so that all that they are made of has to be seen.
    pub fn shows_records(&self, principal: &Principal, definition: &Definition) -> bool {
        self.whole_columns(principal, definition).shows_all()
    }

    fn whole_columns(&self, principal: &Principal, definition: &Definition) -> WholeColumns {
        let session = self.inner.lake.session(principal, ReadPoint::default());
        session.whole_columns(&definition.file.of)
    }
}

fn shows_whole(seen: &WholeColumns, definition: &Definition) -> bool {
    let columns = || definition.columns().into_iter();
    seen.shows_all() || columns().all(|column| seen.shows(column))
}

/// Refuses whoever does not see what the number follows from. A model whose permissions have all ended says so itself.
fn must_see(session: &Session, definition: &Definition) -> Result<()> {
    if session.principal().is_administrator() {
        return Ok(());
    }
    let model = &definition.file.of;
    if sees(session, model, definition.columns())? {
        return Ok(());
    }
    Err(Error::NotPermitted {
        metric: definition.id().clone(),
        model: model.clone(),
    })
}

/// Whether the reader of a session sees these columns of a dataset as they are stored in every row that they see: what is put together
/// from what stands in for values, or of some columns from more rows than of others, is a number of something else.
pub(crate) fn sees<'c>(
    session: &Session,
    dataset: &DatasetId,
    columns: impl IntoIterator<Item = &'c str>,
) -> Result<bool> {
    let schema = match session.schema(dataset) {
        Ok(schema) => schema,
        Err(yandu_lake::Error::NoDataset(_)) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let columns: Vec<&str> = columns.into_iter().collect();
    let mut names = columns.iter();
    let are_there = names.all(|name| schema.column_with_name(name).is_some());
    Ok(are_there && session.shows_in_every_row(dataset, columns)?)
}

/// The area under which the number of a question is recorded: a county, or an empty text for the whole; none where something else
/// narrows it.
fn recorded_area(ask: &Ask, definition: &Definition, areas: &Areas, today: Date) -> Option<String> {
    if ask.only.is_empty() {
        return Some(String::new());
    }
    let (area, _) = definition.file.area()?;
    let [only] = ask.only.as_slice() else {
        return None;
    };
    let [code] = only.values.as_slice() else {
        return None;
    };
    let county = areas.above(code, AreaLevel::County, today);
    let is_county = county.as_deref() == Some(code.as_str());
    (only.dimension == *area && is_county).then(|| code.clone())
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
