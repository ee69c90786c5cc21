use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};
use serde_json::json;
use yandu_documents::{Block, Document, Run};
use yandu_words::Period;

use super::site::{Site, TEXT, actual, calendar, cause, rules};
use crate::{
    Actual, Actuals, Error, Making, MetricSource, Paper, Plan, Source, Today, day_of_paper, paper,
};

const ADDRESS: &str = "http://127.0.0.1:8650";

fn made(plan: &Plan, actuals: &Actuals, asked: (Paper, &str, Date)) -> Document {
    made_without(plan, actuals, &BTreeSet::new(), asked)
}

fn made_without(
    plan: &Plan,
    actuals: &Actuals,
    hidden: &BTreeSet<u32>,
    (kind, period, today): (Paper, &str, Date),
) -> Document {
    let period: Period = period.parse().unwrap();
    let rules = rules();
    let calendar = calendar();
    let source = MetricSource {
        title: "新增5G基站".to_owned(),
        owner: "市通管办".to_owned(),
        version: Some(41),
        newest: Some("2026-05".parse().unwrap()),
        late_days: Some(12),
    };
    let names = BTreeMap::from([("wang".to_owned(), "王芳".to_owned())]);
    let metrics = BTreeMap::from([("telecom.new_station".to_owned(), source)]);
    let making = Making {
        paper: kind,
        period,
        today: Today {
            day: day_of_paper(plan, kind, period, today).unwrap(),
            rules: &rules,
            calendar: &calendar,
        },
        actuals,
        metrics: &metrics,
        hidden,
        names: &names,
        address: ADDRESS,
    };
    paper(plan, making)
}

fn brief(plan: &Plan, actuals: &Actuals, period: &str, today: Date) -> Document {
    made(plan, actuals, (Paper::Brief, period, today))
}

fn runs(document: &Document) -> Vec<&Run> {
    document
        .blocks
        .iter()
        .flat_map(|block| match block {
            Block::Heading(heading) => heading.text.iter().collect::<Vec<_>>(),
            Block::Paragraph(runs) => runs.iter().collect(),
            Block::Table(table) => table.rows.iter().flatten().flatten().collect(),
        })
        .collect()
}

fn text(document: &Document) -> String {
    let lines = document.numbered().map(|(number, block)| {
        let cells: Vec<String> = match block {
            Block::Heading(heading) => vec![joined(&heading.text)],
            Block::Paragraph(runs) => vec![joined(runs)],
            Block::Table(table) => table
                .rows
                .iter()
                .map(|row| {
                    row.iter()
                        .map(|cell| joined(cell))
                        .collect::<Vec<_>>()
                        .join("|")
                })
                .collect(),
        };
        format!("{number}{}", cells.join("\n"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn joined(runs: &[Run]) -> String {
    runs.iter().map(|run| run.text.as_str()).collect()
}

/// The footnote behind the first run of a text.
fn note_of<'a>(document: &'a Document, text: &str) -> &'a yandu_documents::Note {
    let run = runs(document).into_iter().find(|run| run.text == text);
    let note = run
        .unwrap_or_else(|| panic!("no run says {text}"))
        .note
        .unwrap();
    let number = document.numbers()[&note];
    document.notes()[number - 1]
}

fn stations(values: &[(&str, f64)]) -> Actuals {
    let of = |(day, value): &(&str, f64)| Actual {
        trail: Some("metric/telecom.new_station".to_owned()),
        ..actual(day, *value)
    };
    Actuals::from([(1, values.iter().map(of).collect())])
}

#[tokio::test]
async fn each_number_of_a_target_says_where_it_comes_from() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let actuals = stations(&[("2026-04-30", 120.0), ("2026-05-31", 205.0)]);
    let document = brief(&plan, &actuals, "2026-05", date(2026, 7, 1));
    assert_eq!(document.title(), "澄江市2026年工作要点推进情况简报（5月）");
    assert_eq!(document.date, Some(date(2026, 5, 31)));
    let goal = note_of(&document, "不低于300座");
    assert_eq!(goal.text, "按文件原文“6月底前新增5G基站300座以上”");
    assert_eq!(
        goal.address.as_deref(),
        Some("http://127.0.0.1:8650/plans/plan?tab=text#target-1")
    );
    let reached = note_of(&document, "205座");
    assert_eq!(
        reached.text,
        "指标“新增5G基站”（telecom.new_station），2026年累计，截至2026年5月31日，数据第41版，市通管办，新数据已晚12天"
    );
    assert_eq!(
        reached.address.as_deref(),
        Some("http://127.0.0.1:8650/figures/telecom.new_station?trail=2026")
    );
    assert_eq!(
        reached.trail.as_deref(),
        Some("metric/telecom.new_station@2026")
    );
    // Every run that counts items has a footnote, and a run that says a number of a table too.
    let is_count = |text: &str| {
        let digits = text.trim_end_matches(['个', '项', '家']);
        !digits.is_empty() && digits.chars().all(|sign| sign.is_ascii_digit()) && digits != text
    };
    let counts: Vec<&Run> = runs(&document)
        .into_iter()
        .filter(|run| is_count(&run.text))
        .collect();
    assert!(counts.len() > 5);
    assert!(counts.iter().all(|run| run.note.is_some()), "{counts:?}");
}

#[tokio::test]
async fn what_is_not_known_is_said_to_be_not_known_and_late_data_by_how_much() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let actuals = stations(&[("2026-04-30", 120.0)]);
    let told = text(&brief(&plan, &actuals, "2026-05", date(2026, 7, 1)));
    assert!(told.contains("120座|4月30日，滞后31天|"), "{told}");
    assert!(
        told.contains("没有数据|—|临近或滞后，数据来源还没有数值"),
        "{told}"
    );
    let nothing = text(&brief(&plan, &Actuals::new(), "2026-05", date(2026, 7, 1)));
    assert!(
        nothing.contains("没有数据|—|临近或滞后，数据来源还没有数值"),
        "{nothing}"
    );
}

#[tokio::test]
async fn a_month_tells_nothing_that_happened_behind_its_end() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let site = site.moved("2026-05-06").await;
    let plan = site.finished("2.1.1").await;
    let actuals = stations(&[("2026-03-31", 60.0), ("2026-06-30", 400.0)]);
    let today = date(2026, 7, 10);
    let april = text(&brief(&plan, &actuals, "2026-04", today));
    assert!(april.contains("60座"), "{april}");
    assert!(
        !april.contains("400座") && !april.contains("逾期完成1项"),
        "{april}"
    );
    let march = text(&brief(&plan, &actuals, "2026-03", today));
    assert!(march.contains("尚未完成"), "{march}");
    let june = text(&brief(&plan, &actuals, "2026-06", today));
    assert!(june.contains("400座"), "{june}");
    assert!(june.contains("指标中，按期完成1项"), "{june}");
}

