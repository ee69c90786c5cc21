//! Forms: what is due from whom, filling one, its files, and what was reported before.

mod shape;

use arrow::datatypes::Schema;
use axum::Json;
use axum::extract::{DefaultBodyLimit, Request, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use yandu_collect::form::{FormStanding, REPORT_BYTES, ReportFilter, form_of};
use yandu_pack::declare::Origin;
use yandu_words::Period;
use yandu_words::id::{BatchId, DatasetId};

use crate::Result;
use crate::access::{Asker, DELIVERS, HANDLES, KEEPS, not_permitted};
use crate::address::located;
use crate::batch::finish;
use crate::caller::Caller;
use crate::document::{self, DocumentFile, DocumentUpload};
use crate::export::{self, Taken};
use crate::extract::{Bytes, Path, Query, as_json};
use crate::page::{After, Limit};
use crate::problem::Problem;
use crate::state::State;

pub use shape::{
    DueReport, EvidenceFile, FieldOfForm, FilledForm, Form, FormList, FormReport, FormStand,
    FormSummary, ReportPage, SubmitReport,
};

/// Periods of a form that are shown: the running one, the one to report now and a year before it.
const PERIODS: usize = 14;

pub(crate) fn routes(state: &State) -> OpenApiRouter<State> {
    let limit = usize::try_from(state.options().upload_bytes).unwrap_or(usize::MAX);
    let uploads = OpenApiRouter::new()
        .routes(routes!(keep_evidence))
        .layer(DefaultBodyLimit::max(limit));
    OpenApiRouter::new()
        .routes(routes!(list_forms))
        .routes(routes!(show_form))
        .routes(routes!(show_standing))
        .routes(routes!(list_reports, submit_report))
        .routes(routes!(show_report))
        .routes(routes!(read_evidence))
        .merge(uploads)
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Whose {
    /// Only what this unit has to report.
    #[param(example = "市发改委")]
    unit: Option<String>,
}

/// Lists the forms that whoever asks fills or keeps, with what is due, and late, from each unit.
#[utoipa::path(get, path = "/forms", tag = "forms", params(Whose), responses((status = 200, body = FormList), Problem))]
async fn list_forms(
    Shared(state): Shared<State>,
    asker: Asker,
    Query(whose): Query<Whose>,
) -> Result<Json<FormList>> {
    let packs = state.collector().packs();
    let duty = asker.duty(&state);
    let mut standings = Vec::new();
    let forms = packs
        .datasets()
        .filter(|dataset| dataset.file().origin == Origin::Form)
        .filter(|dataset| duty.may(HANDLES, dataset.id()));
    for dataset in forms {
        let mut standing = standing(&state, dataset.id()).await?;
        if let Some(unit) = &whose.unit {
            standing.reports.retain(|report| report.unit == *unit);
            standing.late_earlier.retain(|of, _| of == unit);
        }
        if whose.unit.is_none() || !standing.reports.is_empty() {
            standings.push(standing);
        }
    }
    Ok(Json(FormList::new(
        &packs,
        state.collector().today(),
        &standings,
    )))
}

async fn standing(state: &State, id: &DatasetId) -> Result<FormStanding> {
    Ok(state.collector().form_standing(id, PERIODS).await?)
}

/// Shows a form: what is filled, as a JSON Schema with the order of the fields, by whom, when, and with what files.
#[utoipa::path(get, path = "/forms/{id}", tag = "forms", params(("id" = String, Path, description = "The dataset of the form.")), responses((status = 200, body = Form), Problem))]
async fn show_form(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<DatasetId>,
) -> Result<Json<Form>> {
    asker.must(&state, HANDLES, &id)?;
    let packs = state.collector().packs();
    let (dataset, form) = form_of(&packs, &id)?;
    let standing = standing(&state, &id).await?;
    let limit = state.collector().evidence_bytes();
    let units = form.units.iter();
    let own_units = units
        .filter(|unit| speaks_for(&state, &asker, &id, unit))
        .cloned()
        .collect();
    Ok(Json(Form {
        may: asker.duty(&state).on(&id),
        own_units,
        ..Form::new(&packs, (dataset, form), &standing, limit)
    }))
}

/// Shows who has reported which period of a form, who has not, and how late, the newest period first.
#[utoipa::path(get, path = "/forms/{id}/standing", tag = "forms", params(("id" = String, Path, description = "The dataset of the form.")), responses((status = 200, body = FormStand), Problem))]
async fn show_standing(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<DatasetId>,
) -> Result<Json<FormStand>> {
    asker.must(&state, HANDLES, &id)?;
    let packs = state.collector().packs();
    let standing = standing(&state, &id).await?;
    Ok(Json(FormStand::new(&packs, &standing)))
}

#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Which {
    /// Only reports of this unit.
    unit: Option<String>,
    /// Only reports for this period.
    #[param(value_type = Option<String>, example = "2025-06")]
    period: Option<Period>,
    /// The `next` of the page before.
    #[param(value_type = Option<String>, pattern = "^[A-Za-z0-9_-]+$")]
    after: Option<After<BatchId>>,
    /// Reports of one page.
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 1000, default = 100)]
    limit: Limit<100, 1000>,
}

