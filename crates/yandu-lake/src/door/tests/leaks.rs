//! Two cities that differ only in rows that a reader does not see give the reader the same.

use std::time::Duration;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;

use super::world::{PLAIN, Person, World, asked, hidden, permit, rows, staff, told, visible};
use crate::door::Broken;
use crate::{Error, Principal, ReadPoint};

const CAST: &str = "SELECT id FROM hr.staff WHERE CAST(code AS INT) > 1020";
/// Only what a hidden person earns takes it out of the range of its type.
const OUT_OF_RANGE: &str =
    "SELECT id FROM hr.staff WHERE salary - 25 - 9223372036854775807 - 1 < 0";
const EXPLAINED: &str =
    "EXPLAIN VERBOSE SELECT id FROM hr.staff WHERE dept <> 'a' AND 1 / (salary - 20) > 0";

/// What somebody would try who wants to know of the others.
const CURIOUS: &[&str] = &[
    "SELECT id FROM hr.staff WHERE 1 / (salary - 20) > 5",
    "SELECT id FROM hr.staff WHERE salary > 102 AND 1 / (salary - 21) >= 0",
    CAST,
    OUT_OF_RANGE,
    "SELECT max(salary - 25 - 9223372036854775807) FROM hr.staff",
    "SELECT sum(salary - 25 - 9223372036854775807) FROM hr.staff",
    "SELECT dept, sum(-salary * 2) FROM hr.staff GROUP BY dept",
    "SELECT a.id FROM hr.staff a JOIN hr.staff b ON a.salary - 25 - 9223372036854775807 = b.id - 9223372036854775807",
    "SELECT sum(CAST(code AS INT)) FROM hr.staff",
    "SELECT id FROM hr.staff WHERE regexp_like('x', code)",
    "SELECT id FROM hr.staff WHERE CASE WHEN salary < 50 THEN 1 / 0 ELSE 1 END = 1",
    "SELECT id FROM hr.staff s WHERE EXISTS (SELECT 1 FROM hr.staff t WHERE t.id = s.id AND 1 / (t.salary - 20) >= 0)",
    "SELECT id FROM hr.staff WHERE CAST(code AS INT) > 0 UNION ALL SELECT id FROM hr.staff WHERE 1 / (salary - 22) >= 0",
    "SELECT a.id FROM hr.staff a JOIN hr.staff b ON a.salary = b.salary - 1 WHERE 1 / (b.salary - 20) >= 0",
    "SELECT a.id FROM hr.staff a JOIN hr.staff b ON CAST(a.code AS INT) = b.id + 1000",
    "SELECT dept, count(*) FILTER (WHERE 1 / (salary - 20) >= 0) FROM hr.staff GROUP BY dept",
    "SELECT id, row_number() OVER (PARTITION BY dept ORDER BY 1 / (salary - 20), id) FROM hr.staff",
    "SELECT id FROM hr.staff ORDER BY 1 / (salary - 20), id LIMIT 5",
    "SELECT id FROM hr.staff ORDER BY salary LIMIT 5",
    "SELECT count(*), min(salary), max(salary), min(code) FROM hr.staff",
    "SELECT count(DISTINCT dept) FROM hr.staff",
    "SELECT id FROM hr.staff WHERE dept = 'secret'",
    "SELECT id FROM hr.staff WHERE dept LIKE 'sec%' OR code LIKE '[%'",
    "SELECT id FROM hr.staff WHERE random() < 2 AND 1 / (SELECT count(*) FROM hr.staff) >= 0",
    "SELECT s.id FROM hr.staff s JOIN (VALUES (500), (1)) AS v (id) ON s.id = v.id",
    "WITH RECURSIVE up (id) AS (SELECT 1 UNION ALL SELECT s.id FROM hr.staff s JOIN up ON s.id = up.id + 1 WHERE up.id < 5) SELECT id FROM up",
    "SELECT id FROM hr.staff EXCEPT SELECT id FROM hr.staff WHERE CAST(code AS INT) > 1030",
    "SELECT _row FROM hr.staff",
    "SELECT _batch FROM hr.staff",
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'hr'",
    "EXPLAIN SELECT dept, sum(salary) FROM hr.staff WHERE salary > 102 GROUP BY dept",
    EXPLAINED,
    "EXPLAIN SELECT a.id FROM hr.staff a JOIN hr.staff b ON a.salary = b.salary",
    "EXPLAIN ANALYZE SELECT id FROM hr.staff WHERE salary > 102",
];

