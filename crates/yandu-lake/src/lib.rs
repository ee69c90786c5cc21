//! Tables of the lake: Delta tables on a folder, one commit a batch, a journalled hot tail, and SQL over both.
//!
//! A reader sees only what a [`Session`] shows; a writer holds a [`FileWriter`] and ends with one commit. Every
//! row carries `_batch` and `_row`, its place in the batch, as the last two columns of its table.
//!
//! Not here: what a row must look like (`yandu-check`), where rows come from (collection), and which rights a principal has;
//! whatever they are, they are applied here ([`Rights`]).

mod ancestry;
mod changes;
mod checked;
mod commit;
mod condition;
mod convert;
mod derive;
mod door;
mod error;
mod expression;
mod file;
#[cfg(test)]
mod fixture;
mod freeze;
mod gate;
mod index;
mod lake;
mod lineage;
mod log;
mod lookup;
mod maintain;
mod measure;
mod memory;
mod model;
mod options;
mod places;
mod point;
mod provenance;
mod quote;
mod read;
mod rewrite;
mod schema;
mod session;
mod table;
mod tail;
mod undo;
mod vector;
mod version;
mod writer;

pub use ancestry::Ancestry;
pub use changes::{ChangeOf, Changes, Side};
pub use commit::{Change, Commit, Committed};
pub use condition::{Condition, SqlProblem, compile_condition};
pub use convert::{Conversion, LaterCommit, Stored};
pub use derive::{Derivation, Followed, Form, Kept, KeptAs, Only, Ways};
pub use door::{
    MaskKey, Permit, Rights, RowCondition, Sight, Term, Terms, WholeColumns, check_row_condition,
    columns_of_row_condition, compile_row_condition, rename_in_row_condition,
};
pub use error::{Error, QueryCause, QueryProblem};
pub use freeze::{Frozen, FrozenContent, FrozenFile, FrozenTable, Held};
pub use gate::Gate;
pub use lake::Lake;
pub use lineage::{Flow, FlowKind, OutputColumn, SqlLineage};
pub use lookup::{LookedUp, Lookup};
pub use maintain::{Compacted, Vacuumed};
pub use measure::{Measure, Merge, Number, compile_measure};
pub use model::{CompiledModel, ModelInput, SqlPlace, compile_model, model_inputs, model_lineage};
pub use options::{Now, Options, Vectors};
pub use places::Places;
pub use provenance::{Amount, Contribution, Provenance, Touched};
pub use quote::quoted;
pub use schema::{BATCH, ROW, full_schema, type_name};
pub use session::beside::Beside;
pub use session::depth::check_depth;
pub use session::prepare::Prepared;
pub use session::shape::shape;
pub use session::{Count, Explained, ExplainedInput, Principal, ReadPoint, Rows, Session};
pub use table::TableSpec;
pub use tail::journal::JournalFrame;
pub use tail::{Folded, TailInfo};
pub use version::VersionInfo;
pub use writer::{FileWriter, NewFile};

/// Number of a Delta version, from 0.
pub type Version = u64;

pub type Result<T, E = Error> = std::result::Result<T, E>;
