//! Following a vertex through the graph, nearest first.

use std::collections::{BTreeSet, HashSet, VecDeque};

use crate::lineage::graph::{EdgeKind, Graph, Vertex};

/// Which way to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// To what the vertex comes from.
    Up,
    /// To what the vertex has an effect on.
    Down,
    Both,
}

/// What to follow, and how far.
#[derive(Debug, Clone, Copy)]
pub struct Walk {
    pub direction: Direction,
    /// The longest way, in edges.
    pub depth: usize,
    /// Whether to follow columns; otherwise edges lead from dataset to dataset.
    pub columns: bool,
    /// Whether to follow what only decides, as a filter does, or values alone.
    pub indirect: bool,
    /// Most edges of the answer.
    pub limit: usize,
}

/// One edge of an answer. An end that is a dataset stands for all its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    pub from: Vertex,
    pub to: Vertex,
    pub kind: EdgeKind,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// Nearest first.
    pub edges: Vec<Edge>,
    /// Whether there is more than the limit lets through.
    pub is_cut: bool,
    /// Whether it goes on beyond the depth.
    pub is_deeper: bool,
    seen: HashSet<Edge>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            direction: Direction::Down,
            depth: usize::MAX,
            columns: true,
            indirect: true,
            limit: usize::MAX,
        }
    }
}

impl Reach {
    /// The places that were found, the root among them when anything was.
    pub fn vertices(&self) -> HashSet<Vertex> {
        self.edges
            .iter()
            .flat_map(|edge| [edge.from, edge.to])
            .collect()
    }

    fn add(&mut self, edge: Edge) {
        if self.seen.insert(edge) {
            self.edges.push(edge);
        }
    }

    /// The same, with datasets in place of their columns.
    fn between_datasets(self, graph: &Graph) -> Self {
        let mut reach = Self {
            is_cut: self.is_cut,
            is_deeper: self.is_deeper,
            ..Self::default()
        };
        for edge in self.edges {
            let (from, to) = (whole(graph, edge.from), whole(graph, edge.to));
            if from != to {
                reach.add(Edge { from, to, ..edge });
            }
        }
        reach
    }
}

/// The dataset of a column; any other vertex as it is.
fn whole(graph: &Graph, vertex: Vertex) -> Vertex {
    graph
        .number_of_dataset(vertex)
        .map_or(vertex, Vertex::Dataset)
}

impl Walk {
    /// Everything that is reached from a vertex.
    pub fn from(&self, graph: &Graph, root: Vertex) -> Reach {
        let mut reach = Reach::default();
        if self.direction != Direction::Down {
            self.follow(graph, root, Direction::Up, &mut reach);
        }
        if self.direction != Direction::Up {
            self.follow(graph, root, Direction::Down, &mut reach);
        }
        // From a column it is columns that lead on, however the answer is shown.
        if self.columns || !matches!(root, Vertex::Column(_)) {
            reach
        } else {
            reach.between_datasets(graph)
        }
    }

    fn follow(&self, graph: &Graph, root: Vertex, direction: Direction, reach: &mut Reach) {
        let mut waiting = VecDeque::from([(root, 0)]);
        let mut met = HashSet::from([root]);
        while let Some((vertex, depth)) = waiting.pop_front() {
            for edge in self.steps(graph, vertex, vertex == root, direction) {
                if depth == self.depth {
                    reach.is_deeper |= !reach.seen.contains(&edge);
                    continue;
                }
                if reach.edges.len() >= self.limit {
                    reach.is_cut |= !reach.seen.contains(&edge);
                    continue;
                }
                reach.add(edge);
                let next = match direction {
                    Direction::Up => edge.from,
                    _ => edge.to,
                };
                // What a check finds changes with its target, but the values that it looks at do not.
                if edge.kind != EdgeKind::Reference && met.insert(next) {
                    waiting.push_back((next, depth + 1));
                }
            }
        }
    }

    /// The edges at a vertex.
    fn steps(
        &self,
        graph: &Graph,
        vertex: Vertex,
        is_root: bool,
        direction: Direction,
    ) -> Vec<Edge> {
        let by_dataset = !self.columns && matches!(vertex, Vertex::Dataset(_));
        let mut edges = BTreeSet::new();
        for here in self.places(graph, vertex, is_root, direction) {
            let ends = match direction {
                Direction::Up => graph.up(here),
                _ => graph.down(here),
            };
            for (there, kinds) in ends {
                let (here, there) = if by_dataset {
                    (vertex, whole(graph, *there))
                } else {
                    (here, *there)
                };
                let (from, to) = match direction {
                    Direction::Up => (there, here),
                    _ => (here, there),
                };
                for kind in kinds.iter().filter(|kind| self.follows(*kind)) {
                    edges.insert(Edge { from, to, kind });
                }
            }
        }
        let edges: Vec<Edge> = edges
            .into_iter()
            .filter(|edge| edge.from != edge.to)
            .collect();
        without_repetition(graph, edges)
    }

    /// The vertices whose edges belong to one.
    fn places(
        &self,
        graph: &Graph,
        vertex: Vertex,
        is_root: bool,
        direction: Direction,
    ) -> Vec<Vertex> {
        let mut places = vec![vertex];
        match vertex {
            // What decides a dataset's rows decides each of its columns, and what brings them brings each.
            Vertex::Column(_) if direction == Direction::Up => places.push(whole(graph, vertex)),
            // A dataset on the way is reached as a whole: what reads it goes on as a whole too.
            Vertex::Dataset(dataset) if is_root || !self.columns => {
                places.extend(graph.columns_of(dataset));
            }
            _ => {}
        }
        places
    }

    fn follows(&self, kind: EdgeKind) -> bool {
        match kind {
            EdgeKind::Flow(flow) => self.indirect || flow.is_direct(),
            EdgeKind::Reference => self.indirect,
            EdgeKind::Reads | EdgeKind::Collects => true,
        }
    }
}

/// Leaves out that a dataset is read where another edge says how.
fn without_repetition(graph: &Graph, edges: Vec<Edge>) -> Vec<Edge> {
    let ends = |edge: &Edge| (whole(graph, edge.from), whole(graph, edge.to));
    let flows = edges
        .iter()
        .filter(|edge| matches!(edge.kind, EdgeKind::Flow(_)));
    let said: HashSet<(Vertex, Vertex)> = flows.map(ends).collect();
    edges
        .into_iter()
        .filter(|edge| edge.kind != EdgeKind::Reads || !said.contains(&ends(edge)))
        .collect()
}

#[cfg(test)]
pub(crate) mod tests;
