use std::collections::HashSet;

use serde_json::Value;
use yandu_city::{DefectKind, Options, serve};

use crate::folder::{Folder, draw_seed};

async fn start(options: Options) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!(
        "http://{}/api/stations/readings",
        listener.local_addr().unwrap()
    );
    tokio::spawn(async move { serve(listener, &options).await });
    address
}

/// A page, asked for again where the interface fails; and how often it did.
async fn fetch(address: &str, query: &str, failures: &mut u32) -> Value {
    loop {
        let answer = reqwest::get(format!("{address}?{query}")).await.unwrap();
        if answer.status() == 503 {
            *failures += 1;
            continue;
        }
        assert_eq!(answer.status(), 200);
        return answer.json().await.unwrap();
    }
}

async fn fetch_all(address: &str, size: u64, failures: &mut u32) -> Vec<Value> {
    let mut items = Vec::new();
    let mut page = 1;
    loop {
        let answer = fetch(address, &format!("page={page}&size={size}"), failures).await;
        items.extend(answer["data"]["items"].as_array().unwrap().iter().cloned());
        if page >= answer["data"]["pages"].as_u64().unwrap() {
            assert_eq!(
                answer["data"]["total"].as_u64().unwrap(),
                items.len() as u64
            );
            return items;
        }
        page += 1;
    }
}

#[tokio::test]
async fn pages_of_any_size_hold_the_same_readings_and_failures_pass() {
    let address = start(Options::new(1_000, 6, "")).await;
    let mut failures = 0;
    let large = fetch_all(&address, 1_000, &mut failures).await;
    let small = fetch_all(&address, 77, &mut failures).await;
    assert_eq!(large, small);
    assert!(failures > 5, "{failures}");
    assert!((6_000..20_000).contains(&large.len()), "{}", large.len());
    let nulls = large.iter().filter(|item| item["pm25"].is_null()).count();
    assert!(nulls > 10);
    let keys: HashSet<String> = large
        .iter()
        .map(|item| format!("{} {}", item["station"], item["observed_at"]))
        .collect();
    assert_eq!(keys.len(), large.len());
}

#[tokio::test]
async fn a_watermark_gives_only_what_was_observed_later() {
    let address = start(Options::new(1_000, 6, "")).await;
    let mut failures = 0;
    let since = "2025-12-31 20:00:00";
    let answer = fetch(&address, &format!("size=1000&since={since}"), &mut failures).await;
    let items = answer["data"]["items"].as_array().unwrap();
    assert_eq!(items.len() % 3, 0);
    assert!(!items.is_empty());
    assert!(
        items
            .iter()
            .all(|item| item["observed_at"].as_str().unwrap() > since)
    );
    let late = fetch(&address, "since=2026-01-01", &mut failures).await;
    assert_eq!(late["data"]["total"], 0);
}

#[tokio::test]
async fn a_page_that_cannot_be_is_refused() {
    let address = start(Options::new(1_000, 6, "")).await;
    for query in ["page=0", "size=0", "size=5000", "page=x"] {
        let mut status = 503;
        while status == 503 {
            let answer = reqwest::get(format!("{address}?{query}")).await.unwrap();
            status = answer.status().as_u16();
        }
        assert_eq!(status, 400, "{query}");
    }
    let mut failures = 0;
    let beyond = fetch(&address, "page=99999999999999", &mut failures).await;
    assert_eq!(beyond["data"]["items"].as_array().unwrap().len(), 0);
}

#[tokio::test]
async fn every_planted_reading_is_served_and_no_other_is_out_of_range() {
    let seed = draw_seed();
    let folder = Folder::new();
    let options = folder.options(500, seed);
    folder.simulate(&options);
    let address = start(options).await;
    let items = fetch_all(&address, 1_000, &mut 0).await;
    let mut planted = HashSet::new();
    for truth in folder.truths() {
        if &*truth.dataset != "air.reading" {
            continue;
        }
        let item = &items[truth.row as usize - 1];
        planted.insert(truth.row as usize - 1);
        let time = item["observed_at"].as_str().unwrap();
        assert_eq!(
            truth.key,
            format!("{}|{time}", item["station"].as_str().unwrap())
        );
        match truth.kind {
            DefectKind::MissingMarker => {
                assert_eq!(item[&*truth.column.unwrap()].as_f64(), Some(-999.0));
            }
            DefectKind::OffTheHour => assert!(!time.ends_with(":00:00")),
            other => panic!("{other:?}"),
        }
    }
    assert!(planted.len() > 5);
    for (at, item) in items.iter().enumerate() {
        if planted.contains(&at) {
            continue;
        }
        assert!(item["observed_at"].as_str().unwrap().ends_with(":00:00"));
        for column in ["pm25", "pm10", "so2", "no2", "co", "o3"] {
            assert!(item[column].is_null() || item[column].as_f64().unwrap() >= 0.0);
        }
        if let (Some(fine), Some(all)) = (item["pm25"].as_f64(), item["pm10"].as_f64()) {
            assert!(fine <= all);
        }
    }
}
