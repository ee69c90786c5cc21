-- What became of a quarantined row says by which commit: of a release that one which has the row, of a row that waits again that one
-- which took it out of the table. Releases of before do not say it.
CREATE TABLE quarantine_action_by_commit (
    id INTEGER PRIMARY KEY,
    batch TEXT NOT NULL REFERENCES batch (id),
    row INTEGER NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('corrected', 'released', 'waiting', 'dropped')),
    cells TEXT,
    reason TEXT NOT NULL,
    principal TEXT NOT NULL,
    at INTEGER NOT NULL,
    commit_id TEXT
) STRICT;

INSERT INTO quarantine_action_by_commit (id, batch, row, action, cells, reason, principal, at)
    SELECT id, batch, row, action, cells, reason, principal, at FROM quarantine_action;

DROP TABLE quarantine_action;

ALTER TABLE quarantine_action_by_commit RENAME TO quarantine_action;

CREATE INDEX quarantine_action_by_row ON quarantine_action (batch, row);
CREATE INDEX quarantine_action_released ON quarantine_action (batch, row, commit_id)
    WHERE action = 'released' AND commit_id IS NOT NULL;

-- Who makes a reversal and why, for the rows that wait or are released again with it.
ALTER TABLE reversal ADD COLUMN principal TEXT NOT NULL DEFAULT '';
ALTER TABLE reversal ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE reversal ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
