//! What was read under a permit ends with it, wherever it waits.

use std::convert::identity;
use std::sync::Arc;
use std::time::{Duration, Instant};

use datafusion::common::DataFusionError;
use datafusion::physical_plan::collect;
use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};

use super::check::planned;
use super::world::{PLAIN, Person, World, permit, staff};
use crate::{Error, Principal, ReadPoint, Rights, Rows, Session, Sight, Term};

/// So many rows are some batches of an answer.
const MANY: i64 = 60_000;

/// It is under way for long before it has a row, and reads little of the dataset meanwhile.
const LONG: &str = "SELECT count(*) FROM hr.staff s CROSS JOIN generate_series(1, 10000000) n (v) WHERE s.id * v % 7 = 3";

/// Within this time a permit that has ended ends what is read under it.
const SOON: Duration = Duration::from_secs(1);

async fn crowd() -> World {
    let people: Vec<Person> = (0..MANY)
        .map(|id| Person {
            id,
            dept: "a",
            salary: 1,
            code: String::new(),
        })
        .collect();
    World::new(&people).await
}

/// A reader of the ids, under a permit that ends with the term.
fn reader(world: &World, term: &Term) -> Session {
    let mut granted = permit("grant 7", None, &PLAIN[..1]);
    granted.term = term.clone();
    world.as_reader([granted])
}

async fn first(session: &Session, sql: &str) -> Rows {
    let mut rows = session.query(sql).await.unwrap();
    let first = rows.next().await.unwrap().unwrap();
    assert!(first.num_rows() < MANY as usize, "{sql}");
    rows
}

#[tokio::test]
async fn what_an_order_a_group_or_a_join_has_read_ends_with_the_permission() {
    let world = crowd().await;
    for sql in [
        "SELECT id FROM hr.staff ORDER BY id DESC",
        "SELECT id, count(*) FROM hr.staff GROUP BY id",
        "SELECT a.id FROM hr.staff a JOIN hr.staff b ON a.id = b.id",
        "SELECT v FROM generate_series(1, 60000) n (v) WHERE v <> (SELECT max(id) FROM hr.staff) ORDER BY v",
    ] {
        let term = Term::default();
        let mut rows = first(&reader(&world, &term), sql).await;
        term.end();
        let next = rows.next().await;
        assert!(
            matches!(next, Some(Err(Error::Ended(_)))),
            "{sql}: {next:?}"
        );
        assert!(rows.next().await.is_none(), "{sql}");
    }
}

#[tokio::test]
async fn the_barrier_itself_gives_no_row_under_a_permission_that_has_ended() {
    let world = crowd().await;
    let term = Term::default();
    let session = reader(&world, &term);
    let plan = planned(&session, "SELECT count(*) FROM hr.staff WHERE id > 3").await;
    term.end();
    let (context, _) = session.context();
    let read = collect(plan, context.task_ctx()).await;
    let error = read.unwrap_err();
    let ended = match error.find_root() {
        DataFusionError::External(cause) => cause.downcast_ref::<Error>(),
        _ => None,
    };
    assert!(matches!(ended, Some(Error::Ended(_))), "{error:?}");
}

#[tokio::test]
async fn whoever_waits_for_a_row_is_told_within_a_second_that_the_permission_was_revoked() {
    let world = crowd().await;
    let term = Term::default();
    let mut rows = reader(&world, &term).query(LONG).await.unwrap();
    let revoking = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(500)).await;
        term.end();
        Instant::now()
    });
    let next = rows.next().await;
    let told = Instant::now();
    assert!(matches!(next, Some(Err(Error::Ended(_)))), "{next:?}");
    let revoked = revoking.await.unwrap();
    assert!(told - revoked < SOON, "{:?}", told - revoked);
}

#[tokio::test]
async fn whoever_waits_for_a_row_is_told_within_a_second_that_the_permission_has_expired() {
    let world = crowd().await;
    // The clock of the lake is that of the machine.
    let until = Timestamp::now() + SignedDuration::from_secs(3);
    let mut rows = reader(&world, &Term::until(until))
        .query(LONG)
        .await
        .unwrap();
    let next = rows.next().await;
    let late = Timestamp::now().duration_since(until);
    assert!(matches!(next, Some(Err(Error::Ended(_)))), "{next:?}");
    assert!(!late.is_negative(), "{late}");
    assert!(late < SignedDuration::from_secs(1), "{late}");
}

#[tokio::test]
async fn a_query_that_nobody_reads_on_lets_go_what_it_holds_within_a_second() {
    let world = crowd().await;
    let granted = permit("grant 7", None, &PLAIN[..1]);
    let term = granted.term.clone();
    let rights = Arc::new(Rights::new("p1", [(staff(), Sight::new([granted]))]));
    let principal = Principal::with_rights("reader", Arc::clone(&rights));
    let session = world.lake.session(&principal, ReadPoint::default());
    drop(principal);
    let mut rows = first(&session, "SELECT id FROM hr.staff ORDER BY id").await;
    drop(session);
    tokio::time::sleep(Duration::from_millis(300)).await;
    // The query waits with its rows for whoever takes them.
    assert!(Arc::strong_count(&rights) > 2);
    term.end();
    let ended = Instant::now();
    // Here, and in the terms of the rows.
    while Arc::strong_count(&rights) > 2 {
        assert!(ended.elapsed() < SOON);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let next = rows.next().await;
    assert!(matches!(next, Some(Err(Error::Ended(_)))), "{next:?}");
}

#[tokio::test]
async fn what_is_made_of_rows_and_waits_is_not_handed_over_after_the_end() {
    let world = crowd().await;
    let term = Term::default();
    let rows = first(&reader(&world, &term), "SELECT id FROM hr.staff").await;
    let waiting = futures::stream::iter([1, 2, 3].map(Ok::<_, Error>));
    let mut made = rows.terms().clone().over(waiting, identity);
    assert!(matches!(made.next().await, Some(Ok(1))));
    term.end();
    let next = made.next().await;
    assert!(matches!(next, Some(Err(Error::Ended(_)))), "{next:?}");
    assert!(made.next().await.is_none());

    let term = Term::default();
    let rows = first(&reader(&world, &term), "SELECT id FROM hr.staff").await;
    let nothing = futures::stream::pending::<Result<i32, Error>>();
    let mut made = rows.terms().clone().over(nothing, identity);
    term.end();
    let next = tokio::time::timeout(SOON, made.next()).await.unwrap();
    assert!(matches!(next, Some(Err(Error::Ended(_)))), "{next:?}");
}

#[tokio::test]
async fn rows_of_the_local_administrator_and_of_no_dataset_have_no_end() {
    let world = crowd().await;
    let everything = Principal::local_administrator();
    let everything = world.lake.session(&everything, ReadPoint::default());
    let term = Term::default();
    let reader = reader(&world, &term);
    let whole = first(&everything, "SELECT id FROM hr.staff").await;
    let one = reader.query("SELECT 1").await.unwrap();
    term.end();
    for rows in [whole, one] {
        assert!(rows.terms().check().is_ok());
        assert!(!rows.collect().await.unwrap().is_empty());
    }
}
