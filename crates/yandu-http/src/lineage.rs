//! Lineage: where columns come from, what they feed, whom a change concerns, and the same as OpenLineage events.

mod event;

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::extract::State as Shared;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_lake::SqlLineage;
use yandu_transform::lineage::{Direction, Graph, Impact, Lineage, Reach, Vertex, Walk};
use yandu_words::id::DatasetId;

use crate::Result;
use crate::caller::Caller;
use crate::extract::Query;
use crate::problem::Problem;
use crate::state::State;

/// Most edges of an answer, when nothing else is asked for and at all.
const EDGES: u32 = 10_000;
const MOST_EDGES: u32 = 50_000;
const MOST_DEPTH: u32 = 64;

pub(crate) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(show_lineage))
        .routes(routes!(show_impact))
        .routes(routes!(event::list_events))
}

/// Datasets, columns and sources that hang together.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = LineageGraph)]
pub struct LineageGraph {
    /// What was asked for.
    pub root: String,
    pub nodes: Vec<Node>,
    /// Nearest first.
    pub edges: Vec<Edge>,
    /// Whether there is more than one answer holds.
    pub truncated: bool,
    /// Whether it goes on beyond the depth that was asked for.
    pub deeper: bool,
}

/// A dataset, or a source of rows.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = LineageNode)]
pub struct Node {
    /// `pack.dataset`, or `source:pack.name`.
    pub id: String,
    /// In Chinese.
    pub title: String,
    /// `collect`, `model` … or `source`.
    pub origin: String,
    /// The department that answers for the data.
    pub owner: String,
    /// Who looks after it day by day.
    pub steward: Option<String>,
    /// The highest grade of its columns; absent for a source.
    pub grade: Option<String>,
    /// The columns that an edge begins or ends at.
    pub columns: Vec<NodeColumn>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = LineageColumn)]
pub struct NodeColumn {
    pub name: String,
    /// In Chinese.
    pub title: String,
    pub grade: String,
}

/// One thing that has an effect on another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LineageEdge)]
pub struct Edge {
    /// A dataset, a column of one as `pack.dataset.column`, or a source.
    pub from: String,
    /// A dataset stands for all its columns.
    pub to: String,
    /// Values flow: `copied`, `transformed`, `aggregated`. Values decide: `filter`, `join`, `group`, `sort`, `window`.
    /// Beside models: `reference` of a check, `reads` of a dataset as a whole, `collects` of a source.
    pub kind: String,
}

/// One way in which an input column reaches an output.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Flow {
    pub dataset: String,
    pub column: String,
    pub kind: String,
}

/// A column of an answer with what reaches it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct FlowingColumn {
    pub name: String,
    pub from: Vec<Flow>,
}

/// Where the columns of one SELECT come from.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct QueryLineage {
    pub inputs: Vec<String>,
    pub columns: Vec<FlowingColumn>,
    /// What decides which rows there are: a change of it may change every column.
    pub whole: Vec<Flow>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Way {
    Up,
    Down,
    #[default]
    Both,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wish {
    /// `pack.dataset` or `pack.dataset.column`.
    #[param(
        pattern = r"^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62})?$",
        example = "population.resident.mobile"
    )]
    of: String,
    /// `up` to what it comes from, `down` to what it feeds.
    #[serde(default)]
    #[param(inline)]
    direction: Way,
    /// How many steps to follow.
    #[param(minimum = 1, maximum = 64)]
    depth: Option<u32>,
    /// Whether edges lead from column to column, or from dataset to dataset.
    columns: Option<bool>,
    /// Whether to follow what only decides, as a filter does, beside values.
    indirect: Option<bool>,
    /// Most edges of the answer.
    #[param(minimum = 1, maximum = 50000, default = 10000)]
    limit: Option<u32>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Of {
    /// `pack.dataset` or `pack.dataset.column`.
    #[param(
        pattern = r"^[a-z][a-z0-9_]{0,62}\.[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62})?$",
        example = "population.resident.mobile"
    )]
    of: String,
}

/// Shows what a dataset or a column comes from and what it feeds, through all models.
#[utoipa::path(get, path = "/lineage", tag = "lineage", params(Wish), responses((status = 200, body = LineageGraph), Problem))]
async fn show_lineage(
    Shared(state): Shared<State>,
    _caller: Caller,
    Query(wish): Query<Wish>,
) -> Result<Json<LineageGraph>> {
    let lineage = of_packs(&state).await;
    let graph = &lineage.graph;
    let root = find(graph, &wish.of)?;
    let walk = Walk {
        direction: match wish.direction {
            Way::Up => Direction::Up,
            Way::Down => Direction::Down,
            Way::Both => Direction::Both,
        },
        depth: within("depth", wish.depth, MOST_DEPTH, MOST_DEPTH)?,
        columns: wish.columns.unwrap_or(true),
        indirect: wish.indirect.unwrap_or(true),
        limit: within("limit", wish.limit, EDGES, MOST_EDGES)?,
    };
    let reach = walk.from(graph, root);
    Ok(Json(LineageGraph::of(graph, wish.of, root, &reach)))
}

/// The lineage of the packs as they are now; the first call after a change computes it.
pub(crate) async fn of_packs(state: &State) -> std::sync::Arc<Lineage> {
    state.lineages().of(&state.collector().packs()).await
}

fn within(name: &str, wish: Option<u32>, usual: u32, most: u32) -> Result<usize> {
    match wish.unwrap_or(usual) {
        number if (1..=most).contains(&number) => Ok(number as usize),
        number => Err(Problem::new(
            "invalid-parameter",
            format!("`{name}` is {number}, and goes from 1 to {most}"),
        )),
    }
}

