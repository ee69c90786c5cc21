//! The command line: what all commands share, and the list of them.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::commands::{
    account, backup, batch, city, classification, collect, dataset, form, ledger, metric, model,
    notice, pack, plan, policy, quarantine, restore, secret, serve, source, sql, trail,
};
use crate::config::{Config, Override};
use crate::failure::{Failure, Result};
use crate::logs;
use crate::output::Output;

/// 盐渎 Yandu: the operating system of a digital city.
///
/// Collects what departments hand over, checks it, quarantines what is wrong, and answers questions in SQL.
#[derive(Debug, Parser)]
#[command(
    name = "yandu",
    version,
    propagate_version = true,
    max_term_width = 110
)]
#[command(after_help = "Examples:
  yandu city simulate --people 50000 --seed 1 --out city-data
  yandu collect city-data/inbox/public_security/*.csv --dataset population.resident
  yandu sql \"SELECT sex, count(*) FROM population.resident GROUP BY sex\"
  yandu serve

Every command takes --help, and shows an example there.")]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
struct Global {
    /// The data folder [default: ./yandu-data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// A folder of packs, or of one pack; may be repeated [default: ./packs]
    #[arg(long, global = true, value_name = "DIR")]
    packs: Vec<PathBuf>,
    /// The configuration file [default: ./yandu.toml when it is there]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Set one key of the configuration; may be repeated
    #[arg(long, global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Print one JSON object in place of text
    #[arg(long, global = true)]
    json: bool,
    /// Level or filter of the log on stderr, such as `info`
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
}

/// The commands, one file each.
#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    City(city::City),
    Pack(pack::Pack),
    Collect(collect::Collect),
    Batch(batch::Batch),
    Quarantine(quarantine::Quarantine),
    Dataset(dataset::Dataset),
    Classification(classification::Classification),
    Form(form::Form),
    Ledger(ledger::Ledger),
    Metric(metric::Metric),
    Model(model::Model),
    Plan(plan::Plan),
    Policy(policy::Policy),
    Account(account::Account),
    Sql(sql::Sql),
    Trail(trail::Trail),
    Secret(secret::Secret),
    Source(source::Source),
    Notice(notice::Notice),
    Backup(backup::Backup),
    Restore(restore::Restore),
}

/// What a command works with.
pub(crate) struct Context {
    pub(crate) config: Config,
    pub(crate) output: Output,
}

pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    let as_json = cli.global.json;
    match execute(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print(as_json);
            ExitCode::FAILURE
        }
    }
}

fn execute(cli: Cli) -> Result<()> {
    let Cli { global, command } = cli;
    let output = Output {
        as_json: global.json,
    };
    let file = global.config.clone();
    let mut flags = global.overrides()?;
    if let Command::Serve(serve) = &command {
        flags.extend(serve.overrides());
    }
    let config = Config::read(file.as_deref(), flags)?;
    let is_server = matches!(command, Command::Serve(_));
    logs::start(&config, if is_server { "info" } else { "error" })?;
    let context = Context { config, output };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(context.config.threads())
        // Some statements are planned on these threads; memory is taken only as far as it is used.
        .thread_stack_size(64 << 20)
        .enable_all()
        .build()
        .map_err(|error| Failure::of(&error))?;
    let result = runtime.block_on(async {
        match command {
            Command::Serve(command) => command.run(&context).await,
            Command::City(command) => command.run(&context).await,
            Command::Pack(command) => command.run(&context).await,
            Command::Collect(command) => command.run(&context).await,
            Command::Batch(command) => command.run(&context).await,
            Command::Quarantine(command) => command.run(&context).await,
            Command::Dataset(command) => command.run(&context).await,
            Command::Classification(command) => command.run(&context).await,
            Command::Form(command) => command.run(&context).await,
            Command::Ledger(command) => command.run(&context).await,
            Command::Metric(command) => command.run(&context).await,
            Command::Model(command) => command.run(&context).await,
            Command::Plan(command) => command.run(&context).await,
            Command::Policy(command) => command.run(&context).await,
            Command::Account(command) => command.run(&context).await,
            Command::Sql(command) => command.run(&context).await,
            Command::Trail(command) => command.run(&context).await,
            Command::Secret(command) => command.run(&context),
            Command::Source(command) => command.run(&context).await,
            Command::Notice(command) => command.run(&context).await,
            Command::Backup(command) => command.run(&context).await,
            Command::Restore(command) => command.run(&context).await,
        }
    });
    // A thread that still reads a file must not hold the end up; why its runtime is not sent into the background is said at
    // `Threads` in `yandu-lake`.
    let _ = std::thread::Builder::new().spawn(move || drop(runtime));
    result
}

impl Global {
    fn overrides(self) -> Result<Vec<Override>> {
        let mut overrides = Vec::new();
        for setting in &self.set {
            let (key, value) = setting
                .split_once('=')
                .ok_or_else(|| Failure::new(format!("`--set {setting}` is no `KEY=VALUE`")))?;
            overrides.push(Override::flag(key.trim(), value.trim(), "--set"));
        }
        if let Some(data) = self.data {
            overrides.push(Override::flag("data", data.to_string_lossy(), "--data"));
        }
        if !self.packs.is_empty() {
            let joined = std::env::join_paths(&self.packs).map_err(|error| Failure::of(&error))?;
            overrides.push(Override::flag("packs", joined.to_string_lossy(), "--packs"));
        }
        if let Some(log) = self.log {
            overrides.push(Override::flag("log", log, "--log"));
        }
        Ok(overrides)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_argument_of_a_command_is_one_that_every_command_takes() {
        fn look(command: &clap::Command, global: &[String], found: &mut Vec<String>) {
            for argument in command.get_arguments() {
                let id = argument.get_id().to_string();
                if !argument.is_global_set() && global.contains(&id) {
                    found.push(format!("`{id}` of `{}`", command.get_name()));
                }
            }
            for command in command.get_subcommands() {
                look(command, global, found);
            }
        }
        let cli = Cli::command();
        let global: Vec<String> = cli
            .get_arguments()
            .filter(|argument| argument.is_global_set())
            .map(|argument| argument.get_id().to_string())
            .collect();
        assert!(global.contains(&"data".to_owned()), "{global:?}");
        let mut found = Vec::new();
        look(&cli, &global, &mut found);
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn the_help_of_every_command_shows_an_example() {
        fn look(command: &clap::Command, path: &str) {
            let path = format!("{path} {}", command.get_name());
            let path = path.trim();
            let mut commands = command
                .get_subcommands()
                .filter(|command| command.get_name() != "help")
                .peekable();
            if commands.peek().is_none() || path == "yandu" {
                let help = command.clone().render_long_help().to_string();
                assert!(help.contains("Example"), "`{path} --help` shows no example");
                assert!(
                    help.contains(&format!("  {path}")),
                    "the example of `{path}` is another command:\n{help}"
                );
            }
            for command in commands {
                look(command, path);
            }
        }
        look(&Cli::command(), "");
    }
}
