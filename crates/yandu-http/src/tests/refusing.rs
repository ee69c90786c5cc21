//! What is refused whatever is asked. The routes come from the document, so that a new one is covered too.

use axum::body::Body;
use axum::http::{Method, header};

use super::city::{City, request};
use crate::Options;

/// A route that is there.
struct Route {
    method: Method,
    /// With its parameters filled in.
    path: String,
    /// Whether it takes JSON.
    takes_json: bool,
}

/// A path with something in the place of each parameter.
fn filled(path: &str) -> String {
    let id = if path.contains("/batches/") {
        "20260101-000000-000000"
    } else {
        "club.member"
    };
    let parts = path.split('/').map(|part| match part {
        "{id}" => id,
        part if part.starts_with('{') => "1",
        part => part,
    });
    parts.collect::<Vec<&str>>().join("/").replace("{id}", id)
}

/// Every route, from the document, and those beside it.
fn routes(city: &City) -> Vec<Route> {
    let document: serde_json::Value = serde_json::from_str(&crate::document(&city.state)).unwrap();
    let mut routes: Vec<Route> = [
        "/",
        "/healthz",
        "/readyz",
        "/metrics",
        "/errors/query",
        "/api/v1/openapi.json",
        "/api/3",
        "/api/3/action/package_create",
        "/api/action/site_read",
        "/datastore/dump/club.member",
        "/api/v1/session/openid/callback",
        "/api/v1/session/openid/end",
    ]
    .iter()
    .map(|path| Route {
        method: Method::GET,
        path: (*path).to_owned(),
        takes_json: false,
    })
    .collect();
    routes.push(Route {
        method: Method::POST,
        path: "/api/3/action/package_create".to_owned(),
        takes_json: false,
    });
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            routes.push(Route {
                method: method.to_uppercase().parse().unwrap(),
                path: filled(path),
                takes_json: !operation["requestBody"]["content"]["application/json"].is_null(),
            });
        }
    }
    assert!(routes.len() > 20, "{}", routes.len());
    routes
}

#[tokio::test]
async fn no_route_answers_to_a_name_of_another_machine() {
    let city = City::found().await;
    for Route { method, path, .. } in routes(&city) {
        for host in ["yandu.example", "127.0.0.1.example:80", ""] {
            let asked = axum::http::Request::builder()
                .method(&method)
                .uri(&path)
                .header(header::HOST, host);
            let answer = city.ask(asked, Body::empty()).await;
            assert_eq!(
                answer.problem(),
                (403, "host-refused".to_owned()),
                "{method} {path} {host}"
            );
        }
    }
}

#[tokio::test]
async fn no_page_of_another_site_changes_anything() {
    let city = City::found().await;
    for Route { method, path, .. } in routes(&city)
        .into_iter()
        .filter(|route| !route.method.is_safe())
    {
        for (name, value) in [
            ("origin", "http://evil.example"),
            ("origin", "https://localhost"),
            ("origin", "null"),
            ("sec-fetch-site", "cross-site"),
        ] {
            let answer = city
                .ask(
                    request(method.clone(), &path).header(name, value),
                    Body::empty(),
                )
                .await;
            assert_eq!(
                answer.problem(),
                (403, "cross-origin".to_owned()),
                "{method} {path} {value}"
            );
        }
        let own = request(method.clone(), &path).header("origin", "http://localhost");
        let answer = city.ask(own, Body::empty()).await;
        // Whoever has no account may not do everything of an account.
        let code = (answer.status == 403).then(|| answer.problem().1);
        assert_ne!(code.as_deref(), Some("cross-origin"), "{method} {path}");
    }
}

