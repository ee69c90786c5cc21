//! Policies that have an error: who is told what of it.

use axum::http::Method;
use serde_json::{Value, json};
use yandu_access::CITY_SOURCE;
use yandu_policy::Source;

use super::accounts::Somebody;
use super::city::City;

const MISSPELLED: &str = "\n@id(\"a\") @up_to(\"general-2\") permit (principal is Person, action == Action::\"read\", \
    resource == Dataset::\"club.membr\");";

#[tokio::test]
async fn administrators_are_told_where_policies_have_an_error_and_others_that_it_is_known() {
    let (city, root) = City::claimed().await;
    let guard = city
        .somebody(&root, "guard", &["security-administrator"])
        .await;
    let auditor = city
        .somebody(&root, "auditor", &["audit-administrator"])
        .await;
    let wang = city.somebody(&root, "wang", &[]).await;
    let nobody = Somebody(None);
    let fault = async |who: &Somebody| {
        let said = city
            .ok(who, Method::GET, "/api/v1/session", &Value::Null)
            .await;
        said["policy_fault"].clone()
    };
    for who in [&root, &guard, &auditor, &wang, &nobody] {
        assert_eq!(fault(who).await, Value::Null);
    }
    let packs = city.state.collector().packs();
    let door = city.state.door();
    let mut sources = packs.policy_sources();
    door.set_city_of(Some("city"), packs.city(), sources.clone())
        .await
        .unwrap();
    sources.push(Source {
        name: CITY_SOURCE.into(),
        file: "city/policies/a.cedar".into(),
        text: MISSPELLED.to_owned(),
    });
    door.set_city_of(Some("city"), packs.city(), sources.clone())
        .await
        .unwrap();
    for who in [&root, &guard, &auditor] {
        let fault = fault(who).await;
        assert_eq!(fault["in_force"], "former", "{fault}");
        let problem = &fault["problems"][0];
        assert_eq!(problem["file"], "city/policies/a.cedar", "{fault}");
        assert_eq!(problem["line"], 2, "{fault}");
    }
    let known = json!({"in_force": "former", "problems": []});
    assert_eq!(fault(&wang).await, known);
    assert_eq!(fault(&nobody).await, Value::Null);
    let policies = "/api/v1/policies";
    let list = city.ok(&guard, Method::GET, policies, &Value::Null).await;
    assert_eq!(list["fault"], fault(&guard).await);
    let ready = city.get("/readyz").await;
    let ready = ready.text();
    assert!(ready.contains("those of before are in force"), "{ready}");

    // Where no texts of the folder were in force, nothing is open.
    let set = door.set_city_of(None, packs.city(), sources).await;
    assert_eq!(set.unwrap_err().code(), "policies");
    let known = json!({"in_force": "nothing", "problems": []});
    assert_eq!(fault(&wang).await, known);
    let list = city.ok(&guard, Method::GET, policies, &Value::Null).await;
    assert_eq!(list["fault"]["in_force"], "nothing", "{list}");
    let ready = city.get("/readyz").await;
    let ready = ready.text();
    assert!(ready.contains("nothing is open"), "{ready}");
}
