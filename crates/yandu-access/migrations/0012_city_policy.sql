-- The texts of policies in the folder of the city that were in force last, so that a misspelled word in one takes nothing from anybody
-- and opens nothing to anybody: those of before hold until it is mended.
CREATE TABLE city_policy (
    folder TEXT PRIMARY KEY,
    -- Names of files and their texts, as JSON, in the order in which they are read.
    sources TEXT NOT NULL
) STRICT, WITHOUT ROWID;
