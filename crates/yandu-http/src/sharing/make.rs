//! The files of a table: those that are there, or new ones.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::SystemTime;

use super::store::Files;
use super::table::Table;
use super::writing::{WAY, Writing};
use crate::Result;
use crate::problem::Problem;
use crate::state::State;
use futures::StreamExt as _;
use tokio::sync::mpsc;

/// Batches that wait for the disk.
const WAITING: usize = 2;

/// What is being made, so that nobody makes it twice at a time.
#[derive(Debug, Default)]
pub(crate) struct Making(Mutex<HashMap<String, Weak<tokio::sync::Mutex<()>>>>);

impl Making {
    fn turn(&self, key: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| turn.strong_count() > 0);
        let turn = turns.get(key).and_then(Weak::upgrade);
        turn.unwrap_or_else(|| {
            let turn = Arc::default();
            turns.insert(key.to_owned(), Arc::downgrade(&turn));
            turn
        })
    }
}

/// The files of a table whose columns are these.
pub(super) async fn files(state: &State, table: &Table, columns: &str) -> Result<Files> {
    let key = key(table, columns);
    let turn = state.making().turn(&key);
    let _turn = turn.lock().await;
    let (store, wanted) = (state.shared().clone(), key.clone());
    let found = tokio::task::spawn_blocking(move || store.find(&wanted)).await;
    if let Some(found) = found.map_err(stopped)? {
        return Ok(found);
    }
    let files = write(state, table).await;
    state.counts().query(files.is_ok());
    let files = files?;
    let (store, noted) = (state.shared().clone(), files.clone());
    let options = state.options().sharing.clone();
    let noting = tokio::task::spawn_blocking(move || {
        store.note(&key, &noted)?;
        store.sweep(&options, SystemTime::now())
    });
    let removed = noting
        .await
        .map_err(stopped)?
        .map_err(|error| failed(&error))?;
    if removed > 0 {
        tracing::info!(
            files = removed,
            "shared files that nobody asked for are gone"
        );
    }
    Ok(files)
}

/// What the files of a table depend on; the question holds the order of their rows, which follows from the declared key.
fn key(table: &Table, columns: &str) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("yandu 2026 files of a shared table");
    let version = table.version.to_string();
    for part in [
        WAY,
        table.dataset.as_str(),
        &version,
        &table.rights,
        columns,
        &table.sql,
    ] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

async fn write(state: &State, table: &Table) -> Result<Files> {
    let mut rows = table.session.query(&table.sql).await?;
    let mut writing = Writing::new(state.shared().clone(), &rows.schema());
    let (send, mut receive) = mpsc::channel(WAITING);
    let working = tokio::task::spawn_blocking(move || -> io::Result<Files> {
        while let Some(batch) = receive.blocking_recv() {
            writing.rows(&batch)?;
        }
        writing.end()
    });
    // When the rows break off, the files are made of those that came and are never listed.
    while let Some(batch) = rows.next().await.transpose()? {
        if send.send(batch).await.is_err() {
            break;
        }
    }
    drop(send);
    let written = working.await.map_err(stopped)?;
    written.map_err(|error| failed(&error))
}

fn failed(error: &io::Error) -> Box<Problem> {
    if error.kind() == io::ErrorKind::StorageFull {
        return Problem::new("disk-full", "there is no room for the files of the table");
    }
    tracing::error!(
        error = error as &dyn std::error::Error,
        "the files of a shared table could not be made"
    );
    Problem::new("internal", "the files of the table could not be made")
}

#[expect(clippy::needless_pass_by_value, reason = "errors are handed over")]
fn stopped(error: tokio::task::JoinError) -> Box<Problem> {
    Problem::new("internal", format!("the files were not finished: {error}"))
}
