//! Changes of the installed packs: what waits, what it would do, doing it, and taking it back.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::Json;
use axum::extract::State as Shared;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_collect::change::{self, ChangeRecord, Counts, DatasetPlan};
use yandu_pack::difference::Opening;

use crate::Result;
use crate::access::Asker;
use crate::batch::word;
use crate::caller::Caller;
use crate::extract::{Body, Path, Query};
use crate::page::{After, Limit};
use crate::problem::Problem;
use crate::state::State;

/// How long a plan waits for its counts, when the request does not say.
const WAIT_SECONDS: u64 = 20;

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(show_change))
        .routes(routes!(apply_change))
        .routes(routes!(cancel_change))
        .routes(routes!(list_changes))
        .routes(routes!(show_rollback, roll_back))
}

/// What the packs that are offered now would do.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PackChange {
    /// `none` when the offered packs are the installed ones, `waiting` when they are not, `counting` while rows are read,
    /// `applying` while packs are being changed.
    pub state: String,
    /// Digest of the installed packs.
    pub from: Option<String>,
    /// Digest of the offered packs; hand it over as `seen` to apply just these.
    pub to: Option<String>,
    /// Whether stored rows, or what is seen of them, would change.
    pub touches_rows: bool,
    /// What would be open that is not now; somebody has to confirm it with a reason.
    pub opens: Vec<PackOpening>,
    /// Columns that go while others like them come, and that may be meant to be renamed.
    pub possible_renames: Vec<PossibleRename>,
    pub packs: Vec<PackVersion>,
    pub datasets: Vec<DatasetChange>,
    /// Rows that were read of the dry run or the change that is under way.
    pub rows_done: Option<u64>,
}

/// Something that other packs may open: more to see for somebody, or more of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PackOpening {
    /// `grade`, `mask`, `lowered`, `sharing`, `public`, `owner` or `policies`.
    pub what: String,
    /// Absent where it is about policies.
    pub dataset: Option<String>,
    /// The column, or the pack whose policies are others.
    pub name: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
}

/// A column that goes, and one like it that comes: they are one where the new one has the name of the former under `from`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PossibleRename {
    pub dataset: String,
    pub from: String,
    pub to: String,
}

/// A pack that comes, goes, or has another version.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PackVersion {
    pub pack: String,
    /// Absent when the pack is new.
    pub from: Option<String>,
    /// Absent when the pack is gone.
    pub to: Option<String>,
}

/// What would become of one dataset.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DatasetChange {
    pub id: String,
    /// The strongest effect of the changes: `none`, `release`, `note`, `refresh`, `hide`, `recheck` or `convert`.
    pub effect: String,
    pub changes: Vec<Change>,
    /// Rows that are stored.
    pub rows: u64,
    /// What reading them found; absent where no row is read, or none was yet.
    pub counts: Option<RowCounts>,
}

/// One change of a declaration.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// `column-type`, `check-added` and so on.
    pub what: String,
    /// The column, check, code list or setting.
    pub name: Option<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub effect: String,
}

/// What became, or would become, of the rows of a dataset.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RowCounts {
    /// Rows that were looked at.
    pub rows: u64,
    /// Rows with a value that is read again under another meaning.
    pub rows_converted: u64,
    /// Rows that go to quarantine.
    pub rows_quarantined: u64,
    /// Rows that come back from quarantine with a rollback.
    pub rows_returned: u64,
    /// Rows that stay in quarantine at a rollback, because something later has taken their place.
    pub rows_superseded: u64,
    /// How many rows have each reason.
    pub reasons: BTreeMap<String, u64>,
    pub score: Option<f64>,
    /// Some of the rows that go to quarantine.
    pub samples: Vec<RowSample>,
}

/// A row that goes to quarantine.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RowSample {
    pub batch: String,
    pub row: u64,
    pub reasons: Vec<String>,
    pub cells: BTreeMap<String, Option<String>>,
}

/// A change that was made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PackHistoryEntry {
    pub number: u64,
    /// `install`, `change` or `rollback`.
    pub kind: String,
    /// `applying`, `applied` or `undone`.
    pub status: String,
    pub from: Option<String>,
    pub to: String,
    pub applied_by: String,
    pub reason: String,
    /// The oldest change that a rollback took back.
    pub takes_back: Option<u64>,
    #[schema(value_type = String, format = DateTime)]
    pub started_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ended_at: Option<Timestamp>,
    /// The tables that were changed.
    pub steps: Vec<PackStep>,
}

/// What a change did to one table.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PackStep {
    pub dataset: String,
    /// The batch id of its commit in the history of the dataset.
    pub commit: String,
    pub version_before: Option<u64>,
    /// Absent when every row was as it should be.
    pub version: Option<u64>,
    pub counts: Option<RowCounts>,
    /// The rollback that took it back.
    pub taken_back_by: Option<u64>,
}

/// Changes, newest first.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PackHistory {
    pub changes: Vec<PackHistoryEntry>,
    /// What to ask for as `after` to get the next page; absent on the last one.
    pub next: Option<String>,
}

