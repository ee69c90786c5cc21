//! The grade that a model inherits, beside the one that is declared for it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_transform::lineage::InheritedGrade;
use yandu_words::Grade;
use yandu_words::id::DatasetId;

use crate::lineage::of_packs;
use crate::state::State;

/// What flows into a model, along the lineage of its columns.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[schema(as = EntryInherited)]
pub struct Inherited {
    /// The highest grade that flows in.
    #[schema(example = "general-3")]
    pub grade: String,
    /// The columns that bring it: `pack.dataset.column`.
    pub from: Vec<String>,
    /// The columns that values flow into, each with what it inherits.
    pub columns: Vec<InheritedColumn>,
}

/// A column of a model with what flows into it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct InheritedColumn {
    pub name: String,
    pub declared: String,
    pub inherited: String,
    /// The columns that bring it: `pack.dataset.column`.
    pub from: Vec<String>,
    /// Why the declared grade may be lower, as the model says; absent where it is not.
    pub lowered: Option<String>,
}

/// What an entry inherits; nothing where it is no model of the installed packs.
pub(super) async fn of(state: &State, entry: &yandu_ledger::Entry) -> Option<Inherited> {
    if !entry.is_pack {
        return None;
    }
    let id: DatasetId = entry.id.as_str().parse().ok()?;
    let lineage = of_packs(state).await;
    Inherited::new(lineage.grades.get(&id)?)
}

impl Inherited {
    fn new(columns: &[InheritedGrade]) -> Option<Self> {
        let highest: Grade = columns.iter().map(|column| column.inherited.grade).max()?;
        let mut from: Vec<String> = columns
            .iter()
            .filter(|column| column.inherited.grade == highest)
            .flat_map(|column| column.inherited.from.clone())
            .collect();
        from.sort();
        from.dedup();
        Some(Self {
            grade: highest.name().to_owned(),
            from,
            columns: columns.iter().map(InheritedColumn::from).collect(),
        })
    }
}

impl From<&InheritedGrade> for InheritedColumn {
    fn from(column: &InheritedGrade) -> Self {
        let inherited = &column.inherited;
        Self {
            name: column.column.clone(),
            declared: inherited.declared.name().to_owned(),
            inherited: inherited.grade.name().to_owned(),
            from: inherited.from.clone(),
            lowered: column.lowered.clone(),
        }
    }
}