fn find(graph: &Graph, name: &str) -> Result<Vertex> {
    let malformed = || {
        Problem::new(
            "invalid-parameter",
            format!("`of`: `{name}` is no dataset and no column"),
        )
        .with_help("write `pack.dataset` or `pack.dataset.column`".to_owned())
    };
    let mut parts = name.splitn(3, '.');
    let (pack, dataset) = parts.next().zip(parts.next()).ok_or_else(malformed)?;
    let id: DatasetId = format!("{pack}.{dataset}")
        .parse()
        .map_err(|_| malformed())?;
    let column = parts.next();
    if graph.find(&id, None).is_none() {
        return Err(yandu_collect::Error::NoDataset(id).into());
    }
    graph.find(&id, column).ok_or_else(|| {
        let column = column.unwrap_or_default();
        Problem::new("no-column", format!("`{id}` has no column `{column}`"))
    })
}

impl LineageGraph {
    fn of(graph: &Graph, root_name: String, root: Vertex, reach: &Reach) -> Self {
        let mut vertices: BTreeSet<Vertex> = reach.vertices().into_iter().collect();
        vertices.insert(root);
        let mut nodes: BTreeMap<String, Node> = BTreeMap::new();
        for vertex in vertices {
            if let Some(source) = graph.source(vertex) {
                let id = graph.name(vertex);
                nodes.insert(id.clone(), Node::source(id, &source.title.zh));
            }
            let Some(dataset) = graph.dataset_of(vertex) else {
                continue;
            };
            let node = nodes
                .entry(dataset.id.to_string())
                .or_insert_with(|| Node::dataset(dataset));
            if let Some(column) = graph.column(vertex) {
                node.columns.push(NodeColumn {
                    name: column.name.clone(),
                    title: column.title.zh.clone(),
                    grade: column.grade.name().to_owned(),
                });
            }
        }
        Self {
            root: root_name,
            nodes: nodes.into_values().collect(),
            edges: reach
                .edges
                .iter()
                .map(|edge| Edge {
                    from: graph.name(edge.from),
                    to: graph.name(edge.to),
                    kind: edge.kind.name().to_owned(),
                })
                .collect(),
            truncated: reach.is_cut,
            deeper: reach.is_deeper,
        }
    }
}

impl Node {
    fn dataset(dataset: &yandu_transform::lineage::DatasetNode) -> Self {
        Self {
            id: dataset.id.to_string(),
            title: dataset.title.zh.clone(),
            origin: dataset.origin.clone(),
            owner: dataset.owner.clone(),
            steward: dataset.steward.clone(),
            grade: Some(dataset.grade.name().to_owned()),
            columns: Vec::new(),
        }
    }

    fn source(id: String, title: &str) -> Self {
        Self {
            id,
            title: title.to_owned(),
            origin: "source".to_owned(),
            owner: String::new(),
            steward: None,
            grade: None,
            columns: Vec::new(),
        }
    }
}

/// Whom a change concerns.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = LineageImpact)]
pub struct ImpactAnswer {
    /// Datasets that may change.
    pub datasets: usize,
    /// Columns that may change.
    pub columns: usize,
    pub owners: Vec<ImpactOwner>,
}

/// A department with what of its data may change.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ImpactOwner {
    pub name: String,
    pub stewards: Vec<String>,
    pub datasets: Vec<ImpactDataset>,
}

#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ImpactDataset {
    pub id: String,
    /// Whether values arrive in it; otherwise they only decide what is there.
    pub direct: bool,
    /// The columns that may change; empty when the rows may, and with them every column.
    pub columns: Vec<String>,
}

/// Shows whom a change of a dataset or a column concerns: everybody who answers for something downstream.
#[utoipa::path(get, path = "/lineage/impact", tag = "lineage", params(Of), responses((status = 200, body = ImpactAnswer), Problem))]
async fn show_impact(
    Shared(state): Shared<State>,
    _caller: Caller,
    Query(Of { of }): Query<Of>,
) -> Result<Json<ImpactAnswer>> {
    let lineage = of_packs(&state).await;
    let root = find(&lineage.graph, &of)?;
    let impact = Impact::of(&lineage.graph, root);
    let dataset = |touched: yandu_transform::lineage::Touched| ImpactDataset {
        id: touched.id.to_string(),
        direct: touched.is_direct,
        columns: touched.columns,
    };
    let owners = impact.owners.into_iter().map(|owner| ImpactOwner {
        name: owner.name,
        stewards: owner.stewards,
        datasets: owner.datasets.into_iter().map(dataset).collect(),
    });
    Ok(Json(ImpactAnswer {
        datasets: impact.datasets,
        columns: impact.columns,
        owners: owners.collect(),
    }))
}

impl From<SqlLineage> for QueryLineage {
    fn from(lineage: SqlLineage) -> Self {
        Self {
            inputs: lineage.inputs.iter().map(ToString::to_string).collect(),
            columns: lineage
                .columns
                .into_iter()
                .map(|column| FlowingColumn {
                    name: column.name,
                    from: column.from.into_iter().map(Flow::from).collect(),
                })
                .collect(),
            whole: lineage.whole.into_iter().map(Flow::from).collect(),
        }
    }
}

impl From<yandu_lake::Flow> for Flow {
    fn from(flow: yandu_lake::Flow) -> Self {
        Self {
            dataset: flow.dataset.to_string(),
            column: flow.column,
            kind: flow.kind.name().to_owned(),
        }
    }
}
