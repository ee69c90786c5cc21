use jiff::ToSpan;
use jiff::civil::{Date, date};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::json;

use super::site::{Site, TEXT, actual, calendar, cause, rules, stands_on};
use crate::{
    Actual, Actuals, Ahead, Error, Lack, Lamp, NoForecast, NodeStep, Plan, RestDay, RuleValue,
    Rules, Standing, foreseen, next_frame, overdue, wanted,
};

#[tokio::test]
async fn a_lamp_goes_from_grey_over_green_and_yellow_to_red() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let lamp = |day: Date| stands_on(&plan, &Actuals::new(), day).nodes["2.1.1"].lamp;
    assert_eq!(lamp(date(2026, 1, 10)), Lamp::NotBegun);
    assert_eq!(
        lamp(date(2026, 3, 1)),
        Lamp::Near,
        "30 days before its date"
    );
    assert_eq!(lamp(date(2026, 3, 31)), Lamp::Near);
    assert_eq!(lamp(date(2026, 4, 1)), Lamp::Late);
    let plan = site
        .plans
        .step("plan", "2.1.1", NodeStep::Begin, cause("启动"))
        .await
        .unwrap();
    let stands = stands_on(&plan, &Actuals::new(), date(2026, 1, 10));
    assert_eq!(stands.nodes["2.1.1"].lamp, Lamp::OnCourse);
    assert_eq!(stands.tasks["2.1"].lamp, Lamp::OnCourse);
}

#[tokio::test]
async fn work_that_was_finished_late_never_turns_green_and_nothing_above_it_does() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let lead = json!([{"op": "set", "item": "point/2", "fields": {"lead": "市数据局"}}]);
    site.edit(lead).await.unwrap();
    let site = site.moved("2026-04-02").await;
    site.finished("2.1.1").await;
    let site = site.moved("2026-05-06").await;
    for node in ["2.1.2", "2.1.3", "2.1.4"] {
        site.finished(node).await;
    }
    let stands = site.stands(&Actuals::new()).await;
    assert_eq!(stands.nodes["2.1.1"].lamp, Lamp::DoneLate);
    assert_eq!(stands.nodes["2.1.2"].lamp, Lamp::Done);
    for lamp in [
        stands.tasks["2.1"].lamp,
        stands.points[&2].lamp().unwrap(),
        stands.units["市数据局"].lamp().unwrap(),
    ] {
        assert_eq!(lamp, Lamp::DoneLate);
    }
    // It is taken up and finished once more: later still.
    site.plans
        .step("plan", "2.1.1", NodeStep::Reopen, cause("退回"))
        .await
        .unwrap();
    let open = site.stands(&Actuals::new()).await;
    assert_eq!(open.tasks["2.1"].lamp, Lamp::Late);
    site.finished("2.1.1").await;
    let again = site.stands(&Actuals::new()).await;
    assert_eq!(again.tasks["2.1"].lamp, Lamp::DoneLate);
}

#[tokio::test]
async fn a_task_of_the_city_is_late_where_only_the_copy_of_a_county_is() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    site.split_in_two().await;
    let plan = site.finished("1.1-1.1").await;
    let actuals = Actuals::from([(1, vec![actual("2026-03-31", 160.0)])]);
    let stands = stands_on(&plan, &actuals, date(2026, 4, 1));
    let own = [
        stands.nodes["1.1.1"].lamp,
        stands.nodes["1.1.2"].lamp,
        stands.targets[&1].lamp,
        stands.tasks["1.1-1"].lamp,
    ];
    assert!(!own.contains(&Lamp::Late), "{own:?}");
    assert_eq!(stands.tasks["1.1-2"].lamp, Lamp::Late);
    assert_eq!(stands.tasks["1.1"].lamp, Lamp::Late);
    let plan = site.finished("1.1-2.1").await;
    let stands = stands_on(&plan, &actuals, date(2026, 4, 1));
    assert_ne!(stands.tasks["1.1"].lamp, Lamp::Late);
}

