//! What a query would read and give, before it is run.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State as Shared;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Column, Query, read_point};
use crate::Result;
use crate::caller::Caller;
use crate::extract::Body;
use crate::lineage::QueryLineage;
use crate::problem::Problem;
use crate::state::State;
use crate::value;

/// A question in SQL that is not to be answered yet.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExplainQuery {
    /// One `SELECT` over datasets, each named `pack.dataset`.
    #[schema(example = "SELECT sex, count(*) AS people FROM population.resident GROUP BY sex")]
    pub sql: String,
    /// Every dataset as it was at this time: RFC 3339, or a date and time of the city.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-01-01T00:00:00+08:00")]
    pub at: Option<String>,
    /// Single datasets at a version; goes before `at`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(value_type = BTreeMap<String, u64>)]
    pub versions: BTreeMap<String, u64>,
}

/// What a question would cost and give.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Explained {
    /// The plan in the words of the engine, a step a line, each above those that it takes its rows from.
    pub plan: String,
    /// What would be read.
    pub inputs: Vec<ExplainedInput>,
    /// Rows of the answer, where what is known of the datasets gives an estimate.
    pub rows_estimate: Option<u64>,
    /// Bytes that would be read, at most.
    pub bytes_estimate: u64,
    pub columns: Vec<Column>,
    /// Where the columns would come from.
    pub lineage: QueryLineage,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExplainedInput {
    pub dataset: String,
    /// Absent until something was committed.
    pub version: Option<u64>,
    /// Rows that would be read, once for each time that the query goes through them.
    pub rows: u64,
    /// Bytes of the columns that would be read, as they are stored.
    pub bytes: u64,
}

/// Explains a query without running it.
#[utoipa::path(
    post,
    path = "/query/explain",
    tag = "query",
    request_body = ExplainQuery,
    responses((status = 200, body = Explained), Problem)
)]
pub(super) async fn explain_query(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    Body(asked): Body<ExplainQuery>,
) -> Result<Json<Explained>> {
    let point = read_point(&Query {
        as_of: asked.at,
        versions: asked.versions,
        ..Query::default()
    })?;
    let session = state.lake().session(&principal, point);
    let explained = session.explain(&asked.sql).await?;
    let inputs: Vec<ExplainedInput> = explained
        .inputs
        .into_iter()
        .map(|input| ExplainedInput {
            dataset: input.dataset.to_string(),
            version: input.version,
            rows: input.rows,
            bytes: input.bytes,
        })
        .collect();
    let fields = explained.schema.fields().iter();
    Ok(Json(Explained {
        plan: explained.plan,
        bytes_estimate: inputs.iter().map(|input| input.bytes).sum(),
        inputs,
        rows_estimate: explained.rows,
        columns: fields
            .map(|field| Column {
                name: field.name().clone(),
                data_type: value::type_name(field.data_type()),
            })
            .collect(),
        lineage: explained.lineage.into(),
    }))
}
