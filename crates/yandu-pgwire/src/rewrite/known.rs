//! Questions that clients bring with them and that the engine cannot follow, with what they ask in words that it can.

/// What asyncpg asks of types that it does not know.
const ASYNCPG_TYPES: &str = "\
SELECT t.oid, n.nspname AS ns, t.typname AS name, t.typtype AS kind, CAST(NULL AS oid) AS basetype, t.typelem AS elemtype,
    e.typdelim AS elemdelim, CAST(NULL AS oid) AS range_subtype, CAST(NULL AS oid[]) AS attrtypoids,
    CAST(NULL AS text[]) AS attrnames, CASE WHEN t.oid = ANY($1::oid[]) THEN 0 ELSE 1 END AS depth,
    CAST(NULL AS text) AS basetype_name, e.typname AS elemtype_name, CAST(NULL AS text) AS range_subtype_name
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
WHERE t.oid = ANY($1::oid[])
    OR t.oid IN (SELECT typelem FROM pg_catalog.pg_type WHERE oid = ANY($1::oid[]))
ORDER BY depth DESC";

/// By how they begin.
const KNOWN: [(&str, &str); 1] = [("WITH RECURSIVE typeinfo_tree(", ASYNCPG_TYPES)];

/// The words in which a question is asked in the place of a client's own.
pub(crate) fn instead_of(sql: &str) -> Option<&'static str> {
    let sql = sql.trim_start();
    let known = KNOWN.iter().find(|(start, _)| sql.starts_with(start));
    known.map(|(_, instead)| *instead)
}