#[tokio::test]
async fn a_task_with_a_node_that_was_late_goes_on_into_the_next_plan_until_all_of_it_is_closed() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let site = site.moved("2026-04-02").await;
    let plan = site.finished("2.1.1").await;
    let stands = site.stands(&Actuals::new()).await;
    let task = &stands.tasks["2.1"];
    assert_eq!((task.lamp, task.is_closed), (Lamp::DoneLate, false));
    let carried = |plan: &Plan, stands: &Standing| next_frame(plan, stands).points[1].tasks.clone();
    assert_eq!(carried(&plan, &stands), ["形成一个平台"]);
    let mut plan = plan;
    for node in ["2.1.2", "2.1.3", "2.1.4"] {
        plan = site.finished(node).await;
    }
    let stands = site.stands(&Actuals::new()).await;
    let task = &stands.tasks["2.1"];
    assert_eq!((task.lamp, task.is_closed), (Lamp::DoneLate, true));
    assert!(carried(&plan, &stands).is_empty());
}

#[tokio::test]
async fn a_task_whose_parts_ended_after_its_own_day_is_done_late_although_each_of_them_was_in_time()
{
    let site = Site::new().await;
    let mut plan = site.approved(TEXT).await;
    let nodes = plan.nodes.values_mut();
    for node in nodes.filter(|node| node.task == "2.1") {
        node.said.due = date(2026, 6, 30);
        node.finished = Some(crate::Finish {
            on: date(2026, 5, 6),
            by: plan.head.imported.clone(),
            documents: Vec::new(),
        });
    }
    for (due, lamp) in [
        (date(2026, 4, 30), Lamp::DoneLate),
        (date(2026, 5, 29), Lamp::Done),
    ] {
        plan.tasks.get_mut("2.1").unwrap().said.due = due;
        let stands = stands_on(&plan, &Actuals::new(), date(2026, 7, 1));
        assert_eq!(stands.nodes["2.1.1"].lamp, Lamp::Done);
        assert_eq!(stands.tasks["2.1"].lamp, lamp, "due on {due}");
    }
}

#[tokio::test]
async fn a_number_in_which_areas_are_missing_neither_closes_a_target_nor_opens_it_again() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let part = |day: &str, value: f64| Actual {
        missing: vec!["甲县".to_owned(), "乙县".to_owned()],
        ..actual(day, value)
    };
    let mut actuals = Actuals::from([(1, vec![part("2026-05-31", 400.0)])]);
    let stands = stands_on(&plan, &actuals, date(2026, 6, 1));
    let target = &stands.targets[&1];
    assert_eq!(target.lamp, Lamp::Near);
    assert_eq!(target.lack, Some(Lack::AreasMissing));
    assert_eq!(
        (target.is_met, target.share, target.gap),
        (None, None, None)
    );
    assert_eq!(target.told.as_ref().unwrap().to_string(), "400座");
    assert_eq!(stands.nodes["1.1.1"].closed_on, None);
    assert_ne!(stands.tasks["1.1"].lamp, Lamp::Done);
    let settled = site.settle(&plan, &actuals).await.unwrap();
    assert!(settled.closings.is_empty());
    // The areas are still missing, and what is known of the whole was reached before.
    actuals.insert(
        1,
        vec![actual("2026-04-30", 310.0), part("2026-05-31", 290.0)],
    );
    let stands = stands_on(&plan, &actuals, date(2026, 7, 1));
    let target = &stands.targets[&1];
    assert_eq!(target.lamp, Lamp::Done);
    assert_eq!(target.closed.unwrap().on, date(2026, 4, 30));
    assert!(!target.is_reopened);
    let site = site.moved("2026-07-01").await;
    let settled = site.settle(&plan, &actuals).await.unwrap();
    let closing = &settled.closings[&1][0];
    assert_eq!(closing.value, Some(310.0));
    assert_eq!(closing.as_of, Some(date(2026, 4, 30)));
}

