//! Deliveries of bytes that were collected before.

use super::*;

const TWO: &str = "编号,年龄\na,1\nb,2\n";

/// Of a header that the dataset does not know until it is declared.
const OTHER_HEADER: &str = "编号,岁数\na,1\n";

impl City {
    /// Goes on with another declaration of the dataset.
    pub(super) fn declare(&self, citizen: &str) {
        let packs = self.folder.path().join("packs");
        fs::write(packs.join("demo/datasets/citizen.yaml"), citizen).unwrap();
        let loaded = Packs::load(&[packs], &AnyCondition);
        assert!(!loaded.has_errors(), "{:?}", loaded.problems);
        crate::trial::declare(self.collector.lake(), &loaded.packs).unwrap();
        self.collector.set_packs(Arc::new(loaded.packs));
    }

    fn declare_other_header(&self) {
        self.declare(&CITIZEN.replace("from: [年龄]", "from: [年龄, 岁数]"));
    }
}

fn told(outcome: &Outcome) -> (&serde_json::Value, String) {
    let report = outcome.report.as_ref().unwrap();
    (&report["same_as"], report["notes"].to_string())
}

#[tokio::test]
async fn an_upsert_whose_rows_a_later_snapshot_took_away_is_collected_again() {
    let city = City::open().await;
    let first = city.collect(TWO, Mode::Upsert).await;
    let again = city.collect(TWO, Mode::Upsert).await;
    assert_eq!(again.status, BatchStatus::Unchanged);
    let snapshot = city.collect("编号,年龄\na,11\n", Mode::Snapshot).await;
    assert_eq!(city.rows().await, ["a:11"]);
    let third = city.collect(TWO, Mode::Upsert).await;
    assert_eq!(third.status, BatchStatus::Collected);
    assert_eq!(city.rows().await, ["a:1", "b:2"]);
    city.undo(&third.batch).await;
    city.undo(&snapshot.batch).await;
    assert_eq!(city.rows().await, ["a:1", "b:2"]);
    let back = city.collect(TWO, Mode::Upsert).await;
    assert_eq!(
        (back.status, told(&back).0),
        (BatchStatus::Unchanged, &serde_json::json!(first.batch)),
        "what the snapshot took away is back with its undoing"
    );
}

#[tokio::test]
async fn a_snapshot_that_brought_nothing_took_nothing_away() {
    let city = City::open().await;
    city.collect(TWO, Mode::Upsert).await;
    city.collect("编号,年龄\nc,many\n", Mode::Snapshot).await;
    let again = city.collect(TWO, Mode::Upsert).await;
    assert_eq!(again.status, BatchStatus::Unchanged);
}

#[tokio::test]
async fn an_append_is_collected_again_after_a_snapshot_and_never_twice() {
    let city = City::open().await;
    city.collect(TWO, Mode::Append).await;
    city.collect("编号,年龄\nc,3\n", Mode::Snapshot).await;
    let again = city.collect(TWO, Mode::Append).await;
    assert_eq!(again.status, BatchStatus::Collected);
    let twice = city.collect(TWO, Mode::Append).await;
    assert_eq!(twice.status, BatchStatus::Unchanged);
    assert_eq!(city.rows().await, ["a:1", "b:2", "c:3"]);
}

#[tokio::test]
async fn rows_that_came_in_another_mode_are_read_again_but_not_appended() {
    let city = City::open().await;
    city.collect(TWO, Mode::Snapshot).await;
    let appended = city.collect(TWO, Mode::Append).await;
    assert_eq!(appended.status, BatchStatus::Unchanged);
    assert_eq!(city.rows().await, ["a:1", "b:2"]);
    let upserted = city.collect(TWO, Mode::Upsert).await;
    assert_eq!(upserted.status, BatchStatus::Collected);
    city.collect("编号,年龄\nc,3\n", Mode::Upsert).await;
    city.collect("编号,年龄\nb,2\n", Mode::Upsert).await;
    let whole = city.collect("编号,年龄\nb,2\n", Mode::Snapshot).await;
    assert_eq!(
        whole.status,
        BatchStatus::Collected,
        "an upsert of the same bytes does not say that there is nothing else"
    );
    assert_eq!(city.rows().await, ["b:2"]);
}

