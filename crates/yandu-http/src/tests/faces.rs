//! CKAN's actions and the DCAT catalogue in process; clients of others drive them in the tests of the program.

use axum::http::{Method, header};
use serde_json::{Value, json};

use super::city::{Answer, City, request};

async fn act(city: &City, action: &str, parameters: Value) -> Answer {
    city.post(&format!("/api/3/action/{action}"), &parameters.to_string())
        .await
}

async fn result(city: &City, action: &str, parameters: Value) -> Value {
    let answer = act(city, action, parameters).await;
    let body = answer.json();
    assert_eq!(
        (answer.status.as_u16(), &body["success"]),
        (200, &json!(true)),
        "{body}"
    );
    body["result"].clone()
}

/// The status of a refusal and its kind.
async fn refused(city: &City, action: &str, parameters: Value) -> (u16, String) {
    let answer = act(city, action, parameters).await;
    let body = answer.json();
    assert_eq!(body["success"], json!(false), "{body}");
    let kind = body["error"]["__type"].as_str().unwrap();
    (answer.status.as_u16(), kind.to_owned())
}

#[tokio::test]
async fn an_action_is_refused_in_the_words_and_statuses_of_ckan() {
    let city = City::found().await;
    for (action, parameters, status, kind) in [
        (
            "package_show",
            json!({"id": "nothing"}),
            404,
            "Not Found Error",
        ),
        ("package_show", json!({}), 409, "Validation Error"),
        (
            "package_patch",
            json!({"id": "club.member", "notes": "x"}),
            403,
            "Authorization Error",
        ),
        (
            "package_search",
            json!({"fq": "colour:red"}),
            400,
            "Search Query Error",
        ),
        (
            "datastore_search",
            json!({"resource_id": "club.nobody"}),
            404,
            "Not Found Error",
        ),
        (
            "resource_delete",
            json!({"id": "club.member.table"}),
            403,
            "Authorization Error",
        ),
    ] {
        let found = refused(&city, action, parameters).await;
        assert_eq!(found, (status, kind.to_owned()), "{action}");
    }
    let unknown = act(&city, "nothing", json!({})).await;
    assert_eq!(unknown.status, 400);
    assert_eq!(
        unknown.json(),
        json!("Bad request - Action name not known: nothing")
    );
}

#[tokio::test]
async fn no_text_of_a_caller_ends_a_text_of_a_statement() {
    let city = City::found().await;
    city.deliver("a.csv", "number,name,age\n1,O'Neil,30\n2,李强,31\n")
        .await;
    let search = async |filters: Value| {
        let parameters = json!({"resource_id": "club.member.table", "filters": filters});
        result(&city, "datastore_search", parameters).await["total"].clone()
    };
    assert_eq!(search(json!({"name": "O'Neil"})).await, 1);
    assert_eq!(search(json!({"age": ["30", 31]})).await, 2);
    for text in [
        "' OR '1'='1",
        "x' OR name IS NOT NULL --",
        "\\' OR ''='",
        "'; DROP TABLE club.member; --",
    ] {
        assert_eq!(search(json!({ "name": text })).await, 0, "{text}");
        for parameters in [
            json!({"filters": {text: "x"}}),
            json!({"filters": {"age": text}}),
            json!({"fields": [text]}),
            json!({"sort": [text]}),
        ] {
            let mut parameters = parameters;
            parameters["resource_id"] = json!("club.member.table");
            let kind = refused(&city, "datastore_search", parameters.clone()).await;
            assert_eq!(kind, (409, "Validation Error".to_owned()), "{parameters}");
        }
    }
    let everything = result(
        &city,
        "datastore_search",
        json!({"resource_id": "club.member"}),
    )
    .await;
    assert_eq!(everything["total"], 2);
}

#[tokio::test]
async fn only_what_is_published_is_in_the_catalogue() {
    let city = City::found().await;
    let catalogue = async || {
        let asked =
            request(Method::GET, "/dcat/catalog").header(header::ACCEPT, "application/ld+json");
        city.ask(asked, axum::body::Body::empty())
            .await
            .json()
            .to_string()
    };
    result(
        &city,
        "package_create",
        json!({"name": "tinghu.lamp", "title": "路灯", "owner_org": "住建局"}),
    )
    .await;
    assert!(!catalogue().await.contains("tinghu.lamp"));
    let change = json!({
        "code": "1", "owner_code": "113209000143500013", "about": "x", "contact": "x", "theme": "城建", "origin": "form",
        "grade": "general-1", "opening": "open", "refresh": "yearly", "sharing": {"class": "unconditional", "method": "download"},
        "columns": [{"name": "a", "title": {"zh": "甲"}, "grade": "general-1"}],
    });
    let asked = request(Method::PATCH, "/api/v1/ledger/entries/tinghu.lamp")
        .header(header::CONTENT_TYPE, "application/json");
    let changed = city.ask(asked, change.to_string()).await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    for to in ["reviewed", "published"] {
        let body = json!({"to": to, "reason": "核对无误"}).to_string();
        let moved = city
            .post("/api/v1/ledger/entries/tinghu.lamp/transitions", &body)
            .await;
        assert_eq!(moved.status, 200, "{}", moved.text());
    }
    assert!(catalogue().await.contains("tinghu.lamp"));
    assert_eq!(
        result(&city, "package_list", json!({})).await,
        json!(["tinghu.lamp"])
    );
    result(&city, "package_delete", json!({"id": "tinghu.lamp"})).await;
    assert!(!catalogue().await.contains("tinghu.lamp"));
    assert_eq!(result(&city, "package_list", json!({})).await, json!([]));
}
