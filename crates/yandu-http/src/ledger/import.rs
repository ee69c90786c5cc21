//! Whole catalogues in, and selections of them out.

use std::path::{Path, PathBuf};

use axum::Json;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State as Shared};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_ledger::{Entry, Format, Ledger, Search, export};

use super::find::Asked;
use super::{Entry as Shown, finish};
use crate::Result;
use crate::access::Asker;
use crate::caller::Caller;
use crate::extract;
use crate::problem::Problem;
use crate::state::State;
use crate::upload;

/// Entries that are read from the records at once.
const PAGE: usize = 500;

pub(super) fn routes(state: &State) -> OpenApiRouter<State> {
    let limit = usize::try_from(state.options().upload_bytes).unwrap_or(usize::MAX);
    OpenApiRouter::new()
        .routes(routes!(import_entries))
        .layer(DefaultBodyLimit::max(limit))
        .routes(routes!(export_entries))
}

/// A file of entries on the machine of the server.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportFile {
    /// Absolute path of the file.
    #[schema(value_type = String, example = "/data/catalogue.jsonl")]
    pub path: PathBuf,
    /// `jsonl`, `csv` or `xlsx`; by the name of the file when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Why; kept with every entry that changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An upload: the fields of a form, the file among them.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the shape of a form, for the document of the interface alone"
)]
struct ImportUpload {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    format: Option<String>,
    reason: Option<String>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Fault {
    /// From 1; in a table the header is the first.
    pub line: u64,
    pub id: Option<String>,
    pub field: Option<String>,
    pub why: String,
}

/// What became of a file of entries. What is wrong with a line keeps no other line out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Imported {
    pub lines: u64,
    pub created: u64,
    pub changed: u64,
    /// Entries that were there as the file says.
    pub unchanged: u64,
    /// Entries that were to be published and lack something; they are kept as drafts.
    pub held_back: u64,
    pub faulty: u64,
    /// The first thousand of the faulty lines.
    pub faults: Vec<Fault>,
    /// Headers of a table that mean nothing here.
    pub ignored: Vec<String>,
}

/// Imports a file of entries: JSON Lines of entries as they are shown, or a table under the headers of a catalogue. The answer comes
/// when all of them can be found. A file that is imported again changes nothing.
#[utoipa::path(post, path = "/ledger/import", tag = "ledger", request_body(content((ImportUpload = "multipart/form-data"), (ImportFile = "application/json"))), responses((status = 200, body = Imported), Problem))]
async fn import_entries(
    Shared(state): Shared<State>,
    Caller(principal): Caller,
    request: Request,
) -> Result<Json<Imported>> {
    let (file, name, is_ours) = match extract::media_type(request.headers()).as_str() {
        "multipart/form-data" => uploaded(&state, request).await?,
        "application/json" => {
            let asker = Asker::of(request.extensions())?;
            let extract::Body(file) =
                extract::Body::<ImportFile>::from_request(request, &state).await?;
            let name = on_this_machine(&asker, &file.path)?;
            (file, name, false)
        }
        _ => {
            return Err(Problem::new(
                "unsupported-media-type",
                "an import comes as `multipart/form-data`, or as `application/json` that names a file",
            ));
        }
    };
    let format = format(file.format.as_deref(), &name);
    let ledger = state.ledger().clone();
    let imported = match format {
        Ok(format) => {
            let path = file.path.clone();
            finish(&state, async move {
                let imported = ledger.import(&principal, &path, format, file.reason).await;
                swept(&path, is_ours);
                imported
            })
            .await
        }
        Err(problem) => {
            swept(&file.path, is_ours);
            Err(problem)
        }
    }?;
    Ok(Json(imported.into()))
}

/// Removes a file that came with the request; what stays is swept at the next start.
fn swept(path: &Path, is_ours: bool) {
    if is_ours {
        let _ = std::fs::remove_file(path);
    }
}

fn format(name: Option<&str>, file: &str) -> Result<Format> {
    let found = match name {
        Some(name) => Format::from_name(name),
        None => Format::of_file(file),
    };
    found.ok_or_else(|| {
        Problem::new(
            "invalid-body",
            "it is not known in which form the entries are",
        )
        .with_help("say `format`: one of `jsonl`, `csv`, `xlsx`".to_owned())
    })
}

fn on_this_machine(asker: &Asker, path: &Path) -> Result<String> {
    upload::on_this_machine(asker, path)?;
    Ok(path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default())
}

async fn uploaded(state: &State, request: Request) -> Result<(ImportFile, String, bool)> {
    let mut form = ImportFile::default();
    let file = upload::read(state, request, |name, text| {
        match name {
            "format" => form.format = Some(text),
            "reason" => form.reason = Some(text),
            _ => {
                return Err(Problem::new(
                    "invalid-body",
                    format!("an import has no field `{}`", super::clipped(name)),
                ));
            }
        }
        Ok(())
    })
    .await?;
    let name = file.name.clone();
    form.path = file.take();
    Ok((form, name, true))
}

impl From<yandu_ledger::Imported> for Imported {
    fn from(imported: yandu_ledger::Imported) -> Self {
        Self {
            lines: imported.lines,
            created: imported.created,
            changed: imported.changed,
            unchanged: imported.unchanged,
            held_back: imported.held_back,
            faulty: imported.faulty,
            faults: imported
                .faults
                .into_iter()
                .map(|fault| Fault {
                    line: fault.line,
                    id: fault.id,
                    field: fault.field,
                    why: fault.why,
                })
                .collect(),
            ignored: imported.ignored,
        }
    }
}

