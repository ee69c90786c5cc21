//! The door: one set of policies in force, what each reader sees under it, and what ends when the set becomes another one.
//!
//! The set is made of the texts of packs and of the city, of the grants and of the negative list. A change is built, checked and
//! then put in the place of the set before as one; what does not hold changes nothing. Rights are made once for a reader
//! and a set; permits that a change takes away end in the queries that still read under them.

mod change;
mod duties;
mod fault;
mod giving;
mod listing;
mod preview;
mod rights;
mod rows;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use jiff::Timestamp;
use tokio::sync::Mutex as AsyncMutex;
use yandu_lake::{Lake, Rights};
use yandu_policy::{
    Action, Circumstances, City, Decision, Meanings, Policies, Principal, Shown, Source,
};
use yandu_store::Store;
use yandu_words::id::DatasetId;

use crate::Result;
use crate::accounts::Accounts;
use crate::grant::{Grant, GrantFilter, GrantId};
use crate::negative::{Entry, EntryId};
use crate::receipt::Receipts;
use crate::secret::Key;
use crate::store;

use duties::HeldDuties;
use rights::Held;

pub use duties::Duties;
pub use fault::{Fault, PlacedProblem};
pub use giving::Conflict;
pub use preview::{Line, Matchable, Preview, Proposal, ProposedPacks, Text, Who};
pub use rights::{Asked, Uses};

/// What the texts of policies are called that stand in the city's own folder.
pub const CITY_SOURCE: &str = "city";

/// Who may do what, and what they see. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Door {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    accounts: Accounts,
    receipts: Receipts,
    lake: Lake,
    key: Key,
    now: RwLock<Arc<State>>,
    held: Mutex<Held>,
    duties: Mutex<HeldDuties>,
    /// One change at a time.
    changing: AsyncMutex<()>,
    /// One beginning of terms at a time.
    beginning: Mutex<()>,
}

/// What holds at one time.
struct State {
    policies: Arc<Policies>,
    /// Which fields policies meant when they were put in force; kept also while nothing is open.
    meanings: Arc<Meanings>,
    /// What the city has, which policies may not fit.
    city: City,
    /// The texts of packs and of the city.
    sources: Vec<Source>,
    /// Those in force, and those whose term has not begun.
    grants: BTreeMap<GrantId, Grant>,
    entries: BTreeMap<EntryId, Entry>,
    /// When the next term of a grant begins.
    begins: Option<Timestamp>,
    /// Why it is not what packs and the city's folder say now.
    fault: Option<Arc<Fault>>,
}

