-- Whether the password opens nothing any more, because a reset took it away. It stays so that it does not come back as the next one, and so that
-- a system whose last administrator is reset stays one that has been taken up.
ALTER TABLE account ADD COLUMN password_ended INTEGER NOT NULL DEFAULT 0;
