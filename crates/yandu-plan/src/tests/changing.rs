use serde_json::{Value, json};

use super::site::{Site, TEXT, actual, cause, fixture, stands_on};
use crate::{Actuals, Cause, ChangeState, Edit, Error, Options, Status, next_frame, read};

fn edits(value: Value) -> Vec<Edit> {
    serde_json::from_value(value).unwrap()
}

#[tokio::test]
async fn what_was_approved_changes_only_by_an_approved_change_and_what_is_open_is_filled_directly()
{
    let site = Site::new().await;
    site.approved(TEXT).await;
    for refused in [
        json!([{"op": "set", "item": "node/2.1.1", "fields": {"due": "2026-05-31"}}]),
        json!([{"op": "set", "item": "task/1.1", "fields": {"lead": "市数据局"}}]),
        json!([{"op": "set", "item": "point/1", "fields": {"lead": "市数据局"}}]),
        json!([{"op": "set", "item": "target/1", "fields": {"value": 200}}]),
        json!([{"op": "remove", "item": "target/1"}]),
        json!([{"op": "remove", "item": "task/2.1"}]),
    ] {
        let answer = site.edit(refused.clone()).await;
        assert!(
            matches!(answer, Err(Error::ChangeNeeded(_))),
            "{refused}: {answer:?}"
        );
    }
    let plan = site
        .edit(json!([
            {"op": "set", "item": "task/1.1", "fields": {"deliverable": "验收报告"}},
            {"op": "add", "item": "task/2.1", "fields": {"title": "中期检查", "due": "2026-07-31"}},
            {"op": "set", "item": "task/2.1", "fields": {"lead": "市数据局", "supports": ["市数据局", "市财政局"]}},
        ]))
        .await;
    assert!(matches!(plan, Err(Error::Invalid { .. })), "{plan:?}");
    let plan = site
        .edit(json!([
            {"op": "set", "item": "task/1.1", "fields": {"deliverable": "验收报告"}},
            {"op": "add", "item": "task/2.1", "fields": {"title": "中期检查", "due": "2026-07-31"}},
        ]))
        .await
        .unwrap();
    assert_eq!(plan.nodes["2.1.5"].said.title, "中期检查");
    // What was added since is nobody's promise yet.
    let moved = json!([{"op": "set", "item": "node/2.1.5", "fields": {"due": "2026-08-31"}}]);
    site.edit(moved).await.unwrap();
}

#[tokio::test]
async fn a_lead_that_is_open_is_assigned_once_and_tasks_follow_their_point() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let set = |fields: Value| json!([{"op": "set", "item": "point/2", "fields": fields}]);
    let dropped = site
        .edit(set(json!({"lead": "市数据局", "supports": []})))
        .await;
    assert!(
        matches!(dropped, Err(Error::ChangeNeeded(_))),
        "who supports was approved: {dropped:?}"
    );
    let plan = site.edit(set(json!({"lead": "市数据局"}))).await.unwrap();
    assert_eq!(plan.points[&2].supports, ["市财政局"]);
    assert_eq!(plan.points[&2].lead.as_deref(), Some("市数据局"));
    assert_eq!(plan.tasks["2.1"].said.lead.as_deref(), Some("市数据局"));
    assert_eq!(plan.tasks["2.1"].said.supports, ["市财政局"]);
    assert_eq!(
        plan.points[&2].assigned.as_ref().unwrap().reason.as_deref(),
        Some("联席会议办公室")
    );
}

