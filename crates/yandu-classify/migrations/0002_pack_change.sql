-- The change of the packs that made a field less sensitive. What packs say is in force by their declarations, and no decision.
ALTER TABLE classified ADD COLUMN pack_change INTEGER;
