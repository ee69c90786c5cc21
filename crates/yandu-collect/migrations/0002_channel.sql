-- How the runs of a source went.
CREATE TABLE source_run (
    source TEXT PRIMARY KEY,
    known_since INTEGER NOT NULL,
    attempted_at INTEGER,
    succeeded_at INTEGER,
    -- Runs in a row that brought nothing because something failed.
    failures INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- A file of a watched folder, or of a pack, that was dealt with as it stood then.
CREATE TABLE taken_file (
    source TEXT NOT NULL,
    path TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status TEXT NOT NULL,
    batch TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (source, path)
) STRICT, WITHOUT ROWID;

-- The upkeep of a table of the lake.
CREATE TABLE upkeep (
    dataset TEXT PRIMARY KEY,
    compacted_version INTEGER,
    vacuumed_at INTEGER
) STRICT, WITHOUT ROWID;