#[tokio::test]
async fn of_a_change_that_waits_as_it_was_seen_it_is_told_that_the_plan_has_changed_elsewhere() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let ask = |value: u32| {
        let wanted = edits(json!([{"op": "set", "item": "target/1", "fields": {"value": value}}]));
        site.plans.ask_change("plan", wanted, cause("设备到货推迟"))
    };
    let (looked, number) = ask(280).await.unwrap();
    let (_, later) = ask(290).await.unwrap();
    let seen = || Cause {
        expected: Some(looked.revision),
        ..cause("同意")
    };
    let refused = site.plans.decide_change("plan", number, true, seen());
    let refused = refused.await.unwrap_err();
    assert_eq!(refused.code(), "precondition-failed");
    assert!(
        matches!(&refused, Error::Elsewhere { item, .. } if item == "change `1`"),
        "{refused:?}"
    );
    // One that was asked for since then was not seen.
    let refused = site.plans.decide_change("plan", later, true, seen());
    let refused = refused.await.unwrap_err();
    assert!(matches!(refused, Error::Outdated { .. }), "{refused:?}");
    let decided = site
        .plans
        .decide_change("plan", number, false, cause("不宜"));
    decided.await.unwrap();
    let refused = site.plans.decide_change("plan", number, true, seen());
    let refused = refused.await.unwrap_err();
    assert!(
        matches!(refused, Error::AlreadyDecided { .. }),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_change_is_asked_for_approved_and_is_the_next_baseline() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let wanted = edits(json!([
        {"op": "set", "item": "target/1", "fields": {"value": 280, "due": "2026-09-30"}},
        {"op": "remove", "item": "task/1.3"},
    ]));
    let (plan, number) = site
        .plans
        .ask_change("plan", wanted, cause("设备到货推迟"))
        .await
        .unwrap();
    assert_eq!(plan.changes[&number].state, ChangeState::Requested);
    assert!(
        plan.tasks.contains_key("1.3"),
        "nothing changes before it is approved"
    );
    assert_eq!(site.plans.baselines("plan").await.unwrap().len(), 1);
    let impossible = edits(json!([{"op": "remove", "item": "task/9.9"}]));
    assert!(
        site.plans
            .ask_change("plan", impossible, cause("x"))
            .await
            .is_err()
    );
    let plan = site
        .plans
        .decide_change("plan", number, true, cause("市政府同意"))
        .await
        .unwrap();
    assert_eq!(plan.changes[&number].baseline, Some(2));
    assert!(!plan.tasks.contains_key("1.3"));
    let told: Vec<(String, Option<String>)> = site
        .plans
        .difference("plan", 1, Some(2))
        .await
        .unwrap()
        .into_iter()
        .filter(|change| !change.item.starts_with("node/"))
        .map(|change| (change.item, change.field))
        .collect();
    assert_eq!(
        told,
        [
            ("target/1".to_owned(), Some("said.due".to_owned())),
            ("target/1".to_owned(), Some("said.value".to_owned())),
            ("task/1.1".to_owned(), Some("title".to_owned())),
            ("task/1.3".to_owned(), None),
        ]
    );
    assert_eq!(site.plans.difference("plan", 2, None).await.unwrap(), []);
    let twice = site
        .plans
        .decide_change("plan", number, true, cause("x"))
        .await;
    let twice = twice.unwrap_err();
    assert_eq!(twice.code(), "already-decided", "a change is decided once");
    assert_eq!(
        twice.to_string(),
        "change `1` is approved already, by `wang` on 2026-01-05 09:00, 市政府同意"
    );
    let wanted = edits(json!([{"op": "remove", "item": "task/2.1"}]));
    let (_, number) = site
        .plans
        .ask_change("plan", wanted, cause("不做了"))
        .await
        .unwrap();
    let plan = site
        .plans
        .decide_change("plan", number, false, cause("不同意"))
        .await
        .unwrap();
    assert_eq!(plan.changes[&number].state, ChangeState::Rejected);
    assert!(plan.tasks.contains_key("2.1"));
    assert!(matches!(
        site.plans.difference("plan", 1, Some(9)).await,
        Err(Error::NoItem { .. })
    ));
}

#[tokio::test]
async fn baselines_cannot_be_written_over() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    for sql in [
        "UPDATE plan_baseline SET items = '{}'",
        "DELETE FROM plan_baseline",
    ] {
        assert!(sqlx::query(sql).execute(site.store.pool()).await.is_err());
    }
}

