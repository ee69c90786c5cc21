-- The newest time that was ever recorded, in microseconds since 1970-01-01 UTC; one row.
CREATE TABLE clock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    newest_at INTEGER NOT NULL
);
INSERT INTO clock (id, newest_at) VALUES (1, 0);
