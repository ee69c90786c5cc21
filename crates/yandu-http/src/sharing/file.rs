//! A shared file, whole or a part of it.

use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};

use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::link::Link;
use crate::Result;
use crate::export::PARQUET;
use crate::extract::{Path, Query};
use crate::problem::Problem;
use crate::state::State;
use crate::stream;

/// Signs of the name of a file.
const NAME_SIGNS: usize = 64;

/// Which bytes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Whole,
    /// From the first to the last one.
    Bytes(u64, u64),
    /// The file has none of them.
    None,
}

pub(super) async fn read(
    Shared(state): Shared<State>,
    method: Method,
    headers: HeaderMap,
    Path(file): Path<String>,
    Query(link): Query<Link>,
) -> Result<Response> {
    let name = file.strip_suffix(".parquet").unwrap_or(&file);
    let terms = link.check(&state, name).await?;
    let is_name = name.len() == NAME_SIGNS && name.bytes().all(|sign| sign.is_ascii_hexdigit());
    let gone = || {
        Problem::new("not-found", "the file is not kept any more")
            .with_help("query the table again; it is made anew".to_owned())
    };
    if !is_name {
        return Err(gone());
    }
    let store = state.shared().clone();
    let wanted = name.to_owned();
    let opened = tokio::task::spawn_blocking(move || {
        let file = store.open(&wanted)?;
        let size = file.metadata()?.len();
        Ok((file, size))
    });
    let opened = opened
        .await
        .unwrap_or_else(|error| Err(std::io::Error::other(error)));
    let (mut file, size) = match opened {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(gone()),
        Err(error) => return Err(Problem::new("internal", error.to_string())),
    };
    let range = headers.get(header::RANGE);
    let range = range.and_then(|range| range.to_str().ok());
    let part = range.map_or(Part::Whole, |range| part(range, size));
    let common = [
        (header::CONTENT_TYPE, PARQUET.to_owned()),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        // The same name always has the same bytes, for whoever may have them.
        (header::ETAG, format!("\"{name}\"")),
    ];
    let (status, first, last) = match part {
        Part::None => {
            let all = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, all).into_response());
        }
        Part::Whole => (StatusCode::OK, 0, size.saturating_sub(1)),
        Part::Bytes(first, last) => (StatusCode::PARTIAL_CONTENT, first, last),
    };
    let count = last + 1 - first;
    let body = if method == Method::HEAD {
        Body::empty()
    } else {
        let sought = file.seek(SeekFrom::Start(first));
        sought.map_err(|error| Problem::new("internal", error.to_string()))?;
        stream::under(terms, stream::from_reader(file.take(count)))
    };
    let mut response = (status, common, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, count.into());
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(range) = format!("bytes {first}-{last}/{size}").parse()
    {
        headers.insert(header::CONTENT_RANGE, range);
    }
    Ok(response)
}

/// The part that a `Range` names (RFC 9110, 14.1.2). What it does not say in one range of bytes is answered with the whole.
fn part(range: &str, size: u64) -> Part {
    let Some((first, last)) = range
        .trim()
        .strip_prefix("bytes=")
        .and_then(|range| range.split_once('-'))
    else {
        return Part::Whole;
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    match (first.trim(), last.trim()) {
        ("", last) => match number(last) {
            None => Part::Whole,
            Some(0) => Part::None,
            Some(_) if size == 0 => Part::None,
            Some(count) => Part::Bytes(size.saturating_sub(count), size - 1),
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), _) if first >= size => Part::None,
            (Some(first), None) if last.is_empty() => Part::Bytes(first, size - 1),
            (Some(first), Some(last)) if first <= last => Part::Bytes(first, last.min(size - 1)),
            _ => Part::Whole,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_names_a_part_or_the_whole_is_answered() {
        for (range, expected) in [
            ("bytes=0-3", Part::Bytes(0, 3)),
            ("bytes=4-", Part::Bytes(4, 9)),
            ("bytes=-4", Part::Bytes(6, 9)),
            ("bytes=-40", Part::Bytes(0, 9)),
            ("bytes=8-99", Part::Bytes(8, 9)),
            ("bytes=10-", Part::None),
            ("bytes=-0", Part::None),
            ("bytes=5-4", Part::Whole),
            ("bytes=0-1,4-5", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("items=0-3", Part::Whole),
            ("", Part::Whole),
        ] {
            assert_eq!(part(range, 10), expected, "{range}");
        }
    }
}
