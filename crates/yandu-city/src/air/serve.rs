//! The interface of the stations: pages, a watermark, and now and then a failure that a second attempt
//! does not meet.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Json;
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;

use super::{Reading, Readings};
use crate::{Error, Options};

const LARGEST_PAGE: u64 = 1_000;

/// Serves the city's interfaces until the task is dropped.
pub async fn serve(listener: TcpListener, options: &Options) -> Result<(), Error> {
    axum::serve(listener, router(options)?)
        .await
        .map_err(|source| Error::Serve { source })
}

/// The city's interfaces: `GET /api/stations/readings?page=&size=&since=`.
pub fn router(options: &Options) -> Result<Router, Error> {
    let interface = Interface {
        readings: Readings::new(options)?,
        requests: AtomicU64::new(0),
    };
    Ok(Router::new()
        .route("/api/stations/readings", get(list_readings))
        .with_state(Arc::new(interface)))
}

struct Interface {
    readings: Readings,
    requests: AtomicU64,
}

#[derive(Debug, Deserialize)]
struct Parameters {
    /// From 1.
    page: Option<u64>,
    /// From 1 to 1,000; 100 when absent.
    size: Option<u64>,
    /// Only readings observed later than this time, `YYYY-MM-DD HH:MM:SS`.
    since: Option<String>,
}

#[derive(Debug, Serialize)]
struct Answer {
    code: u16,
    message: &'static str,
    data: Readable,
}

#[derive(Debug, Serialize)]
struct Readable {
    items: Vec<Reading>,
    page: u64,
    pages: u64,
    total: u64,
}

async fn list_readings(
    State(interface): State<Arc<Interface>>,
    Query(parameters): Query<Parameters>,
) -> Response {
    let request = interface.requests.fetch_add(1, Ordering::Relaxed);
    let every = interface.readings.fault_every();
    if every > 0 && request % every == every / 2 {
        let retry = [(header::RETRY_AFTER, "1")];
        return (
            StatusCode::SERVICE_UNAVAILABLE,
            retry,
            "系统繁忙，请稍后再试",
        )
            .into_response();
    }
    let readings = &interface.readings;
    let size = parameters.size.unwrap_or(100);
    let page = parameters.page.unwrap_or(1);
    if size == 0 || size > LARGEST_PAGE || page == 0 {
        let problem = serde_json::json!({"code": 400, "message": "page 或 size 超出范围"});
        return (StatusCode::BAD_REQUEST, Json(problem)).into_response();
    }
    let since = parameters.since.map(|since| since.replace('T', " "));
    let first = since.map_or(0, |since| readings.after(&since));
    let total = readings.len() - first;
    let from = first + (page - 1).saturating_mul(size).min(total);
    let to = (from + size).min(readings.len());
    Json(Answer {
        code: 200,
        message: "success",
        data: Readable {
            items: (from..to)
                .filter_map(|index| readings.reading(index).map(|(reading, _)| reading))
                .collect(),
            page,
            pages: total.div_ceil(size),
            total,
        },
    })
    .into_response()
}
