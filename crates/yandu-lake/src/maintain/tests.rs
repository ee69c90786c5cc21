use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::fixture::{Fixture, batch, people, query, try_query};
use crate::{Change, Error, ReadPoint};

const ALL: &str = "SELECT id, name, _batch, _row FROM population.person ORDER BY id, _batch, _row";

impl Fixture {
    fn table_folder(&self) -> PathBuf {
        self.folder.path().join("lake/population/person")
    }

    fn data_files(&self) -> Vec<PathBuf> {
        fs::read_dir(self.table_folder())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|found| found == "parquet"))
            .collect()
    }
}

#[tokio::test]
async fn an_older_version_and_an_older_time_can_be_read() {
    let lake = Fixture::with(|options| options.checkpoint_every = 2);
    lake.append("b1", &[("1", "a")]).await;
    lake.upsert("b2", &[("1", "A"), ("2", "b")]).await;
    lake.upsert("b3", &[("2", "B")]).await;
    let answers = ["1|a|b1|1", "1|A|b2|1\n2|b|b2|2", "1|A|b2|1\n2|B|b3|1"];
    let history = lake.lake.versions(&lake.id).await.unwrap();
    for (version, answer) in answers.iter().enumerate() {
        assert_eq!(
            query(&lake.lake, ALL, lake.at(version as u64)).await,
            *answer
        );
        let as_of = ReadPoint {
            as_of: Some(history[version].committed_at),
            ..ReadPoint::default()
        };
        assert_eq!(query(&lake.reopened(), ALL, as_of).await, *answer);
    }
    let missing = try_query(&lake.lake, ALL, lake.at(3)).await.unwrap_err();
    assert_eq!(missing.to_string(), "`population.person` has no version 3");
    let too_old = ReadPoint {
        as_of: Some(jiff::Timestamp::UNIX_EPOCH),
        ..ReadPoint::default()
    };
    assert!(matches!(
        try_query(&lake.lake, ALL, too_old).await,
        Err(Error::NoVersionAt { .. })
    ));
}

#[tokio::test]
async fn a_restored_version_is_a_new_version() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    lake.upsert("b2", &[("1", "A"), ("3", "c")]).await;
    lake.lake
        .append(&lake.id, &people("t1", &[("2", "tail")]), b"")
        .await
        .unwrap();
    let restored = lake.lake.restore(&lake.id, 0, batch("r1")).await.unwrap();
    assert_eq!(restored.version, 3);
    assert_eq!(lake.query(ALL).await, "1|a|b1|1\n2|b|b1|2");
    assert_eq!(
        query(&lake.reopened(), ALL, ReadPoint::default()).await,
        "1|a|b1|1\n2|b|b1|2"
    );
    assert_eq!(
        query(&lake.lake, ALL, lake.at(2)).await,
        "1|A|b2|1\n2|tail|t1|1\n3|c|b2|2"
    );
    assert_eq!(
        lake.lake.find_commit(&lake.id, &batch("r1")).await.unwrap(),
        Some(3)
    );
    lake.lake
        .append(&lake.id, &people("t2", &[("2", "again")]), b"")
        .await
        .unwrap();
    lake.lake.fold(&lake.id).await.unwrap();
    assert_eq!(
        query(&lake.reopened(), ALL, ReadPoint::default()).await,
        "1|a|b1|1\n2|again|t2|1"
    );
    assert!(matches!(
        lake.lake.restore(&lake.id, 9, batch("r2")).await,
        Err(Error::NoVersion { version: 9, .. })
    ));
}

#[tokio::test]
async fn a_compaction_joins_small_files_and_changes_no_row() {
    let lake = Fixture::new();
    for number in 0..10 {
        let name = format!("b{number}");
        lake.append(&name, &[(name.as_str(), "x"), ("same", "y")])
            .await;
    }
    let before = lake.everything().await;
    let compacted = lake.lake.compact(&lake.id).await.unwrap().unwrap();
    assert_eq!((compacted.files_before, compacted.files_after), (10, 1));
    assert_eq!(lake.everything().await, before);
    assert_eq!(lake.lake.compact(&lake.id).await.unwrap(), None);
    assert_eq!(
        query(
            &lake.reopened(),
            "SELECT count(*) FROM population.person",
            ReadPoint::default()
        )
        .await,
        "20"
    );
    assert_eq!(
        query(
            &lake.lake,
            "SELECT count(*) FROM population.person",
            lake.at(4)
        )
        .await,
        "10"
    );
}

