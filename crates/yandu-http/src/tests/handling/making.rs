//! The making of models: stewards have those of their own department made, and whoever operates the system all of them.

use super::*;
use crate::tests::accounts::{SHIPPED_POLICIES, pack_with_shipped_roles};

const BY_AGE_SQL: &str = "SELECT m.age AS age, count(*) AS members FROM club.member m WHERE m.age IS NOT NULL GROUP BY m.age";
const BY_SIZE: &str = "\
dataset: club.by_size
title: {zh: 各人数的年龄数}
owner: 市公安局
origin: model
sharing: {class: none, basis: 某法第一条}
opening: closed
refresh: daily
key: [members]
columns:
  members: {title: {zh: 会员数}, type: integer}
  ages: {title: {zh: 年龄数}, type: integer}
";
const BY_SIZE_SQL: &str =
    "SELECT b.members AS members, count(*) AS ages FROM club.by_age b GROUP BY b.members";
const RUN_ALL: &str = "/api/v1/models/run";
const RUN_BY_AGE: &str = "/api/v1/models/club.by_age/run";
const RUN_BY_SIZE: &str = "/api/v1/models/club.by_size/run";

/// A city under the shipped policies, where one department's model reads another's.
async fn city() -> (City, Somebody) {
    let pack = pack_with_shipped_roles();
    let files = [
        ("pack.yaml", pack.as_str()),
        ("policies/base.cedar", SHIPPED_POLICIES),
        ("models/by_age.yaml", BY_AGE),
        ("models/by_age.sql", BY_AGE_SQL),
        ("models/by_size.yaml", BY_SIZE),
        ("models/by_size.sql", BY_SIZE_SQL),
    ];
    City::claimed_with(&files).await
}

impl City {
    /// The models that were refreshed when somebody asked so.
    async fn made(&self, who: &Somebody, path: &str, how: &Value) -> Vec<String> {
        let ran = self.ok(who, Method::POST, path, how).await;
        let runs = ran["runs"].as_array().unwrap().iter();
        runs.map(|run| {
            assert_eq!(run["status"], "done", "{run}");
            run["model"].as_str().unwrap().to_owned()
        })
        .collect()
    }

    async fn state_of(&self, model: &str) -> Value {
        let path = format!("/api/v1/models/{model}");
        let shown = self
            .ok(&local(self), Method::GET, &path, &Value::Null)
            .await;
        shown["state"].clone()
    }
}

#[tokio::test]
async fn a_steward_has_the_models_of_their_department_made_and_no_others() {
    let (city, root) = city().await;
    let own = city.somebody(&root, "wang", &["steward"]).await;
    let other = city.member(&root, "zhou", "市公安局", &["steward"]).await;
    assert_eq!(city.made(&own, RUN_ALL, &json!({})).await, ["club.by_age"]);
    assert_eq!(city.state_of("club.by_size").await, "never");
    // What is made of a model belongs to whoever answers for that.
    let onward = json!({"full": true, "downstream": true});
    assert_eq!(city.made(&own, RUN_BY_AGE, &onward).await, ["club.by_age"]);
    assert_eq!(city.state_of("club.by_size").await, "never");
    assert_eq!(
        city.made(&other, RUN_ALL, &json!({})).await,
        ["club.by_size"]
    );
    assert_eq!(
        city.made(&local(&city), RUN_BY_AGE, &onward).await,
        ["club.by_age", "club.by_size"]
    );
    let models = city
        .ok(&own, Method::GET, "/api/v1/models", &Value::Null)
        .await;
    let may = models["models"].as_array().unwrap().iter();
    let may: Vec<&Value> = may.map(|model| &model["may"]).collect();
    assert_eq!(may, [&json!(["steward"]), &json!([])]);
    // Its rows are made, and handed over by nobody.
    let uploaded = city
        .upload_as(&own, "club.by_age", "age,members\n30,9\n")
        .await;
    assert_eq!(uploaded.problem(), (403, "not-permitted".to_owned()));
}

#[tokio::test]
async fn a_model_that_somebody_has_nothing_to_do_with_and_does_not_see_is_as_absent_as_none() {
    let (city, root) = city().await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let clerk = city.somebody(&root, "li", &["clerk"]).await;
    let none = "/api/v1/models/club.nothing/run";
    for who in [&steward, &clerk, &root] {
        for path in [RUN_BY_SIZE, none] {
            let answer = city.send(who, Method::POST, path, &json!({})).await;
            assert_eq!(answer.problem(), (404, "no-dataset".to_owned()), "{path}");
        }
    }
    // One whose rows a clerk sees is there, and is for its steward to refresh.
    for path in [RUN_BY_AGE, RUN_ALL] {
        let refused = city.refused(&clerk, Method::POST, path, &json!({})).await;
        assert_eq!(refused, "not-permitted", "{path}");
    }
    assert_eq!(city.state_of("club.by_age").await, "never");
}

#[tokio::test]
async fn whoever_operates_the_system_has_all_models_made_and_reads_none() {
    let (city, root) = city().await;
    assert_eq!(
        city.made(&root, RUN_ALL, &json!({"full": true})).await,
        ["club.by_age", "club.by_size"]
    );
    let query = json!({"sql": "SELECT count(*) FROM club.by_age"});
    let refused = city
        .refused(&root, Method::POST, "/api/v1/query", &query)
        .await;
    assert_eq!(refused, "query");
    for (id, role) in [
        ("sec", "security-administrator"),
        ("audit", "audit-administrator"),
    ] {
        let administrator = city.somebody(&root, id, &[role]).await;
        let refused = city
            .refused(&administrator, Method::POST, RUN_ALL, &json!({}))
            .await;
        assert_eq!(refused, "not-permitted", "{role}");
    }
}

#[tokio::test]
async fn a_program_of_a_steward_has_models_made_with_a_token_for_changes_alone() {
    let (city, root) = city().await;
    let steward = city.somebody(&root, "wang", &["steward"]).await;
    let reader = city.program(&steward, &["read", "deliver"]).await;
    let refused = city
        .refused(&reader, Method::POST, RUN_ALL, &json!({}))
        .await;
    assert_eq!(refused, "not-permitted");
    let program = city.program(&steward, &["manage"]).await;
    assert_eq!(
        city.made(&program, RUN_ALL, &json!({})).await,
        ["club.by_age"]
    );
}
