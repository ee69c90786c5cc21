//! How much visitors may ask for at a time, all together and from one address.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::citizens::city_for;
use super::city::request;
use crate::line::Peer;
use crate::visitor;

/// A request for a page or a file, from an address.
fn from(address: [u8; 4], path: &str) -> axum::http::request::Builder {
    request(Method::GET, path).extension(ConnectInfo(SocketAddr::from((address, 40_000))))
}

const FILE: &str = "/open/club.member/csv";

#[tokio::test]
async fn visitors_take_so_many_files_at_once_and_one_address_not_all_of_them() {
    let visitors = visitor::Options {
        patience: Duration::from_millis(50),
        ..visitor::Options::default()
    };
    let (city, _) = city_for(visitors).await;
    let mut open = Vec::new();
    for (address, places) in [([10, 0, 0, 1], 3), ([10, 0, 0, 2], 3), ([10, 0, 0, 3], 2)] {
        for _ in 0..places {
            let file = city.open(from(address, FILE), "").await;
            assert_eq!(file.status(), StatusCode::OK, "{address:?}");
            open.push(file);
        }
        if places == 3 {
            let more = city.ask(from(address, FILE), "").await;
            assert_eq!(more.status, StatusCode::SERVICE_UNAVAILABLE);
        }
    }
    let refused = city.ask(from([10, 0, 0, 4], FILE), "").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.header("retry-after"), "60");
    open.pop();
    let last = city.ask(from([10, 0, 0, 4], FILE), "").await;
    assert_eq!(last.status, StatusCode::OK);
}

#[tokio::test]
async fn a_file_waits_for_its_place() {
    let visitors = visitor::Options {
        files_of_one: 1,
        patience: Duration::from_mins(1),
        ..visitor::Options::default()
    };
    let (city, _) = city_for(visitors).await;
    let first = city.open(from([10, 0, 0, 1], FILE), "").await;
    let mut second = std::pin::pin!(city.ask(from([10, 0, 0, 1], FILE), ""));
    let soon = Duration::from_millis(50);
    let early = tokio::time::timeout(soon, second.as_mut()).await;
    assert!(early.is_err(), "the place is taken");
    drop(first);
    let second = second.await;
    assert_eq!(second.status, StatusCode::OK, "{}", second.text());
}

#[tokio::test]
async fn a_file_that_nobody_takes_is_kept_for_a_while_and_no_longer() {
    let visitors = visitor::Options {
        files: 1,
        file_waits: Duration::from_millis(500),
        patience: Duration::from_mins(1),
        ..visitor::Options::default()
    };
    let (city, root) = city_for(visitors).await;
    let stalled = city.open(from([10, 0, 0, 1], FILE), "").await;
    let receipt = stalled.headers()["yandu-receipt"]
        .to_str()
        .unwrap()
        .to_owned();
    let other = city.ask(from([10, 0, 0, 2], FILE), "").await;
    assert_eq!(other.status, StatusCode::OK, "others are shut out");
    let body = axum::body::to_bytes(stalled.into_body(), usize::MAX).await;
    assert!(body.is_err(), "half is not taken for whole");
    let aud = city.somebody(&root, "aud", &["audit-administrator"]).await;
    let path = format!("/api/v1/exports/{receipt}");
    let mut told = Value::Null;
    for _ in 0..1_000 {
        told = city.ok(&aud, Method::GET, &path, &Value::Null).await;
        if told["state"] != "open" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(told["state"], "broken", "{told}");
}

#[tokio::test]
async fn visitors_look_at_so_many_pages_at_once_and_one_address_not_at_all_of_them() {
    let visitors = visitor::Options {
        looks: 2,
        looks_of_one: 1,
        patience: Duration::from_millis(50),
        ..visitor::Options::default()
    };
    let (city, _) = city_for(visitors).await;
    let (one, other) = ([10, 0, 0, 1], [10, 0, 0, 2]);
    let peer = |address: [u8; 4]| Peer(Some(address.into()));
    let held = city.state.visitors().look(peer(one)).await.unwrap();
    for path in ["/open", "/open/club.member", "/open/club.clinic"] {
        let crowded = city.ask(from(one, path), "").await;
        assert_eq!(crowded.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert!(
            crowded.text().contains("请过一分钟再试"),
            "{}",
            crowded.text()
        );
        assert!(!crowded.text().contains("市民政局"), "{}", crowded.text());
        let page = city.ask(from(other, path), "").await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
    }
    let more = city.state.visitors().look(peer(other)).await.unwrap();
    let third = city.ask(from([10, 0, 0, 3], "/open"), "").await;
    assert_eq!(third.status, StatusCode::SERVICE_UNAVAILABLE);
    drop((held, more));
    assert_eq!(
        city.ask(from(one, "/open"), "").await.status,
        StatusCode::OK
    );
}
