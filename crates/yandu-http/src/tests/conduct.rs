//! How answers behave, whatever is asked: pages, tags, compression, HEAD, and addresses that are no addresses.

use std::collections::BTreeSet;
use std::io::Read;

use axum::body::Body;
use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::city::{Answer, City, request};

/// Lists that can grow: address, name of the items in the answer, name of the key of an item.
const LISTS: &[(&str, &str, &str)] = &[
    ("/api/v1/batches", "batches", "id"),
    ("/api/v1/notices?all=true", "notices", "id"),
    ("/api/v1/datasets", "datasets", "id"),
    (
        "/api/v1/datasets/club.member/versions",
        "versions",
        "version",
    ),
    ("/api/v1/batches/club.member/quarantine", "rows", "row"),
];

async fn busy_city() -> City {
    let city = City::found().await;
    let rows: String = (0..5).map(|row| format!("q{row},王芳,999\n")).collect();
    for name in ["a", "b", "c"] {
        let content = format!("number,name,age\n{name},李强,1\n{rows}");
        city.deliver(&format!("{name}.csv"), &content).await;
    }
    city
}

async fn ask(city: &City, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut asked = request(method, path);
    for (name, value) in headers {
        asked = asked.header(*name, *value);
    }
    city.ask(asked, Body::empty()).await
}

/// All items of a list, read with pages of `limit`.
async fn pages(city: &City, path: &str, items: &str, limit: usize) -> Vec<Value> {
    let sign = if path.contains('?') { '&' } else { '?' };
    let mut all = Vec::new();
    let mut next = String::new();
    for _ in 0..100 {
        let page = city
            .get(&format!("{path}{sign}limit={limit}{next}"))
            .await
            .json();
        let found = page[items].as_array().unwrap();
        assert!(found.len() <= limit, "{path}: {page}");
        all.extend(found.iter().cloned());
        match page["next"].as_str() {
            None => return all,
            Some(key) => {
                assert_eq!(found.len(), limit, "{path}: a page before the last is full");
                next = format!("&after={key}");
            }
        }
    }
    panic!("{path} does not end");
}

#[tokio::test]
async fn every_list_that_grows_can_be_read_in_pages_of_any_size() {
    let city = busy_city().await;
    for (path, items, key) in LISTS {
        let whole = city.get(path).await.json();
        let whole = whole[*items].as_array().unwrap();
        assert_eq!(whole.is_empty(), *items == "notices", "{path}");
        for limit in 1..=whole.len() + 1 {
            let paged = pages(&city, path, items, limit).await;
            assert_eq!(&paged, whole, "{path} in pages of {limit}");
        }
        let keys: BTreeSet<String> = whole.iter().map(|item| item[*key].to_string()).collect();
        assert_eq!(keys.len(), whole.len(), "{path}: a key stands twice");
    }
}

#[tokio::test]
async fn what_comes_between_two_pages_moves_nothing() {
    let city = busy_city().await;
    let first = city.get("/api/v1/batches?limit=2").await.json();
    city.deliver("d.csv", "number,name\nd,张伟\n").await;
    let next = first["next"].as_str().unwrap();
    let second = city
        .get(&format!("/api/v1/batches?limit=2&after={next}"))
        .await
        .json();
    let ids: Vec<&Value> = [&first, &second]
        .iter()
        .flat_map(|page| page["batches"].as_array().unwrap())
        .map(|batch| &batch["id"])
        .collect();
    assert_eq!(ids.len(), 3);
    let distinct: BTreeSet<String> = ids.iter().map(ToString::to_string).collect();
    assert_eq!(distinct.len(), 3, "{ids:?}");
}

#[tokio::test]
async fn limits_and_keys_that_are_none_are_refused() {
    let city = busy_city().await;
    for (path, _, _) in LISTS {
        let sign = if path.contains('?') { '&' } else { '?' };
        for wrong in [
            "limit=0",
            "limit=-1",
            "limit=10001",
            "limit=",
            "limit=1.5",
            "limit=99999999999",
            "limit=1&limit=1",
            "after=",
            "after=%20",
            "after=bm9uc2Vuc2U",
            "after=!!",
            "before=1",
        ] {
            assert_eq!(
                city.get(&format!("{path}{sign}{wrong}")).await.problem(),
                (400, "invalid-parameter".to_owned()),
                "{path} {wrong}"
            );
        }
    }
}

