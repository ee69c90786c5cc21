//! A work plan from the command line.

use serde_json::{Value, json};

use crate::support::{Place, Run};

const PLAN: &str = "澄江市2026年工作要点\n一、夯实底座\n（一）加快网络建设。6月底前新增5G基站300座以上。（牵头单位：市工信局；责任单位：市通管办）\n（二）加强统筹。打造两个平台，力争数据交易额达到2.5亿元。（市数据局、市财政局按职责分工负责）\n";

#[test]
fn a_plan_is_read_and_shown_with_what_waits_for_a_reviewer() {
    let place = Place::with_pack();
    place.write("plan.txt", PLAN);
    let json = place
        .yandu(&["plan", "import", "plan.txt", "--json"])
        .ok()
        .json();
    assert_eq!(json["points"][0]["number"], 1);
    assert_eq!(json["points"][0]["title"], "加快网络建设");
    assert_eq!(json["points"][0]["leads"][0], "市工信局");
    assert_eq!(json["targets"][0]["value"], 300);
    assert_eq!(json["targets"][2]["value"], 250_000_000);
    assert_eq!(json["targets"][2]["due"], "2026-12-31");
    let text = place.yandu(&["plan", "import", "plan.txt"]).ok().stdout;
    for part in [
        "2个要点，3个指标",
        "牵头：市工信局　配合：市通管办",
        "牵头：待定　共同负责：市数据局、市财政局",
        "◆ 6月底前新增5G基站300座以上　≥ 300座　2026-06-30前",
        "“力争”“争取”，是否作为硬指标请确认",
        "1个要点没有写明牵头单位",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    let again = place.yandu(&["plan", "import", "plan.txt", "--year", "2030"]);
    let again = again.ok().stdout;
    assert!(
        again.contains("2026年，") && !again.contains("2030年"),
        "{again}"
    );
    assert!(again.contains("已存为 2026，待逐句核对"), "{again}");
}

#[test]
fn a_file_that_is_no_plan_is_refused_with_what_it_is_and_a_mend() {
    let place = Place::with_pack();
    place.write("scan.pdf", "%PDF-1.7\n");
    let refused = place.yandu(&["plan", "import", "scan.pdf"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("this is a PDF") && refused.stderr.contains("plain text"),
        "{}",
        refused.stderr
    );
    let missing = place.yandu(&["plan", "import", "nothing.txt"]);
    assert_eq!(missing.code, 1, "{}", missing.stdout);
}

/// A place whose pack of plans is there.
pub(crate) fn with_rules() -> Place {
    let place = Place::with_pack();
    let rules = include_str!("../../../../packs/plan/pack.yaml");
    place.write("packs/plan/pack.yaml", rules);
    place.write("plan.txt", PLAN);
    place
}

/// Decisions on a day about everything that the reading of a plan leaves open.
pub(crate) fn all_decided(place: &Place, plan: &str, day: &str) -> Value {
    let open = run_on(place, day, &["review", plan, "--json"]).ok().json();
    let mut sentences = Vec::new();
    for sentence in open["sentences"].as_array().unwrap() {
        if sentence["needs_review"] != true {
            continue;
        }
        let each = |name: &str| sentence[name].as_array().unwrap().clone();
        let figures: Vec<Value> = each("figures")
            .iter()
            .map(|figure| {
                let doubts = figure["doubts"].as_array().unwrap().iter();
                let answers: serde_json::Map<String, Value> = doubts
                    .map(|doubt| (doubt["code"].as_str().unwrap().to_owned(), json!("按原文")))
                    .collect();
                json!({"figure": figure["number"], "answers": answers})
            })
            .collect();
        let offers: Vec<Value> = each("offers")
            .iter()
            .map(|offer| json!({"offer": offer["number"]}))
            .collect();
        sentences
            .push(json!({"sentence": sentence["number"], "figures": figures, "offers": offers}));
    }
    json!({"sentences": sentences})
}

/// Runs `yandu plan` on a day, so that no day on which a test runs makes anything late.
pub(crate) fn run_on(place: &Place, day: &str, arguments: &[&str]) -> Run {
    let now = format!("now={day}T09:00");
    let mut all = vec!["plan"];
    all.extend(arguments);
    all.extend(["--set", &now]);
    place.yandu(&all)
}

/// Evidence for the first target of the plan 2026, accepted.
pub(crate) fn prove(place: &Place, run: impl Fn(&[&str]) -> Run) -> Run {
    place.write("通报.txt", "新增5G基站306座。");
    let about = ["evidence", "2026", "--about", "target/1"];
    let figure = [
        "--on",
        "2026-05-05",
        "--value",
        "306",
        "--source",
        "市通管办",
    ];
    run(&[&about[..], &figure, &["--file", "通报.txt"]].concat()).ok();
    run(&["evidence", "2026", "--accept", "1", "--reason", "属实"]).ok()
}

#[test]
fn a_plan_is_reviewed_approved_worked_on_changed_and_carried_into_the_next_year() {
    let place = with_rules();
    let run = |arguments: &[&str]| run_on(&place, "2026-05-06", arguments);
    let imported = run(&["import", "plan.txt", "--id", "2026", "--json"])
        .ok()
        .json();
    assert_eq!(imported["plan"], "2026");
    assert_eq!(
        run(&["read", "plan.txt", "--json"]).ok().json()["targets"],
        imported["targets"]
    );
    let early = run(&["approve", "2026", "--reason", "同意"]).fails();
    assert!(
        early.stderr.contains("not everything is decided"),
        "{}",
        early.stderr
    );
    let open = run(&["review", "2026"]).ok().stdout;
    assert!(
        open.contains("？“力争”“争取”，是否作为硬指标请确认（effort-only）"),
        "{open}"
    );
    let decisions = all_decided(&place, "2026", "2026-05-06");
    place.write("decisions.json", &decisions.to_string());
    let reviewed = run(&["review", "2026", "--file", "decisions.json"])
        .ok()
        .stdout;
    assert!(reviewed.contains("已全部核对"), "{reviewed}");
    let approved = run(&["approve", "2026", "--reason", "已经市政府研究通过"])
        .ok()
        .stdout;
    assert!(approved.contains("已批准"), "{approved}");

    let tasks = run(&["tasks", "2026", "--point", "1"]).ok().stdout;
    assert!(
        tasks.contains("1.1　6月底前新增5G基站300座以上　市工信局　2026-06-30"),
        "{tasks}"
    );
    run(&["bind", "2026", "1", "by-hand", "--reason", "暂无系统"]).ok();
    let accepted = prove(&place, run).stdout;
    assert!(
        accepted.contains("指标：") && accepted.contains("按期完成1"),
        "{accepted}"
    );
    run(&["node", "2026", "2.1.1", "finish"]).ok();
    let late = run(&["late", "2026", "--json"]).ok().json();
    assert_eq!(late["supervise"], json!([]));

    place.write(
        "edits.json",
        r#"{"edits": [{"op": "set", "item": "task/1.1", "fields": {"due": "2026-09-30"}}]}"#,
    );
    let refused = run(&["edit", "2026", "edits.json", "--reason", "推迟"]).fails();
    assert!(
        refused.stderr.contains("in force as it was approved"),
        "{}",
        refused.stderr
    );
    run(&[
        "change",
        "2026",
        "--file",
        "edits.json",
        "--reason",
        "设备到货推迟",
    ])
    .ok();
    run(&["change", "2026", "--approve", "1", "--reason", "同意"]).ok();
    let differs = run(&["diff", "2026", "--from", "1", "--to", "2"])
        .ok()
        .stdout;
    assert_eq!(differs, "task/1.1　due　2026-06-30 → 2026-09-30\n");
    run(&["close", "2026", "--reason", "年度评估"]).ok();
    let next = run(&["next", "2026"]).ok().stdout;
    place.write("next.txt", &next);
    let again = run(&["read", "next.txt", "--json"]).ok().json();
    assert_eq!(again["year"], 2027);
    assert_eq!(again["points"].as_array().unwrap().len(), 2);
    let listed = run(&["list"]).ok().stdout;
    assert!(listed.starts_with("2026　已办结"), "{listed}");
    let known = run(&["import", "plan.txt"]).ok().stdout;
    assert!(
        known.contains("已存为 2026，已办结：yandu plan show 2026"),
        "{known}"
    );
}