#[tokio::test]
async fn compactions_at_the_same_time_leave_the_count() {
    let lake = Arc::new(Fixture::new());
    for number in 0..20 {
        let name = format!("b{number}");
        lake.append(&name, &[(name.as_str(), "x")]).await;
    }
    let mut tasks: Vec<_> = (0..3)
        .map(|_| {
            let lake = Arc::clone(&lake);
            tokio::spawn(async move {
                lake.lake.compact(&lake.id).await.unwrap();
            })
        })
        .collect();
    let appending = Arc::clone(&lake);
    tasks.push(tokio::spawn(async move {
        for number in 0..10 {
            let name = format!("c{number}");
            appending.append(&name, &[(name.as_str(), "x")]).await;
        }
    }));
    for task in tasks {
        task.await.unwrap();
    }
    let count = "SELECT count(*), count(DISTINCT id) FROM population.person";
    assert_eq!(lake.query(count).await, "30|30");
    assert_eq!(
        query(&lake.reopened(), count, ReadPoint::default()).await,
        "30|30"
    );
}

#[tokio::test]
async fn a_compaction_that_doubles_rows_is_taken_back() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    lake.append("b2", &[("2", "b")]).await;
    let log = lake.table_folder().join("_delta_log");
    lake.lake
        .table(&lake.id)
        .unwrap()
        .owned
        .steps
        .set(move |step| {
            if step == "compacted" {
                let first = fs::read_to_string(log.join("00000000000000000000.json")).unwrap();
                let lines: Vec<&str> = first
                    .lines()
                    .filter(|line| line.contains("commitInfo") || line.contains("\"add\""))
                    .collect();
                fs::write(log.join("00000000000000000003.json"), lines.join("\n")).unwrap();
            }
        });
    let error = lake.lake.compact(&lake.id).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::CountChanged {
                before: 2,
                after: 3,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(lake.query(ALL).await, "1|a|b1|1\n2|b|b2|1");
    assert_eq!(
        query(&lake.reopened(), ALL, ReadPoint::default()).await,
        "1|a|b1|1\n2|b|b2|1"
    );
}

#[tokio::test]
async fn a_vacuum_removes_what_no_kept_version_needs() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    lake.commit(&people("b2", &[("2", "b")]), "b2", Change::Replace)
        .await
        .unwrap();
    let kept = lake
        .lake
        .vacuum(&lake.id, Duration::from_hours(24 * 400))
        .await
        .unwrap();
    assert_eq!(kept.files, 0);
    assert_eq!(query(&lake.lake, ALL, lake.at(0)).await, "1|a|b1|1");
    let removed = lake
        .lake
        .vacuum(&lake.id, Duration::from_millis(1))
        .await
        .unwrap();
    assert_eq!(removed.files, 1);
    assert_eq!(lake.data_files().len(), 1);
    assert_eq!(lake.query(ALL).await, "2|b|b2|1");
    let gone = try_query(&lake.lake, ALL, lake.at(0)).await.unwrap_err();
    assert_eq!(
        gone.to_string(),
        "version 0 of `population.person` needs files that were removed after the time that versions are kept"
    );
    assert!(matches!(
        lake.lake.restore(&lake.id, 0, batch("r1")).await,
        Err(Error::Vacuumed { version: 0, .. })
    ));
}

#[tokio::test]
async fn a_vacuum_leaves_files_that_are_being_written_and_removes_those_of_the_dead() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    let folder = lake.table_folder();
    fs::write(folder.join("part-young.parquet"), "x").unwrap();
    let old = folder.join("part-old.parquet");
    fs::write(&old, "x").unwrap();
    fs::File::options()
        .write(true)
        .open(&old)
        .unwrap()
        .set_modified(SystemTime::now() - Duration::from_hours(48))
        .unwrap();
    let removed = lake
        .lake
        .vacuum(&lake.id, Duration::from_millis(1))
        .await
        .unwrap();
    assert_eq!(removed.files, 1);
    assert!(!old.exists());
    assert_eq!(lake.data_files().len(), 2);
}

#[tokio::test]
async fn a_restored_file_survives_the_vacuum() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    lake.commit(&people("b2", &[("2", "b")]), "b2", Change::Replace)
        .await
        .unwrap();
    lake.lake.restore(&lake.id, 0, batch("r1")).await.unwrap();
    lake.lake
        .vacuum(&lake.id, Duration::from_millis(1))
        .await
        .unwrap();
    assert_eq!(
        query(&lake.reopened(), ALL, ReadPoint::default()).await,
        "1|a|b1|1"
    );
}
