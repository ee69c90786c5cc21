//! Backups, for the command line of this machine. They write to a path of the machine, so the document of the interface
//! leaves them out: no client of it should think that it may name one.

use std::path::PathBuf;

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use yandu_collect::backup::{Backup, BackupOptions};
use yandu_store::backup::{BackupReading, Written};

use crate::Result;
use crate::batch::Failure;
use crate::caller::Caller;
use crate::extract::{Body, Path};
use crate::problem::Problem;
use crate::state::State;

pub(crate) fn routes() -> Router<State> {
    Router::new()
        .route("/api/v1/backups", post(begin_backup))
        .route("/api/v1/backups/{id}", get(show_backup))
        .route("/api/v1/backups/{id}/cancel", post(cancel_backup))
}

/// A backup that is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackUp {
    /// Absolute path of the folder.
    pub folder: PathBuf,
    /// Whether the key of the stored secrets is in it.
    #[serde(default)]
    pub with_key: bool,
    /// How many backups stay in the folder; all when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<usize>,
}

/// How a backup stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BackupState {
    pub id: String,
    /// `running`, `done` or `failed`.
    pub status: String,
    pub progress: BackupReading,
    pub written: Option<Written>,
    pub error: Option<Failure>,
}

/// Begins a backup; follow it at its id.
async fn begin_backup(
    Shared(state): Shared<State>,
    _caller: Caller,
    Body(asked): Body<BackUp>,
) -> Result<Response> {
    if !asked.folder.is_absolute() {
        return Err(Problem::new(
            "invalid-body",
            format!("`{}` is no absolute path", asked.folder.display()),
        ));
    }
    let collector = state.collector().clone();
    let backup = collector.begin_backup().await?;
    let shown = shape(&backup);
    let options = BackupOptions {
        folder: asked.folder,
        with_key: asked.with_key,
        keep: asked.keep,
    };
    state.works().spawn(async move {
        // How it ends is told by the backup itself.
        let _ = collector.carry_out_backup(&backup, options).await;
    });
    Ok((StatusCode::ACCEPTED, Json(shown)).into_response())
}

async fn show_backup(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<BackupState>> {
    let newest = state.collector().newest_backup();
    let backup = newest.filter(|backup| backup.id() == id);
    backup
        .map(|backup| Json(shape(&backup)))
        .ok_or_else(|| none(&id))
}

/// Asks the backup to stop; what it has written is no backup.
async fn cancel_backup(
    Shared(state): Shared<State>,
    _caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<BackupState>> {
    let newest = state.collector().newest_backup();
    let backup = newest
        .filter(|backup| backup.id() == id)
        .ok_or_else(|| none(&id))?;
    backup.progress().cancel();
    Ok(Json(shape(&backup)))
}

fn none(id: &str) -> Box<Problem> {
    let id: String = id.chars().take(100).collect();
    Problem::new("no-backup", format!("this process makes no backup `{id}`"))
}

fn shape(backup: &Backup) -> BackupState {
    let outcome = backup.outcome();
    BackupState {
        id: backup.id().to_owned(),
        status: match outcome {
            None => "running",
            Some(Ok(_)) => "done",
            Some(Err(_)) => "failed",
        }
        .to_owned(),
        progress: backup.progress().read(),
        written: outcome.and_then(|outcome| outcome.as_ref().ok()).cloned(),
        error: outcome
            .and_then(|outcome| outcome.as_ref().err())
            .map(|failure| Failure {
                code: failure.code.clone(),
                message: failure.message.clone(),
                help: failure.help.clone(),
            }),
    }
}
