//! The ledger over HTTP.

use axum::http::{Method, StatusCode, header};
use serde_json::{Value, json};

use super::city::{Answer, City, MEMBER};
use crate::Options;

const ENTRIES: &str = "/api/v1/ledger/entries";

fn lamp() -> Value {
    json!({
        "id": "tinghu.lamp",
        "reason": "区里报送",
        "title": {"zh": "路灯设施", "en": "Street lamps"},
        "owner": "亭湖区城管局",
        "owner_code": "113209000142463002",
        "code": "318001/000001",
        "theme": "城乡建设",
        "about": "灯杆与控制箱",
        "contact": "0515-66666666",
        "grade": "general-1",
        "sharing": {"class": "unconditional", "method": "service"},
        "opening": "open",
        "refresh": "monthly",
        "division": "320902",
        "key": ["lamp_no"],
        "columns": [{"name": "lamp_no", "title": {"zh": "灯杆编号"}, "type": "text", "grade": "general-1"}],
    })
}

async fn change(
    city: &City,
    method: Method,
    path: &str,
    tag: Option<&str>,
    body: &Value,
) -> Answer {
    let mut request = axum::http::Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json");
    if let Some(tag) = tag {
        request = request.header(header::IF_MATCH, tag);
    }
    city.ask(request, body.to_string()).await
}

#[tokio::test]
async fn an_entry_is_registered_changed_moved_and_its_history_told() {
    let city = City::found().await;
    let created = change(&city, Method::POST, ENTRIES, None, &lamp()).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    let path = created.header("location").to_owned();
    assert_eq!(path, "/api/v1/ledger/entries/tinghu.lamp");
    let again = change(&city, Method::POST, ENTRIES, None, &lamp()).await;
    assert_eq!(again.problem(), (409, "entry-exists".to_owned()));

    let shown = city.get(&path).await;
    let first = shown.header("etag").to_owned();
    let entry = shown.json();
    assert_eq!(entry["status"], "drafted");
    assert_eq!(entry["lacks"], json!([]));
    assert_eq!(entry["moves"], json!(["reviewed", "withdrawn"]));
    assert_eq!(entry["duties"][3]["who"], "亭湖区城管局");

    let patch = json!({"about": "灯杆、灯具与控制箱", "steward": "李强", "reason": "补充"});
    let changed = change(&city, Method::PATCH, &path, Some(&first), &patch).await;
    assert_eq!(changed.status, StatusCode::OK, "{changed:?}");
    assert_ne!(changed.header("etag"), first);
    let late = change(
        &city,
        Method::PATCH,
        &path,
        Some(&first),
        &json!({"about": "x"}),
    )
    .await;
    assert_eq!(late.problem(), (412, "revision-changed".to_owned()));
    for none in ["\"x\"", "", "\"1-0\", \"7-0\""] {
        let late = change(
            &city,
            Method::PATCH,
            &path,
            Some(none),
            &json!({"about": "x"}),
        )
        .await;
        assert_eq!(
            late.problem(),
            (412, "revision-changed".to_owned()),
            "{none}"
        );
    }
    let of_several = format!("\"9\", {}", changed.header("etag"));
    let one = change(
        &city,
        Method::PATCH,
        &path,
        Some(&of_several),
        &json!({"tags": ["照明"]}),
    )
    .await;
    assert_eq!(one.json()["revision"], 3, "{one:?}");
    let wrong = change(&city, Method::PATCH, &path, None, &json!({"colour": "red"})).await;
    assert_eq!(wrong.problem(), (422, "invalid-entry".to_owned()));

    let moves = format!("{path}/transitions");
    let step = |to: &str| json!({"to": to, "reason": "办理"});
    let refused = change(&city, Method::POST, &moves, None, &step("published")).await;
    assert_eq!(refused.problem(), (409, "transition-refused".to_owned()));
    assert!(
        refused.json()["help"]
            .as_str()
            .unwrap()
            .contains("reviewed")
    );
    for to in ["reviewed", "published"] {
        let moved = change(&city, Method::POST, &moves, None, &step(to)).await;
        assert_eq!(moved.json()["status"], to);
    }
    let silent = change(
        &city,
        Method::POST,
        &moves,
        None,
        &json!({"to": "withdrawn", "reason": " "}),
    )
    .await;
    assert_eq!(silent.problem(), (422, "no-reason".to_owned()));

    let history = city.get(&format!("{path}/history?limit=2")).await.json();
    assert_eq!(history["revisions"][0]["status_to"], "published");
    let next = history["next"].as_str().unwrap();
    let rest = city
        .get(&format!("{path}/history?limit=2&after={next}"))
        .await
        .json();
    assert_eq!(rest["revisions"][0]["changes"][0]["field"], "tags");
    assert_eq!(rest["revisions"][1]["changes"][0]["field"], "about");
    let next = rest["next"].as_str().unwrap();
    let first = city
        .get(&format!("{path}/history?limit=2&after={next}"))
        .await
        .json();
    assert_eq!(first["revisions"][0]["reason"], "区里报送");
    assert_eq!(first["next"], Value::Null);
}

