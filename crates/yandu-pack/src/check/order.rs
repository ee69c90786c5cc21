//! What comes before what, without recursion: a set of packs may be a long chain.

use std::collections::{BTreeSet, HashMap};

use yandu_words::{DatasetId, PackId};

use crate::declare::{CheckKind, DatasetFile, PackFile};
use crate::load::Declared;

/// For each node, those that it depends on.
pub(super) type Edges = Vec<Vec<usize>>;

pub(super) fn needs(packs: &[Declared<PackFile>]) -> Edges {
    let index: HashMap<&PackId, usize> = packs
        .iter()
        .enumerate()
        .map(|(index, pack)| (&pack.declaration.pack, index))
        .collect();
    packs
        .iter()
        .map(|pack| {
            pack.declaration
                .needs
                .iter()
                .filter_map(|need| index.get(need).copied())
                .collect()
        })
        .collect()
}

/// The rank of each pack, those that are needed first.
pub(crate) fn packs(packs: &[Declared<PackFile>]) -> HashMap<PackId, usize> {
    let mut start: Vec<usize> = (0..packs.len()).collect();
    start.sort_by_key(|index| packs.get(*index).map(|pack| &pack.declaration.pack));
    topological(&start, &needs(packs))
        .into_iter()
        .filter_map(|index| packs.get(index))
        .enumerate()
        .map(|(rank, pack)| (pack.declaration.pack.clone(), rank))
        .collect()
}

/// The rank of each dataset, those that are referred to first, as far as no circle is in the way.
pub(crate) fn datasets(
    datasets: &[Declared<DatasetFile>],
    pack_order: &HashMap<PackId, usize>,
) -> HashMap<DatasetId, usize> {
    let index: HashMap<&DatasetId, usize> = datasets
        .iter()
        .enumerate()
        .map(|(index, dataset)| (&dataset.declaration.dataset, index))
        .collect();
    let edges: Edges = datasets
        .iter()
        .map(|dataset| {
            let targets = dataset
                .declaration
                .checks
                .iter()
                .filter_map(|check| match &check.kind {
                    CheckKind::References { target, .. } => index.get(&target.dataset).copied(),
                    _ => None,
                });
            targets.collect::<BTreeSet<_>>().into_iter().collect()
        })
        .collect();
    let mut start: Vec<usize> = (0..datasets.len()).collect();
    start.sort_by_cached_key(|index| {
        datasets.get(*index).map(|dataset| {
            let id = &dataset.declaration.dataset;
            (
                pack_order.get(&id.pack()).copied().unwrap_or(usize::MAX),
                id.clone(),
            )
        })
    });
    topological(&start, &edges)
        .into_iter()
        .filter_map(|index| datasets.get(index))
        .enumerate()
        .map(|(rank, dataset)| (dataset.declaration.dataset.clone(), rank))
        .collect()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// Being looked at: coming back to it closes a circle.
    Open,
    Done,
}

/// Every node after those that it depends on; an edge that would close a circle is passed over.
pub(super) fn topological(start: &[usize], edges: &Edges) -> Vec<usize> {
    let mut order = Vec::with_capacity(edges.len());
    walk(start, edges, |_| {}, |node| order.push(node));
    order
}

/// The circles that a walk closes, each from its smallest node on.
pub(super) fn cycles(edges: &Edges) -> BTreeSet<Vec<usize>> {
    let start: Vec<usize> = (0..edges.len()).collect();
    let mut cycles = BTreeSet::new();
    walk(
        &start,
        edges,
        |cycle| {
            let mut cycle = cycle.to_vec();
            let smallest = cycle
                .iter()
                .enumerate()
                .min_by_key(|(_, node)| **node)
                .map_or(0, |(position, _)| position);
            cycle.rotate_left(smallest);
            cycles.insert(cycle);
        },
        |_| {},
    );
    cycles
}

fn walk(
    start: &[usize],
    edges: &Edges,
    mut on_cycle: impl FnMut(&[usize]),
    mut on_done: impl FnMut(usize),
) {
    let mut states = vec![State::New; edges.len()];
    for root in start {
        if states.get(*root) != Some(&State::New) {
            continue;
        }
        // The path to the node being looked at, and the place of the next edge of each node on it.
        let mut path = vec![*root];
        let mut next = vec![0];
        set(&mut states, *root, State::Open);
        while let (Some(node), Some(position)) = (path.last().copied(), next.last_mut()) {
            let target = edges
                .get(node)
                .and_then(|targets| targets.get(*position))
                .copied();
            *position += 1;
            match target.map(|target| (target, states.get(target).copied())) {
                None => {
                    set(&mut states, node, State::Done);
                    on_done(node);
                    path.pop();
                    next.pop();
                }
                Some((target, Some(State::New))) => {
                    set(&mut states, target, State::Open);
                    path.push(target);
                    next.push(0);
                }
                Some((target, Some(State::Open))) => {
                    let from = path
                        .iter()
                        .position(|node| *node == target)
                        .unwrap_or_default();
                    on_cycle(path.get(from..).unwrap_or_default());
                }
                Some(_) => {}
            }
        }
    }
}

fn set(states: &mut [State], node: usize, state: State) {
    if let Some(slot) = states.get_mut(node) {
        *slot = state;
    }
}