async fn two_cities() -> [World; 2] {
    let mut first = visible();
    first.extend(hidden(4));
    let mut second: Vec<Person> = hidden(3_000);
    second.extend(visible());
    [World::new(&first).await, World::new(&second).await]
}

#[tokio::test]
async fn what_a_reader_asks_is_answered_the_same_whatever_is_hidden() {
    let [first, second] = two_cities().await;
    for world in [&first, &second] {
        told(&world.open(), "SELECT id FROM hr.staff").await;
        world.lake.estimates_made().await;
    }
    for sql in CURIOUS {
        let answers = [
            told(&first.open(), sql).await,
            told(&second.open(), sql).await,
        ];
        assert_eq!(answers[0], answers[1], "{sql}");
        for sign in ["secret", "秘密", "no number", "500"] {
            let is_asked = sql.contains(sign);
            assert!(
                is_asked || !answers[0].contains(sign),
                "{sql}: {}",
                answers[0]
            );
        }
    }
}

#[tokio::test]
async fn what_fails_only_on_hidden_rows_does_not_fail() {
    let [first, _] = two_cities().await;
    let reader = first.open();
    let ids = asked(&reader, CAST).await.unwrap();
    assert_eq!(ids.len(), 20);
    for sql in [
        "SELECT id FROM hr.staff WHERE 1 / (salary - 20) >= 0",
        OUT_OF_RANGE,
    ] {
        let all = asked(&reader, sql).await;
        assert_eq!(all.unwrap().len(), 40, "{sql}");
    }
    // It fails for who sees them.
    let everything = first
        .lake
        .session(&Principal::local_administrator(), ReadPoint::default());
    for sql in [CAST, OUT_OF_RANGE] {
        assert!(asked(&everything, sql).await.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn a_query_that_fails_on_a_row_tells_a_reader_nothing_that_is_in_it() {
    let [first, _] = two_cities().await;
    let reader = first.open();
    let everything = first
        .lake
        .session(&Principal::local_administrator(), ReadPoint::default());
    for (sql, value) in [
        (
            "SELECT CAST(concat(dept, code) AS INT) FROM hr.staff WHERE id = 7",
            "b1007",
        ),
        (
            "SELECT CAST(salary * 1000 AS SMALLINT) FROM hr.staff WHERE id = 7",
            "107000",
        ),
    ] {
        let failed = told(&reader, sql).await;
        assert_eq!(failed, "query: a value does not suit what is done with it");
        // Whoever mends the rows is told which value it is.
        let failed = told(&everything, sql).await;
        assert!(failed.contains(value), "{failed}");
    }
    let product = "SELECT salary * 9223372036854775807 FROM hr.staff WHERE id = 7";
    let failed = told(&reader, product).await;
    assert_eq!(failed, "query: a number is out of the range of its type");
    let failed = told(&everything, product).await;
    assert!(failed.contains("107 * 9223372036854775807"), "{failed}");
    let pattern =
        "SELECT regexp_replace('a', concat('(', code, '[', code), '') FROM hr.staff WHERE id = 7";
    let failed = told(&reader, pattern).await;
    assert_eq!(failed, "query: a regular expression cannot be read");
    // What the question itself says is no secret.
    let failed = told(&reader, "SELECT CAST('seven' AS INT)").await;
    assert!(failed.contains("seven"), "{failed}");
}

#[tokio::test]
async fn a_plan_names_the_permit_and_nothing_of_it() {
    let [first, _] = two_cities().await;
    let plan = told(&first.open(), EXPLAINED).await;
    assert!(plan.contains("BarrierExec: hr.staff under open"), "{plan}");
    for sign in ["secret", ".parquet", "ParquetSource"] {
        assert!(!plan.contains(sign), "{sign} in {plan}");
    }
}

#[tokio::test]
async fn a_dataset_without_a_permit_is_one_that_does_not_exist() {
    let [first, _] = two_cities().await;
    let rights = crate::Rights::new("p0", []);
    let nobody = Principal::with_rights("nobody", std::sync::Arc::new(rights));
    let nobody = first.lake.session(&nobody, ReadPoint::default());
    assert!(nobody.datasets().is_empty());
    assert!(matches!(nobody.schema(&staff()), Err(Error::NoDataset(_))));
    assert!(matches!(
        nobody.count(&staff()).await,
        Err(Error::NoDataset(_))
    ));
    let hidden = told(&nobody, "SELECT * FROM hr.staff").await;
    let absent = told(&nobody, "SELECT * FROM hr.stuff").await;
    assert_eq!(hidden.replace("staff", "stuff"), absent);
    let listed = told(
        &nobody,
        "SELECT * FROM information_schema.tables WHERE table_schema = 'hr'",
    )
    .await;
    assert_eq!(listed, "");
}

#[tokio::test]
async fn an_unknown_column_names_only_columns_that_are_seen() {
    let [first, _] = two_cities().await;
    let reader = first.as_reader([permit("narrow", None, &PLAIN[..2])]);
    let error = told(&reader, "SELECT salery FROM hr.staff").await;
    assert!(
        error.contains("salery") && !error.contains("salary"),
        "{error}"
    );
    assert_eq!(told(&reader, "SELECT count(*) FROM hr.staff").await, "44");
    let all = asked(&reader, "SELECT * FROM hr.staff").await.unwrap();
    assert!(all.contains(&"500|secret".to_owned()), "{all:?}");
}

#[tokio::test]
async fn a_count_is_of_the_rows_that_are_seen() {
    let [first, second] = two_cities().await;
    for world in [&first, &second] {
        assert_eq!(world.open().count(&staff()).await.unwrap().rows, 40);
        let explained = world
            .open()
            .explain("SELECT id FROM hr.staff")
            .await
            .unwrap();
        world.lake.estimates_made().await;
        assert_eq!(explained.inputs[0].bytes, 0);
        let explained = world
            .open()
            .explain("SELECT id FROM hr.staff")
            .await
            .unwrap();
        assert_eq!((explained.inputs[0].rows, explained.rows), (40, Some(40)));
    }
}

#[tokio::test]
async fn rows_that_are_followed_through_a_query_are_for_the_administrator() {
    let [first, _] = two_cities().await;
    let sql = "SELECT dept, count(*) AS n FROM hr.staff GROUP BY dept";
    let refused = first.open().groups(sql).await.map(|_| ());
    assert!(
        matches!(refused, Err(Error::AdministratorOnly { .. })),
        "{refused:?}"
    );
    let refused = first.open().derivation(sql).await.map(|_| ());
    assert!(
        matches!(refused, Err(Error::AdministratorOnly { .. })),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_query_ends_with_the_permission_that_it_runs_under() {
    let people: Vec<Person> = (0..60_000)
        .map(|id| Person {
            id,
            dept: "a",
            salary: 1,
            code: String::new(),
        })
        .collect();
    let world = World::new(&people).await;
    let granted = permit("grant 7", None, &PLAIN[..1]);
    let term = granted.term.clone();
    let reader = world.as_reader([granted]);
    let mut rows = reader.query("SELECT id FROM hr.staff").await.unwrap();
    let first = futures::StreamExt::next(&mut rows).await.unwrap();
    assert!(first.is_ok());
    term.end();
    let mut last = None;
    let reading = async {
        while let Some(next) = futures::StreamExt::next(&mut rows).await {
            last = Some(next);
        }
    };
    tokio::time::timeout(Duration::from_secs(10), reading)
        .await
        .unwrap();
    assert!(matches!(last, Some(Err(Error::Ended(_)))), "{last:?}");
}

#[tokio::test]
async fn an_ended_permission_shows_nothing_not_even_a_count() {
    let [first, _] = two_cities().await;
    let granted = permit("grant 8", None, PLAIN);
    let term = granted.term.clone();
    let reader = first.as_reader([granted]);
    assert_eq!(told(&reader, "SELECT count(id) FROM hr.staff").await, "44");
    term.end();
    for sql in ["SELECT id FROM hr.staff", "SELECT count(*) FROM hr.staff"] {
        let error = told(&reader, sql).await;
        assert!(error.starts_with("permission-ended"), "{sql}: {error}");
    }
    let plan = told(&reader, "EXPLAIN SELECT id FROM hr.staff").await;
    assert!(plan.starts_with("permission-ended"), "{plan}");
    let listed = "SELECT * FROM information_schema.columns WHERE table_schema = 'hr'";
    assert_eq!(told(&reader, listed).await, "");
    assert!(matches!(reader.count(&staff()).await, Err(Error::Ended(_))));
    let joined = "SELECT a.id FROM hr.staff a JOIN hr.staff b ON a.id = b.id";
    assert!(told(&reader, joined).await.starts_with("permission-ended"));
}

#[tokio::test]
async fn of_two_permits_the_one_that_holds_goes_on_when_the_other_has_ended() {
    let [first, _] = two_cities().await;
    let all = permit("grant 9", None, PLAIN);
    let term = all.term.clone();
    let some = permit("clerk", Some("dept = 'a'"), &PLAIN[..2]);
    let reader = first.as_reader([all, some]);
    assert_eq!(
        told(&reader, "SELECT count(salary) FROM hr.staff").await,
        "44"
    );
    term.end();
    assert_eq!(told(&reader, "SELECT count(*) FROM hr.staff").await, "13");
    assert_eq!(reader.schema(&staff()).unwrap().fields().len(), 2);
    assert!(
        told(&reader, "SELECT salary FROM hr.staff")
            .await
            .starts_with("query")
    );
}

#[tokio::test]
async fn the_settings_of_the_engine_are_not_shown() {
    let [first, _] = two_cities().await;
    let error = told(
        &first.open(),
        "SELECT * FROM information_schema.df_settings",
    )
    .await;
    assert!(error.contains("cannot be read here"), "{error}");
}

#[tokio::test]
async fn a_filter_with_an_empty_constant_has_an_answer() {
    let [first, _] = two_cities().await;
    let sql = "SELECT id FROM (SELECT id, CAST(NULL AS BIGINT) AS n FROM hr.staff) WHERE id = n OR id = 5";
    assert_eq!(told(&first.open(), sql).await, "5");
    assert_eq!(
        told(
            &first.open(),
            "SELECT count(*) FROM hr.staff WHERE dept LIKE '%'"
        )
        .await,
        "40"
    );
}

#[tokio::test]
async fn a_key_that_orders_an_aggregate_twice_is_one_whichever_part_of_the_rows_is_seen() {
    // The seen rows all are of one file, or some of each.
    let (mut first, mut second) = (hidden(4), visible());
    let world = World::new(&first).await;
    world.append("b2", &second).await;
    let together = world.open();
    second.truncate(20);
    first.extend(visible().into_iter().skip(20));
    let world = World::new(&first).await;
    world.append("b2", &second).await;
    let apart = world.open();
    for (sql, answer) in [
        (
            "SELECT first_value('x' ORDER BY salary, salary), last_value(id ORDER BY salary, id, salary DESC) FROM hr.staff",
            "x|40",
        ),
        (
            "SELECT dept, first_value(id ORDER BY salary DESC, salary) FROM hr.staff GROUP BY dept ORDER BY dept",
            "a|39\nb|40\nc|38",
        ),
        (
            "SELECT array_agg(id ORDER BY id, 'x', salary, 'x', id) FROM hr.staff WHERE id < 4",
            "[1, 2, 3]",
        ),
        (
            "SELECT string_agg(code, ' ' ORDER BY code DESC, code) FROM hr.staff WHERE id < 3",
            "1002 1001",
        ),
        (
            "SELECT nth_value(id, 2 ORDER BY o, id, salary) FROM (SELECT *, salary AS o FROM hr.staff)",
            "2",
        ),
    ] {
        for reader in [&together, &apart] {
            assert_eq!(told(reader, sql).await, answer, "{sql}");
        }
    }
}

#[tokio::test]
async fn a_condition_is_for_the_types_that_it_was_made_for() {
    let [first, _] = two_cities().await;
    let mut other = permit("old", Some("dept <> 'secret'"), PLAIN);
    let schema = std::sync::Arc::new(arrow::datatypes::Schema::new(vec![
        arrow::datatypes::Field::new("salary", arrow::datatypes::DataType::Utf8View, true),
    ]));
    let values = std::collections::BTreeMap::new();
    other.rows = Some(crate::compile_row_condition(&schema, "salary > '100'", &values).unwrap());
    let error = told(&first.as_reader([other]), "SELECT id FROM hr.staff").await;
    assert!(error.starts_with("unreadable"), "{error}");
}

#[tokio::test]
async fn a_filter_that_cannot_fail_goes_below_and_any_other_stays_above() {
    let [first, _] = two_cities().await;
    let below = |plan: &str| !plan.contains("FilterExec");
    for (filter, goes) in [
        ("id = 7", true),
        ("7 < id", true),
        ("dept IN ('a', 'b') AND salary BETWEEN 3 AND 5", true),
        ("dept LIKE 'a%'", true),
        ("code IS NULL OR NOT (id = 3)", true),
        ("id IS DISTINCT FROM 4", true),
        ("dept LIKE '%a'", false),
        ("dept LIKE 'a_%'", false),
        ("dept ILIKE 'a%'", false),
        ("id = salary", false),
        ("id + 1 = 7", false),
        ("CAST(code AS INT) = 7", false),
        ("lower(dept) = 'a'", false),
        ("id = 7 OR 1 / id = 1", false),
        ("random() < 0.5", false),
    ] {
        let plan = told(
            &first.open(),
            &format!("EXPLAIN SELECT id FROM hr.staff WHERE {filter}"),
        )
        .await;
        assert_eq!(below(&plan), goes, "{filter}: {plan}");
    }
}

#[tokio::test]
async fn a_filter_on_a_column_that_a_permit_shows_of_all_rows_goes_below_whatever_others_cover() {
    let world = World::new(&visible()).await;
    let columns = &[("id", None), ("code", Some(yandu_words::Mask::Null))];
    let covering = permit("covering", Some("dept = 'a'"), columns);
    let sql = "SELECT id FROM hr.staff WHERE code = '1003'";
    for (rows, goes) in [(None, true), (Some("dept <> 'secret'"), false)] {
        let reader = world.as_reader([covering.clone(), permit("open", rows, PLAIN)]);
        let plan = told(&reader, &format!("EXPLAIN {sql}")).await;
        assert_eq!(!plan.contains("FilterExec"), goes, "{plan}");
        assert_eq!(asked(&reader, sql).await.unwrap(), ["3"]);
    }
}

#[tokio::test]
async fn without_its_guard_the_filter_of_a_join_would_go_below_whatever_it_looks_at() {
    let world = World::with(&visible(), Some(Broken::DynamicFilters)).await;
    let sql = "SELECT s.id FROM (VALUES (7), (120)) AS v (n) JOIN hr.staff s ON s.id + 0 = v.n";
    let below = world.open().below(sql).await.unwrap();
    assert!(below.contains("DynamicFilter"), "{below}");
}

#[tokio::test]
async fn the_filter_of_a_join_that_could_fail_meets_no_hidden_row() {
    let mut people = visible();
    people.extend(hidden(4));
    // Of the filters on a file that is asked first which reads fewer bytes: the row condition reads one column more than the
    // join does.
    let open = permit("open", Some("dept <> 'secret' or salary = 1"), PLAIN);
    let sql = "SELECT count(s.id) FROM (VALUES (0), (1)) AS v (n) JOIN hr.staff s ON 1 / (s.salary - 20) = v.n";
    let world = World::new(&people).await;
    assert_eq!(told(&world.as_reader([open.clone()]), sql).await, "40");
    let world = World::with(&people, Some(Broken::DynamicFilters)).await;
    let failed = told(&world.as_reader([open]), sql).await;
    assert!(failed.starts_with("unreadable"), "{failed}");
}

#[tokio::test]
async fn the_filter_of_a_join_goes_below_where_it_looks_at_a_column_as_it_is() {
    let [first, _] = two_cities().await;
    let mut columns = PLAIN.to_vec();
    columns[2].1 = Some(yandu_words::Mask::Step { by: 10 });
    let reader = first.as_reader([permit("masked", Some("dept <> 'secret'"), &columns)]);
    for (on, goes) in [
        ("s.id = v.n", true),
        ("1 / (s.id - 500) = v.n", false),
        ("s.id + 0 = v.n", false),
        ("s.salary = v.n", false),
        ("CAST(s.code AS INT) = v.n", false),
    ] {
        let sql = format!("SELECT s.id FROM (VALUES (7), (120)) AS v (n) JOIN hr.staff s ON {on}");
        let below = reader.below(&sql).await.unwrap();
        assert_eq!(below.contains("DynamicFilter"), goes, "{on}: {below}");
        // A join that finds nobody who would look at its filter makes none, and what went below stays empty.
        let is_made = below.contains("DynamicFilter [ id@0 >= 7 AND id@0 <= 120");
        assert_eq!(is_made, goes, "{on}: {below}");
    }
    let top = "SELECT id FROM hr.staff ORDER BY id LIMIT 3";
    assert!(reader.below(top).await.unwrap().contains("DynamicFilter"));
    let top = "SELECT id FROM hr.staff ORDER BY 1 / (id - 500), id LIMIT 3";
    assert!(!reader.below(top).await.unwrap().contains("DynamicFilter"));
}

#[tokio::test]
async fn the_filter_of_a_join_reaches_files_of_which_rows_are_replaced_unless_it_could_fail_on_these()
 {
    let [first, _] = two_cities().await;
    let mut people = visible();
    people.truncate(2);
    people[0].salary = 5;
    people[1].salary = 2;
    first
        .lake
        .append(&staff(), &rows("hot", &people), b"hot")
        .await
        .unwrap();
    let sql = "SELECT s.code FROM (VALUES (7), (120)) AS v (n) JOIN hr.staff s ON s.id = v.n";
    let below = first.open().below(sql).await.unwrap();
    let files = below.lines().find(|line| line.contains(".parquet"));
    let files = files.unwrap_or_default();
    assert!(below.contains("ReplaceExec"), "{below}");
    assert!(files.contains("DynamicFilter [ id@0 >= 7"), "{below}");

    let mut stale = visible();
    stale.truncate(1);
    stale[0].salary = 0;
    let world = World::new(&stale).await;
    let hot = rows("hot", &people);
    world.lake.append(&staff(), &hot, b"hot").await.unwrap();
    let everything = Principal::local_administrator();
    let everything = world.lake.session(&everything, ReadPoint::default());
    let sql = "SELECT s.id FROM (VALUES (2), (5)) AS v (n) JOIN hr.staff s ON 10 / s.salary = v.n";
    assert_eq!(asked(&everything, sql).await.unwrap(), ["1", "2"]);
}

#[tokio::test]
async fn nothing_stands_in_memory_under_a_value_that_a_reader_does_not_see() {
    let world = World::new(&visible()).await;
    let whole = permit("whole", Some("dept = 'a'"), PLAIN);
    let names = &[("id", None), ("dept", None)];
    let names = permit("names", Some("dept = 'b'"), names);
    let reader = world.as_reader([whole, names]);
    let rows = reader.query("SELECT salary FROM hr.staff").await.unwrap();
    let (mut there, mut absent) = (0, 0);
    for batch in rows.collect().await.unwrap() {
        let salaries = batch.column(0).as_primitive::<Int64Type>();
        for (row, in_memory) in salaries.values().iter().enumerate() {
            if salaries.is_null(row) {
                absent += 1;
                assert_eq!(*in_memory, 0);
            } else {
                there += 1;
            }
        }
    }
    assert_eq!((there, absent), (13, 14));
}
