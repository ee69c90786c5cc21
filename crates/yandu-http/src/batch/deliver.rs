//! Handing a delivery over: as an upload, or as a file of the machine that the server runs on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use axum::Json;
use axum::extract::{DefaultBodyLimit, FromRequest, Request, State as Shared};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_collect::{Delivery, Mode};
use yandu_decode::Hints;
use yandu_words::id::SourceId;

use super::finish;
use crate::Result;
use crate::access::{Asker, DELIVERS};
use crate::caller::Caller;
use crate::extract::{Body, media_type};
use crate::problem::Problem;
use crate::state::State;
use crate::upload::{self, Spooled};

pub(super) fn routes(state: &State) -> OpenApiRouter<State> {
    let limit = usize::try_from(state.options().upload_bytes).unwrap_or(usize::MAX);
    OpenApiRouter::new()
        .routes(routes!(deliver))
        .routes(routes!(super::preview::preview_delivery))
        .layer(DefaultBodyLimit::max(limit))
}

/// A body that names a file on the machine of the server: its own fields, and what may be known about the form of the file.
macro_rules! file_of_the_server {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $field:ident: $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($(#[$of])* pub $field: $type,)*
            /// Absolute path of the file.
            #[schema(value_type = String, example = "/data/常住人口登记_20251231.csv")]
            pub path: PathBuf,
            /// The source that the file is a delivery of.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub source: Option<String>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            #[schema(example = "gb18030")]
            pub encoding: Option<String>,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub delimiter: Option<char>,
            /// Row that holds the headers, from 1; 0 when there is none.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub header_row: Option<u32>,
            /// Sheet of a workbook.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub sheet: Option<String>,
            /// Header → column, over what the dataset and the source declare; `null` for a header that is no column's.
            #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
            #[schema(value_type = BTreeMap<String, Option<String>>, example = json!({"证件号": "resident_id", "备注": null}))]
            pub headers: BTreeMap<String, Option<String>>,
        }
    };
}
pub(super) use file_of_the_server;

file_of_the_server! {
    /// A file on the machine of the server, and what is known about its form. All but the dataset and the path may be left open:
    /// the source of the dataset fills the gaps, and the rest is found out.
    DeliverFile {
        #[schema(example = "population.resident")]
        dataset: String,
        /// `snapshot`, `upsert` or `append`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(example = "snapshot")]
        mode: Option<String>,
    }
}

/// An upload: the fields of a form, the file among them.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the shape of a form, for the document of the interface alone"
)]
struct Upload {
    dataset: String,
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    mode: Option<String>,
    source: Option<String>,
    encoding: Option<String>,
    delimiter: Option<char>,
    header_row: Option<u32>,
    sheet: Option<String>,
    /// A JSON object: header → column.
    headers: Option<String>,
}

/// A delivery that is being collected.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Accepted {
    /// The batch to follow, also in `Location`.
    pub batch: String,
    pub dataset: String,
}

/// Hands a file over and starts to collect it: an upload, or, by whoever holds the data folder, a file of the server's machine. Follow the batch at the address in `Location`.
#[utoipa::path(
    post,
    path = "/batches",
    tag = "batches",
    request_body(content((Upload = "multipart/form-data"), (DeliverFile = "application/json"))),
    responses(
        (status = 202, body = Accepted, headers(("Location" = String, description = "Address of the batch."))),
        Problem
    )
)]
async fn deliver(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    request: Request,
) -> Result<Response> {
    let delivery = match media_type(request.headers()).as_str() {
        "multipart/form-data" => uploaded(&state, request).await?,
        "application/json" => {
            let Body(file) = Body::<DeliverFile>::from_request(request, &state).await?;
            on_this_machine(&asker, &file.path)?;
            file.delivery()?
        }
        _ => return Err(neither()),
    };
    let dataset = delivery.dataset.to_string();
    let collector = state.collector().clone();
    let spooled = delivery.temporary.then(|| delivery.path.clone());
    if let Err(problem) = asker.must(&state, DELIVERS, &delivery.dataset) {
        if let Some(path) = spooled {
            // What stays is swept at the next start.
            let _ = std::fs::remove_file(path);
        }
        return Err(problem);
    }
    let started = finish(&state, async move {
        collector.start(&principal, delivery).await
    })
    .await;
    // The collection goes on by itself, and its record says how it ends.
    let (batch, _) = match (started, spooled) {
        (Ok(started), _) => started,
        (Err(problem), Some(path)) => {
            // What stays is swept at the next start.
            let _ = std::fs::remove_file(path);
            return Err(problem);
        }
        (Err(problem), None) => return Err(problem),
    };
    let location = format!("/api/v1/batches/{batch}");
    let accepted = Accepted {
        batch: batch.to_string(),
        dataset,
    };
    Ok((
        StatusCode::ACCEPTED,
        [(header::LOCATION, location)],
        Json(accepted),
    )
        .into_response())
}

