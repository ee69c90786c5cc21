//! Refreshes and collections as OpenLineage run events, made of their records when they are asked for.
//!
//! Events come in the order of time, and the key of a page is a moment: whoever keeps the last `next` and asks again gets
//! what happened since, each event once. An event is held back for a moment, until nothing older can still be recorded.

use axum::Json;
use axum::extract::State as Shared;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use yandu_collect::BatchStatus;
use yandu_collect::batch::BatchDetail;
use yandu_lake::SqlLineage;
use yandu_pack::Packs;
use yandu_store::{Clock, Moment};
use yandu_transform::lineage::{
    Assertion, ColumnQuality, End, Flowing, Outcome, Quality, Run, Work,
};
use yandu_transform::{RunDetail, RunStatus};
use yandu_words::id::BatchId;

use crate::Result;
use crate::access::Asker;
use crate::batch::keep_back;
use crate::extract::Query;
use crate::model::Told;
use crate::page::{After, Limit, key};
use crate::problem::Problem;
use crate::state::State;

/// How long an event is held back: a record is written a little after the moment that it names.
const HELD_BACK_MILLIS: i64 = 500;

/// OpenLineage run events, oldest first.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct EventList {
    /// Each is a run event of OpenLineage 2-0-2.
    #[schema(value_type = Vec<Object>)]
    events: Vec<Value>,
    /// What to ask for as `after` to get what follows, now or later; absent while there has been nothing.
    next: Option<String>,
    /// Whether more follows already.
    more: bool,
}

/// Whose moment it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Of {
    Collection,
    Refresh,
}

/// Whoever events are told to, and of which models the words of a failure, which may quote a cell.
struct Reader {
    asker: Asker,
    told: Told,
}

/// A moment as the key of a page.
type Key = (i64, String, bool);

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Since {
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<Key>>,
    /// Events of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

/// Lists what was collected and refreshed as OpenLineage events, oldest first.
#[utoipa::path(get, path = "/lineage/events", tag = "lineage", params(Since), responses((status = 200, body = EventList), Problem))]
pub(super) async fn list_events(
    Shared(state): Shared<State>,
    asker: Asker,
    Query(since): Query<Since>,
) -> Result<Json<EventList>> {
    let after = since.after.map(|After(key)| moment(key)).transpose()?;
    let before = told_until(state.collector().store().clock());
    let mut moments = moments(&state, after.as_ref(), before, since.limit.and_one()).await?;
    let more = moments.len() > since.limit.items();
    moments.truncate(since.limit.items());
    let last = moments.last().map(|(moment, _)| moment).or(after.as_ref());
    let next = last.map(|last| key(&(last.at.as_microsecond(), last.id.as_str(), last.is_end)));
    let packs = state.collector().packs();
    let reader = Reader {
        told: Told::to(&asker, &state).await,
        asker,
    };
    let mut events = Vec::with_capacity(moments.len());
    for (moment, of) in &moments {
        events.extend(event(&state, &packs, &reader, moment, *of).await?);
    }
    Ok(Json(EventList { events, next, more }))
}

/// Until when events are told, by the clock that records have their times from. A clock that stands gives each record its own
/// moment, and nobody waits for it to go on.
fn told_until(clock: &Clock) -> Timestamp {
    if clock.is_standing() {
        clock.now()
    } else {
        clock.now() - HELD_BACK_MILLIS.milliseconds()
    }
}

fn moment((at, id, is_end): Key) -> Result<Moment> {
    let wrong = || {
        Problem::new(
            "invalid-parameter",
            "`after` is not the `next` of a page of this list",
        )
    };
    Ok(Moment {
        at: Timestamp::from_microsecond(at).map_err(|_| wrong())?,
        id: id.parse::<BatchId>().map_err(|_| wrong())?,
        is_end,
    })
}

/// The moments of collections and of refreshes, as one list in order of time.
async fn moments(
    state: &State,
    after: Option<&Moment>,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<(Moment, Of)>> {
    let collected = state.collector().moments(after, before, limit).await?;
    let refreshed = state.transform().moments(after, before, limit).await?;
    let of = |of| move |moment| (moment, of);
    let mut all: Vec<(Moment, Of)> = collected
        .into_iter()
        .map(of(Of::Collection))
        .chain(refreshed.into_iter().map(of(Of::Refresh)))
        .collect();
    all.sort();
    all.truncate(limit as usize);
    Ok(all)
}

/// The event of a moment; none for a dataset that the packs no longer have.
async fn event(
    state: &State,
    packs: &Packs,
    reader: &Reader,
    moment: &Moment,
    of: Of,
) -> Result<Option<Value>> {
    let told = |run: Run<'_>| {
        if moment.is_end {
            run.end()
        } else {
            Some(run.start())
        }
    };
    match of {
        Of::Collection => {
            let mut detail = state.collector().batch(&moment.id).await?;
            let seen = reader.asker.whole_columns(state, &detail.batch.dataset);
            keep_back(&mut detail.batch, &seen);
            Ok(collection(packs, &detail).and_then(told))
        }
        Of::Refresh => {
            let Some(mut detail) = state.transform().run_detail(&moment.id).await? else {
                return Ok(None);
            };
            reader.told.keep_back(&mut detail.run);
            let lineage = super::of_packs(state).await;
            let Some(model) = packs.model(&detail.run.model) else {
                return Ok(None);
            };
            let sql = packs
                .sql_of(model)
                .unwrap_or_else(|_| model.sql().to_owned());
            let lineage = lineage.models.get(model.id()).map(AsRef::as_ref);
            Ok(refresh(packs, &detail, &sql, lineage).and_then(told))
        }
    }
}

fn refresh<'a>(
    packs: &'a Packs,
    detail: &'a RunDetail,
    sql: &'a str,
    lineage: Option<&'a SqlLineage>,
) -> Option<Run<'a>> {
    let run = &detail.run;
    let dataset = packs.dataset(&run.model)?;
    let outcome = match (run.status, &run.error) {
        (RunStatus::Interrupted, _) => Outcome::Abort,
        (_, Some(error)) => Outcome::Fail {
            code: &error.code,
            message: &error.message,
        },
        _ => Outcome::Complete,
    };
    let inputs = run.inputs.iter().filter_map(|(input, span)| {
        Some(Flowing {
            dataset: packs.dataset(input)?,
            version: span.to,
        })
    });
    Some(Run {
        id: run.id.as_str(),
        work: Work::Refresh { sql },
        started_at: run.started_at,
        inputs: inputs.collect(),
        output: Flowing {
            dataset,
            version: run.version,
        },
        lineage,
        end: run.ended_at.map(|at| End {
            at,
            outcome,
            rows: run.rows_added,
            bytes: None,
            quality: (!detail.profile.is_empty()).then(|| Quality {
                rows: detail
                    .profile
                    .iter()
                    .map(|column| column.rows)
                    .max()
                    .unwrap_or(0),
                columns: columns(&detail.profile),
                assertions: assertions(dataset, &detail.findings),
            }),
        }),
    })
}

