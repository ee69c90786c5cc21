//! The ledger: its records, and the working copies over them.

mod change;
mod uses;

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, Weak};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use yandu_store::Store;
use yandu_words::division::DivisionTree;

use crate::board::{Board, Facet, FacetCount};
use crate::entry::Entry;
use crate::revision::Revision;
use crate::search::{Fresh, Seen, Synonyms, TextIndex, Tokens};
use crate::store::{self, MIGRATIONS, Stored};
use crate::{Error, Result};

pub(crate) use change::{Cause, Draft};
use uses::Uses;

/// How many entries go into one commit of the index, and how long their texts may be together, or nearly so.
const CHUNK: u32 = 2_000;
const CHUNK_BYTES: usize = 32 << 20;
/// How long single changes gather before they go to the index; a search sees them at once all the same.
const GATHER: Duration = Duration::from_secs(2);
/// How long the index is left alone after it could not be written.
const PAUSE: Duration = Duration::from_secs(5);

/// The one ledger. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Ledger {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) desk: RwLock<Desk>,
    pub(crate) index: TextIndex,
    /// One change of the ledger at a time, so that working copies see changes in their order.
    pub(crate) writing: tokio::sync::Mutex<()>,
    /// One hand at the index at a time.
    indexing: tokio::sync::Mutex<()>,
    /// The newest change that the index has seen.
    indexed: watch::Sender<i64>,
    /// The change that the index must have seen before a search by words is answered.
    wanted: AtomicI64,
    /// Counts the changes of entries and of their facts.
    pub(crate) changes: watch::Sender<u64>,
    pub(crate) work: Arc<Notify>,
    uses: Mutex<Uses>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.work.notify_one();
    }
}

/// The working copies in memory.
#[derive(Default)]
pub(crate) struct Desk {
    pub(crate) board: Board,
    pub(crate) fresh: Fresh,
    pub(crate) synonyms: Arc<Synonyms>,
    pub(crate) tree: Arc<DivisionTree>,
}

impl Ledger {
    /// Opens the records and the working copies; what the index has not seen yet it sees in the background.
    pub async fn open(store: Store, folder: &Path) -> Result<Self> {
        store.migrate("ledger", MIGRATIONS).await?;
        let folder = folder.to_owned();
        let (index, seen) = tokio::task::spawn_blocking(move || TextIndex::open(&folder)).await??;
        let indexed = known(&store, &index, seen).await?;
        let mut board = Board::default();
        for (entry, lacks) in store::board(store.pool()).await? {
            board.put(&entry, lacks);
        }
        for (number, facts) in store::facts(store.pool()).await? {
            board.note(number, facts);
        }
        let (newest, _) = store::newest(&mut *store.pool().acquire().await?).await?;
        let inner = Arc::new(Inner {
            store,
            desk: RwLock::new(Desk {
                board,
                ..Desk::default()
            }),
            index,
            writing: tokio::sync::Mutex::default(),
            indexing: tokio::sync::Mutex::default(),
            indexed: watch::Sender::new(indexed),
            wanted: AtomicI64::new(newest),
            changes: watch::Sender::new(0),
            work: Arc::new(Notify::new()),
            uses: Mutex::default(),
        });
        // What the index lacks waits for the divisions of the packs, whose names are searched too, or for whoever asks first.
        let work = Arc::clone(&inner.work);
        tokio::spawn(keep_indexed(Arc::downgrade(&inner), work));
        Ok(Self { inner })
    }

    /// Brings the index up to date and writes down what is only in memory.
    pub async fn close(&self) -> Result<()> {
        self.flush_uses().await?;
        while self.inner.index_some().await? {}
        Ok(())
    }

    /// Is told of each change of an entry or of its facts.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.inner.changes.subscribe()
    }

    fn tell(&self) {
        self.inner.changes.send_modify(|count| *count += 1);
    }

    /// How many entries there are, withdrawn ones among them.
    pub fn len(&self) -> usize {
        self.desk().board.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn desk(&self) -> RwLockReadGuard<'_, Desk> {
        self.inner
            .desk
            .read()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the index has seen what it must have seen. Single changes are in memory until then and cost no wait.
    pub(crate) async fn wait_for_index(&self) {
        if self.inner.is_behind() {
            self.inner.work.notify_one();
        }
        let wanted = self.inner.wanted.load(Ordering::SeqCst);
        let mut indexed = self.inner.indexed.subscribe();
        // The sender lives as long as this ledger does.
        let _ = indexed.wait_for(|change| *change >= wanted).await;
    }

    /// Writes changes in one transaction and puts them on the working copies. The caller holds `writing`.
    ///
    /// Many go to the index by themselves, and a search waits for that; a few are kept in memory until they are there.
    pub(crate) async fn write(
        &self,
        mut drafts: Vec<Draft>,
        are_many: bool,
    ) -> Result<Vec<Stored>> {
        if drafts.is_empty() {
            return Ok(Vec::new());
        }
        let mut transaction = yandu_store::writing(self.inner.store.pool()).await?;
        let (mut change, number) = store::newest(&mut transaction).await?;
        let mut next = number.map_or(0, |number| number + 1);
        for draft in &mut drafts {
            change += 1;
            draft.entry.change = change;
            if draft.is_new {
                draft.entry.number = next;
                next += 1;
            }
            store::write(&mut transaction, &draft.entry, draft.lacks, &draft.revision).await?;
        }
        let tree = Arc::clone(&self.desk().tree);
        let tokens: Vec<Option<Tokens>> = drafts
            .iter()
            .map(|draft| (!are_many).then(|| tokens_of(&draft.entry, &tree)))
            .collect();
        transaction.commit().await?;
        {
            let mut desk = self
                .inner
                .desk
                .write()
                .unwrap_or_else(PoisonError::into_inner);
            for (draft, tokens) in drafts.iter().zip(tokens) {
                desk.board.put(&draft.entry, draft.lacks);
                if let Some(tokens) = tokens {
                    desk.fresh
                        .put(draft.entry.number, draft.entry.change, tokens);
                }
            }
        }
        if are_many {
            self.inner.wanted.fetch_max(change, Ordering::SeqCst);
        }
        self.inner.work.notify_one();
        self.tell();
        Ok(drafts.into_iter().map(|draft| draft.entry).collect())
    }
}

