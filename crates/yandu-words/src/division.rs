//! Divisions.
