//! An answer that is saved as a file.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{Method, Response};
use futures::StreamExt;
use tokio::io::AsyncWriteExt;

use crate::client::{Ask, Client};
use crate::failure::{Failure, Result};

/// Saves an answer under a name that it gets when it is whole; what was cut short is removed.
pub(crate) async fn save(client: &Client, path: &str, out: &Path) -> Result<u64> {
    let response = client.send(Method::GET, path, Ask::default()).await?;
    save_answer(response, out).await
}

/// The same of an answer that has begun.
pub(crate) async fn save_answer(response: Response<Body>, out: &Path) -> Result<u64> {
    let draft = draft(out);
    let written = write(response, &draft).await;
    let saved = written.and_then(|size| {
        std::fs::rename(&draft, out).map_err(Failure::io("write", out))?;
        Ok(size)
    });
    if saved.is_err() {
        // It may not even have been made.
        let _ = std::fs::remove_file(&draft);
    }
    saved
}

/// A name beside the file that nobody else uses.
fn draft(out: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(out.file_name().unwrap_or_default());
    name.push(".part");
    out.with_file_name(name)
}

async fn write(response: Response<Body>, draft: &Path) -> Result<u64> {
    let mut file = tokio::fs::File::create(draft)
        .await
        .map_err(Failure::io("write", draft))?;
    let mut chunks = response.into_body().into_data_stream();
    let mut size = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Failure::of(&error))?;
        size += chunk.len() as u64;
        file.write_all(&chunk)
            .await
            .map_err(Failure::io("write", draft))?;
    }
    file.sync_all().await.map_err(Failure::io("write", draft))?;
    Ok(size)
}
