use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};

use crate::fixture::{Fixture, lines, try_query};
use crate::{Error, Principal, QueryCause, QueryProblem, ReadPoint, Session};

/// Three people, whose heights are 151, 152 and unknown.
async fn people() -> Fixture {
    let lake = Fixture::new();
    lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
        .await;
    lake
}

fn session(lake: &Fixture) -> Session {
    let me = Principal::local_administrator();
    lake.lake.session(&me, ReadPoint::default())
}

async fn problem(lake: &Fixture, sql: &str) -> QueryProblem {
    match try_query(&lake.lake, sql, ReadPoint::default()).await {
        Err(Error::Query(problem)) => problem,
        other => panic!("{sql}: {other:?}"),
    }
}

async fn is_out_of_range(lake: &Fixture, sql: &str) {
    let problem = problem(lake, sql).await;
    assert_eq!(problem.cause, QueryCause::OutOfRange, "{sql}: {problem}");
    let message = problem.message;
    assert!(
        message.starts_with("a number is out of the range of its type"),
        "{sql}: {message}"
    );
    let help = problem.help.unwrap_or_default();
    assert!(help.contains("decimal(38, 0)"), "{sql}: {help}");
}

#[tokio::test]
async fn arithmetic_that_leaves_the_range_of_its_type_fails_wherever_it_stands() {
    let lake = people().await;
    for sql in [
        "SELECT 9223372036854775807 + 1",
        "SELECT -9223372036854775807 - 2",
        "SELECT 4611686018427387904 * 2",
        "SELECT CAST(2147483647 AS INT) + CAST(1 AS INT)",
        "SELECT CAST(127 AS TINYINT) + CAST(1 AS TINYINT)",
        "SELECT CAST(200 AS SMALLINT) * CAST(200 AS SMALLINT)",
        "SELECT CAST(1 AS INT UNSIGNED) - CAST(2 AS INT UNSIGNED)",
        "SELECT -CAST(-128 AS TINYINT)",
        "SELECT x + 1 FROM (VALUES (9223372036854775807)) AS t (x)",
        "VALUES (9223372036854775807 + 1)",
        "SELECT height + 9223372036854775807 FROM population.person",
        "SELECT -(height - 151 - 9223372036854775807 - 1) FROM population.person",
        "SELECT id FROM population.person WHERE height * 9223372036854775807 > 1",
        "SELECT a.id FROM population.person a JOIN population.person b ON a.height + 9223372036854775807 = b.height",
        "SELECT a.id FROM population.person a JOIN population.person b ON a.height + b.height * 9223372036854775807 > 5",
        "SELECT count(*) FROM population.person GROUP BY height * 9223372036854775807",
        "SELECT max(height * 9223372036854775807) FROM population.person",
        "SELECT count(*) FILTER (WHERE height * 9223372036854775807 > 1) FROM population.person",
        "SELECT name FROM population.person GROUP BY name HAVING max(height) * 9223372036854775807 > 1",
        "SELECT row_number() OVER (ORDER BY height * 9223372036854775807) FROM population.person",
        "SELECT id FROM population.person ORDER BY height * 9223372036854775807",
        "SELECT (SELECT max(height * 9223372036854775807) FROM population.person)",
        "SELECT id FROM population.person p WHERE EXISTS (SELECT 1 FROM population.person q WHERE q.id = p.id AND q.height * 9223372036854775807 > p.height)",
        "SELECT CASE WHEN id = '1' THEN height * 9223372036854775807 END FROM population.person",
        "SELECT id FROM population.person UNION ALL SELECT CAST(height * 9223372036854775807 AS VARCHAR) FROM population.person",
        "WITH RECURSIVE n AS (SELECT 4611686018427387904 AS x UNION ALL SELECT x * 2 FROM n WHERE x > 0) SELECT count(*) FROM n",
    ] {
        is_out_of_range(&lake, sql).await;
    }
    let least = "SELECT abs(height - 151 - 9223372036854775807 - 1) FROM population.person";
    assert_eq!(problem(&lake, least).await.cause, QueryCause::Value);
}

