-- Rows of a batch that may be in the lake while it is not said of them that they were released: here from before the lake
-- changes until it is. `rows` holds their places, as JSON.
CREATE TABLE releasing (
    commit_id TEXT PRIMARY KEY,
    dataset TEXT NOT NULL,
    batch TEXT NOT NULL REFERENCES batch (id),
    rows TEXT NOT NULL,
    principal TEXT NOT NULL,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Releases that complete a snapshot were known by the status of their batch alone.
INSERT INTO releasing (commit_id, dataset, batch, rows, principal, reason, at)
SELECT id, dataset, id, '[]', delivered_by, '', finished_at FROM batch
WHERE status = 'committing' AND finished_at IS NOT NULL;