#[tokio::test]
async fn a_metric_closes_its_target_and_its_nodes_and_opens_them_again_when_it_falls_back() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let mut actuals = Actuals::new();
    let months = [
        ("2026-02-28", 100.0),
        ("2026-03-31", 160.0),
        ("2026-05-31", 305.0),
    ];
    actuals.insert(1, months.map(|(day, value)| actual(day, value)).to_vec());
    let stands = stands_on(&plan, &actuals, date(2026, 6, 1));
    let target = &stands.targets[&1];
    assert_eq!(target.lamp, Lamp::Done);
    assert_eq!(target.closed.unwrap().on, date(2026, 5, 31));
    assert!(target.closed.unwrap().by_metric);
    assert_eq!(stands.nodes["1.1.1"].closed_on, Some(date(2026, 3, 31)));
    assert_eq!(stands.tasks["1.1"].lamp, Lamp::Done);
    // A restated month: the sum falls back behind the target.
    actuals
        .get_mut(&1)
        .unwrap()
        .push(actual("2026-06-30", 290.0));
    let stands = stands_on(&plan, &actuals, date(2026, 7, 1));
    let target = &stands.targets[&1];
    assert_eq!((target.lamp, target.lack), (Lamp::Late, Some(Lack::NotMet)));
    assert!(target.is_reopened);
    assert_eq!(target.gap, Some(10.0));
    assert_eq!(stands.nodes["1.1.2"].lamp, Lamp::Late);
    assert_eq!(
        stands.nodes["1.1.1"].lamp,
        Lamp::Done,
        "half of it is still there"
    );
    // Reached again, behind the date: it is done, and late.
    actuals
        .get_mut(&1)
        .unwrap()
        .push(actual("2026-07-31", 310.0));
    let stands = stands_on(&plan, &actuals, date(2026, 8, 1));
    assert_eq!(stands.targets[&1].lamp, Lamp::DoneLate);
    assert_eq!(stands.tasks["1.1"].lamp, Lamp::DoneLate);
}

#[tokio::test]
async fn a_sum_behind_its_straight_line_is_near_before_its_date_is() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let lamp = |value: f64| {
        let mut actuals = Actuals::new();
        actuals.insert(1, vec![actual("2026-03-31", value)]);
        stands_on(&plan, &actuals, date(2026, 4, 1)).targets[&1].lamp
    };
    // Half of the time has passed, of which nine tenths are asked for.
    assert_eq!(lamp(140.0), Lamp::OnCourse);
    assert_eq!(lamp(130.0), Lamp::Near);
}

#[tokio::test]
async fn a_change_is_measured_against_its_baseline_or_says_that_there_is_none() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    assert_eq!(plan.figures[&2].said.unit, "percentage point");
    let mut actuals = Actuals::new();
    actuals.insert(2, vec![actual("2026-05-31", 86.0)]);
    let stands = stands_on(&plan, &actuals, date(2026, 6, 1));
    assert_eq!(
        stands.targets[&2].measured,
        Some(6.0),
        "against the 80 of the city's file"
    );
    assert_eq!(stands.targets[&2].lamp, Lamp::Done);
    let source = json!({"kind": "metric", "metric": "telecom.broadband", "way": "change"});
    let source = serde_json::from_value(source).unwrap();
    let plan = site
        .plans
        .bind("plan", 2, source, cause("基数未定"))
        .await
        .unwrap();
    let stands = stands_on(&plan, &actuals, date(2026, 6, 1));
    assert_eq!(stands.targets[&2].lack, Some(Lack::NoBaseline));
    // Without the change the level is told, and not called a change.
    let told = stands.targets[&2].told.clone().unwrap();
    assert_eq!((told.value, told.is_change), (86.0, false));
}

