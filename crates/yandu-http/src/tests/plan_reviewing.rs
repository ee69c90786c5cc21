use axum::http::{Method, header};
use serde_json::{Value, json};

use super::city::{Answer, City, request};

const PLANS: &str = "/api/v1/plans";
pub(super) const PLAN: &str = "澄江市2026年工作要点\n一、夯实底座\n（一）加快网络建设。6月底前新增5G基站300座以上，家庭宽带通达率提高5%。（牵头单位：市工信局；责任单位：市通管办）\n（二）加强统筹。形成一个平台。（市数据局、市财政局按职责分工负责）\n";

pub(super) async fn import(city: &City) -> Answer {
    let body = json!({"text": PLAN, "id": "2026", "reason": "年度部署"});
    city.post(PLANS, &body.to_string()).await
}

/// Decisions about everything that the reading of the plan leaves open.
pub(super) async fn all_decided(city: &City) -> Value {
    let sentences = city.get("/api/v1/plans/2026/sentences").await.json();
    let sentences: Vec<Value> = sentences["sentences"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|sentence| sentence["needs_review"] == true)
        .map(|sentence| {
            let figures: Vec<Value> = sentence["figures"]
                .as_array()
                .unwrap()
                .iter()
                .map(|figure| {
                    let mut answers = serde_json::Map::new();
                    for doubt in figure["doubts"].as_array().unwrap() {
                        answers.insert(doubt["code"].as_str().unwrap().to_owned(), json!("按原文"));
                    }
                    let is_open = figure["unit"].as_str().unwrap().starts_with("% or");
                    let set = if is_open { json!({"unit": "%"}) } else { json!({}) };
                    json!({"figure": figure["number"], "set": set, "answers": answers})
                })
                .collect();
            let offers: Vec<Value> = sentence["offers"]
                .as_array()
                .unwrap()
                .iter()
                .map(|offer| json!({"offer": offer["number"]}))
                .collect();
            json!({"sentence": sentence["number"], "figures": figures, "offers": offers, "reason": "已核对"})
        })
        .collect();
    let plan = city.get("/api/v1/plans/2026").await.json();
    let findings: Vec<Value> = plan["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| json!({"finding": finding["number"], "answer": "已核对"}))
        .collect();
    json!({"sentences": sentences, "findings": findings})
}

/// A plan that is in force.
pub(super) async fn approved(city: &City) -> Value {
    import(city).await;
    let decided = all_decided(city).await.to_string();
    let reviewed = city.post("/api/v1/plans/2026/review", &decided).await;
    assert_eq!(reviewed.status, 200, "{}", reviewed.text());
    let approved = city
        .post(
            "/api/v1/plans/2026/approval",
            r#"{"reason": "已经市政府研究通过"}"#,
        )
        .await;
    assert_eq!(approved.status, 200, "{}", approved.text());
    approved.json()
}

#[tokio::test]
async fn a_text_becomes_a_plan_that_a_page_can_draw() {
    let city = City::found().await;
    let made = import(&city).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert_eq!(made.header("location"), "/api/v1/plans/2026");
    let plan = city.get("/api/v1/plans/2026").await.json();
    assert_eq!(plan["title"], "澄江市2026年工作要点");
    assert_eq!(plan["status"], "reviewing");
    assert_eq!(plan["points"][0]["lead"], "市工信局");
    assert_eq!(plan["points"][1]["lead"], Value::Null);
    assert_eq!(plan["targets"].as_array().unwrap().len(), 2);
    let told = city.get("/api/v1/plans/2026/sentences").await.json();
    let text: String = told["sentences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|piece| piece["text"].as_str().unwrap())
        .collect();
    let whole: String = PLAN.split_whitespace().collect();
    assert_eq!(text, whole);
    let holding = told["sentences"]
        .as_array()
        .unwrap()
        .iter()
        .find(|piece| piece["figures"].as_array().unwrap().len() == 2)
        .unwrap();
    assert_eq!(holding["point"], 1);
    assert_eq!(
        holding["figures"][1]["doubts"][1]["code"],
        "percent-or-point"
    );
    let bytes = city.get("/api/v1/plans/2026/text").await;
    assert_eq!(bytes.text(), PLAN);
    let again = import(&city).await;
    assert_eq!(
        (again.status.as_u16(), again.json()["revision"].as_u64()),
        (200, Some(1))
    );
    let listed = city.get(PLANS).await.json();
    assert_eq!(listed["plans"][0]["id"], "2026");
}

#[tokio::test]
async fn a_plan_is_reviewed_by_sentence_and_approved_only_when_nothing_is_open() {
    let city = City::found().await;
    import(&city).await;
    let early = city
        .post("/api/v1/plans/2026/approval", r#"{"reason": "x"}"#)
        .await;
    assert_eq!(early.problem(), (409, "plan-review-open".to_owned()));
    let plan = approved(&city).await;
    assert_eq!(plan["status"], "approved");
    assert_eq!(plan["approved"]["reason"], "已经市政府研究通过");
    assert_eq!(plan["progress"]["is_complete"], true);
    let unit = &plan["targets"][1];
    assert_eq!(
        (&unit["unit"], &unit["state"]),
        (&json!("%"), &json!("corrected"))
    );
    assert_eq!(unit["as_read"]["unit"], "% or percentage point");
    let history = city.get("/api/v1/plans/2026/history?limit=2").await.json();
    assert_eq!(history["revisions"][0]["kind"], "approved");
    let next = history["next"].as_str().unwrap();
    let older = city
        .get(&format!("/api/v1/plans/2026/history?after={next}"))
        .await
        .json();
    assert_eq!(older["revisions"][0]["kind"], "imported");
    let late = city
        .post("/api/v1/plans/2026/review", "{\"reason\": \"x\"}")
        .await;
    assert_eq!(late.problem(), (409, "plan-status".to_owned()));
}

#[tokio::test]
async fn a_review_of_an_older_revision_is_refused() {
    let city = City::found().await;
    let tag = import(&city).await.header("etag").to_owned();
    let body = json!({"reason": "指定", "points": [{"point": 2, "units": {"lead": "市数据局"}}]})
        .to_string();
    let ask = || {
        let asked = request(Method::POST, "/api/v1/plans/2026/review")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::IF_MATCH, tag.as_str());
        city.ask(asked, body.clone())
    };
    let first = ask().await;
    assert_eq!(first.status, 200, "{}", first.text());
    assert_eq!(first.json()["points"][1]["lead"], "市数据局");
    let second = ask().await;
    assert_eq!(second.problem(), (412, "precondition-failed".to_owned()));
    let known = request(Method::GET, "/api/v1/plans/2026")
        .header(header::IF_NONE_MATCH, first.header("etag"));
    assert_eq!(city.ask(known, "").await.status, 304);
}

#[tokio::test]
async fn what_is_no_review_is_refused_under_its_own_code() {
    let city = City::found().await;
    import(&city).await;
    for (path, body, expected) in [
        ("2027/review", json!({}), (404, "no-plan")),
        (
            "2026/review",
            json!({"sentences": [{"sentence": 999}]}),
            (404, "no-plan-item"),
        ),
        (
            "2026/review",
            json!({"sentences": [{"sentence": 5, "figures": [{"figure": 9}]}]}),
            (404, "no-plan-item"),
        ),
        ("2026/review", json!({"colour": 1}), (422, "invalid-body")),
        (
            "2026/review",
            json!({"points": [{"point": 1, "units": {}}]}),
            (422, "no-reason"),
        ),
        (
            "2026/review",
            json!({"reason": "x", "points": [{"point": 1, "units": {"lead": " "}}]}),
            (422, "invalid-plan-edit"),
        ),
        (
            "2026/review",
            json!({"sentences": [{"sentence": 5, "reason": "x", "figures": [{"figure": 1, "set": {"comparison": "?"}}]}]}),
            (422, "invalid-plan-edit"),
        ),
        (
            "2026/review",
            json!({"sentences": [{"sentence": 5, "figures": [{"figure": 1, "answers": {"nothing": "x"}}]}]}),
            (422, "invalid-plan-edit"),
        ),
        ("2026/approval", json!({"reason": "  "}), (422, "no-reason")),
    ] {
        let answer = city
            .post(&format!("{PLANS}/{path}"), &body.to_string())
            .await;
        let (status, code) = answer.problem();
        assert_eq!((status, code.as_str()), expected, "{path} {body}");
    }
    let other = json!({"text": PLAN.replace("300", "400"), "id": "2026"});
    let taken = city.post(PLANS, &other.to_string()).await;
    assert_eq!(taken.problem(), (409, "plan-exists".to_owned()));
    let odd = json!({"text": PLAN, "id": "../2026"});
    let refused = city.post(PLANS, &odd.to_string()).await;
    assert_eq!(refused.problem(), (422, "invalid-plan-edit".to_owned()));
}