#[tokio::test]
async fn changes_stand_in_the_period_in_which_they_were_decided_and_wait_for_the_meeting_before() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let site = site.moved("2026-04-10").await;
    let edits = json!([{"op": "set", "item": "task/1.1", "fields": {"due": "2026-09-30"}}]);
    let edits = serde_json::from_value(edits).unwrap();
    site.plans
        .ask_change("plan", edits, cause("设备到货推迟"))
        .await
        .unwrap();
    let site = site.moved("2026-07-02").await;
    let plan = site
        .plans
        .decide_change("plan", 1, true, cause("同意"))
        .await
        .unwrap();
    let today = date(2026, 7, 10);
    let of = |kind, period| text(&made(&plan, &Actuals::new(), (kind, period, today)));
    let asked = of(Paper::Pack, "2026-Q2");
    assert!(asked.contains("待批准的变更\n第1号变更，2026年4月10日申请，申请理由：设备到货推迟。任务1.1调整：时限为2026年9月30日。"), "{asked}");
    assert!(asked.contains("本季度没有批准或退回的变更。"));
    let decided = of(Paper::Pack, "2026-Q3");
    assert!(
        decided.contains("第1号变更，2026年7月2日批准，申请理由：设备到货推迟，决定意见：同意。"),
        "{decided}"
    );
    assert!(!decided.contains("待批准的变更"));
}

#[tokio::test]
async fn the_review_of_a_year_says_of_each_target_whether_it_was_met_and_carries_over_the_rest() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let actuals = stations(&[("2026-05-31", 250.0), ("2026-08-31", 310.0)]);
    let today = date(2027, 1, 5);
    let review = made(&plan, &actuals, (Paper::Review, "2026", today));
    assert_eq!(review.title(), "澄江市2026年工作要点年终评估报告");
    assert_eq!(review.date, Some(date(2026, 12, 31)));
    let told = text(&review);
    assert!(told.contains("逾期达到（2026年8月31日）"), "{told}");
    assert!(
        told.contains("指标评估结果：达到0项，逾期达到1项，"),
        "{told}"
    );
    assert!(told.contains("责任单位没有书面说明原因。"), "{told}");
    let next = note_of(&review, "《澄江市2027年工作要点》框架草案");
    assert_eq!(
        next.address.as_deref(),
        Some("http://127.0.0.1:8650/api/v1/plans/plan/next")
    );
}

