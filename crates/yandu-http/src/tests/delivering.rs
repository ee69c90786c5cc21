use serde_json::json;

use super::city::City;

const ROLL: &str = "number,会员姓名,age,fee\n1,王芳,30,10.50\n2,李强,200,\n3,张伟,,3\n";

#[tokio::test]
async fn an_uploaded_file_is_collected_and_kept_as_it_came() {
    let city = City::found().await;
    let batch = city.deliver("名册.csv", ROLL).await;
    assert_eq!(
        (
            &batch["status"],
            &batch["rows_in"],
            &batch["rows_kept"],
            &batch["rows_quarantined"]
        ),
        (&json!("collected"), &json!(3), &json!(2), &json!(1))
    );
    assert_eq!(batch["delivered_as"], "名册.csv");
    assert_eq!(batch["mode"], "upsert");
    let finding = &batch["findings"][0];
    assert_eq!(
        (&finding["reason"], &finding["title"]),
        (&json!("age-range"), &json!("年龄超出范围"))
    );
    assert_eq!(finding["samples"], json!([{"row": 2, "text": "200"}]));
    assert_eq!(batch["profile"][0]["column"], "number");
    assert!(batch.get("progress").is_none());

    let raw = city
        .get(&format!(
            "/api/v1/batches/{}/raw",
            batch["id"].as_str().unwrap()
        ))
        .await;
    assert_eq!(raw.text(), ROLL);
    assert_eq!(
        raw.header("content-disposition"),
        "attachment; filename*=UTF-8''%E5%90%8D%E5%86%8C.csv"
    );

    let again = city.deliver("名册.csv", ROLL).await;
    assert_eq!(again["status"], "unchanged");
    assert_eq!(staged(&city), 0, "what was spooled is removed");
}

/// Files in the staging folder; queries keep a folder of their own there.
fn staged(city: &City) -> usize {
    let entries = std::fs::read_dir(city.state.collector().folder().staging()).unwrap();
    entries
        .filter(|entry| entry.as_ref().unwrap().path().is_file())
        .count()
}

#[tokio::test]
async fn a_file_of_this_machine_is_collected_by_its_path() {
    let city = City::found().await;
    let path = city.state.collector().folder().inbox().join("roll.csv");
    std::fs::write(&path, ROLL).unwrap();
    let body = json!({"dataset": "club.member", "path": path, "mode": "snapshot"});
    let accepted = city.post("/api/v1/batches", &body.to_string()).await;
    assert_eq!(accepted.status, 202, "{}", accepted.text());
    assert!(
        path.exists(),
        "a file that was handed over by its path is not removed"
    );
    for (path, expected) in [
        ("relative.csv", (422, "invalid-body")),
        ("/no/such/file", (422, "file")),
    ] {
        let body = json!({"dataset": "club.member", "path": path});
        let (status, code) = city
            .post("/api/v1/batches", &body.to_string())
            .await
            .problem();
        assert_eq!((status, code.as_str()), expected);
    }
}

/// The fields of a form, its file, and the code of the refusal.
type Case<'a> = (
    &'a [(&'a str, &'a str)],
    Option<(&'a str, &'a str)>,
    &'a str,
);

#[tokio::test]
async fn an_upload_that_lacks_something_is_refused_and_leaves_nothing() {
    let city = City::found().await;
    let file = Some(("a.csv", ROLL));
    let cases: [Case<'_>; 6] = [
        (&[("dataset", "club.member")], None, "invalid-body"),
        (&[], file, "invalid-body"),
        (&[("dataset", "club.nobody")], file, "no-dataset"),
        (
            &[("dataset", "club.member"), ("colour", "red")],
            file,
            "invalid-body",
        ),
        (
            &[("dataset", "club.member"), ("mode", "often")],
            file,
            "invalid-body",
        ),
        (&[("dataset", "Club")], file, "invalid-body"),
    ];
    for (fields, file, expected) in cases {
        assert_eq!(
            city.upload(fields, file).await.problem().1,
            expected,
            "{fields:?}"
        );
    }
    assert_eq!(staged(&city), 0);
}

