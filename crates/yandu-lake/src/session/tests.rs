mod explain;
mod problem;

use futures::StreamExt;

use crate::fixture::{Fixture, people_from, query, try_query};
use crate::{Change, Error, Principal, ReadPoint};

async fn people() -> Fixture {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake
}

#[tokio::test]
async fn whatever_would_change_something_is_refused() {
    let lake = people().await;
    for sql in [
        "CREATE TABLE t (x INT)",
        "CREATE VIEW v AS SELECT 1",
        "CREATE EXTERNAL TABLE t STORED AS CSV LOCATION '/etc/passwd'",
        "DROP TABLE population.person",
        "INSERT INTO population.person SELECT * FROM population.person",
        "DELETE FROM population.person",
        "UPDATE population.person SET name = 'x'",
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "SET datafusion.execution.target_partitions = 1",
        "PREPARE p AS SELECT 1",
        "EXPLAIN ANALYZE INSERT INTO population.person SELECT * FROM population.person",
        "SELECT 1; SELECT 2",
    ] {
        let error = try_query(&lake.lake, sql, ReadPoint::default()).await;
        assert!(matches!(error, Err(Error::Query(_))), "{sql}: {error:?}");
    }
    assert_eq!(
        lake.query("SELECT count(*) FROM population.person").await,
        "3"
    );
}

#[tokio::test]
async fn no_file_can_be_read_by_its_path() {
    let lake = people().await;
    let folder = lake.folder.path().join("lake/population/person");
    let file = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|found| found == "parquet"))
        .unwrap();
    for sql in [
        format!("SELECT * FROM '{}'", file.display()),
        format!("SELECT * FROM \"{}\"", file.display()),
        format!("SELECT * FROM read_parquet('{}')", file.display()),
        format!("SELECT * FROM parquet_metadata('{}')", file.display()),
    ] {
        let error = try_query(&lake.lake, &sql, ReadPoint::default()).await;
        assert!(matches!(error, Err(Error::Query(_))), "{sql}: {error:?}");
    }
}

