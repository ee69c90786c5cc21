-- Notices say also that a source has rows that no reading takes.
CREATE TABLE notice_of_rows_too (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('late', 'failed', 'stale', 'recovered', 'pack-change-waiting', 'passed-over')),
    source TEXT,
    dataset TEXT NOT NULL,
    message TEXT NOT NULL,
    at INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;

INSERT INTO notice_of_rows_too (id, kind, source, dataset, message, at, settled_at)
    SELECT id, kind, source, dataset, message, at, settled_at FROM notice;

DROP TABLE notice;

ALTER TABLE notice_of_rows_too RENAME TO notice;

CREATE INDEX notice_open ON notice (source, dataset, kind) WHERE settled_at IS NULL;
