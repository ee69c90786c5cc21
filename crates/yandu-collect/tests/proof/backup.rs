//! A backup of a city that does not stop working: put back elsewhere it holds what was acknowledged before it began,
//! each thing whole or not at all.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::Rng as _;
use rand::seq::IndexedRandom as _;
use yandu_collect::backup::BackupOptions;
use yandu_collect::{BatchFilter, Collector};
use yandu_lake::ReadPoint;
use yandu_store::backup::{BackupProgress, Vault};

use crate::kill::{Told, dataset, start, verify, work};
use crate::site::{me, query_at};

const BACKUPS: usize = 8;
/// Batches that are done meanwhile at least: of a machine that is busy otherwise more backups are made.
const BATCHES: usize = 20;
/// Versions of a table that are read on both sides after each backup, beside the newest.
const VERSIONS: usize = 5;

async fn back_up(collector: &Collector, folder: &Path) -> yandu_store::backup::Written {
    let backup = collector.begin_backup().await.unwrap();
    let options = BackupOptions {
        folder: folder.to_owned(),
        with_key: true,
        keep: None,
    };
    collector.carry_out_backup(&backup, options).await.unwrap()
}

fn restore(backups: &Path, target: &Path) {
    let vault = Vault::open(backups).unwrap();
    let list = vault.list(None).unwrap();
    let progress = BackupProgress::default();
    vault.check(&list, &progress).unwrap();
    vault.restore(&list, target, &progress).unwrap();
}

