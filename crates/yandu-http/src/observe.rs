//! One log line and one count for each request. Neither holds a body, a query string or a header.

use std::time::Instant;

use axum::extract::{MatchedPath, Request, State as Shared};
use axum::middleware::Next;
use axum::response::Response;

use crate::state::State;

pub(crate) async fn observe(
    Shared(state): Shared<State>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    // The pattern of the route and not the address: ids in labels would make a series each.
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("none", MatchedPath::as_str)
        .to_owned();
    let response = next.run(request).await;
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    state
        .counts()
        .request(method.as_str(), &route, status, elapsed);
    let duration_ms = elapsed.as_micros() as f64 / 1e3;
    let method = method.as_str();
    // What a machine asks every few seconds is no news.
    if matches!(route.as_str(), "/healthz" | "/readyz" | "/metrics") {
        tracing::debug!(
            http.method = method,
            http.route = route,
            http.status = status,
            duration_ms,
            "request"
        );
    } else {
        tracing::info!(
            http.method = method,
            http.route = route,
            http.status = status,
            duration_ms,
            "request"
        );
    }
    response
}