#[tokio::test]
async fn a_closed_plan_stays_and_its_open_targets_are_carried_into_a_frame_that_can_be_imported() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let lead = json!([{"op": "set", "item": "point/2", "fields": {"lead": "市政府办"}}]);
    site.edit(lead).await.unwrap();
    let plan = site.plans.close("plan", cause("年度评估")).await.unwrap();
    assert_eq!(plan.status, Status::Closed);
    let late = site
        .edit(json!([{"op": "set", "item": "task/1.1", "fields": {"deliverable": "x"}}]))
        .await;
    assert!(matches!(late, Err(Error::NotNow { .. })), "{late:?}");
    let actuals = Actuals::from([
        (1, vec![actual("2026-06-30", 260.0)]),
        (2, vec![actual("2026-06-30", 86.0)]),
    ]);
    let stands = stands_on(&plan, &actuals, "2026-12-31".parse().unwrap());
    let frame = next_frame(&plan, &stands);
    assert_eq!((frame.done, frame.done_late, frame.open), (1, 0, 1));
    assert_eq!(frame.title, "澄江市2027年工作要点");
    let carried = &frame.points[0].carried;
    assert_eq!(carried.len(), 1);
    assert_eq!((carried[0].target, carried[0].gap), (1, Some(40.0)));
    let reading = read(frame.text.as_bytes(), &Options::default()).unwrap();
    assert_eq!(reading.year, Some(2027));
    assert_eq!(reading.points.len(), 2);
    assert_eq!(reading.points[0].leads, ["市工信局"]);
    assert_eq!(reading.points[1].leads, ["市政府办"]);
    assert_eq!(reading.targets.len(), 1);
    assert!(
        reading.targets[0].literal.contains("300座"),
        "{:?}",
        reading.targets
    );
}

#[tokio::test]
async fn the_frame_of_every_invented_plan_is_a_plan_with_the_same_points() {
    for name in ["yunxi", "lanwan", "baichuan", "tingjiang"] {
        let site = Site::new().await;
        let plan = site.approved(&fixture(name)).await;
        let stands = stands_on(&plan, &Actuals::new(), "2026-12-31".parse().unwrap());
        let frame = next_frame(&plan, &stands);
        let reading = read(frame.text.as_bytes(), &Options::default()).unwrap();
        assert_eq!(
            reading.points.len(),
            plan.points.len(),
            "{name}:\n{}",
            frame.text
        );
    }
}

#[tokio::test]
async fn a_target_is_not_raised_above_what_the_shares_of_counties_reach() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    site.split_in_two().await;
    let raised = json!({"op": "set", "item": "target/1", "fields": {"value": 400}});
    let refused = site
        .plans
        .ask_change("plan", edits(json!([raised])), cause("加码"))
        .await;
    assert!(
        matches!(&refused, Err(Error::Invalid { field, .. }) if field == "quantity"),
        "{refused:?}"
    );
    let more = json!({"op": "set", "item": "task/1.1-1", "fields": {"quantity": 250.0}});
    let (_, number) = site
        .plans
        .ask_change("plan", edits(json!([raised, more])), cause("加码"))
        .await
        .unwrap();
    let plan = site
        .plans
        .decide_change("plan", number, true, cause("同意"))
        .await
        .unwrap();
    assert_eq!(plan.tasks["1.1-1"].said.quantity, Some(250.0));
}

/// The plan after an approved change of its first target.
async fn changed(site: &Site, fields: Value) -> crate::Plan {
    let edit = json!([{"op": "set", "item": "target/1", "fields": fields}]);
    let asked = site
        .plans
        .ask_change("plan", edits(edit), cause("设备到货推迟"));
    let (_, number) = asked.await.unwrap();
    let decided = site
        .plans
        .decide_change("plan", number, true, cause("市政府同意"));
    decided.await.unwrap()
}

#[tokio::test]
async fn titles_and_the_next_frame_say_the_value_that_a_change_put_in_force() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let own = json!([{"op": "add", "item": "task/1.1", "fields": {"title": "选址300座", "due": "2026-02-10"}}]);
    site.edit(own).await.unwrap();
    let plan = changed(&site, json!({"value": 280})).await;
    assert_eq!(plan.tasks["1.1"].said.title, "6月底前新增5G基站280座以上");
    assert_eq!(plan.nodes["1.1.1"].said.title, "2026年3月底累计140座");
    assert_eq!(
        plan.nodes["1.1.2"].said.title,
        "完成：6月底前新增5G基站280座以上"
    );
    assert_eq!(
        plan.nodes["1.1.3"].said.title, "选址300座",
        "what a person wrote stays"
    );
    let stands = stands_on(&plan, &Actuals::new(), "2026-12-31".parse().unwrap());
    let frame = next_frame(&plan, &stands);
    assert!(
        frame.text.contains("继续推进6月底前新增5G基站280座以上。"),
        "{}",
        frame.text
    );
    assert!(!frame.text.contains("300座"), "{}", frame.text);
    let plan = changed(&site, json!({"value": 300})).await;
    assert_eq!(plan.figures[&1].as_approved, None);
    assert_eq!(plan.tasks["1.1"].said.title, "6月底前新增5G基站300座以上");
}

