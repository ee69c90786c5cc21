use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::rewrite;
use crate::catalogue::tests::seen;

/// The statement as the engine gets it; none where it is asked as it was written.
fn rewritten(sql: &str) -> Option<String> {
    let seen = seen("population");
    let mut statements = Parser::parse_sql(&PostgreSqlDialect {}, sql).unwrap();
    let statement = statements.first_mut().unwrap();
    rewrite(statement, &seen).then(|| statement.to_string())
}

#[test]
fn what_the_engine_reads_is_left_as_it_is() {
    for sql in [
        "SELECT name, count(*) FROM population.person WHERE age > $1 GROUP BY name",
        "SELECT x::bigint, CAST(y AS date) FROM population.person",
        "WITH pg_class AS (SELECT 1) SELECT * FROM pg_class",
        "SELECT * FROM nowhere",
    ] {
        assert_eq!(rewritten(sql), None, "{sql}");
    }
}

#[test]
fn what_postgresql_writes_in_another_way_is_written_anew() {
    for (sql, expected) in [
        (
            "SELECT oid FROM pg_class",
            r#"SELECT oid FROM "pg_catalog"."pg_class""#,
        ),
        (
            "SELECT columns.table_name FROM information_schema.columns",
            r#"SELECT columns.table_name FROM "pg_information_schema"."columns" AS "columns""#,
        ),
        (
            "SELECT pg_catalog.version(), current_user",
            r#"SELECT version(), "current_user"()"#,
        ),
        (
            "SELECT relname COLLATE pg_catalog.default FROM x",
            "SELECT relname FROM x",
        ),
        (
            "SELECT a OPERATOR(pg_catalog.~) '^(b)$'",
            "SELECT a ~ '^(b)$'",
        ),
        (
            "SELECT 'a.b'::regclass::oid",
            "SELECT yandu_regclass('a.b')::INT UNSIGNED",
        ),
        (
            "SELECT a::regtype::text",
            "SELECT format_type(yandu_regtype(a), NULL)",
        ),
        (
            "SELECT a = ANY('{r,v}'::char[])",
            "SELECT a = ANY(ARRAY['r', 'v'])",
        ),
        (
            "SELECT mod(-7, 3), pg_catalog.mod(a + 1, mod(b, 2))",
            "SELECT ((-7) % (3)), ((a + 1) % (((b) % (2))))",
        ),
        (
            "SELECT * FROM person",
            r#"SELECT * FROM "population"."person""#,
        ),
    ] {
        assert_eq!(rewritten(sql).as_deref(), Some(expected), "{sql}");
    }
}

#[test]
fn what_is_always_empty_is_not_asked() {
    for (sql, expected) in [
        (
            "SELECT a.attname, (SELECT d.adbin FROM pg_catalog.pg_attrdef d WHERE d.adrelid = a.attrelid) FROM x a",
            "SELECT a.attname, NULL FROM x a",
        ),
        (
            "SELECT (SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE n.oid = a.b) FROM x a",
            "SELECT (SELECT min(n.nspname) FROM pg_catalog.pg_namespace n WHERE n.oid = a.b) FROM x a",
        ),
        (
            "SELECT ARRAY(SELECT m.roleid FROM pg_catalog.pg_auth_members m WHERE m.member = a.b) FROM x a",
            "SELECT ARRAY[]::TEXT[] FROM x a",
        ),
        (
            "SELECT i.indexrelid, (SELECT string_agg(y, ',') FROM y) FROM pg_catalog.pg_index i",
            "SELECT i.indexrelid, NULL FROM pg_catalog.pg_index i",
        ),
        (
            "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_inherits)",
            "SELECT 1 WHERE true",
        ),
        (
            "SELECT (SELECT count(*) FROM pg_catalog.pg_index) FROM x WHERE a NOT LIKE 'pg/_%' ESCAPE '/'",
            r"SELECT (SELECT count(*) FROM pg_catalog.pg_index) FROM x WHERE a NOT LIKE replace(replace('pg/_%', '\', '\\'), '/', '\')",
        ),
        (
            "SELECT ARRAY(SELECT a.attname FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.d ORDER BY 1) FROM x c",
            "SELECT (SELECT array_agg(a.attname) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.d) FROM x c",
        ),
        (
            "SELECT word FROM pg_catalog.pg_get_keywords()",
            r#"SELECT word FROM "pg_catalog"."pg_get_keywords""#,
        ),
        (
            "SELECT (information_schema._pg_expandarray(x.key)).n, x.list[1], x.y FROM x",
            "SELECT (_pg_expandarray(x.key))['n'], x.list[1], x.y FROM x",
        ),
        ("SELECT NULL, NULL", r#"SELECT NULL, NULL AS "column 2""#),
    ] {
        let written =
            rewritten(sql).map(|sql| sql.replace("CAST(ARRAY[] AS TEXT[])", "ARRAY[]::TEXT[]"));
        assert_eq!(written.as_deref(), Some(expected), "{sql}");
    }
}
