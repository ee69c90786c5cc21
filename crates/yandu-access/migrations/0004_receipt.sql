-- What left the city as a file: who took it, when and on which way, by which question, at which versions, under which policies. A
-- receipt is open before the first byte leaves, and is ended once; then it stays as it is. `body` is JSON: what was known when it
-- was opened.
CREATE TABLE receipt (
    id INTEGER PRIMARY KEY,
    -- The id of an account, or the local administrator.
    reader TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    ended_at INTEGER,
    -- Handed to the one who read; not known of what was cut off with the program.
    rows INTEGER,
    bytes INTEGER,
    -- SHA-256 of the bytes, as hexadecimal digits.
    hash TEXT,
    -- Whether there were more rows than were asked for.
    is_cut INTEGER NOT NULL DEFAULT 0,
    -- Why it broke off; none of what is whole.
    broken TEXT,
    CHECK (ended_at IS NOT NULL OR (rows IS NULL AND bytes IS NULL AND hash IS NULL AND broken IS NULL))
) STRICT;

CREATE INDEX receipt_of_reader ON receipt (reader, id);

CREATE INDEX receipt_that_is_open ON receipt (id) WHERE ended_at IS NULL;

CREATE TRIGGER receipt_stays BEFORE UPDATE ON receipt
WHEN OLD.ended_at IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a receipt is ended once');
END;

CREATE TRIGGER receipt_is_kept BEFORE DELETE ON receipt
BEGIN
    SELECT RAISE(ABORT, 'a receipt is never deleted');
END;