/// Why a change is made.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyPacks {
    pub reason: String,
    /// The `to` of the plan that was seen; offered packs that are others by now are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<String>,
}

/// Why a change is taken back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollBackPacks {
    pub reason: String,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wait {
    /// How long to wait for the counts, in seconds; 20 when absent. Asking again goes on with the same dry run.
    #[param(maximum = 50)]
    wait_seconds: Option<u64>,
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageOfChanges {
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<u64>>,
    /// Changes of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

impl RowCounts {
    /// Whoever changes packs reads no data: rows by way of example are for whoever holds the data folder.
    fn seen_by(&mut self, asker: &Asker) {
        if asker.must_be_local().is_err() {
            self.samples.clear();
        }
    }
}

impl PackChange {
    fn seen_by(mut self, asker: &Asker) -> Self {
        let counts = self
            .datasets
            .iter_mut()
            .filter_map(|one| one.counts.as_mut());
        counts.for_each(|counts| counts.seen_by(asker));
        self
    }
}

impl PackHistoryEntry {
    fn seen_by(mut self, asker: &Asker) -> Self {
        let counts = self.steps.iter_mut().filter_map(|one| one.counts.as_mut());
        counts.for_each(|counts| counts.seen_by(asker));
        self
    }
}

/// Says what the packs that are offered now would do to the stored rows.
#[utoipa::path(get, path = "/packs/change", tag = "packs", params(Wait), responses((status = 200, body = PackChange), Problem))]
async fn show_change(
    Shared(state): Shared<State>,
    asker: Asker,
    Query(wait): Query<Wait>,
) -> Result<Json<PackChange>> {
    let changes = state.pack_changes()?;
    let seconds = wait.wait_seconds.unwrap_or(WAIT_SECONDS);
    if seconds > 50 {
        return Err(Problem::new(
            "invalid-parameter",
            format!("`wait_seconds` is {seconds}: at most 50 can be waited"),
        ));
    }
    let wait = Duration::from_secs(seconds);
    let counted = if changes.is_applying() {
        None
    } else {
        changes.dry_run(wait).await?
    };
    let mut shown = match counted {
        None if changes.is_applying() => PackChange {
            state: "applying".to_owned(),
            ..PackChange::none()
        },
        None => PackChange::none(),
        Some(counted) => {
            let name = if counted.is_counting {
                "counting"
            } else {
                "waiting"
            };
            PackChange::new(name, counted.plan)
        }
    };
    shown.rows_done = changes.progress().map(|progress| progress.read().rows_done);
    Ok(Json(shown.seen_by(&asker)))
}

/// Installs the packs that are offered now, and does to stored rows what that takes.
#[utoipa::path(post, path = "/packs/change/apply", tag = "packs", request_body = ApplyPacks, responses((status = 200, body = PackHistoryEntry), Problem))]
async fn apply_change(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(caller): Caller,
    Body(body): Body<ApplyPacks>,
) -> Result<Json<PackHistoryEntry>> {
    let changes = state.pack_changes()?.clone();
    // To the end, even when the one who asked goes away.
    let work = async move {
        changes
            .apply(&caller, &body.reason, body.seen.as_deref())
            .await
    };
    let applied = state.works().spawn(work).await;
    let applied = PackHistoryEntry::from(applied.map_err(yandu_collect::Error::from)??);
    Ok(Json(applied.seen_by(&asker)))
}

/// Nothing has to be said.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelPacks {}

/// Asks the change or the dry run that is under way to stop; everything is as it was then.
#[utoipa::path(post, path = "/packs/change/cancel", tag = "packs", request_body = CancelPacks, responses((status = 204, description = "It was asked to stop, if there was one."), Problem))]
async fn cancel_change(
    Shared(state): Shared<State>,
    _caller: Caller,
    Body(CancelPacks {}): Body<CancelPacks>,
) -> Result<axum::http::StatusCode> {
    if let Some(progress) = state.pack_changes()?.progress() {
        progress.cancel();
    }
    Ok(axum::http::StatusCode::NO_CONTENT)
}

/// Lists the changes of the installed packs, newest first.
#[utoipa::path(get, path = "/packs/history", tag = "packs", params(PageOfChanges), responses((status = 200, body = PackHistory), Problem))]
async fn list_changes(
    Shared(state): Shared<State>,
    asker: Asker,
    Query(page): Query<PageOfChanges>,
) -> Result<Json<PackHistory>> {
    let before = page.after.map(|after| after.0);
    let changes = state.pack_changes()?;
    let found = changes.history(before, page.limit.and_one()).await?;
    let (found, next) = page.limit.cut(found, |change| change.number);
    Ok(Json(PackHistory {
        changes: found
            .into_iter()
            .map(|change| PackHistoryEntry::from(change).seen_by(&asker))
            .collect(),
        next,
    }))
}

/// Says what taking back a change, and all after it, would do to the stored rows.
#[utoipa::path(get, path = "/packs/history/{id}/rollback", tag = "packs", params(("id" = u64, Path, description = "The number of the change.")), responses((status = 200, body = PackChange), Problem))]
async fn show_rollback(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<String>,
) -> Result<Json<PackChange>> {
    let plan = state.pack_changes()?.plan_rollback(number(&id)?).await?;
    Ok(Json(PackChange::new("waiting", plan).seen_by(&asker)))
}

/// Takes back a change, and all after it: the packs of before, and the rows as they were.
#[utoipa::path(post, path = "/packs/history/{id}/rollback", tag = "packs", params(("id" = u64, Path, description = "The number of the change.")), request_body = RollBackPacks, responses((status = 200, body = PackHistoryEntry), Problem))]
async fn roll_back(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(caller): Caller,
    Path(id): Path<String>,
    Body(body): Body<RollBackPacks>,
) -> Result<Json<PackHistoryEntry>> {
    let changes = state.pack_changes()?.clone();
    let number = number(&id)?;
    let work = async move { changes.rollback(&caller, number, &body.reason).await };
    let done = state.works().spawn(work).await;
    let done = PackHistoryEntry::from(done.map_err(yandu_collect::Error::from)??);
    Ok(Json(done.seen_by(&asker)))
}

/// The number of a change in an address.
fn number(text: &str) -> Result<u64> {
    let unknown = |_| {
        Problem::new(
            "no-pack-change",
            format!("there is no pack change `{text}`"),
        )
    };
    text.parse().map_err(unknown)
}

impl PackChange {
    fn none() -> Self {
        Self {
            state: "none".to_owned(),
            from: None,
            to: None,
            touches_rows: false,
            opens: Vec::new(),
            possible_renames: Vec::new(),
            packs: Vec::new(),
            datasets: Vec::new(),
            rows_done: None,
        }
    }

    fn new(state: &str, plan: change::Plan) -> Self {
        Self {
            state: state.to_owned(),
            touches_rows: plan.touches_rows(),
            opens: plan.opens.into_iter().map(PackOpening::from).collect(),
            possible_renames: plan
                .possible_renames
                .into_iter()
                .map(|rename| PossibleRename {
                    dataset: rename.dataset.to_string(),
                    from: rename.from.to_string(),
                    to: rename.to.to_string(),
                })
                .collect(),
            from: plan.from,
            to: Some(plan.to),
            packs: plan
                .packs
                .into_iter()
                .map(|pack| PackVersion {
                    pack: pack.pack.to_string(),
                    from: pack.from,
                    to: pack.to,
                })
                .collect(),
            datasets: plan.datasets.into_iter().map(DatasetChange::from).collect(),
            rows_done: None,
        }
    }
}

impl From<Opening> for PackOpening {
    fn from(opening: Opening) -> Self {
        Self {
            what: word(&opening.what),
            dataset: opening.dataset.map(|dataset| dataset.to_string()),
            name: opening.name,
            from: opening.from,
            to: opening.to,
        }
    }
}

impl From<DatasetPlan> for DatasetChange {
    fn from(plan: DatasetPlan) -> Self {
        Self {
            id: plan.dataset.to_string(),
            effect: word(&plan.effect),
            changes: plan
                .changes
                .into_iter()
                .map(|change| Change {
                    what: word(&change.what),
                    effect: word(&change.effect),
                    name: change.name,
                    from: change.from,
                    to: change.to,
                })
                .collect(),
            rows: plan.stored_rows,
            counts: plan.counts.map(RowCounts::from),
        }
    }
}

impl From<Counts> for RowCounts {
    fn from(counts: Counts) -> Self {
        let mut reasons = BTreeMap::new();
        for finding in &counts.findings {
            *reasons.entry(finding.reason.clone()).or_default() += finding.rows;
        }
        Self {
            rows: counts.rows,
            rows_converted: counts.converted,
            rows_quarantined: counts.quarantined,
            rows_returned: counts.returned,
            rows_superseded: counts.superseded,
            reasons,
            score: counts.score.and_then(|score| score.total),
            samples: counts
                .samples
                .into_iter()
                .map(|sample| RowSample {
                    batch: sample.batch.to_string(),
                    row: sample.row,
                    reasons: sample
                        .reasons
                        .into_iter()
                        .map(|reason| reason.reason)
                        .collect(),
                    cells: sample.cells,
                })
                .collect(),
        }
    }
}

impl From<ChangeRecord> for PackHistoryEntry {
    fn from(change: ChangeRecord) -> Self {
        Self {
            number: change.number,
            kind: word(&change.kind),
            status: word(&change.status),
            from: change.from,
            to: change.to,
            applied_by: change.applied_by,
            reason: change.reason,
            takes_back: change.takes_back,
            started_at: change.started_at,
            ended_at: change.ended_at,
            steps: change
                .steps
                .into_iter()
                .map(|step| PackStep {
                    dataset: step.dataset.to_string(),
                    commit: step.commit.to_string(),
                    version_before: step.version_before,
                    version: step.version,
                    counts: step.counts.map(RowCounts::from),
                    taken_back_by: step.taken_back_by,
                })
                .collect(),
        }
    }
}