#[tokio::test]
async fn an_unchanged_delivery_names_the_batch_that_stands_and_what_lets_it_be_read_again() {
    for mode in [Mode::Snapshot, Mode::Upsert, Mode::Append] {
        let city = City::open().await;
        let first = city.collect(TWO, mode).await;
        let again = city.collect(TWO, mode).await;
        assert_eq!(again.status, BatchStatus::Unchanged);
        let (same_as, notes) = told(&again);
        assert_eq!(same_as, &serde_json::json!(first.batch));
        let mend = format!("yandu batch undo {}", first.batch);
        assert!(notes.contains(&mend), "{notes}");
        city.undo(&first.batch).await;
        let mended = city.collect(TWO, mode).await;
        assert_eq!(mended.status, BatchStatus::Collected, "{mode:?}");
        assert_eq!(city.rows().await, ["a:1", "b:2"]);
    }
}

#[tokio::test]
async fn what_another_declaration_read_is_read_again() {
    for mode in [Mode::Snapshot, Mode::Upsert] {
        let city = City::open().await;
        city.collect(OTHER_HEADER, mode).await;
        assert_eq!(city.rows().await, ["a:"]);
        city.declare_other_header();
        let again = city.collect(OTHER_HEADER, mode).await;
        assert_eq!(again.status, BatchStatus::Collected, "{mode:?}");
        assert_eq!(city.rows().await, ["a:1"]);
        let twice = city.collect(OTHER_HEADER, mode).await;
        assert_eq!(twice.status, BatchStatus::Unchanged, "{mode:?}");
    }
}

#[tokio::test]
async fn appended_rows_that_another_declaration_read_stay_and_the_answer_says_so() {
    let city = City::open().await;
    let first = city.collect(OTHER_HEADER, Mode::Append).await;
    city.declare_other_header();
    let again = city.collect(OTHER_HEADER, Mode::Append).await;
    assert_eq!(again.status, BatchStatus::Unchanged);
    assert_eq!(city.rows().await, ["a:"]);
    let (_, notes) = told(&again);
    assert!(notes.contains("declared otherwise"), "{notes}");
    city.undo(&first.batch).await;
    city.collect(OTHER_HEADER, Mode::Append).await;
    assert_eq!(city.rows().await, ["a:1"]);
}

#[tokio::test]
async fn a_declaration_that_reads_the_same_makes_nothing_be_read_again() {
    let city = City::open().await;
    city.collect(TWO, Mode::Upsert).await;
    city.declare(&CITIZEN.replace("市公安局", "市数据局"));
    let again = city.collect(TWO, Mode::Upsert).await;
    assert_eq!(again.status, BatchStatus::Unchanged);
    city.declare(&CITIZEN.replace("[0, 150]", "[0, 120]"));
    let again = city.collect(TWO, Mode::Upsert).await;
    assert_eq!(again.status, BatchStatus::Collected, "a check is another");
}

#[tokio::test]
async fn a_batch_of_before_declarations_were_written_down_stands() {
    let city = City::open().await;
    let first = city.collect(TWO, Mode::Upsert).await;
    sqlx::query("UPDATE batch SET declaration = NULL WHERE id = ?")
        .bind(first.batch.as_str())
        .execute(city.collector.inner.batches.pool())
        .await
        .unwrap();
    city.declare_other_header();
    let again = city.collect(TWO, Mode::Upsert).await;
    assert_eq!(again.status, BatchStatus::Unchanged);
}

#[tokio::test]
async fn a_delivery_whose_process_ended_after_its_commit_adds_nothing_when_it_comes_again() {
    for mode in [Mode::Snapshot, Mode::Upsert, Mode::Append] {
        let city = City::open().await;
        let first = city.collect(TWO, mode).await;
        sqlx::query("UPDATE batch SET status = 'committing', version = NULL, finished_at = NULL WHERE id = ?")
            .bind(first.batch.as_str())
            .execute(city.collector.inner.batches.pool())
            .await
            .unwrap();
        let again = city.collect(TWO, mode).await;
        assert_eq!(again.status, BatchStatus::Unchanged, "{mode:?}");
        assert_eq!(city.rows().await, ["a:1", "b:2"]);
    }
}