/// Lists the reports of a form, the newest first; those that were undone are among them.
#[utoipa::path(get, path = "/forms/{id}/reports", tag = "forms", params(("id" = String, Path, description = "The dataset of the form."), Which), responses((status = 200, body = ReportPage), Problem))]
async fn list_reports(
    Shared(state): Shared<State>,
    asker: Asker,
    Path(id): Path<DatasetId>,
    Query(which): Query<Which>,
) -> Result<Json<ReportPage>> {
    asker.must(&state, HANDLES, &id)?;
    let filter = ReportFilter {
        unit: which.unit,
        period: which.period,
        with_file: None,
        before: which.after.map(|after| after.0),
        limit: which.limit.and_one(),
    };
    let reports = state.collector().reports(&id, &filter).await?;
    let (reports, next) = which.limit.cut(reports, |report| report.batch.clone());
    let shown = |report: yandu_collect::form::Report| {
        let is_seen = sees(&state, &asker, &id, &report.unit);
        let mut shown = FormReport::from(report);
        if !is_seen {
            // A file is found by its hash.
            shown.evidence.clear();
        }
        shown
    };
    Ok(Json(ReportPage {
        reports: reports.into_iter().map(shown).collect(),
        next,
    }))
}

/// Takes a report. It is in the lake when this answers; the same submission again is answered with the same report. Nothing is
/// stored of a report that is refused, and `rows` names the reason at each field.
#[utoipa::path(post, path = "/forms/{id}/reports", tag = "forms", params(("id" = String, Path, description = "The dataset of the form.")), request_body = SubmitReport, responses((status = 200, body = FormReport), (status = 201, body = FormReport, headers(("Location" = String, description = "Address of the report."))), Problem))]
async fn submit_report(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(id): Path<DatasetId>,
    headers: HeaderMap,
    Bytes(bytes): Bytes,
) -> Result<Response> {
    asker.must(&state, DELIVERS, &id)?;
    as_json(&headers, "a report comes")?;
    if bytes.len() > REPORT_BYTES {
        return Err(Problem::new(
            "body-too-large",
            format!("a report has at most {REPORT_BYTES} bytes"),
        ));
    }
    let body: Value = serde_json::from_slice(&bytes)
        .map_err(|error| Problem::new("invalid-json", error.to_string()))?;
    if !body.is_object() {
        return Err(Problem::new("invalid-body", "a report is one JSON object"));
    }
    if let Some(unit) = body.get("unit").and_then(Value::as_str)
        && !speaks_for(&state, &asker, &id, unit)
    {
        return Err(Problem::new(
            "not-permitted",
            format!("a report of `{unit}` is handed in by its own people"),
        )
        .with_help("log in with an account of that unit".to_owned()));
    }
    let collector = state.collector().clone();
    let form = id.clone();
    let submitted = finish(&state, async move {
        match collector.submit(&principal, &form, &bytes).await {
            Err(yandu_collect::Error::RowsRefused { rows, .. }) => Ok(Err(rows)),
            other => other.map(Ok),
        }
    })
    .await?;
    let received = submitted.map_err(|rows| {
        let detail =
            format!("the report for `{id}` is not as the form asks for; nothing of it was stored");
        crate::row::refused(&state, &id, rows, detail)
    })?;
    let report = state.collector().report_of(&received.batch).await?;
    let missing = || yandu_collect::Error::NoReport(received.batch.to_string());
    let report = FormReport::from(report.ok_or_else(missing)?);
    let status = if received.again {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    let location = format!("/api/v1/forms/{id}/reports/{}", received.batch);
    Ok(located(location, (status, Json(report))))
}

/// Shows a report as it was filled, with its files. To a token it leaves under a receipt, as a page of SQL does.
#[utoipa::path(get, path = "/forms/{id}/reports/{batch}", tag = "forms", params(("id" = String, Path, description = "The dataset of the form."), ("batch" = String, Path, description = "The batch of the report.")), responses((status = 200, headers(("yandu-receipt" = Option<String>, description = "The receipt under which a report leaves to a token.")), body = FilledForm), Problem))]
async fn show_report(
    Shared(state): Shared<State>,
    asker: Asker,
    Path((id, batch)): Path<(DatasetId, BatchId)>,
) -> Result<Response> {
    asker.must(&state, HANDLES, &id)?;
    let report = state.collector().report(&id, &batch).await?;
    if !sees(&state, &asker, &id, &report.report.unit) {
        return Err(not_permitted());
    }
    let asked = format!("REPORT {id}");
    let taken = Taken {
        read: &[(id, None)],
        columns: &Schema::empty(),
        rows: 1,
        is_cut: false,
    };
    let left = export::leave(&state, &asker, &asked, &taken).await?;
    export::json(left, &FilledForm::from(report))
}

/// Keeps a file for a report of the form by its content: a JPEG or PNG, a PDF, an OFD, a document of an office, or plain text.
#[utoipa::path(post, path = "/forms/{id}/evidence", tag = "forms", params(("id" = String, Path, description = "The dataset of the form.")), request_body(content((DocumentUpload = "multipart/form-data"), (DocumentFile = "application/json"))), responses((status = 201, body = EvidenceFile, headers(("Location" = String, description = "Address of the file."))), Problem))]
async fn keep_evidence(
    Shared(state): Shared<State>,
    asker: Asker,
    Caller(principal): Caller,
    Path(id): Path<DatasetId>,
    request: Request,
) -> Result<Response> {
    asker.must(&state, DELIVERS, &id)?;
    let most = state.collector().evidence_bytes();
    let (name, bytes, _) = document::given(&state, request, most).await?;
    let collector = state.collector().clone();
    let form = id.clone();
    let kept = finish(&state, async move {
        collector
            .keep_evidence(&principal, &form, &name, bytes)
            .await
    })
    .await?;
    let location = format!("/api/v1/forms/{id}/evidence/{}", kept.hash);
    let answer = (StatusCode::CREATED, Json(EvidenceFile::from(kept)));
    Ok(located(location, answer))
}

/// A file of a form, byte for byte.
#[utoipa::path(get, path = "/forms/{id}/evidence/{hash}", tag = "forms", params(("id" = String, Path, description = "The dataset of the form."), ("hash" = String, Path, description = "Hash of the file.")), responses((status = 200, body = [u8], content_type = "application/octet-stream"), Problem))]
async fn read_evidence(
    Shared(state): Shared<State>,
    asker: Asker,
    Path((id, hash)): Path<(DatasetId, String)>,
) -> Result<Response> {
    asker.must(&state, HANDLES, &id)?;
    let (kept, bytes) = state.collector().evidence(&id, &hash).await?;
    if !asker.reads() {
        return Err(not_permitted());
    }
    let is_own = kept.kept_by == asker.name();
    if !is_own && !asker.whole_columns(&state, &id).shows_all() {
        let unit = asker.account().and_then(|own| own.department.clone());
        let filter = ReportFilter {
            unit: Some(unit.ok_or_else(not_permitted)?),
            with_file: Some(hash),
            limit: 1,
            ..ReportFilter::default()
        };
        if state.collector().reports(&id, &filter).await?.is_empty() {
            return Err(not_permitted());
        }
    }
    Ok(document::answer(&kept.name, &kept.media_type, bytes))
}

/// Whether somebody hands in reports of a unit: its own people, and whoever keeps the form.
fn speaks_for(state: &State, asker: &Asker, form: &DatasetId, unit: &str) -> bool {
    asker.is_of_unit(unit) || asker.duty(state).may(KEEPS, form)
}

/// Whether somebody sees what a unit has reported: its own people, and whoever sees all of the dataset.
fn sees(state: &State, asker: &Asker, form: &DatasetId, unit: &str) -> bool {
    asker.reads() && (asker.is_of_unit(unit) || asker.whole_columns(state, form).shows_all())
}
