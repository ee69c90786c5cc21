//! The SQL of metrics.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, SqlitePool};
use yandu_lake::Number;
use yandu_store::Migration;
use yandu_words::{MetricId, Period};

use crate::definition::Definition;
use crate::metrics::lock;
use crate::record::{Alert, AlertKind, Note, Recorded, Told};
use crate::{Error, Result};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "metric",
    sql: include_str!("../migrations/0001_metric.sql"),
}];

/// The records of metrics. No other process writes them.
#[derive(Debug)]
pub(crate) struct Records {
    pool: SqlitePool,
    held: Mutex<Held>,
}

/// What every answer says of its records, read once for each metric and again when it changes.
#[derive(Debug, Default)]
struct Held {
    /// Counts the changes, so that nothing is held that was read before one.
    changes: u64,
    said: HashMap<MetricId, Arc<Said>>,
}

/// What is said of the numbers of a metric.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Oldest first.
    pub(crate) notes: Vec<Note>,
    /// Of each area, the periods that were told differently before; the whole is the area without a name.
    restated: HashMap<String, BTreeSet<Period>>,
}

impl Said {
    /// The notes at a period, at those that it holds and at those that hold it.
    pub(crate) fn notes_of(&self, period: Period) -> impl Iterator<Item = &Note> {
        self.notes.iter().filter(move |note| {
            period.contains(note.period.first_day()) || note.period.contains(period.first_day())
        })
    }

    /// Whether a period, or one of those that it holds, was told differently before.
    pub(crate) fn is_restated(&self, area: &str, period: Period) -> bool {
        let mut changed = self.restated.get(area).into_iter().flatten();
        changed.any(|changed| period.contains(changed.first_day()))
    }
}

