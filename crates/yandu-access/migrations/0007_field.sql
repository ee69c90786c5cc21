-- Which fields the columns that a grant or an entry names were when it was made: JSON, by name. A field may be called otherwise by
-- now, and another one may have its name.
ALTER TABLE data_grant ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';
ALTER TABLE negative_entry ADD COLUMN fields TEXT NOT NULL DEFAULT '{}';
