//! What a delivery would be understood as. Nothing of it is kept.

use std::collections::BTreeMap;
use std::path::PathBuf;

use axum::Json;
use axum::extract::{FromRequest, Request, State as Shared};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yandu_collect::preview;
use yandu_words::id::DatasetId;

use super::deliver::{DeliverFile, file_of_the_server, neither, on_this_machine, parse, read_form};
use super::shape::Failure;
use crate::Result;
use crate::access::{Asker, DELIVERS};
use crate::extract::{Body, media_type};
use crate::problem::Problem;
use crate::state::State;

/// The field of a form that says that the file is only a beginning.
const IS_PART: &str = "is_part";

/// An upload to look at: the fields of a delivery, all but the file may be left out.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "the shape of a form, for the document of the interface alone"
)]
pub(super) struct PreviewUpload {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Without it the file is only shown, with the datasets that it fits.
    dataset: Option<String>,
    source: Option<String>,
    encoding: Option<String>,
    delimiter: Option<char>,
    header_row: Option<u32>,
    sheet: Option<String>,
    /// A JSON object: header → column.
    headers: Option<String>,
    /// The file is only the beginning of what would be delivered, and may end inside a row.
    is_part: Option<bool>,
}

file_of_the_server! {
    /// A file on the machine of the server to look at, and what is known about its form.
    PreviewFile {
        /// Without it the file is only shown, with the datasets that it fits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(example = "population.resident")]
        dataset: Option<String>,
    }
}

impl From<PreviewFile> for DeliverFile {
    fn from(file: PreviewFile) -> Self {
        Self {
            dataset: file.dataset.unwrap_or_default(),
            path: file.path,
            mode: None,
            source: file.source,
            encoding: file.encoding,
            delimiter: file.delimiter,
            header_row: file.header_row,
            sheet: file.sheet,
            headers: file.headers,
        }
    }
}

/// The beginning of a file, and how it was understood.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct DeliveryPreview {
    /// `format`, `encoding` and why so, `delimiter`, `sheet` and `other_sheets`, `header_row`, `titles`, `notes`.
    #[schema(value_type = Object)]
    pub report: serde_json::Value,
    /// The headers in the order of the file.
    pub headers: Vec<PreviewHeader>,
    /// Columns of the dataset that no header stands for.
    pub absent: Vec<AbsentColumn>,
    /// Why a delivery with these headers is refused; absent when it is not.
    pub refusal: Option<Failure>,
    /// The first 20 rows.
    pub rows: Vec<PreviewRow>,
    /// The datasets whose headers these are most likely, best first.
    pub candidates: Vec<Candidate>,
}

/// A header and the column that it stands for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PreviewHeader {
    pub header: String,
    /// Absent when no column claims it: its cells are kept in `_extra`.
    pub column: Option<String>,
    /// Whether the delivery itself says so.
    pub given: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct AbsentColumn {
    pub column: String,
    pub required: bool,
}

/// A row as text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct PreviewRow {
    /// Its place in the delivery, from 1.
    pub row: u64,
    pub cells: Vec<Option<String>>,
    /// What is wrong with the row as a whole, such as `cell-count`.
    pub fault: Option<String>,
}

/// A dataset that a file may be a delivery of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Candidate {
    pub dataset: String,
    /// In Chinese.
    pub title: String,
    /// How many of its columns have a header in the file.
    pub matched: u64,
    /// Columns that must be there and are not.
    pub missing: u64,
}

/// Shows what a delivery would be understood as: format, encoding, header row, the column of each header, the first
/// rows. Nothing is collected and nothing is kept.
#[utoipa::path(
    post,
    path = "/deliveries/preview",
    tag = "batches",
    request_body(content((PreviewUpload = "multipart/form-data"), (PreviewFile = "application/json"))),
    responses((status = 200, body = DeliveryPreview), Problem)
)]
pub(super) async fn preview_delivery(
    Shared(state): Shared<State>,
    asker: Asker,
    request: Request,
) -> Result<Json<DeliveryPreview>> {
    // Held to the end: the file goes with it.
    let (form, spooled, is_part) = match media_type(request.headers()).as_str() {
        "multipart/form-data" => {
            let (form, file, flags) = read_form(&state, request, &[IS_PART]).await?;
            (form, Some(file), flags.contains(&IS_PART))
        }
        "application/json" => {
            let Body(file) = Body::<PreviewFile>::from_request(request, &state).await?;
            on_this_machine(&asker, &file.path)?;
            (file.into(), None, false)
        }
        _ => return Err(neither()),
    };
    let dataset = Some(form.dataset.as_str()).filter(|dataset| !dataset.is_empty());
    let dataset: Option<DatasetId> = dataset
        .map(|dataset| parse("dataset", dataset))
        .transpose()?;
    if let Some(dataset) = &dataset {
        asker.must(&state, DELIVERS, dataset)?;
    }
    let look = preview::Look {
        dataset,
        source: form.source()?,
        among: asker.duty(&state).datasets(DELIVERS),
        path: spooled
            .as_ref()
            .map_or_else(|| form.path.clone(), |file| file.path().to_owned()),
        headers: form.headers.clone(),
        hints: form.hints(),
        is_part,
    };
    let collector = state.collector();
    let preview = collector.preview(look).await?;
    Ok(Json(shape(preview, &collector.packs())))
}

fn shape(preview: preview::Preview, packs: &yandu_pack::Packs) -> DeliveryPreview {
    let title = |id: &DatasetId| {
        let dataset = packs.dataset(id);
        dataset.map_or_else(|| id.to_string(), |dataset| dataset.file().title.zh.clone())
    };
    DeliveryPreview {
        report: preview.report,
        headers: preview
            .headers
            .into_iter()
            .map(|header| PreviewHeader {
                header: header.header,
                column: header.column,
                given: header.given,
            })
            .collect(),
        absent: preview
            .absent
            .into_iter()
            .map(|absent| AbsentColumn {
                column: absent.column,
                required: absent.required,
            })
            .collect(),
        refusal: preview.refusal.map(|refusal| Failure {
            code: refusal.code,
            message: refusal.message,
            help: refusal.help,
        }),
        rows: preview
            .rows
            .into_iter()
            .map(|row| PreviewRow {
                row: row.row,
                cells: row.cells,
                fault: row.fault,
            })
            .collect(),
        candidates: preview
            .candidates
            .into_iter()
            .map(|candidate| Candidate {
                title: title(&candidate.dataset),
                dataset: candidate.dataset.to_string(),
                matched: candidate.matched as u64,
                missing: candidate.missing as u64,
            })
            .collect(),
    }
}
