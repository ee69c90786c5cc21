//! The log, on stderr.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{Config, LogFormat};
use crate::failure::{Failure, Result, is_coloured};

/// Starts the log. `default` is what is written when nothing is configured.
pub(crate) fn start(config: &Config, default: &str) -> Result<()> {
    let wanted = if config.log.is_empty() {
        default
    } else {
        &config.log
    };
    let filter = EnvFilter::try_new(wanted).map_err(|error| {
        Failure::new(format!("`{wanted}` is no filter of the log: {error}"))
            .help("write a level such as `info`, or `warn,yandu_collect=debug`")
    })?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(is_coloured(std::io::stderr().is_terminal()));
    let started = match config.log_format {
        LogFormat::Text => builder.with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| Failure::new(format!("the log cannot be started: {error}")))
}
