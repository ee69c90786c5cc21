//! Whole plans with tables of the truth: every target with all of its fields, every unit with its role, and nothing else.

#[cfg(test)]
mod bad;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod sentences;
#[cfg(test)]
mod table_of_truth;
#[cfg(test)]
mod units;
#[cfg(test)]
mod whole;
