//! Forms and the plan: each unit does its own part.

use super::*;

#[tokio::test]
async fn a_unit_fills_its_own_part_of_a_form_and_does_not_see_what_another_has_filled() {
    let (city, root) = City::claimed_with(&FILES).await;
    let clerk = city.somebody(&root, "li", &["clerk"]).await;
    let other = city.member(&root, "zhou", "市公安局", &["clerk"]).await;
    let shown = city
        .ok(
            &clerk,
            Method::GET,
            "/api/v1/forms/club.visit",
            &Value::Null,
        )
        .await;
    assert_eq!(shown["own_units"], json!(["市民政局"]));
    let reports = "/api/v1/forms/club.visit/reports";
    let report = |unit: &str| json!({"unit": unit, "period": "2025-01", "values": {"visits": 12}});
    let refused = city
        .refused(&clerk, Method::POST, reports, &report("市公安局"))
        .await;
    assert_eq!(refused, "not-permitted");
    let made = city
        .ok(&clerk, Method::POST, reports, &report("市民政局"))
        .await;
    let path = format!("{reports}/{}", made["batch"].as_str().unwrap());
    let filled = city.ok(&clerk, Method::GET, &path, &Value::Null).await;
    assert_eq!(filled["values"]["visits"], 12);
    let refused = city.refused(&other, Method::GET, &path, &Value::Null).await;
    assert_eq!(refused, "not-permitted");
    let steward = city.member(&root, "qian", "市公安局", &["steward"]).await;
    let forms = city
        .ok(&steward, Method::GET, "/api/v1/forms", &Value::Null)
        .await;
    assert_eq!(forms["forms"], json!([]));
    let refused = city
        .refused(&steward, Method::GET, &path, &Value::Null)
        .await;
    assert_eq!(refused, "no-dataset");
}

#[tokio::test]
async fn what_a_form_was_filled_with_leaves_to_a_token_under_a_receipt_and_to_a_person_as_a_page() {
    let (city, root) = City::claimed_with(&FILES).await;
    let clerk = city.somebody(&root, "li", &["clerk"]).await;
    let reports = "/api/v1/forms/club.visit/reports";
    let report = json!({"unit": "市民政局", "period": "2025-01", "values": {"visits": 12}});
    let made = city.ok(&clerk, Method::POST, reports, &report).await;
    let path = format!("{reports}/{}", made["batch"].as_str().unwrap());
    let program = city.program(&clerk, &["read", "deliver"]).await;
    let filled = city.send(&program, Method::GET, &path, &Value::Null).await;
    assert_eq!(filled.status, StatusCode::OK, "{}", filled.text());
    assert_eq!(filled.json()["values"]["visits"], 12);
    let told = format!("/api/v1/exports/{}", filled.header("yandu-receipt"));
    let told = city.ok(&clerk, Method::GET, &told, &Value::Null).await;
    assert_eq!(
        (&told["answers"], &told["rows"], &told["sql"]),
        (&json!(1), &json!(1), &json!("REPORT club.visit"))
    );
    assert_eq!(told["read"][0]["dataset"], "club.visit");
    let page = city.send(&clerk, Method::GET, &path, &Value::Null).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text());
    assert_eq!(page.header("yandu-receipt"), "");
}

