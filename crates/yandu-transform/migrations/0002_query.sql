-- The query that a fingerprint of a run stands for, with the settings of the site filled in.
CREATE TABLE model_query (
    fingerprint TEXT PRIMARY KEY,
    sql TEXT NOT NULL
) STRICT, WITHOUT ROWID;
