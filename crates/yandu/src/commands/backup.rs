use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use yandu_http::backup::{BackUp, BackupState};
use yandu_store::backup::{BackupPhase, BackupReading, Written};

use crate::cli::Context;
use crate::client::{Client, Folder, with_client};
use crate::failure::{Failure, Result};
use crate::follow::bar;
use crate::table::grouped;

/// How often a backup is asked how far it is.
const PAUSE: Duration = Duration::from_millis(100);

/// Back up everything that the data folder holds, also while the server works
///
/// The records, the versions of all tables, the hot tails, the deliveries as they came, the quarantine and the installed
/// packs, as they were at one moment. A folder takes any number of backups; what is in it already is not copied again.
/// The key that opens the stored secrets is left out unless --with-key is given: keep it somewhere else.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  yandu backup /mnt/backup/yandu
  yandu backup /mnt/backup/yandu --keep 14 --json

Put it back with `yandu restore /mnt/backup/yandu --data NEW-FOLDER`.")]
pub(crate) struct Backup {
    /// The folder of the backups: empty, new, or one that holds backups already
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Back up the key of the stored secrets too: whoever has the backup then has the secrets
    #[arg(long)]
    with_key: bool,
    /// Keep so many backups in the folder, and remove older ones
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
}

impl Backup {
    pub(crate) async fn run(self, context: &Context) -> Result<()> {
        let asked = BackUp {
            folder: std::path::absolute(&self.folder).map_err(|error| Failure::of(&error))?,
            with_key: self.with_key,
            keep: self.keep.map(|keep| keep as usize),
        };
        let written = with_client(&context.config, Folder::MustExist, async |client| {
            let begun: BackupState = client.post("/api/v1/backups", &asked).await?;
            follow(client, begun).await
        })
        .await?;
        context
            .output
            .result(&written, |written| text(written, &asked.folder))
    }
}

/// Waits until the backup is done.
async fn follow(client: &Client, mut state: BackupState) -> Result<Written> {
    let bar = bar(0, "{msg:9} {bar:32} {bytes:>10}/{total_bytes:10} {elapsed}");
    let path = format!("/api/v1/backups/{}", state.id);
    loop {
        if let Some(written) = state.written {
            bar.finish_and_clear();
            return Ok(written);
        }
        if let Some(error) = state.error {
            bar.finish_and_clear();
            return Err(Failure {
                help: error.help.map(Into::into),
                code: Some(error.code.into()),
                ..Failure::new(error.message)
            });
        }
        show(&bar, &state.progress);
        tokio::time::sleep(PAUSE).await;
        state = client.get(&path).await?;
    }
}

pub(super) fn show(bar: &indicatif::ProgressBar, reading: &BackupReading) {
    bar.set_message(match reading.phase {
        BackupPhase::Freezing => "records",
        BackupPhase::Listing => "listing",
        BackupPhase::Copying => "copying",
        BackupPhase::Done => "done",
    });
    bar.set_length(reading.bytes_total);
    bar.set_position(reading.bytes_done);
}

fn text(written: &Written, folder: &Path) -> String {
    let backup = &written.backup;
    let mut text = format!("backup {} in {}\n", backup.id, folder.display());
    let _ = writeln!(
        text,
        "{} tables with {} rows, {} batches, {} files of {} bytes",
        grouped(backup.tables),
        grouped(backup.rows),
        grouped(backup.batches),
        grouped(backup.files),
        grouped(backup.size_bytes)
    );
    let _ = writeln!(
        text,
        "{} files of {} bytes were new",
        grouped(written.files_written),
        grouped(written.bytes_written)
    );
    if !backup.has_key {
        text.push_str("the key of the stored secrets is not in it: `--with-key` adds it\n");
    }
    let _ = writeln!(text, "\nnext: yandu restore {} --check", folder.display());
    text
}
