//! Classification and grading: what is suggested of fields, what stewards decide, and what was made less sensitive.
//!
//! A suggestion is shown to whoever stewards its dataset. Of values it holds counts alone, and those are shown to whoever has the duty,
//! like the counts of deliveries. Lowerings are listed for the security and the audit administrator as well.

mod decide;
mod facts;
mod follow;
mod list;
mod lowered;
mod settling;
mod shape;
mod wanted;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_classify::{Classification, Rules};
use yandu_collect::change::Told;
use yandu_pack::Packs;
use yandu_words::id::DatasetId;

use crate::Result;
use crate::lineage::of_packs;
use crate::problem::Problem;
use crate::state::State;

pub use decide::{Decision, DecisionList, FieldDecision, Renewal};
pub(crate) use follow::followed;
pub use lowered::PackLowerings;
pub use settling::Settling;
pub use shape::{
    ClassLine, ClassifiedLine, DeclaredLowering, FieldHistory, Lowerings, ReasonLine,
    SuggestionLine, SuggestionPage, Summary, SummaryLine,
};
pub(crate) use wanted::{Look, Wanted, and_readers};

/// How long deliveries are waited for before datasets are looked at again, so that many of them are one look.
const GATHER: Duration = Duration::from_millis(500);

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list::list_suggestions))
        .routes(routes!(list::summarise_classification))
        .routes(routes!(list::show_field))
        .routes(routes!(list::list_lowerings))
        .routes(routes!(decide::decide_suggestions))
        .routes(routes!(decide::classify_field))
        .routes(routes!(decide::renew_suggestions))
}

/// What a state holds of classification.
#[derive(Default)]
pub(crate) struct Held {
    pub(crate) classification: std::sync::OnceLock<Classification>,
    /// One look at a time.
    looking: tokio::sync::Mutex<()>,
    pub(crate) wanted: Arc<Wanted>,
}

/// Told of other packs and grades, after which whoever keeps the suggestions looks again at what is something else by then.
pub struct Renewals(Arc<Wanted>);

impl Renewals {
    pub fn of(state: &State) -> Self {
        Self(Arc::clone(&state.classified().wanted))
    }
}

impl Told for Renewals {
    fn name(&self) -> &'static str {
        "classification"
    }

    fn told<'a>(&'a self, packs: &'a Arc<Packs>) -> BoxFuture<'a, Result<(), String>> {
        self.0.want(packs);
        Box::pin(async { Ok(()) })
    }
}

pub(crate) fn of(state: &State) -> Result<&Classification> {
    let classification = state.classified().classification.get();
    classification.ok_or_else(|| Problem::new("not-found", "fields are not classified here"))
}

/// Looks again at some datasets, or at all. Where something else holds until it is decided, it holds from then on.
pub(crate) async fn renew(state: &State, datasets: Option<&BTreeSet<DatasetId>>) -> Result<()> {
    let classification = of(state)?;
    let _one = state.classified().looking.lock().await;
    let packs = state.collector().packs();
    let lineage = of_packs(state).await;
    let facts = facts::gather(state, &packs, &lineage, datasets).await?;
    let all: HashSet<DatasetId> = packs.datasets().map(|one| one.id().clone()).collect();
    let rules = Rules::of(&packs);
    let renewed = classification.renew(&rules, &facts, &all).await;
    // What was renewed before a fault holds too.
    if !matches!(renewed, Ok(false)) {
        state.pack_changes()?.settle_again().await?;
    }
    renewed?;
    Ok(())
}

/// Looks at datasets whenever rows were delivered to them, and at everything after other packs or grades, until `over`.
pub async fn keep(state: State, over: impl Future<Output = ()>) {
    let following = async {
        let mut commits = state.lake().commits();
        let mut seen = facts::newest(&state).await.unwrap_or_default();
        let wanted = Arc::clone(&state.classified().wanted);
        wanted.begin(&state.collector().packs());
        tell(renew(&state, None).await);
        loop {
            tokio::select! {
                changed = commits.changed() => {
                    if changed.is_err() {
                        return;
                    }
                }
                () = wanted.notified() => {
                    tokio::time::sleep(GATHER).await;
                    let lineage = of_packs(&state).await;
                    match wanted.take() {
                        Look::Nothing => {}
                        Look::Everything => tell(renew(&state, None).await),
                        Look::At(changed) => {
                            let reached = and_readers(changed, &lineage);
                            tell(renew(&state, Some(&reached)).await);
                        }
                    }
                    continue;
                }
            }
            tokio::time::sleep(GATHER).await;
            commits.mark_unchanged();
            let Ok(now) = facts::newest(&state).await else {
                continue;
            };
            let is_new = |(dataset, batch): &(&DatasetId, &_)| seen.get(*dataset) != Some(*batch);
            let changed: BTreeSet<DatasetId> = now
                .iter()
                .filter(is_new)
                .map(|(dataset, _)| dataset.clone())
                .collect();
            if !changed.is_empty() {
                tell(renew(&state, Some(&changed)).await);
                seen = now;
            }
        }
    };
    tokio::select! {
        () = following => {}
        () = over => {}
    }
}

fn tell(renewed: Result<()>) {
    if let Err(problem) = renewed {
        tracing::error!(
            problem.code = problem.code,
            problem.detail = problem.detail,
            "fields could not be looked at again; suggestions are those of before"
        );
    }
}
