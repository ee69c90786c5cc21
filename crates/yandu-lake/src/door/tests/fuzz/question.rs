//! What a reader asks.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::pair::SECRET_NUMBERS;
use crate::lineage::tests::random::generate::{Generator, TABLES, Type};

/// A query, and others around it that fail on some values, or tell how it is carried out.
pub(super) fn question(rng: &mut StdRng, generator: &mut Generator) -> String {
    let shape = rng.random_range(0..Generator::shape_count());
    let depth = rng.random_range(0..3);
    let query = generator.query(shape, depth);
    let inner = TABLES.iter().fold(query.sql.clone(), |sql, (table, _)| {
        sql.replace(&format!("{{{table}}}"), &format!("r.{table}"))
    });
    let of_kind = |kind: Type| {
        let columns = query
            .columns
            .iter()
            .filter(move |(_, found)| *found == kind);
        columns.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let number = of_kind(Type::Int).choose(rng).cloned();
    let text = of_kind(Type::Text).choose(rng).cloned();
    // A value of rows that are seen, or one of those that are not.
    let constant = if rng.random_bool(0.5) {
        rng.random_range(0..6)
    } else {
        rng.random_range(SECRET_NUMBERS)
    };
    let wrapped = match (rng.random_range(0..32), number, text) {
        (0, Some(x), _) => {
            format!("SELECT * FROM ({inner}) AS w WHERE 10 / (w.{x} - {constant}) > 1")
        }
        (1, _, Some(x)) => {
            format!("SELECT * FROM ({inner}) AS w WHERE CAST(w.{x} AS INT) > {constant}")
        }
        (2, _, Some(x)) => {
            format!("SELECT count(*) FROM ({inner}) AS w WHERE regexp_like('ab', w.{x})")
        }
        (3, Some(x), _) => format!("SELECT max(CAST(w.{x} AS SMALLINT)) FROM ({inner}) AS w"),
        (4, Some(x), _) => format!(
            "SELECT w.{x}, row_number() OVER (PARTITION BY 5 % (w.{x} - {constant}) ORDER BY w.{x}) IS NULL FROM ({inner}) AS w"
        ),
        (5, _, Some(x)) => {
            format!("SELECT w.{x} FROM ({inner}) AS w WHERE w.{x} LIKE 'a%' OR w.{x} = '7'")
        }
        (6, Some(x), _) => format!(
            "SELECT w.{x} FROM ({inner}) AS w WHERE w.{x} IN (1, 3, 904003) OR w.{x} IS NULL"
        ),
        (7, Some(x), _) => format!(
            "SELECT w.{x} FROM ({inner}) AS w WHERE EXISTS (SELECT 1 FROM r.a AS e WHERE e.k = w.{x} AND 4 / (e.g - {constant}) < 1)"
        ),
        (8, Some(x), _) => {
            format!("SELECT w.{x} FROM ({inner}) AS w ORDER BY w.{x} NULLS LAST LIMIT 3")
        }
        (9, Some(x), _) => format!(
            "SELECT v.n FROM (VALUES (1), (4), (904001)) AS v (n) JOIN ({inner}) AS w ON w.{x} = v.n"
        ),
        (10, Some(x), _) => format!(
            "SELECT w.{x} FROM ({inner}) AS w EXCEPT SELECT e.k FROM r.b AS e WHERE 100 / (e.k - {constant}) > 20"
        ),
        (11, Some(x), _) => format!("SELECT sum(w.{x} * 9223372036854775807) FROM ({inner}) AS w"),
        (12, Some(x), _) => format!(
            "SELECT w.{x} FROM ({inner}) AS w ORDER BY 10 / (w.{x} - {constant}), w.{x} LIMIT 2"
        ),
        (13, Some(x), _) => format!(
            "SELECT v.n FROM (VALUES (0), (1)) AS v (n) JOIN ({inner}) AS w ON 10 / (w.{x} - {constant}) = v.n"
        ),
        (14 | 20..32, ..) => {
            let (table, column) = *[("a", "n"), ("a", "g"), ("b", "m"), ("c", "p")]
                .choose(rng)
                .unwrap();
            let secret = rng.random_range(SECRET_NUMBERS);
            format!(
                "SELECT v.n FROM (VALUES (0), (1)) AS v (n) JOIN r.{table} AS e ON 10 / (e.{column} - {secret}) = v.n"
            )
        }
        (15, ..) => {
            format!("SELECT min(e.g) FROM r.b AS e WHERE e.k < 4 AND 10 / (e.m - {constant}) > 1")
        }
        _ => inner,
    };
    match rng.random_range(0..10) {
        0..3 => format!("EXPLAIN {wrapped}"),
        3 => format!("EXPLAIN VERBOSE {wrapped}"),
        4 if rng.random_ratio(1, 8) => format!("EXPLAIN ANALYZE {wrapped}"),
        5 if rng.random_ratio(1, 8) => {
            "SELECT * FROM information_schema.columns WHERE table_schema = 'r'".to_owned()
        }
        5 if rng.random_ratio(1, 8) => {
            "SELECT * FROM information_schema.tables WHERE table_schema = 'r'".to_owned()
        }
        _ => wrapped,
    }
}