#[tokio::test]
async fn an_answer_to_what_was_not_heard_to_the_end_says_that_the_line_closes() {
    let city = City::found().await;
    let line = async |origin: &str, path: &str| {
        let asked = request(Method::POST, path)
            .header("origin", origin)
            .header("content-type", "application/json");
        let answer = city.ask(asked, r#"{"sql": "SELECT 1"}"#).await;
        (
            answer.status.as_u16(),
            answer.header("connection").to_owned(),
        )
    };
    for (origin, path, answered) in [
        ("http://evil.example", "/api/v1/query", (403, "close")),
        ("http://localhost", "/api/v1/nothing", (404, "close")),
        ("http://localhost", "/api/v1/query", (200, "")),
    ] {
        let (status, connection) = line(origin, path).await;
        assert_eq!((status, connection.as_str()), answered, "{origin} {path}");
    }
}

#[tokio::test]
async fn every_error_is_problem_details() {
    let city = City::found().await;
    for route in routes(&city) {
        let Route { method, path, .. } = &route;
        let brew = request(Method::from_bytes(b"BREW").unwrap(), path);
        let answer = city.ask(brew, Body::empty()).await;
        assert_eq!(
            answer.problem(),
            (405, "method-not-allowed".to_owned()),
            "{path}"
        );
        let allowed = answer.header("allow");
        assert!(allowed.contains(method.as_str()), "{path}: {allowed}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        if route.takes_json {
            let told = |form| request(method.clone(), path).header(header::CONTENT_TYPE, form);
            assert_eq!(
                city.ask(told("text/plain"), "x").await.problem(),
                (415, "unsupported-media-type".to_owned()),
                "{method} {path}"
            );
            assert_eq!(
                city.ask(told("application/json"), "{").await.problem(),
                (400, "invalid-json".to_owned()),
                "{method} {path}"
            );
            // A draft may be anything.
            if path.contains("/drafts/") {
                continue;
            }
            for form in [
                "application/json",
                "Application/JSON; charset=utf-8",
                "application/merge-patch+json",
            ] {
                let refused = city.ask(told(form), "[]").await.problem().1;
                // Where a file or rows may come too, JSON is marked as nothing else.
                let is_marked = refused == "unsupported-media-type" && form != "application/json";
                assert!(
                    refused == "invalid-body" || is_marked,
                    "{method} {path} {form}: {refused}"
                );
            }
        }
    }
    assert_eq!(
        city.get("/api/v1/nothing").await.problem(),
        (404, "not-found".to_owned())
    );
    assert_eq!(
        city.get("/api/v1/batches/UPPER").await.problem(),
        (404, "no-batch".to_owned())
    );
    assert_eq!(
        city.get("/api/v1/batches?limit=many").await.problem(),
        (400, "invalid-parameter".to_owned())
    );
    assert_eq!(
        city.get("/api/v1/batches?colour=red").await.problem(),
        (400, "invalid-parameter".to_owned())
    );
    assert_eq!(
        city.get("/api/v1/datasets/club.nobody").await.problem(),
        (404, "no-dataset".to_owned())
    );
    let unknown = city
        .post("/api/v1/query", r#"{"sql": "SELECT 1", "colour": 1}"#)
        .await;
    assert_eq!(unknown.problem(), (422, "invalid-body".to_owned()));
    assert!(
        unknown.json()["detail"]
            .as_str()
            .unwrap()
            .starts_with("colour: unknown field"),
        "{}",
        unknown.text()
    );
}

#[tokio::test]
async fn bodies_that_are_too_large_are_refused() {
    let city = City::with(Options {
        body_bytes: 1_000,
        upload_bytes: 2_000,
        ..Options::default()
    })
    .await;
    let large = format!(r#"{{"sql": "SELECT '{}'"}}"#, "x".repeat(1_000));
    assert_eq!(
        city.post("/api/v1/query", &large).await.problem(),
        (413, "body-too-large".to_owned())
    );
    let rows = format!(r#"{{"number": "{}"}}"#, "x".repeat(1_000));
    let answer = city.post("/api/v1/datasets/club.member/rows", &rows).await;
    assert_eq!(answer.problem(), (413, "body-too-large".to_owned()));
    // A body that names a file is small where the file itself may be large.
    for path in ["/api/v1/ledger/import", "/api/v1/batches"] {
        let named = format!(r#"{{"path": "/{}"}}"#, "x".repeat(1_000));
        assert_eq!(
            city.post(path, &named).await.problem(),
            (413, "body-too-large".to_owned()),
            "{path}"
        );
    }
    let file = "x".repeat(3_000);
    let answer = city
        .upload(&[("dataset", "club.member")], Some(("a.csv", &file)))
        .await;
    assert_eq!(answer.problem(), (413, "body-too-large".to_owned()));
    let fits = city
        .upload(
            &[("dataset", "club.member")],
            Some(("a.csv", "number,name\n1,王芳\n")),
        )
        .await;
    assert_eq!(fits.status, 202);
}

#[tokio::test]
async fn a_server_that_is_being_stopped_says_so_and_takes_no_changes() {
    let city = City::found().await;
    assert_eq!(city.get("/readyz").await.text(), "ready\n");
    city.state.stop();
    assert_eq!(
        city.get("/readyz").await.problem(),
        (503, "stopping".to_owned())
    );
    assert_eq!(city.get("/healthz").await.text(), "ok\n");
    let answer = city
        .upload(
            &[("dataset", "club.member")],
            Some(("a.csv", "number,name\n")),
        )
        .await;
    assert_eq!(answer.problem(), (503, "stopping".to_owned()));
    assert_eq!(
        city.get("/api/v1/datasets").await.status,
        200,
        "reading goes on"
    );
}

#[tokio::test]
async fn the_page_of_a_problem_can_be_read_where_the_problem_says() {
    let city = City::found().await;
    let problem = city.get("/nothing").await.json();
    let page = city.get(problem["type"].as_str().unwrap()).await;
    assert_eq!(page.header("content-type"), "text/markdown; charset=utf-8");
    assert!(page.text().contains(problem["title"].as_str().unwrap()));
    assert_eq!(
        city.get("/errors/colour").await.problem(),
        (404, "not-found".to_owned())
    );
}

#[tokio::test]
async fn requests_are_counted_by_route_and_not_by_address() {
    let city = City::found().await;
    city.get("/api/v1/batches/20260101-000000-000000").await;
    city.get("/api/v1/secret-in-an-address").await;
    for number in 0..3 {
        let method = Method::from_bytes(format!("MADE{number}").as_bytes()).unwrap();
        city.ask(request(method, "/healthz"), Body::empty()).await;
    }
    let counts = city.get("/metrics").await;
    assert_eq!(
        counts.header("content-type"),
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    );
    let line =
        "yandu_http_requests_total{method=\"GET\",route=\"/api/v1/batches/{id}\",status=\"404\"} 1";
    assert!(counts.text().contains(line), "{}", counts.text());
    assert!(!counts.text().contains("secret"));
    assert!(!counts.text().contains("MADE"), "a method that is made up");
    let others = "yandu_http_requests_total{method=\"other\",route=\"/healthz\",status=\"405\"} 3";
    assert!(counts.text().contains(others), "{}", counts.text());
    assert!(counts.text().ends_with("# EOF\n"));
}
