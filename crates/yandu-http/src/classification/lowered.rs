//! Puts on record what changes of the packs made less sensitive.

use std::sync::Arc;

use futures::future::BoxFuture;
use yandu_classify::{Classification, PackChange, PackLowering};
use yandu_collect::change::{ChangeRecord, Told};
use yandu_pack::Packs;
use yandu_pack::difference::{Opening, Opens};
use yandu_words::Grade;

/// Told of each change of the packs, whose lower grades are on record from then on like those that stewards decide.
pub struct PackLowerings(Classification);

impl PackLowerings {
    pub fn new(classification: Classification) -> Self {
        Self(classification)
    }
}

impl Told for PackLowerings {
    fn name(&self) -> &'static str {
        "lowerings"
    }

    fn told<'a>(&'a self, _packs: &'a Arc<Packs>) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }

    fn changed<'a>(
        &'a self,
        change: &'a ChangeRecord,
        packs: &'a Arc<Packs>,
    ) -> BoxFuture<'a, Result<(), String>> {
        let lowerings = change.openings().into_iter();
        let lowerings: Vec<PackLowering> = lowerings
            .filter_map(|opening| lowering(packs, opening))
            .collect();
        Box::pin(async move {
            let change = PackChange {
                number: change.number,
                by: change.applied_by.clone(),
                reason: change.reason.clone(),
                at: change.ended_at.unwrap_or(change.started_at),
            };
            let noted = self.0.note_pack_change(&change, &lowerings).await;
            noted.map_err(|error| error.to_string())
        })
    }
}

fn lowering(packs: &Packs, opening: Opening) -> Option<PackLowering> {
    if opening.what != Opens::Grade {
        return None;
    }
    let name = opening.name?;
    let dataset = packs.dataset(&opening.dataset?)?;
    Some(PackLowering {
        dataset: dataset.id().clone(),
        owner: dataset.file().owner.clone(),
        field: dataset.field(&name)?,
        name,
        from: Grade::from_name(&opening.from?)?,
        to: Grade::from_name(&opening.to?)?,
    })
}