#[tokio::test]
async fn a_value_whose_number_cannot_be_put_in_the_place_of_the_old_one_is_said_beside_the_text() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let plan = changed(&site, json!({"value": 2, "unit": "万座"})).await;
    assert_eq!(
        plan.figures[&1].wording(),
        "6月底前新增5G基站300座以上（现为不低于2万座）"
    );
    let plan = changed(
        &site,
        json!({"value": 300, "unit": "座", "due": "2026-09-30"}),
    )
    .await;
    assert_eq!(
        plan.figures[&1].wording(),
        "6月底前新增5G基站300座以上",
        "another day is no other value"
    );
}

#[tokio::test]
async fn a_node_is_not_moved_behind_its_task() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    let node = json!({"op": "set", "item": "node/1.1.2", "fields": {"due": "2027-03-31"}});
    let ask = |edit: Value| site.plans.ask_change("plan", edits(edit), cause("推迟"));
    let refused = ask(json!([node])).await;
    assert!(
        matches!(&refused, Err(Error::Invalid { field, .. }) if field == "due"),
        "{refused:?}"
    );
    let late = json!([{"op": "add", "item": "task/1.1", "fields": {"title": "验收", "due": "2026-07-31"}}]);
    let refused = site.edit(late).await;
    assert!(
        matches!(&refused, Err(Error::Invalid { field, .. }) if field == "due"),
        "{refused:?}"
    );
    let task = json!({"op": "set", "item": "task/1.1", "fields": {"due": "2027-03-31"}});
    ask(json!([node, task])).await.unwrap();
}

#[tokio::test]
async fn nodes_of_a_task_that_is_due_earlier_come_with_it_and_are_a_part_of_the_change() {
    let site = Site::new().await;
    let plan = site.approved(TEXT).await;
    let task = &plan.tasks["1.1"];
    let last = plan.nodes.values().filter(|node| node.task == "1.1");
    let last = last.max_by_key(|node| node.said.due).unwrap();
    assert_eq!(last.said.due, task.said.due);
    let earlier = task.said.due.yesterday().unwrap();
    let edit = json!([{"op": "set", "item": "task/1.1", "fields": {"due": earlier.to_string()}}]);
    let asked = site.plans.ask_change("plan", edits(edit), cause("提前"));
    let (_, number) = asked.await.unwrap();
    let decided = site
        .plans
        .decide_change("plan", number, true, cause("市政府同意"));
    let changed = decided.await.unwrap();
    assert_eq!(changed.nodes[&last.id].said.due, earlier);
    let told = site.plans.difference("plan", 1, Some(2)).await.unwrap();
    let item = format!("node/{}", last.id);
    assert!(told.iter().any(|one| one.item == item), "{told:?}");
}

#[tokio::test]
async fn what_was_made_out_of_a_target_comes_along_when_it_is_due_earlier_and_is_told_before() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    site.split_in_two().await;
    let edit = json!([{"op": "set", "item": "target/1", "fields": {"due": "2026-05-31", "baseline": "2025年底"}}]);
    let asked = site.plans.ask_change("plan", edits(edit), cause("提前"));
    let (plan, number) = asked.await.unwrap();
    let request = &plan.changes[&number];
    let before = Value::Object(plan.present(&request.edits[0]));
    assert_eq!(before, json!({"due": "2026-06-30", "baseline": null}));
    let moved = [
        "task/1.1",
        "node/1.1.2",
        "task/1.1-1",
        "node/1.1-1.2",
        "task/1.1-2",
        "node/1.1-2.2",
    ];
    let effects = plan.effects(request);
    let told: Vec<&str> = effects.iter().map(|one| one.item.as_str()).collect();
    for item in moved.iter().chain(&["target/1"]) {
        assert!(told.contains(item), "{item}: {told:?}");
    }
    let day = |text: &str| text.parse::<jiff::civil::Date>().unwrap();
    assert_eq!(plan.tasks["1.1"].said.due, day("2026-06-30"));
    let decided = site
        .plans
        .decide_change("plan", number, true, cause("市政府同意"));
    let plan = decided.await.unwrap();
    for item in moved {
        let due = match item.split_once('/').unwrap() {
            ("task", key) => plan.tasks[key].said.due,
            (_, key) => plan.nodes[key].said.due,
        };
        assert_eq!(due, day("2026-05-31"), "{item}");
    }
    assert_eq!(plan.nodes["1.1.1"].said.due, day("2026-03-31"));
    assert_eq!(plan.effects(&plan.changes[&number]), []);
    let told = site.plans.difference("plan", 1, Some(2)).await.unwrap();
    for item in ["task/1.1", "node/1.1.2"] {
        assert!(told.iter().any(|one| one.item == item), "{told:?}");
    }
}