#[tokio::test]
async fn a_filter_with_constants_keeps_its_rows_and_no_others() {
    let lake = people().await;
    for (sql, expected) in [
        (
            "SELECT id FROM population.person WHERE 'a' = name AND name = 'a'",
            "1",
        ),
        (
            "SELECT p.id FROM (VALUES (1), (2)) AS v (n) JOIN population.person p ON 'b' = p.name WHERE p.name = 'b'",
            "2\n2",
        ),
        (
            "SELECT q.id FROM (SELECT 'c' AS c, id, name FROM population.person WHERE name = 'c') q WHERE q.c = q.name",
            "3",
        ),
        (
            "SELECT id FROM population.person WHERE 'b' < name AND name > 'a'",
            "3",
        ),
        (
            "SELECT q.id FROM (SELECT nullif('a', 'a') AS c, id, name FROM population.person WHERE name < 'c') q WHERE q.c > q.name",
            "",
        ),
        (
            "SELECT id FROM population.person WHERE 'a' = name AND name = 'b'",
            "",
        ),
        (
            "SELECT p.id FROM population.person p LEFT ANTI JOIN (SELECT name, count(*) AS n FROM population.person GROUP BY GROUPING SETS ((name), ())) g ON nullif('a', 'a') = g.name ORDER BY p.id",
            "1\n2\n3",
        ),
        (
            "SELECT q.n FROM (SELECT count(*) AS n FROM population.person HAVING (SELECT max(id) FROM population.person) > '5') q WHERE q.n >= 0",
            "",
        ),
        (
            "SELECT p.id FROM population.person p LEFT ANTI JOIN (SELECT count(*) AS n FROM population.person) g ON nullif(1, 1) = g.n ORDER BY p.id",
            "1\n2\n3",
        ),
    ] {
        assert_eq!(lake.query(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn what_reads_no_dataset_is_allowed() {
    let lake = people().await;
    assert_eq!(lake.query("SELECT 1 + 1").await, "2");
    assert_eq!(
        lake.query("SELECT count(*) FROM generate_series(1, 10)")
            .await,
        "10"
    );
    assert_eq!(
        lake.query("SELECT sum(x) FROM (VALUES (1), (2)) AS t (x)")
            .await,
        "3"
    );
    assert_eq!(
        lake.query("WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n WHERE x < 5) SELECT count(*) FROM n").await,
        "5"
    );
    assert_eq!(
        lake.query("SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema <> 'information_schema'").await,
        "population|person"
    );
    assert!(
        lake.query("DESCRIBE population.person")
            .await
            .contains("_batch")
    );
    assert!(
        lake.query("EXPLAIN SELECT * FROM population.person")
            .await
            .contains("TableScan")
    );
}

#[tokio::test]
async fn a_dataset_without_a_commit_is_empty() {
    let lake = Fixture::new();
    assert_eq!(
        lake.query("SELECT count(*), max(id) FROM population.person")
            .await,
        "0|"
    );
    assert_eq!(lake.query("SELECT * FROM population.person").await, "");
}

#[tokio::test]
async fn one_query_reads_one_version_of_a_table() {
    let lake = people().await;
    let session = lake
        .lake
        .session(&Principal::local_administrator(), ReadPoint::default());
    let mut rows = session
        .query("SELECT a.id FROM population.person a JOIN population.person b ON a.id = b.id")
        .await
        .unwrap();
    assert_eq!(rows.versions().get(&lake.id), Some(&0));
    lake.append("b2", &[("1", "again")]).await;
    let mut count = 0;
    while let Some(batch) = rows.next().await {
        count += batch.unwrap().num_rows();
    }
    assert_eq!(count, 3);
    assert_eq!(
        session
            .query("SELECT 1 FROM population.person")
            .await
            .unwrap()
            .collect()
            .await
            .unwrap()
            .iter()
            .map(arrow::array::RecordBatch::num_rows)
            .sum::<usize>(),
        4
    );
}

#[tokio::test]
async fn a_query_that_takes_too_long_is_stopped_and_says_so() {
    let lake = Fixture::with(|options| options.query_seconds = 1);
    let error = try_query(
        &lake.lake,
        "SELECT count(*) FROM generate_series(1, 10000000) a (x), generate_series(1, 10000000) b (y) WHERE x * y % 7 = 3",
        ReadPoint::default(),
    )
    .await
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the query was stopped after 1 s, the limit of one query"
    );
}

#[tokio::test]
async fn a_query_that_needs_too_much_memory_is_stopped_and_says_so() {
    let lake = Fixture::with(|options| options.memory_bytes = 4 << 20);
    let error = try_query(
        &lake.lake,
        "SELECT count(*) FROM generate_series(1, 3000000) a (x) JOIN generate_series(1, 3000000) b (y) ON x = y",
        ReadPoint::default(),
    )
    .await
    .unwrap_err();
    assert_eq!(
        error.to_string(),
        "the query needs more than the 4 MB that queries may use together"
    );
}

#[tokio::test]
async fn a_sort_that_does_not_fit_into_memory_goes_over_the_disk() {
    let lake = Fixture::with(|options| options.memory_bytes = 24 << 20);
    assert_eq!(
        lake.query("SELECT count(*), min(y) FROM (SELECT x, row_number() OVER (ORDER BY x * 7919 % 1000003, x) AS y FROM generate_series(1, 2000000) t (x))").await,
        "2000000|1"
    );
}

#[tokio::test]
async fn counts_and_extremes_come_from_the_log() {
    let lake = people().await;
    lake.append("b2", &[("7", "z")]).await;
    let plan = lake
        .query("EXPLAIN SELECT count(*), min(born), max(id) FROM population.person")
        .await;
    assert!(plan.contains("PlaceholderRowExec"), "{plan}");
    assert_eq!(
        lake.query("SELECT count(*), min(born), max(id) FROM population.person")
            .await,
        "4|1971-01-01|7"
    );
}

#[tokio::test]
async fn a_filter_reaches_the_files_also_under_a_tail() {
    let lake = people().await;
    let filtered = "EXPLAIN SELECT name FROM population.person WHERE id = '2'";
    assert!(
        lake.query(filtered).await.contains("predicate=id@0 = 2"),
        "{}",
        lake.query(filtered).await
    );
    lake.lake
        .append(&lake.id, &crate::fixture::people("t1", &[("9", "x")]), b"")
        .await
        .unwrap();
    assert!(
        lake.query(filtered).await.contains("predicate=id@0 = 2"),
        "{}",
        lake.query(filtered).await
    );
}

#[tokio::test]
async fn a_thousand_datasets_are_declared_and_listed() {
    let lake = Fixture::new();
    for number in 0..1_000 {
        let mut spec = crate::fixture::person_spec();
        spec.id = format!("pack{}.dataset{number}", number % 30)
            .parse()
            .unwrap();
        lake.lake.declare(spec).unwrap();
    }
    assert_eq!(
        query(
            &lake.lake,
            "SELECT count(*) FROM information_schema.tables WHERE table_schema LIKE 'pack%'",
            ReadPoint::default()
        )
        .await,
        "1000"
    );
}

#[tokio::test]
async fn rows_are_counted_without_opening_a_table_that_nobody_touched() {
    let session =
        |lake: &crate::Lake| lake.session(&Principal::local_administrator(), ReadPoint::default());
    let lake = Fixture::new();
    let count = session(&lake.lake).count(&lake.id).await.unwrap();
    assert_eq!((count.version, count.rows), (None, 0));
    lake.append("b1", &[("1", "a"), ("2", "b")]).await;
    lake.append("b2", &[("3", "c")]).await;
    let count = session(&lake.lake).count(&lake.id).await.unwrap();
    assert_eq!((count.version, count.rows), (Some(1), 3));

    let reopened = lake.reopened();
    let count = session(&reopened).count(&lake.id).await.unwrap();
    assert_eq!((count.version, count.rows), (Some(1), 3));
    let table = reopened.table(&lake.id).unwrap();
    assert!(table.count_untouched().unwrap().is_some(), "it was opened");
    table.present().await.unwrap();
    assert!(table.count_untouched().unwrap().is_none());
}

#[tokio::test]
async fn a_count_sees_the_tail_and_what_it_replaces() {
    let lake = people().await;
    let rows = crate::fixture::people("t1", &[("2", "z"), ("9", "new")]);
    lake.lake.append(&lake.id, &rows, b"raw").await.unwrap();
    let count = |lake: crate::Lake, at: ReadPoint| async move {
        let session = lake.session(&Principal::local_administrator(), at);
        let id = crate::fixture::person_spec().id;
        session.count(&id).await.unwrap().rows
    };
    assert_eq!(count(lake.lake.clone(), ReadPoint::default()).await, 4);
    assert_eq!(count(lake.reopened(), ReadPoint::default()).await, 4);
    let past = ReadPoint {
        versions: [(lake.id.clone(), 0)].into(),
        ..ReadPoint::default()
    };
    assert_eq!(count(lake.lake.clone(), past).await, 3);
}

#[tokio::test]
async fn a_table_that_was_absent_is_read_without_rows_whatever_it_holds_now() {
    let lake = people().await;
    let rows = crate::fixture::people("t1", &[("9", "new")]);
    lake.lake.append(&lake.id, &rows, b"raw").await.unwrap();
    let at = ReadPoint {
        absent: [lake.id.clone()].into(),
        ..ReadPoint::default()
    };
    let sql = "SELECT count(*), count(id) FROM population.person";
    assert_eq!(query(&lake.lake, sql, at.clone()).await, "0|0");
    let session = lake.lake.session(&Principal::local_administrator(), at);
    let count = session.count(&lake.id).await.unwrap();
    assert_eq!((count.version, count.rows), (None, 0));
}

#[tokio::test]
async fn the_least_of_one_column_and_the_greatest_of_another_are_those_of_all_rows() {
    let lake = Fixture::with(|options| options.threads = 1);
    // The larger file is read first, and has no height.
    let name = "a".repeat(200);
    let first = people_from("b1", 3, &[("1", name.as_str())]);
    lake.commit(&first, "b1", Change::Append).await.unwrap();
    lake.append("b2", &[("2", "b")]).await;
    assert_eq!(
        lake.query("SELECT min(name), max(height) FROM population.person")
            .await,
        format!("{name}|151")
    );
}

#[tokio::test]
async fn rows_that_are_on_all_threads_by_a_part_of_a_group_are_not_moved_for_the_group() {
    let lake = people().await;
    lake.append("b2", &[("4", "a"), ("5", "b")]).await;
    let parts = "SELECT name, count(*) AS n FROM population.person GROUP BY name";
    let moved = |plan: &str| plan.matches("partitioning=Hash(").count();
    let once = lake.query(&format!("EXPLAIN {parts}")).await;
    assert_eq!(moved(&once), 1, "{once}");
    let above = format!("SELECT name, n, count(*) AS times FROM ({parts}) GROUP BY name, n");
    let plan = lake.query(&format!("EXPLAIN {above}")).await;
    assert_eq!(moved(&plan), 1, "{plan}");
    assert_eq!(
        lake.query(&format!("{above} ORDER BY name")).await,
        "a|2|1\nb|2|1\nc|1|1"
    );
}