#[tokio::test]
async fn what_is_out_of_range_is_told_and_decimals_hold_it() {
    let lake = people().await;
    let sql = "SELECT height + 9223372036854775807 FROM population.person WHERE id = '2'";
    assert_eq!(
        problem(&lake, sql).await.message,
        "a number is out of the range of its type: 152 + 9223372036854775807"
    );
    let sql = "SELECT sum(x) FROM (VALUES (9223372036854775807), (1)) AS t (x)";
    assert_eq!(
        problem(&lake, sql).await.message,
        "a number is out of the range of its type: sum of 9223372036854775808"
    );
    for (sql, expected) in [
        (
            "SELECT CAST(9223372036854775807 AS DECIMAL(38, 0)) + 1",
            "9223372036854775808",
        ),
        (
            "SELECT sum(CAST(x AS DECIMAL(38, 0))) FROM (VALUES (9223372036854775807), (1)) AS t (x)",
            "9223372036854775808",
        ),
    ] {
        assert_eq!(lake.query(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn a_value_that_is_put_into_a_question_is_computed_with_as_one_that_stands_there() {
    let lake = people().await;
    let most: ArrayRef = Arc::new(Int64Array::from(vec![i64::MAX]));
    let asking = session(&lake).with_parameters(&[most]).unwrap();
    let read = match asking.query("SELECT $1 + 1").await {
        Ok(rows) => rows.collect().await.map(|_| ()),
        Err(error) => Err(error),
    };
    let Err(Error::Query(problem)) = read else {
        panic!("{read:?}");
    };
    assert_eq!(problem.cause, QueryCause::OutOfRange);
}

#[tokio::test]
async fn a_sum_that_leaves_its_range_fails_in_groups_and_windows_too() {
    let lake = people().await;
    let numbers = "(VALUES (1, 9223372036854775807), (1, 2)) AS t (g, x)";
    for sum in [
        "sum(x)",
        "sum(DISTINCT x)",
        "sum(x) OVER ()",
        "sum(x) OVER (ORDER BY x)",
        "sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
        "sum(DISTINCT x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
    ] {
        is_out_of_range(&lake, &format!("SELECT {sum} FROM {numbers}")).await;
    }
    for sql in [
        format!("SELECT g, sum(x) FROM {numbers} GROUP BY g"),
        format!("SELECT g, sum(DISTINCT x), count(*) FROM {numbers} GROUP BY g"),
        "SELECT sum(height + 9223372036854775000) FROM population.person".to_owned(),
    ] {
        is_out_of_range(&lake, &sql).await;
    }
}

#[tokio::test]
async fn a_sum_is_exact_whatever_order_its_numbers_come_in() {
    let lake = people().await;
    let numbers = "(VALUES (1, 9223372036854775807), (2, 1), (3, -1)) AS t (n, x)";
    for (sql, expected) in [
        (
            format!("SELECT sum(x) FROM {numbers}"),
            "9223372036854775807",
        ),
        (
            format!("SELECT n % 1, sum(x) FROM {numbers} GROUP BY n % 1"),
            "0|9223372036854775807",
        ),
        (
            format!("SELECT max(s) FROM (SELECT sum(x) OVER () AS s FROM {numbers})"),
            "9223372036854775807",
        ),
    ] {
        assert_eq!(lake.query(&sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn ordinary_sums_stay_what_they_are() {
    let lake = people().await;
    for (sql, expected) in [
        ("SELECT sum(height) FROM population.person", "303"),
        (
            "SELECT sum(height), sum(income) FROM population.person WHERE id = '9'",
            "|",
        ),
        (
            "SELECT name, sum(height) FROM population.person GROUP BY name ORDER BY name",
            "a|151\nb|152\nc|",
        ),
        (
            "SELECT sum(value), sum(DISTINCT value % 10) FROM generate_series(1, 100000)",
            "5000050000|45",
        ),
        (
            "SELECT count(*), sum(s) FROM (SELECT value % 1000 AS g, sum(value) FILTER (WHERE value > 0) AS s FROM generate_series(1, 100000) GROUP BY value % 1000)",
            "1000|5000050000",
        ),
        (
            "SELECT sum(CAST(value AS BIGINT UNSIGNED)) FROM generate_series(1, 3)",
            "6",
        ),
        (
            "SELECT sum(a), sum(b) FROM (SELECT CAST(x AS SMALLINT) AS a, CAST(x AS SMALLINT UNSIGNED) AS b FROM (VALUES (32767), (1)) AS t (x))",
            "32768|32768",
        ),
        ("SELECT sum(x) FROM (VALUES (1.5), (2.5)) AS t (x)", "4.0"),
        (
            "SELECT sum(x) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), sum(DISTINCT x) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES (1, 5), (2, NULL), (3, NULL), (4, 7)) AS t (n, x) ORDER BY n",
            "5|5\n5|5\n|\n7|7",
        ),
        (
            "SELECT sum(x) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES (1, 5), (2, 5), (3, 7)) AS t (n, x) ORDER BY n",
            "5\n10\n12",
        ),
        (
            "SELECT sum(DISTINCT x) OVER (ORDER BY n ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES (1, 5), (2, 5), (3, 7), (4, 9)) AS t (n, x) ORDER BY n",
            "5\n5\n12\n16",
        ),
    ] {
        assert_eq!(lake.query(sql).await, expected, "{sql}");
    }
}

#[tokio::test]
async fn ordinary_arithmetic_stays_what_it_is() {
    let lake = people().await;
    for (sql, expected) in [
        (
            "SELECT height + 1, 2 * (height - 1) / 3, -height, height - 1 - 2 * height FROM population.person ORDER BY id",
            "152|100|-151|-152\n153|100|-152|-153\n|||",
        ),
        (
            "SELECT -9223372036854775807 - 1, 9223372036854775806 + 1",
            "-9223372036854775808|9223372036854775807",
        ),
        (
            "SELECT (DATE '2025-03-01' - DATE '2025-02-01') * 2, 1.5 + 2, CAST(2.5 AS DECIMAL(3, 1)) * 2",
            "56|3.5|5.0",
        ),
        ("SELECT height + NULL FROM population.person LIMIT 1", ""),
        (
            "SELECT a.id FROM population.person a LEFT JOIN population.person b ON a.id = b.id AND b.height > 151 WHERE b.height + 1 > 0",
            "2",
        ),
        (
            "SELECT a.id FROM population.person a LEFT JOIN population.person b ON a.id = b.id AND b.height > 151 WHERE b.height + 1 IS NULL ORDER BY a.id",
            "1\n3",
        ),
        (
            "SELECT id FROM population.person LIMIT 1 + 1 OFFSET 3 - 1",
            "3",
        ),
        (
            "SELECT CASE WHEN height > 151 THEN 1 ELSE height * 9223372036854775807 END FROM population.person WHERE id = '2'",
            "1",
        ),
    ] {
        assert_eq!(lake.query(sql).await, expected, "{sql}");
    }
    let chain = vec!["height"; 300].join(" + ");
    let sql = format!("SELECT {chain} FROM population.person WHERE id = '1'");
    assert_eq!(lake.query(&sql).await, "45300");
}

#[tokio::test]
async fn columns_keep_the_names_that_the_query_gives_them() {
    let lake = people().await;
    let session = session(&lake);
    for sql in [
        "SELECT height + 1, -height, 2 * (height - 1) / 3, height - 1 - 2 * height FROM population.person",
        "SELECT height * 2, sum(height + 1), max(-height) FROM population.person GROUP BY height * 2",
        "SELECT count(*) FILTER (WHERE height * 2 > 3), sum(abs(height - 1)) FROM population.person",
        "SELECT sum(height * 2) OVER (PARTITION BY height - 1 ORDER BY height + 1) FROM population.person",
        "SELECT DISTINCT CASE WHEN height + 1 > 2 THEN height * 3 END FROM population.person",
    ] {
        let written = session.describe(sql).await.unwrap();
        let rows = session.query(sql).await.unwrap();
        let names = |schema: &arrow::datatypes::Schema| {
            let fields = schema.fields().iter();
            fields.map(|field| field.name().clone()).collect::<Vec<_>>()
        };
        assert_eq!(names(&rows.schema()), names(&written), "{sql}");
        let read = rows.collect().await;
        assert!(read.is_ok(), "{sql}: {read:?}");
    }
}

#[tokio::test]
async fn the_groups_of_a_query_are_kept_with_its_own_sums() {
    let lake = people().await;
    let session = session(&lake);
    let sql = "SELECT name, sum(height * 2) AS twice FROM population.person GROUP BY name";
    let kept = session.groups(sql).await.unwrap().collect().await.unwrap();
    let mut kept = lines(&kept);
    kept.sort_unstable();
    // The group, its rows, its numbers and their sum.
    assert_eq!(kept, ["a|1|1|302", "b|1|1|304", "c|1|0|"]);
    let sql = sql.replace("* 2", "* 9223372036854775807");
    let failed = match session.groups(&sql).await {
        Ok(rows) => rows.collect().await.map(|kept| lines(&kept)),
        Err(error) => Err(error),
    };
    assert!(matches!(failed, Err(Error::Query(_))), "{failed:?}");
}
