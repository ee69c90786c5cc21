-- The entries of the ledger. `number` is the place of an entry in the working copies and never changes; `change` is the
-- number of its newest change over the whole ledger, so that a copy can ask for what is newer than itself.
CREATE TABLE entry (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    change INTEGER NOT NULL UNIQUE,
    revision INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('drafted', 'reviewed', 'published', 'changed', 'withdrawn')),
    is_pack INTEGER NOT NULL CHECK (is_pack IN (0, 1)),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    published_at INTEGER,
    -- What it lacks, one bit an element.
    lacks INTEGER NOT NULL,
    -- JSON of all that is said of the entry but its columns, which lists do not need and which are often longer.
    head TEXT NOT NULL,
    columns TEXT NOT NULL
) STRICT;

CREATE INDEX entry_of_pack ON entry (number) WHERE is_pack = 1;

-- One change of one entry. What an entry was before is what it is now with the changes taken back.
CREATE TABLE entry_revision (
    entry TEXT NOT NULL REFERENCES entry (id),
    revision INTEGER NOT NULL,
    change INTEGER NOT NULL UNIQUE,
    kind TEXT NOT NULL CHECK (kind IN ('created', 'edited', 'moved', 'synced', 'imported')),
    who TEXT NOT NULL,
    at INTEGER NOT NULL,
    reason TEXT,
    status_from TEXT,
    status_to TEXT NOT NULL,
    changes TEXT NOT NULL,
    PRIMARY KEY (entry, revision)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER entry_revision_stays BEFORE UPDATE ON entry_revision
BEGIN
    SELECT RAISE(ABORT, 'a revision is never changed');
END;

CREATE TRIGGER entry_revision_is_kept BEFORE DELETE ON entry_revision
BEGIN
    SELECT RAISE(ABORT, 'a revision is never deleted');
END;

-- What became of the data of an entry. It changes with every delivery and makes no revisions.
CREATE TABLE entry_fact (
    entry TEXT PRIMARY KEY REFERENCES entry (id),
    rows INTEGER,
    bytes INTEGER,
    version INTEGER,
    last_batch TEXT,
    last_at INTEGER,
    score REAL,
    fresh INTEGER
) STRICT, WITHOUT ROWID;

-- Uses of an entry by day, counted from 1970-01-01.
CREATE TABLE entry_use (
    entry TEXT NOT NULL,
    day INTEGER NOT NULL,
    principal TEXT NOT NULL,
    uses INTEGER NOT NULL,
    PRIMARY KEY (entry, day, principal)
) STRICT, WITHOUT ROWID;