#[tokio::test]
async fn a_change_is_told_in_the_unit_of_its_target_and_not_in_that_of_its_metric() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let costs =
        json!({"kind": "metric", "metric": "health.cost", "way": "change", "baseline": 200});
    let costs = serde_json::from_value(costs).unwrap();
    let bound = site.plans.bind("plan", 2, costs, cause("次均费用"));
    let mut plan = bound.await.unwrap();
    let mut cost = actual("2026-05-31", 150.0);
    cost.unit = "元".to_owned();
    let actuals = Actuals::from([(2, vec![cost])]);
    for (unit, value, text) in [
        ("%", -25.0, "下降25%"),
        ("percentage point", -50.0, "下降50个百分点"),
        ("元", -50.0, "下降50元"),
    ] {
        let target = plan.figures.get_mut(&2).unwrap();
        target.said.unit = unit.to_owned();
        let stands = stands_on(&plan, &actuals, date(2026, 6, 1));
        let told = stands.targets[&2].told.clone().unwrap();
        assert_eq!((told.value, told.is_change), (value, true));
        assert_eq!(
            (told.unit.as_str(), told.to_string().as_str()),
            (unit, text)
        );
    }
}

#[tokio::test]
async fn what_is_foreseen_is_compared_as_what_is_reached() {
    let site = Site::new().await;
    let mut plan = site.approved(TEXT).await;
    let mut newest = actual("2026-05-31", 82.0);
    newest.unit = "%".to_owned();
    let ahead = Ahead {
        period: "2026-12".parse().unwrap(),
        value: 86.0,
        low: 84.0,
        high: 88.0,
        baseline: None,
    };
    let rules = rules();
    let seen =
        |plan: &Plan, target: u32| foreseen(plan, &plan.figures[&target], &newest, &ahead, &rules);
    // A rise by 5 over the 80 that the binding names.
    let change = seen(&plan, 2).unwrap();
    assert_eq!((change.told.value, change.told.is_change), (6.0, true));
    assert_eq!(change.told.unit, "percentage point");
    assert_eq!((change.low, change.high), (4.0, 8.0));
    assert_eq!(change.is_met, Some(true));
    // 300 stations are not counted in percent: it is told, and not judged.
    let other = seen(&plan, 1).unwrap();
    assert_eq!((other.told.value, other.told.unit.as_str()), (86.0, "%"));
    assert_eq!(other.is_met, None);
    let open = json!({"kind": "metric", "metric": "telecom.broadband", "way": "change"});
    let open = serde_json::from_value(open).unwrap();
    plan = site
        .plans
        .bind("plan", 2, open, cause("基数未定"))
        .await
        .unwrap();
    assert_eq!(seen(&plan, 2), Err(NoForecast::NoBaseline));
}

#[tokio::test]
async fn an_actual_in_another_unit_is_not_compared() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let mut wrong = actual("2026-05-31", 5000.0);
    wrong.unit = "个".to_owned();
    let mut actuals = Actuals::from([(1, vec![wrong])]);
    let stands = stands_on(&plan, &actuals, date(2026, 6, 1));
    assert_eq!(stands.targets[&1].lack, Some(Lack::UnitDiffers));
    assert_eq!(stands.targets[&1].measured, None);
    actuals.get_mut(&1).unwrap()[0].unit = "座".to_owned();
    let stands = stands_on(&plan, &actuals, date(2026, 6, 1));
    assert_eq!(stands.targets[&1].lamp, Lamp::Done);
}

#[tokio::test]
async fn metrics_are_asked_for_from_the_first_day_of_the_year_to_today() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let asked = wanted(&plan, date(2026, 4, 1));
    let told: Vec<(u32, &str, String, String)> = asked
        .iter()
        .map(|one| {
            (
                one.target,
                one.metric.as_str(),
                one.from.to_string(),
                one.to.to_string(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                1,
                "telecom.new_station",
                "2026-01-01".to_owned(),
                "2026-04-01".to_owned()
            ),
            (
                2,
                "telecom.broadband",
                "2026-01-01".to_owned(),
                "2026-04-01".to_owned()
            ),
        ]
    );
}