/// A number as it is stored: the value and the word for its state.
type Stored = (Option<f64>, &'static str);

const GONE: Stored = (None, "gone");

fn stored(number: Number) -> Stored {
    match number {
        Number::Value(value) => (Some(value), "value"),
        Number::Missing => (None, "missing"),
        Number::DividedByZero => (None, "divided-by-zero"),
        Number::Failed => (None, "failed"),
    }
}

fn number_of(value: Option<f64>, state: &str) -> Option<Number> {
    match (value, state) {
        (Some(value), "value") => Some(Number::Value(value)),
        (_, "divided-by-zero") => Some(Number::DividedByZero),
        (_, "failed") => Some(Number::Failed),
        (_, "missing") => Some(Number::Missing),
        _ => None,
    }
}

/// What is recorded last of a number.
#[derive(Debug)]
struct Last {
    place: i64,
    value: Option<f64>,
    state: String,
    unit: String,
}

impl Records {
    pub(crate) fn new(pool: SqlitePool) -> Self {
        Self {
            pool,
            held: Mutex::default(),
        }
    }

    /// What is said of the numbers of a metric.
    pub(crate) async fn said(&self, metric: &MetricId) -> Result<Arc<Said>> {
        let changes = {
            let held = lock(&self.held);
            if let Some(said) = held.said.get(metric) {
                return Ok(Arc::clone(said));
            }
            held.changes
        };
        let said = Arc::new(Said {
            notes: self.notes(metric).await?,
            restated: self.restated(metric).await?,
        });
        let mut held = lock(&self.held);
        if held.changes == changes {
            held.said.insert(metric.clone(), Arc::clone(&said));
        }
        Ok(said)
    }

    /// Lets what is said of a metric be read again.
    fn forget(&self, metric: &MetricId) {
        let mut held = lock(&self.held);
        held.changes += 1;
        held.said.remove(metric);
    }

    /// Up to where a metric is recorded: the version of its model, and its definition with the period that was running.
    pub(crate) async fn mark(&self, metric: &MetricId) -> Result<Option<(u64, String)>> {
        let mark: Option<(i64, String)> =
            sqlx::query_as("SELECT version, definition FROM metric_mark WHERE metric = ?")
                .bind(metric.as_str())
                .fetch_optional(&self.pool)
                .await?;
        Ok(mark.map(|(version, definition)| (version as u64, definition)))
    }

    /// Records the numbers of a metric that differ from what was recorded last.
    pub(crate) async fn tell(
        &self,
        definition: &Definition,
        (version, mark): (u64, &str),
        told: &Told,
        now: Timestamp,
    ) -> Result<()> {
        let mut transaction = yandu_store::writing(&self.pool).await?;
        let metric = definition.id();
        let last = last(&mut transaction, metric).await?;
        let unit = definition.file.unit.as_str();
        let mut changed: Vec<((&str, Period), i64, Stored)> = Vec::new();
        for ((area, period), number) in told {
            let (value, state) = stored(*number);
            let before = last.get(&(area.clone(), *period));
            let is_same = before.is_some_and(|before| {
                before.value == value && before.state == state && before.unit == unit
            });
            if !is_same {
                let place = before.map_or(0, |before| before.place + 1);
                changed.push(((area, *period), place, (value, state)));
            }
        }
        for ((area, period), before) in &last {
            if before.state != GONE.1 && !told.contains_key(&(area.clone(), *period)) {
                changed.push(((area, *period), before.place + 1, GONE));
            }
        }
        for ((area, period), place, (value, state)) in changed {
            sqlx::query(
                "INSERT INTO metric_value (metric, area, period, place, value, state, unit, definition, version, recorded_at) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(metric.as_str())
            .bind(area)
            .bind(period.to_string())
            .bind(place)
            .bind(value)
            .bind(state)
            .bind(unit)
            .bind(&*definition.version)
            .bind(version as i64)
            .bind(now.as_microsecond())
            .execute(&mut *transaction)
            .await?;
        }
        alert(&mut transaction, definition, told, now).await?;
        sqlx::query(
            "INSERT INTO metric_mark (metric, version, definition) VALUES (?, ?, ?) \
             ON CONFLICT (metric) DO UPDATE SET version = excluded.version, definition = excluded.definition",
        )
        .bind(metric.as_str())
        .bind(version as i64)
        .bind(mark)
        .execute(&mut *transaction)
        .await?;
        let committed = transaction.commit().await;
        self.forget(metric);
        Ok(committed?)
    }

    pub(crate) async fn history(
        &self,
        metric: &MetricId,
        area: &str,
        period: Period,
    ) -> Result<Vec<Recorded>> {
        let rows = sqlx::query(
            "SELECT metric, area, period, value, state, unit, definition, version, recorded_at FROM metric_value \
             WHERE metric = ? AND area = ? AND period = ? ORDER BY place",
        )
        .bind(metric.as_str())
        .bind(area)
        .bind(period.to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(recorded).collect()
    }

    async fn restated(&self, metric: &MetricId) -> Result<HashMap<String, BTreeSet<Period>>> {
        let changed: Vec<(String, String)> = sqlx::query_as(
            "SELECT DISTINCT area, period FROM metric_value WHERE metric = ? AND place > 0",
        )
        .bind(metric.as_str())
        .fetch_all(&self.pool)
        .await?;
        let mut restated: HashMap<String, BTreeSet<Period>> = HashMap::new();
        for (area, period) in changed {
            let period = period.parse().map_err(|_| Error::Damaged(period))?;
            restated.entry(area).or_default().insert(period);
        }
        Ok(restated)
    }

    /// The newest number of each metric that was not taken back, and those of areas in the same period; the whole is the area
    /// without a name. In the order of metrics and areas.
    pub(crate) async fn newest(&self, areas: &[&str]) -> Result<Vec<Recorded>> {
        let rows = sqlx::query(
            "SELECT told.metric, told.area, told.period, told.value, told.state, told.unit, told.definition, told.version, \
             told.recorded_at FROM metric_mark AS mark JOIN metric_value AS told ON told.metric = mark.metric \
             WHERE told.area IN (SELECT value FROM json_each(?)) AND told.period = (SELECT whole.period FROM metric_value AS whole \
             WHERE whole.metric = mark.metric AND whole.area = '' AND whole.state <> 'gone' AND whole.place = \
             (SELECT max(place) FROM metric_value AS later WHERE later.metric = whole.metric AND later.area = '' \
             AND later.period = whole.period) ORDER BY whole.period DESC LIMIT 1) AND told.place = \
             (SELECT max(place) FROM metric_value AS later WHERE later.metric = told.metric AND later.area = told.area \
             AND later.period = told.period) ORDER BY told.metric, told.area",
        )
        .bind(serde_json::Value::from(areas).to_string())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(recorded).collect()
    }

    async fn notes(&self, metric: &MetricId) -> Result<Vec<Note>> {
        let rows = sqlx::query(
            "SELECT id, metric, area, period, text, author, written_at FROM metric_note \
             WHERE metric = ? AND removed_at IS NULL ORDER BY id",
        )
        .bind(metric.as_str())
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(note).collect()
    }

    pub(crate) async fn add_note(&self, note: Note) -> Result<Note> {
        let id: Result<(i64,), _> = sqlx::query_as(
            "INSERT INTO metric_note (metric, area, period, text, author, written_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(note.metric.as_str())
        .bind(&note.area)
        .bind(note.period.to_string())
        .bind(&note.text)
        .bind(&note.author)
        .bind(note.written_at.as_microsecond())
        .fetch_one(&self.pool)
        .await;
        self.forget(&note.metric);
        Ok(Note { id: id?.0, ..note })
    }

    pub(crate) async fn remove_note(
        &self,
        metric: &MetricId,
        id: i64,
        by: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let done = sqlx::query(
            "UPDATE metric_note SET removed_by = ?, removed_at = ? WHERE metric = ? AND id = ? AND removed_at IS NULL",
        )
        .bind(by)
        .bind(now.as_microsecond())
        .bind(metric.as_str())
        .bind(id)
        .execute(&self.pool)
        .await;
        self.forget(metric);
        Ok(done?.rows_affected() > 0)
    }

    pub(crate) async fn alerts(
        &self,
        open: bool,
        before: Option<i64>,
        limit: u32,
        among: &[MetricId],
    ) -> Result<Vec<Alert>> {
        let rows = sqlx::query(
            "SELECT id, metric, area, kind, period, value, bound, opened_at, closed_at, closed_value FROM metric_alert \
             WHERE id < ? AND (NOT ? OR closed_at IS NULL) AND metric IN (SELECT value FROM json_each(?)) ORDER BY id DESC LIMIT ?",
        )
        .bind(before.unwrap_or(i64::MAX))
        .bind(open)
        .bind(serde_json::json!(among).to_string())
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(alert_of).collect()
    }
}

async fn last(
    connection: &mut SqliteConnection,
    metric: &MetricId,
) -> Result<BTreeMap<(String, Period), Last>> {
    let rows = sqlx::query(
        "SELECT area, period, place, value, state, unit FROM metric_value WHERE metric = ? ORDER BY area, period, place",
    )
    .bind(metric.as_str())
    .fetch_all(connection)
    .await?;
    let mut last = BTreeMap::new();
    for row in &rows {
        let key = (row.try_get("area")?, period(row)?);
        let value = Last {
            place: row.try_get("place")?,
            value: row.try_get("value")?,
            state: row.try_get("state")?,
            unit: row.try_get("unit")?,
        };
        last.insert(key, value);
    }
    Ok(last)
}

/// Opens alerts for newest numbers outside of their bounds, and closes those of numbers that are inside again.
async fn alert(
    connection: &mut SqliteConnection,
    definition: &Definition,
    told: &Told,
    now: Timestamp,
) -> Result<()> {
    let mut newest: BTreeMap<&str, (Period, f64)> = BTreeMap::new();
    for ((area, period), number) in told {
        if let Number::Value(value) = number {
            // Periods of an area come in the order of time.
            newest.insert(area, (*period, *value));
        }
    }
    let bounds = definition.file.thresholds.as_ref();
    let below = bounds.and_then(|bounds| bounds.below);
    let above = bounds.and_then(|bounds| bounds.above);
    for (kind, bound) in [(AlertKind::Below, below), (AlertKind::Above, above)] {
        for (area, (period, value)) in &newest {
            let is_outside = bound.is_some_and(|bound| match kind {
                AlertKind::Below => *value < bound,
                AlertKind::Above => *value > bound,
            });
            if let (true, Some(bound)) = (is_outside, bound) {
                open(
                    connection,
                    definition.id(),
                    (area, kind),
                    (*period, *value, bound),
                    now,
                )
                .await?;
            } else {
                close(connection, definition.id(), (area, kind), *value, now).await?;
            }
        }
    }
    Ok(())
}

async fn open(
    connection: &mut SqliteConnection,
    metric: &MetricId,
    (area, kind): (&str, AlertKind),
    (period, value, bound): (Period, f64, f64),
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO metric_alert (metric, area, kind, period, value, bound, opened_at) VALUES (?, ?, ?, ?, ?, ?, ?) \
         ON CONFLICT DO NOTHING",
    )
    .bind(metric.as_str())
    .bind(area)
    .bind(kind.name())
    .bind(period.to_string())
    .bind(value)
    .bind(bound)
    .bind(now.as_microsecond())
    .execute(connection)
    .await?;
    Ok(())
}

async fn close(
    connection: &mut SqliteConnection,
    metric: &MetricId,
    (area, kind): (&str, AlertKind),
    value: f64,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE metric_alert SET closed_at = ?, closed_value = ? WHERE metric = ? AND area = ? AND kind = ? AND closed_at IS NULL",
    )
    .bind(now.as_microsecond())
    .bind(value)
    .bind(metric.as_str())
    .bind(area)
    .bind(kind.name())
    .execute(connection)
    .await?;
    Ok(())
}

fn period(row: &SqliteRow) -> Result<Period> {
    let text: String = row.try_get("period")?;
    text.parse().map_err(|_| Error::Damaged(text))
}

fn metric(row: &SqliteRow) -> Result<MetricId> {
    let text: String = row.try_get("metric")?;
    text.parse().map_err(|_| Error::Damaged(text))
}

fn time(row: &SqliteRow, column: &str) -> Result<Timestamp> {
    let at: i64 = row.try_get(column)?;
    Timestamp::from_microsecond(at).map_err(|error| Error::Damaged(error.to_string()))
}

fn recorded(row: &SqliteRow) -> Result<Recorded> {
    let state: String = row.try_get("state")?;
    let version: i64 = row.try_get("version")?;
    Ok(Recorded {
        metric: metric(row)?,
        area: row.try_get("area")?,
        period: period(row)?,
        value: number_of(row.try_get("value")?, &state),
        unit: row.try_get("unit")?,
        definition: row.try_get("definition")?,
        version: version as u64,
        recorded_at: time(row, "recorded_at")?,
    })
}

fn note(row: &SqliteRow) -> Result<Note> {
    Ok(Note {
        id: row.try_get("id")?,
        metric: metric(row)?,
        area: row.try_get("area")?,
        period: period(row)?,
        text: row.try_get("text")?,
        author: row.try_get("author")?,
        written_at: time(row, "written_at")?,
    })
}

fn alert_of(row: &SqliteRow) -> Result<Alert> {
    let kind: String = row.try_get("kind")?;
    let closed: Option<i64> = row.try_get("closed_at")?;
    Ok(Alert {
        id: row.try_get("id")?,
        metric: metric(row)?,
        area: row.try_get("area")?,
        kind: AlertKind::from_name(&kind).ok_or(Error::Damaged(kind))?,
        period: period(row)?,
        value: row.try_get("value")?,
        bound: row.try_get("bound")?,
        opened_at: time(row, "opened_at")?,
        closed_at: closed.map(|_| time(row, "closed_at")).transpose()?,
        closed_value: row.try_get("closed_value")?,
    })
}
