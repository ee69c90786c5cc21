use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::fixture::{Fixture, batch, people, query};
use crate::{Change, Changes, ReadPoint};

/// The names on one side of a change, in order.
async fn names(city: &Fixture, from: Version, to: Version, side: Side) -> String {
    let mut at = ReadPoint::default();
    at.changes
        .insert(city.id.clone(), ChangeOf { from, to, side });
    query(
        &city.lake,
        "SELECT id || ':' || name AS who FROM population.person ORDER BY who",
        at,
    )
    .await
    .replace('\n', " ")
}

async fn both(city: &Fixture, from: Version, to: Version) -> (String, String) {
    (
        names(city, from, to, Side::Added).await,
        names(city, from, to, Side::Removed).await,
    )
}

fn sides(added: &str, removed: &str) -> (String, String) {
    (added.to_owned(), removed.to_owned())
}

#[tokio::test]
async fn an_upsert_tells_the_rows_that_came_and_those_that_went() {
    let city = Fixture::new();
    city.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    city.upsert("b2", &[("2", "B"), ("4", "d")]).await;
    assert_eq!(both(&city, 0, 1).await, sides("2:B 4:d", "2:b"));
    city.upsert("b3", &[("1", "A"), ("3", "C")]).await;
    assert_eq!(both(&city, 1, 2).await, sides("1:A 3:C", "1:a 3:c"));
    assert_eq!(
        both(&city, 0, 2).await,
        sides("1:A 2:B 3:C 4:d", "1:a 2:b 3:c")
    );
    assert_eq!(
        city.lake.changes(&city.id, 0, 2).await.unwrap(),
        Changes::Known {
            added: 4,
            removed: 3,
            commits: 2
        }
    );
}

#[tokio::test]
async fn an_undoing_tells_what_went_and_what_came_back() {
    let city = Fixture::new();
    city.append("b1", &[("1", "a"), ("2", "b")]).await;
    city.upsert("b2", &[("2", "B"), ("3", "c")]).await;
    city.append("b3", &[("5", "e")]).await;
    city.lake
        .undo(&city.id, batch("b2"), batch("u"))
        .await
        .unwrap();
    assert_eq!(both(&city, 2, 3).await, sides("2:b", "2:B 3:c"));
}

#[tokio::test]
async fn joining_files_changes_no_row() {
    let city = Fixture::new();
    city.append("b1", &[("1", "a")]).await;
    city.append("b2", &[("2", "b")]).await;
    city.lake.compact(&city.id).await.unwrap().unwrap();
    assert_eq!(
        city.lake.changes(&city.id, 1, 2).await.unwrap(),
        Changes::Known {
            added: 0,
            removed: 0,
            commits: 0
        }
    );
    // What came before the joining is still told, from the file that it came in.
    assert_eq!(both(&city, 0, 2).await, sides("2:b", ""));
}

#[tokio::test]
async fn a_snapshot_and_a_return_are_not_told_row_by_row() {
    let city = Fixture::new();
    city.append("b1", &[("1", "a")]).await;
    city.commit(&people("b2", &[("2", "b")]), "b2", Change::Replace)
        .await
        .unwrap();
    city.lake.restore(&city.id, 0, batch("r")).await.unwrap();
    for (from, to) in [(0, 1), (1, 2), (0, 2)] {
        let changes = city.lake.changes(&city.id, from, to).await.unwrap();
        assert!(
            matches!(changes, Changes::Unknown(_)),
            "{from} {to} {changes:?}"
        );
    }
}

#[tokio::test]
async fn rows_that_went_are_kept_as_long_as_the_versions_and_no_longer() {
    let city = Fixture::new();
    city.append("b1", &[("1", "a"), ("2", "b")]).await;
    city.upsert("b2", &[("2", "B")]).await;
    city.lake.vacuum(&city.id, None).await.unwrap();
    assert_eq!(both(&city, 0, 1).await, sides("2:B", "2:b"));
    city.lake.vacuum(&city.id, Duration::ZERO).await.unwrap();
    let changes = city.lake.changes(&city.id, 0, 1).await.unwrap();
    assert!(matches!(changes, Changes::Unknown(why) if why.contains("kept no longer")));
    assert_eq!(
        city.query("SELECT count(*) FROM population.person").await,
        "2"
    );
}

#[tokio::test]
async fn an_exchange_of_other_rows_than_expected_changes_nothing() {
    let city = Fixture::new();
    city.append("b1", &[("1", "a"), ("2", "b")]).await;
    let rows = people("b2", &[("2", "B"), ("3", "c")]);
    let keys = Arc::new(crate::fixture::keys_of(&rows));
    let before = city.everything().await;
    for expected in [0, 2] {
        let change = Change::Exchange {
            keys: Arc::clone(&keys),
            rows: expected,
            went: None,
        };
        let error = city.commit(&rows, "b2", change).await.unwrap_err();
        assert!(matches!(error, Error::Exchange { found: 1, .. }), "{error}");
        assert_eq!(city.everything().await, before);
        assert_eq!(city.lake.version(&city.id).await.unwrap(), Some(0));
    }
    let change = Change::Exchange {
        keys,
        rows: 1,
        went: None,
    };
    city.commit(&rows, "b2", change).await.unwrap();
    assert_eq!(both(&city, 0, 1).await, sides("2:B 3:c", "2:b"));
}

#[tokio::test]
async fn only_what_follows_row_by_row_is_answered_over_a_change() {
    let city = Fixture::new();
    city.append("b1", &[("1", "a")]).await;
    city.append("b2", &[("2", "b")]).await;
    let mut at = ReadPoint::default();
    let change = ChangeOf {
        from: 0,
        to: 1,
        side: Side::Added,
    };
    at.changes.insert(city.id.clone(), change);
    for sql in [
        "SELECT count(*) FROM population.person",
        "SELECT id FROM population.person LIMIT 1",
        "SELECT row_number() OVER (ORDER BY id) FROM population.person",
        "SELECT a.id FROM population.person a JOIN population.person b ON a.id = b.id",
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM population.person)",
    ] {
        let error = crate::fixture::try_query(&city.lake, sql, at.clone())
            .await
            .unwrap_err();
        assert!(matches!(error, Error::NotDerived(_)), "{sql}: {error:?}");
    }
}

#[tokio::test]
async fn the_lake_tells_of_commits() {
    let city = Fixture::new();
    let mut commits = city.lake.commits();
    commits.mark_unchanged();
    city.append("b1", &[("1", "a")]).await;
    assert!(commits.has_changed().unwrap());
}
