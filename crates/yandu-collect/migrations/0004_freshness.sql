-- A notice is about a source, or about a dataset whichever of its sources should have delivered.
CREATE TABLE notice_of_either (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('late', 'failed', 'stale', 'recovered')),
    source TEXT,
    dataset TEXT NOT NULL,
    message TEXT NOT NULL,
    at INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;

INSERT INTO notice_of_either (id, kind, source, dataset, message, at, settled_at)
    SELECT id, kind, source, dataset, message, at, settled_at FROM notice;

DROP TABLE notice;

ALTER TABLE notice_of_either RENAME TO notice;

CREATE INDEX notice_open ON notice (source, dataset, kind) WHERE settled_at IS NULL;

-- From when on a dataset that has no delivery is waited for.
CREATE TABLE known_dataset (
    dataset TEXT PRIMARY KEY,
    known_since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
