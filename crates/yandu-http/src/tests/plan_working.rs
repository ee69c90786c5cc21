use axum::http::{Method, header};
use serde_json::{Value, json};
use yandu_store::Clock;

use super::city::{Answer, City, request};
use super::measuring;
use super::open_boards::list;
use super::plan_reviewing::{all_decided, approved, import};
use crate::Options;

const PLAN: &str = "/api/v1/plans/2026";

/// A city whose clock stands at nine in the morning of a day.
async fn on(day: &str) -> City {
    let at = format!("{day}T01:00:00Z").parse().unwrap();
    City::at(Clock::standing(at), Options::default(), &[]).await
}

async fn post(city: &City, path: &str, body: Value) -> Answer {
    city.post(&format!("{PLAN}/{path}"), &body.to_string())
        .await
}

async fn upload(city: &City, name: &str, content: &str) -> Answer {
    let form = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n--x--\r\n"
    );
    let asked = request(Method::POST, &format!("{PLAN}/documents"))
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
    city.ask(asked, form).await
}

#[tokio::test]
async fn a_plan_in_force_tells_lamps_bindings_and_nodes_by_month() {
    let city = on("2026-04-20").await;
    let plan = approved(&city).await;
    assert_eq!(plan["standing"]["day"], "2026-04-20");
    let target = &plan["targets"][0];
    assert_eq!(target["binding"]["kind"], "metric");
    assert_eq!(target["binding"]["id"], "club.new_member");
    assert_eq!(target["standing"]["lack"], "no-actual");
    assert_eq!(target["standing"]["lamp"], "not-begun");
    assert_eq!(plan["targets"][1]["standing"]["lack"], "no-binding");
    let point = &plan["points"][0];
    assert_eq!(point["tasks"], json!(["1.1", "1.2"]));
    assert_eq!(point["months"][0]["month"], "2026-06");
    assert_eq!(point["standing"]["lamp"], "not-begun");
    assert_eq!(plan["standing"]["units"][0]["name"], "市工信局");
    let tasks = city
        .get(&format!(
            "{PLAN}/tasks?unit=%E5%B8%82%E8%B4%A2%E6%94%BF%E5%B1%80"
        ))
        .await
        .json();
    let ids: Vec<&str> = tasks["tasks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|task| task["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["2.1"]);
    assert_eq!(
        tasks["tasks"][0]["nodes"][0]["standing"]["lamp"],
        "not-begun"
    );
    let one = city.get(&format!("{PLAN}/targets/1")).await.json();
    assert_eq!(one["tasks"], json!(["1.1"]));
    assert_eq!(
        city.get(&format!("{PLAN}/targets/9")).await.problem().1,
        "no-plan-item"
    );
}

#[tokio::test]
async fn a_target_is_bound_to_what_the_packs_have_and_to_nothing_else() {
    let mean = measuring::METRIC
        .replace("metric: club.joined", "metric: club.mean")
        .replace("sum(joined)", "avg(joined)");
    let files = [
        ("models/joined.yaml", measuring::JOINED),
        ("models/joined.sql", measuring::JOINED_SQL),
        ("metrics/joined.yaml", measuring::METRIC),
        ("metrics/mean.yaml", &mean),
    ];
    let clock = Clock::standing("2026-06-10T01:00:00Z".parse().unwrap());
    let city = City::at(clock, Options::default(), &files).await;
    approved(&city).await;
    for (body, expected) in [
        (
            json!({"kind": "metric", "id": "club.joined", "way": "year-sum"}),
            None,
        ),
        (
            json!({"kind": "metric", "id": "club.newest", "way": "year-sum"}),
            Some("`id` names no metric"),
        ),
        (
            json!({"kind": "metric", "id": "no such", "way": "year-sum"}),
            Some("`id` names no metric"),
        ),
        (
            json!({"kind": "form", "id": "club.member"}),
            Some("`id` names no form"),
        ),
        (
            json!({"kind": "metric", "id": "club.mean", "way": "year-sum"}),
            Some("`way`: numbers of `club.mean` cannot be added up"),
        ),
        (
            json!({"kind": "metric", "id": "club.mean", "way": "at-date"}),
            None,
        ),
        (json!({"kind": "open"}), None),
    ] {
        let mut body = body;
        body["reason"] = json!("核对");
        let bound = request(Method::PUT, &format!("{PLAN}/targets/2/binding"))
            .header(header::CONTENT_TYPE, "application/json");
        let bound = city.ask(bound, body.to_string()).await;
        match expected {
            None => assert_eq!(bound.status, 200, "{body}: {}", bound.text()),
            Some(why) => {
                assert_eq!(
                    bound.problem(),
                    (422, "invalid-plan-edit".to_owned()),
                    "{body}"
                );
                let detail = bound.json()["detail"].as_str().unwrap().to_owned();
                assert!(detail.starts_with(why), "{detail}");
            }
        }
    }
}

