//! The pages: the build of `web/`, embedded in the program, and the shell around them with a policy for each request.
//!
//! A program that was built without Node has none of it and says so on its one page.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use maud::html;
use rust_embed::Embed;

use crate::{etag, home};

#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Build;

const SHELL: &str = "index.html";
/// The shell of boards on a wall, which carries less.
const WALL: &str = "wall.html";
/// Stands in the shell where the nonce of a request goes.
const NONCE: &str = "__CSP_NONCE__";
const ASSETS: &str = "assets/";
/// Under this name pages find what the site is called.
const SITE: &str = "yandu-site";

/// What a browser gets for an address that no other route has: a file of the build, or the shell, which knows the pages.
/// `None` where there is no page either.
pub(crate) fn page(uri: &Uri, headers: &HeaderMap, site: &str) -> Option<Response> {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Build::get(path).filter(|_| path != SHELL && path != WALL) {
        let kept = if path.starts_with(ASSETS) {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        let about = [
            (
                header::CONTENT_TYPE,
                media_type(path).unwrap_or("application/octet-stream"),
            ),
            (header::CACHE_CONTROL, kept),
        ];
        let tag = file
            .metadata
            .sha256_hash()
            .iter()
            .take(16)
            .fold(String::with_capacity(32), |tag, byte| {
                tag + &format!("{byte:02x}")
            });
        let tag = [(header::ETAG, etag::revision_tag(&tag))];
        let response = (about, tag, Body::from(file.data)).into_response();
        return Some(etag::unless_had(headers, response));
    }
    // The name of a dataset has a point too, and is a page.
    let is_file = path.starts_with(ASSETS) || media_type(path).is_some();
    if is_file || path.starts_with("api/") || !asks_for_a_page(headers) {
        return None;
    }
    let is_wall = path == "wall" || path.starts_with("wall/");
    Some(framed(if is_wall { WALL } else { SHELL }, site))
}

/// The shell of the pages for a desk.
pub(crate) fn shell(site: &str) -> Response {
    framed(SHELL, site)
}

/// A shell, with a nonce that styles made in the browser must carry.
fn framed(name: &str, site: &str) -> Response {
    let Some(file) = Build::get(name) else {
        return home::home();
    };
    let nonce = format!("{:032x}", rand::random::<u128>());
    let html = String::from_utf8_lossy(&file.data).replace(NONCE, &nonce);
    let html = named(html, site);
    let policy = format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob:; \
         worker-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    match HeaderValue::try_from(policy) {
        Ok(policy) => ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html)).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Tells the pages what the site is called, where it has a name of its own.
fn named(page: String, site: &str) -> String {
    if site.is_empty() {
        return page;
    }
    let told = html! { meta name=(SITE) content=(site); };
    let told = format!("{}</head>", told.into_string());
    page.replacen("</head>", &told, 1)
}

#[cfg(test)]
pub(crate) fn is_built() -> bool {
    Build::get(SHELL).is_some()
}

fn asks_for_a_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// The type of a file of the pages, by its ending.
fn media_type(path: &str) -> Option<&'static str> {
    Some(match path.rsplit('.').next()? {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "json" | "map" => "application/json",
        "ico" => "image/x-icon",
        "png" => "image/png",
        "woff2" => "font/woff2",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_site_is_told_to_pages_as_text_and_none_where_there_is_none() {
        let html = || "<html><head></head></html>".to_owned();
        assert_eq!(named(html(), ""), html());
        assert_eq!(
            named(html(), "临江 <\"&\">"),
            "<html><head><meta name=\"yandu-site\" content=\"临江 &lt;&quot;&amp;&quot;&gt;\"></head></html>"
        );
    }
}