/// The refusal of a body that is neither an upload nor names a file.
pub(super) fn neither() -> Box<Problem> {
    Problem::new(
        "unsupported-media-type",
        "a delivery comes as `multipart/form-data`, or as `application/json` that names a file",
    )
}

pub(super) fn on_this_machine(asker: &Asker, path: &Path) -> Result<()> {
    asker.must_be_local()?;
    if !path.is_absolute() {
        return Err(Problem::new(
            "invalid-body",
            format!("`{}` is no absolute path", path.display()),
        ));
    }
    std::fs::metadata(path).map(drop).map_err(|source| {
        let path = path.to_owned();
        let doing = "open the delivery";
        yandu_collect::Error::File {
            doing,
            path,
            source,
        }
        .into()
    })
}

async fn uploaded(state: &State, request: Request) -> Result<Delivery> {
    let (form, file, _) = read_form(state, request, &[]).await?;
    let mut delivery = form.delivery()?;
    delivery.name.clone_from(&file.name);
    delivery.temporary = true;
    delivery.path = file.take();
    Ok(delivery)
}

/// The fields of an upload and its file; `flags` are fields that may be `true`, and those that are come back.
pub(super) async fn read_form(
    state: &State,
    request: Request,
    flags: &[&'static str],
) -> Result<(DeliverFile, Spooled, Vec<&'static str>)> {
    let mut form = DeliverFile::default();
    let mut raised = Vec::new();
    let file = upload::read(state, request, |name, text| {
        match name {
            "dataset" => form.dataset = text,
            "mode" => form.mode = Some(text),
            "source" => form.source = Some(text),
            "encoding" => form.encoding = Some(text),
            "delimiter" => form.delimiter = Some(parse("delimiter", &text)?),
            "header_row" => form.header_row = Some(parse("header_row", &text)?),
            "sheet" => form.sheet = Some(text),
            "headers" => {
                form.headers = serde_json::from_str(&text)
                    .map_err(|error| Problem::new("invalid-body", format!("`headers`: {error}")))?;
            }
            other => {
                let Some(flag) = flags.iter().find(|flag| **flag == other) else {
                    return Err(Problem::new(
                        "invalid-body",
                        format!("an upload has no field `{name}`"),
                    ));
                };
                raised.extend(parse::<bool>(flag, &text)?.then_some(*flag));
            }
        }
        Ok(())
    })
    .await?;
    Ok((form, file, raised))
}

impl DeliverFile {
    fn delivery(self) -> Result<Delivery> {
        let mut delivery = Delivery::file(parse("dataset", &self.dataset)?, self.path.clone());
        delivery.mode = self.mode.as_deref().map(mode).transpose()?;
        delivery.source = self.source()?;
        delivery.hints = self.hints();
        delivery.headers = self.headers;
        Ok(delivery)
    }

    pub(super) fn source(&self) -> Result<Option<SourceId>> {
        let source = self.source.as_deref();
        source.map(|source| parse("source", source)).transpose()
    }

    pub(super) fn hints(&self) -> Hints {
        Hints {
            encoding: self.encoding.clone(),
            delimiter: self.delimiter,
            header_row: self.header_row,
            sheet: self.sheet.clone(),
            ..Hints::default()
        }
    }
}

fn mode(name: &str) -> Result<Mode> {
    match name {
        "snapshot" => Ok(Mode::Snapshot),
        "upsert" => Ok(Mode::Upsert),
        "append" => Ok(Mode::Append),
        _ => Err(Problem::new("invalid-body", format!("`{name}` is no mode"))
            .with_help("one of `snapshot`, `upsert`, `append`".to_owned())),
    }
}

pub(super) fn parse<T: std::str::FromStr<Err: std::fmt::Display>>(
    field: &str,
    text: &str,
) -> Result<T> {
    text.parse()
        .map_err(|error| Problem::new("invalid-body", format!("`{field}`: {error}")))
}
