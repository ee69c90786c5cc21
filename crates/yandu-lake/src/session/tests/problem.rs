//! What is wrong with a query.

use super::people;
use crate::fixture::{Fixture, try_query};
use crate::{Error, QueryCause, QueryProblem, ReadPoint};

async fn refusal(lake: &Fixture, sql: &str) -> String {
    match try_query(&lake.lake, sql, ReadPoint::default()).await {
        Ok(rows) => format!("no error but:\n{rows}"),
        Err(error) => error.to_string(),
    }
}

/// What is wrong with a query.
async fn problem(lake: &Fixture, sql: &str) -> QueryProblem {
    match try_query(&lake.lake, sql, ReadPoint::default()).await {
        Err(Error::Query(problem)) => problem,
        other => panic!("{sql}: {other:?}"),
    }
}

#[tokio::test]
async fn a_table_that_is_not_there_is_named_with_its_place() {
    let lake = people().await;
    assert_eq!(
        refusal(&lake, "SELECT *\nFROM population.persons").await,
        "there is no dataset `population.persons` (line 2, column 6)"
    );
    assert_eq!(
        refusal(&lake, "SELECT * FROM person").await,
        "there is no dataset `person` (line 1, column 15)"
    );
    assert_eq!(
        refusal(&lake, "SELECT * FROM nosuch.person").await,
        "there is no dataset `nosuch.person` (line 1, column 15)"
    );
}

#[tokio::test]
async fn what_is_wrong_in_the_text_is_said_with_its_place() {
    let lake = people().await;
    assert_eq!(
        refusal(&lake, "SELECT nmae FROM population.person").await,
        "there is no column `nmae` (line 1, column 8)"
    );
    assert!(
        refusal(&lake, "SELECT FROM WHERE")
            .await
            .contains("(line 1, column ")
    );
    assert!(
        refusal(&lake, "SELEC 1")
            .await
            .contains("(line 1, column 1)"),
        "{}",
        refusal(&lake, "SELEC 1").await
    );
    assert!(
        refusal(&lake, "").await.starts_with("no "),
        "{}",
        refusal(&lake, "").await
    );
    let text = refusal(&lake, "SELECT cast(name AS BIGINT) FROM population.person").await;
    assert_eq!(text, "cannot cast string 'a' to value of Int64 type");
}

#[tokio::test]
async fn columns_of_one_name_are_told_with_a_mend() {
    let lake = people().await;
    for (sql, name) in [
        (
            "SELECT sum(CAST(height AS SMALLINT)) AS a, sum(CAST(height AS DOUBLE)) AS b FROM population.person",
            "sum(population.person.height)",
        ),
        (
            "SELECT * FROM (VALUES (1)) AS t (x), (VALUES (2)) AS t (x)",
            "t.x",
        ),
    ] {
        let problem = problem(&lake, sql).await;
        assert_eq!(
            problem.message,
            format!("two columns are both called `{name}`"),
            "{sql}"
        );
        assert!(problem.help.unwrap_or_default().contains("`as`"), "{sql}");
    }
    let both = "SELECT id FROM population.person a JOIN population.person b ON a.id = b.id";
    let problem = problem(&lake, both).await;
    assert_eq!(problem.message, "more than one column may be meant by `id`");
    assert!(problem.help.is_some_and(|help| help.contains("before it")));
}

#[tokio::test]
async fn what_would_change_something_is_told_apart_and_has_a_mend() {
    let lake = people().await;
    for sql in [
        "DROP TABLE population.person",
        "DELETE FROM population.person",
        "SET datafusion.execution.target_partitions = 1",
        "COPY population.person TO '/tmp/x'",
        "EXPLAIN COPY population.person TO '/tmp/x'",
        "INSERT INTO population.person (nothing) VALUES (1)",
        "ALTER TABLE population.person ADD COLUMN x INT",
    ] {
        let problem = problem(&lake, sql).await;
        assert_eq!(problem.cause, QueryCause::Change, "{sql}");
        assert_eq!(
            problem.message,
            "this would change something, and here can only be read"
        );
        assert!(problem.help.is_some_and(|help| help.contains("SELECT")));
    }
}

#[tokio::test]
async fn a_regular_expression_that_cannot_be_read_is_a_fault_of_the_question() {
    let lake = people().await;
    for (sql, fault) in [
        ("SELECT regexp_like('a', '(')", "unclosed group"),
        ("SELECT regexp_count('a', '(')", "("),
        (
            "SELECT regexp_replace(name, '(', '') FROM population.person",
            "unclosed group",
        ),
        (
            "SELECT name FROM population.person WHERE name ~ '['",
            "unclosed character class",
        ),
        (
            "SELECT regexp_like(name, concat('(', name)) FROM population.person",
            "unclosed group",
        ),
        (
            "SELECT name FROM population.person WHERE regexp_like(name, concat('(', name))",
            "unclosed group",
        ),
    ] {
        let problem = problem(&lake, sql).await;
        assert_eq!(
            (problem.cause, problem.message),
            (
                QueryCause::Pattern,
                format!("a regular expression cannot be read: {fault}")
            ),
            "{sql}"
        );
        assert!(problem.help.is_some_and(|help| help.contains('\\')));
    }
}

#[tokio::test]
async fn a_value_that_cannot_be_computed_with_has_a_mend() {
    let lake = people().await;
    for (sql, mend) in [
        ("SELECT 1 / 0", "nullif(…, 0)"),
        ("SELECT height / 0 FROM population.person", "nullif(…, 0)"),
        (
            "SELECT name FROM population.person WHERE 7 / (height - height) > 1",
            "nullif(…, 0)",
        ),
        (
            "SELECT name FROM population.person WHERE CAST(concat(name, '7') AS INT) > 1",
            "try_cast",
        ),
        (
            "SELECT CAST(name AS INT) FROM population.person",
            "try_cast",
        ),
        ("SELECT DATE '2025-02-30'", "try_cast"),
        ("SELECT CAST(99999999999 AS INT)", "try_cast"),
        ("SELECT make_date(2025, 13, 1)", "leave out the values"),
    ] {
        let help = problem(&lake, sql).await.help.unwrap_or_default();
        assert!(help.contains(mend), "{sql}: {help}");
    }
}

#[tokio::test]
async fn a_function_that_is_not_there_is_likened_to_none_but_a_near_one() {
    let lake = people().await;
    let far = problem(&lake, "SELECT zzzzzz(1)").await;
    assert_eq!(
        (far.cause, far.message.as_str(), far.help),
        (QueryCause::Call, "there is no function `zzzzzz`", None)
    );
    let near = problem(&lake, "SELECT regexp_lik('a', 'b')").await;
    assert_eq!(near.help.as_deref(), Some("did you mean `regexp_like`?"));
}
