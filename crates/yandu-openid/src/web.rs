//! The HTTP client through which the provider is asked: that of the rest of the program, with limits of its own.

use std::time::Duration;

use futures::future::BoxFuture;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::redirect::Policy;
use reqwest::{Request, Url};
use yandu_words::is_loopback;

use crate::settings::is_safe;
use crate::{Error, Result};

/// How long an answer may take; somebody sits before the page and waits.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The largest answer. Documents and sets of keys of providers have some kilobytes.
const ANSWER_BYTES: usize = 1 << 20;

#[derive(Debug, Clone)]
pub(crate) struct Web(reqwest::Client);

/// Why there was no answer. It names no body: bodies hold tokens.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    #[error("{}", reason(.0))]
    Request(#[from] reqwest::Error),
    #[error("the answer is larger than {} KiB", ANSWER_BYTES >> 10)]
    TooLarge,
    #[error("`{0}` is neither encrypted nor on this machine")]
    Unsafe(String),
    #[error(transparent)]
    Shape(#[from] openidconnect::http::Error),
}

impl Web {
    pub(crate) fn new(issuer: &Url) -> Result<Self> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("yandu/", env!("CARGO_PKG_VERSION")))
            // A provider that sends secrets elsewhere is not followed.
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT);
        if issuer.host_str().is_some_and(is_loopback) {
            // What runs on this machine is not reached through somebody else's.
            builder = builder.no_proxy();
        }
        builder.build().map(Self).map_err(Error::Client)
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Unanswered> {
        let request = Request::try_from(request)?;
        if !is_safe(request.url()) {
            return Err(Unanswered::Unsafe(
                request.url().origin().ascii_serialization(),
            ));
        }
        let mut answer = self.0.execute(request).await?;
        let mut response = openidconnect::http::Response::builder().status(answer.status());
        for (name, value) in answer.headers() {
            response = response.header(name, value);
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await? {
            if body.len() + piece.len() > ANSWER_BYTES {
                return Err(Unanswered::TooLarge);
            }
            body.extend_from_slice(&piece);
        }
        Ok(response.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Web {
    type Error = Unanswered;
    type Future = BoxFuture<'c, Result<HttpResponse, Unanswered>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// The innermost cause, which says most; addresses of requests are left out.
fn reason(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
