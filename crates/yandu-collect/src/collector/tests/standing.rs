//! A snapshot of which no row passes, and what becomes of the former one.

use yandu_words::id::DatasetId;

use super::references::run_sql;
use super::*;
use crate::quarantine::{FormerSnapshot, Released, RowState};

impl City {
    /// A snapshot of two rows, then one of which both wait.
    pub(super) async fn with_faults(&self) -> Outcome {
        self.collect("编号,年龄\na,1\nb,2\n", Mode::Snapshot).await;
        self.collect("编号,年龄\nb,x\nc,many\n", Mode::Snapshot)
            .await
    }

    pub(super) async fn correct_and_release(&self, batch: &BatchId, row: u64) -> Released {
        let me = Principal::local_administrator();
        let age = [("age".to_owned(), Some("22".to_owned()))].into();
        let correcting = self.collector.correct(&me, batch, row, &age, "asked");
        correcting.await.unwrap();
        let rows = [row];
        let releasing = self.collector.release(&me, batch, &rows, "asked");
        releasing.await.unwrap()
    }
}

#[tokio::test]
async fn a_snapshot_of_which_no_row_passes_says_that_the_former_one_stays() {
    let city = City::open().await;
    let first = city.collect("编号,年龄\nz,x\n", Mode::Snapshot).await;
    assert!(
        !reasons(&first).contains(&"former-snapshot-stays 0".to_owned()),
        "there was none"
    );
    let faults = city.with_faults().await;
    assert!(
        reasons(&faults).contains(&"former-snapshot-stays 0".to_owned()),
        "{:?}",
        faults.findings
    );
    let notes = faults.report.unwrap()["notes"].to_string();
    assert!(notes.contains("the former snapshot stays"), "{notes}");
    assert_eq!(city.rows().await, ["a:1", "b:2"]);
}

#[tokio::test]
async fn the_first_released_row_of_a_snapshot_of_faults_takes_the_place_of_the_former_one() {
    let city = City::open().await;
    let faults = city.with_faults().await.batch;
    let released = city.correct_and_release(&faults, 1).await;
    assert_eq!(released.former_snapshot, Some(FormerSnapshot::Replaced));
    assert_eq!(city.rows().await, ["b:22"]);
    let record = city.collector.batch(&faults).await.unwrap().batch;
    assert_eq!(
        (record.version, record.rows_deleted),
        (released.version, 1),
        "`a` is gone"
    );
    let second = city.correct_and_release(&faults, 2).await;
    assert_eq!(second.former_snapshot, None);
    assert_eq!(city.rows().await, ["b:22", "c:22"]);
    city.undo(&faults).await;
    assert_eq!(city.rows().await, ["a:1", "b:2"]);
}

#[tokio::test]
async fn rows_of_a_snapshot_of_faults_are_added_where_a_delivery_came_since() {
    let city = City::open().await;
    let faults = city.with_faults().await.batch;
    city.collect("编号,年龄\nd,4\n", Mode::Upsert).await;
    let released = city.correct_and_release(&faults, 2).await;
    assert_eq!(released.former_snapshot, Some(FormerSnapshot::Stays));
    assert_eq!(city.rows().await, ["a:1", "b:2", "c:22", "d:4"]);
}

