mod random;
mod released;

use std::time::Duration;

use yandu_words::id::DatasetId;

use super::*;

fn dataset() -> DatasetId {
    "demo.citizen".parse().unwrap()
}

impl City {
    async fn upsert(&self, content: &str) -> BatchId {
        let content = format!("编号,年龄\n{content}");
        self.collect(content, Mode::Upsert).await.batch
    }

    async fn snapshot(&self, content: &str) -> BatchId {
        let content = format!("编号,年龄\n{content}");
        self.collect(content, Mode::Snapshot).await.batch
    }

    async fn restore(&self, version: u64) {
        let me = Principal::local_administrator();
        self.collector
            .restore(&me, &dataset(), version, "as it was")
            .await
            .unwrap();
    }

    async fn status(&self, batch: &BatchId) -> BatchStatus {
        self.collector.batch(batch).await.unwrap().batch.status
    }

    /// The records of undoings, and how many of them are under way.
    async fn undoings(&self) -> (Vec<String>, i64) {
        let pool = self.collector.inner.batches.pool();
        let undoings = sqlx::query_scalar("SELECT batch || ' ' || reason FROM undoing ORDER BY at")
            .fetch_all(pool)
            .await
            .unwrap();
        let open = sqlx::query_scalar("SELECT count(*) FROM reversal")
            .fetch_one(pool)
            .await
            .unwrap();
        (undoings, open)
    }

    /// The records of an undoing whose process is gone; its commit is still to come.
    async fn cut_off(&self, batch: &BatchId) -> BatchId {
        let pool = self.collector.inner.batches.pool();
        let commit = self.collector.new_batch_id().await.unwrap();
        sqlx::query("INSERT INTO reversal (commit_id, dataset) VALUES (?, 'demo.citizen')")
            .bind(commit.as_str())
            .execute(pool)
            .await
            .unwrap();
        sqlx::query("INSERT INTO undoing (batch, undone_by, reason, commit_id, at) VALUES (?, 'me', 'cut off', ?, 0)")
            .bind(batch.as_str())
            .bind(commit.as_str())
            .execute(pool)
            .await
            .unwrap();
        commit
    }
}

#[tokio::test]
async fn an_undone_batch_gives_back_what_it_alone_replaced() {
    let city = City::open().await;
    let first = city.upsert("a,1\nb,2\nc,3\n").await;
    let second = city.upsert("b,20\nc,30\nd,40\n").await;
    city.upsert("c,33\n").await;
    city.undo(&second).await;
    assert_eq!(city.rows().await, ["a:1", "b:2", "c:33"]);
    city.undo(&first).await;
    assert_eq!(city.rows().await, ["c:33"]);
    let again = city
        .collect("编号,年龄\na,1\nb,2\nc,3\n", Mode::Upsert)
        .await;
    assert_eq!(
        again.status,
        BatchStatus::Collected,
        "an undone batch can be delivered again"
    );
    let me = Principal::local_administrator();
    let twice = city.collector.undo(&me, &first, "again").await;
    assert!(matches!(twice, Err(Error::NotUndoable { .. })));
}

#[tokio::test]
async fn an_appended_batch_can_go_alone() {
    let city = City::open().await;
    let first = city.collect("编号,年龄\na,1\n", Mode::Append).await;
    city.collect("编号,年龄\nb,2\n", Mode::Append).await;
    city.undo(&first.batch).await;
    assert_eq!(city.rows().await, ["b:2"]);
}

#[tokio::test]
async fn a_snapshot_that_was_replaced_is_undone_in_the_record_alone() {
    let city = City::open().await;
    city.snapshot("a,1\nb,2\n").await;
    let second = city.snapshot("a,10\n").await;
    let third = city.snapshot("a,100\n").await;
    city.undo(&second).await;
    assert_eq!(city.rows().await, ["a:100"]);
    city.undo(&third).await;
    assert_eq!(city.rows().await, ["a:1", "b:2"]);
}

