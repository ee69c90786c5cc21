//! Whole catalogues in, and selections of them out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request, State as Shared};
use axum::http::Uri;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_access::FileForm;
use yandu_ledger::{Entry, Format, Ledger, Search, export};

use super::find::Asked;
use super::{Entry as Shown, finish};
use crate::Result;
use crate::access::Asker;
use crate::caller::Caller;
use crate::export::{File, Workbook, of_file};
use crate::extract;
use crate::problem::Problem;
use crate::state::State;
use crate::stream::rows::Tally;
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

/// Exports the entries that fit, all of them: as a table for people, or as JSON Lines that can be imported as they are. It leaves a
/// receipt, which the header `yandu-receipt` names, and a workbook says on a sheet of its own who took it and when.
#[utoipa::path(get, path = "/ledger/export", tag = "ledger", params(Form, Asked), responses((status = 200, content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "application/x-ndjson")), description = "The entries as a file.", headers(("yandu-receipt" = String, description = "The receipt of the file."))), Problem))]
async fn export_entries(
    Shared(state): Shared<State>,
    asker: Asker,
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
    let asked = format!("LEDGER {}", uri.query().unwrap_or_default());
    let (file, name) = match format {
        Format::Csv => {
            let (_, recording) = of_file(&state, &asker, &asked, &[], FileForm::Csv).await?;
            let kind = ("text/csv; charset=utf-8", None);
            let head = export::csv_header();
            let (body, tally) = streamed(ledger, search, first, head, export::csv_lines);
            let file = File::of(recording, tally, kind, None, body);
            (file, "ledger.csv")
        }
        Format::JsonLines => {
            let (_, recording) = of_file(&state, &asker, &asked, &[], FileForm::Json).await?;
            let kind = ("application/x-ndjson", None);
            let (body, tally) = streamed(ledger, search, first, Vec::new(), json_lines);
            let file = File::of(recording, tally, kind, None, body);
            (file, "ledger.jsonl")
        }
        Format::Workbook => {
            let (book, rows) = workbook(&ledger, search, first).await?;
            let begun = of_file(&state, &asker, &asked, &[], FileForm::Xlsx).await?;
            let file = Workbook::of(book, rows).file(&state, begun).await?;
            (file, "ledger.xlsx")
        }
    };
    Ok(file.named(name.to_owned()).into_response())
}

type Pages = (Vec<Entry>, Option<String>);

/// A body of entries page by page, and what counts them.
fn streamed(
    ledger: Ledger,
    search: Search,
    first: Pages,
    header: Vec<u8>,
    write: fn(&[Entry]) -> Vec<u8>,
) -> (Body, Arc<Tally>) {
    let tally = Arc::new(Tally::default());
    let counted = Arc::clone(&tally);
    let state = (ledger, search, Some(first), Some(header), counted);
    let body = Body::from_stream(stream::try_unfold(
        state,
        move |(ledger, mut search, page, header, counted)| async move {
            if let Some(header) = header.filter(|header| !header.is_empty()) {
                return Ok(Some((header, (ledger, search, page, None, counted))));
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
            counted.add(entries.len() as u64);
            Ok(Some((bytes, (ledger, search, page, None, counted))))
        },
    ));
    (body, tally)
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

/// A workbook of entries, and how many there are.
async fn workbook(
    ledger: &Ledger,
    mut search: Search,
    first: Pages,
) -> Result<(rust_xlsxwriter::Workbook, u64)> {
    let mut sheet = beside(export::Sheet::new).await?;
    let (mut entries, mut next) = first;
    loop {
        sheet = beside(move || sheet.add(&entries).map(|()| sheet)).await?;
        let Some(after) = next else { break };
        search.after = Some(after);
        (entries, next) = ledger.whole(&search).await?;
    }
    Ok(sheet.finish())
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
