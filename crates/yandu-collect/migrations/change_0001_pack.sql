-- A state of the packs that was installed. Copies of the packs stand in the data folder, each under its own digest.
CREATE TABLE pack_state (
    digest TEXT PRIMARY KEY,
    state TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What was installed when, and what it did. The newest applied one says what is installed.
CREATE TABLE pack_change (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('install', 'change', 'rollback')),
    status TEXT NOT NULL CHECK (status IN ('applying', 'applied', 'undone')),
    from_state TEXT,
    to_state TEXT NOT NULL,
    applied_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    plan TEXT NOT NULL,
    -- Of a rollback: the oldest change that it took back. All after it are taken back too.
    takes_back INTEGER,
    started_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;

-- What a change does to one table: written before the table is committed, so that a change cut short is known.
CREATE TABLE pack_change_step (
    change INTEGER NOT NULL REFERENCES pack_change (number),
    place INTEGER NOT NULL,
    dataset TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    version_before INTEGER,
    version INTEGER,
    commits INTEGER,
    counts TEXT,
    -- The rollback that took it back.
    taken_back_by INTEGER,
    PRIMARY KEY (change, dataset)
) STRICT, WITHOUT ROWID;

CREATE INDEX pack_change_step_of_dataset ON pack_change_step (dataset, change);

-- The digest of the pack in a folder when its files looked like this, so that they need not be read again.
CREATE TABLE pack_seen (
    folder TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,
    digest TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Findings and score of a delivery, as JSON, before a change noted what it finds of its rows.
CREATE TABLE noted_before (
    change INTEGER NOT NULL,
    batch TEXT NOT NULL REFERENCES batch (id),
    noted TEXT NOT NULL,
    PRIMARY KEY (change, batch)
) STRICT, WITHOUT ROWID;

-- Notices say also that a change of the packs waits.
CREATE TABLE notice_of_packs_too (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('late', 'failed', 'stale', 'recovered', 'pack-change-waiting')),
    source TEXT,
    dataset TEXT NOT NULL,
    message TEXT NOT NULL,
    at INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;

INSERT INTO notice_of_packs_too (id, kind, source, dataset, message, at, settled_at)
    SELECT id, kind, source, dataset, message, at, settled_at FROM notice;

DROP TABLE notice;

ALTER TABLE notice_of_packs_too RENAME TO notice;

CREATE INDEX notice_open ON notice (source, dataset, kind) WHERE settled_at IS NULL;
