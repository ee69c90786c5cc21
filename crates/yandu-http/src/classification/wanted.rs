//! What is to be looked at again after other packs or grades: what is something else by then, and what its values flow into.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use yandu_pack::{Dataset, Packs};
use yandu_transform::lineage::Lineage;
use yandu_words::id::DatasetId;

/// What somebody wants looked at.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Look {
    #[default]
    Nothing,
    At(BTreeSet<DatasetId>),
    Everything,
}

#[derive(Default)]
pub(crate) struct Wanted {
    called: Notify,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    /// The packs that were there when somebody wanted a look last.
    seen: Option<Arc<Packs>>,
    look: Look,
}

impl Wanted {
    /// From now on what differs from these packs is looked at.
    pub(crate) fn begin(&self, packs: &Arc<Packs>) {
        let mut inner = self.lock();
        inner.seen = Some(Arc::clone(packs));
        inner.look = Look::Nothing;
    }

    /// Wants a look at what these packs have otherwise.
    pub(crate) fn want(&self, packs: &Arc<Packs>) {
        let mut inner = self.lock();
        let changed = inner.seen.as_ref().and_then(|seen| changed(seen, packs));
        let look = std::mem::take(&mut inner.look);
        inner.look = match (look, changed) {
            (Look::Everything, _) | (_, None) => Look::Everything,
            (Look::Nothing, Some(changed)) => Look::At(changed),
            (Look::At(mut known), Some(changed)) => {
                known.extend(changed);
                Look::At(known)
            }
        };
        inner.seen = Some(Arc::clone(packs));
        drop(inner);
        self.called.notify_one();
    }

    /// These are to be looked at with the next look, whatever is settled of them.
    pub(crate) fn add(&self, datasets: impl IntoIterator<Item = DatasetId>) {
        let mut inner = self.lock();
        match &mut inner.look {
            Look::Everything => {}
            Look::At(known) => known.extend(datasets),
            Look::Nothing => inner.look = Look::At(datasets.into_iter().collect()),
        }
    }

    /// Waits until somebody wants something.
    pub(crate) async fn notified(&self) {
        self.called.notified().await;
    }

    /// What is wanted, which is not wanted any more then.
    pub(crate) fn take(&self) -> Look {
        std::mem::take(&mut self.lock().look)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The datasets that are declared or settled otherwise; `None` where the rules are others, which is about all of them.
fn changed(before: &Packs, after: &Packs) -> Option<BTreeSet<DatasetId>> {
    if !before.classifications().eq(after.classifications()) {
        return None;
    }
    let changed = after.datasets().filter(|dataset| {
        let known = before.dataset(dataset.id());
        known.is_none_or(|known| is_other(known, dataset))
    });
    Some(changed.map(|dataset| dataset.id().clone()).collect())
}

fn is_other(before: &Dataset, after: &Dataset) -> bool {
    before.file() != after.file()
        || before.settled_grade() != after.settled_grade()
        || after.file().columns.keys().any(|name| {
            let of = |dataset: &Dataset| {
                let lowered = dataset.lowered(name.as_str()).map(ToOwned::to_owned);
                (
                    dataset.field(name.as_str()),
                    dataset.column_grade(name.as_str()),
                    lowered,
                )
            };
            of(before) != of(after)
        })
}

/// These datasets and the models that read them: of those columns another grade flows in.
pub(crate) fn and_readers(
    mut datasets: BTreeSet<DatasetId>,
    lineage: &Lineage,
) -> BTreeSet<DatasetId> {
    let reads = |model: &yandu_lake::SqlLineage| {
        let mut flows = model.columns.iter().flat_map(|column| &column.from);
        flows.any(|flow| datasets.contains(&flow.dataset))
    };
    let readers = lineage.models.iter().filter(|(_, model)| reads(model));
    let readers: Vec<DatasetId> = readers.map(|(id, _)| id.clone()).collect();
    datasets.extend(readers);
    datasets
}
