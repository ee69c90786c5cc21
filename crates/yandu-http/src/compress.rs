//! Compressed answers: zstd or gzip, as the caller takes them.
//!
//! Small bodies stay as they are, and so does what is compressed already. Answers that are made while they are sent are
//! compressed piece by piece; what is there is sent on whenever the rest has to be waited for.

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt as _;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{Predicate, SizeAbove};

/// Below this a packet is saved by nothing, and the work is lost.
const SMALL_BYTES: u64 = 1024;

pub(crate) fn layer() -> CompressionLayer<impl Predicate> {
    let worthwhile = |_, _, headers: &HeaderMap, _: &axum::http::Extensions| is_text(headers);
    // Two cores serve a city: the level that costs least already saves most.
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(SizeAbove::new(SMALL_BYTES).and(worthwhile))
}

/// Lets a body that is made while it is sent be asked on after its end, as encoders do; a stream need not bear that.
pub(crate) async fn bear(response: Response) -> Response {
    if response.body().size_hint().exact().is_some() {
        return response;
    }
    response.map(|body| Body::from_stream(body.into_data_stream().fuse()))
}

/// Whether a body is of a kind that shrinks. Deliveries as they came, workbooks, Parquet, images and fonts are compressed
/// already or may be.
fn is_text(headers: &HeaderMap) -> bool {
    let form = headers
        .get(header::CONTENT_TYPE)
        .and_then(|form| form.to_str().ok())
        .unwrap_or_default();
    let form = form.split(';').next().unwrap_or_default().trim();
    form.starts_with("text/")
        || form.ends_with("json")
        || form.ends_with("+xml")
        || matches!(
            form,
            "application/openmetrics-text" | "application/x-ndjson" | "application/xml"
        )
}

/// Leaves in the request the one coding that its answer will have. What the caller takes besides is nothing to the layer,
/// and a caller that refuses every coding, even none, is answered plainly.
pub(crate) async fn choose(mut request: Request, next: Next) -> Response {
    if let Some(taken) = request.headers().get(header::ACCEPT_ENCODING) {
        let coding = taken.to_str().map_or("identity", coding);
        request
            .headers_mut()
            .insert(header::ACCEPT_ENCODING, HeaderValue::from_static(coding));
    }
    next.run(request).await
}

/// The coding that a caller likes best of those that are made here; the better one when it likes both alike.
fn coding(taken: &str) -> &'static str {
    let weight = |wanted: &str| {
        let mut rest = None;
        for one in taken.split(',') {
            let (name, weight) = one.split_once(';').unwrap_or((one, "q=1"));
            let weight = weight
                .trim()
                .strip_prefix("q=")
                .and_then(|q| q.parse().ok());
            if name.trim().eq_ignore_ascii_case(wanted) {
                return weight.unwrap_or(0.0);
            }
            if name.trim() == "*" {
                rest = weight;
            }
        }
        rest.unwrap_or(0.0)
    };
    let (zstd, gzip): (f32, f32) = (weight("zstd"), weight("gzip"));
    if zstd > 0.0 && zstd >= gzip {
        "zstd"
    } else if gzip > 0.0 {
        "gzip"
    } else {
        "identity"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coding_is_the_one_that_the_caller_likes_best() {
        for (taken, coding) in [
            ("", "identity"),
            ("br", "identity"),
            ("identity;q=0", "identity"),
            ("gzip, deflate, br, zstd", "zstd"),
            ("GZIP", "gzip"),
            ("gzip;q=1, zstd;q=0.5", "gzip"),
            ("gzip, zstd;q=0", "gzip"),
            ("gzip;q=0, *", "zstd"),
            ("*;q=0", "identity"),
            ("*", "zstd"),
            ("gzip;q=often", "identity"),
        ] {
            assert_eq!(super::coding(taken), coding, "{taken}");
        }
    }

    #[test]
    fn what_is_compressed_already_is_not_compressed_again() {
        let form = |form: &'static str| {
            is_text(&HeaderMap::from_iter([(
                header::CONTENT_TYPE,
                HeaderValue::from_static(form),
            )]))
        };
        for shrinks in [
            "application/json",
            "application/problem+json",
            "text/csv; charset=utf-8",
            "image/svg+xml",
        ] {
            assert!(form(shrinks), "{shrinks}");
        }
        for shrunk in [
            "application/octet-stream",
            "image/png",
            "font/woff2",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.apache.parquet",
        ] {
            assert!(!form(shrunk), "{shrunk}");
        }
        assert!(!is_text(&HeaderMap::new()));
    }
}
