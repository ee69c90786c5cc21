//! The two trees of a city: administrative divisions, which have codes, and managing units, which
//! answer for places and may have no code of their own.
//!
//! Both are built from rows that a pack ships. Building looks at every row and lists all faults at
//! once.

mod managing;
mod tree;

pub use managing::{Area, AreaFault, AreaFaults, ManagingUnit, ManagingUnits};
pub use tree::{
    Division, DivisionFault, DivisionFaults, DivisionRow, DivisionTree, Level, enclosing_codes,
};

/// Writes faults one a line, for the message of a whole build.
fn lines<T: std::fmt::Display>(faults: &[T]) -> String {
    let texts: Vec<String> = faults.iter().map(ToString::to_string).collect();
    texts.join("\n")
}

#[cfg(test)]
mod tests;
