//! What the planner is told of the rows that a reader sees, and what it makes of it.

use super::world::{PLAIN, Person, World, asked, hidden, permit, rows, staff, told, visible};
use crate::Session;
use crate::fixture::lines;

/// The statistics of what comes out of the barrier.
async fn known(reader: &Session, sql: &str) -> String {
    let plan = told(reader, &format!("EXPLAIN VERBOSE {sql}")).await;
    let mut barriers = plan.lines().filter(|line| line.contains("BarrierExec"));
    let told = barriers.find_map(|line| line.split_once("statistics="));
    told.map_or(plan.as_str(), |(_, known)| known).to_owned()
}

/// What the uppermost join of a plan holds in memory.
async fn build_side(reader: &Session, sql: &str) -> String {
    let plan = told(reader, &format!("EXPLAIN {sql}")).await;
    let lines = plan
        .lines()
        .map(|line| line.trim().trim_start_matches("physical_plan|"));
    let mut below = lines.skip_while(|line| !line.starts_with("HashJoinExec"));
    let join = below.next().unwrap_or_default().to_owned();
    let moving = ["CoalescePartitions", "Repartition", "Cooperative"];
    let passes = |line: &&str| moving.iter().any(|one| line.starts_with(one));
    let first = below.find(|line| !passes(line)).unwrap_or_default();
    format!("{join}\n{first}")
}

async fn counted(people: &[Person]) -> World {
    let world = World::new(people).await;
    count(&world).await;
    world
}

async fn count(world: &World) {
    told(&world.open(), "SELECT id FROM hr.staff").await;
    world.lake.estimates_made().await;
}

fn person(id: i64, salary: i64) -> Person {
    Person {
        id,
        dept: "a",
        salary,
        code: id.to_string(),
    }
}

#[tokio::test]
async fn the_planner_is_told_how_many_rows_and_values_filters_leave_of_what_is_seen() {
    let all = |hidden: Vec<Person>| visible().into_iter().chain(hidden).collect::<Vec<_>>();
    let worlds = [
        counted(&all(hidden(4))).await,
        counted(&all(hidden(3_000))).await,
    ];
    for (sql, statistics) in [
        (
            "SELECT id, dept, salary FROM hr.staff",
            "[Rows=Inexact(40), Bytes=Absent, [(Col[0]: Distinct=Inexact(40)),(Col[1]:),(Col[2]: Distinct=Inexact(40))]]",
        ),
        (
            "SELECT salary FROM hr.staff WHERE id <= 10",
            "[Rows=Inexact(10), Bytes=Absent, [(Col[0]: Distinct=Inexact(10))]]",
        ),
        (
            "SELECT id FROM hr.staff WHERE id = 7 AND salary > 110",
            "[Rows=Inexact(1), Bytes=Absent, [(Col[0]: Distinct=Inexact(1))]]",
        ),
        // Of texts nothing is known. One of them is taken to leave a tenth, any other condition a fifth.
        (
            "SELECT id FROM hr.staff WHERE dept = 'a'",
            "[Rows=Inexact(4), Bytes=Absent, [(Col[0]: Distinct=Inexact(4))]]",
        ),
        (
            "SELECT id FROM hr.staff WHERE dept LIKE 'a%' AND code <> '1' AND id <= 20",
            "[Rows=Inexact(1), Bytes=Absent, [(Col[0]: Distinct=Inexact(1))]]",
        ),
        // Who has such a number has come since.
        (
            "SELECT id FROM hr.staff WHERE id > 400",
            "[Rows=Inexact(4), Bytes=Absent, [(Col[0]:)]]",
        ),
    ] {
        for world in &worlds {
            assert_eq!(known(&world.open(), sql).await, statistics, "{sql}");
        }
    }
}

#[tokio::test]
async fn whoever_sees_all_rows_is_told_as_many_however_they_came() {
    let together = World::new(&visible()).await;
    let replaced = World::new(&visible()).await;
    let again = rows("hot", &visible()[..1]);
    let hot = replaced.lake.append(&staff(), &again, b"hot").await;
    hot.unwrap();
    for world in [&together, &replaced] {
        let reader = world.as_reader([permit("whole", None, PLAIN)]);
        told(&reader, "SELECT id FROM hr.staff").await;
        world.lake.estimates_made().await;
        assert_eq!(
            known(&reader, "SELECT id FROM hr.staff").await,
            "[Rows=Inexact(40), Bytes=Absent, [(Col[0]: Distinct=Inexact(40))]]"
        );
    }
}

