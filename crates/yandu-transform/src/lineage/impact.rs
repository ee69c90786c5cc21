//! Whom to call: everybody who answers for something that a column or a dataset has an effect on.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use yandu_words::DatasetId;

use crate::lineage::graph::{Graph, Vertex};
use crate::lineage::walk::Walk;

/// What a change of one vertex may touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Impact {
    pub datasets: usize,
    pub columns: usize,
    /// In order of their names.
    pub owners: Vec<Owner>,
}

/// A department, with what of its data may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    pub name: String,
    /// Who looks after the datasets day by day.
    pub stewards: Vec<String>,
    pub datasets: Vec<Touched>,
}

/// A dataset that may change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    pub id: DatasetId,
    /// Whether values arrive in it; otherwise they only decide what is there.
    pub is_direct: bool,
    /// The columns that may change; empty when the rows may, and with them every column.
    pub columns: Vec<String>,
}

impl Impact {
    /// All that is downstream of a vertex, however far.
    pub fn of(graph: &Graph, root: Vertex) -> Self {
        let all = Walk::default().from(graph, root).vertices();
        let direct = Walk {
            indirect: false,
            ..Walk::default()
        };
        let direct: HashSet<u32> = direct
            .from(graph, root)
            .edges
            .iter()
            .filter(|edge| edge.kind.is_direct())
            .filter_map(|edge| graph.number_of_dataset(edge.to))
            .collect();
        let mut impact = Self::default();
        let mut owners: BTreeMap<&str, (BTreeSet<&str>, Vec<Touched>)> = BTreeMap::new();
        for (number, vertices) in by_dataset(graph, &all) {
            if Some(number) == graph.number_of_dataset(root) {
                continue;
            }
            let vertex = Vertex::Dataset(number);
            let Some(dataset) = graph.dataset_of(vertex) else {
                continue;
            };
            let is_whole = vertices.contains(&vertex);
            let columns: Vec<String> = vertices
                .iter()
                .filter(|_| !is_whole)
                .filter_map(|vertex| Some(graph.column(*vertex)?.name.clone()))
                .collect();
            impact.datasets += 1;
            impact.columns += if is_whole {
                dataset.columns.len()
            } else {
                columns.len()
            };
            let (stewards, datasets) = owners.entry(&dataset.owner).or_default();
            stewards.extend(dataset.steward.as_deref());
            datasets.push(Touched {
                id: dataset.id.clone(),
                is_direct: direct.contains(&number),
                columns,
            });
        }
        impact.owners = owners
            .into_iter()
            .map(|(name, (stewards, datasets))| Owner {
                name: name.to_owned(),
                stewards: stewards.into_iter().map(ToOwned::to_owned).collect(),
                datasets,
            })
            .collect();
        impact
    }
}

fn by_dataset(graph: &Graph, vertices: &HashSet<Vertex>) -> BTreeMap<u32, BTreeSet<Vertex>> {
    let mut datasets: BTreeMap<u32, BTreeSet<Vertex>> = BTreeMap::new();
    for vertex in vertices {
        if let Some(dataset) = graph.number_of_dataset(*vertex) {
            datasets.entry(dataset).or_default().insert(*vertex);
        }
    }
    datasets
}
