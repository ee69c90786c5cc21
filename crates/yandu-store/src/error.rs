use std::path::PathBuf;

use crate::Holder;

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
        "the data folder `{}` has format {found}, this program knows formats up to {known}",
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

    #[error(transparent)]
    Sql(#[from] sqlx::Error),
}

impl Error {
    /// Every code that [`Error::code`] gives, in alphabetical order.
    pub const CODES: &'static [&'static str] = &["data-folder", "in-use", "internal"];

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
            Self::Migration { .. } | Self::ChangedMigration { .. } | Self::Sql(_) => "internal",
        }
    }

    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::InUse { .. } => {
                Some("stop the other process, or name another folder with `--data`")
            }
            Self::NewerFormat { .. } => {
                Some("use a newer yandu, or name another folder with `--data`")
            }
            Self::NewerSchema { .. } => Some("use a newer yandu"),
            Self::Foreign { .. } => Some("name an empty or a new folder with `--data`"),
            Self::NoFormat { .. } => Some("restore the file from a backup"),
            Self::ChangedMigration { .. } => {
                Some("an applied migration is never edited; add a new one")
            }
            _ => None,
        }
    }
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
