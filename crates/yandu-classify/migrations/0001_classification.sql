-- What is suggested of a field, or of a dataset as a whole where `field` is null. No value of a row stands in one: `reasons` is JSON
-- with names and counts.
CREATE TABLE suggestion (
    id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    owner TEXT NOT NULL,
    field INTEGER,
    -- What the field is called now, or was called last.
    name TEXT,
    class TEXT,
    grade TEXT NOT NULL,
    confidence REAL NOT NULL,
    reasons TEXT NOT NULL,
    -- Names what the suggestion rests on, so that the same is not suggested again.
    evidence TEXT NOT NULL,
    -- The grade in force when it was made.
    present TEXT NOT NULL,
    -- 3 where it is stricter than the present grade, 2 where it is less strict, 1 where it is the same, 0 where nothing speaks for it.
    bearing INTEGER NOT NULL,
    -- Whether it holds until somebody decides.
    holds INTEGER NOT NULL DEFAULT 0 CHECK (holds IN (0, 1)),
    status TEXT NOT NULL CHECK (status IN ('open', 'confirmed', 'changed', 'rejected', 'superseded', 'withdrawn')),
    -- The delivery whose values were looked at.
    batch TEXT,
    opened_at INTEGER NOT NULL,
    decided_by TEXT,
    decided_at INTEGER,
    reason TEXT
) STRICT;

CREATE UNIQUE INDEX suggestion_open ON suggestion (dataset, coalesce(field, 0)) WHERE status = 'open';
CREATE INDEX suggestion_of_field ON suggestion (dataset, field, id);
CREATE INDEX suggestion_by_status ON suggestion (status, bearing, id);

-- What stewards decided, the newest of a field in force. Never changed and never deleted.
CREATE TABLE classified (
    id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    owner TEXT NOT NULL,
    field INTEGER,
    name TEXT,
    class TEXT,
    grade TEXT NOT NULL,
    -- What it was before, what its pack declared, and what flowed in along lineage, from where: JSON.
    before TEXT NOT NULL,
    declared TEXT NOT NULL,
    inflow TEXT,
    inflow_from TEXT NOT NULL DEFAULT '[]',
    is_lowering INTEGER NOT NULL CHECK (is_lowering IN (0, 1)),
    reason TEXT,
    decided_by TEXT NOT NULL,
    decided_at INTEGER NOT NULL,
    suggestion INTEGER REFERENCES suggestion (id),
    CHECK (is_lowering = 0 OR length(trim(coalesce(reason, ''))) > 0)
) STRICT;

CREATE INDEX classified_of_field ON classified (dataset, field, id);
CREATE INDEX classified_lowering ON classified (id) WHERE is_lowering = 1;
