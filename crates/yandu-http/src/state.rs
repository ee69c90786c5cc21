use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use tokio_util::task::TaskTracker;
use yandu_access::Door;
use yandu_classify::Classification;
use yandu_collect::{Collector, PackChanges};
use yandu_lake::{Lake, Principal};
use yandu_ledger::Ledger;
use yandu_metrics::Metrics;
use yandu_plan::Plans;
use yandu_transform::Transform;
use yandu_transform::lineage::Lineages;
use yandu_words::id::DatasetId;

use crate::Result;
use crate::access::OpenidOptions;
use crate::access::openid::Used;
use crate::area::PlacedArea;
use crate::board::Live;
use crate::classification;
use crate::counts::Counts;
use crate::plan::FontPaths;
use crate::problem::Problem;
use crate::sharing::{self, Making, Store};
use crate::visitor::{self, Visitors};

/// Limits of the face.
#[derive(Clone)]
pub struct Options {
    /// Rows that an answer to a query has when it does not ask for more or fewer.
    pub query_rows: u64,
    /// The largest file that can be uploaded, in bytes.
    pub upload_bytes: u64,
    /// The largest body of any other request, in bytes.
    pub body_bytes: usize,
    /// How long a request that only reads may take until its answer begins; queries have a limit of their own.
    pub reply_seconds: u64,
    /// What whoever holds the data folder shows, so that a request is the local administrator's; nobody can while it is empty.
    pub local_key: String,
    /// The names, in small letters, by which other machines reach the city over encrypted lines.
    pub names: Vec<String>,
    /// The fonts of official documents.
    pub fonts: FontPaths,
    /// How files are shared.
    pub sharing: sharing::Options,
    /// The provider of identities, where there is one.
    pub openid: Option<OpenidOptions>,
    /// How much visitors may ask for at a time.
    pub visitors: visitor::Options,
    /// Lineage, shared with whoever settles grades by it.
    pub lineages: Lineages,
    /// What the city calls its areas, and where they stand on a picture of it.
    pub areas: Vec<PlacedArea>,
    /// What pages call this site at their head; the name of the program where it is empty.
    pub site_name: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            query_rows: 10_000,
            upload_bytes: 16 << 30,
            body_bytes: 16 << 20,
            reply_seconds: 60,
            local_key: String::new(),
            names: Vec::new(),
            fonts: FontPaths::default(),
            sharing: sharing::Options::default(),
            openid: None,
            visitors: visitor::Options::default(),
            lineages: Lineages::default(),
            areas: Vec::new(),
            site_name: String::new(),
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
    transform: Transform,
    plans: Plans,
    door: Door,
    options: Options,
    counts: Counts,
    boards: Live,
    shared: Store,
    making: Making,
    visitors: Visitors,
    metrics: Metrics,
    used: Used,
    stopping: AtomicBool,
    works: TaskTracker,
    pack_changes: OnceLock<PackChanges>,
    classified: classification::Held,
}

impl State {
    pub fn new(
        collector: Collector,
        ledger: Ledger,
        transform: Transform,
        metrics: Metrics,
        plans: Plans,
        door: Door,
        options: Options,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                counts: Counts::new(collector.clone()),
                boards: Live::default(),
                shared: Store::new(collector.folder().shared(), collector.folder().staging()),
                making: Making::default(),
                visitors: Visitors::new(options.visitors),
                metrics,
                used: Used::default(),
                collector,
                ledger,
                transform,
                plans,
                door,
                options,
                stopping: AtomicBool::new(false),
                works: TaskTracker::new(),
                pack_changes: OnceLock::new(),
                classified: classification::Held::default(),
            }),
        }
    }

    /// Lets requests change the installed packs. The first one counts.
    pub fn set_pack_changes(&self, changes: PackChanges) {
        // Whoever composes the program does it once.
        let _ = self.inner.pack_changes.set(changes);
    }

    pub(crate) fn pack_changes(&self) -> Result<&PackChanges> {
        let changes = self.inner.pack_changes.get();
        changes.ok_or_else(|| Problem::new("not-found", "the packs of this program do not change"))
    }

    /// Lets fields be classified. The first one counts.
    pub fn set_classification(&self, classification: Classification) {
        // Whoever composes the program does it once.
        let _ = self.inner.classified.classification.set(classification);
    }

    pub(crate) fn classified(&self) -> &classification::Held {
        &self.inner.classified
    }

    pub fn collector(&self) -> &Collector {
        &self.inner.collector
    }

    pub fn ledger(&self) -> &Ledger {
        &self.inner.ledger
    }

    /// Counts that somebody read the rows of these datasets.
    pub(crate) fn note_uses<'a>(
        &self,
        principal: &Principal,
        datasets: impl IntoIterator<Item = &'a DatasetId>,
    ) {
        let now = self.now();
        for dataset in datasets {
            self.inner.ledger.note_use(dataset.as_str(), principal, now);
        }
    }

    pub fn transform(&self) -> &Transform {
        &self.inner.transform
    }

    pub fn plans(&self) -> &Plans {
        &self.inner.plans
    }

    /// Who may do what.
    pub fn door(&self) -> &Door {
        &self.inner.door
    }

    /// Whether a text is the key of whoever holds the data folder.
    pub(crate) fn is_local_key(&self, shown: &str) -> bool {
        let key = &self.inner.options.local_key;
        // Hashes are compared, so that the time tells nothing of how many signs are right.
        !key.is_empty() && blake3::hash(key.as_bytes()) == blake3::hash(shown.as_bytes())
    }

    /// The time of the records.
    pub(crate) fn now(&self) -> Timestamp {
        self.inner.collector.store().clock().now()
    }

    pub(crate) fn lake(&self) -> &Lake {
        self.inner.collector.lake()
    }

    pub fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(crate) fn lineages(&self) -> &Lineages {
        &self.inner.options.lineages
    }

    pub(crate) fn counts(&self) -> &Counts {
        &self.inner.counts
    }

    pub(crate) fn boards(&self) -> &Live {
        &self.inner.boards
    }

    /// Files that are shared.
    pub(crate) fn shared(&self) -> &Store {
        &self.inner.shared
    }

    pub(crate) fn making(&self) -> &Making {
        &self.inner.making
    }

    /// The attempts to sign in at the provider that came back.
    pub(crate) fn used(&self) -> &Used {
        &self.inner.used
    }

    /// The places of visitors.
    pub(crate) fn visitors(&self) -> &Visitors {
        &self.inner.visitors
    }

    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// From now on requests that change something are refused, and the server says that it is not ready.
    pub fn stop(&self) {
        self.inner.stopping.store(true, Ordering::Relaxed);
        // Streams that wait for a change would hold the server up.
        self.inner.metrics.wake();
    }

    /// Changes that requests began, some of which nobody waits for any more.
    pub(crate) fn works(&self) -> &TaskTracker {
        &self.inner.works
    }

    /// Whether something is under way that a stop should wait for.
    pub fn is_idle(&self) -> bool {
        self.inner.collector.active() == 0
            && self.inner.transform.active() == 0
            && self.inner.works.is_empty()
    }

    pub fn is_stopping(&self) -> bool {
        self.inner.stopping.load(Ordering::Relaxed)
    }
}