/// What the index has seen of these records; an index that has seen others is emptied.
async fn known(store: &Store, index: &TextIndex, seen: Option<Seen>) -> Result<i64> {
    let Some(seen) = seen else {
        return Ok(0);
    };
    if store::mark_of(store.pool(), seen.change).await? == Some(seen.mark.clone()) {
        return Ok(seen.change);
    }
    tracing::warn!("the text index is of other records, and is made anew");
    index.clear()?;
    Ok(0)
}

fn tokens_of(entry: &Stored, tree: &DivisionTree) -> Tokens {
    let place = entry
        .content
        .division
        .as_deref()
        .and_then(|code| tree.full_name(&tree.nearest(code)?.code));
    Tokens::new(entry, place.as_deref())
}

impl Inner {
    /// Shows the index some of what it has not seen; says whether there was any.
    async fn index_some(self: &Arc<Self>) -> Result<bool> {
        let _hand = self.indexing.lock().await;
        let from = *self.indexed.borrow();
        let entries = store::changed_after(self.store.pool(), from, CHUNK, CHUNK_BYTES).await?;
        let Some(last) = entries.last().map(|entry| entry.change) else {
            return Ok(false);
        };
        let mark = store::mark_of(self.store.pool(), last)
            .await?
            .ok_or_else(|| Error::damaged("a change without a revision"))?;
        let inner = Arc::clone(self);
        tokio::task::spawn_blocking(move || {
            let tree = {
                let desk = inner.desk.read().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(&desk.tree)
            };
            let tokens: Vec<(u32, Tokens)> = entries
                .iter()
                .map(|entry| (entry.number, tokens_of(entry, &tree)))
                .collect();
            inner.index.put(&tokens, &Seen::new(last, mark))
        })
        .await??;
        self.desk
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .fresh
            .forget(last);
        self.indexed.send_replace(last);
        Ok(true)
    }

    fn is_behind(&self) -> bool {
        *self.indexed.borrow() < self.wanted.load(Ordering::SeqCst)
    }
}

/// Keeps the index up to date until the ledger is gone.
async fn keep_indexed(ledger: Weak<Inner>, work: Arc<Notify>) {
    loop {
        work.notified().await;
        if !ledger.upgrade().is_some_and(|inner| inner.is_behind()) {
            tokio::time::sleep(GATHER).await;
        }
        loop {
            let Some(inner) = ledger.upgrade() else {
                return;
            };
            match inner.index_some().await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::error!(%error, "the text index could not be written");
                    drop(inner);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

impl Desk {
    /// The entry of a record, with what the working copies know of it.
    pub(crate) fn entry(&self, stored: Stored, uses: &HashMap<String, u64>) -> Entry {
        let facts = self
            .board
            .lines
            .get(stored.number as usize)
            .map(|line| line.facts.clone())
            .unwrap_or_default();
        let uses_30_days = uses.get(stored.id.as_str()).copied().unwrap_or(0);
        Entry {
            lacks: self.board.lacking(stored.number),
            id: stored.id,
            content: stored.content,
            status: stored.status,
            revision: stored.revision,
            is_pack: stored.is_pack,
            created_at: stored.created_at,
            updated_at: stored.updated_at,
            published_at: stored.published_at,
            facts,
            uses_30_days,
        }
    }

    /// Gives the codes of divisions their names.
    pub(crate) fn name_places(&self, facets: &mut [(Facet, Vec<FacetCount>)]) {
        let places = facets
            .iter_mut()
            .filter(|(facet, _)| *facet == Facet::Division)
            .flat_map(|(_, counts)| counts);
        for count in places {
            count.title = self
                .tree
                .lookup(&count.value)
                .map(|division| division.name.clone());
        }
    }
}

impl Ledger {
    /// One entry, whole.
    pub async fn entry(&self, id: &str) -> Result<Entry> {
        let mut connection = self.inner.store.pool().acquire().await?;
        let stored = store::find(&mut connection, id)
            .await?
            .ok_or_else(|| Error::NoEntry(id.to_owned()))?;
        drop(connection);
        self.complete(stored).await
    }

    pub(crate) async fn complete(&self, stored: Stored) -> Result<Entry> {
        let entries = [stored];
        let uses = self.uses_of(&entries).await?;
        let [stored] = entries;
        Ok(self.desk().entry(stored, &uses))
    }

    /// What became of an entry, newest first; before a revision where one is named.
    pub async fn history(
        &self,
        id: &str,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Revision>> {
        let entry = self.entry(id).await?;
        store::history(self.inner.store.pool(), &entry.id, before, limit).await
    }
}
