-- What a token is for, as a session has it. Tokens of before are for nothing in particular.
ALTER TABLE token ADD COLUMN purpose TEXT;