#[tokio::test]
async fn rows_of_a_snapshot_of_faults_are_added_where_a_row_was_written_since() {
    let city = City::open().await;
    let faults = city.with_faults().await.batch;
    let dataset: DatasetId = "demo.citizen".parse().unwrap();
    let row = serde_json::from_str(r#"{"id": "d", "age": 4}"#).unwrap();
    let me = Principal::local_administrator();
    let rows = [row];
    let writing = city.collector.write(&me, &dataset, &rows, b"d");
    writing.await.unwrap();
    let released = city.correct_and_release(&faults, 2).await;
    assert_eq!(released.former_snapshot, Some(FormerSnapshot::Stays));
    assert_eq!(city.rows().await, ["a:1", "b:2", "c:22", "d:4"]);
}

#[tokio::test]
async fn a_release_cut_off_after_its_commit_has_completed_the_snapshot() {
    let city = City::open().await;
    let faults = city.with_faults().await.batch;
    let pool = city.collector.inner.batches.pool().clone();
    let cut = "CREATE TRIGGER cut_off BEFORE UPDATE OF version ON batch BEGIN SELECT RAISE(ABORT, 'cut off'); END";
    sqlx::query(cut).execute(&pool).await.unwrap();
    let me = Principal::local_administrator();
    let age = [("age".to_owned(), Some("22".to_owned()))].into();
    let correcting = city.collector.correct(&me, &faults, 1, &age, "asked");
    correcting.await.unwrap();
    let releasing = city.collector.release(&me, &faults, &[1], "asked");
    releasing.await.unwrap_err();
    let mend = sqlx::query("DROP TRIGGER cut_off");
    mend.execute(&pool).await.unwrap();
    assert_eq!(city.rows().await, ["b:22"]);
    city.collector.recover().await.unwrap();
    let record = city.collector.batch(&faults).await.unwrap().batch;
    let version = city.collector.lake().version(&record.dataset).await;
    assert_eq!(
        (record.status, record.version, record.rows_deleted),
        (BatchStatus::Collected, version.unwrap(), 1)
    );
    let states = [(1, RowState::Released), (2, RowState::Waiting)];
    assert_eq!(city.states(&faults).await, states);
    city.undo(&faults).await;
    assert_eq!(city.rows().await, ["a:1", "b:2"]);
}

#[tokio::test]
async fn a_release_cut_off_before_its_commit_leaves_the_former_snapshot_and_can_be_made_again() {
    let city = City::open().await;
    let faults = city.with_faults().await.batch;
    city.begin_release(&faults, &faults).await;
    run_sql(
        &city,
        "UPDATE batch SET status = 'committing', rows_deleted = 1 WHERE id = (SELECT max(id) FROM batch)",
    )
    .await;
    city.collector.recover().await.unwrap();
    let record = city.collector.batch(&faults).await.unwrap().batch;
    assert_eq!(
        (record.status, record.version, record.rows_deleted),
        (BatchStatus::Collected, None, 0)
    );
    assert_eq!(city.rows().await, ["a:1", "b:2"]);
    let released = city.correct_and_release(&faults, 1).await;
    assert_eq!(released.former_snapshot, Some(FormerSnapshot::Replaced));
    assert_eq!(city.rows().await, ["b:22"]);
}

#[tokio::test]
async fn rows_of_a_snapshot_of_faults_are_not_released_once_a_newer_snapshot_came() {
    let city = City::open().await;
    let faults = city.with_faults().await.batch;
    let newer = city.collect("编号,年龄\nd,x\n", Mode::Snapshot).await;
    let newer = newer.batch;
    let me = Principal::local_administrator();
    let refused = || async {
        let releasing = city.collector.release(&me, &faults, &[], "asked");
        match releasing.await.unwrap_err() {
            Error::NewerSnapshot { newer, .. } => newer,
            other => panic!("{other}"),
        }
    };
    assert_eq!(refused().await, newer, "neither has a row in the table");
    let released = city.correct_and_release(&newer, 1).await;
    assert_eq!(released.former_snapshot, Some(FormerSnapshot::Replaced));
    assert_eq!(city.rows().await, ["d:22"]);
    assert_eq!(refused().await, newer, "its row is all there is");
    assert_eq!(city.rows().await, ["d:22"]);
}

#[tokio::test]
async fn rows_of_a_snapshot_of_faults_are_released_again_once_the_newer_snapshot_is_taken_back() {
    let city = City::open().await;
    let faults = city.with_faults().await.batch;
    let newer = city.collect("编号,年龄\nd,x\n", Mode::Snapshot).await;
    city.undo(&newer.batch).await;
    let released = city.correct_and_release(&faults, 2).await;
    assert_eq!(released.released, [2]);
    assert!(city.rows().await.contains(&"c:22".to_owned()));
}
