//! Packs: folders of files that add one city system each, read into checked declarations.
//!
//! Reading never stops at the first fault: all problems of all files come back at once, each with its place and a mend.
//! What is absent on purpose: rows are not read, nothing is run, and SQL is compiled by whoever calls.

pub mod declare;