#[tokio::test]
async fn a_paper_is_made_for_its_own_length_within_the_years_and_once_begun() {
    let site = Site::new().await;
    let open = site.import(TEXT).await;
    let today = date(2026, 3, 5);
    let day =
        |plan: &Plan, kind, period: &str| day_of_paper(plan, kind, period.parse().unwrap(), today);
    assert!(matches!(
        day(&open, Paper::Brief, "2026-01"),
        Err(Error::NotNow { .. })
    ));
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    assert_eq!(plan.years(), Some((2026, 2026)));
    assert_eq!(
        day(&plan, Paper::Brief, "2026-02").unwrap(),
        date(2026, 2, 28)
    );
    assert_eq!(day(&plan, Paper::Brief, "2026-03").unwrap(), today);
    for (kind, period) in [
        (Paper::Brief, "2026-Q1"),
        (Paper::Pack, "2026"),
        (Paper::Review, "2026-03"),
        (Paper::Brief, "2025-12"),
        (Paper::Brief, "2026-04"),
    ] {
        let refused = day(&plan, kind, period).unwrap_err();
        assert_eq!(refused.code(), "plan-period", "{period}");
    }
}

#[tokio::test]
async fn a_number_over_the_reports_of_a_form_says_its_metric() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let metric = Some("telecom.new_station".to_owned());
    let form = Source::form("telecom.report".to_owned(), metric, Some("year-sum")).unwrap();
    let plan = site
        .plans
        .bind("plan", 1, form, cause("以填报为准"))
        .await
        .unwrap();
    let actuals = stations(&[("2026-05-31", 205.0)]);
    let document = brief(&plan, &actuals, "2026-05", date(2026, 7, 1));
    let reached = note_of(&document, "205座");
    assert!(
        reached
            .text
            .starts_with("指标“新增5G基站”（telecom.new_station），2026年累计"),
        "{reached:?}"
    );
}

#[tokio::test]
async fn a_footnote_leads_to_the_period_that_the_number_is_of() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let level = json!({"kind": "metric", "metric": "telecom.new_station", "way": "at-date"});
    let level = serde_json::from_value(level).unwrap();
    let plan = site
        .plans
        .bind("plan", 1, level, cause("以存量为准"))
        .await
        .unwrap();
    for (period, span) in [
        ("2026-Q1", "，截至2026年3月31日，"),
        ("2026-03-31", "，截至2026年3月31日，"),
        ("2026", "，2026年，截至2026年3月31日，"),
    ] {
        let reached = Actual {
            period: Some(period.parse().unwrap()),
            ..actual("2026-03-31", 205.0)
        };
        let actuals = Actuals::from([(1, vec![reached])]);
        let document = brief(&plan, &actuals, "2026-03", date(2026, 4, 10));
        let note = note_of(&document, "205座");
        let trail = format!("metric/telecom.new_station@{period}");
        assert_eq!(note.trail.as_deref(), Some(trail.as_str()));
        let text = format!("（telecom.new_station）{span}数据第41版");
        assert!(note.text.contains(&text), "{note:?}");
    }
}

#[tokio::test]
async fn a_paper_says_which_areas_are_missing_in_a_number_and_decides_nothing_by_it() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let reached = Actual {
        missing: vec!["甲县".to_owned(), "乙县".to_owned()],
        ..actual("2026-05-31", 400.0)
    };
    let actuals = Actuals::from([(1, vec![reached])]);
    let document = brief(&plan, &actuals, "2026-05", date(2026, 7, 1));
    let note = note_of(&document, "400座");
    assert!(note.text.ends_with("，缺报：甲县、乙县"), "{note:?}");
    let told = text(&document);
    assert!(told.contains("|临近或滞后，有地区缺报，暂不认定"), "{told}");
    let review = made(&plan, &actuals, (Paper::Review, "2026", date(2027, 1, 10)));
    let told = text(&review);
    assert!(told.contains("，有地区缺报，暂不认定1项"), "{told}");
}

#[tokio::test]
async fn a_task_that_goes_on_is_not_told_as_finished_late_though_a_node_of_it_was() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let site = site.moved("2026-04-02").await;
    let plan = site.finished("2.1.1").await;
    let told = text(&brief(&plan, &Actuals::new(), "2026-04", date(2026, 4, 10)));
    let mut lines = told.lines();
    let line = lines.find(|line| line.starts_with("2.1|形成一个平台|"));
    assert!(line.unwrap().ends_with("|有部分事项逾期完成"), "{told}");
}

