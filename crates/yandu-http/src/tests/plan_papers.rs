use axum::http::{Method, header};
use serde_json::Value;
use yandu_store::Clock;

use super::city::{City, parts_of, request};
use super::exporting::receipt;
use super::measuring;
use super::plan_reviewing::{approved, import};
use crate::Options;

const PAPERS: &str = "/api/v1/plans/2026/papers";

async fn on(day: &str) -> City {
    let at = format!("{day}T01:00:00Z").parse().unwrap();
    City::at(Clock::standing(at), Options::default(), &[]).await
}

#[tokio::test]
async fn a_paper_is_told_with_its_footnotes_and_saved_as_a_file_of_word() {
    let city = on("2026-04-20").await;
    approved(&city).await;
    let told = city.get(&format!("{PAPERS}/brief?period=2026-03")).await;
    assert_eq!(told.status, 200, "{}", told.text());
    assert!(!told.header("etag").is_empty());
    let paper = told.json();
    assert_eq!(paper["day"], "2026-03-31");
    assert_eq!(paper["kind_text"], "月度简报");
    let notes = paper["notes"].as_array().unwrap();
    let numbers: Vec<u64> = notes
        .iter()
        .map(|note| note["number"].as_u64().unwrap())
        .collect();
    let expected: Vec<u64> = (1..=notes.len() as u64).collect();
    assert_eq!(numbers, expected);
    assert!(!notes.is_empty(), "{paper}");
    let address = |note: &Value| note["address"].as_str().unwrap_or_default().to_owned();
    assert!(
        notes
            .iter()
            .all(|note| address(note).starts_with("http://")),
        "{notes:?}"
    );
    // Every mark has its footnote, and every footnote is referred to.
    let mut marks: Vec<u64> = Vec::new();
    collect_marks(&paper["blocks"], &mut marks);
    marks.sort_unstable();
    marks.dedup();
    assert_eq!(marks, expected);
    let again = city.get(&format!("{PAPERS}/brief?period=2026-03")).await;
    assert_eq!(told.header("etag"), again.header("etag"));

    let word = city
        .get(&format!("{PAPERS}/brief?period=2026-03&format=docx"))
        .await;
    assert_eq!(word.status, 200);
    assert!(
        word.header("content-type")
            .ends_with("wordprocessingml.document")
    );
    let saved = word.header("content-disposition");
    assert!(
        saved.starts_with("attachment") && saved.contains("docx"),
        "{saved}"
    );
}

#[tokio::test]
async fn a_file_of_a_paper_leaves_a_receipt_and_says_in_its_properties_alone_who_took_it() {
    let city = on("2026-04-20").await;
    approved(&city).await;
    let told = city.get(&format!("{PAPERS}/brief?period=2026-03")).await;
    assert_eq!(told.header("yandu-receipt"), "");
    let word = city
        .get(&format!("{PAPERS}/brief?period=2026-03&format=docx"))
        .await;
    let number = word.header("yandu-receipt");
    let receipt = receipt(&city, number).await;
    assert_eq!(receipt["form"], "docx");
    assert_eq!(receipt["way"], "export");
    assert_eq!(receipt["sql"], "PAPER 2026 brief 2026-03");
    assert_eq!(receipt["state"], "complete");
    assert_eq!(receipt["bytes"], word.body.len());
    let text = |name: &str| receipt[name].as_str().unwrap().to_owned();
    let reader = format!("{}（{}）", text("name"), text("reader"));
    let taken = format!("读者 {reader} · 时间 2026-04-20 09:00:00 · 凭证 {number}");
    for (part, text) in parts_of(&word.body) {
        let is_said = text.contains(&taken);
        assert_eq!(is_said, part == "docProps/core.xml", "{part}: {text}");
        let is_told = text.contains(&reader) || text.contains("凭证");
        assert_eq!(is_told, is_said, "{part}: {text}");
    }
    // Fonts are looked for before a receipt is opened.
    let refused = city
        .get(&format!("{PAPERS}/brief?period=2026-03&format=pdf"))
        .await;
    assert_eq!(refused.problem(), (409, "document-font".to_owned()));
    let listed = city.get("/api/v1/exports").await.json();
    assert_eq!(listed["exports"].as_array().unwrap().len(), 1, "{listed}");
}

