-- What a metric was when it was computed: one row for a number of a period that came or changed, the newest last. `area` is
-- empty for the whole, `value` is NULL where there is none and `state` says why. A restated month has several rows.
CREATE TABLE metric_value (
    metric TEXT NOT NULL,
    area TEXT NOT NULL,
    period TEXT NOT NULL,
    place INTEGER NOT NULL,
    value REAL,
    state TEXT NOT NULL CHECK (state IN ('value', 'missing', 'divided-by-zero', 'failed', 'gone')),
    unit TEXT NOT NULL,
    definition TEXT NOT NULL,
    version INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (metric, area, period, place)
) STRICT, WITHOUT ROWID;

-- Up to which version of its model, and under which definition, the numbers of a metric are recorded.
CREATE TABLE metric_mark (
    metric TEXT PRIMARY KEY,
    version INTEGER NOT NULL,
    definition TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What somebody said of a number: a closed road, a changed method. `area` is empty for the whole.
CREATE TABLE metric_note (
    id INTEGER PRIMARY KEY,
    metric TEXT NOT NULL,
    area TEXT NOT NULL,
    period TEXT NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    written_at INTEGER NOT NULL,
    removed_by TEXT,
    removed_at INTEGER
) STRICT;

CREATE INDEX metric_note_of ON metric_note (metric, period);

-- A number that was outside of its thresholds. It stays open until the newest number of its area is inside again.
CREATE TABLE metric_alert (
    id INTEGER PRIMARY KEY,
    metric TEXT NOT NULL,
    area TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('below', 'above')),
    period TEXT NOT NULL,
    value REAL NOT NULL,
    bound REAL NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    closed_value REAL
) STRICT;

CREATE UNIQUE INDEX metric_alert_open ON metric_alert (metric, area, kind) WHERE closed_at IS NULL;
