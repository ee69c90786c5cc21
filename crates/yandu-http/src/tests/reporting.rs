//! Forms: what is due, a report with its file, and what is refused.

use axum::http::StatusCode;
use serde_json::json;
use yandu_store::Clock;

use super::city::City;
use crate::Options;

const VISIT: &str = "\
dataset: club.visit
title: {zh: 走访填报, en: Visit}
owner: 市民政局
origin: form
sharing: {class: unconditional}
opening: closed
refresh: monthly
key: [month, unit]
columns:
  month: {title: {zh: 月份}, type: date}
  unit: {title: {zh: 单位}, type: text}
  visits: {title: {zh: 走访次数}, type: integer, unit: 次}
  kind: {title: {zh: 方式}, type: text, required: false}
checks:
  - {name: visits-range, title: {zh: 次数超出范围}, column: visits, between: [0, 500]}
form:
  fields: [{column: visits, help: {zh: 当月次数}}, {column: kind, long: true}]
  unit: unit
  period: month
  units: [亭湖区, 盐都区]
  every: month
  since: 2025-01
  due: 5 wd
  evidence: {least: 1, kinds: [picture, document]}
";

async fn city() -> City {
    let clock = Clock::standing("2025-03-05T09:00:00+08:00".parse().unwrap());
    City::at(clock, Options::default(), &[("datasets/visit.yaml", VISIT)]).await
}

/// Hands a text in as a file, and gives its hash.
async fn evidence(city: &City) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("走访记录.txt");
    std::fs::write(&path, "二月走访十二户。").unwrap();
    let body = json!({"path": path}).to_string();
    let kept = city.post("/api/v1/forms/club.visit/evidence", &body).await;
    assert_eq!(kept.status, StatusCode::CREATED, "{kept:?}");
    kept.json()["hash"].as_str().unwrap().to_owned()
}

fn report(hash: &str, visits: u32) -> String {
    json!({"unit": "亭湖区", "period": "2025-02", "values": {"visits": visits}, "evidence": [hash], "submission": "one"})
        .to_string()
}

