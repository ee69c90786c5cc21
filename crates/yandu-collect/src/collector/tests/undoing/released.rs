//! Rows that were released, when the table becomes what it was without them, and when it has them again.

use super::super::references::{run_sql, started_again};
use super::super::released::{FAULTS, without_key};
use super::*;
use crate::quarantine::{FormerSnapshot, QuarantinedRow, RowState, Selection};

const RELEASED: [(u64, RowState); 2] = [(2, RowState::Released), (3, RowState::Waiting)];
const WAITS_AGAIN: [(u64, RowState); 2] = [(2, RowState::Corrected), (3, RowState::Waiting)];

impl City {
    /// Version 0 has the good row of a delivery, version 1 a released one beside it.
    async fn with_released(mode: Mode) -> (Self, BatchId) {
        Self::with_released_of(CITIZEN, mode).await
    }

    async fn with_released_of(citizen: &str, mode: Mode) -> (Self, BatchId) {
        let city = Self::open().await;
        city.declare(citizen);
        let faults = city.collect(FAULTS, mode).await.batch;
        city.correct(&faults, 2).await;
        assert_eq!(city.release_row(&faults, 2).await.unwrap(), [2]);
        assert_eq!(city.rows().await, ["a:1", "b:22"]);
        (city, faults)
    }

    async fn second_row(&self, batch: &BatchId) -> QuarantinedRow {
        let selection = Selection {
            rows: [2].into(),
            ..Selection::default()
        };
        let found = self.collector.quarantined(batch, &selection).await;
        found.unwrap().remove(0)
    }

    /// What the second row of all batches went through.
    async fn history(&self) -> Vec<String> {
        let sql = "SELECT action || ' ' || reason FROM quarantine_action WHERE row = 2 ORDER BY id";
        sqlx::query_scalar(sql)
            .fetch_all(self.collector.inner.batches.pool())
            .await
            .unwrap()
    }

    /// The end of a reversal cannot be recorded; its commit is there.
    async fn restore_cut_off(&self, version: u64) {
        run_sql(
            self,
            "CREATE TRIGGER stopped BEFORE DELETE ON reversal BEGIN SELECT RAISE(ABORT, 'stopped'); END",
        )
        .await;
        let me = Principal::local_administrator();
        let dataset = dataset();
        let restoring = self.collector.restore(&me, &dataset, version, "cut off");
        restoring.await.unwrap_err();
        run_sql(self, "DROP TRIGGER stopped").await;
    }
}

#[tokio::test]
async fn a_released_row_waits_again_when_a_version_without_it_comes_back_and_is_released_with_one_that_has_it()
 {
    for (citizen, mode) in [
        (CITIZEN.to_owned(), Mode::Snapshot),
        (CITIZEN.to_owned(), Mode::Upsert),
        (CITIZEN.to_owned(), Mode::Append),
        (without_key(), Mode::Append),
    ] {
        let (city, faults) = City::with_released_of(&citizen, mode).await;
        city.restore(0).await;
        assert_eq!(city.rows().await, ["a:1"], "{mode:?}");
        assert_eq!(city.status(&faults).await, BatchStatus::Collected);
        assert_eq!(city.states(&faults).await, WAITS_AGAIN, "{mode:?}");
        let row = city.second_row(&faults).await;
        assert_eq!(row.cells["age"].as_deref(), Some("22"));
        assert_eq!(row.note.unwrap().reason, "as it was");

        city.restore(1).await;
        assert_eq!(city.rows().await, ["a:1", "b:22"], "{mode:?}");
        assert_eq!(city.states(&faults).await, RELEASED, "{mode:?}");
        let twice = city.release_row(&faults, 2).await.unwrap_err();
        assert!(matches!(twice, Error::NotQuarantined { row: 2, .. }));

        city.restore(0).await;
        assert_eq!(city.release_row(&faults, 2).await.unwrap(), [2], "{mode:?}");
        assert_eq!(city.rows().await, ["a:1", "b:22"], "{mode:?}");
        let before = city.history().await;
        city.restore(1).await;
        assert_eq!(city.rows().await, ["a:1", "b:22"], "{mode:?}");
        assert_eq!(city.states(&faults).await, RELEASED, "{mode:?}");
        assert_eq!(city.history().await, before, "released by either");
        let expected = [
            "corrected asked",
            "released asked",
            "waiting as it was",
            "released as it was",
            "waiting as it was",
            "released asked",
        ];
        assert_eq!(before, expected, "{mode:?}");
    }
}

#[tokio::test]
async fn what_was_done_with_a_row_while_it_waited_again_counts_where_it_is_not_in_the_table() {
    let (city, faults) = City::with_released(Mode::Upsert).await;
    city.restore(0).await;
    let me = Principal::local_administrator();
    let dropping = city.collector.drop_rows(&me, &faults, &[2], "a copy");
    assert_eq!(dropping.await.unwrap(), 1);
    city.restore(0).await;
    let dropped = [(2, RowState::Dropped), (3, RowState::Waiting)];
    assert_eq!(city.states(&faults).await, dropped);
    city.restore(1).await;
    assert_eq!(city.rows().await, ["a:1", "b:22"]);
    assert_eq!(city.states(&faults).await, RELEASED);
}