#[tokio::test]
async fn batches_are_listed_in_pages() {
    let city = City::found().await;
    for number in 0..3 {
        city.deliver("a.csv", &format!("number,name\n{number},王芳\n"))
            .await;
    }
    let first = city
        .get("/api/v1/batches?limit=2&dataset=club.member")
        .await
        .json();
    assert_eq!(first["batches"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let second = city
        .get(&format!("/api/v1/batches?limit=2&after={next}"))
        .await
        .json();
    assert_eq!(second["batches"].as_array().unwrap().len(), 1);
    assert_eq!(second["next"], json!(null));
    let none = city.get("/api/v1/batches?status=refused").await.json();
    assert_eq!(none["batches"], json!([]));
    assert_eq!(
        city.get("/api/v1/batches?status=lost").await.problem(),
        (400, "invalid-parameter".to_owned())
    );
}

#[tokio::test]
async fn a_quarantined_row_is_corrected_released_and_dropped() {
    let city = City::found().await;
    let batch = city
        .deliver(
            "a.csv",
            "number,name,age\n1,王芳,200\n2,李强,-1\n3,张伟,3\n",
        )
        .await;
    let address = format!(
        "/api/v1/batches/{}/quarantine",
        batch["id"].as_str().unwrap()
    );
    let page = city
        .get(&format!("{address}?reason=age-range&limit=1"))
        .await
        .json();
    assert_eq!(page["rows"][0]["row"], 1);
    assert_eq!(page["rows"][0]["reasons"][0]["title"], "年龄超出范围");
    let next = page["next"].as_str().unwrap();
    let page = city
        .get(&format!("{address}?reason=age-range&limit=1&after={next}"))
        .await
        .json();
    assert_eq!(
        (&page["rows"][0]["row"], &page["next"]),
        (&json!(2), &json!(null))
    );
    let workbook = city.get(&format!("{address}.xlsx")).await;
    assert!(workbook.body.starts_with(b"PK"));

    let still = city
        .post(
            &format!("{address}/release"),
            r#"{"rows": [1], "reason": "x"}"#,
        )
        .await
        .json();
    assert_eq!(
        still["refused"],
        json!([{"row": 1, "reasons": ["age-range"], "titles": ["年龄超出范围"]}])
    );
    let corrected = city
        .post(
            &format!("{address}/1/correct"),
            r#"{"cells": {"age": "20"}, "reason": "电话核实"}"#,
        )
        .await
        .json();
    assert_eq!(
        (&corrected["state"], &corrected["note"]["reason"]),
        (&json!("corrected"), &json!("电话核实"))
    );
    let released = city
        .post(
            &format!("{address}/release"),
            r#"{"rows": [1], "reason": "ok"}"#,
        )
        .await
        .json();
    assert_eq!(
        (&released["released"], &released["version"]),
        (&json!([1]), &json!(1))
    );
    let dropped = city
        .post(
            &format!("{address}/drop"),
            r#"{"rows": [2], "reason": "dup"}"#,
        )
        .await
        .json();
    assert_eq!(dropped, json!({"dropped": 1}));
    assert_eq!(
        city.post(
            &format!("{address}/drop"),
            r#"{"rows": [2], "reason": "dup"}"#
        )
        .await
        .problem(),
        (409, "not-quarantined".to_owned())
    );
    assert_eq!(
        city.post(
            &format!("{address}/1/correct"),
            r#"{"cells": {}, "reason": " "}"#
        )
        .await
        .problem(),
        (422, "no-reason".to_owned())
    );
}

#[tokio::test]
async fn a_batch_is_undone_and_a_version_comes_back() {
    let city = City::found().await;
    city.deliver("a.csv", "number,name\n1,王芳\n").await;
    let second = city.deliver("b.csv", "number,name\n2,李强\n").await;
    let address = format!("/api/v1/batches/{}/undo", second["id"].as_str().unwrap());
    assert_eq!(
        city.post(&address, r#"{"reason": ""}"#).await.problem().1,
        "no-reason"
    );
    let undone = city.post(&address, r#"{"reason": "误交"}"#).await.json();
    assert_eq!(undone["status"], "undone");
    let versions = city
        .get("/api/v1/datasets/club.member/versions")
        .await
        .json();
    let rows: Vec<u64> = versions["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| version["rows"].as_u64().unwrap())
        .collect();
    assert_eq!(rows, [1, 2, 1]);
    let restored = city
        .post(
            "/api/v1/datasets/club.member/restore",
            r#"{"version": 1, "reason": "要的"}"#,
        )
        .await
        .json();
    assert_eq!(restored, json!({"dataset": "club.member", "version": 3}));
    let detail = city.get("/api/v1/datasets/club.member").await.json();
    assert_eq!(
        (&detail["rows"], &detail["version"], &detail["key"]),
        (&json!(2), &json!(3), &json!(["number"]))
    );
    assert_eq!(
        city.post(
            "/api/v1/datasets/club.member/restore",
            r#"{"version": 9, "reason": "x"}"#
        )
        .await
        .problem(),
        (404, "no-version".to_owned())
    );
}

#[tokio::test]
async fn a_dataset_says_whether_it_is_fresh_and_when_its_last_delivery_came() {
    let city = City::found().await;
    let detail = city.get("/api/v1/datasets/club.member").await.json();
    assert_eq!(
        (&detail["fresh"], &detail["last_delivery_at"]),
        (&json!(null), &json!(null))
    );
    city.deliver("a.csv", ROLL).await;
    let same = city.deliver("a.csv", ROLL).await;
    assert_eq!(same["status"], "unchanged");
    city.deliver("b.csv", "colour\nred\n").await;
    let detail = city.get("/api/v1/datasets/club.member").await.json();
    assert_eq!(detail["last_batch"]["status"], "refused");
    assert_eq!(
        (&detail["fresh"], &detail["last_delivery_at"]),
        (&json!(true), &same["started_at"])
    );
}

#[tokio::test]
async fn packs_datasets_sources_and_notices_are_listed() {
    let city = City::found().await;
    let packs = city.get("/api/v1/packs").await.json();
    assert_eq!(packs["packs"][0]["datasets"], json!(["club.member"]));
    let datasets = city.get("/api/v1/datasets").await.json();
    assert_eq!(
        (
            &datasets["datasets"][0]["title"],
            &datasets["datasets"][0]["rows"]
        ),
        (&json!("会员"), &json!(0))
    );
    let sources = city.get("/api/v1/sources").await.json();
    assert_eq!(
        (
            &sources["sources"][0]["channel"],
            &sources["sources"][0]["last_batch"]
        ),
        (&json!("upload"), &json!(null))
    );
    assert_eq!(
        city.get("/api/v1/notices").await.json()["notices"],
        json!([])
    );
    assert_eq!(
        city.post("/api/v1/sources/club.nobody/run", "")
            .await
            .problem(),
        (404, "no-source".to_owned())
    );
    assert_eq!(
        city.post("/api/v1/sources/club.member_file/run", "")
            .await
            .problem()
            .1,
        "source-refused"
    );
    assert_eq!(
        city.get("/api/v1/notices").await.json()["notices"][0]["kind"],
        "failed"
    );
}
