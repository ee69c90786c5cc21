//! Releases that are cut off.

use super::references::{run_sql, started_again};
use super::*;
use crate::quarantine::{RowState, Selection};

pub(super) const FAULTS: &str = "编号,年龄\na,1\nb,x\nc,many\n";

impl City {
    /// The rows of a batch that waited, each with what became of it.
    pub(super) async fn states(&self, batch: &BatchId) -> Vec<(u64, RowState)> {
        let all = Selection::default();
        let rows = self.collector.quarantined(batch, &all).await.unwrap();
        rows.iter().map(|row| (row.row, row.state)).collect()
    }

    pub(super) async fn release_row(&self, batch: &BatchId, row: u64) -> crate::Result<Vec<u64>> {
        let me = Principal::local_administrator();
        let rows = [row];
        let releasing = self.collector.release(&me, batch, &rows, "asked");
        Ok(releasing.await?.released)
    }

    pub(super) async fn correct(&self, batch: &BatchId, row: u64) {
        let me = Principal::local_administrator();
        let age = [("age".to_owned(), Some("22".to_owned()))].into();
        let correcting = self.collector.correct(&me, batch, row, &age, "asked");
        correcting.await.unwrap();
    }

    /// The record of a release of the second row whose process is gone; its commit is still to come.
    pub(super) async fn begin_release(&self, batch: &BatchId, commit: &BatchId) {
        sqlx::query(
            "INSERT INTO releasing (commit_id, dataset, batch, rows, principal, reason, at) \
             VALUES (?, 'demo.citizen', ?, '[2]', 'me', 'cut off', 0)",
        )
        .bind(commit.as_str())
        .bind(batch.as_str())
        .execute(self.collector.inner.batches.pool())
        .await
        .unwrap();
    }

    async fn releasing(&self) -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM releasing")
            .fetch_one(self.collector.inner.batches.pool())
            .await
            .unwrap()
    }

    /// Releases a corrected row as a process does that ends after the commit, before it says so.
    async fn cut_off_after_the_commit(&self, batch: &BatchId, row: u64) {
        self.correct(batch, row).await;
        run_sql(
            self,
            "CREATE TRIGGER stopped BEFORE INSERT ON quarantine_action WHEN NEW.action = 'released' \
             BEGIN SELECT RAISE(ABORT, 'stopped'); END",
        )
        .await;
        self.release_row(batch, row).await.unwrap_err();
        run_sql(self, "DROP TRIGGER stopped").await;
    }
}

pub(super) fn without_key() -> String {
    let reference = "  - {name: boss-unknown, column: boss, references: demo.citizen}\n";
    CITIZEN.replace("key: [id]\n", "").replace(reference, "")
}

#[tokio::test]
async fn rows_of_a_release_that_is_cut_off_after_its_commit_are_there_once_and_wait_no_more() {
    for (citizen, mode) in [
        (CITIZEN.to_owned(), Mode::Snapshot),
        (CITIZEN.to_owned(), Mode::Upsert),
        (CITIZEN.to_owned(), Mode::Append),
        (without_key(), Mode::Append),
    ] {
        let city = City::open().await;
        city.declare(&citizen);
        let faults = city.collect(FAULTS, mode).await.batch;
        city.cut_off_after_the_commit(&faults, 2).await;
        assert_eq!(city.rows().await, ["a:1", "b:22"], "{mode:?}");

        let city = started_again(city).await;
        city.declare(&citizen);
        let states = [(2, RowState::Released), (3, RowState::Waiting)];
        assert_eq!(city.states(&faults).await, states, "{mode:?}");
        let me = Principal::local_administrator();
        let again = city.collector.release(&me, &faults, &[], "again").await;
        let again = again.unwrap();
        assert!(again.released.is_empty(), "{mode:?}");
        let refused: Vec<u64> = again.refused.iter().map(|refused| refused.row).collect();
        assert_eq!(refused, [3], "{mode:?}");
        assert_eq!(city.rows().await, ["a:1", "b:22"], "{mode:?}");
        assert_eq!(city.releasing().await, 0);
        let city = started_again(city).await;
        assert_eq!(city.states(&faults).await, states, "once");
    }
}

#[tokio::test]
async fn rows_of_a_release_that_is_cut_off_before_its_commit_still_wait() {
    for (citizen, mode) in [
        (CITIZEN.to_owned(), Mode::Snapshot),
        (without_key(), Mode::Append),
    ] {
        let city = City::open().await;
        city.declare(&citizen);
        let faults = city.collect(FAULTS, mode).await.batch;
        let commit = city.collector.new_batch_id().await.unwrap();
        city.begin_release(&faults, &commit).await;

        let city = started_again(city).await;
        city.declare(&citizen);
        let states = [(2, RowState::Waiting), (3, RowState::Waiting)];
        assert_eq!(city.states(&faults).await, states);
        assert_eq!(city.releasing().await, 0);
        city.correct(&faults, 2).await;
        assert_eq!(city.release_row(&faults, 2).await.unwrap(), [2]);
        assert_eq!(city.rows().await, ["a:1", "b:22"]);
    }
}

#[tokio::test]
async fn a_release_under_way_is_settled_by_whoever_has_the_turn() {
    let city = City::open().await;
    let faults = city.collect(FAULTS, Mode::Upsert).await.batch;
    city.cut_off_after_the_commit(&faults, 2).await;
    let turn = city.collector.turn(&"demo.citizen".parse().unwrap());
    let held = turn.lock().await;
    city.collector.recover().await.unwrap();
    assert_eq!(city.releasing().await, 1);
    drop(held);
    city.collector.recover().await.unwrap();
    assert_eq!(city.releasing().await, 0);
}

#[tokio::test]
async fn a_row_that_is_in_the_lake_and_of_which_that_is_not_said_yet_is_not_given_up() {
    let city = City::open().await;
    let faults = city.collect(FAULTS, Mode::Upsert).await.batch;
    city.cut_off_after_the_commit(&faults, 2).await;
    let me = Principal::local_administrator();
    let dropping = city.collector.drop_rows(&me, &faults, &[2], "a copy");
    let refused = dropping.await.unwrap_err();
    assert!(matches!(refused, Error::NotQuarantined { row: 2, .. }));
    let states = [(2, RowState::Released), (3, RowState::Waiting)];
    assert_eq!(city.states(&faults).await, states);
}
