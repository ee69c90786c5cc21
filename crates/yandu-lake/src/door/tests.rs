//! A lake of residents, some of whom a reader does not see, and what the reader gets.

mod check;
mod estimates;
mod fuzz;
mod leaks;
mod masks;
mod rows;
mod terms;
mod within;
mod world;
