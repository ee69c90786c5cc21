use std::collections::BTreeSet;

use serde_json::json;

use super::site::{Site, TEXT, actual, all_decided, cause, stands_on};
use crate::{Actuals, Import, Lamp, LampLine, LampsOf, LampsWanted, NodeStep, Pace, Plan, lamps};

fn all(of: LampsOf) -> LampsWanted {
    LampsWanted {
        of,
        county: None,
        points: BTreeSet::new(),
        units: BTreeSet::new(),
        only: BTreeSet::new(),
        due_this_month: false,
    }
}

/// The list on the first of April: two nodes are late then.
fn listed(plan: &Plan, actuals: &Actuals, wanted: &LampsWanted) -> Vec<LampLine> {
    let standing = stands_on(plan, actuals, "2026-04-01".parse().unwrap());
    lamps(plan, &standing, wanted)
}

fn items(lines: &[LampLine]) -> Vec<(&str, Lamp)> {
    let items = lines.iter().map(|line| (line.item.as_str(), line.lamp));
    items.collect()
}

async fn site() -> (Site, Plan) {
    let site = Site::new().await;
    site.approved(TEXT).await;
    site.edit(json!([{"op": "set", "item": "point/2", "fields": {"lead": "市数据局"}}]))
        .await
        .unwrap();
    site.split_in_two().await;
    let plan = site.finished("1.1-1.1").await;
    (site, plan)
}

#[tokio::test]
async fn the_worst_lamp_leads_and_of_like_ones_the_oldest() {
    let (_site, plan) = site().await;
    let nodes = listed(&plan, &Actuals::new(), &all(LampsOf::Nodes));
    let days: Vec<_> = nodes
        .iter()
        .map(|line| (line.lamp, line.days_left))
        .collect();
    let mut sorted = days.clone();
    sorted.sort_by_key(|(lamp, days)| (std::cmp::Reverse(*lamp), *days));
    assert_eq!(days, sorted);
    assert_eq!(nodes[0].lamp, Lamp::Late);
    assert_eq!(nodes[0].days_left, Some(-1));
    let points = listed(&plan, &Actuals::new(), &all(LampsOf::Points));
    assert_eq!(
        items(&points),
        [("point/1", Lamp::Late), ("point/2", Lamp::Late)]
    );
    assert_eq!(points[0].name, "加快网络建设");
    assert_eq!(points[0].tasks.as_ref().unwrap().total(), 3);
    let units = listed(&plan, &Actuals::new(), &all(LampsOf::Units));
    assert_eq!(
        items(&units),
        [("unit/市工信局", Lamp::Late), ("unit/市数据局", Lamp::Late)],
        "a county that leads its copy is no unit of the city"
    );
}

#[tokio::test]
async fn lamps_are_narrowed_to_points_units_lamps_and_what_is_due_in_the_month() {
    let (_site, plan) = site().await;
    let asked = |change: &dyn Fn(&mut LampsWanted)| {
        let mut wanted = all(LampsOf::Nodes);
        change(&mut wanted);
        listed(&plan, &Actuals::new(), &wanted)
    };
    let of_point = asked(&|wanted| wanted.points = BTreeSet::from([2]));
    assert_eq!(of_point.len(), 4);
    assert!(of_point.iter().all(|line| line.item.starts_with("node/2.")));
    let unit = BTreeSet::from(["市数据局".to_owned()]);
    assert_eq!(asked(&|wanted| wanted.units = unit.clone()), of_point);
    let late = asked(&|wanted| wanted.only = BTreeSet::from([Lamp::Late]));
    assert!(!late.is_empty() && late.len() < asked(&|_| {}).len());
    assert!(late.iter().all(|line| line.lamp == Lamp::Late));
    let june = |line: &LampLine| line.due.is_some_and(|due| due.month() == 6);
    let standing = stands_on(&plan, &Actuals::new(), "2026-06-02".parse().unwrap());
    let wanted = LampsWanted {
        due_this_month: true,
        ..all(LampsOf::Nodes)
    };
    let due = lamps(&plan, &standing, &wanted);
    assert!(!due.is_empty() && due.iter().all(june), "{due:?}");
}

#[tokio::test]
async fn a_county_has_the_lamps_of_its_copies() {
    let (_site, plan) = site().await;
    let counties = listed(&plan, &Actuals::new(), &all(LampsOf::Counties));
    let counties = items(&counties);
    assert_eq!(counties[0], ("county/乙县", Lamp::Late));
    assert_ne!(counties[1].1, Lamp::Late, "its first step is finished");
    let of_county = |of| {
        let wanted = LampsWanted {
            county: Some("乙县".to_owned()),
            ..all(of)
        };
        listed(&plan, &Actuals::new(), &wanted)
    };
    let units = of_county(LampsOf::Units);
    assert_eq!(
        items(&units),
        [("unit/市工信局", Lamp::Late)],
        "the unit that leads the task of the city"
    );
    let targets = of_county(LampsOf::Targets);
    assert_eq!(items(&targets), [("task/1.1-2", Lamp::Late)]);
}

#[tokio::test]
async fn a_target_tells_how_much_of_it_is_reached() {
    let (_site, plan) = site().await;
    let mut actuals = Actuals::new();
    actuals.insert(1, vec![actual("2026-03-31", 150.0)]);
    let targets = listed(&plan, &actuals, &all(LampsOf::Targets));
    assert_eq!(targets.len(), plan.targets().count());
    let first = targets.iter().find(|line| line.item == "target/1").unwrap();
    assert_eq!(first.share, Some(0.5));
    let reached = first.actual.as_ref().map(|actual| actual.value);
    assert_eq!(reached, Some(150.0), "from which its trail begins");
    assert_eq!(first.name, "6月底前新增5G基站300座以上");
    assert_eq!(first.lead.as_deref(), Some("市工信局"));
}

#[tokio::test]
async fn whoever_follows_plans_is_told_of_a_step_and_not_of_a_look() {
    let (site, _plan) = site().await;
    let mut changes = site.plans.changes();
    changes.mark_unchanged();
    site.plans.plan("plan").await.unwrap();
    assert!(!changes.has_changed().unwrap());
    site.plans
        .step("plan", "2.1.1", NodeStep::Begin, cause("启动"))
        .await
        .unwrap();
    assert!(changes.has_changed().unwrap());
}

#[tokio::test]
async fn people_work_on_the_newest_plan_in_force_that_has_begun() {
    let site = Site::new().await;
    assert_eq!(site.plans.current().await.unwrap(), None);
    site.import(TEXT).await;
    let current = site.plans.current().await.unwrap();
    assert_eq!(current, None, "it is under review");
    site.approved(TEXT).await;
    let next = Import {
        bytes: TEXT.replace("2026", "2027").into_bytes(),
        id: Some("next".to_owned()),
        ..Import::default()
    };
    let next = site.plans.import("wang", next).await.unwrap().0;
    let decided = serde_json::from_value(all_decided(&next)).unwrap();
    site.plans
        .review("next", decided, cause("核对"))
        .await
        .unwrap();
    site.plans
        .approve("next", Pace::Quarter, cause("通过"))
        .await
        .unwrap();
    assert_eq!(site.plans.current().await.unwrap().as_deref(), Some("plan"));
    let later = site.moved("2027-01-05").await;
    let current = later.plans.current().await.unwrap();
    assert_eq!(current.as_deref(), Some("next"));
}
