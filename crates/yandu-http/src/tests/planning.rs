use axum::http::{Method, header};
use serde_json::{Value, json};

use super::city::{City, request};

const READ: &str = "/api/v1/plans/read";
const PLAN: &str = "澄江市2026年工作要点\n一、夯实底座\n（一）加快网络建设。6月底前新增5G基站300座以上，家庭宽带通达率提高5%。（牵头单位：市工信局；责任单位：市通管办）\n（二）加强统筹。形成一个平台。（市数据局、市财政局按职责分工负责）\n";

fn told(text: &str) -> String {
    json!({ "text": text }).to_string()
}

#[tokio::test]
async fn a_text_is_read_into_points_units_and_targets() {
    let city = City::found().await;
    let answer = city.post(READ, &told(PLAN)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let reading = answer.json();
    assert_eq!(reading["title"], "澄江市2026年工作要点");
    assert_eq!(reading["points"][0]["leads"], json!(["市工信局"]));
    assert_eq!(reading["points"][0]["supports"], json!(["市通管办"]));
    assert_eq!(reading["points"][1]["lead_open"], true);
    let targets = reading["targets"].as_array().unwrap();
    assert_eq!(targets.len(), 2, "{targets:?}");
    let signs: Vec<char> = PLAN.chars().collect();
    for (target, (literal, value, unit, comparison, due)) in targets.iter().zip([
        ("6月底前新增5G基站300座以上", 300, "座", ">=", "2026-06-30"),
        (
            "家庭宽带通达率提高5%",
            5,
            "% or percentage point",
            "change",
            "2026-06-30",
        ),
    ]) {
        assert_eq!(target["literal"], literal);
        assert_eq!(target["value"], value);
        assert_eq!(target["unit"], unit);
        assert_eq!(target["comparison"], comparison);
        assert_eq!(target["due"], due);
        assert_eq!(
            (&target["point"], &target["kind"]),
            (&json!(1), &json!("target"))
        );
        let at = usize::try_from(target["offset"].as_u64().unwrap()).unwrap();
        let there: String = signs
            .iter()
            .skip(at)
            .take(literal.chars().count())
            .collect();
        assert_eq!(there, literal);
    }
    assert_eq!(
        targets[1]["doubts"],
        json!(["due-inherited", "percent-or-point", "baseline-missing"])
    );
    assert_eq!(reading["offers"][0]["literal"], "形成一个平台");
    assert_eq!(reading["offers"][0]["point"], 2);
}

#[tokio::test]
async fn a_file_comes_by_its_path_or_with_the_request_in_any_encoding() {
    let city = City::found().await;
    let by_text = city.post(READ, &told(PLAN)).await.json();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.txt");
    let utf16: Vec<u8> = PLAN.encode_utf16().flat_map(u16::to_le_bytes).collect();
    std::fs::write(&path, utf16).unwrap();
    let by_path = city
        .post(READ, &json!({ "path": path }).to_string())
        .await
        .json();
    assert_eq!(by_path["encoding"], "UTF-16LE");
    assert_eq!(by_path["targets"], by_text["targets"]);
    let form = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n{PLAN}\r\n--x\r\ncontent-disposition: form-data; name=\"year\"\r\n\r\n2030\r\n--x--\r\n"
    );
    let asked =
        request(Method::POST, READ).header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    let uploaded = city.ask(asked, form).await.json();
    assert_eq!(uploaded["year"], 2030);
    assert_eq!(uploaded["targets"][0]["due"], "2030-06-30");
}

#[tokio::test]
async fn what_is_no_plan_is_refused_under_its_own_code() {
    let city = City::found().await;
    let long_story = "从前有一座山，山里有一座庙。".repeat(20);
    for (body, code) in [
        (told(""), "plan-empty"),
        (told("%PDF-1.7"), "plan-not-text"),
        (told(&long_story), "not-a-plan"),
        (told("\u{fffd}\u{fffd}市"), "plan-encoding"),
        (json!({}).to_string(), "invalid-body"),
        (
            json!({"text": PLAN, "path": "/x"}).to_string(),
            "invalid-body",
        ),
        (json!({"path": "x.txt"}).to_string(), "invalid-body"),
        (json!({"text": PLAN, "year": 3}).to_string(), "invalid-body"),
    ] {
        let answer = city.post(READ, &body).await;
        assert_eq!(answer.problem(), (422, code.to_owned()), "{body}");
        let help: Value = answer.json();
        assert!(!code.contains("plan") || help["help"].is_string(), "{help}");
    }
}

/// The two lists of codes, in the reader and in its page, are one.
#[test]
fn every_finding_and_doubt_is_explained_in_the_document_of_plans() {
    let page = include_str!("../../../../docs/plans.md");
    for code in yandu_plan::FindingCode::ALL {
        assert!(
            page.contains(&format!("| `{}` |", code.code())),
            "{}",
            code.code()
        );
    }
    for doubt in yandu_plan::Doubt::ALL {
        assert!(
            page.contains(&format!("| `{}` |", doubt.code())),
            "{}",
            doubt.code()
        );
    }
}