#[test]
fn the_office_that_signs_may_be_missing_and_is_a_text() {
    let read = |office: Option<RuleValue>| {
        Rules::read(|name| match name {
            "office" => office.clone(),
            "rest_day" => Some(RuleValue::Text("keep".to_owned())),
            "node_pace" => Some(RuleValue::Text("month".to_owned())),
            _ => Some(RuleValue::Number(1.0)),
        })
    };
    assert_eq!(read(None).unwrap().office, "");
    let refused = read(Some(RuleValue::Number(1.0)));
    assert!(
        matches!(&refused, Err(Error::Rule { name, .. }) if name == "office"),
        "{refused:?}"
    );
}

#[test]
fn a_due_date_on_a_day_of_rest_moves_as_the_rule_says() {
    let calendar = calendar();
    // A Saturday that is worked, a Sunday, and a Sunday of a year without data.
    for (rule, worked, sunday, unknown) in [
        (RestDay::Keep, "2026-10-10", "2026-05-31", "2027-01-31"),
        (RestDay::Before, "2026-10-10", "2026-05-29", "2027-01-29"),
        (RestDay::After, "2026-10-10", "2026-06-01", "2027-02-01"),
    ] {
        let count = |day: Date| rule.count(day, &calendar);
        assert_eq!(count(date(2026, 10, 10)).day.to_string(), worked);
        assert_eq!(count(date(2026, 5, 31)).day.to_string(), sunday);
        assert!(!count(date(2026, 5, 31)).is_presumed);
        assert_eq!(count(date(2027, 1, 31)).day.to_string(), unknown);
        assert_eq!(count(date(2027, 1, 31)).is_presumed, rule != RestDay::Keep);
    }
}

#[tokio::test]
async fn what_is_late_is_listed_by_rule_and_the_unit_of_many_is_called_in() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let lead = json!([{"op": "set", "item": "point/2", "fields": {"lead": "市数据局"}}]);
    let plan = site.edit(lead).await.unwrap();
    let listed = |day: Date| {
        let stands = stands_on(&plan, &Actuals::new(), day);
        overdue(&plan, &stands, &rules())
            .into_iter()
            .map(|one| format!("{} {} {}", one.step.text(), one.item, one.rule))
            .collect::<Vec<String>>()
    };
    assert_eq!(listed(date(2026, 3, 20)), Vec::<String>::new());
    assert!(listed(date(2026, 3, 24)).contains(&"催办 node/2.1.1 remind_days".to_owned()));
    let late = listed(date(2026, 4, 1));
    assert!(
        late.contains(&"督办 node/2.1.1 supervise_days".to_owned()),
        "{late:?}"
    );
    // Three nodes of one unit are late.
    assert!(
        late.contains(&"约谈 node/1.3.1 interview_items".to_owned()),
        "{late:?}"
    );
    assert!(listed(date(2026, 4, 30)).contains(&"约谈 node/2.1.1 interview_days".to_owned()));
}

#[tokio::test]
async fn a_task_without_nodes_stands_for_itself_in_the_list_and_is_done_by_a_node() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let task = json!([{"op": "add", "item": "point/2", "fields": {"title": "制定方案", "lead": "市数据局", "due": "2026-03-31"}}]);
    let plan = site.edit(task).await.unwrap();
    let listed = |plan: &Plan, day: Date| {
        let stands = stands_on(plan, &Actuals::new(), day);
        overdue(plan, &stands, &rules())
            .into_iter()
            .filter(|one| one.unit.as_deref() == Some("市数据局"))
            .map(|one| format!("{} {} {}", one.step.text(), one.item, one.rule))
            .collect::<Vec<String>>()
    };
    assert_eq!(listed(&plan, date(2026, 3, 20)), Vec::<String>::new());
    for (day, told) in [
        (date(2026, 3, 24), "催办 task/2.2 remind_days"),
        (date(2026, 4, 1), "督办 task/2.2 supervise_days"),
        (date(2026, 4, 30), "约谈 task/2.2 interview_days"),
    ] {
        assert_eq!(listed(&plan, day), [told]);
    }
    let node = json!([{"op": "add", "item": "task/2.2", "fields": {"title": "印发方案", "due": "2026-03-31"}}]);
    let plan = site.edit(node).await.unwrap();
    let late = listed(&plan, date(2026, 4, 1));
    assert_eq!(late, ["督办 node/2.2.1 supervise_days"]);
    let plan = site.finished("2.2.1").await;
    assert_eq!(listed(&plan, date(2026, 4, 1)), Vec::<String>::new());
    let stands = stands_on(&plan, &Actuals::new(), date(2026, 4, 1));
    assert_eq!(stands.tasks["2.2"].lamp, Lamp::Done);
}

