-- Which fields the columns that a policy names were when it was put in force: JSON, with what it said of them then. A field may be
-- called otherwise by now, and another one may have its name.
CREATE TABLE policy_meaning (
    policy TEXT PRIMARY KEY,
    body TEXT NOT NULL
) STRICT;
