//! What a reader asks.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::value::SECRET_NUMBERS;
use crate::lineage::tests::random::generate::{Column, Generator, Table, Type};

/// A question, and how it is asked.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) sql: String,
    /// What `$1` stands for, of a question that is prepared.
    pub(super) value: Option<i64>,
    /// Whether it is for what the planner takes to come out of each step, and not for rows.
    pub(super) is_for_statistics: bool,
}

impl Question {
    /// For rows, as it is written.
    pub(super) fn of(sql: String) -> Self {
        Self {
            sql,
            value: None,
            is_for_statistics: false,
        }
    }

    /// A query, and others around it that fail on some values, or tell how it is carried out.
    pub(super) fn draw(rng: &mut StdRng, generator: &mut Generator, tables: &[Table]) -> Self {
        // A value of rows that are seen, or one of those that are not.
        let number = if rng.random_bool(0.5) {
            rng.random_range(0..6)
        } else {
            rng.random_range(SECRET_NUMBERS)
        };
        let is_prepared = rng.random_bool(0.25);
        let constant = if is_prepared {
            "$1".to_owned()
        } else {
            number.to_string()
        };
        let wrapped = wrapped(rng, generator, tables, &constant);
        let value = wrapped.contains("$1").then_some(number);
        let how = rng.random_range(0..40);
        let sql = match how {
            0..10 => format!("EXPLAIN {wrapped}"),
            10..13 => format!("EXPLAIN VERBOSE {wrapped}"),
            13 if rng.random_bool(0.5) => format!("EXPLAIN ANALYZE {wrapped}"),
            14 if rng.random_bool(0.25) => {
                return Self::of(
                    "SELECT * FROM information_schema.columns WHERE table_schema = 'r'".to_owned(),
                );
            }
            14 if rng.random_bool(0.25) => {
                return Self::of(
                    "SELECT * FROM information_schema.tables WHERE table_schema = 'r'".to_owned(),
                );
            }
            _ => wrapped,
        };
        Self {
            sql,
            value,
            is_for_statistics: matches!(how, 15..18),
        }
    }
}

/// One of the columns of a type.
fn one_of(rng: &mut StdRng, columns: &[Column], kind: Type) -> Option<String> {
    let fitting = columns.iter().filter(|(_, found)| *found == kind);
    let fitting: Vec<&Column> = fitting.collect();
    fitting.choose(rng).map(|(name, _)| name.clone())
}

/// One of the tables, with two of its columns of numbers, which may be one.
fn numbers(rng: &mut StdRng, tables: &[Table]) -> (String, [String; 2]) {
    let (table, columns) = tables.choose(rng).unwrap();
    // Each table has such a column.
    let numbers = [(); 2].map(|()| one_of(rng, columns, Type::Int).unwrap());
    (table.clone(), numbers)
}