#[tokio::test]
async fn datasets_are_found_by_pack_department_origin_and_words_of_either_title() {
    let city = City::found().await;
    let found = async |query: &str| {
        let list = city.get(&format!("/api/v1/datasets?{query}")).await.json();
        list["datasets"].as_array().unwrap().len()
    };
    for one in [
        "pack=club",
        "origin=collect",
        "q=MEMBER",
        "q=%E4%BC%9A%E5%91%98",
        "q=club.mem",
    ] {
        assert_eq!(found(one).await, 1, "{one}");
    }
    for none in [
        "pack=clu",
        "origin=model",
        "owner=x",
        "q=colour",
        "q=member&pack=other",
    ] {
        assert_eq!(found(none).await, 0, "{none}");
    }
    let line = city.get("/api/v1/datasets").await.json()["datasets"][0].clone();
    assert_eq!(
        (&line["title"], &line["title_en"]),
        (&json!("会员"), &json!("Member"))
    );
}

#[tokio::test]
async fn an_answer_that_the_caller_has_is_not_sent_again() {
    let city = busy_city().await;
    for path in [
        "/api/v1/datasets",
        "/api/v1/datasets/club.member",
        "/api/v1/batches/club.member/quarantine",
        "/api/v1/packs",
        "/api/v1/openapi.json",
        "/errors/query",
    ] {
        let first = city.get(path).await;
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with("W/\""), "{path}: {tag}");
        assert_eq!(city.get(path).await.header("etag"), tag, "{path}");
        let list = format!("\"other\", {tag}");
        for known in [tag.as_str(), "*", &list, tag.trim_start_matches("W/")] {
            let again = ask(&city, Method::GET, path, &[("if-none-match", known)]).await;
            assert_eq!(again.status, StatusCode::NOT_MODIFIED, "{path} {known}");
            assert!(again.body.is_empty());
            assert_eq!(again.header("etag"), tag);
            assert_eq!(again.header("content-type"), "");
            assert_eq!(again.header("cache-control"), first.header("cache-control"));
        }
        for other in ["\"other\"", "nonsense", "", "W/"] {
            let again = ask(&city, Method::GET, path, &[("if-none-match", other)]).await;
            assert_eq!(again.status, StatusCode::OK, "{path} {other}");
            assert_eq!(again.body, first.body);
        }
    }
    let before = city.get("/api/v1/batches").await;
    city.deliver("e.csv", "number,name\ne,张伟\n").await;
    let known = [("if-none-match", before.header("etag"))];
    let after = ask(&city, Method::GET, "/api/v1/batches", &known).await;
    assert_eq!(after.status, StatusCode::OK, "a new batch is a new answer");
}

#[tokio::test]
async fn a_refusal_and_a_change_are_never_answered_with_304() {
    let city = City::found().await;
    let any = [("if-none-match", "*")];
    let absent = ask(&city, Method::GET, "/api/v1/datasets/club.nobody", &any).await;
    assert_eq!(absent.problem(), (404, "no-dataset".to_owned()));
    let asked = request(Method::POST, "/api/v1/query")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::IF_NONE_MATCH, "*");
    let answer = city.ask(asked, r#"{"sql": "SELECT 1 AS a"}"#).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("etag"), "", "a stream has no tag");
}

#[tokio::test]
async fn rows_are_stored_nowhere_and_descriptions_are_asked_for_again() {
    let city = busy_city().await;
    for (path, kept) in [
        ("/api/v1/batches/club.member/quarantine", "no-store"),
        ("/api/v1/batches/club.member", "no-store"),
        ("/api/v1/batches/club.member/raw", "no-store"),
        ("/api/v1/datasets/club.nobody", "no-store"),
        ("/api/v1/packs", "private, no-cache"),
        ("/api/v1/openapi.json", "private, no-cache"),
    ] {
        assert_eq!(city.get(path).await.header("cache-control"), kept, "{path}");
    }
}

#[tokio::test]
async fn head_answers_like_get_without_the_body() {
    let city = busy_city().await;
    for path in [
        "/api/v1/datasets",
        "/api/v1/batches",
        "/api/v1/openapi.json",
        "/healthz",
    ] {
        let got = city.get(path).await;
        let head = ask(&city, Method::HEAD, path, &[]).await;
        assert_eq!(head.status, got.status, "{path}");
        assert!(head.body.is_empty(), "{path}");
        for name in ["content-type", "etag", "cache-control", "content-length"] {
            assert_eq!(head.header(name), got.header(name), "{path} {name}");
        }
    }
    let absent = ask(&city, Method::HEAD, "/api/v1/datasets/club.nobody", &[]).await;
    assert_eq!((absent.status.as_u16(), absent.body.len()), (404, 0));
}

fn unpacked(answer: &Answer) -> String {
    let mut text = String::new();
    match answer.header("content-encoding") {
        "zstd" => zstd::Decoder::new(answer.body.as_slice())
            .unwrap()
            .read_to_string(&mut text)
            .unwrap(),
        "gzip" => flate2::read::GzDecoder::new(answer.body.as_slice())
            .read_to_string(&mut text)
            .unwrap(),
        other => panic!("the coding is `{other}`"),
    };
    text
}

