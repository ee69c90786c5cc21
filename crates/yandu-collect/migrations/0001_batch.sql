-- One delivery. `report` holds what decoding said, `score` and `error` are JSON too.
CREATE TABLE batch (
    id TEXT PRIMARY KEY,
    dataset TEXT NOT NULL,
    source TEXT,
    status TEXT NOT NULL CHECK (status IN ('running', 'committing', 'collected', 'unchanged', 'refused', 'rolled-back', 'undone', 'written')),
    mode TEXT NOT NULL CHECK (mode IN ('snapshot', 'upsert', 'append')),
    delivered_as TEXT NOT NULL,
    delivered_by TEXT NOT NULL,
    content_hash TEXT,
    size_bytes INTEGER,
    rows_in INTEGER NOT NULL DEFAULT 0,
    rows_kept INTEGER NOT NULL DEFAULT 0,
    rows_superseded INTEGER NOT NULL DEFAULT 0,
    rows_quarantined INTEGER NOT NULL DEFAULT 0,
    rows_deleted INTEGER NOT NULL DEFAULT 0,
    base_version INTEGER,
    version INTEGER,
    report TEXT,
    score TEXT,
    error TEXT,
    watermark TEXT,
    started_at INTEGER NOT NULL,
    finished_at INTEGER
) STRICT;

CREATE INDEX batch_by_dataset ON batch (dataset, started_at);
CREATE INDEX batch_by_content ON batch (dataset, content_hash);
CREATE INDEX batch_under_way ON batch (status) WHERE status IN ('running', 'committing');

-- One reason in one column of one batch.
CREATE TABLE finding (
    batch TEXT NOT NULL REFERENCES batch (id),
    place INTEGER NOT NULL,
    column_name TEXT,
    reason TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('soft', 'hard')),
    dimension TEXT NOT NULL,
    rows INTEGER NOT NULL,
    samples TEXT NOT NULL,
    PRIMARY KEY (batch, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE batch_profile (
    batch TEXT PRIMARY KEY REFERENCES batch (id),
    columns TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What became of a quarantined row after its batch; the row itself stays in the quarantine file of the batch.
CREATE TABLE quarantine_action (
    id INTEGER PRIMARY KEY,
    batch TEXT NOT NULL REFERENCES batch (id),
    row INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('corrected', 'released', 'dropped')),
    cells TEXT,
    reason TEXT NOT NULL,
    principal TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX quarantine_action_by_row ON quarantine_action (batch, row);

-- A soft reference of a dataset as it stood when either side last changed.
CREATE TABLE reference_state (
    dataset TEXT NOT NULL,
    check_name TEXT NOT NULL,
    column_name TEXT NOT NULL,
    target TEXT NOT NULL,
    rows INTEGER NOT NULL,
    orphans INTEGER NOT NULL,
    samples TEXT NOT NULL,
    looked_at INTEGER NOT NULL,
    PRIMARY KEY (dataset, check_name)
) STRICT, WITHOUT ROWID;

-- What someone must be told: a late or failed delivery.
CREATE TABLE notice (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('late', 'failed', 'recovered')),
    source TEXT NOT NULL,
    dataset TEXT NOT NULL,
    message TEXT NOT NULL,
    at INTEGER NOT NULL,
    settled_at INTEGER
) STRICT;

CREATE INDEX notice_open ON notice (source, kind) WHERE settled_at IS NULL;

-- Who took a batch back, and why. Written before the lake changes, so that an undoing cut short is known.
CREATE TABLE undoing (
    batch TEXT NOT NULL REFERENCES batch (id),
    undone_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (batch, commit_id)
) STRICT, WITHOUT ROWID;
