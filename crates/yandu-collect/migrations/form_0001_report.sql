-- Reports of forms: who reported what period of which form, by the batch that brought it. Whether a report counts is said by its
-- batch, which is collected or is not.
CREATE TABLE form_report (
    batch TEXT PRIMARY KEY REFERENCES batch (id),
    dataset TEXT NOT NULL,
    unit TEXT NOT NULL,
    -- Such as 2025-03; periods of one form come in the order of their texts.
    period TEXT NOT NULL,
    -- Named by whoever submits: the same one twice is one report.
    submission TEXT NOT NULL,
    reporter TEXT,
    -- The day on which it was filled on paper; absent where that is the day on which it came.
    filled_on TEXT,
    -- JSON: hashes of its files.
    evidence TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX form_report_of_period ON form_report (dataset, period, unit, batch);
CREATE INDEX form_report_of_submission ON form_report (dataset, submission);

-- Files that were handed in for a form, by their content. What a photograph says of itself is what it says and no more.
CREATE TABLE form_evidence (
    dataset TEXT NOT NULL,
    hash TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    taken_at TEXT,
    latitude REAL,
    longitude REAL,
    kept_by TEXT NOT NULL,
    kept_at INTEGER NOT NULL,
    PRIMARY KEY (dataset, hash)
) STRICT, WITHOUT ROWID;
