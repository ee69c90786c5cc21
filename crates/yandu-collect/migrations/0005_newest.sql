-- The newest batch of a dataset and of a source, for each of a thousand.
CREATE INDEX batch_of_dataset ON batch (dataset, id);
CREATE INDEX batch_of_source ON batch (source, id) WHERE source IS NOT NULL;