#[tokio::test]
async fn a_released_row_goes_with_its_batch() {
    let city = City::open().await;
    let me = Principal::local_administrator();
    city.upsert("a,1\n").await;
    let nothing_good = city.upsert("b,x\n").await;
    let age = [("age".to_owned(), Some("22".to_owned()))].into();
    let collector = &city.collector;
    collector
        .correct(&me, &nothing_good, 1, &age, "asked")
        .await
        .unwrap();
    collector
        .release(&me, &nothing_good, &[1], "asked")
        .await
        .unwrap();
    city.upsert("c,3\n").await;
    assert_eq!(city.rows().await, ["a:1", "b:22", "c:3"]);
    city.undo(&nothing_good).await;
    assert_eq!(city.rows().await, ["a:1", "c:3"]);
}

#[tokio::test]
async fn a_row_released_into_an_appended_delivery_of_faults_hides_nothing() {
    let city = City::open().await;
    let me = Principal::local_administrator();
    city.upsert("a,1\nb,2\n").await;
    let content = "编号,年龄\na,x\n";
    let faults = city.collect(content, Mode::Append).await.batch;
    let replacing = city.snapshot("c,3\n").await;
    let age = [("age".to_owned(), Some("11".to_owned()))].into();
    let collector = &city.collector;
    let correcting = collector.correct(&me, &faults, 1, &age, "asked");
    correcting.await.unwrap();
    let released = collector.release(&me, &faults, &[1], "asked").await;
    assert_eq!(released.unwrap().released, [1]);
    city.undo(&replacing).await;
    assert_eq!(city.rows().await, ["a:1", "a:11", "b:2"]);
    city.undo(&faults).await;
    assert_eq!(city.rows().await, ["a:1", "b:2"]);
}

#[tokio::test]
async fn a_row_released_into_an_upsert_of_faults_hides_what_it_would_have_replaced() {
    let city = City::open().await;
    let me = Principal::local_administrator();
    city.upsert("a,1\nb,2\n").await;
    let faults = city.upsert("a,x\n").await;
    let replacing = city.snapshot("c,3\n").await;
    let age = [("age".to_owned(), Some("11".to_owned()))].into();
    let collector = &city.collector;
    let correcting = collector.correct(&me, &faults, 1, &age, "asked");
    correcting.await.unwrap();
    let released = collector.release(&me, &faults, &[1], "asked").await;
    assert_eq!(released.unwrap().released, [1]);
    city.undo(&replacing).await;
    assert_eq!(city.rows().await, ["a:11", "b:2"]);
    city.undo(&faults).await;
    assert_eq!(city.rows().await, ["a:1", "b:2"]);
}

