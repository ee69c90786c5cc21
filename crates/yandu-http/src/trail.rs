//! The trail: from a number down to the rows, the deliveries and the departments that it came from, and from a row up.

mod seen;
mod shape;

use std::borrow::Cow;
use std::collections::BTreeMap;

use axum::extract::State as Shared;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_lake::Principal;
use yandu_policy::Way;
use yandu_transform::{Limits, Named};
use yandu_words::id::DatasetId;

use crate::Result;
use crate::access::Asker;
use crate::export::{self, Left, Taken};
use crate::extract::Body;
use crate::problem::Problem;
use crate::state::State;

pub(crate) use seen::Follower;
pub use seen::TrailPermit;
pub use shape::{TrailColumn, TrailMade, TrailStep};

/// Rows by which a trail may begin, and columns by which one is named.
const MOST_ROWS: usize = 100;
const MOST_COLUMNS: usize = 64;
/// Rows of a step.
const ROWS: u32 = 20;
const MOST_SHOWN: u32 = 1_000;
/// Models one below the other.
const DEPTH: u32 = 8;
const MOST_DEPTH: u32 = 16;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(follow_back))
        .routes(routes!(follow_onward))
}

/// A value by which a row is named. Dates, times and decimals are texts, as answers show them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum TrailValue {
    Text(String),
    Number(serde_json::Number),
    Flag(bool),
}

impl PartialSchema for TrailValue {
    fn schema() -> RefOr<Schema> {
        let types = [Type::String, Type::Number, Type::Boolean, Type::Null];
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter(types))
            .description(Some(
                "A value by which a row is named; `null` is a missing one. Dates, times and decimals are texts, as answers show them.",
            ))
            .into()
    }
}

impl ToSchema for TrailValue {
    fn name() -> Cow<'static, str> {
        "TrailValue".into()
    }
}

/// What a trail is wanted of.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrailQuestion {
    #[schema(
        example = "population.age_by_township",
        pattern = "^[a-z][a-z0-9_]{0,62}\\.[a-z][a-z0-9_]{0,62}$"
    )]
    pub dataset: String,
    /// The rows, each by values of its columns; all name the same columns, `_batch` and `_row` among them. `null` is a
    /// missing value, and a row without columns stands for all rows.
    #[schema(min_items = 1, max_items = 100, value_type = Vec<BTreeMap<String, TrailValue>>)]
    pub rows: Vec<BTreeMap<String, Option<TrailValue>>>,
    /// The dataset as it was at this version; at present when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub version: Option<u64>,
    /// Rows of a step that are shown and followed; 20 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// Models that are gone through one after the other; 8 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 16)]
    pub depth: Option<u32>,
    /// Whether the rows of each step are counted, which takes as long as reading them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counted: bool,
}

/// What a trail onward is wanted of.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OnwardQuestion {
    #[schema(
        example = "population.resident",
        pattern = "^[a-z][a-z0-9_]{0,62}\\.[a-z][a-z0-9_]{0,62}$"
    )]
    pub dataset: String,
    /// The rows, named as in a trail.
    #[schema(min_items = 1, max_items = 100, value_type = Vec<BTreeMap<String, TrailValue>>)]
    pub rows: Vec<BTreeMap<String, Option<TrailValue>>>,
    /// Rows of a step that are shown and followed; 20 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1000)]
    pub limit: Option<u32>,
    /// Models that are gone through one after the other; 8 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 16)]
    pub depth: Option<u32>,
}

/// Follows rows down to what they were made of, as far as whoever asks sees all of the datasets on the way: the query of each model, the refresh that left it so, and the rows of its
/// inputs at the versions that the refresh read, through all models to the rows of deliveries. To a token rows leave under a receipt, as a
/// page of SQL does.
#[utoipa::path(post, path = "/trail", tag = "lineage", request_body = TrailQuestion, responses((status = 200, headers(("yandu-receipt" = Option<String>, description = "The receipt under which rows leave to a token.")), body = TrailStep), Problem))]
async fn follow_back(
    Shared(state): Shared<State>,
    asker: Asker,
    Body(asked): Body<TrailQuestion>,
) -> Result<Response> {
    let dataset = parse(&asked.dataset)?;
    let limits = Limits {
        counted: asked.counted,
        ..limits(asked.limit, asked.depth)?
    };
    let rows = named(&asked.rows)?;
    let follower = Follower::new(&state, &asker).await;
    follower.must_see(&dataset)?;
    let everything = Principal::local_administrator();
    let trail = state
        .transform()
        .trail(&everything, &dataset, &rows, asked.version, limits)
        .await?;
    let mut shown = TrailStep::new(trail, &state)?;
    follower.show(&mut shown);
    shown.deliveries(&state).await?;
    state.note_uses(&asker.reader(&state, Way::Page), shown.read().iter());
    let left = leave(&state, &asker, &format!("TRAIL {dataset}"), 0, &mut shown).await?;
    export::json(left, &shown)
}