impl Door {
    /// Opens the door over the records of a site. Until [`Door::set_city`] nobody but the administrators may do anything.
    pub async fn open(store: Store, accounts: Accounts, lake: Lake, key: Key) -> Result<Self> {
        let now = accounts.now();
        let grants = store::grant::grants(store.pool(), &GrantFilter::default()).await?;
        let grants = grants.into_iter().filter(|grant| !grant.is_over(now));
        let entries = store::grant::entries(store.pool()).await?;
        let entries = entries.into_iter().filter(|entry| entry.removed.is_none());
        let receipts = Receipts::open(store.clone()).await?;
        let state = State {
            policies: Arc::new(change::closed(&lake)?),
            meanings: Arc::new(store::meaning::all(store.pool()).await?),
            city: City::default(),
            sources: Vec::new(),
            begins: None,
            fault: None,
            grants: grants.map(|grant| (grant.id, grant)).collect(),
            entries: entries.map(|entry| (entry.id, entry)).collect(),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                store,
                accounts,
                receipts,
                lake,
                key,
                now: RwLock::new(Arc::new(state)),
                held: Mutex::default(),
                duties: Mutex::default(),
                changing: AsyncMutex::default(),
                beginning: Mutex::default(),
            }),
        })
    }

    pub fn accounts(&self) -> &Accounts {
        &self.inner.accounts
    }

    /// What left under these policies: files, and short answers that are counted.
    pub fn receipts(&self) -> &Receipts {
        &self.inner.receipts
    }

    /// The signature of an address that is given out, as hexadecimal digits.
    pub fn sign(&self, text: &str) -> String {
        self.inner.key.sign(text).to_hex().to_string()
    }

    /// Whether a signature is that of a text. How long it takes tells nothing of how much of it is right.
    pub fn is_signed(&self, text: &str, signature: &str) -> bool {
        let shown = blake3::Hash::from_hex(signature);
        shown.is_ok_and(|shown| shown == self.inner.key.sign(text))
    }

    /// Whether an action on the city is allowed.
    pub fn decide_in_city(
        &self,
        principal: &Principal,
        circumstances: &Circumstances,
        action: Action,
    ) -> Decision {
        let state = self.state();
        let reader = state.policies.reader(principal, circumstances);
        reader.decide_in_city(action)
    }

    /// What somebody may do to datasets besides reading them, under the set in force.
    pub fn duties(&self, principal: &Principal, circumstances: &Circumstances) -> Arc<Duties> {
        let state = self.state();
        let policy = state.policies.hash();
        let held = || {
            let held = self.inner.duties.lock();
            held.unwrap_or_else(PoisonError::into_inner)
        };
        let asked = (principal.clone(), circumstances.clone());
        if let Some(duties) = held().find(policy, &asked) {
            return duties;
        }
        let duties = Arc::new(Duties::of(&state.policies, principal, circumstances));
        held().keep(policy, asked, Arc::clone(&duties));
        duties
    }

    /// Runs something over the set in force.
    pub fn with_policies<T>(&self, run: impl FnOnce(&Policies) -> T) -> T {
        run(&self.state().policies)
    }

    /// What holds now. Whoever asks first after the term of a grant has begun puts it into the set.
    fn state(&self) -> Arc<State> {
        let state = self.present();
        let now = self.now();
        if state.begins.is_none_or(|begins| now < begins) {
            return state;
        }
        self.begin_terms()
    }

    /// What was put in force last.
    fn present(&self) -> Arc<State> {
        let now = self
            .inner
            .now
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&now)
    }

    /// The rights of a reader under the set in force. Of an account that has become another one since it was looked at, there are
    /// none.
    pub fn rights(&self, asked: &Asked) -> Arc<Rights> {
        loop {
            let state = self.state();
            if let Some(rights) = self.held().find(asked, state.policies.hash()) {
                return rights;
            }
            let made = rights::make(&self.inner, &state, asked);
            let mut held = self.held();
            // A change in between has not heard of these rights.
            if Arc::ptr_eq(&state, &self.present()) {
                return held.keep(asked.clone(), made);
            }
        }
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.inner
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends what an account reads at this moment, because it is another one now; `revision` is the one that holds.
    pub fn forget(&self, account: &str, revision: u64) {
        self.held().forget(account, revision);
    }

    /// What a reader is shown of which dataset, by permits that can still be used.
    pub fn sights(
        &self,
        principal: &Principal,
        circumstances: &Circumstances,
    ) -> Vec<(DatasetId, Shown)> {
        let state = self.state();
        let now = self.now();
        let reader = state.policies.reader(principal, circumstances);
        let datasets = state.policies.city().datasets.keys();
        let shown = datasets.flat_map(|dataset| {
            let shown = reader.shown(dataset).into_iter();
            shown.map(|shown| (dataset.clone(), shown))
        });
        shown
            .filter(|(_, shown)| self.is_usable(&state, shown, now))
            .collect()
    }

    /// The same of one dataset.
    pub fn sight(
        &self,
        principal: &Principal,
        circumstances: &Circumstances,
        dataset: &DatasetId,
    ) -> Vec<Shown> {
        let state = self.state();
        let now = self.now();
        let mut shown = state
            .policies
            .reader(principal, circumstances)
            .shown(dataset);
        shown.retain(|shown| self.is_usable(&state, shown, now));
        shown
    }

    /// Whether a permit is no grant, or one in force that is not used up.
    fn is_usable(&self, state: &State, shown: &Shown, now: Timestamp) -> bool {
        GrantId::of_policy(&shown.policy).is_none_or(|id| {
            let grant = state.grants.get(&id);
            !self.held().is_used_up(id) && grant.is_some_and(|grant| grant.is_in_force(now))
        })
    }
}
