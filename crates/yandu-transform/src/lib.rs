//! Models: SQL selects of packs that make one dataset from others, refreshed in order when something upstream changed.
//!
//! Not here: what a model may say (packs declare it), how SQL is planned and read (`yandu-lake`).

pub mod lineage;
