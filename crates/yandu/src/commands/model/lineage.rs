//! What a dataset or a column feeds, or what it comes from, as a tree.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use clap::Args;
use yandu_http::lineage::{LineageGraph, Node};

use crate::cli::Context;
use crate::client::{Folder, query, with_client};
use crate::failure::Result;
use crate::table::printable;

/// Show what a dataset or a column feeds, through all models
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  yandu model lineage population.resident.mobile
  yandu model lineage population.household_by_township.people --up
  yandu model lineage population.resident --depth 1 --json

Values flow: copied, transformed, aggregated. Values decide: filter, join, group, sort, window; they
reach a dataset as a whole. reference is a check, reads a dataset that is read without a column of it.")]
pub(crate) struct Lineage {
    /// `pack.dataset` or `pack.dataset.column`
    #[arg(value_name = "DATASET[.COLUMN]")]
    of: String,
    /// What it comes from
    #[arg(long, conflicts_with = "down")]
    up: bool,
    /// What it feeds; this is what is shown when nothing is said
    #[arg(long)]
    down: bool,
    /// How many steps to follow [default: all]
    #[arg(long, value_name = "N")]
    depth: Option<u32>,
    /// Only where values flow, not where they decide
    #[arg(long)]
    values: bool,
}

impl Lineage {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let direction = if self.up && !self.down { "up" } else { "down" };
        let path = format!(
            "/api/v1/lineage{}",
            query([
                ("of", Some(self.of)),
                ("direction", Some(direction.to_owned())),
                ("depth", self.depth.map(|depth| depth.to_string())),
                ("indirect", self.values.then(|| "false".to_owned())),
            ])
        );
        let graph: LineageGraph = with_client(&context.config, Folder::MustExist, async |client| {
            client.get(&path).await
        })
        .await?;
        context
            .output
            .result(&graph, |graph| Tree::new(graph, self.up).render())
    }
}

/// A graph as it is read from its root.
struct Tree<'a> {
    graph: &'a LineageGraph,
    nodes: BTreeMap<&'a str, &'a Node>,
    /// For each place the next ones, each with the kinds of its edges.
    next: BTreeMap<&'a str, BTreeMap<&'a str, Vec<&'a str>>>,
    is_up: bool,
    shown: HashSet<&'a str>,
    text: String,
}

impl<'a> Tree<'a> {
    fn new(graph: &'a LineageGraph, is_up: bool) -> Self {
        let mut next: BTreeMap<&str, BTreeMap<&str, Vec<&str>>> = BTreeMap::new();
        for edge in &graph.edges {
            let (here, there) = if is_up {
                (&edge.to, &edge.from)
            } else {
                (&edge.from, &edge.to)
            };
            let kinds = next.entry(here).or_default().entry(there).or_default();
            kinds.push(&edge.kind);
        }
        Self {
            graph,
            nodes: graph
                .nodes
                .iter()
                .map(|node| (node.id.as_str(), node))
                .collect(),
            next,
            is_up,
            shown: HashSet::new(),
            text: String::new(),
        }
    }

    fn render(mut self) -> String {
        let graph = self.graph;
        let root = self.label(&graph.root);
        self.text.push_str(&root);
        self.text.push('\n');
        self.shown.insert(&graph.root);
        self.branches(&graph.root, "");
        if graph.edges.is_empty() {
            self.text.push_str(if self.is_up {
                "nothing is known to come before it\n"
            } else {
                "nothing is made of it\n"
            });
        }
        if graph.truncated {
            self.text
                .push_str("… there is more than one answer holds; --depth N shows less\n");
        } else if graph.deeper {
            self.text.push_str("… it goes on beyond this depth\n");
        }
        self.text
    }

    fn branches(&mut self, id: &'a str, indent: &str) {
        let next = self.next_of(id);
        let count = next.len();
        for (place, (there, kinds)) in next.into_iter().enumerate() {
            let is_last = place + 1 == count;
            let label = self.label(there);
            let is_new = self.shown.insert(there);
            let again = if !is_new && self.next.contains_key(there) {
                " (as above)"
            } else {
                ""
            };
            let branch = if is_last { "└─" } else { "├─" };
            let _ = writeln!(
                self.text,
                "{indent}{branch} {label} · {}{again}",
                kinds.join(", ")
            );
            if is_new {
                let deeper = if is_last { "   " } else { "│  " };
                self.branches(there, &format!("{indent}{deeper}"));
            }
        }
    }

