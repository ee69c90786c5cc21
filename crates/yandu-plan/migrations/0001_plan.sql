-- Work plans. `head` is JSON of what is said of a plan as a whole; its parts are items.
CREATE TABLE plan (
    id TEXT PRIMARY KEY,
    revision INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('reviewing', 'approved', 'closed')),
    -- BLAKE3 of the text that it was imported from.
    source TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    head TEXT NOT NULL,
    -- The reading as the program gave it at the import, JSON; a later program may read the same text otherwise.
    reading TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX plan_of_source ON plan (source);

-- The parts of a plan as they are now: pieces of its text, points, figures, tasks, nodes …, JSON each.
CREATE TABLE plan_item (
    plan TEXT NOT NULL REFERENCES plan (id),
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (plan, kind, key)
) STRICT, WITHOUT ROWID;

-- One change of one plan: who did what, when, why, and which fields of which items changed.
CREATE TABLE plan_revision (
    plan TEXT NOT NULL REFERENCES plan (id),
    revision INTEGER NOT NULL,
    kind TEXT NOT NULL,
    who TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT,
    changes TEXT NOT NULL,
    PRIMARY KEY (plan, revision)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER plan_revision_stays BEFORE UPDATE ON plan_revision
BEGIN
    SELECT RAISE(ABORT, 'a revision is never changed');
END;

CREATE TRIGGER plan_revision_is_kept BEFORE DELETE ON plan_revision
BEGIN
    SELECT RAISE(ABORT, 'a revision is never deleted');
END;

-- What a plan binds people to, as it was approved: number 1, and one more with each approved change.
CREATE TABLE plan_baseline (
    plan TEXT NOT NULL REFERENCES plan (id),
    number INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    who TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT,
    items TEXT NOT NULL,
    PRIMARY KEY (plan, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER plan_baseline_stays BEFORE UPDATE ON plan_baseline
BEGIN
    SELECT RAISE(ABORT, 'a baseline is never changed');
END;

CREATE TRIGGER plan_baseline_is_kept BEFORE DELETE ON plan_baseline
BEGIN
    SELECT RAISE(ABORT, 'a baseline is never deleted');
END;
