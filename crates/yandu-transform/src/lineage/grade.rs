//! Sensitivity that flows along with values, through all models.
//!
//! The rule for one column is that of the packs; here it is followed from column to column.

use std::collections::{BTreeMap, HashMap, HashSet};

use yandu_lake::FlowKind;
use yandu_pack::grade::{Explained, Inflow, Inherited, inherit};
use yandu_words::{DatasetId, Grade};

use crate::lineage::graph::{EdgeKind, Graph, Vertex};

/// What a column of a model inherits, with the reason where it is declared lower.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InheritedGrade {
    pub column: String,
    pub inherited: Inherited,
    /// Why the grade may be lower than the inherited one, as the declaration says.
    pub lowered: Option<String>,
    /// Whether values arrive only computed from many rows.
    pub is_aggregated: bool,
}

/// What each column inherits, as columns are reached.
#[derive(Debug, Default)]
struct Inheritance {
    /// The grade of each column for whatever comes from it.
    grades: HashMap<Vertex, Grade>,
    inherited: HashMap<Vertex, Inherited>,
    /// Columns into which values flow that are not computed from many rows.
    copied: HashSet<Vertex>,
}

/// What the columns of models inherit: by model, in the order of its columns.
pub fn inherited_grades(graph: &Graph) -> BTreeMap<DatasetId, Vec<InheritedGrade>> {
    let mut inheritance = Inheritance::default();
    let mut by_model = BTreeMap::new();
    for (number, dataset) in graph.datasets().iter().enumerate() {
        let mut of_model = Vec::new();
        for vertex in graph.columns_of(number as u32) {
            inheritance.grade(graph, vertex);
            let inherited = inheritance.inherited.get(&vertex);
            if let (Some(inherited), Some(column)) = (inherited, graph.column(vertex)) {
                of_model.push(InheritedGrade {
                    column: column.name.clone(),
                    inherited: inherited.clone(),
                    lowered: column.lowered.clone(),
                    is_aggregated: !inheritance.copied.contains(&vertex),
                });
            }
        }
        if !of_model.is_empty() {
            by_model.insert(dataset.id.clone(), of_model);
        }
    }
    by_model
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
        let mut inflows = Vec::new();
        for (source, kinds) in graph.up(vertex) {
            if kinds.has_direct() {
                let is_aggregate = |kind| kind == EdgeKind::Flow(FlowKind::Aggregated);
                inflows.push(Inflow {
                    from: graph.name(*source),
                    grade: self.grade(graph, *source),
                    is_aggregated: kinds
                        .iter()
                        .filter(|kind| kind.is_direct())
                        .all(is_aggregate),
                });
            }
        }
        if inflows.iter().any(|inflow| !inflow.is_aggregated) {
            self.copied.insert(vertex);
        }
        let explained = match &column.lowered {
            None => Explained::Not,
            Some(_) if column.is_settled_lower => Explained::Settled,
            Some(_) => Explained::Declared,
        };
        let Some(inherited) = inherit(declared, explained, inflows) else {
            return declared;
        };
        let grade = inherited.effective();
        self.grades.insert(vertex, grade);
        self.inherited.insert(vertex, inherited);
        grade
    }
}

#[cfg(test)]
mod tests;