#[tokio::test]
async fn what_is_due_on_a_day_of_rest_is_told_with_the_day_by_which_its_days_are_counted() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    // The last day of May is a Sunday.
    let added = json!([
        {"op": "add", "item": "task/2.1", "fields": {"title": "中期检查", "due": "2026-05-31"}},
        {"op": "add", "item": "point/2", "fields": {"title": "制定方案", "lead": "市数据局", "due": "2026-05-31"}},
    ]);
    let plan = site.edit(added).await.unwrap();
    let of = |period| text(&brief(&plan, &Actuals::new(), period, date(2026, 6, 10)));
    let next = "2.1.5|形成一个平台：中期检查|";
    let may = of("2026-05");
    let mut lines = may.lines();
    let line = lines.find(|line| line.starts_with(next)).unwrap();
    assert!(line.contains("|6月1日|"), "{may}");
    assert!(!of("2026-04").lines().any(|line| line.starts_with(next)));
    // A task without nodes is listed by itself.
    assert!(
        may.contains("任务2.2|制定方案|市数据局|—|6月1日|还有1天"),
        "{may}"
    );
}

#[tokio::test]
async fn a_change_is_told_in_the_words_of_an_office() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let site = site.moved("2026-04-10").await;
    let edits = json!([
        {"op": "set", "item": "target/1", "fields": {"comparison": "between", "range": [300, 320]}},
        {"op": "set", "item": "target/2", "fields": {"bound": ">=", "unit": "percentage point"}},
    ]);
    let edits = serde_json::from_value(edits).unwrap();
    let (plan, _) = site
        .plans
        .ask_change("plan", edits, cause("口径调整"))
        .await
        .unwrap();
    let today = date(2026, 7, 10);
    let told = text(&made(
        &plan,
        &Actuals::new(),
        (Paper::Pack, "2026-Q2", today),
    ));
    for words in [
        "比较为介于",
        "区间为300至320",
        "变化幅度为不低于",
        "计量单位为个百分点",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[tokio::test]
async fn a_plan_without_targets_is_not_said_to_have_reached_them() {
    let site = Site::new().await;
    let text_of_plan = "澄江市2026年工作要点\n一、夯实底座\n（一）加快网络建设。建成城市算力网。（牵头单位：市工信局；责任单位：市通管办）\n（二）加强统筹。健全协调机制。（市数据局、市财政局按职责分工负责）\n";
    let plan = site.approved(text_of_plan).await;
    assert_eq!(plan.targets().count(), 0);
    let today = date(2027, 1, 5);
    let told = text(&made(
        &plan,
        &Actuals::new(),
        (Paper::Review, "2026", today),
    ));
    assert_eq!(told.matches("没有提出数字指标").count(), 1, "{told}");
    assert!(!told.contains("未达到"), "{told}");
}

#[tokio::test]
async fn a_value_that_a_change_put_in_force_cites_the_change_and_not_the_text() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let site = site.moved("2026-04-10").await;
    let edits = json!([{"op": "set", "item": "target/1", "fields": {"value": 280}}]);
    let edits = serde_json::from_value(edits).unwrap();
    let asked = site.plans.ask_change("plan", edits, cause("设备到货推迟"));
    asked.await.unwrap();
    let decided = site
        .plans
        .decide_change("plan", 1, true, cause("市政府同意"));
    let plan = decided.await.unwrap();
    let today = date(2026, 5, 10);
    let document = made(&plan, &Actuals::new(), (Paper::Brief, "2026-04", today));
    let told = text(&document);
    assert!(
        told.contains("6月底前新增5G基站280座以上|不低于280座"),
        "{told}"
    );
    let notes = document.notes();
    let notes: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
    assert!(
        notes.contains(&"按第1号变更，2026年4月10日由王芳批准，申请理由：设备到货推迟，决定意见：市政府同意，文件原文为“6月底前新增5G基站300座以上”"),
        "{notes:?}"
    );
    assert!(
        notes.contains(&"按文件原文“家庭宽带通达率提高5%”，经核对更正"),
        "{notes:?}"
    );
}

#[tokio::test]
async fn a_paper_leaves_out_the_numbers_of_a_target_and_says_so_and_its_lamp_stays() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let actuals = stations(&[("2026-04-30", 120.0), ("2026-05-31", 205.0)]);
    let hidden = BTreeSet::from([1]);
    let day = date(2026, 7, 1);
    let asked = (Paper::Brief, "2026-05", day);
    let shown = text(&brief(&plan, &actuals, "2026-05", day));
    assert!(!shown.contains("数据未显示"), "{shown}");
    let told = text(&made_without(&plan, &actuals, &hidden, asked));
    assert!(!told.contains("205座"), "{told}");
    assert!(
        told.contains("本件按生成者账号的权限生成，1项指标的数据未显示。"),
        "{told}"
    );
    assert!(told.contains("数据未显示|—|临近或滞后"), "{told}");
    let asked = (Paper::Review, "2026", date(2026, 12, 31));
    let told = text(&made_without(&plan, &actuals, &hidden, asked));
    assert!(!told.contains("205座"), "{told}");
    assert!(told.contains("数据未显示1项"), "{told}");
}