    /// The edges at a place: of a column going up also those of its dataset, of the root dataset those of its columns.
    fn next_of(&self, id: &str) -> BTreeMap<&'a str, Vec<&'a str>> {
        let dataset = dataset_of(id);
        let is_whole_root = id == self.graph.root && id == dataset;
        let belongs = |here: &str| {
            here == id
                || (self.is_up && here == dataset)
                || (is_whole_root && dataset_of(here) == dataset)
        };
        let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (_, next) in self.next.iter().filter(|(here, _)| belongs(here)) {
            for (there, kinds) in next {
                let known = all.entry(there).or_default();
                known.extend(
                    kinds
                        .iter()
                        .filter(|kind| !known.contains(*kind))
                        .copied()
                        .collect::<Vec<_>>(),
                );
            }
        }
        all
    }

    /// `pack.dataset.column 手机号码 [general-2] 公安局`.
    fn label(&self, id: &str) -> String {
        let Some(node) = self.nodes.get(dataset_of(id)) else {
            return id.to_owned();
        };
        let column = node
            .columns
            .iter()
            .find(|column| id.len() > node.id.len() && id.ends_with(&format!(".{}", column.name)));
        let (title, grade) = match column {
            Some(column) => (&column.title, Some(&column.grade)),
            None => (&node.title, node.grade.as_ref()),
        };
        let mut label = format!("{id} {}", printable(title));
        if let Some(grade) = grade {
            let _ = write!(label, " [{grade}]");
        }
        if !node.owner.is_empty() {
            let _ = write!(label, " {}", printable(&node.owner));
        }
        label
    }
}

/// `pack.dataset` of `pack.dataset.column`; anything shorter as it is.
fn dataset_of(id: &str) -> &str {
    let mut dots = id.match_indices('.').map(|(place, _)| place);
    match (dots.next(), dots.next()) {
        (Some(_), Some(second)) => id.get(..second).unwrap_or(id),
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn graph(root: &str, edges: &[[&str; 3]]) -> LineageGraph {
        let edges: Vec<_> = edges
            .iter()
            .map(|[from, to, kind]| json!({"from": from, "to": to, "kind": kind}))
            .collect();
        let node = |id: &str, title: &str, columns: &[&str]| {
            let columns: Vec<_> = columns
                .iter()
                .map(|name| json!({"name": name, "title": "列", "grade": "general-2"}))
                .collect();
            json!({"id": id, "title": title, "origin": "model", "owner": "公安局", "steward": null, "grade": "general-3", "columns": columns})
        };
        let nodes = [
            node("a.person", "人口", &["mobile"]),
            node("b.contact", "联系", &["phone"]),
            node("b.count", "合计", &[]),
        ];
        serde_json::from_value(json!({"root": root, "nodes": nodes, "edges": edges, "truncated": false, "deeper": false})).unwrap()
    }

    #[test]
    fn a_column_is_shown_with_all_that_it_feeds() {
        let graph = graph(
            "a.person.mobile",
            &[
                ["a.person.mobile", "b.contact.phone", "copied"],
                ["a.person.mobile", "b.contact", "filter"],
                ["b.contact.phone", "b.count", "group"],
                ["b.contact", "b.count", "reads"],
            ],
        );
        assert_eq!(
            Tree::new(&graph, false).render(),
            "a.person.mobile 列 [general-2] 公安局\n\
             ├─ b.contact 联系 [general-3] 公安局 · filter\n\
             │  └─ b.count 合计 [general-3] 公安局 · reads\n\
             └─ b.contact.phone 列 [general-2] 公安局 · copied\n\
             \x20\x20\x20└─ b.count 合计 [general-3] 公安局 · group\n"
        );
    }

    #[test]
    fn a_column_is_shown_with_all_that_it_comes_from() {
        let graph = graph(
            "b.contact.phone",
            &[
                ["a.person.mobile", "b.contact.phone", "copied"],
                ["a.person.mobile", "b.contact", "filter"],
                ["source:a.police", "a.person", "collects"],
            ],
        );
        assert_eq!(
            Tree::new(&graph, true).render(),
            "b.contact.phone 列 [general-2] 公安局\n\
             └─ a.person.mobile 列 [general-2] 公安局 · filter, copied\n\
             \x20\x20\x20└─ source:a.police · collects\n"
        );
    }

    #[test]
    fn a_column_that_feeds_nothing_says_so() {
        let text = Tree::new(&graph("a.person.mobile", &[]), false).render();
        assert!(text.ends_with("nothing is made of it\n"), "{text}");
    }
}