#[tokio::test]
async fn of_a_masked_column_and_of_one_that_some_rows_lack_no_number_of_values_is_told() {
    let world = counted(&visible()).await;
    // Somebody who sees the same rows, and all of them, has asked before.
    told(&world.open(), "SELECT salary FROM hr.staff").await;
    world.lake.estimates_made().await;
    let mut columns = PLAIN.to_vec();
    columns[2].1 = Some(yandu_words::Mask::Step { by: 10 });
    let masked = permit("masked", Some("dept <> 'secret'"), &columns);
    let lacking = [
        permit("all", Some("id < 20"), PLAIN),
        permit("some", None, &PLAIN[..2]),
    ];
    for permits in [vec![masked], lacking.to_vec()] {
        let reader = world.as_reader(permits);
        told(&reader, "SELECT id FROM hr.staff").await;
        world.lake.estimates_made().await;
        assert_eq!(
            known(&reader, "SELECT id, salary FROM hr.staff").await,
            "[Rows=Inexact(40), Bytes=Absent, [(Col[0]: Distinct=Inexact(40)),(Col[1]:)]]"
        );
    }
}

#[tokio::test]
async fn a_join_holds_what_filters_leave_less_of() {
    let world = counted(&visible()).await;
    let sql = "SELECT a.code FROM hr.staff a JOIN hr.staff b ON a.id = b.salary";
    let side = build_side(&world.open(), sql).await;
    assert!(side.contains("on=[(id@0, salary@0)]"), "{side}");
    let side = build_side(&world.open(), &format!("{sql} WHERE b.dept = 'a'")).await;
    assert!(side.contains("on=[(salary@0, id@0)]"), "{side}");
}

#[tokio::test]
async fn a_join_holds_a_table_rather_than_a_join_that_makes_more_rows_of_few_values() {
    let sql = "SELECT c.code FROM hr.staff a JOIN hr.staff b ON a.salary = b.salary JOIN hr.staff c ON b.id = c.id";
    let few: Vec<Person> = (1..=40).map(|id| person(id, 100 + id % 2)).collect();
    let side = build_side(&counted(&few).await.open(), sql).await;
    assert!(side.contains("BarrierExec"), "{side}");
    // Each with a value of its own makes no more.
    let side = build_side(&counted(&visible()).await.open(), sql).await;
    assert!(!side.contains("BarrierExec"), "{side}");
}

#[tokio::test]
async fn few_rows_come_in_one_partition_however_many_are_hidden() {
    let sql = "EXPLAIN SELECT a.code FROM hr.staff a JOIN hr.staff b ON a.id = b.salary";
    for hidden in [hidden(4), hidden(30_000)] {
        let all: Vec<Person> = visible().into_iter().chain(hidden).collect();
        let world = World::new(&all).await;
        let unknown = told(&world.open(), sql).await;
        assert!(unknown.contains("input_partitions=2"), "{unknown}");
        count(&world).await;
        let known = told(&world.open(), sql).await;
        let is_apart =
            known.contains("input_partitions=2") || known.contains("CoalescePartitionsExec");
        assert!(!is_apart, "{known}");
        assert_eq!(
            asked(&world.open(), "SELECT id FROM hr.staff")
                .await
                .unwrap()
                .len(),
            40
        );
    }
}

#[tokio::test]
async fn what_is_known_of_an_earlier_moment_does_until_the_next_is_known() {
    let world = counted(&visible()).await;
    let sql = "SELECT salary FROM hr.staff";
    let expected = |rows, values| {
        format!("[Rows=Inexact({rows}), Bytes=Absent, [(Col[0]: Distinct=Inexact({values}))]]")
    };
    world
        .append("b2", &[person(41, 9_000), person(42, 9_000)])
        .await;
    assert_eq!(known(&world.open(), sql).await, expected(40, 40));
    world.lake.estimates_made().await;
    // Two rows are too few to look for bounds again.
    assert_eq!(known(&world.open(), sql).await, expected(42, 40));
    let more: Vec<Person> = (43..=60).map(|id| person(id, 9_000)).collect();
    world.append("b3", &more).await;
    count(&world).await;
    assert_eq!(known(&world.open(), sql).await, expected(60, 60));
}

#[tokio::test]
async fn bounds_of_an_earlier_moment_are_not_taken_for_those_of_every_row() {
    let world = counted(&visible()).await;
    let more: Vec<Person> = (41..=60).map(|id| person(id, 1)).collect();
    world.append("b2", &more).await;
    // Before, there was one such row, which needs no order.
    let sql = "SELECT id FROM hr.staff WHERE id + 1 >= 41 ORDER BY id DESC";
    let rows = world.open().query(sql).await.unwrap();
    let found = lines(&rows.collect().await.unwrap());
    let wanted: Vec<String> = (40..=60).rev().map(|id| id.to_string()).collect();
    assert_eq!(found, wanted);
    assert_eq!(asked(&world.open(), sql).await.unwrap().len(), 21);
}
