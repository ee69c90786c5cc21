-- Who may do what with which columns and rows of a dataset, for which purpose, until when and how often. `body` is JSON: what is
-- granted.
CREATE TABLE data_grant (
    id INTEGER PRIMARY KEY,
    dataset TEXT NOT NULL,
    body TEXT NOT NULL,
    until INTEGER NOT NULL,
    -- How often it may be used; none for as often as one likes.
    uses INTEGER,
    used INTEGER NOT NULL DEFAULT 0,
    given_by TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    revoked_by TEXT,
    revoked_at INTEGER,
    revoked_why TEXT,
    CHECK (uses IS NULL OR used <= uses),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
) STRICT;

CREATE INDEX data_grant_of_dataset ON data_grant (dataset, id);

-- What may not be shared, each entry with its legal basis. `body` is JSON.
CREATE TABLE negative_entry (
    id INTEGER PRIMARY KEY,
    body TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    removed_by TEXT,
    removed_at INTEGER,
    removed_why TEXT,
    CHECK ((removed_at IS NULL) = (removed_by IS NULL))
) STRICT;