#[tokio::test]
async fn a_target_by_hand_is_proved_by_documents_and_a_reviewer() {
    let city = on("2026-06-10").await;
    approved(&city).await;
    let bound = request(Method::PUT, &format!("{PLAN}/targets/2/binding"))
        .header(header::CONTENT_TYPE, "application/json");
    let bound = city
        .ask(bound, r#"{"kind": "by-hand", "reason": "暂无系统"}"#)
        .await;
    assert_eq!(bound.status, 200, "{}", bound.text());
    let refused = upload(&city, "报告.pdf", "<html><script>alert(1)</script>").await;
    assert_eq!(refused.problem(), (422, "plan-document".to_owned()));
    let kept = upload(&city, "通报.pdf", "%PDF-1.7\n").await;
    assert_eq!(kept.status, 201, "{}", kept.text());
    assert_eq!(kept.json()["media_type"], "application/pdf");
    let shown = city.get(kept.header("location")).await;
    assert_eq!(shown.text(), "%PDF-1.7\n");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    assert!(
        shown
            .header("content-disposition")
            .starts_with("attachment")
    );
    let evidence = json!({"about": "target/2", "on": "2026-06-01", "value": 6, "source": "统计通报", "documents": [kept.json()["hash"]]});
    let submitted = post(&city, "evidence", evidence).await;
    assert_eq!(submitted.status, 201, "{}", submitted.text());
    let looked = city.get(&format!("{PLAN}/evidence")).await;
    let looked = looked.header("etag").to_owned();
    let accepted = post(
        &city,
        "evidence/1/decision",
        json!({"accept": true, "reason": "属实"}),
    )
    .await;
    let plan = accepted.json();
    let target = &plan["targets"][1];
    assert_eq!(target["standing"]["lamp"], "done");
    assert_eq!(target["standing"]["closed_by"], "evidence");
    assert_eq!(target["evidence"]["documents"][0]["name"], "通报.pdf");
    // Somebody who has not seen that it is accepted does not override it.
    let verdict = json!({"accept": false, "reason": "口径有误"});
    let unseen = post(&city, "evidence/1/decision", verdict.clone()).await;
    assert_eq!(unseen.problem(), (409, "already-decided".to_owned()));
    let decide = |etag: &str| {
        request(Method::POST, &format!("{PLAN}/evidence/1/decision"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::IF_MATCH, etag)
    };
    let older = city.ask(decide(&looked), verdict.to_string()).await;
    assert_eq!(older.problem(), (412, "precondition-failed".to_owned()));
    let detail = older.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("is accepted already, by"), "{detail}");
    let seen = decide(accepted.header("etag"));
    let plan = city.ask(seen, verdict.to_string()).await.json();
    assert_eq!(plan["targets"][1]["standing"]["closed_on"], Value::Null);
    let by_metric = json!({"about": "target/1", "on": "2026-06-01", "value": 300, "source": "x"});
    assert_eq!(
        post(&city, "evidence", by_metric).await.problem(),
        (409, "plan-not-proved".to_owned())
    );
}

#[tokio::test]
async fn what_is_late_is_told_with_the_rule_and_its_basis() {
    let city = on("2026-07-02").await;
    approved(&city).await;
    // Half a year is over when the plan is approved; its targets were due in June.
    let late = city.get(&format!("{PLAN}/late")).await.json();
    assert_eq!(late["interview"], json!([]), "{late}");
    let supervised = late["supervise"].as_array().unwrap();
    assert_eq!(supervised.len(), 2, "{late}");
    let first = &supervised[0];
    assert_eq!(
        (&first["item"], &first["rule"], &first["unit"]),
        (
            &json!("target/1"),
            &json!("supervise_days"),
            &json!("市工信局")
        )
    );
    assert!(
        first["basis"].as_str().unwrap().contains("联席会议"),
        "{first}"
    );
    // The node on the way to the target is the same matter.
    assert_eq!(first["rest"][0]["item"], "node/1.1.1", "{first}");
    assert_eq!(first["rest"][0]["days_left"], -2, "{first}");
    assert!(first["task_title"].is_string(), "{first}");
}

#[tokio::test]
async fn what_was_approved_is_changed_by_an_approved_change_and_compared() {
    let city = on("2026-01-05").await;
    approved(&city).await;
    let edit = json!({"edits": [{"op": "set", "item": "target/1", "fields": {"value": 280}}], "reason": "推迟"});
    assert_eq!(
        post(&city, "edits", edit.clone()).await.problem(),
        (409, "plan-change-needed".to_owned())
    );
    let asked = post(&city, "changes", edit).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    assert_eq!(asked.json()["state"], "requested");
    let told = asked.json();
    let edit = &told["edits"][0];
    assert_eq!(edit["before"], json!({"value": 300}), "{edit}");
    let effects = told["effects"].as_array().unwrap();
    let is_named = |item: &str| effects.iter().any(|one| one["item"] == item);
    assert!(is_named("target/1") && is_named("task/1.1"), "{effects:?}");
    let plan = post(
        &city,
        "changes/1/decision",
        json!({"accept": true, "reason": "同意"}),
    )
    .await;
    assert_eq!(plan.json()["targets"][0]["value"], 280);
    let twice = json!({"accept": false, "reason": "不同意"});
    assert_eq!(
        post(&city, "changes/1/decision", twice).await.problem(),
        (409, "already-decided".to_owned())
    );
    let decided = city.get(&format!("{PLAN}/changes")).await.json();
    assert_eq!(decided["changes"][0]["edits"][0]["before"], Value::Null);
    let told = city
        .get(&format!("{PLAN}/difference?from=1&to=2"))
        .await
        .json();
    let changes = told["changes"].as_array().unwrap();
    for change in [
        json!({"item": "target/1", "field": "said.value", "from": 300, "to": 280}),
        json!({"item": "task/1.1", "field": "title", "from": "6月底前新增5G基站300座以上", "to": "6月底前新增5G基站280座以上"}),
    ] {
        assert!(changes.contains(&change), "{told}");
    }
    let baselines = city.get(&format!("{PLAN}/baselines")).await.json();
    assert_eq!(baselines["baselines"][1]["targets"], 2);
    assert_eq!(
        city.get(&format!("{PLAN}/difference?to=7"))
            .await
            .problem()
            .1,
        "no-plan-item"
    );
}

#[tokio::test]
async fn counties_nodes_and_the_next_plan_are_told() {
    let city = on("2026-04-20").await;
    approved(&city).await;
    let shares = json!({"counties": [{"county": "亭湖区", "quantity": 100}, {"county": "盐都区", "quantity": 100}]});
    assert_eq!(
        post(&city, "tasks/1.1/counties", shares).await.problem(),
        (422, "invalid-plan-edit".to_owned())
    );
    let shares = json!({"counties": [{"county": "亭湖区", "quantity": 100}, {"county": "盐都区", "quantity": 200}]});
    let split = post(&city, "tasks/1.1/counties", shares).await;
    assert_eq!(split.status, 200, "{}", split.text());
    assert_eq!(split.json()["tasks"][1]["county"], "亭湖区");
    let begun = post(&city, "nodes/1.1-1.1/steps", json!({"step": "begin"})).await;
    assert_eq!(begun.json()["standing"]["counties"][0]["lamp"], "on-course");
    let measured = post(&city, "nodes/1.1.1/steps", json!({"step": "finish"})).await;
    assert_eq!(measured.problem(), (409, "plan-not-proved".to_owned()));
    let closed = post(&city, "closing", json!({"reason": "年度评估"})).await;
    assert_eq!(closed.json()["status"], "closed");
    let next = city.get(&format!("{PLAN}/next")).await.json();
    assert_eq!(
        (&next["title"], &next["open"]),
        (&json!("澄江市2027年工作要点"), &json!(2))
    );
    let again = city
        .post(
            "/api/v1/plans",
            &json!({"text": next["text"], "id": "2027"}).to_string(),
        )
        .await;
    assert_eq!(again.status, 201, "{}", again.text());
    assert_eq!(again.json()["points"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn tasks_are_proposed_and_edited_while_a_plan_is_reviewed() {
    let city = on("2026-01-05").await;
    import(&city).await;
    let decided = all_decided(&city).await.to_string();
    city.post(&format!("{PLAN}/review"), &decided).await;
    let proposed = post(&city, "tasks/proposal", json!({})).await;
    assert_eq!(
        proposed.json()["tasks"].as_array().unwrap().len(),
        3,
        "{}",
        proposed.text()
    );
    assert_eq!(proposed.json()["tasks"][0]["standing"], Value::Null);
    let edits =
        json!({"edits": [{"op": "set", "item": "task/1.1", "fields": {"title": "新建基站"}}]});
    let edited = post(&city, "edits", edits).await;
    assert_eq!(edited.status, 200, "{}", edited.text());
    for (path, body, code) in [
        ("edits", json!({"edits": []}), "invalid-plan-edit"),
        (
            "edits",
            json!({"edits": [{"op": "burn", "item": "task/1.1"}]}),
            "invalid-plan-edit",
        ),
        ("nodes/1.1.1/steps", json!({"step": "begin"}), "plan-status"),
        (
            "changes",
            json!({"edits": [], "reason": "x"}),
            "plan-status",
        ),
        ("closing", json!({"reason": "x"}), "plan-status"),
        (
            "evidence",
            json!({"about": "target/1", "on": "2026-01-01"}),
            "plan-status",
        ),
    ] {
        let answer = post(&city, path, body.clone()).await;
        assert_eq!(answer.problem().1, code, "{path} {body}");
    }
    assert_eq!(
        city.get(&format!("{PLAN}/next")).await.problem().1,
        "plan-status"
    );
}

/// A city in June of which each month before had one member more than the month before it, with a metric that is a sum and one that
/// is a mean, and a plan in force.
async fn growing() -> City {
    growing_by("make_date(2026, m.age, 1)", 5).await
}

/// The same with as many months, each of which an expression over its number tells.
async fn growing_by(month: &str, months: usize) -> City {
    let sql = measuring::JOINED_SQL
        .replace("make_date(2025, m.age, 1)", month)
        .replace("BETWEEN 1 AND 12", &format!("BETWEEN 1 AND {months}"));
    let sum = measuring::METRIC.replace("unit: 人", "unit: 座");
    let mean = sum
        .replace("metric: club.joined", "metric: club.mean")
        .replace("sum(joined)", "avg(joined)");
    let files = [
        ("models/joined.yaml", measuring::JOINED),
        ("models/joined.sql", &sql),
        ("metrics/joined.yaml", &sum),
        ("metrics/mean.yaml", &mean),
    ];
    let clock = Clock::standing("2026-06-20T01:00:00Z".parse().unwrap());
    let city = City::at(clock, Options::default(), &files).await;
    let months = (1..=months).flat_map(|month| std::iter::repeat_n(month, month));
    let rows = months.enumerate();
    let rows: Vec<String> = rows
        .map(|(number, month)| format!("{},王芳,{month},1\n", number + 1))
        .collect();
    let table = format!("会员号,会员姓名,年龄,会费\n{}", rows.concat());
    city.deliver("a.csv", &table).await;
    city.post("/api/v1/models/run", "{}").await;
    approved(&city).await;
    city
}

/// Binds a target and gives back the plan.
async fn bind(city: &City, target: u32, mut binding: Value) -> Value {
    binding["reason"] = json!("核对");
    let asked = request(Method::PUT, &format!("{PLAN}/targets/{target}/binding"))
        .header(header::CONTENT_TYPE, "application/json");
    let bound = city.ask(asked, binding.to_string()).await;
    assert_eq!(bound.status, 200, "{}", bound.text());
    bound.json()
}

/// What is told to be foreseen of a target.
async fn foreseen(city: &City, target: u32) -> Value {
    let told = city.get(&format!("{PLAN}/forecasts")).await;
    assert_eq!(told.status, 200, "{}", told.text());
    let told = told.json();
    let mut targets = told["targets"].as_array().unwrap().iter();
    let found = targets.find(|one| one["target"] == target);
    found.cloned().unwrap_or_default()
}

fn is_near(value: &Value, expected: f64) -> bool {
    value
        .as_f64()
        .is_some_and(|value| (value - expected).abs() < 1e-6)
}

#[tokio::test]
async fn the_trail_of_an_actual_is_that_of_the_period_that_it_is_the_number_of() {
    let city = growing().await;
    for way in ["year-sum", "share"] {
        let binding = json!({"kind": "metric", "id": "club.joined", "way": way});
        let plan = bind(&city, 1, binding).await;
        let actual = &plan["targets"][0]["standing"]["actual"];
        assert_eq!(actual["period"], "2026", "{way}: {actual}");
        let asked = json!({"period": actual["period"]}).to_string();
        let trail = city
            .post("/api/v1/metrics/club.joined/trail", &asked)
            .await
            .json();
        assert_eq!(trail["point"]["value"], actual["value"], "{way}");
        assert!(is_near(&actual["value"], 15.0), "{way}: {actual}");
    }
}

#[tokio::test]
async fn a_number_that_lacks_a_county_closes_no_target_until_the_county_has_reported() {
    let joined = measuring::JOINED.replace(
        "  joined: {title",
        "  division: {title: {zh: 区划}, type: text}\n  joined: {title",
    );
    let county = "CASE WHEN m.name = '王芳' THEN '320902' ELSE '320903' END AS division";
    let sql = measuring::JOINED_SQL
        .replace("make_date(2025, m.age, 1)", "make_date(2026, m.age, 1)")
        .replace("AS name,", &format!("AS name, {county},"));
    let metric = measuring::METRIC
        .replace("name: {}", "area: {column: division, kind: area}")
        .replace("sum(joined)", "35 * sum(joined)")
        .replace("unit: 人", "unit: 座");
    let division = list(
        "division",
        "open",
        "code",
        &["code", "name", "kind", "parent"],
    );
    let mut files = vec![
        (
            "../base/pack.yaml",
            "pack: base\nversion: 0.1.0\ntitle: {zh: 基础}\n",
        ),
        ("models/joined.yaml", joined.as_str()),
        ("models/joined.sql", sql.as_str()),
        ("metrics/joined.yaml", metric.as_str()),
    ];
    files.extend(
        division
            .iter()
            .map(|(path, text)| (path.as_str(), text.as_str())),
    );
    let clock = Clock::standing("2026-06-20T01:00:00Z".parse().unwrap());
    let city = City::at(clock, Options::default(), &files).await;
    let divisions = "code,name,kind,parent\n320900,盐城市,city,\n320902,亭湖区,district,320900\n320903,盐都区,district,320900\n";
    // Both counties have one a month; in May only one of them has reported.
    let mut members = "会员号,会员姓名,年龄,会费\n".to_owned();
    for month in 1..=4 {
        members.push_str(&format!(
            "1{month},王芳,{month},1\n2{month},李强,{month},1\n"
        ));
    }
    members.push_str("15,王芳,5,1\n");
    let deliver = async |dataset: &str, rows: &str| {
        let batch = city
            .deliver_with(&[("dataset", dataset)], "a.csv", rows)
            .await;
        assert_eq!(batch["status"], "collected", "{batch}");
    };
    deliver("base.division", divisions).await;
    deliver("club.member", &members).await;
    city.post("/api/v1/models/run", "{}").await;
    approved(&city).await;
    let binding = json!({"kind": "metric", "id": "club.joined", "way": "year-sum"});
    let plan = bind(&city, 1, binding).await;
    let standing = &plan["targets"][0]["standing"];
    assert!(is_near(&standing["actual"]["value"], 315.0), "{standing}");
    assert_eq!(standing["actual"]["missing"], json!(["盐都区"]));
    assert_eq!(standing["lack"], "areas-missing", "{standing}");
    assert_eq!(
        (&standing["closed_on"], &standing["share"]),
        (&Value::Null, &Value::Null)
    );
    let paper = city
        .get(&format!("{PLAN}/papers/brief?period=2026-06"))
        .await;
    assert!(paper.text().contains("，缺报：盐都区"), "{}", paper.text());

    members.push_str("25,李强,5,1\n");
    deliver("club.member", &members).await;
    city.post("/api/v1/models/run", "{}").await;
    let plan = city.get(PLAN).await.json();
    let standing = &plan["targets"][0]["standing"];
    assert_eq!(standing["closed_on"], "2026-05-31", "{standing}");
    assert_eq!(standing["actual"]["missing"], Value::Null, "{standing}");
}

#[tokio::test]
async fn what_is_foreseen_is_a_number_of_the_kind_that_is_compared_or_why_there_is_none() {
    let city = growing().await;
    // Fifteen by May and six more in June, at whose end the target is due.
    for way in ["year-sum", "at-date"] {
        let binding = json!({"kind": "metric", "id": "club.joined", "way": way});
        bind(&city, 1, binding).await;
        let told = foreseen(&city, 1).await;
        assert!(is_near(&told["foreseen"]["told"]["value"], 21.0), "{told}");
        assert_eq!(told["foreseen"]["period"], "2026-06");
        assert_eq!(told["foreseen"]["told"]["unit"], "座");
        assert_eq!(told["foreseen"]["will_be_met"], false, "300 are asked for");
        assert_eq!(told["lack"], Value::Null);
    }
    let mean = json!({"kind": "metric", "id": "club.mean", "way": "share"});
    bind(&city, 1, mean).await;
    let told = foreseen(&city, 1).await;
    assert_eq!(
        (&told["foreseen"], &told["lack"]),
        (&Value::Null, &json!("no-sum"))
    );
    let change = json!({"kind": "metric", "id": "club.joined", "way": "change", "baseline": 20});
    let plan = bind(&city, 2, change).await;
    let standing = &plan["targets"][1]["standing"];
    assert!(is_near(&standing["told"]["value"], -25.0), "{standing}");
    assert_eq!(
        (&standing["told"]["unit"], &standing["told"]["is_change"]),
        (&json!("%"), &json!(true))
    );
    let told = foreseen(&city, 2).await;
    // It is due in June too: 21 against 20.
    assert!(is_near(&told["foreseen"]["told"]["value"], 5.0), "{told}");
    assert_eq!(told["foreseen"]["period"], "2026-06");
    assert_eq!(told["foreseen"]["told"]["is_change"], true);
    assert_eq!(told["foreseen"]["will_be_met"], true);
    let before = json!({"kind": "metric", "id": "club.joined", "way": "change", "against_year_before": true});
    bind(&city, 2, before).await;
    let told = foreseen(&city, 2).await;
    assert_eq!(told["lack"], "no-baseline", "2025 has no number: {told}");
}

#[tokio::test]
async fn a_change_that_is_foreseen_is_that_against_as_much_of_the_year_before() {
    let month = "make_date(2025 + (m.age - 1) / 12, (m.age - 1) % 12 + 1, 1)";
    let city = growing_by(month, 17).await;
    let change = json!({"kind": "metric", "id": "club.joined", "way": "change", "against_year_before": true});
    bind(&city, 1, change).await;
    let told = foreseen(&city, 1).await;
    // Of the months until June 93 in the year and 21 in the one before.
    assert!(is_near(&told["foreseen"]["told"]["value"], 72.0), "{told}");
    assert_eq!(told["foreseen"]["period"], "2026-06");
}

#[tokio::test]
async fn a_county_that_the_city_does_not_have_gets_no_copy() {
    let dataset = "dataset: base.division\ntitle: {zh: 区划}\nowner: 市数据局\norigin: collect\nsharing: {class: unconditional}\n\
        opening: open\nrefresh: yearly\nkey: [code]\ncolumns:\n  code: {title: {zh: 代码}, type: text, required: true}\n  \
        name: {title: {zh: 名称}, type: text}\n  kind: {title: {zh: 类别}, type: text}\n  parent: {title: {zh: 上级}, type: text, required: false}\n";
    let source = "source: base.division_file\ntitle: {zh: 区划}\ndataset: base.division\nmode: upsert\nchannel: {upload: {}}\n";
    let files = [
        (
            "../base/pack.yaml",
            "pack: base\nversion: 0.1.0\ntitle: {zh: 基础}\n",
        ),
        ("../base/datasets/division.yaml", dataset),
        ("../base/sources/division_file.yaml", source),
    ];
    let clock = Clock::standing("2026-04-20T01:00:00Z".parse().unwrap());
    let city = City::at(clock, Options::default(), &files).await;
    let rows = "代码,名称,类别,上级\n320900,盐城市,city,\n320902,亭湖区,district,320900\n320903,盐都区,district,320900\n";
    let batch = city
        .deliver_with(&[("dataset", "base.division")], "a.csv", rows)
        .await;
    assert_eq!(batch["rows_kept"], 3, "{batch}");
    approved(&city).await;
    let unknown = json!({"counties": [{"county": "火星县"}, {"county": "亭湖区"}]});
    let refused = post(&city, "tasks/1.1/counties", unknown).await;
    assert_eq!(refused.problem(), (422, "invalid-plan-edit".to_owned()));
    assert!(refused.text().contains("火星县"), "{}", refused.text());
    assert!(
        refused.text().contains("亭湖区、盐都区"),
        "{}",
        refused.text()
    );
    let known = json!({"counties": [{"county": "亭湖区"}, {"county": "盐都区"}]});
    let split = post(&city, "tasks/1.1/counties", known).await;
    assert_eq!(split.status, 200, "{}", split.text());
}
