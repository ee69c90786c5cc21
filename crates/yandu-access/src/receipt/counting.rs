//! Short answers, counted under one receipt for each kind.
//!
//! An answer of a row can be given ten thousand times in a second, and a record of each would cost more than the answer. What they
//! have in common (who asks, by which question, under which permits) is written down before the first of them leaves; how many
//! there were is counted in memory and written down together, by [`Receipts::keep`] every few seconds and by whoever looks. A
//! crash loses some seconds of counts, and never that something was read.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use yandu_policy::Way;
use yandu_words::TokenId;
use yandu_words::id::DatasetId;

use super::recording::Recording;
use super::{
    Counts, Ending, FileForm, Leaving, NewReceipt, ReadDataset, Receipt, ReceiptId, Receipts, Sent,
    Taker,
};
use crate::{Result, store};

/// For how long answers are counted under one receipt.
const PERIOD: SignedDuration = SignedDuration::from_hours(1);

/// How many kinds of one token have a receipt each at a time. What comes beyond stands under one for the rest, whatever it asks and
/// reads, so that a program that makes up its questions fills neither the memory nor the records.
const MOST_KINDS: usize = 200;

/// The longest shape of a question that is a kind of its own, in bytes. A longer one is of the rest.
const LONGEST: usize = 64 << 10;

/// The question of what stands under the receipt for the rest.
const REST: &str = "other questions";

/// How often counts are written down.
const WRITE: Duration = Duration::from_secs(5);

/// What short answers have in common that are counted under one receipt.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct AnswerKind {
    pub(super) reader: Arc<str>,
    pub(super) token: Option<TokenId>,
    pub(super) way: Way,
    pub(super) form: FileForm,
    /// The hash of the set of policies.
    pub(super) policy: Option<Arc<str>>,
    /// The rights under which they are read, which are those of one set of policies and one purpose.
    pub(super) rights: Option<u64>,
    /// The permits of these that are in force for what is read.
    pub(super) permits: Vec<Arc<str>>,
    pub(super) read: Vec<DatasetId>,
    /// The question without its values.
    pub(super) shape: Arc<str>,
}

impl AnswerKind {
    /// The kind of the rest, which tells apart nothing that a question decides but the form of its answer.
    fn rest(self) -> Self {
        Self {
            rights: None,
            permits: Vec::new(),
            read: Vec::new(),
            shape: REST.into(),
            ..self
        }
    }
}

/// What is counted under one receipt.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) id: ReceiptId,
    until: Timestamp,
    sums: Mutex<Sums>,
    /// What the receipt for the rest says by now, which names ever more datasets; none of one kind.
    rest: Option<Mutex<NewReceipt>>,
}

#[derive(Debug)]
struct Sums {
    counts: Counts,
    is_written: bool,
}

impl Counted {
    fn sums(&self) -> MutexGuard<'_, Sums> {
        self.sums.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the receipt for the rest has to say before an answer leaves that reads these datasets; none where it says so already.
    fn naming(&self, read: Vec<ReadDataset>) -> Option<NewReceipt> {
        let rest = self.rest.as_ref()?;
        let said = rest.lock().unwrap_or_else(PoisonError::into_inner);
        let is_news = |one: &ReadDataset| !said.read.iter().any(|known| known.is_shown_as(one));
        let news: Vec<ReadDataset> = read.into_iter().filter(is_news).collect();
        if news.is_empty() {
            return None;
        }
        let mut saying = said.clone();
        saying.read.extend(news);
        Some(saying)
    }

    /// The receipt for the rest says this from now on.
    fn says(&self, saying: NewReceipt) {
        if let Some(rest) = &self.rest {
            *rest.lock().unwrap_or_else(PoisonError::into_inner) = saying;
        }
    }

    /// Counts an answer that has left.
    pub(super) fn add(&self, rows: u64, bytes: u64, at: Timestamp) {
        let mut sums = self.sums();
        sums.counts.answers += 1;
        sums.counts.rows += rows;
        sums.counts.bytes += bytes;
        sums.counts.last_at = at;
        sums.is_written = false;
    }
}

