-- Short answers of one kind that stand under one receipt: how many there were, and what was in them together. It grows until the
-- receipt is ended.
CREATE TABLE receipt_count (
    receipt INTEGER PRIMARY KEY REFERENCES receipt (id),
    answers INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    last_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER receipt_count_stays BEFORE UPDATE ON receipt_count
WHEN (SELECT ended_at FROM receipt WHERE id = OLD.receipt) IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a receipt is ended once');
END;

CREATE TRIGGER receipt_count_is_kept BEFORE DELETE ON receipt_count
BEGIN
    SELECT RAISE(ABORT, 'a receipt is never deleted');
END;