fn collection<'a>(packs: &'a Packs, detail: &'a BatchDetail) -> Option<Run<'a>> {
    let batch = &detail.batch;
    let dataset = packs.dataset(&batch.dataset)?;
    let outcome = match (batch.status, &batch.error) {
        (BatchStatus::Written, _) => Outcome::Running,
        (BatchStatus::RolledBack, Some(error))
            if matches!(error.code.as_str(), "cancelled" | "interrupted") =>
        {
            Outcome::Abort
        }
        (_, Some(error)) => Outcome::Fail {
            code: &error.code,
            message: &error.message,
        },
        _ => Outcome::Complete,
    };
    let is_in = matches!(
        batch.status,
        BatchStatus::Collected | BatchStatus::Undone | BatchStatus::Written
    );
    Some(Run {
        id: batch.id.as_str(),
        work: if batch.status == BatchStatus::Written {
            Work::Write
        } else {
            Work::Collect {
                source: batch.source.as_ref().map(yandu_words::SourceId::as_str),
                delivered_as: &batch.delivered_as,
            }
        },
        started_at: batch.started_at,
        inputs: Vec::new(),
        output: Flowing {
            dataset,
            version: batch.version,
        },
        lineage: None,
        end: batch.finished_at.map(|at| End {
            at,
            outcome,
            rows: if is_in { batch.rows_kept } else { 0 },
            bytes: batch.size_bytes,
            quality: is_in.then(|| quality(dataset, detail)),
        }),
    })
}

fn quality(dataset: &yandu_pack::Dataset, detail: &BatchDetail) -> Quality {
    Quality {
        rows: detail.batch.rows_in,
        columns: columns(&detail.profile),
        assertions: assertions(dataset, &detail.findings),
    }
}

fn columns(profile: &[yandu_check::profile::ColumnProfile]) -> Vec<ColumnQuality> {
    let columns = profile.iter().map(|column| ColumnQuality {
        name: column.column.clone(),
        nulls: column.nulls,
        distinct: column.distinct,
    });
    columns.collect()
}

/// The declared checks, passed or not, and whatever else was found.
fn assertions(
    dataset: &yandu_pack::Dataset,
    findings: &[yandu_check::FindingCount],
) -> Vec<Assertion> {
    let passed = dataset
        .file()
        .checks
        .iter()
        .filter(|check| findings.iter().all(|finding| finding.reason != check.name))
        .map(|check| Assertion {
            name: check.name.clone(),
            column: None,
            has_passed: true,
            is_hard: check.level == yandu_pack::declare::Level::Hard,
            rows: 0,
        });
    let broken = findings.iter().map(|finding| Assertion {
        name: finding.reason.clone(),
        column: finding.column.clone(),
        has_passed: false,
        is_hard: finding.level == yandu_check::Level::Hard,
        rows: finding.rows,
    });
    passed.chain(broken).collect()
}
