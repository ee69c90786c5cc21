//! The graph: datasets, columns and sources as numbers, with the edges of each in both directions.

use std::collections::{BTreeMap, HashMap};

use yandu_lake::{FlowKind, SqlLineage};
use yandu_words::{DatasetId, Grade, SourceId, Title};

/// What one thing does to another. The flows of models have the kinds that the lake gives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    Flow(FlowKind),
    /// A check says that values of a column are found in another one.
    Reference,
    /// A model reads a dataset, as a whole.
    Reads,
    /// A source brings the rows of a dataset.
    Collects,
}

/// One column of a dataset.
#[derive(Debug, Clone)]
pub struct ColumnNode {
    pub name: String,
    pub title: Title,
    /// As it is declared: by the column itself, its standard or its dataset.
    pub grade: Grade,
    /// Why it may be lower than that of what flows in, where the declaration says so.
    pub lowered: Option<String>,
    /// Whether somebody settled that, and no declaration.
    pub is_settled_lower: bool,
}

/// One dataset with what people ask about it first.
#[derive(Debug, Clone)]
pub struct DatasetNode {
    pub id: DatasetId,
    pub title: Title,
    /// `collect`, `model` …
    pub origin: String,
    pub owner: String,
    pub steward: Option<String>,
    pub grade: Grade,
    pub columns: Vec<ColumnNode>,
}

/// One source of rows.
#[derive(Debug, Clone)]
pub struct SourceNode {
    pub id: SourceId,
    pub title: Title,
}

/// A place in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Vertex {
    Dataset(u32),
    Column(u32),
    Source(u32),
}

/// A set of kinds of edges, a bit for each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Kinds(u16);

/// The edges that leave each vertex, or those that arrive.
#[derive(Debug, Default)]
struct Adjacency {
    /// Where the edges of a vertex begin; one more than there are vertices.
    starts: Vec<u32>,
    ends: Vec<(Vertex, Kinds)>,
}

/// All that is known of flows, at one state of the packs.
#[derive(Debug, Default)]
pub struct Graph {
    datasets: Vec<DatasetNode>,
    by_id: HashMap<DatasetId, u32>,
    /// The number of each dataset's first column; one more than there are datasets.
    first_columns: Vec<u32>,
    /// The dataset of each column.
    owners: Vec<u32>,
    by_name: HashMap<(u32, String), u32>,
    sources: Vec<SourceNode>,
    down: Adjacency,
    up: Adjacency,
}

impl EdgeKind {
    const OTHERS: [Self; 3] = [Self::Reference, Self::Reads, Self::Collects];

    pub fn name(self) -> &'static str {
        match self {
            Self::Flow(kind) => kind.name(),
            Self::Reference => "reference",
            Self::Reads => "reads",
            Self::Collects => "collects",
        }
    }

    /// Whether values flow along it.
    pub fn is_direct(self) -> bool {
        matches!(self, Self::Flow(kind) if kind.is_direct())
    }

    fn all() -> impl Iterator<Item = Self> {
        FlowKind::ALL
            .into_iter()
            .map(Self::Flow)
            .chain(Self::OTHERS)
    }

    fn bit(self) -> u16 {
        match self {
            Self::Flow(kind) => 1 << kind as u16,
            Self::Reference => 1 << 8,
            Self::Reads => 1 << 9,
            Self::Collects => 1 << 10,
        }
    }
}

impl Kinds {
    pub(crate) fn iter(self) -> impl Iterator<Item = EdgeKind> {
        EdgeKind::all().filter(move |kind| self.0 & kind.bit() != 0)
    }

    pub(crate) fn has_direct(self) -> bool {
        self.iter().any(EdgeKind::is_direct)
    }
}

impl Graph {
    pub fn datasets(&self) -> &[DatasetNode] {
        &self.datasets
    }

    pub fn columns(&self) -> usize {
        self.owners.len()
    }

    /// The vertex of `pack.dataset` or `pack.dataset.column`.
    pub fn find(&self, id: &DatasetId, column: Option<&str>) -> Option<Vertex> {
        let dataset = *self.by_id.get(id)?;
        match column {
            None => Some(Vertex::Dataset(dataset)),
            Some(name) => self
                .by_name
                .get(&(dataset, name.to_owned()))
                .map(|column| Vertex::Column(*column)),
        }
    }

    /// The dataset of a vertex; sources have none.
    pub fn dataset_of(&self, vertex: Vertex) -> Option<&DatasetNode> {
        self.datasets.get(self.number_of_dataset(vertex)? as usize)
    }

    pub(crate) fn number_of_dataset(&self, vertex: Vertex) -> Option<u32> {
        match vertex {
            Vertex::Dataset(dataset) => Some(dataset),
            Vertex::Column(column) => self.owners.get(column as usize).copied(),
            Vertex::Source(_) => None,
        }
    }

    pub fn column(&self, vertex: Vertex) -> Option<&ColumnNode> {
        let Vertex::Column(column) = vertex else {
            return None;
        };
        let dataset = *self.owners.get(column as usize)?;
        let first = *self.first_columns.get(dataset as usize)?;
        let dataset = self.datasets.get(dataset as usize)?;
        dataset.columns.get((column - first) as usize)
    }

    pub fn source(&self, vertex: Vertex) -> Option<&SourceNode> {
        match vertex {
            Vertex::Source(source) => self.sources.get(source as usize),
            _ => None,
        }
    }

    /// The name of a vertex: `pack.dataset`, `pack.dataset.column`, `source:pack.name`.
    pub fn name(&self, vertex: Vertex) -> String {
        let dataset = self.dataset_of(vertex).map(|dataset| dataset.id.as_str());
        match (dataset, self.column(vertex), self.source(vertex)) {
            (Some(dataset), Some(column), _) => format!("{dataset}.{}", column.name),
            (Some(dataset), None, _) => dataset.to_owned(),
            (None, _, Some(source)) => format!("source:{}", source.id),
            (None, ..) => String::new(),
        }
    }