#[tokio::test]
async fn a_unit_reports_of_its_own_nodes_and_somebody_else_accepts_its_evidence() {
    let options = crate::Options {
        local_key: "yl_0123456789".to_owned(),
        ..crate::Options::default()
    };
    let city = City::with_files(options, &FILES).await;
    approved(&city).await;
    let root = city.claim().await;
    let own = city.member(&root, "li", "市工信局", &["clerk"]).await;
    let other = city.member(&root, "zhou", "市公安局", &["clerk"]).await;
    let office = city.member(&root, "wang", "市工信局", &["steward"]).await;
    let plan = "/api/v1/plans/2026";
    let tasks = city
        .ok(&other, Method::GET, &format!("{plan}/tasks"), &Value::Null)
        .await;
    let node = tasks["tasks"][0]["nodes"][0]["id"].as_str().unwrap();
    let steps = format!("{plan}/nodes/{node}/steps");
    let begin = json!({"step": "begin"});
    let refused = city.refused(&other, Method::POST, &steps, &begin).await;
    assert_eq!(refused, "not-permitted");
    city.ok(&own, Method::POST, &steps, &begin).await;
    let evidence = format!("{plan}/evidence");
    let file = Some(("统计月报.txt", "三月通达率提高百分之五。"));
    let (request, body) = form(&format!("{plan}/documents"), &[], file);
    let (name, value) = own.0.clone().unwrap();
    let kept = city.ask(request.header(name, value), body).await;
    assert_eq!(kept.status, StatusCode::CREATED, "{}", kept.text());
    let said = json!({
        "about": "target/2", "on": "2026-03-01", "value": 5.0, "source": "统计月报",
        "documents": [kept.json()["hash"]],
    });
    let refused = city.refused(&other, Method::POST, &evidence, &said).await;
    assert_eq!(refused, "not-permitted");
    let edit = json!({"edits": []});
    let refused = city
        .refused(&own, Method::POST, &format!("{plan}/edits"), &edit)
        .await;
    assert_eq!(refused, "not-permitted");
    city.ok(&own, Method::POST, &evidence, &said).await;
    city.ok(&office, Method::POST, &evidence, &said).await;
    let accept = json!({"accept": true, "reason": "已核对"});
    let decision = |number: u64| format!("{plan}/evidence/{number}/decision");
    city.ok(&office, Method::POST, &decision(1), &accept).await;
    // What one has handed in oneself is for somebody else to accept.
    let refused = city
        .refused(&office, Method::POST, &decision(2), &accept)
        .await;
    assert_eq!(refused, "not-permitted");
}

#[tokio::test]
async fn a_change_is_approved_by_somebody_else_than_whoever_asked_for_it() {
    let city = City::with_files(crate::Options::default(), &FILES).await;
    approved(&city).await;
    let root = city.claim().await;
    let office = city.member(&root, "wang", "市工信局", &["steward"]).await;
    let other = city.member(&root, "zheng", "市工信局", &["steward"]).await;
    let changes = "/api/v1/plans/2026/changes";
    let edit = |value: u64| {
        let edit = json!({"op": "set", "item": "target/1", "fields": {"value": value}});
        json!({"edits": [edit], "reason": "推迟"})
    };
    let accept = json!({"accept": true, "reason": "同意"});
    let reject = json!({"accept": false, "reason": "撤回"});
    let decision = |number: u64| format!("{changes}/{number}/decision");
    city.ok(&office, Method::POST, changes, &edit(280)).await;
    let refused = city
        .refused(&office, Method::POST, &decision(1), &accept)
        .await;
    assert_eq!(refused, "not-permitted");
    let made = city.ok(&other, Method::POST, &decision(1), &accept).await;
    assert_eq!(made["targets"][0]["value"], 280);
    // What one has asked for one may take back.
    city.ok(&office, Method::POST, changes, &edit(290)).await;
    city.ok(&office, Method::POST, &decision(2), &reject).await;
}

#[tokio::test]
async fn who_filled_the_form_of_a_target_is_told_to_whoever_has_to_do_with_the_form_alone() {
    let city = City::with_files(crate::Options::default(), &FILES).await;
    approved(&city).await;
    let root = city.claim().await;
    let clerk = city.somebody(&root, "li", &["clerk"]).await;
    let keeper = city.member(&root, "wang", "市工信局", &["steward"]).await;
    let reader = city.member(&root, "zhao", "市公安局", &[]).await;
    let target = "/api/v1/plans/2026/targets/2";
    let form = json!({"kind": "form", "id": "club.visit", "reason": "核对"});
    let binding = format!("{target}/binding");
    city.ok(&keeper, Method::PUT, &binding, &form).await;
    let report = json!({"unit": "市民政局", "period": "2025-01", "values": {"visits": 12}});
    let reports = "/api/v1/forms/club.visit/reports";
    city.ok(&clerk, Method::POST, reports, &report).await;
    for (who, by) in [(&keeper, json!("li")), (&reader, Value::Null)] {
        let told = city.ok(who, Method::GET, target, &Value::Null).await;
        let bound = &told["binding"];
        assert_eq!(bound["id"], "club.visit", "{bound}");
        assert_eq!(bound["last_report"]["submitted_by"], by, "{bound}");
        assert_eq!(bound["last_report"].is_null(), by.is_null(), "{bound}");
    }
}
