//! Metrics over a small city whose cells are written as a refresh would write them.

mod answers;
mod boards;
mod city;
mod held;
mod records;
mod whole;

use city::{City, ask, value};