#[tokio::test]
async fn a_released_row_of_an_undone_batch_is_what_the_version_says_that_takes_the_undoing_back() {
    for mode in [Mode::Upsert, Mode::Append] {
        let (city, faults) = City::with_released(mode).await;
        city.undo(&faults).await;
        assert!(city.rows().await.is_empty());
        assert!(city.states(&faults).await.is_empty());
        city.restore(1).await;
        assert_eq!(city.rows().await, ["a:1", "b:22"], "{mode:?}");
        assert_eq!(city.states(&faults).await, RELEASED, "{mode:?}");
        city.undo(&faults).await;
        city.restore(0).await;
        assert_eq!(city.rows().await, ["a:1"], "{mode:?}");
        assert_eq!(city.states(&faults).await, WAITS_AGAIN, "{mode:?}");
        city.undo(&faults).await;
        city.restore(1).await;
        assert_eq!(city.states(&faults).await, RELEASED, "{mode:?}");
    }
}

#[tokio::test]
async fn a_going_back_cut_off_after_its_commit_lets_its_rows_wait_at_the_next_start_or_turn() {
    for (citizen, mode) in [
        (CITIZEN.to_owned(), Mode::Upsert),
        (without_key(), Mode::Append),
    ] {
        let (city, faults) = City::with_released_of(&citizen, mode).await;
        city.restore_cut_off(0).await;
        assert_eq!(city.rows().await, ["a:1"], "{mode:?}");
        let city = started_again(city).await;
        city.declare(&citizen);
        assert_eq!(city.states(&faults).await, WAITS_AGAIN, "{mode:?}");
        assert_eq!(city.undoings().await.1, 0);

        city.restore_cut_off(1).await;
        let me = Principal::local_administrator();
        let dropping = city.collector.drop_rows(&me, &faults, &[2], "a copy");
        let refused = dropping.await.unwrap_err();
        assert!(matches!(refused, Error::NotQuarantined { row: 2, .. }));
        assert_eq!(city.states(&faults).await, RELEASED, "{mode:?}");
        let told = ["waiting cut off", "released cut off"];
        assert_eq!(city.history().await[2..], told, "once each");
    }
}

#[tokio::test]
async fn a_going_back_cut_off_before_its_commit_leaves_a_released_row_released() {
    let (city, faults) = City::with_released(Mode::Upsert).await;
    city.cut_off(&faults).await;
    let city = started_again(city).await;
    assert_eq!(city.rows().await, ["a:1", "b:22"]);
    assert_eq!(city.states(&faults).await, RELEASED);
    assert_eq!(city.history().await.len(), 2);
}

#[tokio::test]
async fn a_release_of_which_the_commit_was_not_written_down_stays_as_it_is() {
    let (city, faults) = City::with_released(Mode::Upsert).await;
    run_sql(&city, "UPDATE quarantine_action SET commit_id = NULL").await;
    city.restore(0).await;
    assert_eq!(city.states(&faults).await, RELEASED);
}

#[tokio::test]
async fn rows_of_a_snapshot_of_faults_wait_again_when_the_former_snapshot_comes_back() {
    let city = City::open().await;
    let faults = city.with_faults().await.batch;
    let released = city.correct_and_release(&faults, 1).await;
    assert_eq!(released.former_snapshot, Some(FormerSnapshot::Replaced));
    let record = async || {
        let batch = city.collector.batch(&faults).await.unwrap().batch;
        (batch.status, batch.version, batch.rows_deleted)
    };
    let completed = record().await;
    assert_eq!(completed, (BatchStatus::Collected, Some(1), 1));

    city.restore(0).await;
    assert_eq!(city.rows().await, ["a:1", "b:2"]);
    assert_eq!(record().await, (BatchStatus::Collected, None, 0));
    let waiting = [(1, RowState::Corrected), (2, RowState::Waiting)];
    assert_eq!(city.states(&faults).await, waiting);

    city.restore(1).await;
    assert_eq!(city.rows().await, ["b:22"]);
    assert_eq!(record().await, completed);
    let states = [(1, RowState::Released), (2, RowState::Waiting)];
    assert_eq!(city.states(&faults).await, states);

    city.restore(0).await;
    let released = city.correct_and_release(&faults, 2).await;
    assert_eq!(released.former_snapshot, Some(FormerSnapshot::Stays));
    assert_eq!(city.rows().await, ["a:1", "b:2", "c:22"]);
    city.undo(&faults).await;
    assert_eq!(city.rows().await, ["a:1", "b:2"]);
}
