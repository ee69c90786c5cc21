mod back;
mod fields;
mod kill;
mod kinds;
mod opening;
mod random;
mod site;

use std::fs;
use std::path::Path;
use std::time::Duration;

use arrow::util::display::array_value_to_string;
use yandu_lake::{Lake, Options, Principal, ReadPoint};
use yandu_pack::{AnyCondition, Packs};
use yandu_store::{DataFolder, Store};
use yandu_words::id::BatchId;

use super::*;
use crate::collector::{Collector, Delivery, Outcome};
use crate::quarantine::{QuarantinedRow, Selection};
use crate::{Mode, Result};

const PACK: &str = "pack: demo\nversion: 1.0.0\ntitle: {zh: 演示}\n";
const PERSON: &str = "dataset: demo.person
title: {zh: 人员}
owner: 市公安局
origin: collect
sharing: {class: unconditional}
opening: closed
refresh: daily
key: [id]
columns:
  id: {title: {zh: 编号}, type: text}
  house: {title: {zh: 门牌}, type: text, required: false}
  age: {title: {zh: 年龄}, type: integer, required: false}
checks:
  - {name: age-range, column: age, between: [0, 150]}
";

/// A city whose packs are changed, in a folder that is gone with the test.
struct City {
    folder: tempfile::TempDir,
    running: Option<Running>,
}

struct Running {
    collector: Collector,
    changes: PackChanges,
    waiting: Option<Plan>,
    refused: Vec<String>,
}

fn load(folder: &Path) -> Packs {
    let mut folders = vec![folder.to_owned()];
    let site = site_folder(&folder.with_file_name("data"));
    if site.exists() {
        folders.push(site);
    }
    let loaded = Packs::load(&folders, &AnyCondition);
    assert!(!loaded.has_errors(), "{:?}", loaded.problems);
    loaded.packs
}

async fn start(folder: &Path) -> Running {
    let packs = folder.join("packs");
    let data = DataFolder::open(&folder.join("data")).unwrap();
    let store = Store::open(&data.records()).await.unwrap();
    let lake = Lake::open(Options::new(data.root())).unwrap();
    let (installed, started) = super::start(&data, &store, &lake, load(&packs), "test")
        .await
        .unwrap();
    let collector = Collector::open(data, store, lake, started.packs, 2)
        .await
        .unwrap();
    let changes = PackChanges::new(
        collector.clone(),
        installed,
        Box::new(move || Ok(load(&packs))),
    );
    Running {
        collector,
        changes,
        waiting: started.waiting,
        refused: started.refused,
    }
}

impl City {
    /// A city with one dataset.
    async fn with(dataset: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let city = Self {
            folder,
            running: None,
        };
        city.offer("pack.yaml", PACK);
        city.offer("datasets/person.yaml", dataset);
        city.started().await
    }

    async fn started(mut self) -> Self {
        self.running = Some(start(self.folder.path()).await);
        self
    }

    /// The program ends and is started again.
    async fn restart(&mut self) {
        if let Some(running) = self.running.take() {
            running.collector.inner.store.close().await.unwrap();
            drop(running);
        }
        self.running = Some(start(self.folder.path()).await);
    }

    fn running(&self) -> &Running {
        self.running.as_ref().unwrap()
    }

    fn collector(&self) -> &Collector {
        &self.running().collector
    }

    fn changes(&self) -> &PackChanges {
        &self.running().changes
    }

    /// Writes a file of the pack into the folder that packs are offered from.
    fn offer(&self, name: &str, text: &str) {
        let path = self.folder.path().join("packs/demo").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    async fn apply(&self) -> ChangeRecord {
        let me = Principal::local_administrator();
        self.changes()
            .apply(&me, "a new standard", None)
            .await
            .unwrap()
    }

    async fn rollback(&self, number: u64) -> ChangeRecord {
        let me = Principal::local_administrator();
        let changes = self.changes();
        changes
            .rollback(&me, number, "back to before")
            .await
            .unwrap()
    }

    async fn collect(&self, content: &str, mode: Mode) -> Outcome {
        let path = self.folder.path().join("delivery.csv");
        fs::write(&path, content).unwrap();
        let mut delivery = Delivery::file("demo.person".parse().unwrap(), path);
        delivery.mode = Some(mode);
        let me = Principal::local_administrator();
        self.collector().collect(&me, delivery).await.unwrap()
    }

    async fn query(&self, sql: &str) -> Vec<String> {
        self.query_at(sql, ReadPoint::default()).await.unwrap()
    }

    async fn query_at(&self, sql: &str, at: ReadPoint) -> Result<Vec<String>> {
        let me = Principal::local_administrator();
        let session = self.collector().lake().session(&me, at);
        let found = session.query(sql).await?.collect().await?;
        let mut lines = Vec::new();
        for rows in &found {
            for row in 0..rows.num_rows() {
                let cells = rows.columns().iter();
                let cells: Vec<String> = cells
                    .map(|column| array_value_to_string(column, row).unwrap())
                    .collect();
                lines.push(cells.join("|"));
            }
        }
        Ok(lines)
    }

    /// The rows with their places; batches are named by their order.
    async fn rows(&self) -> Vec<String> {
        let sql = "SELECT * FROM demo.person ORDER BY _batch, _row";
        self.query(sql).await
    }

    async fn waiting(&self, batch: &BatchId) -> Vec<QuarantinedRow> {
        let selection = Selection {
            waiting: true,
            ..Selection::default()
        };
        self.collector()
            .quarantined(batch, &selection)
            .await
            .unwrap()
    }

    /// Rows that wait, by batch, as `row: reasons`.
    async fn reasons(&self, batch: &BatchId) -> Vec<String> {
        let waiting = self.waiting(batch).await;
        let shown = waiting.iter().map(|row| {
            let reasons: Vec<String> = row
                .reasons
                .iter()
                .map(|reason| match &reason.column {
                    Some(column) => format!("{column} {}", reason.reason),
                    None => reason.reason.clone(),
                })
                .collect();
            format!("{}: {}", row.row, reasons.join(", "))
        });
        shown.collect()
    }
}
