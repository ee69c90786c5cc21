//! Lowerings that changes of the packs brought. They are on record like those that stewards decide, and in force by the packs alone.

use jiff::Timestamp;
use yandu_words::{DatasetId, FieldId, Grade};

use crate::classification::{Classification, Classified};
use crate::settle::in_force_grade;
use crate::{Result, store};

/// A change of the packs, as its record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackChange {
    pub number: u64,
    pub by: String,
    pub reason: String,
    pub at: Timestamp,
}

/// A field that packs declare less sensitive than they did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackLowering {
    pub dataset: DatasetId,
    pub owner: String,
    pub field: FieldId,
    pub name: String,
    pub from: Grade,
    pub to: Grade,
}

impl Classification {
    /// Writes down what a change of the packs made less sensitive, once for each change, by the grades in force before it and after.
    /// Fields that a decision keeps as they were are none of them.
    pub async fn note_pack_change(
        &self,
        change: &PackChange,
        lowerings: &[PackLowering],
    ) -> Result<()> {
        if lowerings.is_empty() {
            return Ok(());
        }
        let mut writing = yandu_store::writing(self.store.pool()).await?;
        if store::is_noted(&mut writing, change.number).await? {
            return Ok(());
        }
        let in_force = store::in_force(&mut writing, None).await?;
        for lowering in lowerings {
            let key = (lowering.dataset.clone(), Some(lowering.field));
            let decided = in_force.get(&key);
            // The change may be told again, and a decision of later is no part of it.
            if decided.is_some_and(|decided| decided.decided_at > change.at) {
                continue;
            }
            let held = |declared: Grade| {
                decided.map_or(declared, |decided| in_force_grade(decided, declared))
            };
            let (before, grade) = (held(lowering.from), held(lowering.to));
            if grade >= before {
                continue;
            }
            let noted = Classified {
                id: 0,
                dataset: lowering.dataset.clone(),
                owner: lowering.owner.clone(),
                field: Some(lowering.field),
                name: Some(lowering.name.clone()),
                class: None,
                grade,
                before,
                declared: lowering.to,
                inflow: None,
                inflow_from: Vec::new(),
                is_lowering: true,
                reason: Some(change.reason.clone()),
                decided_by: change.by.clone(),
                decided_at: change.at,
                suggestion: None,
            };
            store::classify(&mut writing, &noted, Some(change.number)).await?;
        }
        writing.commit().await?;
        Ok(())
    }
}
