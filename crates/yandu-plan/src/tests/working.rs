use serde_json::json;

use super::site::{Site, TEXT, cause, shared};
use crate::{CountyShare, Error, Pace, Plan};

fn days(plan: &Plan, task: &str) -> Vec<String> {
    let nodes = plan.nodes_in_order().into_iter();
    nodes
        .filter(|node| node.task == task)
        .map(|node| node.said.due.to_string())
        .collect()
}

#[tokio::test]
async fn a_text_is_broken_down_into_a_task_for_each_target_and_sentence_with_nodes_up_to_its_day() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let told: Vec<(&str, &str, Option<&str>, Option<u32>)> = plan
        .tasks_in_order()
        .into_iter()
        .map(|task| {
            let said = &task.said;
            (
                task.id.as_str(),
                said.title.as_str(),
                said.lead.as_deref(),
                task.target,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "1.1",
                "6月底前新增5G基站300座以上",
                Some("市工信局"),
                Some(1)
            ),
            ("1.2", "家庭宽带通达率提高5%", Some("市工信局"), Some(2)),
            ("1.3", "建成城市算力网", Some("市工信局"), None),
            ("2.1", "形成一个平台", None, None),
        ]
    );
    assert_eq!(plan.tasks["1.1"].said.supports, ["市通管办"]);
    assert_eq!(plan.tasks["2.1"].said.supports, ["市数据局", "市财政局"]);
    assert_eq!(days(&plan, "1.1"), ["2026-03-31", "2026-06-30"]);
    assert_eq!(
        days(&plan, "2.1"),
        ["2026-03-31", "2026-06-30", "2026-09-30", "2026-12-31"]
    );
    assert_eq!(plan.nodes["1.1.1"].said.title, "2026年3月底累计150座");
    assert_eq!(plan.nodes["1.1.1"].said.share, Some(0.5));
    assert_eq!(
        plan.nodes["1.1.2"].said.title,
        "完成：6月底前新增5G基站300座以上"
    );
    assert_eq!(plan.nodes["1.2.1"].said.share, None, "a rate has no parts");
}

#[tokio::test]
async fn nodes_stand_by_month_where_the_rule_says_so() {
    let site = Site::new().await;
    let plan = site.broken_down(Pace::Month).await;
    assert_eq!(days(&plan, "1.1").len(), 6);
    assert_eq!(days(&plan, "1.1")[1], "2026-02-28");
}

#[tokio::test]
async fn the_plan_of_2025_is_broken_down_whole() {
    let Some(text) = shared() else { return };
    let site = Site::new().await;
    let plan = site.approved(&text).await;
    for point in plan.points.keys() {
        assert!(
            plan.tasks.values().any(|task| task.point == *point),
            "point {point} has no task"
        );
    }
    for target in plan.targets() {
        let tasks = plan.tasks.values();
        let own: Vec<_> = tasks
            .filter(|task| task.target == Some(target.number))
            .collect();
        assert_eq!(own.len(), 1, "{}", target.literal);
        assert_eq!(Some(own[0].said.due), target.said.due);
        let last = days(&plan, &own[0].id).pop().unwrap();
        assert_eq!(last, own[0].said.due.to_string());
    }
    assert!(
        plan.tasks
            .values()
            .all(|task| { task.said.lead.is_some() == (plan.points[&task.point].lead.is_some()) })
    );
}