#[tokio::test]
async fn a_form_is_shown_filled_and_found_again() {
    let city = city().await;
    let list = city.get("/api/v1/forms").await.json();
    assert_eq!(list["forms"][0]["period"], "2025-02");
    let due: Vec<(&str, &str)> = list["due"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["period"].as_str().unwrap(),
                one["lamp"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("2025-01", "late"),
        ("2025-01", "late"),
        ("2025-02", "near"),
        ("2025-02", "near"),
    ];
    assert_eq!(due, expected);
    let form = city.get("/api/v1/forms/club.visit").await.json();
    assert_eq!(form["order"], json!(["visits", "kind"]));
    assert_eq!(form["schema"]["required"], json!(["visits"]));
    assert_eq!(form["periods"], json!(["2025-03", "2025-02", "2025-01"]));
    assert_eq!(form["schema"]["properties"]["visits"]["type"], "integer");

    let hash = evidence(&city).await;
    let reports = "/api/v1/forms/club.visit/reports";
    let first = city.post(reports, &report(&hash, 12)).await;
    assert_eq!(first.status, StatusCode::CREATED, "{first:?}");
    let again = city.post(reports, &report(&hash, 12)).await;
    assert_eq!(again.status, StatusCode::OK);
    assert_eq!(first.json()["batch"], again.json()["batch"]);
    let location = first.header("location").to_owned();
    let shown = city.get(&location).await.json();
    assert_eq!(shown["values"], json!({"visits": 12}));
    assert_eq!(shown["files"][0]["name"], "走访记录.txt");
    let file = city
        .get(&format!("/api/v1/forms/club.visit/evidence/{hash}"))
        .await;
    assert_eq!(file.header("content-type"), "application/octet-stream");
    assert!(file.header("content-disposition").starts_with("attachment"));
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    let listed = city
        .get(
            "/api/v1/forms?unit=亭湖区"
                .replace("亭湖区", "%E4%BA%AD%E6%B9%96%E5%8C%BA")
                .as_str(),
        )
        .await;
    assert_eq!(listed.json()["forms"][0]["reported"], 1);
    let standing = city.get("/api/v1/forms/club.visit/standing").await.json();
    let lamps = standing["reports"].as_array().unwrap();
    assert!(lamps.iter().any(|one| one["lamp"] == "done"));
}

#[tokio::test]
async fn reports_of_periods_that_are_too_old_to_be_listed_are_counted() {
    let clock = Clock::standing("2026-11-30T09:00:00+08:00".parse().unwrap());
    let city = City::at(clock, Options::default(), &[("datasets/visit.yaml", VISIT)]).await;
    let hash = evidence(&city).await;
    let first = report(&hash, 12).replace("2025-02", "2025-01");
    let taken = city.post("/api/v1/forms/club.visit/reports", &first).await;
    assert_eq!(taken.status, StatusCode::CREATED, "{taken:?}");
    // Thirteen months are listed for each of the two units, from October 2025 on; nine are before them.
    for (unit, late, earlier) in [
        ("", 26, 17),
        ("?unit=%E4%BA%AD%E6%B9%96%E5%8C%BA", 13, 8),
        ("?unit=%E7%9B%90%E9%83%BD%E5%8C%BA", 13, 9),
    ] {
        let list = city.get(&format!("/api/v1/forms{unit}")).await.json();
        let form = &list["forms"][0];
        assert_eq!(
            (&form["late"], &form["late_earlier"]),
            (&json!(late), &json!(earlier)),
            "{unit}"
        );
        let due = list["due"].as_array().unwrap();
        assert!(
            due.iter()
                .all(|one| one["period"].as_str() >= Some("2025-10"))
        );
    }
}

#[tokio::test]
async fn a_form_offers_the_periods_whose_reports_it_takes() {
    let clock = Clock::standing("2025-03-05T09:00:00+08:00".parse().unwrap());
    for (times, expected) in [
        ("due: 5 wd\n  closes: 10 d", vec!["2025-03", "2025-02"]),
        ("due: 4 d\n  closes: 1 d", vec!["2025-03", "2025-02"]),
        ("due: 3 d\n  closes: 1 d", vec!["2025-03"]),
    ] {
        let form = VISIT.replace("due: 5 wd", times);
        let files = [("datasets/visit.yaml", form.as_str())];
        let city = City::at(clock.clone(), Options::default(), &files).await;
        let form = city.get("/api/v1/forms/club.visit").await.json();
        assert_eq!(form["periods"], json!(expected), "{times}");
        assert_eq!(form["period"], *expected.last().unwrap(), "{times}");
    }
    let coming = VISIT.replace("since: 2025-01", "since: 2025-04");
    let files = [("datasets/visit.yaml", coming.as_str())];
    let city = City::at(clock, Options::default(), &files).await;
    let form = city.get("/api/v1/forms/club.visit").await.json();
    assert_eq!(form["periods"], json!([]), "none has begun");
    assert_eq!(form["period"], json!(null));
}

#[tokio::test]
async fn a_report_that_is_refused_says_why_at_its_field() {
    let city = city().await;
    let hash = evidence(&city).await;
    let reports = "/api/v1/forms/club.visit/reports";
    let refused = city.post(reports, &report(&hash, 501)).await;
    assert_eq!(refused.problem().1, "rows-refused");
    let reason = &refused.json()["rows"][0]["reasons"][0];
    assert_eq!(
        (&reason["column"], &reason["title"]),
        (&json!("visits"), &json!("次数超出范围"))
    );
    for (wrong, code) in [
        (
            report(&hash, 1).replace("亭湖区", "射阳县"),
            (422, "form-unit"),
        ),
        (
            report(&hash, 1).replace("2025-02", "2025-05"),
            (422, "form-period"),
        ),
        (report("none", 1), (422, "form-evidence")),
        (
            report(&hash, 1).replace("visits", "vists"),
            (422, "no-column"),
        ),
        ("{}".to_owned(), (422, "form-report")),
    ] {
        let problem = city.post(reports, &wrong).await.problem();
        assert_eq!((problem.0, problem.1.as_str()), code);
    }
    for (path, code) in [
        ("/api/v1/forms/club.member", "no-form"),
        (
            "/api/v1/forms/club.visit/reports/20250101-000000-000000",
            "no-report",
        ),
        ("/api/v1/forms/club.visit/evidence/none", "no-form-evidence"),
    ] {
        assert_eq!(city.get(path).await.problem(), (404, code.to_owned()));
    }
    let none = city.get("/api/v1/batches?dataset=club.visit").await.json();
    assert_eq!(none["batches"], json!([]));
}