#[tokio::test]
async fn a_target_and_the_nodes_on_the_way_to_it_are_one_late_matter() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let day = date(2026, 7, 2);
    let stands = stands_on(&plan, &Actuals::new(), day);
    let listed = overdue(&plan, &stands, &rules());
    // Its first node is late for longest, and tells the matter; the target and its last node stand under it.
    let all = |one: &crate::Listed| {
        let rest = one.rest.iter().map(|part| part.item.clone());
        std::iter::once(one.item.clone())
            .chain(rest)
            .collect::<Vec<String>>()
    };
    let mut matters: Vec<Vec<String>> = listed.iter().map(all).collect();
    matters.retain(|items| items.iter().any(|item| item == "target/1"));
    assert_eq!(matters, [["node/1.1.1", "target/1", "node/1.1.2"]]);
}

#[tokio::test]
async fn a_unit_with_fewer_late_matters_than_the_rule_says_is_not_called_in() {
    let site = Site::on("2026-06-01").await;
    let text = TEXT.replace("建成城市算力网。", "");
    let plan = site.approved(&text).await;
    // Two targets of one unit are late, each with a node.
    let stands = stands_on(&plan, &Actuals::new(), date(2026, 7, 2));
    let listed = overdue(&plan, &stands, &rules());
    let of_unit = listed
        .iter()
        .filter(|one| one.unit.as_deref() == Some("市工信局"));
    let steps: Vec<&str> = of_unit.map(|one| one.step.text()).collect();
    assert_eq!(steps, ["督办", "督办"], "{listed:?}");
}

/// Whatever is finished when, a parent is never better than its worst child, and nothing that is late or was late is green.
#[tokio::test]
async fn no_lamp_is_greener_than_what_it_stands_for() {
    let seed = std::env::var("YANDU_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or_else(|| rand::rng().random());
    println!("YANDU_SEED={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let site = Site::new().await;
    let mut plan = site.approved(TEXT).await;
    for _ in 0..300 {
        let first = date(2026, 1, 1);
        for node in plan.nodes.values_mut() {
            let mut day = || {
                first
                    .checked_add(random.random_range(0..420).days())
                    .unwrap()
            };
            let (due, on) = (day(), day());
            node.said.due = due;
            node.finished = random.random_bool(0.6).then(|| crate::Finish {
                on,
                by: plan.head.imported.clone(),
                documents: Vec::new(),
            });
        }
        let today = first
            .checked_add(random.random_range(0..420).days())
            .unwrap();
        let stands = stands_on(&plan, &Actuals::new(), today);
        for (id, node) in &stands.nodes {
            let task = &stands.tasks[&plan.nodes[id].task];
            let point = &stands.points[&plan.tasks[&plan.nodes[id].task].point];
            let is_late = node
                .closed_on
                .map_or(today > node.due.day, |on| on > node.due.day);
            assert_eq!(
                is_late,
                matches!(node.lamp, Lamp::Late | Lamp::DoneLate),
                "{id}: {node:?}"
            );
            if is_late {
                let green = [Lamp::Done, Lamp::OnCourse, Lamp::NotBegun];
                assert!(!green.contains(&task.lamp), "{id}: {task:?}");
                assert!(!green.contains(&point.lamp().unwrap()), "{id}: {point:?}");
            }
        }
    }
}
