mod random;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use crate::fixture::{Fixture, batch, people, people_from};
use crate::{Change, Error};

const ALL: &str = "SELECT id, name, _batch, _row FROM population.person ORDER BY id, _batch, _row";

impl Fixture {
    async fn replace(&self, name: &str, rows: &[(&str, &str)]) {
        self.commit(&people(name, rows), name, Change::Replace)
            .await
            .unwrap();
    }

    /// Rows that a batch brings later, at places of their own, and that find nothing to replace.
    async fn release(&self, name: &str, into: &str, first_row: i64, rows: &[(&str, &str)]) {
        let keys = Arc::default();
        self.release_as(name, into, first_row, rows, Change::Upsert { keys })
            .await;
    }

    async fn release_as(
        &self,
        name: &str,
        into: &str,
        first_row: i64,
        rows: &[(&str, &str)],
        change: Change,
    ) {
        let rows = people_from(into, first_row, rows);
        self.commit_into(Some(into), &rows, name, change)
            .await
            .unwrap();
    }

    async fn undo(&self, name: &str) -> (u64, u64) {
        let by = batch(&format!("{name}-undone"));
        let undone = self.lake.undo(&self.id, batch(name), by).await.unwrap();
        (undone.rows_added, undone.rows_removed)
    }

    fn files(&self) -> BTreeSet<String> {
        std::fs::read_dir(self.folder.path().join("lake/population/person"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".parquet"))
            .collect()
    }
}

