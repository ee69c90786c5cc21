-- Accounts of people, services and organisations. Secrets stand in no table: of a password there is its Argon2id hash, of a
-- link, a session and a token the SHA-256 of its secret, and the secret of a second factor is sealed.
CREATE TABLE account (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'service', 'organisation')),
    name TEXT NOT NULL,
    department TEXT,
    division TEXT,
    uscc TEXT,
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
    -- A PHC string; none before a link is used, and of a service never.
    password TEXT,
    password_changed_at INTEGER,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    CHECK ((password IS NULL) = (password_changed_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE account_role (
    account TEXT NOT NULL REFERENCES account (id),
    role TEXT NOT NULL,
    PRIMARY KEY (account, role)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_of_role ON account_role (role);

-- The passwords before the one in force, so that none of the last comes back.
CREATE TABLE old_password (
    account TEXT NOT NULL REFERENCES account (id),
    changed_at INTEGER NOT NULL,
    password TEXT NOT NULL,
    PRIMARY KEY (account, changed_at)
) STRICT, WITHOUT ROWID;

CREATE TABLE second_factor (
    account TEXT PRIMARY KEY REFERENCES account (id),
    -- A nonce and the secret, sealed with XChaCha20-Poly1305 under the key of the site together with the account.
    sealed BLOB NOT NULL,
    confirmed_at INTEGER,
    -- The last step of 30 seconds whose code was accepted.
    last_step INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Links that set a password once. The one that makes the first system administrator has no account.
CREATE TABLE invitation (
    hash BLOB PRIMARY KEY,
    account TEXT UNIQUE REFERENCES account (id),
    ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Names with which a login failed, whether an account has the name or not.
CREATE TABLE failure (
    name TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    locked_until INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    hash BLOB PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL REFERENCES account (id),
    purpose TEXT,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    address TEXT,
    agent TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX session_of_account ON session (account, created_at);

CREATE TABLE token (
    id TEXT PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    account TEXT NOT NULL REFERENCES account (id),
    name TEXT NOT NULL,
    -- Names of scopes with commas between them.
    scope TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    last_used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX token_of_account ON token (account);

-- What happened to accounts and rights: who did what to whom. `detail` is JSON and holds no secret.
CREATE TABLE access_event (
    id INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    -- None where nobody has shown who they are.
    actor TEXT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;

CREATE INDEX access_event_of_subject ON access_event (subject, id);

CREATE INDEX access_event_of_actor ON access_event (actor, id);

CREATE TRIGGER access_event_stays BEFORE UPDATE ON access_event
BEGIN
    SELECT RAISE(ABORT, 'an event is never changed');
END;

CREATE TRIGGER access_event_is_kept BEFORE DELETE ON access_event
BEGIN
    SELECT RAISE(ABORT, 'an event is never deleted');
END;
