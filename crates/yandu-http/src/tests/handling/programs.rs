//! Programs and their tokens.

use super::*;

#[tokio::test]
async fn a_program_delivers_with_a_token_for_that_and_reads_nothing_else() {
    let (city, root) = City::claimed_with(&FILES).await;
    let clerk = city.somebody(&root, "li", &["clerk"]).await;
    let mut programs = Vec::new();
    for scope in ["deliver", "read"] {
        programs.push(city.program(&clerk, &[scope]).await);
    }
    let batch = city.delivered_as(&programs[0], &members()).await;
    assert_eq!(batch["status"], "collected");
    let query = json!({"sql": "SELECT 1"});
    let refused = city
        .refused(&programs[0], Method::POST, "/api/v1/query", &query)
        .await;
    assert_eq!(refused, "not-permitted");
    let uploaded = city
        .upload_as(&programs[1], "club.member", &members())
        .await;
    assert_eq!(uploaded.problem(), (403, "not-permitted".to_owned()));
}

#[tokio::test]
async fn programs_of_ckan_read_what_their_token_may_and_whoever_keeps_the_ledger_writes() {
    let (city, root) = City::claimed_with(&FILES).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let other = city.member(&root, "zhou", "市公安局", &["clerk"]).await;
    let until = (city.state.now() + jiff::SignedDuration::from_hours(24)).to_string();
    let token = json!({"name": "目录", "scope": ["read"], "expires_at": until});
    let made = city
        .ok(&steward, Method::POST, "/api/v1/account/tokens", &token)
        .await;
    // Programs of CKAN show the token alone.
    let secret = made["secret"].as_str().unwrap().to_owned();
    let program = Somebody(Some((header::AUTHORIZATION, secret)));
    let action = |name: &str| format!("/api/3/action/{name}");
    let rows = json!({"resource_id": "club.member.table", "limit": 5});
    let found = city
        .ok(&program, Method::POST, &action("datastore_search"), &rows)
        .await;
    assert_eq!(found["result"]["total"], 2);
    assert_eq!(found["result"]["records"][0]["number"], "1");
    assert!(!found.to_string().contains("王芳"), "{found}");
    let sql = json!({"sql": "SELECT number, name FROM club.member"});
    let found = city
        .ok(
            &program,
            Method::POST,
            &action("datastore_search_sql"),
            &sql,
        )
        .await;
    assert!(!found.to_string().contains("王芳"), "{found}");
    let dump = city
        .send(
            &program,
            Method::GET,
            "/datastore/dump/club.member.table",
            &Value::Null,
        )
        .await;
    assert_eq!(dump.status, StatusCode::OK);
    assert!(!dump.text().contains("王芳"), "{}", dump.text());
    // The file has a receipt of its own, and what is asked twice is counted under one.
    let again = city
        .send(
            &program,
            Method::POST,
            &action("datastore_search_sql"),
            &sql,
        )
        .await;
    let receipt = async |answer: &Answer| {
        let path = format!("/api/v1/exports/{}", answer.header("yandu-receipt"));
        city.ok(&steward, Method::GET, &path, &Value::Null).await
    };
    let file = receipt(&dump).await;
    assert_eq!(
        (&file["form"], &file["state"], &file["rows"]),
        (&json!("csv"), &json!("complete"), &json!(2))
    );
    assert_eq!(file["bytes"], dump.text().len());
    let counted = receipt(&again).await;
    assert_eq!(
        (&counted["answers"], &counted["rows"]),
        (&json!(2), &json!(4))
    );
    assert_eq!(
        (&counted["reader"], &counted["sql"]),
        (&json!("wang"), &sql["sql"])
    );
    // What somebody may not know of is as absent as what is not there.
    let hidden = city
        .send(&other, Method::POST, &action("datastore_search"), &rows)
        .await;
    let nothing = json!({"resource_id": "club.nothing.table", "limit": 5});
    let absent = city
        .send(&other, Method::POST, &action("datastore_search"), &nothing)
        .await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    let message = |answer: &Answer, name: &str| answer.text().replace(name, "…");
    assert_eq!(
        message(&hidden, "club.member"),
        message(&absent, "club.nothing")
    );
    let new = json!({"name": "club-new", "title": "新目录", "owner_org": "市民政局"});
    for who in [&program, &steward] {
        let refused = city
            .send(who, Method::POST, &action("package_create"), &new)
            .await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
        assert_eq!(refused.json()["error"]["__type"], "Authorization Error");
    }
}

#[tokio::test]
async fn a_token_does_not_more_than_its_scope_says() {
    let (city, root) = City::claimed_with(&FILES).await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let batch = city.delivered_as(&steward, &members()).await;
    let id = batch["id"].as_str().unwrap();
    let mut programs = Vec::new();
    for scope in ["read", "deliver"] {
        programs.push(city.program(&steward, &[scope]).await);
    }
    let entry = "/api/v1/ledger/entries/club.member";
    let tags = json!({"tags": ["x"]});
    let refused = city
        .refused(&programs[0], Method::PATCH, entry, &tags)
        .await;
    assert_eq!(refused, "not-permitted");
    city.ok(&steward, Method::PATCH, entry, &tags).await;
    // What is delivered is followed, and no cell of it read.
    let quarantine = format!("/api/v1/batches/{id}/quarantine");
    let rows = city
        .ok(&programs[1], Method::GET, &quarantine, &Value::Null)
        .await;
    assert_eq!(rows["rows"][0]["cells"], json!({}));
    assert_eq!(rows["rows"][0]["reasons"][0]["column"], "age");
}

#[tokio::test]
async fn rows_are_ordered_by_what_their_reader_sees_where_the_key_is_hidden() {
    let policies = r#"
@id("browse") @about("工作人员查看一本账")
permit (principal is Person, action == Action::"browse", resource == City::"city");
@id("some") @about("工作人员读取年龄") @up_to("general-1") @columns("age, fee")
permit (principal is Person, action == Action::"read", resource == Dataset::"club.member");
"#;
    let files = [("policies/readers.cedar", policies)];
    let city = City::with_files(crate::Options::default(), &files).await;
    city.deliver("a.csv", "number,name,age\n1,王芳,41\n2,李强,30\n")
        .await;
    let root = city.claim().await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let program = city.program(&wang, &["read"]).await;
    let search = "/api/3/action/datastore_search";
    let asked = json!({"resource_id": "club.member.table"});
    let found = city.ok(&program, Method::POST, search, &asked).await;
    let records = found["result"]["records"].as_array().unwrap();
    let ages: Vec<&Value> = records.iter().map(|record| &record["age"]).collect();
    assert_eq!(ages, [&json!(30), &json!(41)], "{found}");
    assert!(!found.to_string().contains("number"), "{found}");
    let dump = "/datastore/dump/club.member.table";
    let dump = city.send(&program, Method::GET, dump, &Value::Null).await;
    assert_eq!(dump.status, StatusCode::OK, "{}", dump.text());
    assert!(!dump.text().contains("number"), "{}", dump.text());
}
