//! Everybody who holds something of the packs, in one list: told when other packs are installed in a running city.
//!
//! The lake and the collector are not in it: a change switches them itself, in the moment that readers see.

use std::sync::Arc;

use futures::future::BoxFuture;
use yandu_collect::PackChanges;
use yandu_collect::change::Told;
use yandu_ledger::Ledger;
use yandu_metrics::Metrics;
use yandu_pack::Packs;
use yandu_transform::Transform;

/// Has everybody told from now on.
pub(crate) fn tell(
    changes: &PackChanges,
    ledger: &Ledger,
    transform: &Transform,
    metrics: &Metrics,
) {
    changes.tell(Arc::new(Entries(ledger.clone())));
    changes.tell(Arc::new(Models(transform.clone())));
    changes.tell(Arc::new(Numbers(metrics.clone())));
}

/// The entries of the ledger: fields that packs declare, and entries of datasets that come and go.
struct Entries(Ledger);

impl Told for Entries {
    fn name(&self) -> &'static str {
        "ledger"
    }

    fn told<'a>(&'a self, packs: &'a Arc<Packs>) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let synced = self.0.sync_packs(packs).await;
            synced.map_err(|error| error.to_string())
        })
    }
}

/// The models: their SQL, their inputs, and so their order.
struct Models(Transform);

impl Told for Models {
    fn name(&self) -> &'static str {
        "models"
    }

    fn told<'a>(&'a self, packs: &'a Arc<Packs>) -> BoxFuture<'a, Result<(), String>> {
        self.0.set_packs(Arc::clone(packs));
        Box::pin(async { Ok(()) })
    }
}

/// The metrics: what they mean, and which there are.
struct Numbers(Metrics);

impl Told for Numbers {
    fn name(&self) -> &'static str {
        "metrics"
    }

    fn told<'a>(&'a self, packs: &'a Arc<Packs>) -> BoxFuture<'a, Result<(), String>> {
        self.0.set_packs(packs);
        Box::pin(async { Ok(()) })
    }
}
