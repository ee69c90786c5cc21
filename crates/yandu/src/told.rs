//! Everybody who holds something of the packs, in one list: told when other packs are installed in a running city.
//!
//! The lake and the collector are not in it: a change switches them itself, in the moment that readers see.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use futures::future::BoxFuture;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use yandu_access::{CITY_SOURCE, Door, Event, EventFilter, EventKind, InForce, Known};
use yandu_collect::change::{ChangeKind, ChangeRecord, Told};
use yandu_collect::{Collector, PackChanges};
use yandu_lake::Lake;
use yandu_ledger::Ledger;
use yandu_metrics::Metrics;
use yandu_pack::Packs;
use yandu_policy::{City, Source};
use yandu_transform::Transform;
use yandu_words::id::DatasetId;
use yandu_words::{RoleId, Title};

use crate::registers::Registers;

/// Has everybody told from now on.
pub(crate) fn tell(
    changes: &PackChanges,
    ledger: &Ledger,
    transform: &Transform,
    metrics: &Metrics,
    rights: Rights,
) {
    // Rights are by the names of columns, which are other ones from the moment that readers see.
    changes.tell(Arc::new(rights));
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

/// The door: which datasets there are, which policies packs and the city hold, and what its registers name.
#[derive(Clone)]
pub(crate) struct Rights {
    pub(crate) door: Door,
    pub(crate) lake: Lake,
    /// The city's own folder, where it has one.
    pub(crate) folder: Option<String>,
    /// Policies of the city's own folder.
    pub(crate) city: Vec<Source>,
    /// Roles of the city's own folder.
    pub(crate) roles: BTreeMap<RoleId, Title>,
    /// Whoever puts policies in force has it: what was asked for first is in force first.
    pub(crate) turn: Arc<Mutex<()>>,
    /// The hash of the set before the change of packs that is being told of.
    pub(crate) before: Arc<std::sync::Mutex<Option<String>>>,
}

/// Kinds of events that say which set took force.
const IN_FORCE: [EventKind; 3] = [
    EventKind::PacksChanged,
    EventKind::PacksRolledBack,
    EventKind::PoliciesChanged,
];

impl Rights {
    /// Puts the policies over packs in force. Which packs is asked when nobody else is putting any in force, so that those of before a
    /// change never take the place of those of after it.
    pub(crate) async fn set(
        &self,
        packs: impl FnOnce() -> Arc<Packs>,
    ) -> Result<(), yandu_access::Error> {
        let _turn = self.turn.lock().await;
        let packs = packs();
        let mut sources = packs.policy_sources();
        sources.extend(self.city.iter().cloned());
        let registers = Registers::read(&self.lake).await;
        let owners = packs.datasets().map(|dataset| dataset.file().owner.clone());
        // The city calls a role as it likes, also one of a pack.
        let mut roles = packs.roles();
        roles.extend(self.roles.clone());
        self.door.accounts().set_known(Known::new(
            roles,
            registers.departments.into_iter().chain(owners).collect(),
            registers.divisions,
        ));
        let city = City {
            above: registers.above,
            own_roles: self.roles.keys().map(ToString::to_string).collect(),
            ..packs.city()
        };
        let folder = self.folder.as_deref();
        self.door.set_city_of(folder, city, sources).await
    }
}

impl Rights {
    /// The hash of the set in force.
    fn hash(&self) -> String {
        self.door.with_policies(|set| set.hash().to_string())
    }

    fn set_before(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        let before = self.before.lock();
        before.unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest event of a kind, about a subject where it is named.
    async fn newest(
        &self,
        kind: EventKind,
        subject: Option<String>,
    ) -> Result<Option<Event>, yandu_access::Error> {
        let filter = EventFilter {
            kind: Some(kind),
            subject,
            ..EventFilter::default()
        };
        let found = self.door.accounts().events(&filter, None, 1).await?;
        Ok(found.into_iter().next())
    }

    /// The hash of the set that took force last, as the events say.
    async fn last_hash(&self) -> Result<Value, yandu_access::Error> {
        let mut newest: Option<Event> = None;
        for kind in IN_FORCE {
            let found = self.newest(kind, None).await?;
            newest = newest.into_iter().chain(found).max_by_key(|event| event.id);
        }
        let hash = newest.and_then(|event| event.detail.pointer("/policy/to").cloned());
        Ok(hash.unwrap_or_default())
    }

    /// Writes down a change of packs, once.
    async fn note(&self, change: &ChangeRecord) -> Result<(), yandu_access::Error> {
        let before = self.set_before().take();
        let kind = match change.kind {
            ChangeKind::Install | ChangeKind::Change => EventKind::PacksChanged,
            ChangeKind::Rollback => EventKind::PacksRolledBack,
        };
        let subject = change.number.to_string();
        if self.newest(kind, Some(subject.clone())).await?.is_some() {
            return Ok(());
        }
        let from = match before {
            Some(hash) => Value::from(hash),
            None => self.last_hash().await?,
        };
        let mut detail = json!({
            "policy": {"from": from, "to": self.hash()},
            "packs": {"from": change.from, "to": change.to},
            "why": change.reason,
        });
        if let (Some(first), Some(detail)) = (change.takes_back, detail.as_object_mut()) {
            detail.insert("takes_back".to_owned(), first.into());
        }
        let event = InForce {
            at: change.ended_at,
            actor: change.applied_by.clone(),
            kind,
            subject,
            detail,
        };
        self.door.accounts().note_in_force(event).await
    }

    /// Writes down that the policies or roles of the city's own folder are others than those that were written down last.
    pub(crate) async fn note_city(&self, by: &str) -> Result<(), yandu_access::Error> {
        let mut hasher = blake3::Hasher::new();
        let texts = self.city.iter().map(|source| source.text.clone());
        let roles = self.roles.keys().map(ToString::to_string);
        let mut is_empty = true;
        for part in texts.chain(roles) {
            is_empty = false;
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        let now: Value = if is_empty {
            Value::Null
        } else {
            hasher.finalize().to_hex().as_str().into()
        };
        let last = self.newest(EventKind::PoliciesChanged, None).await?;
        let last = last.and_then(|event| event.detail.pointer("/city_policies/to").cloned());
        let last = last.unwrap_or_default();
        if last == now {
            return Ok(());
        }
        let event = InForce {
            at: None,
            actor: by.to_owned(),
            kind: EventKind::PoliciesChanged,
            subject: CITY_SOURCE.to_owned(),
            detail: json!({
                "policy": {"from": self.last_hash().await?, "to": self.hash()},
                "city_policies": {"from": last, "to": now},
            }),
        };
        self.door.accounts().note_in_force(event).await
    }

    /// Follows the registers until `over`: a new division is in those above it with the next commit.
    pub(crate) async fn keep(self, collector: Collector, over: impl Future<Output = ()>) {
        let mut commits = self.lake.commits();
        let mut seen = self.versions().await;
        let following = async {
            while commits.changed().await.is_ok() {
                let now = self.versions().await;
                if now == seen {
                    continue;
                }
                seen = now;
                // What is wrong is told by the door.
                let _ = self.set(|| collector.packs()).await;
            }
        };
        tokio::select! {
            () = following => {}
            () = over => {}
        }
    }

    async fn versions(&self) -> Vec<Option<u64>> {
        let mut versions = Vec::new();
        for register in ["base.department", "base.division"] {
            let id = register.parse::<DatasetId>();
            let version = match id {
                Ok(id) => self.lake.version(&id).await.ok().flatten(),
                Err(_) => None,
            };
            versions.push(version);
        }
        versions
    }
}

impl Told for Rights {
    fn name(&self) -> &'static str {
        "policies"
    }

    fn told<'a>(&'a self, packs: &'a Arc<Packs>) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let before = self.hash();
            let set = self.set(|| Arc::clone(packs)).await;
            *self.set_before() = Some(before);
            set.map_err(|error| error.to_string())
        })
    }

    fn changed<'a>(
        &'a self,
        change: &'a ChangeRecord,
        _packs: &'a Arc<Packs>,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let noted = self.note(change).await;
            noted.map_err(|error| error.to_string())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::app::App;
    use crate::config::Config;

    #[tokio::test]
    async fn packs_of_before_a_change_are_not_put_in_force_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            data: folder.path().join("data"),
            packs: vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")],
            threads: 2,
            ..Config::default()
        };
        let app = App::open(&config).await.ok().unwrap();
        let rights = app.rights.clone();
        let datasets = || {
            let door = &rights.door;
            door.with_policies(|policies| policies.city().datasets.len())
        };
        assert!(datasets() > 0);
        let packs = app.state.collector().packs();
        let installed = Arc::new(std::sync::Mutex::new(packs));
        // Other packs are being put in force when the registers change.
        let turn = Arc::clone(&rights.turn).lock_owned().await;
        let (follower, present) = (rights.clone(), Arc::clone(&installed));
        let following = tokio::spawn(async move {
            let packs = || Arc::clone(&present.lock().unwrap());
            follower.set(packs).await
        });
        tokio::task::yield_now().await;
        *installed.lock().unwrap() = Arc::default();
        drop(turn);
        following.await.unwrap().unwrap();
        assert_eq!(datasets(), 0);
    }
}
