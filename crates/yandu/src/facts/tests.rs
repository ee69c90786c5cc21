use std::fs;
use std::path::Path;
use std::time::Duration;

use tempfile::TempDir;
use yandu_collect::{Batch, BatchStatus, Delivery, Mode};
use yandu_lake::Principal;
use yandu_ledger::Facts;
use yandu_transform::Run;
use yandu_words::id::DatasetId;

use super::*;
use crate::app::App;
use crate::config::Config;

const FILES: [(&str, &str); 4] = [
    (
        "pack.yaml",
        "pack: club\nversion: 0.1.0\ntitle: {zh: 社团}\n",
    ),
    (
        "datasets/member.yaml",
        "dataset: club.member
title: {zh: 会员}
owner: 市民政局
origin: collect
sharing: {class: unconditional}
opening: open
refresh: daily
key: [number]
columns:
  number: {title: {zh: 会员号}, type: text}
  age: {title: {zh: 年龄}, type: integer}
checks:
  - {name: late, title: {zh: 未更新}, fresh: 36 h}
",
    ),
    (
        "models/by_age.yaml",
        "dataset: club.by_age
title: {zh: 各年龄人数}
owner: 市民政局
origin: model
sharing: {class: unconditional}
opening: open
refresh: daily
key: [age]
columns:
  age: {title: {zh: 年龄}, type: integer}
  members: {title: {zh: 人数}, type: integer}
",
    ),
    (
        "models/by_age.sql",
        "select age, count(*) as members from club.member group by age\n",
    ),
];

struct City {
    app: App,
    folder: TempDir,
}

impl City {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in FILES {
            let path = folder.path().join("packs/club").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let config = Config {
            data: folder.path().join("data"),
            packs: vec![folder.path().join("packs")],
            threads: 2,
            ..Config::default()
        };
        Self {
            app: App::open(&config).await.ok().unwrap(),
            folder,
        }
    }

    fn state(&self) -> &State {
        &self.app.state
    }

    fn delivery(&self, name: &str, rows: &str) -> Delivery {
        let path = self.folder.path().join(name);
        fs::write(&path, format!("number,age\n{rows}")).unwrap();
        let mut delivery = Delivery::file(member(), path);
        delivery.mode = Some(Mode::Snapshot);
        delivery
    }

    async fn deliver(&self, name: &str, rows: &str) -> String {
        let delivery = self.delivery(name, rows);
        let me = Principal::local_administrator();
        let outcome = self.state().collector().collect(&me, delivery).await;
        outcome.unwrap().batch.to_string()
    }

    async fn newest(&self) -> Batch {
        let mut newest = self.state().collector().newest_batches().await.unwrap();
        newest.remove(&member()).unwrap()
    }

    async fn refresh(&self) -> Run {
        self.state().transform().run(&by_age(), true).await.unwrap()
    }

    /// The facts of an entry after the ledger was told.
    async fn facts(&self, id: &DatasetId) -> Facts {
        note(self.state()).await.ok().unwrap();
        self.state()
            .ledger()
            .entry(id.as_str())
            .await
            .unwrap()
            .facts
    }

    /// The bytes of the data files that a table has, all of them being of its newest version.
    fn bytes_on_disk(&self, id: &DatasetId) -> u64 {
        let lake = self.folder.path().join("data/lake");
        let name = id.name();
        let folders: Vec<_> = walk(&lake)
            .into_iter()
            .filter(|path| path.extension().is_some_and(|ending| ending == "parquet"))
            .filter(|path| {
                path.parent()
                    .is_some_and(|folder| folder.components().any(|part| part.as_os_str() == name))
            })
            .collect();
        folders
            .iter()
            .map(|path| fs::metadata(path).unwrap().len())
            .sum()
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else {
            files.push(path);
        }
    }
    files
}

fn member() -> DatasetId {
    "club.member".parse().unwrap()
}

fn by_age() -> DatasetId {
    "club.by_age".parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_under_way_is_not_told_before_it_has_ended() {
    let city = City::new().await;
    let first = city.deliver("a.csv", "1,30\n2,40\n").await;
    let before = city.facts(&member()).await;
    assert_eq!(before.last_batch.as_deref(), Some(first.as_str()));

    // Commits wait while the lake is frozen, so that the batch stays where it is.
    let frozen = city.state().collector().lake().freeze().await.unwrap();
    let delivery = city.delivery("b.csv", "1,30\n2,40\n3,50\n");
    let me = Principal::local_administrator();
    let started = city.state().collector().start(&me, delivery).await;
    let (second, collected) = started.unwrap();
    let mut seen = Vec::new();
    loop {
        let newest = city.newest().await;
        assert_eq!(newest.id, second);
        let facts = city.facts(&member()).await;
        assert_eq!(facts, before, "{:?}", newest.status);
        seen.push(newest.status);
        if newest.status == BatchStatus::Committing {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    drop(frozen);
    collected.await.unwrap().unwrap();
    let after = city.facts(&member()).await;
    assert_eq!(after.last_batch, Some(second.to_string()), "{seen:?}");
    assert_eq!(after.rows, Some(3));
    assert_eq!(after.version, Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_of_a_model_is_its_last_delivery() {
    let city = City::new().await;
    city.deliver("a.csv", "1,30\n2,40\n").await;
    assert_eq!(city.facts(&by_age()).await.last_at, None);
    let first = city.refresh().await;
    let facts = city.facts(&by_age()).await;
    assert_eq!(facts.last_at, first.ended_at);
    assert!(facts.last_at.is_some());
    assert_eq!(facts.score, first.score.and_then(|score| score.total));
    assert_eq!((facts.rows, facts.last_batch), (Some(2), None));

    city.deliver("b.csv", "1,30\n2,40\n3,50\n").await;
    let second = city.refresh().await;
    let facts = city.facts(&by_age()).await;
    assert!(second.ended_at > first.ended_at);
    assert_eq!((facts.last_at, facts.rows), (second.ended_at, Some(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bytes_of_a_table_are_those_of_the_files_of_its_newest_version() {
    let city = City::new().await;
    assert_eq!(city.facts(&member()).await.bytes, None);
    city.deliver("a.csv", "1,30\n2,40\n").await;
    city.refresh().await;
    let first = city.facts(&member()).await.bytes;
    assert_eq!(first, Some(city.bytes_on_disk(&member())));
    let model = city.facts(&by_age()).await.bytes;
    assert_eq!(model, Some(city.bytes_on_disk(&by_age())));

    let rows: String = (0..500)
        .map(|number| format!("{number},{}\n", number * 7919 % 101))
        .collect();
    city.deliver("b.csv", &rows).await;
    let second = city.facts(&member()).await.bytes;
    let all = city.bytes_on_disk(&member());
    // The replaced files are still there, for readers of the version before.
    assert_eq!(second.zip(first).map(|(new, old)| new + old), Some(all));
}
