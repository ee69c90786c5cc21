//! Lineage over all datasets: which columns came from which, through every model, and what follows from it.
//!
//! The lake says of one SELECT what its columns come from. Here these answers become one graph of datasets, columns and
//! sources, kept in memory with an index in both directions, so that following a column costs what it reaches and not
//! what there is. Nothing is typed by hand: a flow is in the graph because a plan or a check says so.
//!
//! Not here: who may see a node (faces ask with a principal), and where runs are recorded (events are made of records
//! that others keep).

mod cache;
mod event;
mod grade;
mod graph;
mod impact;
mod walk;

pub use cache::{Lineage, Lineages, UnknownLineage};
pub use event::{Assertion, ColumnQuality, End, Flowing, Outcome, Quality, Run, Work};
pub use grade::{InheritedGrade, inherited_grades};
pub use graph::{ColumnNode, DatasetNode, EdgeKind, Graph, GraphBuilder, SourceNode, Vertex};
pub use impact::{Impact, Owner, Touched};
pub use walk::{Direction, Edge, Reach, Walk};
