//! Numbers that leave under a receipt.

use super::*;

/// A city with two members under these policies, somebody in it, and a program of theirs.
async fn city_read_under(policies: &str) -> (City, Somebody, Somebody) {
    let city = city_under(policies, JOINED).await;
    let root = city.claim().await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let program = city.program(&wang, &["read"]).await;
    (city, wang, program)
}

#[tokio::test]
async fn numbers_leave_to_a_token_under_a_receipt_and_to_a_person_as_a_page() {
    let (city, wang, program) = city_read_under(READERS).await;
    let path = "/api/v1/metrics/ask";
    let by_name =
        json!({"metric": "club.joined", "period": "2025-04", "by": [{"dimension": "name"}]});
    let asked = json!({"asks": [by_name]});
    let answer = city.send(&program, Method::POST, path, &asked).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("王芳"), "{}", answer.text());
    let told = format!("/api/v1/exports/{}", answer.header("yandu-receipt"));
    let told = city.ok(&wang, Method::GET, &told, &Value::Null).await;
    let groups = &answer.json()["outcomes"][0]["answer"]["groups"];
    let points = groups.as_array().unwrap().iter();
    let points: usize = points
        .map(|group| group["points"].as_array().unwrap().len())
        .sum();
    assert_eq!(
        (&told["answers"], &told["rows"], &told["sql"]),
        (&json!(1), &json!(points), &json!("FIGURES club.joined"))
    );
    assert_eq!(told["read"][0]["dataset"], "club.joined");
    let page = city.send(&wang, Method::POST, path, &asked).await;
    assert_eq!(page.header("yandu-receipt"), "");
    assert_eq!(
        page.json()["outcomes"][0]["answer"]["groups"],
        answer.json()["outcomes"][0]["answer"]["groups"]
    );
    // That somebody is not among them is told too.
    let by_nobody = json!({
        "metric": "club.joined", "period": "2020-01", "by": [{"dimension": "name"}]
    });
    let asked = json!({"asks": [by_nobody]});
    let answer = city.send(&program, Method::POST, path, &asked).await;
    let groups = &answer.json()["outcomes"][0]["answer"]["groups"];
    assert_eq!(*groups, json!([]), "{}", answer.text());
    let told = format!("/api/v1/exports/{}", answer.header("yandu-receipt"));
    let told = city.ok(&wang, Method::GET, &told, &Value::Null).await;
    assert_eq!(
        (&told["answers"], &told["rows"]),
        (&json!(2), &json!(points))
    );
}

#[tokio::test]
async fn a_number_that_is_followed_leaves_to_a_token_under_a_receipt_also_where_no_row_does() {
    let (city, wang, program) = city_read_under(READERS_OF_PART).await;
    let path = "/api/v1/metrics/club.joined/trail";
    let of_one = json!({"period": "2025-04", "only": {"name": ["王芳"]}});
    // Of the first no row is shown, because not all of them are seen; the other is put together from none.
    let withheld = city.send(&program, Method::POST, path, &of_one).await;
    assert_eq!(withheld.status, 200, "{}", withheld.text());
    let shown = withheld.json();
    assert_eq!(shown["point"]["value"], json!(1.0));
    assert_eq!(
        (&shown["trail"]["withheld"], &shown["trail"]["rows"]),
        (&json!(true), &json!([]))
    );
    let receipt = withheld.header("yandu-receipt");
    assert_ne!(receipt, "");
    assert_eq!(shown["trail"]["receipt"], receipt);
    let none = json!({"period": "2020-01"});
    let none = city.send(&program, Method::POST, path, &none).await;
    assert_eq!(none.status, 200, "{}", none.text());
    assert_eq!(none.json()["trail"], Value::Null);
    assert_eq!(none.header("yandu-receipt"), receipt);
    let told = format!("/api/v1/exports/{receipt}");
    let told = city.ok(&wang, Method::GET, &told, &Value::Null).await;
    assert_eq!(
        (&told["answers"], &told["rows"], &told["sql"]),
        (&json!(2), &json!(2), &json!("TRAIL METRIC club.joined"))
    );
    let read = told["read"].as_array().unwrap();
    assert_eq!(read.len(), 1, "{read:?}");
    assert_eq!(read[0]["dataset"], "club.joined");
    assert_eq!(read[0]["permits"], json!(["club/part"]));
    let page = city.send(&wang, Method::POST, path, &of_one).await;
    assert_eq!(page.header("yandu-receipt"), "");
}
