-- One refresh of a model. `inputs`, `score`, `error` and `profile` are JSON. `state` names the file with what is kept of
-- groups after the run, `fingerprint` stands for all that the rows depend on beside the inputs.
CREATE TABLE model_run (
    id TEXT PRIMARY KEY,
    model TEXT NOT NULL,
    trigger TEXT NOT NULL CHECK (trigger IN ('change', 'request', 'start')),
    mode TEXT NOT NULL CHECK (mode IN ('full', 'incremental', 'unchanged')),
    why TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('running', 'committing', 'done', 'failed', 'interrupted')),
    inputs TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state TEXT,
    rows_in INTEGER NOT NULL DEFAULT 0,
    rows_added INTEGER NOT NULL DEFAULT 0,
    rows_removed INTEGER NOT NULL DEFAULT 0,
    rows_quarantined INTEGER NOT NULL DEFAULT 0,
    version INTEGER,
    score TEXT,
    error TEXT,
    profile TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;

CREATE INDEX model_run_by_model ON model_run (model, id);
CREATE INDEX model_run_under_way ON model_run (status) WHERE status IN ('running', 'committing');

-- One reason in one column of the rows of one run.
CREATE TABLE model_finding (
    run TEXT NOT NULL REFERENCES model_run (id),
    place INTEGER NOT NULL,
    finding TEXT NOT NULL,
    PRIMARY KEY (run, place)
) STRICT, WITHOUT ROWID;