/// Every version that both have is the same, and gives the same rows: looked at are the newest and some others.
async fn assert_same_versions(live: &Collector, restored: &Collector) {
    for name in ["entry", "stock"] {
        let id = dataset(name);
        let copied = restored.lake().versions(&id).await.unwrap();
        let lived = live.lake().versions(&id).await.unwrap();
        // The first touch may have folded the tail into one more version.
        let newest = copied.iter().rposition(|version| lived.contains(version));
        let Some(newest) = newest else {
            continue;
        };
        assert_eq!(copied[..=newest], lived[..=newest]);
        let others = copied[..newest].choose_multiple(&mut rand::rng(), VERSIONS);
        let looked_at: Vec<_> = others.chain([&copied[newest]]).collect();
        for version in looked_at {
            let at = ReadPoint {
                versions: [(id.clone(), version.version)].into(),
                ..ReadPoint::default()
            };
            let sql = format!(
                "SELECT count(*), sum(value), min(_batch), max(_batch), sum(_row) FROM demo.{name}"
            );
            assert_eq!(
                query_at(restored, &sql, at.clone()).await,
                query_at(live, &sql, at).await,
                "version {} of {name}",
                version.version
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn backups_of_a_city_that_goes_on_lose_nothing_that_was_acknowledged_before() {
    let seed: u64 = match std::env::var("YANDU_SEED") {
        Ok(seed) => seed.parse().unwrap(),
        Err(_) => rand::random(),
    };
    println!("YANDU_SEED={seed}");
    let folder = tempfile::tempdir().unwrap();
    let live = start(folder.path()).await;
    let told: Arc<Mutex<Vec<String>>> = Arc::default();
    let answers = Arc::clone(&told);
    // While a copy is looked at nothing new is done, so that the test does not grow with the time that looking takes.
    let rests = Arc::new(AtomicBool::new(false));
    let resting = Arc::clone(&rests);
    let say = move |text: &str| {
        while resting.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(2));
        }
        answers.lock().unwrap().push(text.to_owned());
    };

    let (collector, root) = (live.clone(), folder.path().to_owned());
    let backing = tokio::spawn(async move {
        let backups = root.join("backups");
        let mut number = 0;
        while number < BACKUPS || batches(&collector).await <= BATCHES {
            number += 1;
            let pause = rand::rng().random_range(20..120);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            let before = told.lock().unwrap().clone();
            back_up(&collector, &backups).await;
            let after = told.lock().unwrap().clone();
            rests.store(true, Ordering::SeqCst);
            // What was told meanwhile was begun, and need not have ended.
            let mut known = before.clone();
            let meanwhile = after.into_iter().skip(before.len());
            known.extend(meanwhile.filter(|line| line.starts_with("begin ")));
            let mut told = Told::default();
            told.add(&known);

            let elsewhere = root.join(format!("restored-{number}"));
            fs::create_dir_all(&elsewhere).unwrap();
            restore(&backups, &elsewhere.join("data"));
            let restored = start(&elsewhere).await;
            verify(&restored, &mut told, false).await;
            assert_same_versions(&collector, &restored).await;
            restored.fold(&dataset("entry")).await.unwrap();
            verify(&restored, &mut told, true).await;
            // The copy lives on by itself.
            let row = serde_json::from_str(r#"{"id": "later-0-0", "value": 0}"#).unwrap();
            restored
                .write(&me(), &dataset("entry"), &[row], b"{}")
                .await
                .unwrap();
            drop(restored);
            fs::remove_dir_all(&elsewhere).unwrap();
            rests.store(false, Ordering::SeqCst);
        }
    });
    tokio::select! {
        () = work(&live, folder.path(), seed % 1_000, &say) => {}
        backed = backing => backed.unwrap(),
    }
    let staged = fs::read_dir(live.folder().staging()).unwrap();
    let left = staged.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with("backup-")
    });
    assert_eq!(left.count(), 0);
}

/// How many there are.
async fn batches(collector: &Collector) -> usize {
    let all = BatchFilter {
        limit: u32::MAX,
        ..BatchFilter::default()
    };
    collector.batches(&all).await.unwrap().len()
}

#[tokio::test]
async fn a_second_backup_copies_only_what_is_new_and_none_goes_into_the_data_folder() {
    let folder = tempfile::tempdir().unwrap();
    let collector = start(folder.path()).await;
    let rows: String = (0..500).map(|row| format!("append-1-{row},1\n")).collect();
    let file = folder.path().join("1.csv");
    fs::write(&file, format!("id,value\n{rows}")).unwrap();
    crate::site::collect(
        &collector,
        "demo.entry",
        &file,
        Some(yandu_collect::Mode::Append),
    )
    .await
    .unwrap();
    let backups = folder.path().join("backups");
    let first = back_up(&collector, &backups).await;
    assert_eq!(first.backup.rows, 500);
    assert_eq!(first.backup.tables, 1);
    assert_eq!(first.backup.batches, 1);
    let second = back_up(&collector, &backups).await;
    assert_eq!(second.backup.files, first.backup.files);
    // The records are copied whole each time; nothing else changed.
    assert!(second.files_written <= 1, "{second:?}");
    for inside in ["backups", "lake/backups", "."] {
        let backup = collector.begin_backup().await.unwrap();
        let options = BackupOptions {
            folder: collector.folder().root().join(inside),
            with_key: false,
            keep: None,
        };
        let refused = collector
            .carry_out_backup(&backup, options)
            .await
            .unwrap_err();
        assert_eq!(refused.code(), "backup-folder", "{inside}");
    }
}

#[tokio::test]
async fn the_key_of_the_secrets_is_in_a_backup_only_when_it_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let collector = start(folder.path()).await;
    let secrets = collector.folder().secrets();
    fs::create_dir_all(secrets.join("stored")).unwrap();
    fs::write(secrets.join("key"), "k").unwrap();
    fs::write(secrets.join("stored/token"), "sealed").unwrap();
    for with_key in [false, true] {
        let backups = folder.path().join(format!("backups-{with_key}"));
        let backup = collector.begin_backup().await.unwrap();
        let options = BackupOptions {
            folder: backups.clone(),
            with_key,
            keep: None,
        };
        let written = collector.carry_out_backup(&backup, options).await.unwrap();
        assert_eq!(written.backup.has_key, with_key);
        let target = folder.path().join(format!("restored-{with_key}"));
        restore(&backups, &target);
        assert!(target.join("secrets/stored/token").is_file());
        assert_eq!(target.join("secrets/key").is_file(), with_key);
    }
}
