use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use yandu_store::backup::{BackupProgress, Listed, Vault};

use super::backup::show;
use super::local;
use crate::cli::Context;
use crate::failure::{Failure, Result};
use crate::follow::bar;
use crate::table::{Table, grouped};

const PAUSE: Duration = Duration::from_millis(100);

/// Put a backup back into an empty or a new data folder
///
/// Nothing is started and no server is needed. A folder that is not empty is refused. Until the restore is complete the
/// folder is no data folder, and when it fails nothing is left in it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  yandu restore /mnt/backup/yandu --data /srv/yandu
  yandu restore /mnt/backup/yandu --list
  yandu restore /mnt/backup/yandu --check")]
pub(crate) struct Restore {
    /// The folder of the backups
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The backup, by its id [default: the newest]
    #[arg(long, value_name = "ID")]
    backup: Option<String>,
    /// Show the backups of the folder
    #[arg(long, conflicts_with = "check")]
    list: bool,
    /// Read the backup to its end and compare it with its list; nothing is put back, and what is damaged is put aside, so
    /// that the next backup writes it anew
    #[arg(long)]
    check: bool,
}

impl Restore {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let vault = Vault::open(&self.folder)?;
        if self.list {
            return context
                .output
                .result(&vault.backups()?, |backups| table(backups));
        }
        let list = vault.list(self.backup.as_deref())?;
        let id = list.id.clone();
        if self.check {
            let checked = watched(move |progress| vault.check(&list, progress)).await?;
            return context.output.result(&checked, |checked| {
                format!(
                    "backup {id} is whole: {} files of {} bytes\n",
                    grouped(checked.files),
                    grouped(checked.size_bytes)
                )
            });
        }
        let target =
            std::path::absolute(&context.config.data).map_err(|error| Failure::of(&error))?;
        let restored = watched(move |progress| vault.restore(&list, &target, progress)).await?;
        context.output.result(&restored, |restored| {
            let backup = &restored.backup;
            let key = if backup.has_key {
                ""
            } else {
                "the key of the stored secrets was not in it: put `secrets/key` there, or set YANDU_SECRET_KEY\n"
            };
            format!(
                "backup {id} of {} is in {}\n{} tables with {} rows, {} batches\n{key}\nnext: yandu serve --data {}\n",
                local(backup.made_at),
                restored.path.display(),
                grouped(backup.tables),
                grouped(backup.rows),
                grouped(backup.batches),
                restored.path.display()
            )
        })
    }
}

/// Runs work with a bar; an interrupted command stops it.
async fn watched<T: Send + 'static>(
    work: impl FnOnce(&BackupProgress) -> yandu_store::Result<T> + Send + 'static,
) -> Result<T> {
    let progress = Arc::new(BackupProgress::default());
    let bar = bar(0, "{msg:9} {bar:32} {bytes:>10}/{total_bytes:10} {elapsed}");
    let working = Arc::clone(&progress);
    let mut task = tokio::task::spawn_blocking(move || work(&working));
    loop {
        tokio::select! {
            done = &mut task => {
                bar.finish_and_clear();
                return Ok(done.map_err(|error| Failure::of(&error))??);
            }
            () = tokio::time::sleep(PAUSE) => show(&bar, &progress.read()),
            _ = tokio::signal::ctrl_c() => progress.cancel(),
        }
    }
}

fn table(backups: &[Listed]) -> String {
    let mut table = Table::new([
        "backup", "made", "tables", "rows", "batches", "files", "bytes", "key",
    ]);
    let mut damaged = String::new();
    for backup in backups {
        let backup = match backup {
            Listed::Whole(backup) => backup,
            Listed::Damaged { id, damaged: why } => {
                damaged.push_str(&format!("{id} cannot be used: {why}\n"));
                continue;
            }
        };
        table.row(vec![
            backup.id.as_str().into(),
            local(backup.made_at).into(),
            backup.tables.into(),
            backup.rows.into(),
            backup.batches.into(),
            backup.files.into(),
            backup.size_bytes.into(),
            if backup.has_key { "yes" } else { "no" }.into(),
        ]);
    }
    table.render() + &damaged
}
