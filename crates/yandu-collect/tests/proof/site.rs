//! A data folder with the parts that a running city has.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use yandu_collect::quarantine::{QuarantinedRow, Selection};
use yandu_collect::{Collector, Delivery, Mode, Outcome, SqlConditions};
use yandu_lake::{Lake, Options, Principal, ReadPoint, Vectors};
use yandu_pack::Packs;
use yandu_store::{DataFolder, Store};

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Real files that are not part of the repository; `None`, with a message, where they are absent.
pub(crate) fn real_data(name: &str) -> Option<PathBuf> {
    let path = repository().join("../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: `{}` is not there", path.display());
    None
}

pub(crate) fn me() -> Principal {
    Principal::local_administrator()
}

pub(crate) fn load(packs: &Path) -> Packs {
    let loaded = Packs::load(&[packs.to_owned()], &SqlConditions);
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    loaded.packs
}

/// Opens a data folder as a starting process does.
pub(crate) async fn open(root: &Path, packs: Packs) -> anyhow::Result<Collector> {
    let folder = DataFolder::open(root)?;
    let store = Store::open(&folder.records()).await?;
    // Of these small tables some processes write files anew where others name the rows that are gone.
    let vectors = if rand::random() {
        Vectors::ALWAYS
    } else {
        Vectors::default()
    };
    let lake = Lake::open(Options {
        vectors,
        ..Options::new(folder.root())
    })?;
    yandu_collect::trial::declare(&lake, &packs)?;
    Ok(Collector::open(folder, store, lake, Arc::new(packs), 2).await?)
}

/// A city in a folder that is gone with the test.
pub(crate) struct Site {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) collector: Collector,
}

impl Site {
    pub(crate) async fn new(packs: Packs) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let collector = open(&folder.path().join("data"), packs).await.unwrap();
        Self { folder, collector }
    }

    /// A city whose one pack `demo` has these datasets by name, and other files by folder and name.
    pub(crate) async fn demo(datasets: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let packs = demo_packs(folder.path(), datasets);
        let collector = open(&folder.path().join("data"), packs).await.unwrap();
        Self { folder, collector }
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    pub(crate) async fn collect(&self, dataset: &str, path: &Path, mode: Option<Mode>) -> Outcome {
        collect(&self.collector, dataset, path, mode).await.unwrap()
    }

    pub(crate) async fn query(&self, sql: &str) -> Vec<Vec<String>> {
        query(&self.collector, sql).await
    }

    pub(crate) async fn count(&self, sql: &str) -> u64 {
        self.query(sql).await[0][0].parse().unwrap()
    }
}

pub(crate) fn demo_packs(folder: &Path, datasets: &[(&str, &str)]) -> Packs {
    let pack = folder.join("packs/demo");
    std::fs::create_dir_all(pack.join("datasets")).unwrap();
    std::fs::write(
        pack.join("pack.yaml"),
        "pack: demo\nversion: 1.0.0\ntitle: {zh: 演示, en: Demo}\n",
    )
    .unwrap();
    for (name, rest) in datasets {
        if let Some((kind, _)) = name.split_once('/') {
            std::fs::create_dir_all(pack.join(kind)).unwrap();
            std::fs::write(pack.join(format!("{name}.yaml")), rest).unwrap();
            continue;
        }
        let head = format!(
            "dataset: demo.{name}\ntitle: {{zh: 演示, en: Demo}}\nowner: 市数据局\norigin: collect\n\
             sharing: {{class: unconditional}}\nopening: open\nrefresh: daily\n"
        );
        std::fs::write(pack.join(format!("datasets/{name}.yaml")), head + rest).unwrap();
    }
    load(&folder.join("packs"))
}

pub(crate) async fn collect(
    collector: &Collector,
    dataset: &str,
    path: &Path,
    mode: Option<Mode>,
) -> yandu_collect::Result<Outcome> {
    let mut delivery = Delivery::file(dataset.parse().unwrap(), path.to_owned());
    delivery.mode = mode;
    collector.collect(&me(), delivery).await
}

/// The rows of a query as texts; NULL is empty.
pub(crate) async fn query(collector: &Collector, sql: &str) -> Vec<Vec<String>> {
    query_at(collector, sql, ReadPoint::default()).await
}

/// The same at a read point.
pub(crate) async fn query_at(collector: &Collector, sql: &str, at: ReadPoint) -> Vec<Vec<String>> {
    let session = collector.lake().session(&me(), at);
    let found = session.query(sql).await.unwrap().collect().await.unwrap();
    let mut rows = Vec::new();
    for batch in &found {
        let columns: Vec<ArrayFormatter<'_>> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &FormatOptions::new()).unwrap())
            .collect();
        rows.extend((0..batch.num_rows()).map(|row| {
            let cells = columns.iter().map(|column| column.value(row).to_string());
            cells.collect::<Vec<_>>()
        }));
    }
    rows
}

pub(crate) async fn quarantined(collector: &Collector, outcome: &Outcome) -> Vec<QuarantinedRow> {
    collector
        .quarantined(&outcome.batch, &Selection::default())
        .await
        .unwrap()
}

pub(crate) fn assert_adds_up(outcome: &Outcome) {
    assert_eq!(
        outcome.rows_in,
        outcome.rows_kept + outcome.rows_superseded + outcome.rows_quarantined,
        "in = kept + superseded + quarantined: {outcome:?}"
    );
}
