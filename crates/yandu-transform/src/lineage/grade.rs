//! Sensitivity that flows along with values.
//!
//! A column of a model is at least as sensitive as the most sensitive value that arrives in it. An aggregate may lower
//! that, but only where the column says so by a `grade` of its own: who writes it answers for it, and it is in the list.
//! What only decides (a filter, a join, a group) carries no value and lifts no grade.

use std::collections::HashMap;

use yandu_lake::FlowKind;
use yandu_words::{DatasetId, Grade};

use crate::lineage::graph::{EdgeKind, Graph, Vertex};

/// A column of a model whose declared grade is below what flows in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GradeFinding {
    pub dataset: DatasetId,
    pub column: String,
    pub declared: Grade,
    /// The highest grade that flows in.
    pub inherited: Grade,
    /// The columns that it comes from: `pack.dataset.column`.
    pub from: Vec<String>,
    /// Whether the column may have the lower grade: only aggregates arrive, and it declares its grade itself.
    pub is_lowered: bool,
}

/// What each column inherits, and what is to be said about it.
#[derive(Debug, Default)]
struct Inheritance {
    /// Of columns of models, as they are reached.
    grades: HashMap<Vertex, Grade>,
    findings: Vec<GradeFinding>,
}

/// The columns of models that are declared below what flows in, in the order of datasets and columns.
///
/// A lowering that is declared counts further down: what comes from it inherits the lower grade. One that is not
/// declared does not.
pub fn inherited_grades(graph: &Graph) -> Vec<GradeFinding> {
    let mut inheritance = Inheritance::default();
    for dataset in 0..graph.datasets().len() {
        for column in graph.columns_of(dataset as u32) {
            inheritance.grade(graph, column);
        }
    }
    let order: HashMap<&DatasetId, usize> = graph
        .datasets()
        .iter()
        .enumerate()
        .map(|(place, dataset)| (&dataset.id, place))
        .collect();
    let mut findings = inheritance.findings;
    findings.sort_by_key(|finding| order.get(&finding.dataset).copied());
    findings
}

impl Inheritance {
    /// The grade that a column has for whatever comes from it.
    #[recursive::recursive]
    fn grade(&mut self, graph: &Graph, vertex: Vertex) -> Grade {
        if let Some(grade) = self.grades.get(&vertex) {
            return *grade;
        }
        let Some(column) = graph.column(vertex) else {
            return Grade::General1;
        };
        let declared = column.grade;
        // Models go in no circle; should packs with one get here, the walk ends at what is declared.
        self.grades.insert(vertex, declared);
        let mut inherited = declared;
        let mut from = Vec::new();
        let mut only_aggregates = true;
        for (source, kinds) in graph.up(vertex) {
            if !kinds.has_direct() {
                continue;
            }
            let grade = self.grade(graph, *source);
            if grade <= declared {
                continue;
            }
            let is_aggregate = |kind| kind == EdgeKind::Flow(FlowKind::Aggregated);
            only_aggregates &= kinds
                .iter()
                .filter(|kind| kind.is_direct())
                .all(is_aggregate);
            if grade > inherited {
                inherited = grade;
                from.clear();
            }
            if grade == inherited {
                from.push(graph.name(*source));
            }
        }
        if inherited == declared {
            return declared;
        }
        let is_lowered = only_aggregates && column.has_own_grade;
        if let Some(dataset) = graph.dataset_of(vertex) {
            self.findings.push(GradeFinding {
                dataset: dataset.id.clone(),
                column: column.name.clone(),
                declared,
                inherited,
                from,
                is_lowered,
            });
        }
        let grade = if is_lowered { declared } else { inherited };
        self.grades.insert(vertex, grade);
        grade
    }
}

#[cfg(test)]
mod tests;
