//! What is settled of fields, laid over the packs that a city goes on with.

use std::sync::Arc;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use yandu_classify::{Classification, Flow};
use yandu_collect::change::{Fields, Settles};
use yandu_pack::Packs;
use yandu_transform::lineage::{Lineage, Lineages};

/// Says what is settled of the fields of packs: which field each column is, and its grade.
pub struct Settling {
    classification: Classification,
    lineages: Lineages,
}

impl Settling {
    /// `lineages` are those of the face, so that no model is followed twice.
    pub fn new(classification: Classification, lineages: Lineages) -> Self {
        Self {
            classification,
            lineages,
        }
    }
}

impl Settles for Settling {
    fn settled<'a>(
        &'a self,
        packs: &'a Packs,
        fields: &'a Fields,
    ) -> BoxFuture<'a, Result<Packs, String>> {
        async move {
            let lineages = self.lineages.clone();
            let flows = move |packs: Arc<Packs>| {
                let lineages = lineages.clone();
                async move {
                    let lineage = lineages.of(&packs).await;
                    flows(&packs, &lineage)
                }
                .boxed()
            };
            let settled = self.classification.settled(packs, fields, &flows).await;
            let settled = settled.map_err(|error| error.to_string())?;
            Ok(packs.settled(&settled))
        }
        .boxed()
    }
}

fn flows(packs: &Packs, lineage: &Lineage) -> Vec<Flow> {
    let columns = lineage
        .grades
        .iter()
        .flat_map(|(dataset, columns)| columns.iter().map(move |column| (dataset, column)));
    columns
        .filter_map(|(dataset, column)| {
            Some(Flow {
                dataset: dataset.clone(),
                column: column.column.clone(),
                inflow: column.inherited.grade,
                present: packs.dataset(dataset)?.column_grade(&column.column)?,
                effective: column.inherited.effective(),
            })
        })
        .collect()
}
