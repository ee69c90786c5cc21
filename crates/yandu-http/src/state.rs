use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio_util::task::TaskTracker;
use yandu_collect::Collector;
use yandu_lake::Lake;
use yandu_ledger::Ledger;
use yandu_transform::lineage::Lineages;
use yandu_words::id::BatchId;

use crate::Result;
use crate::extract::BatchName;
use crate::metrics::Metrics;

/// Limits of the face.
#[derive(Debug, Clone)]
pub struct Options {
    /// Rows that an answer to a query has when it does not ask for more or fewer.
    pub query_rows: u64,
    /// The largest file that can be uploaded, in bytes.
    pub upload_bytes: u64,
    /// The largest body of any other request, in bytes.
    pub body_bytes: usize,
    /// How long a request that only reads may take until its answer begins; queries have a limit of their own.
    pub reply_seconds: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            query_rows: 10_000,
            upload_bytes: 16 << 30,
            body_bytes: 16 << 20,
            reply_seconds: 60,
        }
    }
}

/// What all handlers share. Clones are one.
#[derive(Clone)]
pub struct State {
    inner: Arc<Inner>,
}

struct Inner {
    collector: Collector,
    ledger: Ledger,
    options: Options,
    lineages: Lineages,
    metrics: Metrics,
    stopping: AtomicBool,
    works: TaskTracker,
}

impl State {
    /// The batch that an address names.
    pub(crate) async fn batch(&self, name: &BatchName) -> Result<BatchId> {
        Ok(self.collector().batch_named(&name.0).await?)
    }

    pub fn new(collector: Collector, ledger: Ledger, options: Options) -> Self {
        Self {
            inner: Arc::new(Inner {
                metrics: Metrics::new(collector.clone()),
                collector,
                ledger,
                lineages: Lineages::default(),
                options,
                stopping: AtomicBool::new(false),
                works: TaskTracker::new(),
            }),
        }
    }

    pub fn collector(&self) -> &Collector {
        &self.inner.collector
    }

    pub fn ledger(&self) -> &Ledger {
        &self.inner.ledger
    }

    pub(crate) fn lake(&self) -> &Lake {
        self.inner.collector.lake()
    }

    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(crate) fn lineages(&self) -> &Lineages {
        &self.inner.lineages
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// From now on requests that change something are refused, and the server says that it is not ready.
    pub fn stop(&self) {
        self.inner.stopping.store(true, Ordering::Relaxed);
    }

    /// Changes that requests began, some of which nobody waits for any more.
    pub(crate) fn works(&self) -> &TaskTracker {
        &self.inner.works
    }

    /// Whether something is under way that a stop should wait for.
    pub fn is_idle(&self) -> bool {
        self.inner.collector.active() == 0 && self.inner.works.is_empty()
    }

    pub fn is_stopping(&self) -> bool {
        self.inner.stopping.load(Ordering::Relaxed)
    }
}
