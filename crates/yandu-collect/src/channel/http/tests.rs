use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Response, Uri};
use reqwest::Url;
use serde_json::json;

use super::{Request, fetch};
use crate::channel::options::Options;
use crate::channel::problem::Problem;
use crate::channel::spool::Spool;
use crate::secret::Secret;

/// What a server answers to the n-th request, from 1, with these parameters.
type Answer = dyn Fn(u32, &HashMap<String, String>) -> Response<Body> + Send + Sync;

#[derive(Clone)]
struct Api {
    answer: Arc<Answer>,
    asked: Arc<AtomicU32>,
    seen: Arc<Mutex<Vec<(String, HeaderMap)>>>,
}

struct Server {
    address: SocketAddr,
    api: Api,
}

impl Server {
    async fn start(
        answer: impl Fn(u32, &HashMap<String, String>) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        let api = Api {
            answer: Arc::new(answer),
            asked: Arc::default(),
            seen: Arc::default(),
        };
        let router = Router::new().fallback(answered).with_state(api.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { address, api }
    }

    fn asked(&self) -> u32 {
        self.api.asked.load(Ordering::SeqCst)
    }

    fn paths(&self) -> Vec<String> {
        let seen = self.api.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().map(|(path, _)| path.clone()).collect()
    }

    async fn read(&self, channel: serde_json::Value) -> Result<Option<Read>, Problem> {
        self.read_after(channel, None, Vec::new()).await
    }

    async fn read_after(
        &self,
        mut channel: serde_json::Value,
        since: Option<&str>,
        headers: Vec<(String, Secret)>,
    ) -> Result<Option<Read>, Problem> {
        let url = format!("http://{}/readings", self.address);
        channel["url"] = json!(url);
        if channel.get("retry").is_none() {
            channel["retry"] = json!({"times": 1, "wait": "1 s"});
        }
        let options = Options {
            answer_bytes: 1 << 20,
            pages: 50,
            ..Options::default()
        };
        let folder = tempfile::tempdir().unwrap();
        let mut spool = Spool::create(folder.path(), "jsonl", 3 << 20)?;
        let request = Request {
            channel: &serde_json::from_value(channel).unwrap(),
            url: &url,
            headers,
            since,
            options: &options,
        };
        let Some(fetched) = fetch(&request, &mut spool).await? else {
            return Ok(None);
        };
        let staged = spool.finish().await?;
        Ok(Some(Read {
            text: std::fs::read_to_string(staged.path()).unwrap(),
            rows: fetched.rows,
            watermark: fetched.watermark,
        }))
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Read {
    text: String,
    rows: u64,
    watermark: Option<String>,
}

async fn answered(State(api): State<Api>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let count = api.asked.fetch_add(1, Ordering::SeqCst) + 1;
    let whole = Url::parse(&format!("http://host{uri}")).unwrap();
    let parameters = whole.query_pairs().into_owned().collect();
    api.seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push((uri.to_string(), headers));
    (api.answer)(count, &parameters)
}

fn ok(body: impl Into<Body>) -> Response<Body> {
    Response::new(body.into())
}

fn status(code: u16) -> Response<Body> {
    Response::builder()
        .status(code)
        .body(Body::from("secret of somebody"))
        .unwrap()
}

fn message(problem: Problem) -> String {
    match problem {
        Problem::Refused(message) => format!("refused: {message}"),
        Problem::Silent(message) => format!("silent: {message}"),
        Problem::Answer(message) => format!("answer: {message}"),
        Problem::Local(error) => format!("local: {error}"),
    }
}

/// A city's readings in pages, as the simulated stations serve them.
fn numbered(_: u32, parameters: &HashMap<String, String>) -> Response<Body> {
    let page: u32 = parameters["page"].parse().unwrap();
    let size: u32 = parameters["size"].parse().unwrap();
    let rows: Vec<_> = (1..=7)
        .skip(((page - 1) * size) as usize)
        .take(size as usize)
        .map(|n| json!({"station": n, "observed_at": format!("2025-01-0{n} 08:00:00")}))
        .collect();
    ok(json!({"data": {"items": rows, "page": page}}).to_string())
}

fn by_number() -> serde_json::Value {
    json!({
        "rows": "/data/items",
        "page": {"number": {"param": "page", "size_param": "size", "size": 3}},
        "watermark": {"param": "since", "column": "observed_at"},
    })
}

#[tokio::test]
async fn numbered_pages_are_read_until_one_is_not_full() {
    let server = Server::start(numbered).await;
    let read = server
        .read_after(by_number(), Some("2024-12-31 08:00:00"), Vec::new())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (read.rows, read.watermark.as_deref()),
        (7, Some("2025-01-07 08:00:00"))
    );
    assert_eq!(
        read.text.lines().next(),
        Some(r#"{"station":1,"observed_at":"2025-01-01 08:00:00"}"#)
    );
    assert_eq!(
        server.paths(),
        [1, 2, 3].map(|page| format!("/readings?since=2024-12-31+08%3A00%3A00&page={page}&size=3"))
    );
}

#[tokio::test]
async fn rows_are_taken_as_they_stand_with_every_digit() {
    let body = "\u{feff}{\"list\": [\n  {\"id\": 12345678901234567890123, \"share\": 0.10,\n   \"name\": \"盐城\\n𰻝\", \"owner\": {\"id_no\": null}},\n {}\n]}";
    let server = Server::start(move |_, _| ok(body)).await;
    let read = server
        .read(json!({"rows": "/list"}))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        read.text,
        "{\"id\": 12345678901234567890123, \"share\": 0.10,    \"name\": \"盐城\\n𰻝\", \"owner\": {\"id_no\": null}}\n{}\n"
    );
}

#[tokio::test]
async fn cursors_and_links_are_followed_to_their_end() {
    let server =
        Server::start(
            |_, parameters| match parameters.get("cursor").map(String::as_str) {
                None => ok(r#"{"rows": [{"n": 1}], "next": "a b/2"}"#),
                Some("a b/2") => ok(r#"{"rows": [{"n": 2}], "next": 3}"#),
                Some("3") => ok(r#"{"rows": [], "next": null}"#),
                other => panic!("{other:?}"),
            },
        )
        .await;
    let page = json!({"cursor": {"param": "cursor", "next": "/next"}});
    let read = server
        .read(json!({"rows": "/rows", "page": page}))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.text, "{\"n\": 1}\n{\"n\": 2}\n");

    let server = Server::start(
        |_, parameters| match parameters.get("part").map(String::as_str) {
            None => ok(r#"{"rows": [{"n": 1}], "links": {"next": "/readings?part=2"}}"#),
            Some("2") => ok(r#"{"rows": [{"n": 2}], "links": {}}"#),
            other => panic!("{other:?}"),
        },
    )
    .await;
    let page = json!({"link": {"next": "/links/next"}});
    let read = server
        .read(json!({"rows": "/rows", "page": page}))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.text, "{\"n\": 1}\n{\"n\": 2}\n");
}

#[tokio::test]
async fn a_list_without_rows_is_nothing_new() {
    for body in ["[]", "", "null"] {
        let server = Server::start(move |_, _| ok(body)).await;
        assert_eq!(server.read(json!({})).await.unwrap(), None, "{body:?}");
    }
}

#[tokio::test]
async fn a_page_that_fails_is_asked_for_again_and_the_others_are_not() {
    let server = Server::start(|count, parameters| match count {
        2 => status(503),
        3 => Response::builder()
            .status(429)
            .header("retry-after", "0")
            .body(Body::empty())
            .unwrap(),
        _ => numbered(count, parameters),
    })
    .await;
    let mut channel = by_number();
    channel["retry"] = json!({"times": 3, "wait": "1 s"});
    let since = Instant::now();
    let read = server.read(channel).await.unwrap().unwrap();
    assert_eq!((read.rows, server.asked()), (7, 5));
    assert!(since.elapsed() >= Duration::from_millis(750));
}

#[tokio::test]
async fn an_api_that_keeps_failing_is_given_up_with_its_last_word() {
    let server = Server::start(|_, _| status(503)).await;
    let mut channel = by_number();
    channel["retry"] = json!({"times": 2, "wait": "1 s"});
    let silent = message(server.read(channel).await.unwrap_err());
    assert_eq!(silent, "silent: page 1: it answers 503 Service Unavailable");
    assert_eq!(server.asked(), 2);

    let server = Server::start(|_, _| {
        Response::builder()
            .status(429)
            .header("retry-after", "86400")
            .body(Body::empty())
            .unwrap()
    })
    .await;
    let since = Instant::now();
    let mut channel = by_number();
    channel["retry"] = json!({"times": 5, "wait": "1 s"});
    assert!(message(server.read(channel).await.unwrap_err()).contains("429"));
    assert!(
        since.elapsed() < Duration::from_secs(5),
        "nobody waits a day"
    );
}

#[tokio::test]
async fn an_api_that_refuses_is_asked_once() {
    for code in [400, 401, 403, 404, 410] {
        let server = Server::start(move |_, _| status(code)).await;
        let mut channel = by_number();
        channel["retry"] = json!({"times": 5, "wait": "1 s"});
        let refused = message(server.read(channel).await.unwrap_err());
        assert!(
            refused.starts_with(&format!("refused: page 1: it answers {code} ")),
            "{refused}"
        );
        assert!(!refused.contains("somebody"), "{refused}");
        assert_eq!(server.asked(), 1);
    }
}

#[tokio::test]
async fn an_api_that_hangs_is_silent_within_its_timeout() {
    let never = || Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
    let server = Server::start(move |_, _| ok(never())).await;
    let since = Instant::now();
    let silent = message(server.read(json!({"timeout": "1 s"})).await.unwrap_err());
    assert_eq!(silent, "silent: no whole answer within the timeout");
    assert!(since.elapsed() < Duration::from_secs(5));
    drop(server);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = Server {
        address: listener.local_addr().unwrap(),
        api: Server::start(|_, _| status(500)).await.api,
    };
    drop(listener);
    assert!(message(nobody.read(json!({})).await.unwrap_err()).starts_with("silent: "));
}

#[tokio::test]
async fn garbage_is_named_with_its_start_and_a_missing_list_with_what_is_there() {
    let cases = [
        (
            "<html>\n<body>请先登录".repeat(20),
            "answer: the answer is no JSON; it starts with `<html> <body>请先登录<html> <body>请先登录<html> <body>请先登录<html> <b…`",
        ),
        (
            r#"{"data": {"items": [1"#.to_owned(),
            "answer: the answer is no JSON; it starts with `{\"data\": {\"items\": [1`",
        ),
        (
            r#"{"code": 7, "msg": "王小明 has no right"}"#.to_owned(),
            "answer: the answer has nothing at `/data/items`: its members are `code`, `msg`",
        ),
        (
            r#"{"data": {"items": {}}}"#.to_owned(),
            "answer: `/data/items` is no list of rows",
        ),
        (
            r#"{"data": {"items": [{}, 7]}}"#.to_owned(),
            "answer: row 2 of `/data/items` is no object",
        ),
    ];
    for (body, expected) in cases {
        let server = Server::start(move |_, _| ok(body.clone())).await;
        let told = message(
            server
                .read(json!({"rows": "/data/items"}))
                .await
                .unwrap_err(),
        );
        assert_eq!(told, expected);
    }
    let server = Server::start(|_, _| ok(vec![0xB9, 0xAB, 0x00, 0xFF])).await;
    assert!(
        message(server.read(json!({})).await.unwrap_err())
            .starts_with("answer: the answer is no JSON")
    );
    let server = Server::start(|_, _| ok("[".repeat(100_000))).await;
    assert!(
        message(server.read(json!({})).await.unwrap_err())
            .starts_with("answer: the answer is no JSON")
    );
}

#[tokio::test]
async fn circles_and_endless_pages_are_left() {
    let cursor = json!({"cursor": {"param": "cursor", "next": "/next"}});
    let server = Server::start(|_, _| ok(r#"{"rows": [{"n": 1}], "next": "same"}"#)).await;
    let told = message(
        server
            .read(json!({"rows": "/rows", "page": cursor}))
            .await
            .unwrap_err(),
    );
    assert_eq!(told, "answer: page 2 names a cursor that was used before");

    let server = Server::start(|count, _| {
        ok(format!(
            r#"{{"rows": [{{"n": {count}}}], "next": "{count}"}}"#
        ))
    })
    .await;
    let told = message(
        server
            .read(json!({"rows": "/rows", "page": cursor}))
            .await
            .unwrap_err(),
    );
    assert_eq!(told, "answer: it has more than 50 pages");

    let link = json!({"link": {"next": "/next"}});
    let server = Server::start(|_, _| ok(r#"{"rows": [{"n": 1}], "next": "/readings"}"#)).await;
    let told = message(
        server
            .read(json!({"rows": "/rows", "page": link}))
            .await
            .unwrap_err(),
    );
    assert_eq!(
        told,
        "answer: page 1 names a next page that was read before"
    );

    let number = json!({"number": {"param": "p", "size": 1}});
    let server = Server::start(|_, _| ok(r#"[{"n": 1}]"#)).await;
    let told = message(server.read(json!({"page": number})).await.unwrap_err());
    assert_eq!(told, "answer: page 2 is the same as the page before");
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let endless = || {
        let piece = Bytes::from(vec![b' '; 1 << 16]);
        Body::from_stream(futures::stream::repeat_with(move || {
            Ok::<_, std::io::Error>(piece.clone())
        }))
    };
    let server = Server::start(move |_, _| ok(endless())).await;
    let told = message(server.read(json!({})).await.unwrap_err());
    assert_eq!(told, "answer: one answer is larger than 1 MiB");

    let filling = "x".repeat(900_000);
    let server = Server::start(move |count, _| {
        ok(
            json!({"rows": [{"n": count, "filling": filling}], "next": count.to_string()})
                .to_string(),
        )
    })
    .await;
    let cursor = json!({"cursor": {"param": "cursor", "next": "/next"}});
    let told = message(
        server
            .read(json!({"rows": "/rows", "page": cursor}))
            .await
            .unwrap_err(),
    );
    assert_eq!(told, "answer: it sends more than 3 MiB");
}

#[tokio::test]
async fn secrets_go_in_headers_to_the_declared_host_alone() {
    let server = Server::start(|_, _| ok("[{}]")).await;
    let secret = || vec![("X-Token".to_owned(), Secret::new("t0ken"))];
    server.read_after(json!({}), None, secret()).await.unwrap();
    assert_eq!(server.api.seen.lock().unwrap()[0].1["x-token"], "t0ken");

    let other = Server::start(|_, _| ok("[{}]")).await;
    let target = format!("http://{}/readings", other.address);
    let server = Server::start(move |count, _| match count {
        1 => Response::builder()
            .status(302)
            .header("location", "/elsewhere")
            .body(Body::empty())
            .unwrap(),
        _ => Response::builder()
            .status(302)
            .header("location", &target)
            .body(Body::empty())
            .unwrap(),
    })
    .await;
    let refused = message(
        server
            .read_after(json!({}), None, secret())
            .await
            .unwrap_err(),
    );
    assert_eq!(refused, "refused: it redirects to another host");
    assert_eq!(server.paths(), ["/readings", "/elsewhere"]);

    let target = format!("http://{}/readings?page=2", other.address);
    let server =
        Server::start(move |_, _| ok(json!({"rows": [{}], "next": target}).to_string())).await;
    let link = json!({"link": {"next": "/next"}});
    let told = message(
        server
            .read_after(json!({"rows": "/rows", "page": link}), None, secret())
            .await
            .unwrap_err(),
    );
    assert_eq!(
        told,
        "answer: page 1: `/next` is an address on another host"
    );
    assert_eq!(other.asked(), 0);

    let broken = vec![("X-Token".to_owned(), Secret::new("two\nlines"))];
    let refused = message(
        server
            .read_after(json!({}), None, broken)
            .await
            .unwrap_err(),
    );
    assert_eq!(
        refused,
        "refused: the secret for `X-Token` has signs that no header can hold"
    );
}

#[tokio::test]
async fn the_watermark_is_the_greatest_value_and_never_goes_back() {
    let cases = [
        (
            r#"[{"n": 9}, {"n": 10}, {"n": null}, {}]"#,
            None,
            Some("10"),
        ),
        (r#"[{"n": 9}]"#, Some("10"), Some("10")),
        (
            r#"[{"n": 9007199254740993}]"#,
            Some("9007199254740992"),
            Some("9007199254740993"),
        ),
        (
            r#"[{"n": "2025-01-09"}, {"n": "2025-01-10"}]"#,
            Some("2025-01-08"),
            Some("2025-01-10"),
        ),
    ];
    for (body, since, expected) in cases {
        let server = Server::start(move |_, _| ok(body)).await;
        let channel = json!({"watermark": {"param": "since", "column": "n"}});
        let read = server
            .read_after(channel, since, Vec::new())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(read.watermark.as_deref(), expected, "{body}");
    }
    let server = Server::start(|_, _| ok(r#"[{"n": [1]}]"#)).await;
    let channel = json!({"watermark": {"param": "since", "column": "n"}});
    assert!(server.read(channel).await.is_err());
}
