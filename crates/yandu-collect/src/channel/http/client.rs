use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode, Url};
use yandu_pack::declare::{HttpChannel, Period};
use yandu_words::is_loopback;

use super::answer::{Failure, reason};
use crate::channel::options::Options;
use crate::channel::problem::Problem;

/// Redirects that are followed before it counts as a loop.
const REDIRECTS: usize = 5;
/// Doublings of the wait between attempts before it stays as it is.
const DOUBLINGS: u32 = 6;

/// Asks for pages, each as often as the channel says.
pub(super) struct Client<'a> {
    inner: reqwest::Client,
    channel: &'a HttpChannel,
    options: &'a Options,
}

impl<'a> Client<'a> {
    pub(super) fn new(
        url: &Url,
        mut headers: HeaderMap,
        channel: &'a HttpChannel,
        options: &'a Options,
    ) -> Result<Self, Problem> {
        headers
            .entry(ACCEPT)
            .or_insert(HeaderValue::from_static("application/json"));
        let origin = url.origin();
        let redirects = Policy::custom(move |attempt| {
            if attempt.previous().len() > REDIRECTS {
                attempt.error("it redirects in a circle")
            } else if attempt.url().origin() == origin {
                attempt.follow()
            } else {
                attempt.error("it redirects to another host")
            }
        });
        let timeout = length(channel.timeout);
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("yandu/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .redirect(redirects)
            .referer(false)
            .connect_timeout(options.connect_timeout.min(timeout))
            .timeout(timeout);
        if url.host_str().is_some_and(is_loopback) {
            // What runs on this machine is not reached through somebody else's.
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| {
            Problem::refused(format!("no client can be made: {}", reason(&error)))
        })?;
        Ok(Self {
            inner: client,
            channel,
            options,
        })
    }

    /// The body of an answer, asked for again while asking again may help.
    pub(super) async fn ask(&self, url: &Url) -> Result<Vec<u8>, Problem> {
        let times = self.channel.retry.times.max(1);
        let mut attempt = 1;
        loop {
            let (problem, wait) = match self.once(url).await {
                Ok(body) => return Ok(body),
                Err(Failure::Final(problem)) => return Err(problem),
                Err(Failure::Passing(problem, wait)) => (problem, wait),
            };
            let wait = wait.unwrap_or_else(|| self.wait_after(attempt));
            if attempt >= times || wait > self.options.longest_wait {
                return Err(problem);
            }
            tracing::debug!(
                attempt,
                wait_ms = wait.as_millis() as u64,
                ?problem,
                "page is asked for again"
            );
            tokio::time::sleep(wait).await;
            attempt += 1;
        }
    }

    /// Twice as long each time, and never quite the same for two who wait.
    fn wait_after(&self, attempt: u32) -> Duration {
        let doubled = length(self.channel.retry.wait) * 2_u32.pow((attempt - 1).min(DOUBLINGS));
        doubled.mul_f64(rand::random_range(0.75..1.25))
    }

    async fn once(&self, url: &Url) -> Result<Vec<u8>, Failure> {
        let answer = self.inner.get(url.clone()).send().await?;
        let status = answer.status();
        if status == StatusCode::NO_CONTENT {
            return Ok(Vec::new());
        }
        if status.is_success() {
            return self.body(answer).await;
        }
        let is_passing = status.is_server_error()
            || matches!(
                status,
                StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT
            );
        let told = format!("it answers {status}");
        if is_passing {
            let wait = answer.headers().get(RETRY_AFTER).and_then(wait_of);
            return Err(Failure::Passing(Problem::silent(told), wait));
        }
        Err(Failure::Final(if status.is_client_error() {
            Problem::refused(told)
        } else {
            Problem::answer(told)
        }))
    }

    async fn body(&self, mut answer: Response) -> Result<Vec<u8>, Failure> {
        let limit = self.options.answer_bytes;
        let too_large = || {
            Failure::Final(Problem::answer(format!(
                "one answer is larger than {} MiB",
                limit >> 20
            )))
        };
        if answer.content_length().is_some_and(|bytes| bytes > limit) {
            return Err(too_large());
        }
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await? {
            if (body.len() + piece.len()) as u64 > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&piece);
        }
        Ok(body)
    }
}

/// How long to wait by a `Retry-After`: seconds, or a date (RFC 9110, 10.2.3).
fn wait_of(value: &HeaderValue) -> Option<Duration> {
    let text = value.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(text)
        .ok()?;
    Some(Duration::try_from(at.duration_since(jiff::Timestamp::now())).unwrap_or_default())
}

/// A period of a channel; a pack declares seconds and minutes here.
fn length(period: Period) -> Duration {
    Duration::from_secs(period.seconds().unwrap_or(u64::from(period.count) * 86_400))
}
