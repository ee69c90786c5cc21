-- A change of the rows of a dataset whose references were not looked at since: here from before the lake changes until
-- they were. Of a delivery it is also asked which orphans it brought.
CREATE TABLE reference_mark (
    commit_id TEXT PRIMARY KEY,
    dataset TEXT NOT NULL,
    is_delivery INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