#[tokio::test]
async fn a_row_is_not_released_beside_one_that_was_written_and_is_in_no_version_yet() {
    let city = City::open().await;
    let me = Principal::local_administrator();
    let row = serde_json::from_str(r#"{"id": "a", "age": 1}"#).unwrap();
    let collector = &city.collector;
    collector
        .write(&me, &dataset(), &[row], b"written")
        .await
        .unwrap();
    let faults = city.snapshot("a,x\nb,x\n").await;
    let age = [("age".to_owned(), Some("11".to_owned()))].into();
    for row in [1, 2] {
        let correcting = collector.correct(&me, &faults, row, &age, "asked");
        correcting.await.unwrap();
    }
    let released = collector.release(&me, &faults, &[], "asked").await.unwrap();
    assert_eq!(released.released, [2]);
    assert_eq!(released.refused[0].reasons, ["key-taken"]);
    assert_eq!(city.rows().await, ["a:1", "b:11"]);
}

#[tokio::test]
async fn going_forward_again_brings_undone_batches_back() {
    let city = City::open().await;
    let first = city.upsert("a,1\n").await;
    let second = city.upsert("a,2\nb,2\n").await;
    let third = city.upsert("c,3\n").await;
    let statuses = async || {
        let mut statuses = Vec::new();
        for batch in [&first, &second, &third] {
            statuses.push(city.status(batch).await == BatchStatus::Collected);
        }
        statuses
    };
    city.restore(0).await;
    assert_eq!(city.rows().await, ["a:1"]);
    assert_eq!(statuses().await, [true, false, false]);
    city.restore(2).await;
    assert_eq!(city.rows().await, ["a:2", "b:2", "c:3"]);
    assert_eq!(statuses().await, [true, true, true]);
    city.undo(&second).await;
    assert_eq!(city.rows().await, ["a:1", "c:3"]);
    city.restore(1).await;
    assert_eq!(city.rows().await, ["a:2", "b:2"]);
    assert_eq!(statuses().await, [true, true, false]);
    let (undoings, open) = city.undoings().await;
    let expected = [
        format!("{second} as it was"),
        format!("{third} as it was"),
        format!("{second} wrong file"),
        format!("{third} as it was"),
    ];
    assert_eq!((undoings, open), (expected.to_vec(), 0));
}

#[tokio::test]
async fn an_undoing_without_the_version_that_it_needs_changes_nothing() {
    let city = City::open().await;
    city.upsert("a,1\nb,2\n").await;
    let second = city.upsert("a,10\n").await;
    city.upsert("b,20\n").await;
    let lake = city.collector.lake();
    tokio::time::sleep(Duration::from_millis(20)).await;
    let keep = Duration::from_millis(1);
    lake.vacuum(&dataset(), keep).await.unwrap();
    let me = Principal::local_administrator();
    let refused = city.collector.undo(&me, &second, "wrong file").await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), "version-removed");
    assert!(refused.help().is_some());
    assert_eq!(city.rows().await, ["a:10", "b:20"]);
    assert_eq!(city.status(&second).await, BatchStatus::Collected);
    assert_eq!(city.undoings().await, (Vec::new(), 0));
    assert_eq!(lake.version(&dataset()).await.unwrap(), Some(2));
}

#[tokio::test]
async fn an_undoing_cut_off_before_its_commit_was_never_begun() {
    let city = City::open().await;
    let first = city.upsert("a,1\n").await;
    city.cut_off(&first).await;
    city.collector.recover().await.unwrap();
    assert_eq!(city.rows().await, ["a:1"]);
    assert_eq!(city.status(&first).await, BatchStatus::Collected);
    assert_eq!(city.undoings().await, (Vec::new(), 0));
    city.undo(&first).await;
    assert!(city.rows().await.is_empty());
}

#[tokio::test]
async fn an_undoing_cut_off_after_its_commit_is_done() {
    let city = City::open().await;
    let first = city.upsert("a,1\n").await;
    let second = city.upsert("a,2\n").await;
    city.upsert("b,3\n").await;
    let commit = city.cut_off(&second).await;
    let lake = city.collector.lake();
    lake.undo(&dataset(), second.clone(), commit).await.unwrap();
    assert_eq!(city.status(&second).await, BatchStatus::Collected);
    let turn = city.collector.turn(&dataset());
    let held = turn.lock().await;
    city.collector.recover().await.unwrap();
    assert_eq!(
        city.undoings().await.1,
        1,
        "whoever has the turn settles it"
    );
    drop(held);
    city.collector.recover().await.unwrap();
    assert_eq!(city.rows().await, ["a:1", "b:3"]);
    assert_eq!(city.status(&second).await, BatchStatus::Undone);
    assert_eq!(city.status(&first).await, BatchStatus::Collected);
    let told = vec![format!("{second} cut off")];
    assert_eq!(city.undoings().await, (told, 0));
}

#[tokio::test]
async fn a_going_back_cut_off_after_its_commit_is_done() {
    let city = City::open().await;
    let first = city.upsert("a,1\n").await;
    let second = city.upsert("a,2\n").await;
    let commit = city.cut_off(&second).await;
    let lake = city.collector.lake();
    lake.restore(&dataset(), 0, commit).await.unwrap();
    city.collector.recover().await.unwrap();
    assert_eq!(city.rows().await, ["a:1"]);
    assert_eq!(city.status(&second).await, BatchStatus::Undone);
    assert_eq!(city.status(&first).await, BatchStatus::Collected);
    assert_eq!(city.undoings().await.1, 0);
}
