//! JSON APIs, read page by page as JSON lines: every row as it stands in the answer, so that no digit is lost.

mod answer;
mod client;
mod pages;
mod rows;

use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use yandu_pack::declare::HttpChannel;

use super::fetched::Fetched;
use super::options::Options;
use super::problem::Problem;
use super::spool::Spool;
use crate::secret::Secret;

use client::Client;
use pages::Pages;
use rows::Newest;

/// What to read from where.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    pub(crate) channel: &'a HttpChannel,
    /// The address with the settings of the pack in it.
    pub(crate) url: &'a str,
    pub(crate) headers: Vec<(String, Secret)>,
    /// Only what is newer is asked for.
    pub(crate) since: Option<&'a str>,
    pub(crate) options: &'a Options,
}

/// Reads all pages into the spool. `None` when there is no row.
pub(crate) async fn fetch(
    request: &Request<'_>,
    spool: &mut Spool,
) -> Result<Option<Fetched>, Problem> {
    let channel = request.channel;
    let mut url = address(request.url)?;
    if let (Some(watermark), Some(since)) = (&channel.watermark, request.since) {
        pages::set_query(&mut url, &watermark.param, since);
    }
    let client = Client::new(&url, headers(&request.headers)?, channel, request.options)?;
    let mut pages = Pages::new(channel.page.as_ref(), url, request.options.pages);
    let mut newest = Newest::new(
        channel
            .watermark
            .as_ref()
            .map(|watermark| watermark.column.as_str()),
        request.since,
    );
    let mut count = 0;
    while let Some(url) = pages.next() {
        let body = client
            .ask(&url)
            .await
            .map_err(|problem| pages.name(problem))?;
        let page = rows::page(&body, &channel.rows, pages.next_pointer())
            .map_err(|problem| pages.name(problem))?;
        for row in &page.rows {
            newest.see(row).map_err(|problem| pages.name(problem))?;
            rows::write(row, spool.buffer());
            spool.settle().await?;
        }
        count += page.rows.len() as u64;
        pages.turn(&page, &body)?;
    }
    if count == 0 {
        return Ok(None);
    }
    Ok(Some(Fetched {
        rows: count,
        watermark: newest.into_text(),
    }))
}

fn address(text: &str) -> Result<Url, Problem> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(url),
        _ => Err(Problem::refused("its address is none of http or https")),
    }
}

fn headers(declared: &[(String, Secret)]) -> Result<HeaderMap, Problem> {
    let mut headers = HeaderMap::new();
    for (name, secret) in declared {
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| Problem::refused(format!("`{name}` is no name of a header")))?;
        let mut value = HeaderValue::from_str(secret.expose()).map_err(|_| {
            Problem::refused(format!(
                "the secret for `{name}` has signs that no header can hold"
            ))
        })?;
        value.set_sensitive(true);
        headers.insert(header, value);
    }
    Ok(headers)
}

#[cfg(test)]
mod tests;
