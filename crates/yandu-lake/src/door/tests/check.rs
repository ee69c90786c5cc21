//! The last lock on a plan, tried with plans that have got past all others.

use std::sync::Arc;

use datafusion::physical_plan::ExecutionPlan;

use super::world::{World, asked, visible};
use crate::door::Broken;
use crate::{Principal, ReadPoint, Rights, Session};

/// What a session carries out for a query, before the lock.
pub(super) async fn planned(session: &Session, sql: &str) -> Arc<dyn ExecutionPlan> {
    let (context, _) = session.context();
    let plan = session.plan(&context, sql).await.unwrap();
    let state = context.state();
    state.create_physical_plan(&plan).await.unwrap()
}

#[tokio::test]
async fn a_plan_that_reads_files_is_refused_to_whoever_has_rights() {
    let world = World::new(&visible()).await;
    let everything = Principal::local_administrator();
    let everything = world.lake.session(&everything, ReadPoint::default());
    for sql in [
        "SELECT id FROM hr.staff",
        "SELECT dept, count(*) FROM hr.staff WHERE salary > 3 GROUP BY dept ORDER BY dept LIMIT 2",
        "SELECT s.id FROM (VALUES (7), (120)) AS v (n) JOIN hr.staff s ON s.id = v.n",
        "SELECT 1 UNION ALL SELECT id FROM hr.staff",
        "SELECT v FROM generate_series(1, 9) n (v) WHERE v IN (SELECT id FROM hr.staff)",
    ] {
        let past = planned(&everything, sql).await;
        assert!(everything.check_leaves(&past).is_ok(), "{sql}");
        let refused = world.open().check_leaves(&past).unwrap_err().to_string();
        assert!(
            refused.contains("a plan reads past the door"),
            "{sql}: {refused}"
        );
        let behind = planned(&world.open(), sql).await;
        assert!(world.open().check_leaves(&behind).is_ok(), "{sql}");
    }
}

#[tokio::test]
async fn a_query_whose_plan_has_got_past_the_barrier_is_not_carried_out() {
    let sql = "SELECT id FROM hr.staff";
    let world = World::with(&visible(), Some(Broken::Missing)).await;
    let past = planned(&world.open(), sql).await;
    assert!(world.open().check_leaves(&past).is_err());
    for sql in [sql, "EXPLAIN ANALYZE SELECT id FROM hr.staff"] {
        let told = asked(&world.open(), sql).await;
        assert!(told.is_err(), "{sql}: {told:?}");
    }
}

#[tokio::test]
async fn a_plan_behind_the_door_is_for_readers_under_its_own_policies() {
    let world = World::new(&visible()).await;
    let behind = planned(&world.open(), "SELECT id FROM hr.staff").await;
    let none = Principal::with_rights("reader", Arc::new(Rights::new("p2", [])));
    for other in [none, Principal::local_administrator()] {
        let other = world.lake.session(&other, ReadPoint::default());
        assert!(other.check_leaves(&behind).is_err());
    }
}

#[tokio::test]
async fn plans_that_read_no_dataset_pass() {
    let world = World::new(&visible()).await;
    for sql in [
        "SELECT 1",
        "SELECT 1 WHERE false",
        "SELECT n FROM (VALUES (1), (2)) AS v (n)",
        "SELECT count(*) FROM generate_series(1, 10)",
        "SELECT table_name FROM information_schema.tables",
        "WITH RECURSIVE up (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 5) SELECT n FROM up",
        "EXPLAIN SELECT id FROM hr.staff",
    ] {
        let plan = planned(&world.open(), sql).await;
        assert!(world.open().check_leaves(&plan).is_ok(), "{sql}");
    }
}
