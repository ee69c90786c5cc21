mod apply;
mod history;
mod new;
mod plan;
mod rollback;
mod shown;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use serde::Serialize;
use yandu_collect::SqlConditions;
use yandu_collect::trial::TrialResult;
use yandu_http::pack::PackList;
use yandu_pack::{Loaded, Packs, Problem};
use yandu_words::id::PackId;

use crate::cli::Context;
use crate::failure::{Failure, Result};
use crate::table::Table;
use crate::trial;
use crate::{app, city};

/// Make, check, test, list or change packs: the folders that add city systems
#[derive(Debug, Args)]
pub(crate) struct Pack {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    New(new::New),
    /// Read packs and show all that is wrong with them, with places and mends
    #[command(
        after_help = "Examples:\n  yandu pack check\n  yandu pack check packs/population --json"
    )]
    Check {
        /// Folders of packs; those of the configuration when none is named
        paths: Vec<PathBuf>,
    },
    /// Run the tests of packs: their rows are really collected, in a city that is gone afterwards
    #[command(after_help = "Example:\n  yandu pack test packs/population")]
    Test {
        /// Folders of packs; those of the configuration when none is named
        paths: Vec<PathBuf>,
    },
    /// List the packs
    #[command(after_help = "Example:\n  yandu pack list")]
    List,
    Plan(plan::Plan),
    Apply(apply::Apply),
    History(history::History),
    Rollback(rollback::Rollback),
}

#[derive(Debug, Serialize)]
struct Checked<'a> {
    errors: usize,
    warnings: usize,
    problems: &'a [&'a Problem],
}

#[derive(Debug, Serialize)]
struct Tested {
    passed: usize,
    failed: usize,
    packs: Vec<TestedPack>,
}

#[derive(Debug, Serialize)]
struct TestedPack {
    pack: String,
    tests: Vec<TrialResult>,
}

impl Pack {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        match self.action {
            Action::New(new) => new.run(context).await,
            Action::Check { paths } => check(context, &paths).await,
            Action::Test { paths } => test(context, &paths).await,
            Action::List => {
                let loaded = load(context, &[])?;
                refuse_errors(&loaded)?;
                context.output.result(&PackList::from(&loaded.packs), list)
            }
            Action::Plan(plan) => plan.run(context).await,
            Action::Apply(apply) => apply.run(context).await,
            Action::History(history) => history.run(context).await,
            Action::Rollback(rollback) => rollback.run(context).await,
        }
    }
}

/// The packs at the paths, and those of the configuration, which they may need. A pack that is at the paths stands for the one of
/// its name in the configuration.
fn load(context: &Context, paths: &[PathBuf]) -> Result<Loaded> {
    let no_folder = |folder: &Path| {
        Failure::new(format!("there is no folder `{}`", folder.display()))
            .help("name a folder of packs with `--packs`")
    };
    if let Some(lost) = paths.iter().find(|path| !path.is_dir()) {
        return Err(no_folder(lost));
    }
    let named: BTreeSet<OsString> = paths
        .iter()
        .flat_map(|path| packs_in(path))
        .filter_map(|pack| name_of(&pack))
        .collect();
    let mut folders = paths.to_vec();
    for folder in context.config.pack_folders() {
        if !folder.is_dir() {
            if paths.is_empty() {
                return Err(no_folder(&folder));
            }
        } else if paths.is_empty() {
            folders.push(folder);
        } else {
            let others = packs_in(&folder).into_iter();
            folders.extend(
                others.filter(|pack| name_of(pack).is_none_or(|name| !named.contains(&name))),
            );
        }
    }
    Ok(Packs::load(&folders, &SqlConditions))
}

/// The name of the folder of a pack, which is the id of the pack.
fn name_of(pack: &Path) -> Option<OsString> {
    let folder = pack.canonicalize().ok()?;
    folder.file_name().map(ToOwned::to_owned)
}

/// The folder itself when it is a pack, or the packs in it.
fn packs_in(folder: &Path) -> Vec<PathBuf> {
    if folder.join("pack.yaml").is_file() {
        return vec![folder.to_owned()];
    }
    let entries = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(std::result::Result::ok);
    let mut packs: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.join("pack.yaml").is_file())
        .collect();
    packs.sort();
    if packs.is_empty() {
        vec![folder.to_owned()]
    } else {
        packs
    }
}

