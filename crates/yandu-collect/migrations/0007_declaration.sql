-- What was declared of how the delivery was read, as one word; empty for what came before it was written down.
ALTER TABLE batch ADD COLUMN declaration TEXT;
