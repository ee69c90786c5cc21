-- An undoing, or a going back to a version, that may be in the lake while its batches do not say so yet: here from
-- before the lake changes until they do.
CREATE TABLE reversal (
    commit_id TEXT PRIMARY KEY,
    dataset TEXT NOT NULL
) STRICT, WITHOUT ROWID;