#[tokio::test]
async fn tasks_and_nodes_are_edited_freely_before_approval() {
    let site = Site::new().await;
    site.broken_down(Pace::Quarter).await;
    let plan = site
        .edit(json!([
            {"op": "set", "item": "task/1.1", "fields": {"title": "新建基站", "deliverable": "验收报告", "due": "2026-05-31"}},
            {"op": "remove", "item": "task/1.3"},
            {"op": "add", "item": "point/2", "fields": {"title": "制定总体方案", "lead": "市数据局", "due": "2026-02-28"}},
            {"op": "add", "item": "task/2.2", "fields": {"title": "征求意见", "due": "2026-01-31"}},
            {"op": "remove", "item": "node/2.1.1"},
        ]))
        .await
        .unwrap();
    assert_eq!(
        plan.tasks["1.1"].said.deliverable.as_deref(),
        Some("验收报告")
    );
    assert!(!plan.tasks.contains_key("1.3"));
    assert!(plan.nodes.values().all(|node| node.task != "1.3"));
    assert_eq!(plan.nodes["2.2.1"].said.title, "征求意见");
    assert!(!plan.nodes.contains_key("2.1.1"));
    for (edit, field) in [
        (
            json!({"op": "set", "item": "task/1.1", "fields": {"lead": "市通管办"}}),
            "supports",
        ),
        (
            json!({"op": "set", "item": "task/1.1", "fields": {"colour": 1}}),
            "colour",
        ),
        (
            json!({"op": "set", "item": "task/1.1", "fields": {"title": " "}}),
            "title",
        ),
        (
            json!({"op": "set", "item": "task/1.1", "fields": {"due": "2026-02-30"}}),
            "due",
        ),
        (json!({"op": "add", "item": "node/1.1.1"}), "item"),
        (json!({"op": "set", "item": "task"}), "item"),
    ] {
        let refused = site.edit(json!([edit])).await;
        assert!(
            matches!(&refused, Err(Error::Invalid { field: found, .. }) if found == field),
            "{edit}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn the_number_of_a_part_that_was_removed_is_not_given_again() {
    let site = Site::new().await;
    site.broken_down(Pace::Quarter).await;
    let task = json!({"op": "add", "item": "point/2", "fields": {"title": "起草", "lead": "市数据局", "due": "2026-02-28"}});
    let node = json!({"op": "add", "item": "task/2.2", "fields": {"title": "征求意见", "due": "2026-01-31"}});
    let plan = site.edit(json!([task, node])).await.unwrap();
    assert!(plan.tasks.contains_key("2.2") && plan.nodes.contains_key("2.2.1"));
    site.edit(json!([{"op": "remove", "item": "node/2.2.1"}]))
        .await
        .unwrap();
    let plan = site.edit(json!([node])).await.unwrap();
    assert!(!plan.nodes.contains_key("2.2.1"));
    assert_eq!(plan.nodes["2.2.2"].said.title, "征求意见");
    site.edit(json!([{"op": "remove", "item": "task/2.2"}]))
        .await
        .unwrap();
    let plan = site.edit(json!([task])).await.unwrap();
    assert!(!plan.tasks.contains_key("2.2"));
    assert_eq!(plan.tasks["2.3"].said.title, "起草");

    site.split_in_two().await;
    site.edit(json!([
        {"op": "remove", "item": "task/1.1-2"},
        {"op": "remove", "item": "task/1.1-1"},
    ]))
    .await
    .unwrap();
    site.split_in_two().await;
    let plan = site.plans.plan("plan").await.unwrap();
    let copies = plan.tasks.values().filter(|task| task.of.is_some());
    let copies: Vec<&str> = copies.map(|task| task.id.as_str()).collect();
    assert_eq!(copies, ["1.1-3", "1.1-4"]);
}

#[tokio::test]
async fn counties_get_copies_whose_shares_together_reach_the_target_of_the_city() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let shares = |last: f64| {
        vec![
            CountyShare {
                county: "亭湖区".to_owned(),
                quantity: Some(200.0),
            },
            CountyShare {
                county: "盐都区".to_owned(),
                quantity: Some(last),
            },
        ]
    };
    let short = site
        .plans
        .split("plan", "1.1", shares(99.0), cause("分解到县"))
        .await;
    assert!(
        matches!(&short, Err(Error::Invalid { field, .. }) if field == "quantity"),
        "{short:?}"
    );
    let plan = site
        .plans
        .split("plan", "1.1", shares(100.0), cause("分解到县"))
        .await
        .unwrap();
    let copy = &plan.tasks["1.1-2"];
    assert_eq!(copy.of.as_deref(), Some("1.1"));
    assert_eq!(copy.said.lead.as_deref(), Some("盐都区"));
    assert_eq!(plan.tasks["1.1"].said.counties, ["亭湖区", "盐都区"]);
    assert_eq!(days(&plan, "1.1-2"), ["2026-03-31", "2026-06-30"]);
    let twice = site
        .plans
        .split("plan", "1.1", shares(100.0), cause("分解到县"))
        .await;
    assert!(twice.is_err(), "a county has one copy");
    let less = json!([{"op": "set", "item": "task/1.1-2", "fields": {"quantity": 99.0}}]);
    let less = serde_json::from_value(less).unwrap();
    let refused = site.plans.edit("plan", less, cause("调减")).await;
    assert!(
        matches!(&refused, Err(Error::Invalid { field, .. }) if field == "quantity"),
        "{refused:?}"
    );
    let site = site.moved("2026-07-10").await;
    for node in ["1.1-1.1", "1.1-1.2"] {
        site.finished(node).await;
    }
    let stands = site.stands(&crate::Actuals::new()).await;
    assert_eq!(stands.tasks["1.1"].quantity, Some(300.0));
    assert_eq!(
        stands.counties["亭湖区"].lamp().unwrap().name(),
        "done-late"
    );
    assert_eq!(stands.counties["盐都区"].lamp().unwrap().name(), "late");
}
