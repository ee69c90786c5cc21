-- Whether a cell of a delivery may stand in the message, as in every one of a failure that was written before this was known.
ALTER TABLE notice ADD COLUMN may_quote_cells INTEGER NOT NULL DEFAULT 0;

UPDATE notice SET may_quote_cells = 1 WHERE kind = 'failed';
