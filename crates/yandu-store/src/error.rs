use std::path::PathBuf;

use crate::{DRAFT_BYTES, DRAFTS, Holder};

/// What can go wrong with the data folder and the record database.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("cannot {doing} `{}`", path.display())]
    Folder {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },

    /// Another process works on the folder.
    #[error("the data folder `{}` is in use by {}", path.display(), who(holder.as_ref()))]
    InUse {
        path: PathBuf,
        holder: Option<Holder>,
    },

    #[error(
        "`{}` has format {found}, this program knows formats up to {known}",
        path.display()
    )]
    NewerFormat {
        path: PathBuf,
        found: u64,
        known: u64,
    },

    #[error("`{}` does not say which format the data folder has", path.display())]
    NoFormat { path: PathBuf },

    /// A folder with files of somebody else is not taken over.
    #[error(
        "`{}` is not empty and is no data folder of yandu",
        path.display()
    )]
    Foreign { path: PathBuf },

    #[error("cannot open the records in `{}`", path.display())]
    Open { path: PathBuf, source: sqlx::Error },

    #[error("migration {version} `{name}` of `{module}` failed")]
    Migration {
        module: &'static str,
        version: i64,
        name: &'static str,
        source: sqlx::Error,
    },

    #[error("migration {version} `{name}` of `{module}` is not the one that was applied")]
    ChangedMigration {
        module: &'static str,
        version: i64,
        name: &'static str,
    },

    #[error("the records of `{module}` are at version {found}, this program knows up to {known}")]
    NewerSchema {
        module: &'static str,
        found: i64,
        known: i64,
    },

    #[error("there is no draft `{0}`")]
    NoDraft(String),

    #[error("`{0}` is no key of a draft")]
    DraftKey(String),

    /// Somebody has written since the state that the caller has.
    #[error("the draft `{0}` is not in the state that was expected")]
    DraftChanged(String),

    #[error("a draft of {0} bytes is larger than {DRAFT_BYTES}")]
    DraftTooLarge(usize),

    #[error("there are {DRAFTS} drafts already")]
    TooManyDrafts,

    #[error("the disk is full: cannot {doing} `{}`", path.display())]
    DiskFull { doing: &'static str, path: PathBuf },

    #[error("`{}` cannot be used for backups: {why}", path.display())]
    BackupFolder { path: PathBuf, why: &'static str },

    #[error("`{}` holds no backups", .0.display())]
    NoVault(PathBuf),

    #[error("another process works on the backups in `{}`", .0.display())]
    VaultInUse(PathBuf),

    #[error("the backup is damaged: {what}")]
    BackupDamaged { what: String },

    #[error("there is no backup{} in `{}`", named(id.as_deref()), path.display())]
    NoBackup { path: PathBuf, id: Option<String> },

    #[error("`{}` is no empty folder", .0.display())]
    RestoreTarget(PathBuf),

    /// Two restores into one folder would make a mixture of both.
    #[error("another process restores into `{}`", .0.display())]
    RestoreRunning(PathBuf),

    #[error("the backup was cancelled")]
    BackupCancelled,

    #[error("cannot {doing} `{}`", path.display())]
    BackupFile {
        doing: &'static str,
        path: PathBuf,
        source: std::io::Error,
    },

    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

impl Error {
    /// Every code that [`Error::code`] gives, in alphabetical order.
    pub const CODES: &'static [&'static str] = &[
        "backup-cancelled",
        "backup-damaged",
        "backup-folder",
        "body-too-large",
        "data-folder",
        "disk-full",
        "in-use",
        "internal",
        "invalid-parameter",
        "no-backup",
        "no-draft",
        "precondition-failed",
        "restore-target",
        "too-many-drafts",
    ];

    /// Stable name of the cause, the name of its page under `docs/errors/`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "in-use",
            Self::Folder { .. }
            | Self::NewerFormat { .. }
            | Self::NoFormat { .. }
            | Self::Foreign { .. }
            | Self::NewerSchema { .. }
            | Self::Open { .. } => "data-folder",
            Self::DiskFull { .. } => "disk-full",
            Self::BackupFolder { .. }
            | Self::BackupFile { .. }
            | Self::NoVault(_)
            | Self::VaultInUse(_) => "backup-folder",
            Self::BackupDamaged { .. } => "backup-damaged",
            Self::BackupCancelled => "backup-cancelled",
            Self::NoBackup { .. } => "no-backup",
            Self::RestoreTarget(_) | Self::RestoreRunning(_) => "restore-target",
            Self::NoDraft(_) => "no-draft",
            Self::DraftKey(_) => "invalid-parameter",
            Self::DraftChanged(_) => "precondition-failed",
            Self::DraftTooLarge(_) => "body-too-large",
            Self::TooManyDrafts => "too-many-drafts",
            Self::Sql(source) if is_full(source) => "disk-full",
            Self::Migration { .. } | Self::ChangedMigration { .. } | Self::Sql(_) => "internal",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::InUse { .. } => {
                Some("stop the other process, or name another folder with `--data`")
            }
            Self::NewerFormat { .. } => Some("use a newer yandu, or name another folder"),
            Self::NewerSchema { .. } => Some("use a newer yandu"),
            Self::Foreign { .. } | Self::RestoreTarget(_) => {
                Some("name an empty or a new folder with `--data`")
            }
            Self::NoFormat { .. } => Some("restore the file from a backup"),
            Self::ChangedMigration { .. } => {
                Some("an applied migration is never edited; add a new one")
            }
            Self::DiskFull { .. } => Some("free space on that disk, then do it again"),
            Self::Sql(source) if is_full(source) => {
                Some("free space on the disk of the data folder, then do it again")
            }
            Self::BackupFolder { .. } => {
                Some("name an empty or a new folder, or one that holds backups already")
            }
            Self::NoVault(_) => Some("name the folder that `yandu backup DIR` has written to"),
            Self::VaultInUse(_) | Self::RestoreRunning(_) => {
                Some("wait until it ends, then do it again")
            }
            Self::BackupDamaged { .. } => Some(
                "use another backup of the folder; `yandu restore DIR --list` shows them, and a new backup writes \
                 what `yandu restore DIR --check` found damaged anew",
            ),
            Self::NoBackup { .. } => {
                Some("`yandu restore DIR --list` shows the backups of a folder")
            }
            Self::DraftKey(_) => {
                Some("a key has 1 to 128 letters, digits and signs of `.`, `_`, `-`, `:`, `~`")
            }
            Self::DraftChanged(_) => Some("read it again, then change what is there now"),
            Self::TooManyDrafts => Some("throw drafts away that nobody needs"),
            _ => None,
        }
    }
}

impl Error {
    /// An error of a file of a backup.
    pub(crate) fn backup(
        doing: &'static str,
        path: &std::path::Path,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| {
            let is_full = matches!(
                source.kind(),
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
            );
            if is_full {
                Self::DiskFull { doing, path }
            } else {
                Self::BackupFile {
                    doing,
                    path,
                    source,
                }
            }
        }
    }
}

/// Whether a statement failed for want of room: SQLite says that the disk is full, or that it cannot make the file that
/// its connections share.
pub(crate) fn is_full(error: &sqlx::Error) -> bool {
    const FULL: &str = "13";
    const NO_SHARED_MEMORY: &str = "4874";
    let Some(error) = error.as_database_error() else {
        return false;
    };
    matches!(error.code().as_deref(), Some(FULL | NO_SHARED_MEMORY))
}

fn named(id: Option<&str>) -> String {
    id.map(|id| format!(" `{id}`")).unwrap_or_default()
}

fn who(holder: Option<&Holder>) -> String {
    match holder {
        Some(Holder {
            pid,
            address: Some(address),
        }) => format!("the server at {address} (process {pid})"),
        Some(Holder { pid, address: None }) => format!("process {pid}"),
        None => "another process".to_owned(),
    }
}
