use std::fs;
use std::path::Path;
use std::time::Duration;

use crate::fixture::{Fixture, people, query};
use crate::{Change, FrozenContent, Held, Lake, Options, ReadPoint};

const ALL: &str = "SELECT id, name, _batch, _row FROM population.person ORDER BY id, _batch, _row";

/// Copies what a backup would copy, and opens it.
async fn copied(held: &Held, from: &Fixture) -> (tempfile::TempDir, Lake) {
    let folder = tempfile::tempdir().unwrap();
    for file in held.files().await.unwrap() {
        let target = folder.path().join("lake").join(&file.path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        match file.content {
            FrozenContent::File => {
                let source = from.folder.path().join("lake").join(&file.path);
                fs::copy(source, target).unwrap();
            }
            FrozenContent::Bytes(bytes) => fs::write(target, bytes).unwrap(),
        }
    }
    let lake = Lake::open(Options::new(folder.path())).unwrap();
    lake.declare(crate::fixture::person_spec()).unwrap();
    (folder, lake)
}

#[tokio::test]
async fn what_is_frozen_can_be_read_elsewhere_in_every_version_however_much_came_later() {
    let table = Fixture::with(|options| options.checkpoint_every = 2);
    table.append("b1", &[("1", "a"), ("3", "c")]).await;
    table.upsert("b2", &[("1", "A"), ("2", "b")]).await;
    table.upsert("b3", &[("2", "B")]).await;
    let held = table.lake.freeze().await.unwrap().release();
    let frozen: Vec<(String, u64, u64)> = held
        .tables()
        .iter()
        .map(|table| (table.dataset.to_string(), table.version, table.rows))
        .collect();
    assert_eq!(frozen, [("population.person".to_owned(), 2, 3)]);
    let at = |version: u64| ReadPoint {
        versions: [(table.id.clone(), version)].into(),
        ..ReadPoint::default()
    };
    table.append("b4", &[("4", "d")]).await;
    table.upsert("b5", &[("1", "z")]).await;
    let (_folder, lake) = copied(&held, &table).await;
    assert_eq!(lake.version(&table.id).await.unwrap(), Some(2));
    for version in 0..3 {
        assert_eq!(
            query(&lake, ALL, at(version)).await,
            query(&table.lake, ALL, at(version)).await,
            "version {version}"
        );
    }
    assert_eq!(
        query(&lake, ALL, ReadPoint::default()).await,
        query(&table.lake, ALL, at(2)).await
    );
}

#[tokio::test]
async fn nothing_reaches_the_disk_while_the_lake_is_frozen() {
    let table = Fixture::new();
    table.append("b1", &[("1", "a")]).await;
    let frozen = table.lake.freeze().await.unwrap();
    let listing = || {
        let mut paths = Vec::new();
        for folder in [
            "lake/population/person/_delta_log",
            "tail/population/person",
        ] {
            let folder = table.folder.path().join(folder);
            let entries = fs::read_dir(&folder).into_iter().flatten();
            paths.extend(entries.map(|entry| {
                let entry = entry.unwrap();
                (entry.path(), entry.metadata().unwrap().len())
            }));
        }
        paths.sort();
        paths
    };
    let before = listing();
    let (lake, id) = (table.lake.clone(), table.id.clone());
    let mut writing = tokio::spawn(async move {
        lake.append(&id, &people("t1", &[("9", "t")]), b"raw")
            .await
            .unwrap();
    });
    let mut committing = Box::pin(table.append("b2", &[("2", "b")]));
    // Neither can end, however long one waits.
    let wait = Duration::from_millis(300);
    assert!(tokio::time::timeout(wait, &mut writing).await.is_err());
    assert!(tokio::time::timeout(wait, &mut committing).await.is_err());
    assert_eq!(listing(), before);
    drop(frozen);
    writing.await.unwrap();
    committing.await;
    assert_eq!(
        query(
            &table.lake,
            "SELECT count(*) FROM population.person",
            ReadPoint::default()
        )
        .await,
        "3"
    );
}

#[tokio::test]
async fn a_vacuum_leaves_the_files_of_a_backup() {
    let table = Fixture::new();
    table.append("b1", &[("1", "a")]).await;
    table
        .commit(&people("b2", &[("2", "b")]), "b2", Change::Replace)
        .await
        .unwrap();
    let held = table.lake.freeze().await.unwrap().release();
    let vacuumed = table.lake.vacuum(&table.id, Duration::ZERO).await.unwrap();
    assert_eq!(vacuumed.files, 0);
    let (_folder, lake) = copied(&held, &table).await;
    let first = ReadPoint {
        versions: [(table.id.clone(), 0)].into(),
        ..ReadPoint::default()
    };
    assert_eq!(query(&lake, ALL, first).await, "1|a|b1|1");
    drop(held);
    let vacuumed = table.lake.vacuum(&table.id, Duration::ZERO).await.unwrap();
    assert_eq!(vacuumed.files, 1);
}

#[tokio::test]
async fn files_that_no_commit_names_are_left_out() {
    let table = Fixture::new();
    table.append("b1", &[("1", "a")]).await;
    let folder = table.folder.path().join("lake/population/person");
    fs::write(folder.join("half-written.parquet"), "PAR1").unwrap();
    let mut writer = table.lake.writer(&table.id).unwrap();
    writer.write(&people("b2", &[("2", "b")])).unwrap();
    writer.finish().unwrap();
    let held = table.lake.freeze().await.unwrap().release();
    let files = held.files().await.unwrap();
    let is_data = |path: &Path| path.extension().is_some_and(|found| found == "parquet");
    let data: Vec<_> = files.iter().filter(|file| is_data(&file.path)).collect();
    assert_eq!(data.len(), 1, "{data:?}");
}
