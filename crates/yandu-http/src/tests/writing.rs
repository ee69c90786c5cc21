use serde_json::json;

use super::city::City;

const ROWS: &str = "/api/v1/datasets/club.member/rows";

async fn members(city: &City) -> serde_json::Value {
    let sql = json!({"sql": "SELECT number, age, fee FROM club.member ORDER BY number"});
    city.post("/api/v1/query", &sql.to_string()).await.json()["rows"].clone()
}

#[tokio::test]
async fn a_written_row_is_read_at_once_and_after_it_is_folded() {
    let city = City::found().await;
    let one = city
        .post(
            ROWS,
            r#"{"number": "1", "name": "王芳", "age": 30, "fee": 10.5}"#,
        )
        .await;
    assert_eq!((one.status.as_u16(), &one.json()["rows"]), (201, &json!(1)));
    let two = r#"[{"number": "2", "name": "李强"}, {"number": "1", "name": "王芳", "age": "31"}]"#;
    assert_eq!(city.post(ROWS, two).await.json()["rows"], json!(2));
    let expected = json!([["1", 31, null], ["2", null, null]]);
    assert_eq!(members(&city).await, expected);
    let detail = city.get("/api/v1/datasets/club.member").await.json();
    assert_eq!(
        (&detail["rows"], &detail["version"]),
        (&json!(2), &json!(null))
    );
    city.state
        .collector()
        .fold(&"club.member".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(members(&city).await, expected);
}

#[tokio::test]
async fn of_rows_with_one_at_fault_none_is_written() {
    let city = City::found().await;
    let rows = r#"[{"number": "1", "name": "王芳"}, {"number": "2", "name": "李强", "age": 200}, {"name": "张伟"}]"#;
    let answer = city.post(ROWS, rows).await;
    assert_eq!(answer.problem(), (422, "rows-refused".to_owned()));
    assert_eq!(
        answer.json()["rows"],
        json!([
            {"row": 2, "reasons": [{"column": "age", "reason": "age-range", "title": "年龄超出范围", "level": "hard"}]},
            {"row": 3, "reasons": [{"column": "number", "reason": "missing", "title": "必填项为空", "level": "hard"}]},
        ])
    );
    assert_eq!(members(&city).await, json!([]));
}

#[tokio::test]
async fn what_is_no_row_is_refused() {
    let city = City::found().await;
    for (body, expected) in [
        ("", (400, "invalid-json")),
        ("[", (400, "invalid-json")),
        ("[]", (422, "invalid-body")),
        ("3", (422, "invalid-body")),
        (
            r#"[{"number": "1", "name": "王芳"}, 3]"#,
            (422, "invalid-body"),
        ),
        (r#"{"number": "1", "colour": "red"}"#, (422, "no-column")),
    ] {
        let (status, code) = city.post(ROWS, body).await.problem();
        assert_eq!((status, code.as_str()), expected, "{body}");
    }
    let nobody = city
        .post("/api/v1/datasets/club.nobody/rows", r#"{"a": 1}"#)
        .await;
    assert_eq!(nobody.problem(), (404, "no-dataset".to_owned()));
}
