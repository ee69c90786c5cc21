//! Whether a request was heard to its end when it is answered.
//!
//! What is refused early, such as a change that comes from another site, leaves a body on the line, and hyper then closes the
//! line behind the answer without a word. A client that keeps its lines would send its next request into one that is going, and
//! have no answer to it. So the answer says that the line ends with it (RFC 9112, section 9.6).

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, Version, header};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

pub(crate) async fn announce(request: Request, next: Next) -> Response {
    // Lines of HTTP/2 go on after a request that nobody hears to its end.
    if request.body().is_end_stream() || request.version() > Version::HTTP_11 {
        return next.run(request).await;
    }
    let is_heard = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| {
        let is_heard = Arc::clone(&is_heard);
        Body::new(Listened { body, is_heard })
    });
    let mut response = next.run(request).await;
    if !is_heard.load(Ordering::Relaxed) {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

/// A body that tells when it has come to its end.
struct Listened {
    body: Body,
    is_heard: Arc<AtomicBool>,
}

impl HttpBody for Listened {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        // Who knows the length asks for nothing after the last byte.
        if matches!(polled, Poll::Ready(None)) || self.body.is_end_stream() {
            self.is_heard.store(true, Ordering::Relaxed);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
