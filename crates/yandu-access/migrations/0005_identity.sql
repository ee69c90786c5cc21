-- Who somebody is at a provider of identities, and the account that they come in to. What was taken away stays, so that the same
-- subject is not joined to an account by its name again.
CREATE TABLE identity (
    id INTEGER PRIMARY KEY,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES account (id),
    -- What the provider called them when they came last.
    name TEXT,
    -- The id of an account, the local administrator, or the provider where the claim has named the account.
    linked_by TEXT NOT NULL,
    linked_at INTEGER NOT NULL,
    last_used_at INTEGER,
    removed_by TEXT,
    removed_at INTEGER,
    CHECK ((removed_at IS NULL) = (removed_by IS NULL))
) STRICT;

CREATE UNIQUE INDEX identity_in_force ON identity (issuer, subject) WHERE removed_at IS NULL;

CREATE UNIQUE INDEX identity_of_account ON identity (account, issuer) WHERE removed_at IS NULL;

CREATE INDEX identity_of_subject ON identity (issuer, subject);

-- With what the session was begun.
ALTER TABLE session ADD COLUMN means TEXT NOT NULL DEFAULT 'password' CHECK (means IN ('password', 'openid'));