/// What is in memory and not in the records yet.
#[derive(Default)]
pub(super) struct Held {
    /// Under which answers are counted.
    open: HashMap<AnswerKind, Arc<Counted>>,
    /// Whose time is over. They end when the last answer under way has.
    closing: Vec<Arc<Counted>>,
    /// Files that nobody has waited for: whoever read went away.
    ended: Vec<(ReceiptId, Timestamp, Sent)>,
}

/// What has to be written down.
struct Due {
    counted: Arc<Counted>,
    counts: Counts,
    is_over: bool,
}

impl Held {
    /// Takes out what nothing more is counted under.
    fn close(&mut self, is_over: impl Fn(&Counted) -> bool) {
        let over = self.open.extract_if(|_, counted| is_over(counted));
        self.closing.extend(over.map(|(_, counted)| counted));
    }

    fn due(&self) -> Vec<Due> {
        let open = self.open.values().map(|counted| (counted, false));
        // Whoever still counts an answer holds it too.
        let closing = self.closing.iter();
        let closing = closing.map(|counted| (counted, Arc::strong_count(counted) == 1));
        let due = open.chain(closing).filter_map(|(counted, is_over)| {
            let mut sums = counted.sums();
            let is_due = is_over || !sums.is_written;
            sums.is_written = true;
            is_due.then(|| Due {
                counts: sums.counts,
                counted: Arc::clone(counted),
                is_over,
            })
        });
        due.collect()
    }
}

impl Receipts {
    pub(super) fn held(&self) -> MutexGuard<'_, Held> {
        self.inner
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends a file at the next writing, for whoever cannot wait.
    pub(super) fn end_later(&self, id: ReceiptId, sent: Sent) {
        let at = self.now();
        self.held().ended.push((id, at, sent));
    }

    /// The recording of a short answer that is about to leave, counted with others of its kind, whose receipt is in the records when this
    /// returns. `taker` is only looked for where the receipt has yet to be opened.
    pub async fn count(
        &self,
        leaving: &Leaving<'_>,
        taker: impl Future<Output = Result<Taker>>,
    ) -> Result<Recording> {
        let shape = self.inner.shapes.of(leaving.sql);
        let kind = AnswerKind::of(leaving, shape, self.now());
        if let Some(counted) = self.open_for(&kind) {
            return Ok(Recording::of_counted(self, counted));
        }
        let file = leaving.receipt(taker.await?, self.now());
        let receipts = self.clone();
        tokio::spawn(async move { receipts.count_first(kind, file).await }).await?
    }

    /// What is counted of a kind at this moment.
    fn open_for(&self, kind: &AnswerKind) -> Option<Arc<Counted>> {
        let now = self.now();
        let held = self.held();
        let counted = held.open.get(kind).filter(|counted| now < counted.until);
        counted.cloned()
    }

    /// The recording of an answer that is the first of its kind. It has to come to its end: a receipt that was opened is held.
    async fn count_first(&self, kind: AnswerKind, mut file: NewReceipt) -> Result<Recording> {
        let _opening = self.inner.opening.lock().await;
        let counted = if let Some(counted) = self.open_for(&kind) {
            counted
        } else if kind.shape.len() > LONGEST || self.is_full_for(&kind) {
            self.rest(kind.rest(), file).await?
        } else {
            file.sql = kind.shape.to_string();
            self.open_counted(kind, file, false).await?
        };
        Ok(Recording::of_counted(self, counted))
    }

    /// What is counted of the rest. Its receipt names these datasets when this returns.
    async fn rest(&self, kind: AnswerKind, mut file: NewReceipt) -> Result<Arc<Counted>> {
        let Some(rest) = self.open_for(&kind) else {
            REST.clone_into(&mut file.sql);
            file.columns.clear();
            return self.open_counted(kind, file, true).await;
        };
        if let Some(saying) = rest.naming(file.read) {
            let mut writing = self.inner.store.pool().acquire().await?;
            store::receipt::say(&mut writing, rest.id, &saying).await?;
            rest.says(saying);
        }
        Ok(rest)
    }