/// Follows rows up to what was made of them, as far as whoever asks sees all of the datasets on the way: the rows of models that they took part in, and those of the models that read
/// these. To a token rows leave under a receipt, as a page of SQL does.
#[utoipa::path(post, path = "/trail/onward", tag = "lineage", request_body = OnwardQuestion, responses((status = 200, headers(("yandu-receipt" = Option<String>, description = "The receipt under which rows leave to a token.")), body = TrailStep), Problem))]
async fn follow_onward(
    Shared(state): Shared<State>,
    asker: Asker,
    Body(asked): Body<OnwardQuestion>,
) -> Result<Response> {
    let dataset = parse(&asked.dataset)?;
    let limits = limits(asked.limit, asked.depth)?;
    let rows = named(&asked.rows)?;
    let follower = Follower::new(&state, &asker).await;
    follower.must_see(&dataset)?;
    let everything = Principal::local_administrator();
    let onward = state
        .transform()
        .trail_onward(&everything, &dataset, &rows, limits)
        .await?;
    let mut shown = TrailStep::onward(onward, &state)?;
    follower.show(&mut shown);
    shown.deliveries(&state).await?;
    state.note_uses(&asker.reader(&state, Way::Page), shown.read().iter());
    let asked = format!("TRAIL ONWARD {dataset}");
    let left = leave(&state, &asker, &asked, 0, &mut shown).await?;
    export::json(left, &shown)
}

/// Sees to the receipt of a trail, which leaves like a page of SQL, and says in the first step which it is. `asked` stands there for the
/// question, and `numbers` leave with the rows. A trail shows all columns of a dataset, or no row of it; of that with which it begins it
/// tells something also where it shows none.
pub(crate) async fn leave(
    state: &State,
    asker: &Asker,
    asked: &str,
    numbers: u64,
    shown: &mut TrailStep,
) -> Result<Option<Left>> {
    let mut read = shown.versions();
    let first = shown.dataset.parse::<DatasetId>();
    read.extend(first.map(|first| (first, shown.version)));
    let read: Vec<_> = read.into_iter().collect();
    let taken = Taken {
        read: &read,
        columns: &arrow::datatypes::Schema::empty(),
        rows: numbers + shown.count_rows(),
        is_cut: shown.is_cut(),
    };
    let left = export::leave(state, asker, asked, &taken).await?;
    shown.receipt = left.as_ref().map(|left| left.receipt().to_string());
    Ok(left)
}

fn parse(name: &str) -> Result<DatasetId> {
    name.parse()
        .map_err(|_| Problem::new("no-dataset", format!("there is no dataset `{name}`")))
}

fn limits(rows: Option<u32>, depth: Option<u32>) -> Result<Limits> {
    let rows = rows.unwrap_or(ROWS);
    let depth = depth.unwrap_or(DEPTH);
    if !(1..=MOST_SHOWN).contains(&rows) {
        return Err(invalid(format!("`limit` is from 1 to {MOST_SHOWN}")));
    }
    if depth > MOST_DEPTH {
        return Err(invalid(format!("`depth` is at most {MOST_DEPTH}")));
    }
    Ok(Limits {
        rows: rows as usize,
        depth: depth as usize,
        counted: false,
    })
}

fn named(rows: &[BTreeMap<String, Option<TrailValue>>]) -> Result<Vec<Named>> {
    if rows.is_empty() || rows.len() > MOST_ROWS {
        return Err(invalid(format!(
            "a trail begins with 1 to {MOST_ROWS} rows, and there are {}",
            rows.len()
        )));
    }
    if rows.iter().any(|row| row.len() > MOST_COLUMNS) {
        return Err(invalid(format!(
            "a row is named by at most {MOST_COLUMNS} columns"
        )));
    }
    let named = rows.iter().map(|row| {
        row.iter()
            .map(|(column, value)| (column.clone(), value.as_ref().map(TrailValue::text)))
            .collect()
    });
    Ok(named.collect())
}

fn invalid(what: String) -> Box<Problem> {
    Problem::new("invalid-body", what)
}

impl TrailValue {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Flag(flag) => flag.to_string(),
        }
    }
}
