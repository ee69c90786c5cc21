//! The forms of an answer.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use arrow::csv::WriterBuilder;
use axum::http::{HeaderMap, header};
use yandu_access::FileForm;
use yandu_lake::Rows;

use super::Column;
use super::hidden::HiddenField;
use crate::export;
use crate::problem::Problem;
use crate::stream::rows::{self, End, MARK};
use crate::value;

/// In which form an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Json,
    Csv { with_mark: bool },
    Workbook,
    Parquet,
}

impl Form {
    /// The form that a request takes; JSON where it names none of them.
    pub(super) fn accepted(headers: &HeaderMap, with_mark: bool) -> Self {
        let accept = headers.get(header::ACCEPT);
        let accept = accept
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let forms = [
            ("text/csv", Self::Csv { with_mark }),
            (export::WORKBOOK, Self::Workbook),
            (export::PARQUET, Self::Parquet),
        ];
        let mut forms = forms.into_iter();
        let form = forms.find(|(media_type, _)| accept.contains(media_type));
        form.map_or(Self::Json, |(_, form)| form)
    }

    pub(super) fn file_form(self) -> FileForm {
        match self {
            Self::Json => FileForm::Json,
            Self::Csv { .. } => FileForm::Csv,
            Self::Workbook => FileForm::Xlsx,
            Self::Parquet => FileForm::Parquet,
        }
    }
}

/// A form that is sent while rows are read.
#[derive(Debug, Clone)]
pub(super) enum Text {
    /// With what of the answer is not shown as it is.
    Json {
        hidden: Vec<HiddenField>,
    },
    Csv {
        with_mark: bool,
    },
}

impl rows::Form for Text {
    fn head(&mut self, rows: &Rows) -> std::io::Result<Vec<u8>> {
        let schema = rows.schema();
        let hidden = match &*self {
            Self::Csv { with_mark } => {
                let mut head = if *with_mark {
                    MARK.to_vec()
                } else {
                    Vec::new()
                };
                head.extend(csv(&RecordBatch::new_empty(schema), true)?);
                return Ok(head);
            }
            Self::Json { hidden } => hidden,
        };
        let columns: Vec<Column> = schema
            .fields()
            .iter()
            .map(|field| Column {
                name: field.name().clone(),
                data_type: value::type_name(field.data_type()),
            })
            .collect();
        let mut head = b"{\"columns\":".to_vec();
        serde_json::to_writer(&mut head, &columns)?;
        if !hidden.is_empty() {
            head.extend_from_slice(b",\"hidden\":");
            serde_json::to_writer(&mut head, hidden)?;
        }
        head.extend_from_slice(b",\"versions\":");
        let versions: BTreeMap<&str, u64> = rows
            .versions()
            .iter()
            .map(|(id, version)| (id.as_str(), *version))
            .collect();
        serde_json::to_writer(&mut head, &versions)?;
        head.extend_from_slice(b",\"rows\":[");
        Ok(head)
    }

    fn rows(&mut self, batch: &RecordBatch, follows: bool) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Csv { .. } => csv(batch, false),
            Self::Json { .. } => rows::items(batch, follows),
        }
    }

    /// A CSV has no place for a problem, so its body breaks off instead.
    fn end(&mut self, end: End) -> std::io::Result<Vec<u8>> {
        let is_cut = matches!(end, End::Cut);
        let problem = match end {
            End::Broken(error) => Some(Box::<Problem>::from(error)),
            End::Whole | End::Cut => None,
        };
        match (self, problem) {
            (Self::Csv { .. }, None) => Ok(Vec::new()),
            (Self::Csv { .. }, Some(problem)) => Err(std::io::Error::other(problem.detail)),
            (Self::Json { .. }, problem) => {
                let mut end = format!("],\"truncated\":{is_cut}").into_bytes();
                if let Some(problem) = problem {
                    end.extend_from_slice(b",\"problem\":");
                    serde_json::to_writer(&mut end, &problem)?;
                }
                end.push(b'}');
                Ok(end)
            }
        }
    }
}

fn csv(batch: &RecordBatch, with_header: bool) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut writer = WriterBuilder::new()
        .with_header(with_header)
        .with_timestamp_format("%Y-%m-%d %H:%M:%S%.f".to_owned())
        .build(&mut bytes);
    writer.write(batch).map_err(std::io::Error::other)?;
    drop(writer);
    Ok(bytes)
}