#[derive(Debug, Default, IntoParams)]
#[into_params(parameter_in = Query)]
struct Form {
    /// `csv` when absent, `xlsx` or `jsonl`.
    #[param(example = "xlsx")]
    format: Option<String>,
}

/// The form is one parameter of the address, and the selection all others.
impl<S: Send + Sync> FromRequestParts<S> for Form {
    type Rejection = Box<Problem>;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let extract::Query(pairs) =
            extract::Query::<Vec<(String, String)>>::from_request_parts(parts, state).await?;
        let mut forms = pairs.into_iter().filter(|(name, _)| name == "format");
        Ok(Self {
            format: forms.next().map(|(_, form)| form),
        })
    }
}

fn asked(uri: &Uri) -> Result<Asked> {
    let query = uri.query().unwrap_or_default();
    let others: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some("format"))
        .collect();
    let uri: Uri = format!("/?{}", others.join("&")).parse().map_err(|_| {
        Problem::new(
            "invalid-parameter",
            "the query of the address cannot be read",
        )
    })?;
    axum::extract::Query::<Asked>::try_from_uri(&uri)
        .map(|axum::extract::Query(asked)| asked)
        .map_err(|rejection| Problem::new("invalid-parameter", rejection.body_text()))
}

/// Exports the entries that fit, all of them: as a table for people, or as JSON Lines that can be imported as they are.
#[utoipa::path(get, path = "/ledger/export", tag = "ledger", params(Form, Asked), responses((status = 200, content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "application/x-ndjson")), description = "The entries as a file."), Problem))]
async fn export_entries(
    Shared(state): Shared<State>,
    _caller: Caller,
    uri: Uri,
    Form { format }: Form,
) -> Result<Response> {
    let format = match format.as_deref() {
        None => Format::Csv,
        Some(name) => Format::from_name(name).ok_or_else(|| {
            Problem::new(
                "invalid-parameter",
                format!(
                    "`format`: nothing is exported as `{}`",
                    super::clipped(name)
                ),
            )
            .with_help("one of `csv`, `xlsx`, `jsonl`".to_owned())
        })?,
    };
    let mut search = asked(&uri)?.search()?;
    search.limit = PAGE;
    search.facets = false;
    let ledger = state.ledger().clone();
    // The first page is read before the answer begins, so that what is wrong is told as a problem.
    let first = ledger.whole(&search).await?;
    let (body, media_type, name) = match format {
        Format::Csv => (
            streamed(
                ledger,
                search,
                first,
                export::csv_header(),
                export::csv_lines,
            ),
            "text/csv; charset=utf-8",
            "ledger.csv",
        ),
        Format::JsonLines => (
            streamed(ledger, search, first, Vec::new(), json_lines),
            "application/x-ndjson",
            "ledger.jsonl",
        ),
        Format::Workbook => (
            Body::from(workbook(&ledger, search, first).await?),
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "ledger.xlsx",
        ),
    };
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""))
        .unwrap_or(HeaderValue::from_static("attachment"));
    Ok((
        [
            (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
            (header::CONTENT_DISPOSITION, disposition),
        ],
        body,
    )
        .into_response())
}

type Pages = (Vec<Entry>, Option<String>);

fn streamed(
    ledger: Ledger,
    search: Search,
    first: Pages,
    header: Vec<u8>,
    write: fn(&[Entry]) -> Vec<u8>,
) -> Body {
    let state = (ledger, search, Some(first), Some(header));
    Body::from_stream(stream::try_unfold(
        state,
        move |(ledger, mut search, page, header)| async move {
            if let Some(header) = header.filter(|header| !header.is_empty()) {
                return Ok(Some((header, (ledger, search, page, None))));
            }
            let Some((entries, next)) = page else {
                return Ok::<_, std::io::Error>(None);
            };
            let bytes = write(&entries);
            let page = match next {
                None => None,
                Some(next) => {
                    search.after = Some(next);
                    Some(ledger.whole(&search).await.map_err(std::io::Error::other)?)
                }
            };
            Ok(Some((bytes, (ledger, search, page, None))))
        },
    ))
}

fn json_lines(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        // An entry is built of texts and numbers, which JSON can always hold.
        let line = serde_json::to_vec(&Shown::from(entry.clone())).unwrap_or_default();
        bytes.extend(line);
        bytes.push(b'\n');
    }
    bytes
}

async fn workbook(ledger: &Ledger, mut search: Search, first: Pages) -> Result<Vec<u8>> {
    let mut sheet = beside(export::Sheet::new).await?;
    let (mut entries, mut next) = first;
    loop {
        sheet = beside(move || sheet.add(&entries).map(|()| sheet)).await?;
        let Some(after) = next else { break };
        search.after = Some(after);
        (entries, next) = ledger.whole(&search).await?;
    }
    beside(move || sheet.finish()).await
}

/// Writing on a workbook, which keeps a processor busy, beside the requests.
async fn beside<T: Send + 'static, E: std::error::Error + Send + 'static>(
    work: impl FnOnce() -> std::result::Result<T, E> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    let written = done.map_err(yandu_ledger::Error::from)?;
    written.map_err(|error| {
        tracing::error!(%error, "a workbook could not be written");
        Problem::new("internal", "the workbook could not be written")
    })
}