#[tokio::test]
async fn a_dataset_of_a_pack_is_an_entry_that_cannot_be_published_before_it_is_complete() {
    let city = City::found().await;
    let path = format!("{ENTRIES}/club.member");
    let entry = city.get(&path).await.json();
    assert_eq!(entry["is_pack"], true);
    assert_eq!(entry["columns"][1]["standard"], "name");
    let declared = change(&city, Method::PATCH, &path, None, &json!({"owner": "市局"})).await;
    assert_eq!(declared.problem(), (409, "read-only-field".to_owned()));
    let moves = format!("{path}/transitions");
    let step = |to: &str| json!({"to": to, "reason": "办理"});
    change(&city, Method::POST, &moves, None, &step("reviewed")).await;
    let refused = change(&city, Method::POST, &moves, None, &step("published")).await;
    assert_eq!(refused.problem(), (409, "entry-incomplete".to_owned()));
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(
        detail.contains("code") && detail.contains("theme"),
        "{detail}"
    );
    assert_eq!(
        city.get("/api/v1/ledger/entries/nobody").await.problem(),
        (404, "no-entry".to_owned())
    );
}

#[tokio::test]
async fn entries_are_found_filtered_and_suggested() {
    let city = City::found().await;
    change(&city, Method::POST, ENTRIES, None, &lamp()).await;
    let found = city
        .get(&format!(
            "{ENTRIES}?q=%E8%B7%AF%E7%87%88&division=320900&sharing=unconditional,none"
        ))
        .await
        .json();
    assert_eq!(found["total"], 1);
    let entry = &found["entries"][0];
    assert_eq!(entry["id"], "tinghu.lamp");
    assert!(entry.get("columns").is_none());
    assert_eq!(
        entry["highlight"]["title"][0],
        json!({"text": "路灯", "hit": true})
    );
    assert_eq!(
        found["facets"]["division"],
        json!([{"value": "320902", "count": 1}])
    );
    let suggested = city.get("/api/v1/ledger/suggest?q=ldss").await.json();
    assert_eq!(suggested["entries"][0]["id"], "tinghu.lamp");
    for (query, parameter) in [
        ("status=lost", "status"),
        ("point=26", "point"),
        ("lacks=colour", "lacks"),
        ("sort=colour", "sort"),
        ("limit=0", "limit"),
        ("after=zz", "after"),
        ("colour=red", "colour"),
        ("status=lost&sort=title", "status"),
    ] {
        let refused = city.get(&format!("{ENTRIES}?{query}")).await;
        assert_eq!(
            refused.problem(),
            (400, "invalid-parameter".to_owned()),
            "{query}"
        );
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(parameter), "{detail}");
    }
    let many = vec!["a"; 201].join(",");
    let refused = city.get(&format!("{ENTRIES}?owner={many}")).await;
    assert_eq!(refused.problem(), (400, "invalid-parameter".to_owned()));
    let long = "a".repeat(201);
    assert_eq!(
        city.get(&format!("{ENTRIES}?q={long}")).await.problem().0,
        400
    );
}