    /// The columns of a dataset.
    pub(crate) fn columns_of(&self, dataset: u32) -> impl Iterator<Item = Vertex> + use<> {
        let at = |place: u32| self.first_columns.get(place as usize).copied().unwrap_or(0);
        (at(dataset)..at(dataset + 1)).map(Vertex::Column)
    }

    /// What a vertex has an effect on, and how.
    pub(crate) fn down(&self, vertex: Vertex) -> &[(Vertex, Kinds)] {
        self.down.of(self.place(vertex))
    }

    /// What has an effect on a vertex, and how.
    pub(crate) fn up(&self, vertex: Vertex) -> &[(Vertex, Kinds)] {
        self.up.of(self.place(vertex))
    }

    /// One number for all kinds of vertices.
    fn place(&self, vertex: Vertex) -> usize {
        let (datasets, columns) = (self.datasets.len(), self.owners.len());
        match vertex {
            Vertex::Dataset(dataset) => dataset as usize,
            Vertex::Column(column) => datasets + column as usize,
            Vertex::Source(source) => datasets + columns + source as usize,
        }
    }

    fn vertices(&self) -> usize {
        self.datasets.len() + self.owners.len() + self.sources.len()
    }
}

impl Adjacency {
    fn of(&self, place: usize) -> &[(Vertex, Kinds)] {
        let at = |place: usize| self.starts.get(place).map_or(0, |start| *start as usize);
        self.ends.get(at(place)..at(place + 1)).unwrap_or_default()
    }

    /// Edges in any order, each by the place of the vertex that it belongs to.
    fn new(vertices: usize, mut edges: Vec<(usize, Vertex, Kinds)>) -> Self {
        edges.sort_unstable_by_key(|(place, end, _)| (*place, *end));
        let mut starts = vec![0; vertices + 1];
        for (place, ..) in &edges {
            if let Some(count) = starts.get_mut(place + 1) {
                *count += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let ends = edges.into_iter().map(|(_, end, kinds)| (end, kinds));
        Self {
            starts,
            ends: ends.collect(),
        }
    }
}

/// Collects datasets first, then what flows between them.
#[derive(Debug, Default)]
pub struct GraphBuilder {
    graph: Graph,
    edges: BTreeMap<(Vertex, Vertex), Kinds>,
}

impl GraphBuilder {
    /// Adds a dataset, unless one with its id is there.
    pub fn dataset(&mut self, dataset: DatasetNode) {
        let graph = &mut self.graph;
        let number = graph.datasets.len() as u32;
        if graph.by_id.contains_key(&dataset.id) {
            return;
        }
        graph.by_id.insert(dataset.id.clone(), number);
        graph.first_columns.push(graph.owners.len() as u32);
        for column in &dataset.columns {
            let place = graph.owners.len() as u32;
            graph.by_name.insert((number, column.name.clone()), place);
            graph.owners.push(number);
        }
        graph.datasets.push(dataset);
    }

    /// Adds what flows into a model. Columns that are not declared, such as `_batch`, have no vertex and no edge.
    pub fn model(&mut self, id: &DatasetId, lineage: &SqlLineage) {
        let Some(model) = self.graph.find(id, None) else {
            return;
        };
        for input in &lineage.inputs {
            if let Some(input) = self.graph.find(input, None) {
                self.edge(input, model, EdgeKind::Reads);
            }
        }
        for column in &lineage.columns {
            let Some(to) = self.graph.find(id, Some(&column.name)) else {
                continue;
            };
            for flow in &column.from {
                if let Some(from) = self.graph.find(&flow.dataset, Some(&flow.column)) {
                    self.edge(from, to, EdgeKind::Flow(flow.kind));
                }
            }
        }
        for flow in &lineage.whole {
            if let Some(from) = self.graph.find(&flow.dataset, Some(&flow.column)) {
                self.edge(from, model, EdgeKind::Flow(flow.kind));
            }
        }
    }

    /// Adds what a check says: the values of `column` are found in `target`.
    pub fn reference(&mut self, target: (&DatasetId, &str), column: (&DatasetId, &str)) {
        let from = self.graph.find(target.0, Some(target.1));
        let to = self.graph.find(column.0, Some(column.1));
        if let (Some(from), Some(to)) = (from, to) {
            self.edge(from, to, EdgeKind::Reference);
        }
    }

    /// Adds a source with the dataset that it brings rows for.
    pub fn source(&mut self, source: SourceNode, dataset: &DatasetId) {
        let from = Vertex::Source(self.graph.sources.len() as u32);
        self.graph.sources.push(source);
        if let Some(to) = self.graph.find(dataset, None) {
            self.edge(from, to, EdgeKind::Collects);
        }
    }

    fn edge(&mut self, from: Vertex, to: Vertex, kind: EdgeKind) {
        self.edges.entry((from, to)).or_default().0 |= kind.bit();
    }

    pub fn build(mut self) -> Graph {
        let graph = &mut self.graph;
        graph.first_columns.push(graph.owners.len() as u32);
        let vertices = graph.vertices();
        let down = self
            .edges
            .iter()
            .map(|((from, to), kinds)| (graph.place(*from), *to, *kinds));
        let down = Adjacency::new(vertices, down.collect());
        let up = self
            .edges
            .iter()
            .map(|((from, to), kinds)| (graph.place(*to), *from, *kinds));
        graph.up = Adjacency::new(vertices, up.collect());
        graph.down = down;
        self.graph
    }
}