#[tokio::test]
async fn large_answers_are_compressed_as_the_caller_takes_them() {
    let city = busy_city().await;
    let path = "/api/v1/openapi.json";
    let plain = city.get(path).await;
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(plain.header("vary"), "accept-encoding");
    for (taken, coding) in [("gzip, deflate, br, zstd", "zstd"), ("gzip", "gzip")] {
        let packed = ask(&city, Method::GET, path, &[("accept-encoding", taken)]).await;
        assert_eq!(packed.header("content-encoding"), coding);
        assert!(packed.body.len() * 4 < plain.body.len());
        assert_eq!(unpacked(&packed), plain.text());
        assert_eq!(packed.header("etag"), plain.header("etag"));
    }
    for plainly in ["br", "identity;q=0", "*;q=0", "gzip;q=0", "\u{1}"] {
        let Ok(value) = header::HeaderValue::from_str(plainly) else {
            continue;
        };
        let asked = request(Method::GET, path).header(header::ACCEPT_ENCODING, value);
        let answer = city.ask(asked, Body::empty()).await;
        assert_eq!(
            (answer.status, &answer.body),
            (StatusCode::OK, &plain.body),
            "{plainly}"
        );
    }
    let zstd = [("accept-encoding", "zstd")];
    for (path, why) in [
        ("/api/v1/notices", "it is small"),
        ("/api/v1/batches/club.member/raw", "it is sent as it came"),
        (
            "/api/v1/batches/club.member/quarantine.xlsx",
            "it is compressed",
        ),
    ] {
        let answer = ask(&city, Method::GET, path, &zstd).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("content-encoding"), "", "{path}: {why}");
    }
}

#[tokio::test]
async fn a_stream_is_compressed_while_it_is_sent() {
    let city = City::found().await;
    let rows: String = (0..20_000).map(|row| format!("{row},王芳,30\n")).collect();
    city.deliver("a.csv", &format!("number,name,age\n{rows}"))
        .await;
    let sql = "SELECT *, 'some text that is the same in every row' AS text FROM club.member";
    let query = |coding: &'static str| {
        request(Method::POST, "/api/v1/query")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "text/csv")
            .header(header::ACCEPT_ENCODING, coding)
    };
    let body = json!({ "sql": sql }).to_string();
    let plain = city.ask(query("identity"), body.clone()).await;
    assert_eq!(plain.status, StatusCode::OK, "{}", plain.text());
    assert!(plain.text().lines().count() > 20_000);
    for coding in ["zstd", "gzip"] {
        let packed = city.ask(query(coding), body.clone()).await;
        assert_eq!(unpacked(&packed), plain.text(), "{coding}");
        assert!(packed.body.len() * 5 < plain.body.len());
    }
}

#[tokio::test]
async fn an_address_that_is_no_text_is_refused_in_words() {
    let city = City::found().await;
    for path in [
        "/api/v1/datasets?q=%FF",
        "/api/v1/datasets?q=%",
        "/api/v1/datasets?q=%E7%9B",
        "/api/v1/datasets/%FF",
        "/api/v1/datasets/%00",
        "/api/v1/datasets/club.member%0A",
        "/api/v1/datasets/club%2Emember%2F",
    ] {
        assert_eq!(
            city.get(path).await.problem(),
            (400, "invalid-parameter".to_owned()),
            "{path}"
        );
    }
    for path in [
        "/api/v1/%FF",
        "/%00",
        "/api/v1//datasets",
        "/api/v1/datasets/",
    ] {
        assert_eq!(city.get(path).await.problem().0, 404, "{path}");
    }
}

#[tokio::test]
async fn every_status_of_an_operation_is_in_the_document() {
    let city = City::found().await;
    let document: Value = serde_json::from_str(&crate::document(&city.state)).unwrap();
    let mut operations = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let statuses = operation["responses"].as_object().unwrap();
            let has = |status: &str| statuses.contains_key(status);
            let all = format!("{method} {path}: {:?}", statuses.keys());
            operations += 1;
            assert!(!has("default"), "{all}");
            assert!(has("403") && has("408") && has("500"), "{all}");
            assert_eq!(
                path.contains('{'),
                path.contains('{') && has("404") && has("400"),
                "{all}"
            );
            if !operation["requestBody"].is_null() {
                assert!(has("413") && has("415") && has("422"), "{all}");
            }
            if method != "get" {
                assert!(has("503") && !has("304"), "{all}");
            }
        }
    }
    assert!(operations >= 20, "{operations}");
}
