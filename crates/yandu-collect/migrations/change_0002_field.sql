-- Which field a column is. It keeps its number when a change of the packs renames it. A field that is gone is kept: a column that
-- comes back to values that are still stored is the field that it was.
CREATE TABLE field (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    dataset TEXT NOT NULL,
    -- What it is called, or was called last.
    name TEXT NOT NULL,
    -- The changes of the packs with which it came and went; none for what was there before fields were written down.
    since INTEGER,
    until INTEGER,
    is_gone INTEGER NOT NULL DEFAULT 0 CHECK (is_gone IN (0, 1))
) STRICT;

CREATE UNIQUE INDEX field_in_use ON field (dataset, name) WHERE is_gone = 0;