#[tokio::test]
async fn a_file_of_entries_is_imported_and_exported_and_imported_again() {
    let city = City::found().await;
    let lines = format!("{}\n{{\"id\": \"x\"}}\n", lamp());
    let imported = upload(&city, "entries.jsonl", &lines).await;
    assert_eq!(imported.status, StatusCode::OK, "{imported:?}");
    let told = imported.json();
    assert_eq!((&told["created"], &told["faulty"]), (&json!(1), &json!(1)));
    assert_eq!(told["faults"][0]["line"], 2);

    let exported = city.get("/api/v1/ledger/export?format=jsonl").await;
    assert_eq!(exported.header("content-type"), "application/x-ndjson");
    assert_eq!(exported.text().lines().count(), 2);
    let again = upload(&city, "again.jsonl", exported.text()).await.json();
    assert_eq!(
        (&again["unchanged"], &again["faulty"]),
        (&json!(2), &json!(0)),
        "{again}"
    );

    let table = city.get("/api/v1/ledger/export?q=%E8%B7%AF%E7%81%AF").await;
    let text = table.text();
    assert!(
        text.starts_with('\u{feff}') && text.contains("路灯设施") && text.contains("无条件共享"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 2);
    let book = city
        .get("/api/v1/ledger/export?format=xlsx&status=drafted")
        .await;
    assert!(book.body.starts_with(b"PK"));
    assert_eq!(
        city.get("/api/v1/ledger/export?format=pdf")
            .await
            .problem()
            .0,
        400
    );
    assert_eq!(
        city.get("/api/v1/ledger/export?colour=red")
            .await
            .problem()
            .0,
        400
    );
    let unknown = upload(&city, "entries.pdf", &lines).await;
    assert_eq!(unknown.problem(), (422, "invalid-body".to_owned()));
    let none = upload(&city, "entries.xlsx", "PK no workbook").await;
    assert_eq!(none.problem(), (422, "invalid-entry".to_owned()));
}

async fn upload(city: &City, name: &str, text: &str) -> Answer {
    let body = format!(
        "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{text}\r\n--b--\r\n"
    );
    let request = axum::http::Request::builder()
        .method(Method::POST)
        .uri("/api/v1/ledger/import")
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b");
    city.ask(request, body).await
}

#[tokio::test]
async fn sums_are_told_by_county_and_of_the_whole() {
    let city = City::found().await;
    change(&city, Method::POST, ENTRIES, None, &lamp()).await;
    let rollup = city.get("/api/v1/ledger/rollup").await.json();
    assert_eq!(rollup["total"]["entries"], 2);
    let sum: u64 = rollup["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["entries"].as_u64().unwrap())
        .sum();
    assert_eq!(sum, 2);
    let owners = city.get("/api/v1/ledger/rollup?by=owner").await.json();
    assert_eq!(owners["rows"].as_array().unwrap().len(), 2);
    assert_eq!(
        city.get("/api/v1/ledger/rollup?by=colour")
            .await
            .problem()
            .0,
        400
    );
    let sets = city.get("/api/v1/ledger/indicators").await.json();
    assert_eq!(sets, json!({"sets": []}));
    assert_eq!(
        city.get("/api/v1/ledger/indicators/club.none")
            .await
            .problem(),
        (404, "not-found".to_owned())
    );
}

#[tokio::test]
async fn a_field_with_codes_tells_their_words() {
    let coded = MEMBER
        .replace("club.member", "club.visit")
        .replace(
            "  age: {title: {zh: 年龄}, type: integer, required: false}",
            "  age: {title: {zh: 年龄}, type: integer, required: false}\n  way: {title: {zh: 方式}, codes: club.way}",
        );
    let codes = "codes: club.way\ntitle: {zh: 方式}\nvalues:\n  \"1\": {zh: 步行, en: on foot}\n  \"2\": {zh: 乘车}\n";
    let files = [
        ("datasets/visit.yaml", coded.as_str()),
        ("codes/way.yaml", codes),
    ];
    let city = City::with_files(Options::default(), &files).await;
    let shown = city.get("/api/v1/datasets/club.visit").await.json();
    let columns = shown["columns"].as_array().unwrap();
    let way = columns.iter().find(|one| one["name"] == "way").unwrap();
    assert_eq!(
        way["words"],
        json!([
            {"code": "1", "title": "步行", "title_en": "on foot"},
            {"code": "2", "title": "乘车", "title_en": null}
        ])
    );
    assert_eq!(columns[0]["words"], Value::Null);
}