#[tokio::test]
async fn what_only_the_undone_batch_had_replaced_comes_back() {
    let lake = Fixture::new();
    lake.upsert("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake.upsert("b2", &[("2", "B"), ("3", "C"), ("4", "D")])
        .await;
    lake.upsert("b3", &[("3", "CC"), ("5", "e")]).await;
    assert_eq!(lake.undo("b2").await, (1, 2));
    assert_eq!(
        lake.query(ALL).await,
        "1|a|b1|1\n2|b|b1|2\n3|CC|b3|1\n5|e|b3|2"
    );
    lake.undo("b3").await;
    assert_eq!(
        lake.query(ALL).await,
        "1|a|b1|1\n2|b|b1|2\n3|c|b1|3",
        "not the row of the batch that was undone before"
    );
    let history = lake.reopened().versions(&lake.id).await.unwrap();
    let operations: Vec<_> = history.iter().map(|version| &version.operation).collect();
    assert_eq!(
        operations,
        ["collect", "collect", "collect", "undo", "undo"]
    );
}

#[tokio::test]
async fn undoing_the_newest_batch_writes_no_data() {
    let lake = Fixture::new();
    lake.upsert("b1", &[("1", "a"), ("2", "b")]).await;
    lake.replace("b2", &[("3", "c")]).await;
    let before = lake.files();
    lake.undo("b2").await;
    assert_eq!(lake.query(ALL).await, "1|a|b1|1\n2|b|b1|2");
    assert_eq!(lake.files(), before);
    lake.undo("b1").await;
    assert_eq!(lake.query(ALL).await, "");
}

#[tokio::test]
async fn an_older_replacement_that_was_undone_does_not_come_back_with_the_newest() {
    let lake = Fixture::new();
    lake.replace("b1", &[("1", "a"), ("2", "b")]).await;
    lake.replace("b2", &[("1", "A")]).await;
    lake.replace("b3", &[("9", "z")]).await;
    assert_eq!(lake.undo("b2").await, (0, 0));
    assert_eq!(lake.query(ALL).await, "9|z|b3|1");
    lake.undo("b3").await;
    assert_eq!(lake.query(ALL).await, "1|a|b1|1\n2|b|b1|2");
}

#[tokio::test]
async fn a_replacement_below_later_changes_gives_back_what_it_made_go() {
    let lake = Fixture::new();
    lake.upsert("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake.replace("b2", &[("1", "A")]).await;
    lake.upsert("b3", &[("3", "CC"), ("4", "d")]).await;
    lake.release("b4", "b2", 7, &[("2", "BB")]).await;
    lake.undo("b2").await;
    assert_eq!(
        lake.query(ALL).await,
        "1|a|b1|1\n2|b|b1|2\n3|CC|b3|1\n4|d|b3|2"
    );
}

#[tokio::test]
async fn a_row_comes_back_from_under_a_replacement_that_was_undone() {
    let lake = Fixture::new();
    lake.upsert("b1", &[("1", "a")]).await;
    lake.replace("b2", &[("2", "b")]).await;
    lake.upsert("b3", &[("1", "A")]).await;
    lake.undo("b2").await;
    lake.undo("b3").await;
    assert_eq!(lake.query(ALL).await, "1|a|b1|1");
}

#[tokio::test]
async fn a_released_row_goes_with_its_batch_and_hides_nothing_longer() {
    let lake = Fixture::new();
    lake.upsert("b1", &[("1", "a")]).await;
    lake.upsert("b2", &[("2", "b")]).await;
    lake.replace("b3", &[("3", "c")]).await;
    // The key is free only because of the replacement.
    lake.release("b4", "b1", 7, &[("2", "released")]).await;
    lake.undo("b3").await;
    assert_eq!(lake.query(ALL).await, "1|a|b1|1\n2|released|b1|7");
    lake.undo("b1").await;
    assert_eq!(lake.query(ALL).await, "2|b|b2|1");
}

#[tokio::test]
async fn a_row_released_into_a_batch_that_appends_hides_nothing_though_the_batch_had_no_other() {
    let lake = Fixture::new();
    lake.upsert("b1", &[("1", "a"), ("2", "b")]).await;
    // Every row of `b2` waits when `b3` replaces the table.
    lake.replace("b3", &[("3", "c")]).await;
    let (name, into, rows) = ("b4", "b2", [("1", "released")]);
    lake.release_as(name, into, 7, &rows, Change::Append).await;
    lake.undo("b3").await;
    assert_eq!(lake.query(ALL).await, "1|a|b1|1\n1|released|b2|7\n2|b|b1|2");
    lake.undo("b2").await;
    assert_eq!(lake.query(ALL).await, "1|a|b1|1\n2|b|b1|2");
}

#[tokio::test]
async fn a_row_released_into_an_upsert_hides_what_stood_there_though_the_batch_had_no_other() {
    let lake = Fixture::new();
    lake.upsert("b1", &[("1", "a"), ("2", "b")]).await;
    lake.replace("b3", &[("3", "c")]).await;
    lake.release("b4", "b2", 7, &[("1", "released")]).await;
    lake.undo("b3").await;
    assert_eq!(lake.query(ALL).await, "1|released|b2|7\n2|b|b1|2");
    lake.undo("b2").await;
    assert_eq!(lake.query(ALL).await, "1|a|b1|1\n2|b|b1|2");
}

#[tokio::test]
async fn rows_written_one_by_one_stay_and_come_back() {
    let lake = Fixture::new();
    lake.upsert("b1", &[("1", "a"), ("2", "b")]).await;
    let write = async |name, rows: &[(&str, &str)]| {
        let rows = people(name, rows);
        lake.lake.append(&lake.id, &rows, b"x").await.unwrap();
    };
    write("w1", &[("1", "hot")]).await;
    lake.upsert("b2", &[("1", "A"), ("2", "B")]).await;
    write("w2", &[("2", "hotter")]).await;
    lake.undo("b2").await;
    assert_eq!(lake.query(ALL).await, "1|hot|w1|1\n2|hotter|w2|1");
    lake.undo("b1").await;
    assert_eq!(lake.query(ALL).await, "1|hot|w1|1\n2|hotter|w2|1");
}

#[tokio::test]
async fn going_back_to_a_version_makes_the_undone_batch_one_that_can_be_undone_again() {
    let lake = Fixture::new();
    lake.upsert("b1", &[("1", "a")]).await;
    lake.upsert("b2", &[("1", "A")]).await;
    lake.upsert("b3", &[("2", "b")]).await;
    lake.undo("b2").await;
    lake.lake.restore(&lake.id, 2, batch("r1")).await.unwrap();
    assert_eq!(lake.query(ALL).await, "1|A|b2|1\n2|b|b3|1");
    let present = lake.lake.ancestry(&lake.id, None).await.unwrap();
    assert!(present.has(&batch("b2")) && !present.is_undone(&batch("b2")));
    let before = lake.lake.ancestry(&lake.id, 3).await.unwrap();
    assert!(before.is_undone(&batch("b2")));
    lake.lake.compact(&lake.id).await.unwrap();
    let by = batch("u2");
    lake.lake.undo(&lake.id, batch("b2"), by).await.unwrap();
    assert_eq!(lake.query(ALL).await, "1|a|b1|1\n2|b|b3|1");
}

#[tokio::test]
async fn a_version_that_is_gone_refuses_the_undoing_and_changes_nothing() {
    let lake = Fixture::new();
    lake.upsert("b1", &[("1", "a"), ("2", "b")]).await;
    lake.upsert("b2", &[("1", "A")]).await;
    lake.upsert("b3", &[("2", "B"), ("3", "c")]).await;
    lake.upsert("b4", &[("3", "C")]).await;
    lake.lake
        .vacuum(&lake.id, Duration::from_millis(1))
        .await
        .unwrap();
    let (files, rows) = (lake.files(), lake.query(ALL).await);
    let refused = lake.lake.undo(&lake.id, batch("b2"), batch("u1")).await;
    let Err(refused @ Error::Vacuumed { version: 0, .. }) = refused else {
        panic!("{refused:?}");
    };
    assert!(refused.help().is_some());
    assert_eq!((lake.files(), lake.query(ALL).await), (files, rows));
    let version = lake.reopened().version(&lake.id).await.unwrap();
    assert_eq!(version, Some(3));
}

#[tokio::test]
async fn what_needs_no_older_version_is_undone_after_a_vacuum() {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a")]).await;
    lake.upsert("b2", &[("1", "A")]).await;
    lake.upsert("b3", &[("1", "AA")]).await;
    lake.append("b4", &[("2", "b")]).await;
    lake.upsert("b5", &[("3", "c")]).await;
    lake.lake
        .vacuum(&lake.id, Duration::from_millis(1))
        .await
        .unwrap();
    lake.undo("b2").await;
    lake.undo("b4").await;
    assert_eq!(lake.query(ALL).await, "1|AA|b3|1\n3|c|b5|1");
}

#[tokio::test]
async fn a_batch_without_rows_is_undone_in_a_table_without_versions() {
    let lake = Fixture::new();
    assert_eq!(lake.undo("b1").await, (0, 0));
    assert_eq!(lake.query(ALL).await, "");
    let undone = lake.reopened().ancestry(&lake.id, None).await.unwrap();
    assert!(undone.is_undone(&batch("b1")) && !undone.has(&batch("b1")));
}
