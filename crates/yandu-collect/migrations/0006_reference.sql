-- The versions at which both sides of a reference were looked at; empty when rows waited in a tail.
ALTER TABLE reference_state ADD COLUMN dataset_version INTEGER;
ALTER TABLE reference_state ADD COLUMN target_version INTEGER;
