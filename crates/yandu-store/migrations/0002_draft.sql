-- What somebody has begun and not sent yet: one JSON value a key. `changed_at`, in microseconds since 1970-01-01 UTC, is
-- never given twice and so names one state of the value.
CREATE TABLE draft (
    principal TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;
