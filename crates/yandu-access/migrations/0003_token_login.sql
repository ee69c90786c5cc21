-- The name under which a token logs in where a name is asked for, and what a proof of its secret is held against (SCRAM-SHA-256,
-- RFC 5802): never the secret. Tokens made before have none, and are no login.
ALTER TABLE token ADD COLUMN login TEXT;
ALTER TABLE token ADD COLUMN salt BLOB;
ALTER TABLE token ADD COLUMN iterations INTEGER;
ALTER TABLE token ADD COLUMN stored_key BLOB;
ALTER TABLE token ADD COLUMN server_key BLOB;

CREATE UNIQUE INDEX token_login ON token (login);
