use datafusion::common::DataFusionError;
use datafusion::prelude::SessionContext;

use crate::Options;
use crate::session::engine;

const MEBIBYTE: usize = 1 << 20;

/// Asks an engine whose queries have 256 MiB, so that a batch of a function may take 16 and a constant 32 KiB.
async fn ask(sql: &str) -> Result<String, DataFusionError> {
    let folder = tempfile::tempdir().unwrap();
    let mut options = Options::new(folder.path());
    options.memory_bytes = 256 * MEBIBYTE;
    let context = SessionContext::new_with_state(engine(&options).unwrap());
    let batches = context.sql(sql).await?.collect().await?;
    let text = arrow::util::pretty::pretty_format_batches(&batches)?.to_string();
    let line = text.lines().nth(3).unwrap_or_default();
    Ok(line.trim_matches(['|', ' ']).to_owned())
}

async fn is_refused(sql: &str) {
    let error = ask(sql).await.unwrap_err();
    let is_memory = matches!(error.find_root(), DataFusionError::ResourcesExhausted(_));
    assert!(is_memory, "{sql}: {error}");
}

#[tokio::test]
async fn what_would_fill_the_memory_is_refused_before_it_is_made() {
    for call in [
        "repeat('a', 2000000000)",
        "array_repeat(1, 500000000)",
        "array_repeat('', 2000000000)",
        "array_repeat(CAST(NULL AS VARCHAR), 2000000000)",
        "lpad('a', 2000000000)",
        "rpad('a', 2000000000, '盐')",
        "array_resize([1], 500000000, 0)",
        "range(0, 500000000)",
        "generate_series(1, 500000000)",
        "generate_series(500000000, 1, -1)",
        "generate_series(timestamp '1970-01-01', timestamp '2026-01-01', interval '1 second')",
        "generate_series(date '2025-01-31', date '2025-01-01', interval '1 month -28 days')",
        "array_to_string(range(0, 2000), repeat('x', 2000))",
        "replace(repeat('a', 10000), 'a', repeat('b', 10000))",
        "regexp_replace(repeat('a', 10000), '.', repeat('b', 10000), 'g')",
    ] {
        is_refused(&format!("SELECT length(CAST({call} AS VARCHAR))")).await;
        is_refused(&format!(
            "SELECT {call} IS NULL FROM generate_series(1, 10)"
        ))
        .await;
    }
}

#[tokio::test]
async fn values_of_rows_are_held_as_constants_are() {
    is_refused("SELECT max(length(repeat('a', value * 1000))) FROM generate_series(1, 8000)").await;
    is_refused("SELECT count(lpad('a', value)) FROM generate_series(20000000, 20000001)").await;
    is_refused("SELECT max(array_length(range(0, value))) FROM generate_series(5000000, 5000001)")
        .await;
    is_refused(
        "SELECT count(array_resize(['a'], value, repeat('x', 10000))) FROM generate_series(3000, 3001)",
    )
    .await;
}

#[tokio::test]
async fn a_constant_is_small_enough_to_stand_in_every_row() {
    is_refused("SELECT max(length(repeat('a', 40000))) FROM generate_series(1, 100000)").await;
}

#[tokio::test]
async fn types_of_any_width_are_made_by_nobody() {
    for name in ["arrow_cast", "arrow_try_cast"] {
        let error = ask(&format!("SELECT {name}(NULL, 'FixedSizeBinary(8)')")).await;
        let error = error.unwrap_err().to_string();
        assert!(error.contains("Invalid function"), "{error}");
    }
}

#[tokio::test]
async fn ordinary_calls_answer_as_they_did() {
    for (sql, answer) in [
        ("SELECT repeat('ab', 3)", "ababab"),
        ("SELECT lpad('7', 3, '0')", "007"),
        ("SELECT rpad('7', 3, '0')", "700"),
        ("SELECT repeat('ab', -1) || 'c'", "c"),
        ("SELECT array_length(range(0, 1000))", "1000"),
        (
            "SELECT cardinality(generate_series(date '2025-01-01', date '2025-12-31', interval '1 day'))",
            "365",
        ),
        ("SELECT list_repeat('a', 2)", "[a, a]"),
        (
            "SELECT count(*) FROM (SELECT unnest(range(0, 4000)))",
            "4000",
        ),
        (
            "SELECT sum(array_length(array_repeat(value, 100))) FROM generate_series(1, 8000)",
            "800000",
        ),
        ("SELECT array_to_string([1, 2, 3], '、')", "1、2、3"),
        ("SELECT array_resize([1], 3, 7)", "[1, 7, 7]"),
        ("SELECT replace('盐城市', '市', '')", "盐城"),
        ("SELECT regexp_replace('a1b22', '[0-9]+', '-', 'g')", "a-b-"),
        (
            "SELECT sum(length(lpad(CAST(value AS VARCHAR), 12, '0'))) FROM generate_series(1, 100000)",
            "1200000",
        ),
    ] {
        assert_eq!(ask(sql).await.unwrap(), answer, "{sql}");
    }
}

#[tokio::test]
async fn what_might_be_replaced_in_every_place_and_is_not_is_answered() {
    // Of 8,000 texts of 1,000 signs each by 20 others: at most 160 MB, in fact 8.
    let sql = "SELECT sum(length(replace(text, 'x', '一二三四五六七'))) FROM \
               (SELECT repeat(CAST(value % 10 AS VARCHAR), 1000) AS text FROM generate_series(1, 8000))";
    assert_eq!(ask(sql).await.unwrap(), "8000000");
    let sql = "SELECT sum(length(replace(text, '7', '一二三四五六七'))) FROM \
               (SELECT repeat(CAST(value % 10 AS VARCHAR), 1000) AS text FROM generate_series(1, 8000))";
    is_refused(sql).await;
}
