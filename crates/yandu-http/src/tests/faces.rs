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

/// Entries as lines of a file, each from another department.
async fn import(city: &City, entries: &[Value]) {
    let lines: Vec<String> = entries.iter().map(Value::to_string).collect();
    let path = city
        .state
        .collector()
        .folder()
        .inbox()
        .join("entries.jsonl");
    std::fs::write(&path, lines.join("\n")).unwrap();
    let told = city
        .post(
            "/api/v1/ledger/import",
            &json!({ "path": path }).to_string(),
        )
        .await;
    assert_eq!(told.json()["created"], entries.len(), "{}", told.text());
}

#[tokio::test]
async fn however_many_departments_there_are_all_are_listed() {
    let city = City::found().await;
    let entries: Vec<Value> = (0..400)
        .map(|number| {
            json!({
                "id": format!("e{number}"), "title": {"zh": "台账"}, "owner": format!("单位{number}"),
                "theme": format!("主题{number}"),
            })
        })
        .collect();
    import(&city, &entries).await;
    let organizations = result(&city, "organization_list", json!({})).await;
    // Those of the file, and that of the pack.
    assert_eq!(organizations.as_array().unwrap().len(), 401);
    let groups = result(&city, "group_list", json!({})).await;
    assert_eq!(groups.as_array().unwrap().len(), 400);
    for number in [0, 399] {
        let name = format!("单位{number}");
        let shown = result(&city, "organization_show", json!({ "id": name })).await;
        assert_eq!(shown["display_name"], json!(name));
    }
    let all = json!({
        "include_drafts": true, "rows": 0, "facet.field": ["organization"], "facet.limit": -1,
    });
    let found = result(&city, "package_search", all).await;
    let facet = found["facets"]["organization"].as_object().unwrap();
    assert_eq!(facet.len(), 401);
}

#[tokio::test]
async fn facets_count_what_was_found_whatever_it_was_found_by() {
    let city = City::found().await;
    let entry = |id: &str, division: &str, points: Value, tags: Value| {
        json!({
            "id": id, "title": {"zh": format!("路灯台账{id}")}, "owner": "住建局", "theme": "城乡建设",
            "division": division, "points": points, "tags": tags, "sharing": {"class": "none"},
            "opening": "closed", "origin": "form", "grade": "important", "refresh": "yearly",
        })
    };
    import(
        &city,
        &[
            entry("a", "320902001", json!([3, 12]), json!(["照明"])),
            entry("b", "320902", json!([3]), json!([])),
            entry("c", "320903", json!([12]), json!(["照明"])),
        ],
    )
    .await;
    let fields = [
        "organization",
        "groups",
        "division",
        "kind",
        "sharing",
        "opening",
        "origin",
        "grade",
        "refresh",
        "status",
        "fresh",
        "point",
    ];
    let facets = async |criteria: Value| {
        let mut asked = json!({"include_drafts": true, "rows": 10, "facet.field": fields});
        asked
            .as_object_mut()
            .unwrap()
            .extend(criteria.as_object().unwrap().clone());
        let found = result(&city, "package_search", asked).await;
        let ids: Vec<String> = found["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|package| package["id"].as_str().unwrap().to_owned())
            .collect();
        (ids, found["facets"].clone())
    };
    let counted = |division: Value, count: u64, point: Value| {
        json!({
            "organization": {"住建局": count}, "groups": {"城乡建设": count}, "division": division,
            "kind": {"table": count}, "sharing": {"none": count}, "opening": {"closed": count}, "origin": {"form": count},
            "grade": {"important": count}, "refresh": {"yearly": count}, "status": {"drafted": count}, "fresh": {},
            "point": point,
        })
    };
    for (criteria, found, division, point) in [
        // By the ledger's own facets, and entry by entry.
        (
            json!({"fq": "theme:城乡建设"}),
            "a b c",
            json!({"320902": 2, "320903": 1}),
            json!({"3": 2, "12": 2}),
        ),
        (
            json!({"fq": "tags:照明"}),
            "a c",
            json!({"320902": 1, "320903": 1}),
            json!({"3": 1, "12": 2}),
        ),
        (
            json!({"fq": "division:320900"}),
            "a b c",
            json!({"320902": 2, "320903": 1}),
            json!({"3": 2, "12": 2}),
        ),
        (
            json!({"fq": "division:320902001"}),
            "a",
            json!({"320902": 1}),
            json!({"3": 1, "12": 1}),
        ),
        (
            json!({"fq": "point:3"}),
            "a b",
            json!({"320902": 2}),
            json!({"3": 2, "12": 1}),
        ),
        (
            json!({"q": "title:路灯 name:*"}),
            "a b c",
            json!({"320902": 2, "320903": 1}),
            json!({"3": 2, "12": 2}),
        ),
        (
            json!({"q": "organization:住*", "fq": "name:c"}),
            "c",
            json!({"320903": 1}),
            json!({"12": 1}),
        ),
    ] {
        let (mut ids, facets) = facets(criteria.clone()).await;
        ids.sort();
        assert_eq!(ids.join(" "), found, "{criteria}");
        assert_eq!(
            facets,
            counted(division, ids.len() as u64, point),
            "{criteria}"
        );
    }
}

#[tokio::test]
async fn the_ground_on_which_data_is_shared_is_told_wherever_it_comes_from() {
    let city = City::found().await;
    let entry = json!({
        "id": "tinghu.lamp", "title": {"zh": "路灯"}, "owner": "住建局", "status": "published",
        "code": "1", "owner_code": "113209000143500013", "about": "x", "contact": "x", "theme": "城建",
        "grade": "general-1", "opening": "closed", "refresh": "yearly",
        "sharing": {"class": "conditional", "basis": "照明管理条例", "condition": "按需", "method": "download"},
        "columns": [{"name": "a", "title": {"zh": "甲"}, "grade": "general-1"}],
    });
    import(&city, &[entry]).await;
    let turtle = city.get("/dcat/dataset/tinghu.lamp").await;
    assert!(turtle.text().contains("dct:rights"), "{}", turtle.text());
    assert!(turtle.text().contains("照明管理条例；按需"));
    assert!(!turtle.text().contains("dct:provenance"));
}
