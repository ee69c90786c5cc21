//! Documents and pictures that people hand in: how a request brings one, and how it is given out again.

use std::path::{Path, PathBuf};

use axum::extract::{FromRequest as _, Request};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;
use utoipa::ToSchema;

use crate::Result;
use crate::access::Asker;
use crate::extract::Body;
use crate::problem::Problem;
use crate::state::State;
use crate::upload::{self, Spooled};

/// An upload: a document.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the shape of a form, for the document of the interface alone"
)]
pub(crate) struct DocumentUpload {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    reason: Option<String>,
}

/// A document on the machine of the server.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DocumentFile {
    /// Absolute path of the file.
    #[schema(value_type = String, example = "/data/report.pdf")]
    pub path: PathBuf,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A document that a request brings or names, on the disk.
pub(crate) struct OnDisk {
    file: Place,
    name: String,
    pub(crate) reason: Option<String>,
}

enum Place {
    /// It goes with the request.
    Spooled(Spooled),
    /// It stays where it is.
    Named(PathBuf),
}

impl OnDisk {
    /// Where the document is, for as long as this lives.
    pub(crate) fn path(&self) -> &Path {
        match &self.file {
            Place::Spooled(file) => file.path(),
            Place::Named(path) => path,
        }
    }
}

/// The document that a request brings or names: its name, its bytes, and why it is kept.
pub(crate) async fn given(
    state: &State,
    request: Request,
    most: u64,
) -> Result<(String, Vec<u8>, Option<String>)> {
    let document = on_disk(state, request).await?;
    let bytes = limited(document.path(), most).await?;
    Ok((document.name, bytes, document.reason))
}

/// The document that a request brings or names, however large the server lets it be.
pub(crate) async fn on_disk(state: &State, request: Request) -> Result<OnDisk> {
    match crate::extract::media_type(request.headers()).as_str() {
        "multipart/form-data" => {
            let mut reason = None;
            let file = upload::read(state, request, |name, text| match name {
                "reason" => {
                    reason = Some(text);
                    Ok(())
                }
                _ => Err(Problem::new(
                    "invalid-body",
                    "the upload of a document has the fields `file` and `reason`",
                )),
            })
            .await?;
            Ok(OnDisk {
                name: file.name.clone(),
                file: Place::Spooled(file),
                reason,
            })
        }
        "application/json" => {
            let asker = Asker::of(request.extensions())?;
            let Body(file) = Body::<DocumentFile>::from_request(request, state).await?;
            upload::on_this_machine(&asker, &file.path)?;
            let name = file.path.file_name().unwrap_or_default();
            Ok(OnDisk {
                name: name.to_string_lossy().into_owned(),
                file: Place::Named(file.path),
                reason: file.reason,
            })
        }
        _ => Err(Problem::new(
            "unsupported-media-type",
            "a document comes as `multipart/form-data`, or as `application/json`",
        )),
    }
}

/// The bytes of an upload, at most one more than is taken: what is too large is refused with its size where it is kept.
async fn limited(path: &Path, most: u64) -> Result<Vec<u8>> {
    let failed =
        |error: std::io::Error| Problem::new("file", format!("cannot read the document: {error}"));
    let mut bytes = Vec::new();
    let opened = tokio::fs::File::open(path).await.map_err(failed)?;
    let mut first = opened.take(most.saturating_add(1));
    first.read_to_end(&mut bytes).await.map_err(failed)?;
    Ok(bytes)
}

/// A document, byte for byte: saved, and never shown as a page of this server.
pub(crate) fn answer(name: &str, media_type: &str, bytes: Vec<u8>) -> Response {
    // Pictures alone are drawn in a page, and run nothing.
    let media_type = match media_type {
        "image/jpeg" => "image/jpeg",
        "image/png" => "image/png",
        _ => "application/octet-stream",
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (header::CONTENT_DISPOSITION, crate::batch::attachment(name)),
    ];
    (headers, bytes).into_response()
}