fn refuse_errors(loaded: &Loaded) -> Result<()> {
    if !loaded.has_errors() {
        return Ok(());
    }
    let errors = loaded.problems.iter().filter(|problem| problem.is_error());
    Err(Failure {
        details: errors.map(ToString::to_string).collect(),
        ..Failure::new("the packs have errors")
    }
    .code("packs"))
}

async fn check(context: &Context, paths: &[PathBuf]) -> Result<()> {
    let mut loaded = load(context, paths)?;
    // Of packs that could not be read whole, what they lack is no fault of the city.
    let is_whole = loaded.problems.iter().all(Problem::leaves_whole);
    let of_city = if is_whole {
        let is_sound = !loaded.has_errors();
        check_city(context, &mut loaded.packs, is_sound).await?
    } else {
        Vec::new()
    };
    let is_meant = |problem: &&Problem| {
        paths.is_empty() || paths.iter().any(|path| problem.file.starts_with(path))
    };
    let of_packs = loaded.problems.iter().filter(is_meant);
    let problems: Vec<&Problem> = of_packs.chain(&of_city).collect();
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let checked = Checked {
        errors,
        warnings: problems.len() - errors,
        problems: &problems,
    };
    context.output.result(&checked, |checked| {
        let mut text = String::new();
        for problem in checked.problems {
            let _ = writeln!(text, "{problem}");
        }
        let count = loaded.packs.packs().len();
        let _ = writeln!(
            text,
            "{count} packs read: {} errors, {} warnings",
            checked.errors, checked.warnings
        );
        text
    })?;
    if errors > 0 {
        Err(Failure::told())
    } else {
        Ok(())
    }
}

/// What is wrong with the folder of the city, which is looked at with the packs, whichever of them are named.
/// Its rows are collected for that only where nothing is wrong with the packs.
async fn check_city(context: &Context, packs: &mut Packs, is_sound: bool) -> Result<Vec<Problem>> {
    let config = &context.config;
    if config.city.is_none() {
        return Ok(Vec::new());
    }
    let mut problems = city::lay_rows(config, packs);
    app::override_settings(config, packs)?;
    problems.extend(city::check(config, &Arc::new(packs.clone()), is_sound).await?);
    Ok(problems)
}

async fn test(context: &Context, paths: &[PathBuf]) -> Result<()> {
    let loaded = load(context, paths)?;
    refuse_errors(&loaded)?;
    let packs = Arc::new(loaded.packs);
    let meant: BTreeSet<PathBuf> = paths
        .iter()
        .flat_map(|path| packs_in(path))
        .filter_map(|path| path.canonicalize().ok())
        .collect();
    let ids: Vec<PackId> = packs
        .packs()
        .filter(|pack| {
            paths.is_empty()
                || pack
                    .folder()
                    .canonicalize()
                    .is_ok_and(|folder| meant.contains(&folder))
        })
        .map(|pack| pack.id().clone())
        .collect();
    let mut tested = Tested {
        passed: 0,
        failed: 0,
        packs: Vec::new(),
    };
    for id in ids {
        let tests = trial::run(&packs, &id).await;
        let failed = tests
            .iter()
            .filter(|test| !test.differences.is_empty())
            .count();
        tested.failed += failed;
        tested.passed += tests.len() - failed;
        tested.packs.push(TestedPack {
            pack: id.to_string(),
            tests,
        });
    }
    context.output.result(&tested, text)?;
    if tested.failed > 0 {
        Err(Failure::told())
    } else {
        Ok(())
    }
}

fn text(tested: &Tested) -> String {
    let mut text = String::new();
    for pack in &tested.packs {
        for test in &pack.tests {
            let mark = if test.differences.is_empty() {
                "ok  "
            } else {
                "FAIL"
            };
            let _ = writeln!(text, "{mark} {} · {}", pack.pack, test.name);
            for difference in &test.differences {
                let _ = writeln!(text, "       {difference}");
            }
        }
    }
    let _ = writeln!(text, "{} passed, {} failed", tested.passed, tested.failed);
    text
}

fn list(list: &PackList) -> String {
    let mut table = Table::new([
        "pack", "version", "title", "datasets", "sources", "tests", "needs",
    ]);
    for pack in &list.packs {
        table.row(vec![
            pack.id.as_str().into(),
            pack.version.as_str().into(),
            pack.title.as_str().into(),
            (pack.datasets.len() as u64).into(),
            (pack.sources.len() as u64).into(),
            (pack.tests as u64).into(),
            pack.needs.join(", ").into(),
        ]);
    }
    table.render()
}
