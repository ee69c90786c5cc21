//! Sums over the ledger.

use axum::Json;
use axum::extract::State as Shared;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use yandu_ledger::By;

use crate::Result;
use crate::caller::Caller;
use crate::extract::Query;
use crate::problem::Problem;
use crate::state::State;

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// `division` when absent, `owner` or `theme`.
    #[param(example = "division")]
    by: Option<String>,
}

/// Counts of entries that are not withdrawn.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RollupRow {
    /// The code of a county, or a name; `unset` for entries that say nothing, and absent in the sum of all.
    pub value: Option<String>,
    /// What a code stands for.
    pub title: Option<String>,
    pub entries: u64,
    pub published: u64,
    /// Entries that lack nothing that is needed to publish them.
    pub complete: u64,
    /// Entries whose newest delivery is as new as was promised.
    pub fresh: u64,
    /// Entries whose newest delivery is older than was promised. The rest promises nothing.
    pub stale: u64,
    pub never_delivered: u64,
    /// Entries with a quality score.
    pub scored: u64,
    /// The mean of those scores.
    pub average_score: Option<f64>,
    pub rows: u64,
}

/// Sums by county, department or theme. Every entry is in exactly one row, so the rows add up to the total.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Rollup {
    pub by: String,
    pub rows: Vec<RollupRow>,
    pub total: RollupRow,
}

/// Sums the ledger up: county → city, by department or by theme.
#[utoipa::path(get, path = "/ledger/rollup", tag = "ledger", params(Asked), responses((status = 200, body = Rollup), Problem))]
pub(super) async fn rollup(
    Shared(state): Shared<State>,
    _caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Rollup>> {
    let by = match asked.by.as_deref() {
        None => By::Division,
        Some(name) => By::from_name(name).ok_or_else(|| {
            Problem::new(
                "invalid-parameter",
                format!("`by`: nothing is summed up by `{}`", super::clipped(name)),
            )
            .with_help("one of `division`, `owner`, `theme`".to_owned())
        })?,
    };
    let rollup = state.ledger().rollup(by).await?;
    Ok(Json(Rollup {
        by: by.name().to_owned(),
        rows: rollup
            .rows
            .into_iter()
            .map(|row| shaped(Some(row.value), row.title, &row.sums))
            .collect(),
        total: shaped(None, None, &rollup.total),
    }))
}

fn shaped(value: Option<String>, title: Option<String>, sums: &yandu_ledger::Sums) -> RollupRow {
    RollupRow {
        value,
        title,
        entries: sums.entries,
        published: sums.published,
        complete: sums.complete,
        fresh: sums.fresh,
        stale: sums.stale,
        never_delivered: sums.never_delivered,
        scored: sums.scored,
        average_score: sums.average_score(),
        rows: sums.rows,
    }
}