fn wrapped(
    rng: &mut StdRng,
    generator: &mut Generator,
    tables: &[Table],
    constant: &str,
) -> String {
    let shape = rng.random_range(0..Generator::shape_count());
    let depth = rng.random_range(0..3);
    let query = generator.query(shape, depth);
    let inner = tables.iter().fold(query.sql.clone(), |sql, (table, _)| {
        sql.replace(&format!("{{{table}}}"), &format!("r.{table}"))
    });
    let number = one_of(rng, &query.columns, Type::Int);
    let text = one_of(rng, &query.columns, Type::Text);
    let is_other = |(_, kind): &&Column| !matches!(kind, Type::Int | Type::Text);
    let other: Vec<&Column> = query.columns.iter().filter(is_other).collect();
    let other = other.choose(rng);
    match (rng.random_range(0..44), number, text, other) {
        (0, Some(x), ..) => {
            format!("SELECT * FROM ({inner}) AS w WHERE 10 / (w.{x} - {constant}) > 1")
        }
        (1, _, Some(x), _) => {
            format!("SELECT * FROM ({inner}) AS w WHERE CAST(w.{x} AS INT) > {constant}")
        }
        (2, _, Some(x), _) => {
            format!("SELECT count(*) FROM ({inner}) AS w WHERE regexp_like('ab', w.{x})")
        }
        (3, Some(x), ..) => format!("SELECT max(CAST(w.{x} AS SMALLINT)) FROM ({inner}) AS w"),
        (4, Some(x), ..) => format!(
            "SELECT w.{x}, row_number() OVER (PARTITION BY 5 % (w.{x} - {constant}) ORDER BY w.{x}) IS NULL FROM ({inner}) AS w"
        ),
        (5, _, Some(x), _) => {
            format!("SELECT w.{x} FROM ({inner}) AS w WHERE w.{x} LIKE 'a%' OR w.{x} = '7'")
        }
        (6, Some(x), ..) => format!(
            "SELECT w.{x} FROM ({inner}) AS w WHERE w.{x} IN (1, 3, 904003) OR w.{x} IS NULL"
        ),
        (7, Some(x), ..) => {
            let (table, [one, other]) = numbers(rng, tables);
            format!(
                "SELECT w.{x} FROM ({inner}) AS w WHERE EXISTS (SELECT 1 FROM r.{table} AS e WHERE e.{one} = w.{x} AND 4 / (e.{other} - {constant}) < 1)"
            )
        }
        (8, Some(x), ..) => {
            format!("SELECT w.{x} FROM ({inner}) AS w ORDER BY w.{x} NULLS LAST LIMIT 3")
        }
        (9, Some(x), ..) => format!(
            "SELECT v.n FROM (VALUES (1), (4), (904001)) AS v (n) JOIN ({inner}) AS w ON w.{x} = v.n"
        ),
        (10, Some(x), ..) => {
            let (table, [one, _]) = numbers(rng, tables);
            format!(
                "SELECT w.{x} FROM ({inner}) AS w EXCEPT SELECT e.{one} FROM r.{table} AS e WHERE 100 / (e.{one} - {constant}) > 20"
            )
        }
        (11, Some(x), ..) => format!("SELECT sum(w.{x} * 9223372036854775807) FROM ({inner}) AS w"),
        (12, Some(x), ..) => format!(
            "SELECT w.{x} FROM ({inner}) AS w ORDER BY 10 / (w.{x} - {constant}), w.{x} LIMIT 2"
        ),
        (13, Some(x), ..) => format!(
            "SELECT v.n FROM (VALUES (0), (1)) AS v (n) JOIN ({inner}) AS w ON 10 / (w.{x} - {constant}) = v.n"
        ),
        (14, ..) => {
            let (table, [one, other]) = numbers(rng, tables);
            format!(
                "SELECT min(e.{one}) FROM r.{table} AS e WHERE e.{one} < 4 AND 10 / (e.{other} - {constant}) > 1"
            )
        }
        (15, Some(x), ..) => {
            format!("SELECT count(TRY_CAST(w.{x} AS SMALLINT)) FROM ({inner}) AS w")
        }
        (16, _, Some(x), _) => format!(
            "SELECT w.{x}, TRY_CAST(w.{x} AS INT) FROM ({inner}) AS w WHERE coalesce(TRY_CAST(w.{x} AS INT), 0) <> {constant}"
        ),
        (17, _, Some(x), _) => format!(
            "SELECT coalesce(TRY_CAST(w.{x} AS INT), CAST(concat(w.{x}, '1') AS INT)) FROM ({inner}) AS w"
        ),
        (18, _, Some(x), _) => format!(
            "SELECT w.{x} FROM ({inner}) AS w WHERE TRY_CAST(regexp_replace('7', w.{x}, '') AS INT) IS NULL"
        ),
        (19, Some(x), ..) => format!(
            "SELECT CASE WHEN w.{x} <> {constant} THEN 10 / (w.{x} - {constant}) END FROM ({inner}) AS w"
        ),
        (20, Some(x), ..) => {
            format!("SELECT nullif(abs(10 / (w.{x} - {constant})), 2) IS NULL FROM ({inner}) AS w")
        }
        (21..28, .., Some((x, kind))) => of_kind(rng, *kind, x, &inner),
        // The filters of these joins would fail on hidden rows.
        (30..44, ..) => {
            let (table, [column, _]) = numbers(rng, tables);
            let secret = rng.random_range(SECRET_NUMBERS);
            format!(
                "SELECT v.n FROM (VALUES (0), (1)) AS v (n) JOIN r.{table} AS e ON 10 / (e.{column} - {secret}) = v.n"
            )
        }
        _ => inner,
    }
}

/// A query around another, of a column `w.x` that is no whole number and no text.
fn of_kind(rng: &mut StdRng, kind: Type, x: &str, inner: &str) -> String {
    let from = format!("FROM ({inner}) AS w");
    let secret = rng.random_range(SECRET_NUMBERS);
    let forms = match kind {
        Type::Int | Type::Text => vec![format!("SELECT w.{x} {from}")],
        Type::Decimal => vec![
            format!(
                "SELECT count(*) {from} WHERE CAST(9 AS DECIMAL(12, 2)) / (w.{x} - CAST('{secret}.25' AS DECIMAL(12, 2))) < 1"
            ),
            format!("SELECT sum(CAST(w.{x} AS SMALLINT)) {from}"),
            format!("SELECT w.{x}, TRY_CAST(w.{x} AS SMALLINT) {from} WHERE w.{x} < 1000"),
            format!("SELECT sum(w.{x}), max(w.{x}) {from}"),
        ],
        Type::Float => vec![
            format!("SELECT count(*) {from} WHERE CAST(w.{x} AS SMALLINT) > 1"),
            format!("SELECT count(TRY_CAST(w.{x} AS SMALLINT)) {from}"),
            format!("SELECT w.{x} {from} WHERE w.{x} >= 1 OR w.{x} IS NULL"),
            format!(
                "SELECT v.n FROM (VALUES (CAST(1 AS DOUBLE)), ({secret}.5)) AS v (n) JOIN ({inner}) AS w ON w.{x} = v.n"
            ),
        ],
        Type::Date | Type::Moment => vec![
            format!("SELECT count(*) {from} WHERE 10 / (date_part('year', w.{x}) - 2190) <= 0"),
            format!("SELECT date_trunc('month', w.{x}), count(*) {from} GROUP BY 1"),
            format!("SELECT w.{x} {from} WHERE w.{x} < DATE '2024-03-01' OR w.{x} IS NULL"),
            format!("SELECT TRY_CAST(CAST(w.{x} AS VARCHAR) AS INT), max(w.{x}) {from} GROUP BY 1"),
        ],
        Type::Truth => vec![
            format!("SELECT count(*) {from} WHERE 10 / CAST(w.{x} AS INT) > 1"),
            format!("SELECT w.{x}, count(*) {from} WHERE w.{x} IS NOT TRUE GROUP BY w.{x}"),
            format!("SELECT count(*) {from} WHERE NOT w.{x} OR w.{x} IS UNKNOWN"),
        ],
    };
    forms.choose(rng).unwrap().clone()
}
