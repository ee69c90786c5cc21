//! Files that come with a request: spooled to the disk while they arrive.

use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest as _, Multipart, Request};
use axum::http::StatusCode;
use tokio::io::{AsyncWriteExt, BufWriter};

use crate::access::Asker;
use crate::problem::Problem;
use crate::state::State;

/// Bytes that wait in memory for the disk.
const BUFFER_BYTES: usize = 1 << 20;
/// How long an upload may stand still.
const IDLE_SECONDS: u64 = 60;
/// The longest text of a field that is not the file.
const TEXT_BYTES: usize = 64 << 10;

/// A file under way, removed unless somebody takes it.
#[derive(Debug)]
pub(crate) struct Spooled {
    path: PathBuf,
    /// The name that the file had where it came from.
    pub(crate) name: String,
    taken: bool,
}

impl Spooled {
    /// Writes a field to a new file in `folder`.
    async fn write(folder: &Path, mut field: Field<'_>) -> Result<Self, Box<Problem>> {
        let spooled = Self {
            path: folder.join(format!("upload-{}", uuid::Uuid::now_v7())),
            name: base_name(field.file_name().unwrap_or("upload")),
            taken: false,
        };
        let failed = |error: std::io::Error| write_failed(&error);
        let file = tokio::fs::File::create(&spooled.path)
            .await
            .map_err(failed)?;
        let mut file = BufWriter::with_capacity(BUFFER_BYTES, file);
        while let Some(chunk) = next_chunk(&mut field).await? {
            file.write_all(&chunk).await.map_err(failed)?;
        }
        file.flush().await.map_err(failed)?;
        Ok(spooled)
    }

    /// Where the file is, for as long as this lives.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The file is the caller's now.
    pub(crate) fn take(mut self) -> PathBuf {
        self.taken = true;
        self.path.clone()
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        if !self.taken {
            // What stays is swept at the next start.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Refuses a path in place of an upload that leads to no file of the server's machine, and whoever may not name one.
pub(crate) fn on_this_machine(asker: &Asker, path: &Path) -> Result<(), Box<Problem>> {
    asker.must_be_local()?;
    if path.is_absolute() && path.is_file() {
        return Ok(());
    }
    let shown = path.display();
    Err(Problem::new(
        "invalid-body",
        if path.is_relative() {
            format!("`{shown}` is no absolute path")
        } else if path.exists() {
            format!("`{shown}` is no file")
        } else {
            format!("there is no file `{shown}`")
        },
    ))
}

/// Reads a form that has one file: the file is spooled, and every other field is handed to `take` by its name.
pub(crate) async fn read(
    state: &State,
    request: Request,
    mut take: impl FnMut(&str, String) -> Result<(), Box<Problem>>,
) -> Result<Spooled, Box<Problem>> {
    let mut multipart = Multipart::from_request(request, state)
        .await
        .map_err(|rejection| Problem::new("invalid-body", rejection.body_text()))?;
    let mut file = None;
    while let Some(field) = multipart
        .next_field()
        .await
        .map_err(|error| refuse(&error))?
    {
        let name = field.name().unwrap_or_default().to_owned();
        if name != "file" {
            take(&name, text(field).await?)?;
        } else if file.is_some() {
            return Err(Problem::new("invalid-body", "an upload has one file"));
        } else {
            let staging = state.collector().folder().staging();
            file = Some(Spooled::write(&staging, field).await?);
        }
    }
    file.ok_or_else(|| Problem::new("invalid-body", "the field `file` is missing"))
}

/// The text of a field.
async fn text(mut field: Field<'_>) -> Result<String, Box<Problem>> {
    let mut bytes = Vec::new();
    while let Some(chunk) = next_chunk(&mut field).await? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > TEXT_BYTES {
            return Err(Problem::new(
                "body-too-large",
                "a field of the upload is too long",
            ));
        }
    }
    String::from_utf8(bytes)
        .map_err(|_| Problem::new("invalid-body", "a field of the upload is not UTF-8"))
}

async fn next_chunk(field: &mut Field<'_>) -> Result<Option<bytes::Bytes>, Box<Problem>> {
    tokio::time::timeout(Duration::from_secs(IDLE_SECONDS), field.chunk())
        .await
        .map_err(|_| {
            Problem::new(
                "timeout",
                format!("nothing of the upload arrived for {IDLE_SECONDS} s"),
            )
        })?
        .map_err(|error| refuse(&error))
}

fn refuse(error: &MultipartError) -> Box<Problem> {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return Problem::new(
            "body-too-large",
            "the upload is larger than the server takes",
        )
        .with_help(
            "raise `upload_limit`, or put the file into the folder of its source".to_owned(),
        );
    }
    Problem::new("invalid-body", "the upload is cut short or is no form")
}

fn write_failed(error: &std::io::Error) -> Box<Problem> {
    let full = matches!(
        error.kind(),
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded
    );
    let code = if full { "disk-full" } else { "internal" };
    tracing::error!(%error, "an upload could not be written");
    Problem::new(code, "the upload could not be written to the disk")
}

/// The last part of a name that a browser may have sent with folders.
fn base_name(name: &str) -> String {
    name.rsplit(['/', '\\'])
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::base_name;

    #[test]
    fn folders_of_the_sender_are_cut_from_a_name() {
        assert_eq!(base_name(r"C:\导出\登记.csv"), "登记.csv");
        assert_eq!(base_name("../../etc/passwd"), "passwd");
        assert_eq!(base_name("a.csv"), "a.csv");
    }
}
