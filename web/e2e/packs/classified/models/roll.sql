SELECT id, spare FROM classified.record
