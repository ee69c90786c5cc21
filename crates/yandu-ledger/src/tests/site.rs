//! A ledger in a folder that goes with it.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use yandu_lake::Principal;
use yandu_pack::{AnyCondition, Packs};
use yandu_store::Store;

use crate::{Edit, Entry, Ledger, Page, Result, Search};

pub(super) struct Site {
    pub(super) folder: TempDir,
    pub(super) store: Store,
    pub(super) ledger: Ledger,
}

impl Site {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (store, ledger) = open(folder.path()).await;
        Self {
            folder,
            store,
            ledger,
        }
    }

    /// The same folder after the process was killed: nothing was closed.
    pub(super) async fn killed(self) -> Self {
        let Self {
            folder,
            store,
            ledger,
        } = self;
        drop(ledger);
        store.pool().close().await;
        let (store, ledger) = open(folder.path()).await;
        Self {
            folder,
            store,
            ledger,
        }
    }

    pub(super) fn index(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    pub(super) async fn register(&self, id: &str, content: Value) -> Result<Entry> {
        self.ledger
            .register(&who(), id.parse().unwrap(), object(content), None)
            .await
    }

    pub(super) async fn patch(&self, id: &str, set: Value) -> Result<Entry> {
        let edit = Edit {
            set: object(set),
            reason: None,
        };
        self.ledger.patch(&who(), id, edit, None).await
    }

    pub(super) async fn find(&self, q: &str) -> Page {
        let search = Search {
            q: q.to_owned(),
            limit: 100,
            ..Search::default()
        };
        self.ledger.search(&search).await.unwrap()
    }

    pub(super) async fn ids(&self, q: &str) -> Vec<String> {
        ids(&self.find(q).await)
    }

    pub(super) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

async fn open(folder: &Path) -> (Store, Ledger) {
    let store = Store::open(&folder.join("records.sqlite")).await.unwrap();
    let ledger = Ledger::open(store.clone(), &folder.join("ledger"))
        .await
        .unwrap();
    (store, ledger)
}

pub(super) fn ids(page: &Page) -> Vec<String> {
    page.hits
        .iter()
        .map(|hit| hit.entry.id.to_string())
        .collect()
}

pub(super) fn who() -> Principal {
    Principal::local_administrator()
}

pub(super) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

/// An entry that lacks nothing.
pub(super) fn complete(title: &str) -> Value {
    json!({
        "title": {"zh": title},
        "owner": "市民政局",
        "owner_code": "113209000142463002",
        "code": "307-000001",
        "theme": "社会保障",
        "about": "按户登记",
        "contact": "0515-88888888",
        "grade": "general-3",
        "sharing": {"class": "conditional", "basis": "社会救助暂行办法", "condition": "按需申请", "method": "service"},
        "opening": "closed",
        "refresh": "monthly",
        "key": ["number"],
        "columns": [{"name": "number", "title": {"zh": "编号"}, "type": "text", "grade": "general-1"}],
    })
}

pub(super) fn bare(title: &str, owner: &str) -> Value {
    json!({"title": {"zh": title}, "owner": owner})
}

/// The packs of this repository.
pub(super) fn shipped() -> Packs {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    let loaded = Packs::load(&[folder], &AnyCondition);
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    loaded.packs
}

/// Packs of a folder of which every file is given.
pub(super) fn packs_of(folder: &Path, files: &[(&str, &str)]) -> Packs {
    if folder.exists() {
        std::fs::remove_dir_all(folder).unwrap();
    }
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let loaded = Packs::load(&[folder.to_owned()], &AnyCondition);
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    loaded.packs
}