#[tokio::test]
async fn a_paper_of_a_past_month_tells_a_number_of_the_year_as_it_stood_then() {
    let sql = measuring::JOINED_SQL.replace("make_date(2025", "make_date(2026");
    let files = [
        ("models/joined.yaml", measuring::JOINED),
        ("models/joined.sql", &sql),
        ("metrics/joined.yaml", measuring::METRIC),
    ];
    let clock = Clock::standing("2026-05-20T01:00:00Z".parse().unwrap());
    let city = City::at(clock, Options::default(), &files).await;
    city.deliver(
        "a.csv",
        "会员号,会员姓名,年龄,会费\n1,王芳,1,1\n2,李强,2,2\n3,张伟,3,1\n4,赵六,4,1\n5,钱七,4,1\n",
    )
    .await;
    city.post("/api/v1/models/run", "{}").await;
    approved(&city).await;
    let binding = request(Method::PUT, "/api/v1/plans/2026/targets/2/binding")
        .header(header::CONTENT_TYPE, "application/json");
    let body = r#"{"kind": "metric", "id": "club.joined", "way": "at-date", "reason": "核对"}"#;
    let bound = city.ask(binding, body).await;
    assert_eq!(bound.status, 200, "{}", bound.text());
    for (period, value) in [("2026-03", "3"), ("2026-04", "5")] {
        let told = city.get(&format!("{PAPERS}/brief?period={period}")).await;
        let paper = told.json();
        let notes = paper["notes"].as_array().unwrap();
        let note = notes
            .iter()
            .find(|note| note["trail"] == "metric/club.joined@2026");
        let number = note.unwrap_or_else(|| panic!("{period}: {paper}"))["number"].clone();
        let mut texts = Vec::new();
        collect_texts(&paper["blocks"], &number, &mut texts);
        assert!(
            texts.iter().any(|text| text.starts_with(value)),
            "{period}: {texts:?}"
        );
    }
    let word = city
        .get(&format!("{PAPERS}/brief?period=2026-04&format=docx"))
        .await;
    let receipt = receipt(&city, word.header("yandu-receipt")).await;
    assert_eq!(receipt["read"][0]["dataset"], "club.joined", "{receipt}");
    assert_eq!(receipt["rows"], 1, "one target has a metric");
}

/// The pieces of text that a footnote stands behind.
fn collect_texts(value: &Value, note: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            if fields.get("note") == Some(note) {
                texts.extend(fields["text"].as_str().map(ToOwned::to_owned));
            }
            fields
                .values()
                .for_each(|field| collect_texts(field, note, texts));
        }
        Value::Array(values) => values
            .iter()
            .for_each(|one| collect_texts(one, note, texts)),
        _ => {}
    }
}

/// The numbers of the footnotes that runs name.
fn collect_marks(value: &Value, marks: &mut Vec<u64>) {
    match value {
        Value::Object(fields) => {
            marks.extend(fields.get("note").and_then(Value::as_u64));
            fields
                .values()
                .for_each(|field| collect_marks(field, marks));
        }
        Value::Array(values) => values.iter().for_each(|one| collect_marks(one, marks)),
        _ => {}
    }
}

#[tokio::test]
async fn a_paper_is_refused_with_what_is_wrong() {
    let city = on("2026-04-20").await;
    import(&city).await;
    let open = city.get(&format!("{PAPERS}/brief?period=2026-03")).await;
    assert_eq!(open.problem(), (409, "plan-status".to_owned()));
    let city = on("2026-04-20").await;
    approved(&city).await;
    for (asked, status, code) in [
        ("brief?period=2026-05", 422, "plan-period"),
        ("pack?period=2026-03", 422, "plan-period"),
        ("review?period=2025", 422, "plan-period"),
        ("brief?period=soon", 400, "invalid-parameter"),
        ("brief", 400, "invalid-parameter"),
        ("brief?period=2026-03&format=odt", 400, "invalid-parameter"),
        ("letter?period=2026-03", 404, "not-found"),
        // No font is set here.
        ("brief?period=2026-03&format=pdf", 409, "document-font"),
    ] {
        let answer = city.get(&format!("{PAPERS}/{asked}")).await;
        assert_eq!(answer.problem(), (status, code.to_owned()), "{asked}");
    }
}
