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
async fn a_row_that_is_no_record_is_titled_with_what_it_is_instead() {
    let city = City::found().await;
    let batch = city
        .deliver("a.csv", "number,name,age\n1,王芳,20\n合计,,20\n")
        .await;
    let address = format!(
        "/api/v1/batches/{}/quarantine",
        batch["id"].as_str().unwrap()
    );
    let page = city.get(&address).await.json();
    assert_eq!(
        page["rows"][0]["reasons"][0],
        json!({
            "column": null,
            "reason": "syntax",
            "title": "记录语法错误：合计行（合计）",
            "level": "hard"
        })
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
async fn sources_come_page_by_page_by_their_ids() {
    let source = |name: &str| {
        format!(
            "source: club.{name}\ntitle: {{zh: 名册}}\ndataset: club.member\nmode: upsert\nchannel: {{upload: {{}}}}\n"
        )
    };
    let names = ["zz", "aa", "mm"];
    let files: Vec<(String, String)> = names
        .iter()
        .map(|name| (format!("sources/{name}.yaml"), source(name)))
        .collect();
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    let city = City::with_files(crate::Options::default(), &files).await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/sources?limit=1".to_owned();
    loop {
        let page = city.get(&path).await.json();
        let sources = page["sources"].as_array().unwrap();
        assert_eq!(sources.len(), 1);
        seen.push(sources[0]["id"].as_str().unwrap().to_owned());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/sources?limit=1&after={next}");
    }
    assert_eq!(seen, ["club.aa", "club.member_file", "club.mm", "club.zz"]);
    let wrong = city.get("/api/v1/sources?limit=0").await.problem();
    assert_eq!(wrong, (400, "invalid-parameter".to_owned()));
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

#[tokio::test]
async fn headers_that_nobody_declared_are_put_under_columns_by_the_delivery() {
    let city = City::found().await;
    let roll = "编码,称呼,age\n1,王芳,30\n2,李强,31\n";
    let fields = |headers: &'static str| [("dataset", "club.member"), ("headers", headers)];
    let refused = city.deliver("名册.csv", roll).await;
    assert_eq!(refused["error"]["code"], "missing-columns");
    for (headers, expected) in [
        (r#"{"编码": "colour"}"#, "no-column"),
        (r#"{"编码": 3}"#, "invalid-body"),
        ("[", "invalid-body"),
    ] {
        let answer = city.upload(&fields(headers), Some(("a.csv", roll))).await;
        assert_eq!(answer.problem().1, expected, "{headers}");
    }
    let mapping = r#"{"编码": "number", "称呼": "name", "age": null}"#;
    let batch = city.deliver_with(&fields(mapping), "名册.csv", roll).await;
    assert_eq!(batch["status"], "collected", "{batch}");
    assert_eq!(
        batch["report"]["mapping"],
        json!({"编码": "number", "称呼": "name"})
    );
    assert_eq!(
        batch["report"]["given"]["headers"],
        json!({"age": null, "称呼": "name", "编码": "number"})
    );
    assert_eq!(batch["report"]["new_columns"], json!(["age"]));
    let same = city.deliver_with(&fields(mapping), "名册.csv", roll).await;
    assert_eq!(same["status"], "unchanged");
    let other = r#"{"编码": "number", "称呼": "name"}"#;
    let again = city.deliver_with(&fields(other), "名册.csv", roll).await;
    assert_eq!(
        again["status"], "collected",
        "the same bytes under other columns are another delivery"
    );
    let unknown = city
        .deliver_with(&fields(r#"{"不存在": "number"}"#), "名册.csv", roll)
        .await;
    assert_eq!(
        (&unknown["status"], &unknown["error"]["code"]),
        (&json!("refused"), &json!("no-such-header"))
    );
}

#[tokio::test]
async fn a_preview_shows_how_a_file_is_understood_and_keeps_nothing() {
    let city = City::found().await;
    let roll = "number,会员姓名,备注\n1,王芳,甲\n2,李强\n";
    let shown = city
        .preview(&[("dataset", "club.member")], roll)
        .await
        .json();
    assert_eq!(shown["report"]["format"], "csv");
    assert_eq!(shown["report"]["header_row"], 1);
    assert_eq!(
        shown["headers"],
        json!([
            {"header": "number", "column": "number", "given": false},
            {"header": "会员姓名", "column": "name", "given": false},
            {"header": "备注", "column": null, "given": false},
        ])
    );
    assert_eq!(
        shown["absent"],
        json!([{"column": "age", "required": false}, {"column": "fee", "required": false}])
    );
    assert_eq!(shown["refusal"], json!(null));
    assert_eq!(
        shown["rows"][0],
        json!({"row": 1, "cells": ["1", "王芳", "甲"], "fault": null})
    );
    assert_eq!(shown["rows"][1]["fault"], "cell-count");
    assert_eq!(shown["candidates"][0]["dataset"], "club.member");

    let alone = city.preview(&[], "编码,会员姓名\n1,王芳\n").await.json();
    assert_eq!(alone["headers"][0]["column"], json!(null));
    assert_eq!(
        alone["candidates"][0],
        json!({"dataset": "club.member", "title": "会员", "matched": 1, "missing": 1})
    );
    let mapped = [
        ("dataset", "club.member"),
        ("headers", r#"{"编码": "age"}"#),
    ];
    let refused = city
        .preview(&mapped, "编码,会员姓名\n1,王芳\n")
        .await
        .json();
    assert_eq!(
        refused["headers"][0],
        json!({"header": "编码", "column": "age", "given": true})
    );
    assert_eq!(refused["refusal"]["code"], "missing-columns");

    let many: String = (0..50).map(|n| format!("{n},王芳,甲\n")).collect();
    let part = format!("number,name,备注\n{many}51,王");
    for (is_part, text, last) in [
        ("true", part.as_str(), 20),
        ("true", "number,name\n1,王芳\n2,李", 1),
        ("false", "number,name\n1,王芳\n2,李强", 2),
    ] {
        let shown = city.preview(&[("is_part", is_part)], text).await.json();
        let rows = shown["rows"].as_array().unwrap();
        assert_eq!(rows.last().unwrap()["row"], last);
    }
    let empty = city.preview(&[], "").await;
    assert_eq!(empty.problem(), (422, "empty-file".to_owned()));

    assert_eq!(staged(&city), 0, "what was spooled is removed");
    assert_eq!(
        city.get("/api/v1/batches").await.json()["batches"],
        json!([])
    );
    let kept = std::fs::read_dir(city.state.collector().folder().raw()).unwrap();
    assert_eq!(kept.count(), 0);
}

#[tokio::test]
async fn a_collection_that_waits_is_cancelled_at_once_and_a_settled_one_never() {
    let city = City::found().await;
    let settled = city.deliver("名册.csv", ROLL).await;
    let address = |batch: &serde_json::Value| {
        format!("/api/v1/batches/{}/cancel", batch["id"].as_str().unwrap())
    };
    let refused = city.post(&address(&settled), "null").await;
    assert_eq!(refused.problem(), (409, "not-cancellable".to_owned()));

    // A pipe that nobody writes to: the collection stands in its first step until the test lets it go on.
    let pipe = city.state.collector().folder().inbox().join("pipe.csv");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let body = json!({"dataset": "club.member", "path": pipe});
    let first = city.post("/api/v1/batches", &body.to_string()).await.json();
    let second = city
        .upload(
            &[("dataset", "club.member")],
            Some(("b.csv", "number,name\n9,张伟\n")),
        )
        .await;
    let waiting = json!({"id": second.json()["batch"]});
    let cancelled = city.post(&address(&waiting), "null").await.json();
    assert_eq!(
        (&cancelled["status"], &cancelled["error"]["code"]),
        (&json!("rolled-back"), &json!("cancelled"))
    );
    assert_eq!(staged(&city), 0, "its file is removed");

    let running = json!({"id": first["batch"]});
    let id = first["batch"].as_str().unwrap().parse().unwrap();
    let progress = city.state.collector().progress(&id).unwrap();
    let cancel = address(&running);
    let (cancelled, ()) = tokio::join!(city.post(&cancel, "null"), async {
        while !progress.is_cancelled() {
            tokio::task::yield_now().await;
        }
        // The reader is let go: what it was opening is there, and empty.
        let opened = tokio::task::spawn_blocking(move || std::fs::File::create(pipe));
        opened.await.unwrap().unwrap();
    });
    assert_eq!(cancelled.json()["error"]["code"], "cancelled");
    assert_eq!(staged(&city), 0);
    let batches = city.get("/api/v1/batches?status=collected").await.json();
    assert_eq!(batches["batches"].as_array().unwrap().len(), 1);
}