#[tokio::test]
async fn copies_of_counties_come_along_when_the_task_of_the_city_is_due_earlier() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    site.split_in_two().await;
    let due = |item: &str, day: &str| json!({"op": "set", "item": item, "fields": {"due": day}});
    // One county is to be there before the others.
    let first = json!([
        due("task/1.1-2", "2026-04-30"),
        due("task/1.1", "2026-06-20")
    ]);
    let next = json!([due("task/1.1", "2026-06-10")]);
    for (edit, baseline) in [(first, 2), (next, 3)] {
        let asked = site.plans.ask_change("plan", edits(edit), cause("提前"));
        let (_, number) = asked.await.unwrap();
        let decided = site
            .plans
            .decide_change("plan", number, true, cause("市政府同意"));
        let plan = decided.await.unwrap();
        assert_eq!(plan.changes[&number].baseline, Some(baseline));
    }
    let plan = site.plans.plan("plan").await.unwrap();
    let day = |text: &str| text.parse::<jiff::civil::Date>().unwrap();
    assert_eq!(plan.tasks["1.1-1"].said.due, day("2026-06-10"));
    assert_eq!(plan.nodes["1.1-1.1"].said.due, day("2026-03-31"));
    assert_eq!(plan.nodes["1.1-1.2"].said.due, day("2026-06-10"));
    assert_eq!(plan.tasks["1.1-2"].said.due, day("2026-04-30"));
    assert_eq!(plan.nodes["1.1-2.2"].said.due, day("2026-04-30"));
    let told = site.plans.difference("plan", 2, Some(3)).await.unwrap();
    let told: Vec<&str> = told.iter().map(|one| one.item.as_str()).collect();
    for item in ["task/1.1-1", "node/1.1-1.2"] {
        assert!(told.contains(&item), "{told:?}");
    }
    assert!(!told.contains(&"task/1.1-2"), "{told:?}");
    // A later day of the city's task is its own.
    let later = json!([due("task/1.1", "2026-06-30")]);
    let asked = site.plans.ask_change("plan", edits(later), cause("推迟"));
    let (_, number) = asked.await.unwrap();
    let decided = site
        .plans
        .decide_change("plan", number, true, cause("市政府同意"));
    let plan = decided.await.unwrap();
    assert_eq!(plan.tasks["1.1-1"].said.due, day("2026-06-10"));
}

#[tokio::test]
async fn a_field_that_cannot_be_read_is_named_with_what_is_written_there() {
    let site = Site::new().await;
    site.approved(TEXT).await;
    for (item, fields, told) in [
        (
            "target/1",
            json!({"baseline": 92}),
            "`baseline`: what a change is measured against, in words: \"2025年底的92%\", and not `92`",
        ),
        (
            "target/1",
            json!({"value": 300, "due": "6月"}),
            "`due`: a day: \"2026-06-30\", and not `\"6月\"`",
        ),
        (
            "task/1.1",
            json!({"supports": "市财政局"}),
            "`supports`: a list of names: [\"市工信局\"], and not `\"市财政局\"`",
        ),
        (
            "task/1.1",
            json!({"due": null}),
            "`due`: it is needed: a day",
        ),
        (
            "task/1.1",
            json!({"owner": 1}),
            "`owner`: unknown field `owner`",
        ),
    ] {
        let edits = json!([{"op": "set", "item": item, "fields": fields}]);
        let refused = site.edit(edits).await.unwrap_err().to_string();
        assert!(refused.starts_with(told), "{refused}");
    }
}
