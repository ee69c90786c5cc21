//! From where the server may be reached: without TLS by programs and pages of this machine, with it under the names of the city.
//!
//! A page of another site can make a browser send requests here. It is kept out by the name it must use to reach the
//! server (its own name, when DNS is bent to this machine) and by the origin that browsers write into requests.

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Duration;

use yandu_words::{host_name, is_loopback};

use crate::line::Line;
use crate::problem::Problem;
use crate::state::State;

pub(crate) async fn guard(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let line = Line::of(request.extensions());
    let mut response = match check(&state, line, request.method(), request.headers()) {
        Err(problem) => problem.into_response(),
        Ok(()) if request.method().is_safe() => {
            let seconds = state.options().reply_seconds;
            let answer =
                tokio::time::timeout(Duration::from_secs(seconds), next.run(request)).await;
            let late = |_| {
                Problem::new("timeout", format!("there was no answer within {seconds} s"))
                    .into_response()
            };
            answer.unwrap_or_else(late)
        }
        Ok(()) => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers
        .entry(header::REFERRER_POLICY)
        .or_insert(HeaderValue::from_static("no-referrer"));
    if line == Line::Encrypted {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
    response
}

fn check(
    state: &State,
    line: Line,
    method: &Method,
    headers: &HeaderMap,
) -> Result<(), Box<Problem>> {
    let text = |name| {
        headers
            .get(name)
            .and_then(|value: &HeaderValue| value.to_str().ok())
    };
    let host = text(header::HOST).unwrap_or_default();
    let is_ours = match line {
        Line::Own => is_loopback(host),
        Line::Encrypted => {
            let name = host_name(host).to_ascii_lowercase();
            state.options().names.contains(&name)
        }
    };
    if !is_ours {
        return Err(Problem::new(
            "host-refused",
            format!("`{}` is not a name of this machine", clipped(host)),
        )
        .with_help(match line {
            Line::Own => "use the address that `yandu serve` prints".to_owned(),
            Line::Encrypted => "use one of the names under `tls.names`".to_owned(),
        }));
    }
    if method.is_safe() {
        return Ok(());
    }
    let is_own = |origin: &str| {
        let rest = origin.strip_prefix(line.scheme());
        rest.and_then(|rest| rest.strip_prefix("://")) == Some(host)
    };
    let is_foreign = text(header::ORIGIN).is_some_and(|origin| !is_own(origin))
        || text(header::HeaderName::from_static("sec-fetch-site"))
            .is_some_and(|site| !matches!(site, "same-origin" | "none"));
    if is_foreign {
        return Err(Problem::new(
            "cross-origin",
            "a page of another site may not change anything here",
        ));
    }
    if state.is_stopping() {
        return Err(Problem::new("stopping", "the server is being stopped"));
    }
    Ok(())
}

fn clipped(text: &str) -> String {
    text.chars().take(100).collect()
}