    /// Opens the receipt of a kind, or that of the rest.
    async fn open_counted(
        &self,
        kind: AnswerKind,
        file: NewReceipt,
        is_rest: bool,
    ) -> Result<Arc<Counted>> {
        let mut writing = yandu_store::writing(self.inner.store.pool()).await?;
        let begun_at = self.now();
        let counts = Counts {
            answers: 0,
            rows: 0,
            bytes: 0,
            last_at: begun_at,
        };
        let receipt = Receipt {
            id: store::receipt::next(&mut writing).await?,
            begun_at,
            file,
            counts: Some(counts),
            ending: Ending::Open,
        };
        store::receipt::insert(&mut writing, &receipt).await?;
        store::receipt::count(&mut writing, receipt.id, &counts).await?;
        writing.commit().await?;
        let counted = Arc::new(Counted {
            id: receipt.id,
            until: begun_at + PERIOD,
            sums: Mutex::new(Sums {
                counts,
                is_written: true,
            }),
            rest: is_rest.then(|| Mutex::new(receipt.file)),
        });
        let mut held = self.held();
        if let Some(before) = held.open.insert(kind, Arc::clone(&counted)) {
            held.closing.push(before);
        }
        Ok(counted)
    }

    /// Whether a token has as many kinds as it may have. What is over makes room.
    fn is_full_for(&self, kind: &AnswerKind) -> bool {
        let now = self.now();
        let mut held = self.held();
        held.close(|counted| counted.until <= now);
        let of_reader = held.open.keys();
        let of_reader =
            of_reader.filter(|other| (&other.reader, &other.token) == (&kind.reader, &kind.token));
        of_reader.count() >= MOST_KINDS
    }

    /// Writes down what is only in memory, and ends what is over. What could not be written stays there.
    pub(super) async fn flush(&self) -> Result<()> {
        self.flush_at(self.now()).await
    }

    /// The same, to the end even when the caller goes away: what is taken out to be written is nowhere else.
    pub(crate) async fn flush_at(&self, now: Timestamp) -> Result<()> {
        let receipts = self.clone();
        tokio::spawn(async move { receipts.write_held(now).await }).await?
    }

    async fn write_held(&self, now: Timestamp) -> Result<()> {
        let _writing = self.inner.writing.lock().await;
        let (due, ended) = {
            let mut held = self.held();
            held.close(|counted| counted.until <= now);
            (held.due(), std::mem::take(&mut held.ended))
        };
        if due.is_empty() && ended.is_empty() {
            return Ok(());
        }
        let written = self.write(&due, &ended, now).await;
        let mut held = self.held();
        if written.is_err() {
            for due in &due {
                due.counted.sums().is_written = false;
            }
            held.ended.extend(ended);
        } else {
            let over = due.iter().filter(|due| due.is_over);
            let over: Vec<ReceiptId> = over.map(|due| due.counted.id).collect();
            held.closing.retain(|counted| !over.contains(&counted.id));
        }
        written
    }

    async fn write(
        &self,
        due: &[Due],
        ended: &[(ReceiptId, Timestamp, Sent)],
        now: Timestamp,
    ) -> Result<()> {
        let mut writing = yandu_store::writing(self.inner.store.pool()).await?;
        for due in due {
            store::receipt::count(&mut writing, due.counted.id, &due.counts).await?;
            if due.is_over {
                store::receipt::close(&mut writing, due.counted.id, now).await?;
            }
        }
        for (id, at, sent) in ended {
            store::receipt::end(&mut writing, *id, *at, sent).await?;
        }
        writing.commit().await?;
        Ok(())
    }

    /// Writes down what is counted, every few seconds until `over` is.
    pub async fn keep(self, over: impl Future<Output = ()>) {
        let mut over = pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return,
                () = tokio::time::sleep(WRITE) => {}
            }
            if let Err(error) = self.flush().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "what was read could not be written down, and is tried again"
                );
            }
        }
    }

    /// Ends what is counted: no more answers come.
    pub async fn close(&self) -> Result<()> {
        self.held().close(|_| true);
        self.flush().await
    }
}
