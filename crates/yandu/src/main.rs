//! The one executable: the commands, and the composition of the modules behind them.
//!
//! A command that touches data is one or a few requests to the HTTP face. When a server holds the data folder they go
//! to it; otherwise the command opens the folder itself and asks the same router in process. So there is one code
//! path and one door.

mod app;
mod city;
mod cli;
mod client;
mod commands;
mod config;
mod download;
mod facts;
mod failure;
mod follow;
mod local;
mod logs;
mod next_page;
mod output;
mod registers;
mod statement;
mod table;
mod tls;
mod told;
mod trial;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
